"""The loop around the steps: a model's replies or recorded ones, as one stream of events."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import replace

from datagen_chat.conversation.ask import ask_checks
from datagen_chat.conversation.events import AskedAgain, Event, Tried, TurnEnded
from datagen_chat.conversation.session import Session, Version
from datagen_chat.conversation.stated import missed, try_stated
from datagen_chat.conversation.steer import RETRY, SHORTEN, shorten, steer
from datagen_chat.conversation.turn import Step, answer, begin, inquire, reopen
from datagen_chat.conversation.turns import Conversation
from datagen_chat.llm.base import Finished, Message, Provider, Reply, TextDelta
from datagen_chat.llm.cancellation import Cancellation

Trial = Callable[[Version], Tried]
"""What tries the data of an accepted schema."""


def converse(
    session: Session,
    request: str,
    provider: Provider,
    cancellation: Cancellation | None = None,
    trial: Trial | None = None,
    *,
    is_persons: bool = True,
) -> Generator[Event, None, None]:
    """Yield what happens between a request and the end of its turn; the last event holds the session after it.

    Where a schema is accepted and its data does not pass its checks, the model is told so, once in a turn; then there is an
    earlier end of the turn among the events, which holds should the last part of it fail. A request that is not a person's
    tells a model so.

    Raises:
        ProviderError: the model gave no reply, or broke off; the session is as it was.
    """
    step = begin(session, request) if is_persons else Step(inquire(session, request), ())
    yield from step.events
    step = yield from _answered(step, provider, cancellation)
    version = step.session.versions.current
    if trial is None or version is None or not _is_accepted(step):
        return
    tried = try_stated(trial, version, step.session)
    yield tried
    if tried.failed and session.settings.max_repairs:
        question = ask_checks(tried.failed, missed(step.session, tried))
        yield from _corrected(step.session, question, provider, cancellation, trial)


def _is_accepted(step: Step) -> bool:
    return any(isinstance(event, TurnEnded) and event.outcome == "accepted" for event in step.events)


def _answered(step: Step, provider: Provider, cancellation: Cancellation | None) -> Generator[Event, None, Step]:
    """Yield the replies to an open turn and what comes of them, and return the last step."""
    while step.session.turn is not None:
        reply = yield from _streamed(provider, step.session.messages, cancellation)
        step = answer(step.session, reply)
        yield from step.events
    return step


def _corrected(
    session: Session, question: str, provider: Provider, cancellation: Cancellation | None, trial: Trial
) -> Generator[Event, None, None]:
    """Yield what happens when a model is told how its data fails; a schema that was accepted stays so."""
    yield AskedAgain(1, question, is_about_data=True)
    step = yield from _answered(Step(inquire(session, question), ()), provider, cancellation)
    version = step.session.versions.current
    if version is not None and version != session.versions.current:
        yield try_stated(trial, version, step.session)
    yield TurnEnded(kept(session, step.session), "accepted")


def kept(before: Session, after: Session) -> Session:
    """Return the session after a correction of data: as it was before where the correction was not accepted."""
    return after if after.rejected is None else replace(before, usage=after.usage)


def _streamed(
    provider: Provider, messages: Sequence[Message], cancellation: Cancellation | None
) -> Generator[Event, None, Reply]:
    """Yield the pieces of a reply, and return the whole of it."""
    pieces, end = [], Finished("cut")
    for event in provider.stream(messages, cancellation):
        if isinstance(event, Finished):
            end = event
            continue
        if isinstance(event, TextDelta):
            pieces.append(event.text)
        yield event
    return Reply("".join(pieces), end.stop, end.usage, end.model)


def replay(session: Session, conversation: Conversation, trial: Trial | None = None) -> Iterator[Event]:
    """Yield what happens when a recorded conversation is held again.

    Nobody is asked: the recorded replies are the only ones. One that mends an earlier reply is passed over where that one
    is accepted by now.
    """
    return (event for _, event in replayed(session, conversation, trial))


def replayed(session: Session, conversation: Conversation, trial: Trial | None = None) -> Iterator[tuple[int, Event]]:
    """Yield what happens when a recorded conversation is held again, each event with the number of its turn, from 0."""
    is_passed_over, before, corrected = False, session, None
    for number, turn in enumerate(conversation.turns):
        events: Iterable[Event] = ()
        if turn.role == "user":
            before, step = replace(session, spare=None), begin(session, turn.text)
            session, is_passed_over, corrected, events = step.session, False, None, step.events
        elif turn.role == "command":
            known = before.instead_of(session) if turn.text == RETRY else session
            step = steer(known, turn.text, turn.meta.get("schema"))
            session, events = step.session, step.events
            before = shorten(before) if turn.text == SHORTEN else before
        elif turn.meta.get("about") == "data":
            corrected, is_passed_over = session.versions.current, False
            session = inquire(session, turn.text)
        elif turn.role == "repair":
            is_passed_over = session.rejected is None
            session = session if is_passed_over else reopen(session, turn.text)
        elif "failed" in turn.meta:
            session = session.unanswered()
        elif turn.role == "assistant" and not is_passed_over:
            step = answer(session, turn.reply())
            session, events = step.session, _played(turn.reply(), step, corrected, trial)
        yield from ((number, event) for event in events)


def _played(reply: Reply, step: Step, corrected: Version | None, trial: Trial | None) -> Iterator[Event]:
    """Yield what comes of a recorded reply; `corrected` is the schema that it was to correct because its data failed."""
    yield from (event for event in reply.events() if isinstance(event, TextDelta))
    yield from step.events
    current = step.session.versions.current
    if trial is not None and current is not None and current != corrected and _is_accepted(step):
        yield try_stated(trial, current, step.session)
