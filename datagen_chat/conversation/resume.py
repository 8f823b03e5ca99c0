"""A session taken up again: what a written conversation had come to, so that it can go on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from datagen_chat.conversation.events import TurnEnded
from datagen_chat.conversation.loop import converse, kept
from datagen_chat.conversation.session import Session
from datagen_chat.conversation.steer import REDO, RETRY, SHORTEN, UNDO, shorten, steer
from datagen_chat.conversation.turn import answer
from datagen_chat.conversation.turns import Conversation, Turn
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Message, MissingReplyError, Reply
from datagen_chat.llm.script import Script
from datagen_chat.schema.canonical import schema_hash


@dataclass(frozen=True, slots=True)
class _Exchange:
    """A request with what followed it, a command, or what a model said before the first request."""

    lead: Turn | None
    rest: tuple[Turn, ...]

    @property
    def replies(self) -> list[Reply]:
        return [turn.reply() for turn in self.rest if turn.role == "assistant"]

    @property
    def has_failed(self) -> bool:
        return any("failed" in turn.meta for turn in self.rest)

    @property
    def repairs(self) -> int:
        return sum(turn.role == "repair" for turn in self.rest)


def restore(session: Session, conversation: Conversation) -> Session:
    """Return the session that a conversation led to; nobody is asked.

    What was held before, by the same version of this package, gives the same session. A turn whose reply did not come leaves
    nothing behind.
    """
    before = session
    for exchange in _exchanges(conversation.turns):
        lead = exchange.lead
        if lead is not None and lead.role == "command":
            known = before.instead_of(session) if lead.text == RETRY else session
            session = steer(known, lead.text, lead.meta.get("schema")).session
            before = shorten(before) if lead.text == SHORTEN else before
        elif lead is not None and lead.role == "repair":
            session = session if exchange.has_failed else kept(session, _held(session, exchange))
        else:
            before, now = replace(session, spare=None), session
            session = now.unanswered() if exchange.has_failed else _held(now, exchange)
    return session.unanswered()


def written_schema(conversation: Conversation) -> str | None:
    """Return the hash of the schema that a conversation had come to, None where it does not say."""
    found: str | None = None
    for turn in conversation.turns:
        schema = turn.meta.get("schema")
        if turn.role == "result" and isinstance(schema, str):
            found = schema
        elif turn.role == "command":
            known = None if turn.text in (UNDO, REDO, RETRY) else found
            found = known if schema is None else schema_hash(schema)
    return found


def _exchanges(turns: Sequence[Turn]) -> Iterator[_Exchange]:
    lead: Turn | None = None
    rest: list[Turn] = []
    for turn in turns:
        if turn.role in ("user", "command") or turn.meta.get("about") == "data":
            yield _Exchange(lead, tuple(rest))
            lead, rest = turn, []
        else:
            rest.append(turn)
    yield _Exchange(lead, tuple(rest))


def _held(session: Session, exchange: _Exchange) -> Session:
    """Return the session after an exchange; a model was asked again as often as the conversation says."""
    settings, replies = session.settings, exchange.replies
    if exchange.lead is not None and replies:
        session = replace(session, settings=replace(settings, max_repairs=exchange.repairs))
        session = _conversed(session, exchange.lead, replies)
    if not exchange.repairs:  # several replies in a row, as conversations have that were held elsewhere
        while replies:
            session = answer(session, replies.pop(0)).session
    return replace(session, settings=settings)


def _conversed(session: Session, lead: Turn, replies: list[Reply]) -> Session:
    def recorded(_messages: Sequence[Message]) -> Reply:
        if not replies:
            raise MissingReplyError("The conversation holds no further reply.")
        return replies.pop(0)

    with suppress(MissingReplyError):
        for event in converse(session, lead.text, Script(recorded), is_persons=lead.role == "user"):
            session = event.session if isinstance(event, TurnEnded) else session
    return session
