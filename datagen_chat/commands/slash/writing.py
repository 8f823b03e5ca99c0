"""What writes files: the data, the schema."""

from __future__ import annotations

import argparse
import shlex

from datagen_chat.commands.export import export
from datagen_chat.commands.generate import again, make
from datagen_chat.commands.save import save_as, slugs
from datagen_chat.commands.slash import completing
from datagen_chat.commands.slash.registry import Desk, place, split, topic, wrong
from datagen_chat.conversation.document import Document
from datagen_chat.conversation.session import Version
from datagen_chat.engine.estimate import ROW_LIMIT, check_size
from datagen_chat.problems import LimitError, did_you_mean, shown
from datagen_chat.sinks import FORMATS
from datagen_chat.terminal.clean import one_line

command = topic("files")


@command(
    "/generate",
    "[FOLDER] [--format NAME]",
    "write all rows to files (default: output, parquet)",
    more=f"Formats are {', '.join(FORMATS)}. The folder is complete or as it was before; Ctrl-C stops it.",
    completes=completing.output,
)
def _generate(desk: Desk, rest: str) -> None:
    version, screen, session = desk.current, desk.talk.screen, desk.talk.session
    folder, format_ = _target(rest)
    file = f"{slugs([version.dataset.metadata.name])[0]}.json"
    options = argparse.Namespace(
        file=file,
        seed=session.settings.seed,
        output=folder,
        format=format_,
        workers=1,
        max_rows=ROW_LIMIT,
        block_rows=None,
    )
    _check_size(version, options.max_rows)
    make(Document(version.draft, version.dataset), options, screen, screen)
    screen.command("The same rows again, after /save:", again(options))
    desk.talk.note(f"/generate {rest}".strip())


def _check_size(version: Version, limit: int) -> None:
    """Refuse more rows than are made in a conversation.

    Raises:
        ProblemsError: there would be more.
    """
    try:
        check_size(version.dataset, limit)
    except LimitError as error:
        hint = "Lower the rows or fanouts; or write /save, and run datagen generate with --max-rows."
        raise wrong("too-many-rows", error.problems[0].message, hint) from None


def _target(rest: str) -> tuple[str, str]:
    """Return the folder and the format that a person names."""
    parts = split(rest)
    format_ = "parquet"
    if "--format" in parts:
        at = parts.index("--format")
        format_ = parts[at + 1] if at + 1 < len(parts) else ""
        parts = parts[:at] + parts[at + 2 :]
    if format_ not in FORMATS:
        hint = did_you_mean(format_, FORMATS) or f"Use one of {', '.join(FORMATS)}."
        raise wrong("unknown-format", f"There is no format {shown(format_)}.", hint)
    if len(parts) > 1 or any(part.startswith("-") for part in parts):
        raise wrong("too-many-words", f"{shown(rest)} is more than a folder.", "Write /generate FOLDER --format NAME.")
    return str(place(shlex.join(parts), "output")), format_


@command("/save", "[FILE]", "write the schema to a file", completes=completing.files)
def _save(desk: Desk, rest: str) -> None:
    version = desk.current
    path = place(rest, f"{slugs([version.dataset.metadata.name])[0]}.json")
    saved = save_as(version, path)
    desk.saved = version
    desk.talk.screen.say((f"{saved.verb} ", "green"), one_line(str(path)), hang=2)
    how = shlex.join(["datagen", "generate", str(path), "--seed", str(desk.talk.session.settings.seed), "-o", "output"])
    desk.talk.screen.command("To generate all rows:", how)


@command(
    "/export",
    "[FOLDER]",
    "write the schema, its tables as SQL, a page about them, and this conversation",
    more="schema.json is for datagen, tables.sql for a database, README.md and conversation.md for people.",
    completes=completing.files,
)
def _export(desk: Desk, rest: str) -> None:
    version, talk = desk.current, desk.talk
    folder = place(rest, slugs([version.dataset.metadata.name])[0])
    for path in export(version, talk.keeper.text(talk.journal), folder):
        talk.screen.say(("Written ", "green"), one_line(str(path)), hang=2)
    desk.saved = version
