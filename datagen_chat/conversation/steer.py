"""What a person does to the schema without the model, which is told of it with the next request."""

from __future__ import annotations

from dataclasses import replace

from datagen_chat.asked.ledger import lines
from datagen_chat.asked.reading import Overruled
from datagen_chat.conversation.ask import NOW, tell_current, without_asides
from datagen_chat.conversation.events import SchemaSteered, StatementDropped
from datagen_chat.conversation.session import Json, Session, Version, Versions
from datagen_chat.conversation.stated import entries, held
from datagen_chat.conversation.turn import Step, reviewed
from datagen_chat.preview import preview
from datagen_chat.schema.change import difference
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read

UNDO, REDO, RETRY, SHORTEN, DROP = "/undo", "/redo", "/retry", "/shorten", "/asked drop"
_REQUESTS, _WORDS = 40, 400
_SO_FAR = "My requests so far, which are done unless the schema says otherwise:"


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
    version, before = Version(dataset, draft, shown), session.versions.current
    known = () if before is None else lines(entries(session), held(version), held(before))
    overruled = [found.statement for found in known if found.broke]
    version = replace(version, heard=(tuple(Overruled(statement.key) for statement in overruled),))
    return _steered(session, session.versions.push(version), line, tuple(statement.quote for statement in overruled))


def drop(session: Session, words: str) -> Step:
    """Return the step by which a person takes back what they stated in these words."""
    keys = [entry.statement.key for entry in entries(session) if _words(entry.statement.quote) == _words(words)]
    if not keys:
        return Step(session, ())
    session = replace(session, heard=(*session.heard, tuple(map(Overruled, keys))))
    return Step(session, (StatementDropped(f"{DROP} {_words(words)}", words),))


def _words(quote: str) -> str:
    return " ".join(quote.split())


def shorten(session: Session) -> Session:
    """Return a session whose model is told the schema and the requests so far instead of all that was said.

    The schema is what a conversation has come to; nobody's summary of it is needed.
    """
    current = session.versions.current
    said = [line for message in session.history if message.role == "user" for line in _requests(message.text)]
    asked = "\n".join([_SO_FAR, *said[-_REQUESTS:]])
    schema = [] if current is None else [tell_current(current.draft)]
    return replace(session, history=(), aside="\n\n".join([*([asked] if said else []), *schema]), reminded=())


def _requests(told: str) -> list[str]:
    """Return what a person asked, each request as one short line, without the schema and the asides told with it.

    The requests that an earlier list holds come first.
    """
    listed: list[str] = []
    if told.startswith(_SO_FAR):
        before, _, told = told.partition("\n\n")
        listed = before.split("\n")[1:]
    if told.startswith(NOW):
        told = told.partition("\n```\n\n")[2]
    words = " ".join(without_asides(told).split())
    return [*listed, f"- {words[:_WORDS]}"]


def steer(session: Session, line: str, draft: Json) -> Step:
    """Return the step that a recorded command makes; one that changes no schema makes none."""
    if draft is not None:
        dataset = read(draft).dataset
        return Step(session, ()) if dataset is None else adopt(session, dataset, draft, line)
    if line == SHORTEN:
        return Step(shorten(session), ())
    if line.startswith(f"{DROP} "):
        return drop(session, line.removeprefix(DROP))
    if line == UNDO and session.versions.past:
        return undo(session)
    if line == REDO and session.versions.undone:
        return redo(session)
    return Step(session, ())


def _steered(session: Session, versions: Versions, line: str, overruled: tuple[str, ...] = ()) -> Step:
    before, now, known = session.versions.current, versions.current, session.review()
    changes = () if now is None else difference(None if before is None else before.draft, now.draft)
    aside = tell_current(None if now is None else now.draft)
    session, advised = reviewed(replace(session, versions=versions, rejected=None, aside=aside), known)
    steered = SchemaSteered(line, now, len(versions.past), changes if before is not None else (), overruled)
    return Step(session, (steered, *advised))
