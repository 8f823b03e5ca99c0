"""What changes the schema, and takes changes back."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from datagen_chat.commands.files import tell_mends
from datagen_chat.commands.slash import completing
from datagen_chat.commands.slash.registry import Desk, table_of, topic, wrong
from datagen_chat.commands.stopping import unstopped
from datagen_chat.conversation.document import Document, read_document
from datagen_chat.conversation.session import Json, Version
from datagen_chat.conversation.steer import adopt, redo, undo
from datagen_chat.engine.estimate import ROW_LIMIT, magnitude
from datagen_chat.problems import ProblemsError, did_you_mean, shown
from datagen_chat.schema.canonical import dump
from datagen_chat.schema.change import difference
from datagen_chat.schema.model import Dataset, Table
from datagen_chat.schema.patch import RENAME, apply_patch
from datagen_chat.schema.repair import repair
from datagen_chat.terminal.chat import draw_changes
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.problems import draw_problems
from datagen_chat.terminal.schema import headline

_BY_NAME = ("nodes", "tables", "columns")

command = topic("its changes")


@command(
    "/diff",
    "[FROM] [TO]",
    "show what the last change made different, or what is between two versions",
    more="/diff 1 compares version 1 with the schema as it is now, /diff 1 3 with version 3; /versions lists them.",
    completes=completing.versions,
)
def _diff(desk: Desk, rest: str) -> None:
    version, past, parts = desk.current, desk.talk.session.versions.past, rest.split()
    if len(parts) > 2:
        raise wrong("too-many-words", f"{shown(rest)} is more than two versions.", "Write /diff FROM TO.")
    if not parts and len(past) < 2:
        raise wrong("no-difference", "This is the first schema.", "Ask for a change first.")
    old, new = (*(_version(desk, part) for part in parts or [str(len(past) - 1)]), version)[:2]
    draw_changes(desk.talk.screen, difference(old.draft, new.draft))


def _version(desk: Desk, number: str) -> Version:
    versions = desk.talk.session.versions
    known = (*versions.past, *versions.undone)
    if not (number.isdecimal() and 0 < int(number[:9]) <= len(known)):
        raise wrong("unknown-version", f"There is no version {shown(number)}.", f"Use a number from 1 to {len(known)}.")
    return known[int(number) - 1]


@command("/undo", "", "go back to the schema before the last change")
def _undo(desk: Desk, _rest: str) -> None:
    assert desk.current
    desk.talk.steer(undo(desk.talk.session))


@command("/redo", "", "take up again what was undone")
def _redo(desk: Desk, _rest: str) -> None:
    if not desk.talk.session.versions.undone:
        raise wrong("nothing-undone", "Nothing was undone.", "/undo goes back first.")
    desk.talk.steer(redo(desk.talk.session))


@command("/versions", "", "list the schemas so far")
def _versions(desk: Desk, _rest: str) -> None:
    assert desk.current
    versions, screen = desk.talk.session.versions, desk.talk.screen
    for number, version in enumerate((*versions.past, *versions.undone), 1):
        mark = "→" if number == len(versions.past) else " "
        state = "" if number <= len(versions.past) else "  undone"
        screen.say(f"{mark} {number}: {headline(version.dataset, version.preview.total)}", (state, "dim"), hang=5)


@command(
    "/set",
    "PATH VALUE",
    "change one value: /set customer.rows 500, /set customer.tier.null_rate 0.1",
    more="A value is JSON, or else text; a list is set whole. The id of a table and the name of a column change wherever they"
    " are used. The model is told of the change with your next request.",
    completes=completing.values,
)
def _set(desk: Desk, rest: str) -> None:
    path, _, value = rest.partition(" ")
    if not path or not value.strip():
        raise wrong("no-value", "A path and a value are needed.", "Write, for instance, /set customer.rows 500.")
    patched = apply_patch(desk.current.draft, _patch(desk.current, path.split("."), _value(value.strip())))
    if patched.problems:
        raise ProblemsError(patched.problems)
    document = _read(patched.draft)
    if dump(document.draft) == dump(desk.current.draft):
        desk.talk.screen.say(f"Nothing was changed: {one_line(path)} is so already.", hang=2)
        return
    _adopt(desk, document, f"/set {rest}")


def _value(said: str) -> Json:
    """Return what a value says as JSON, or else as text."""
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        return said


def _patch(version: Version, parts: Sequence[str], value: Json) -> Json:
    """Return the patch that sets one value of a table, of a column, or of the schema as a whole."""
    tables = {table.id: table for table in version.dataset.nodes}
    _check_path(version, parts)
    if parts[0] not in tables:
        return _nested(parts, value)
    table, rest = tables[parts[0]], list(parts[1:])
    if rest and rest[0] in {column.name for column in table.columns}:
        return {"nodes": [{"id": table.id, "columns": [{"name": rest[0], **_inside(rest[1:], value, "name")}]}]}
    _check_key(table, rest)
    return {"nodes": [{"id": table.id, **_inside(rest, value, "id")}]}


def _check_key(table: Table, rest: Sequence[str]) -> None:
    """Refuse a path that goes on from a table to what is neither a column of it nor a value.

    Raises:
        ProblemsError: it does.
    """
    keys = {field.alias or name for name, field in Table.model_fields.items()}
    if len(rest) < 2 or rest[0] in {*keys, *Table.model_fields, *(table.model_extra or ())}:
        return
    columns = [column.name for column in table.columns]
    hint = did_you_mean(rest[0], [*columns, *keys]) or f"Use one of {', '.join(columns[:20])}."
    raise wrong("unknown-column", f"There is no column {shown(rest[0])} in {table.id}.", hint)


def _check_path(version: Version, parts: Sequence[str]) -> None:
    """Refuse a path that begins at no table, or that goes into a list of values.

    Raises:
        ProblemsError: it does.
    """
    if len(parts) > 1 and parts[0] not in {*Dataset.model_fields, *version.draft, "tables"}:
        table_of(version, parts[0])
    for end in range(1, len(parts)):
        if parts[end - 1] not in _BY_NAME and isinstance(completing.held(version, parts[:end]), list):
            path = ".".join(parts[:end])
            raise wrong("part-of-list", f"{path} is a list, which is set whole.", f"Write /set {path} [VALUE, VALUE, …].")


def _inside(parts: Sequence[str], value: Json, name_key: str) -> dict[str, Any]:
    """Return what a patch says of a table or column; another name for it is a rename."""
    if not parts:
        hint = "Name what is to be set. New names: /set TABLE.$rename NAME, /set TABLE.COLUMN.name NAME."
        raise wrong("no-value", "The path ends at a table or column, not at a value of it.", hint)
    if list(parts) == [name_key]:
        return {RENAME: value}
    found: dict[str, Any] = _nested(parts, value)
    return found


def _nested(parts: Sequence[str], value: Json) -> Json:
    for part in reversed(parts):
        value = {part: value}
    return value


def _read(draft: Json) -> Document:
    """Return a draft as it is read, other spellings mended."""
    repaired = repair(draft)
    return Document(repaired.draft, repaired.reading.dataset, (), repaired.mends, repaired.reading.problems)


def _adopt(desk: Desk, document: Document, line: str) -> None:
    """Make a schema that a person wrote the current one, or draw what is wrong with it."""
    screen = desk.talk.screen
    tell_mends(document, screen)
    if document.dataset is None:
        draw_problems(screen, document.problems, document.draft)
        screen.say(("Nothing was changed.", "dim"))
        return
    desk.talk.steer(adopt(desk.talk.session, document.dataset, document.draft, line), schema=document.draft)
    if desk.current.preview.total.rows > ROW_LIMIT:
        message = f"This is beyond the limit of {magnitude(ROW_LIMIT)} rows that /generate makes: lower the rows or fanouts."
        screen.say((message, "yellow"), hang=2)


@command(
    "/edit",
    "",
    "change the schema in $EDITOR",
    more="What was wrong with it is said, and another /edit opens it again as it was left. A schema of the model's that"
    " stayed wrong is opened too.",
)
def _edit(desk: Desk, _rest: str) -> None:
    before = _to_edit(desk)
    content = _edited(before)
    if content is None or (content == before and content != desk.unfinished):
        desk.talk.screen.say("Nothing was changed.")
        return
    desk.unfinished = content
    accepted = desk.talk.session.versions.current
    try:
        _adopt(desk, read_document(content.encode()), "/edit")
    finally:
        if desk.talk.session.versions.current is not accepted:
            desk.unfinished = ""
        else:
            desk.talk.screen.say(("/edit opens it again as you left it.", "dim"))


def _to_edit(desk: Desk) -> str:
    """Return what an editor is to show: what was left unfinished, else the reply that stayed wrong, else the schema."""
    if desk.unfinished:
        return desk.unfinished
    rejected = desk.talk.session.rejected
    return dump(rejected if isinstance(rejected, dict) else desk.current.draft) + "\n"


def _edited(text: str) -> str | None:
    """Return what a person makes of a text in their editor, None where they leave it with an error, or empty."""
    with TemporaryDirectory(prefix="datagen-") as folder, unstopped():
        path = Path(folder) / "schema.json"
        path.write_text(text, "utf-8")
        editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
        try:
            done = subprocess.run([*shlex.split(editor), str(path)], check=False)  # noqa: S603 - the user's own editor
        except (OSError, ValueError) as error:
            raise wrong("no-editor", f"The editor {editor} cannot be started: {error}.", "Set EDITOR.") from None
        content = path.read_bytes().decode("utf-8", "replace") if path.exists() else ""
    return content if content.strip() and not done.returncode else None
