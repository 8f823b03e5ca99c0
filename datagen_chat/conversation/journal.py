"""What is written down of a conversation while it is held: every event that a transcript keeps, as turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field, replace
from typing import Any

from datagen_chat.conversation.ask import causes
from datagen_chat.conversation.events import AskedAgain, Event, ProblemsFound, ReplyFinished, SchemaAccepted, Tried, UserSaid
from datagen_chat.conversation.turns import Conversation, Role, Transcript, Turn
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Reply
from datagen_chat.schema.canonical import schema_hash


@dataclass(frozen=True, slots=True)
class Journal:
    """The turns so far, and what is known of the conversation as a whole."""

    title: str = ""
    turns: tuple[Turn, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)

    @property
    def transcript(self) -> Transcript:
        """The conversation as it is written down."""
        return Transcript((Conversation(self.title, self.turns, self.meta),))

    def add(self, role: Role, text: str, **meta: Any) -> Journal:
        """Return this journal with one more turn."""
        return replace(self, turns=(*self.turns, Turn(role, text, meta)))

    def hear(self, event: Event) -> Journal:
        """Return this journal with what an event leaves behind."""
        if isinstance(event, UserSaid):
            return replace(self, title=self.title or _title(event.text)).add("user", event.text)
        if isinstance(event, ReplyFinished):
            return self.add("assistant", event.reply.text, **_about(event.reply))
        if isinstance(event, AskedAgain):
            return self.add("repair", event.question, **({"about": "data"} if event.is_about_data else {}))
        if isinstance(event, Tried):
            return self._tried(event)
        if isinstance(event, ProblemsFound):
            found = len(causes(event.problems))
            return self.add("result", f"The schema is not valid: {found} {'problem' if found == 1 else 'problems'}.")
        if isinstance(event, SchemaAccepted):
            return self._accepted(event)
        return self

    def fail(self, message: str, kind: str, partial: str) -> Journal:
        """Return this journal with a reply that did not come; what came of it is kept, but is no reply."""
        text = f"{message}\n\nUntil then the model had said:\n\n{partial}" if partial else message
        return self.add("result", text, failed=kind)

    def _tried(self, event: Tried) -> Journal:
        if not event.checks:
            return self
        failed = [f"{check.name}: {check.found} instead of {check.wanted}" for check in event.failed]
        return self.add("result", "\n".join([f"Checks: {_of(event)} hold.", *failed]))

    def _accepted(self, event: SchemaAccepted) -> Journal:
        name, total = event.version.dataset.metadata.name, event.version.preview.total
        tables = len(event.version.dataset.nodes)
        sizes = f"{tables} {'table' if tables == 1 else 'tables'}, {total.rows:,} {'row' if total.rows == 1 else 'rows'}"
        text = f"Schema {event.number}: {name} — {sizes}"
        return self.add("result", text, version=event.number, schema=schema_hash(event.version.draft))


def _of(event: Tried) -> str:
    return f"{len(event.checks) - len(event.failed)} of {len(event.checks)}"


def _title(request: str) -> str:
    """Return the first words of a request, as the title of its conversation."""
    words = " ".join(request[:400].split())
    return words if len(words) <= 72 else f"{words[:71]}…"


def _about(reply: Reply) -> dict[str, Any]:
    usage = {} if reply.usage is None else {"usage": {key: count for key, count in asdict(reply.usage).items() if count}}
    return {"stop": reply.stop, **usage, **({"model": reply.model} if reply.model else {})}
