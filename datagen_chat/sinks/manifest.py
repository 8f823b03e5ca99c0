"""The manifest: what a folder of output holds, and what it was made from. The same run gives the same manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from datagen_chat.frozen import dataclass
from datagen_chat.problems import OutputError, Problem
from datagen_chat.sinks.base import ColumnShape, ColumnType, TableShape

MANIFEST = "manifest.json"

FilePath = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_]*(/part-[0-9]{5,})?\.[a-z]+$")]
"""Where a file lies below the folder. Files that a manifest names are replaced, so it can name nothing else."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file, and its size."""

    path: FilePath
    bytes: int


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """A column as its readers see it; a category is text in few words, which its content hash is taken over."""

    name: str
    type: ColumnType
    nullable: bool
    category: bool


@dataclass(frozen=True, slots=True)
class TableEntry:
    """A table: its rows are those of its files in this order, and `hash` is the hash of its content."""

    name: str
    rows: int
    columns: tuple[ColumnEntry, ...]
    files: tuple[FileEntry, ...]
    hash: str

    @property
    def shape(self) -> TableShape:
        """The shape of the table, as far as reading it back needs."""
        columns = (ColumnShape(c.name, c.type, c.nullable, layout="category" if c.category else "plain") for c in self.columns)
        return TableShape(self.name, tuple(columns), self.rows)


@dataclass(frozen=True, slots=True)
class NoteEntry:
    """Something that happened to `count` cells of a column, or rows of a table, while they were made."""

    place: str
    code: str
    message: str
    count: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A folder of output."""

    dataset: str
    format: str
    schema_hash: str
    seed: int
    versions: Mapping[str, str]
    tables: tuple[TableEntry, ...]
    notes: tuple[NoteEntry, ...] = ()
    datagen_manifest: Literal[1] = 1

    __pydantic_config__ = ConfigDict(extra="forbid")

    @property
    def files(self) -> tuple[str, ...]:
        """Every file that the manifest names, each once."""
        return tuple(dict.fromkeys(file.path for table in self.tables for file in table.files))


def table_entry(shape: TableShape, digest: str, folder: Path, files: Sequence[str]) -> TableEntry:
    """Return the entry of a table whose files stand complete below `folder`."""
    columns = (ColumnEntry(c.name, c.type, c.nullable, c.type == "string" and c.layout == "category") for c in shape.columns)
    sizes = (FileEntry(file, (folder / file).stat().st_size) for file in files)
    return TableEntry(shape.name, shape.rows, tuple(columns), tuple(sizes), digest)


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write a manifest."""
    path.write_text(json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def find_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a folder, None when there is none.

    Raises:
        OutputError: the folder's manifest.json is not one that Datagen wrote.
    """
    try:
        text = (folder / MANIFEST).read_bytes()
    except FileNotFoundError:
        return None
    from pydantic import TypeAdapter, ValidationError  # a new folder has none

    try:
        return TypeAdapter(Manifest).validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        at, reason = ".".join(map(str, first["loc"])), first["msg"]
        if at:
            reason = f"{at} is missing" if first["type"] == "missing" else f"{at}: {reason}"
        message = f"{folder / MANIFEST} is not a manifest that this version of Datagen wrote: {reason}."
        raise OutputError([Problem("", "bad-manifest", message, "Choose another folder, or move this file away.")]) from None
