"""A schema and its conversation as files for others: for programs, for databases, and for people."""

from __future__ import annotations

from pathlib import Path

from datagen_chat.commands.places import SHARED, put, refused
from datagen_chat.commands.save import check_is_free
from datagen_chat.conversation.session import Version
from datagen_chat.problems import OutputError, Problem
from datagen_chat.schema.canonical import dump
from datagen_chat.schema.ddl import create_tables
from datagen_chat.schema.dictionary import dictionary
from datagen_chat.terminal.cells import count

SCHEMA = "schema.json"


def export(version: Version, conversation: str, folder: Path) -> list[Path]:
    """Write a schema, the tables as SQL, a page about them and the conversation into `folder`, and return the files.

    Raises:
        OutputError: it cannot be written, or files that were not exported are in the way.
    """
    counts = version.preview.counts.items()
    rows = {table: count(found.rows, is_exact=found.is_exact) for table, found in counts}
    files = {
        SCHEMA: dump(version.draft) + "\n",
        "tables.sql": create_tables(version.dataset),
        "README.md": dictionary(version.dataset, rows),
        "conversation.md": conversation,
    }
    try:
        check_is_free(folder / SCHEMA, version.draft, "Move it away, or choose another folder.")
        there = [name for name in files if (folder / name).exists()]
        if there and SCHEMA not in there:
            raise OutputError([Problem("", "in-the-way", f"{folder / there[0]} is in the way.", "Choose another folder.")])
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(error, folder) from None
    for name, text in files.items():
        put(folder / name, text, SHARED)
    return [folder / name for name in files]
