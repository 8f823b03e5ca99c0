"""What a person does to the schema without the model, which is told of it with the next request."""

from __future__ import annotations

from dataclasses import replace

from datagen_chat.conversation.ask import tell_schema
from datagen_chat.conversation.events import SchemaSteered
from datagen_chat.conversation.session import Json, Session, Version, Versions
from datagen_chat.conversation.turn import Step
from datagen_chat.preview import preview
from datagen_chat.schema.change import difference
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read

UNDO, REDO, RETRY = "/undo", "/redo", "/retry"


def undo(session: Session) -> Step:
    """Return the step back to the schema before the last one."""
    return _steered(session, session.versions.undo(), UNDO)


def redo(session: Session) -> Step:
    """Return the step to the schema that was undone last."""
    return _steered(session, session.versions.redo(), REDO)


def adopt(session: Session, dataset: Dataset, draft: Json, line: str) -> Step:
    """Return the step to a schema that a person wrote; `line` is what they did to say so."""
    settings = session.settings
    shown = preview(dataset, settings.seed, settings.rows, settings.tables)
    return _steered(session, session.versions.push(Version(dataset, draft, shown)), line)


def steer(session: Session, line: str, draft: Json) -> Step:
    """Return the step that a recorded command makes; one that changes no schema makes none."""
    if draft is not None:
        dataset = read(draft).dataset
        return Step(session, ()) if dataset is None else adopt(session, dataset, draft, line)
    if line == UNDO and session.versions.past:
        return undo(session)
    if line == REDO and session.versions.undone:
        return redo(session)
    return Step(session, ())


def _steered(session: Session, versions: Versions, line: str) -> Step:
    before, now = session.versions.current, versions.current
    changes = () if now is None else difference(None if before is None else before.draft, now.draft)
    session = replace(session, versions=versions, rejected=None, aside=_aside(now))
    return Step(session, (SchemaSteered(line, now, len(versions.past), changes if before is not None else ()),))


def _aside(version: Version | None) -> str:
    if version is None:
        return "I took the schema back; there is none now."
    return tell_schema("This is the schema as it is now:", version.draft)
