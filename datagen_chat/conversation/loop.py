"""The loop around the steps: a model's replies or recorded ones, as one stream of events."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from datagen_chat.conversation.events import Event
from datagen_chat.conversation.session import Session
from datagen_chat.conversation.steer import RETRY, steer
from datagen_chat.conversation.turn import answer, begin, reopen
from datagen_chat.conversation.turns import Conversation
from datagen_chat.llm.base import Finished, Message, Provider, Reply, TextDelta
from datagen_chat.llm.cancellation import Cancellation


def converse(
    session: Session, request: str, provider: Provider, cancellation: Cancellation | None = None
) -> Generator[Event, None, None]:
    """Yield what happens between a request and the end of its turn; the last event holds the session after it.

    Raises:
        ProviderError: the model gave no reply, or broke off; the session is as it was.
    """
    step = begin(session, request)
    yield from step.events
    while step.session.turn is not None:
        reply = yield from _streamed(provider, step.session.messages, cancellation)
        step = answer(step.session, reply)
        yield from step.events


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


def replay(session: Session, conversation: Conversation) -> Iterator[Event]:
    """Yield what happens when a recorded conversation is held again.

    Nobody is asked: the recorded replies are the only ones. One that mends an earlier reply is passed over where that one
    is accepted by now.
    """
    is_passed_over, before = False, session
    for turn in conversation.turns:
        if turn.role == "user":
            before, step = session, begin(session, turn.text)
            session, is_passed_over = step.session, False
            yield from step.events
        elif turn.role == "command":
            step = steer(before if turn.text == RETRY else session, turn.text, turn.meta.get("schema"))
            session = step.session
            yield from step.events
        elif turn.role == "repair":
            is_passed_over = session.rejected is None
            session = session if is_passed_over else reopen(session, turn.text)
        elif turn.role == "assistant" and not is_passed_over:
            yield from (event for event in turn.reply().events() if isinstance(event, TextDelta))
            step = answer(session, turn.reply())
            session = step.session
            yield from step.events
