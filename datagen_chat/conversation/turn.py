"""A turn, step by step: what a request or a reply makes of a session, without touching a network, a terminal or a file."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from datagen_chat.conversation.ask import LEFT_ASIDE, REMARK_LIMIT, ask_afresh, tell_advice, tell_current
from datagen_chat.conversation.attempt import Attempt, attempt
from datagen_chat.conversation.events import (
    Advised,
    AskedAgain,
    Event,
    NoSchemaFound,
    Outcome,
    Previewed,
    ProblemsFound,
    Prose,
    ReplyFinished,
    SchemaAccepted,
    SchemaExtracted,
    SchemaMended,
    Stated,
    TurnEnded,
    UserSaid,
)
from datagen_chat.conversation.extract import Candidate, candidates, meant, prose
from datagen_chat.conversation.session import Json, OpenTurn, Session, Version
from datagen_chat.conversation.stated import doubting, hear, remind, stated
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Message, Reply
from datagen_chat.preview import Preview, preview
from datagen_chat.problems import SchemaError
from datagen_chat.schema.change import difference

if TYPE_CHECKING:
    from datagen_chat.advice import Advice


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one request or reply: the session after it, and what happened. While a turn is open, a reply is due."""

    session: Session
    events: tuple[Event, ...]


def begin(session: Session, request: str) -> Step:
    """Return the step that a person's request makes; `session.messages` are what a model is to answer."""
    session, reminder = remind(hear(session, request))
    remarks, left = session.remarks[:REMARK_LIMIT], session.remarks[REMARK_LIMIT:]
    told = "\n\n".join(filter(None, (session.aside, tell_advice(remarks) if remarks else "", reminder, request)))
    turn = OpenTurn(told, session.history, (Message("user", told),))
    known = session.told.union(advice.key for advice in remarks)
    return Step(replace(session, turn=turn, aside="", remarks=left, told=known), (UserSaid(request),))


def inquire(session: Session, question: str) -> Session:
    """Return a session that asks a question of its own; what a person's next request is to tell waits for that."""
    return replace(session, turn=OpenTurn(question, session.history, (Message("user", question),)))


def reopen(session: Session, question: str) -> Session:
    """Return a session in which the last reply, which was not accepted, is to be corrected."""
    return replace(session, turn=OpenTurn("", session.history, (Message("user", question),), session.rejected))


def answer(session: Session, reply: Reply) -> Step:
    """Return the step that a model's reply makes: the turn is over, or the model is asked again."""
    turn = session.turn or OpenTurn("", session.history)
    session = session.spend(reply.usage)
    blocks = meant(reply.text)
    candidate = blocks[-1] if blocks else None
    heard: tuple[Event, ...] = (ReplyFinished(reply), *_prose(reply, candidate))
    if candidate is None or not (candidate.is_meant or turn.tried):
        outcome: Outcome = "rejected" if turn.tried else "prose"
        missed = () if candidate is None else (NoSchemaFound(candidate),)
        session = session.remember(turn, reply.text)
        return _ended(replace(session, aside=LEFT_ASIDE) if missed else session, (*heard, *missed), outcome)
    tried = attempt(blocks, reply, _base(session, turn))
    events: tuple[Event, ...] = (*heard, *_reading(reply, tried))
    if tried.dataset is None:
        return _wrong(session, turn, reply, tried, events)
    settings = session.settings
    try:
        shown = preview(tried.dataset, settings.seed, settings.rows, settings.tables)
    except SchemaError as error:  # a condition that no row fulfils, too few values: only the rows tell
        return _wrong(session, turn, reply, tried.failing(error.problems), events)
    return _accepted(session, turn, reply, tried, shown, events)


def _prose(reply: Reply, candidate: Candidate | None) -> tuple[Event, ...]:
    """Return what a reply says besides its schema; JSON that is no schema belongs to it."""
    text = prose(reply.text)
    if candidate is not None and candidate.kind == "other" and candidate.text not in text:
        text = f"{text}\n\n```json\n{candidate.text}\n```".strip()
    return (Prose(text),) if text else ()


def _base(session: Session, turn: OpenTurn) -> Json:
    """Return the draft that a patch is meant for: the one that is being corrected, else the schema as it is."""
    if turn.draft is not None:
        return turn.draft
    current = session.versions.current
    return session.rejected if current is None else current.draft


def _reading(reply: Reply, tried: Attempt) -> tuple[Event, ...]:
    """Return how a reply's schema was read."""
    alike = sum(candidate.kind == tried.candidate.kind for candidate in candidates(reply.text))
    passed_over = max(alike - tried.parts, 0)
    read = SchemaExtracted(tried.candidate, tried.liberties or (), passed_over, tried.parts)
    extracted = () if tried.liberties is None else (read,)
    return (*extracted, SchemaMended(tried.mends)) if tried.mends else extracted


def _accepted(
    session: Session, turn: OpenTurn, reply: Reply, tried: Attempt, shown: Preview, events: tuple[Event, ...]
) -> Step:
    assert tried.dataset is not None
    before, known = session.versions.current, session.review()
    version = doubting(session, Version(tried.dataset, tried.draft, shown, session.heard))
    changes = () if before is None else difference(before.draft, tried.draft)
    is_same = before is not None and not changes
    versions, heard = (session.versions, session.heard) if is_same else (session.versions.push(version), ())
    session = replace(
        session.remember(turn, _kept(turn, reply, tried)), versions=versions, heard=heard, rejected=None, spare=None
    )
    accepted = SchemaAccepted(version, len(versions.past), changes, tried.notes)
    previewed, lines = Previewed(shown, before.preview if before else None), stated(session)
    session, advised = reviewed(session, known)
    return _ended(session, (*events, accepted, previewed, *((Stated(lines),) if lines else ()), *advised), "accepted")


def reviewed(session: Session, known: Sequence[Advice]) -> tuple[Session, tuple[Advised, ...]]:
    """Return a session that knows what a reviewer would say of its schema, and that as an event; `known` was said before."""
    found = session.review()
    advised = Advised(found, frozenset(advice.key for advice in known))
    return session.reviewed(found), (advised,) if found else ()


def _kept(turn: OpenTurn, reply: Reply, tried: Attempt) -> str:
    """Return the answer that the history keeps: the reply, or the whole schema where the reply only corrected another."""
    if not turn.tried or tried.candidate.kind == "full":
        return reply.text
    return f"```json datagen\n{json.dumps(tried.draft, indent=2, ensure_ascii=False)}\n```"


def _wrong(session: Session, turn: OpenTurn, reply: Reply, tried: Attempt, events: tuple[Event, ...]) -> Step:
    found = ProblemsFound(tried.problems, tried.blamed, tried.question)
    asked = _asked_again(session, turn, reply, tried)
    if asked is None:
        session = replace(session.remember(turn, reply.text), rejected=tried.draft)
        return _ended(session, (*events, found), "rejected")
    again = AskedAgain(len(asked.tried), asked.asked[-1].text)
    return Step(replace(session, turn=asked), (*events, found, again))


def _asked_again(session: Session, turn: OpenTurn, reply: Reply, tried: Attempt) -> OpenTurn | None:
    """Return the turn with the next question; None when the model has been asked often enough.

    A model that repeats its mistakes is given one clean start, without the history that may have led it astray.
    """
    if len(turn.tried) >= session.settings.max_repairs:
        return None
    mistakes = _mistakes(tried)
    repeats = bool(turn.tried) and turn.tried[-1] == mistakes
    if repeats and turn.is_afresh:
        return None
    known = replace(turn, tried=(*turn.tried, mistakes))
    if repeats:
        current = session.versions.current
        afresh = ask_afresh(turn.request, None if current is None else current.draft, tried.problems)
        return replace(known, lead=(), asked=(Message("user", afresh),), draft=None, is_afresh=True)
    asked = (*turn.asked, Message("assistant", reply.text), Message("user", tried.question))
    return replace(known, asked=asked, draft=tried.draft)


def _mistakes(tried: Attempt) -> Hashable:
    return frozenset((problem.code, problem.at) for problem in tried.problems)


def _ended(session: Session, events: tuple[Event, ...], outcome: Outcome) -> Step:
    session = _with_spare(session)
    return Step(session, (*events, TurnEnded(session, outcome)))


def _with_spare(session: Session) -> Session:
    """Return a session with the schema that a request which was asked again had come to before, as nothing took its place."""
    spare = session.spare
    if spare is None or spare.versions == session.versions:
        return replace(session, spare=None)
    current = spare.versions.current
    aside = tell_current(None if current is None else current.draft)
    return replace(session, versions=spare.versions, heard=spare.heard, aside=aside, spare=None)
