"""The tables of a dataset in words: a page of Markdown for the people who get its data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from datagen_chat.instants import show_instant
from datagen_chat.schema.canonical import as_draft
from datagen_chat.schema.change import in_words
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Column, Dataset, Table

_LONGEST = 300


def dictionary(dataset: Dataset, rows: Mapping[str, str]) -> str:
    """Return the page; `rows` says how many rows each table has, as it is shown."""
    index = Index(dataset)
    drafts = {node["id"]: node for node in as_draft(dataset)["nodes"]}
    parts = [f"# {_text(dataset.metadata.name)}", *_about(dataset)]
    for table in dataset.nodes:
        parts += _table(index, table, drafts[table.id], rows[table.id])
    parts += _checks(dataset)
    return "\n\n".join(parts) + "\n"


def _about(dataset: Dataset) -> Iterator[str]:
    description = (dataset.metadata.__pydantic_extra__ or {}).get("description")
    if description:
        yield _text(description)
    if dataset.window is not None:
        begin, end = (show_instant(instant)[:10] for instant in dataset.window)
        yield f"From {begin} to {end}. All values are made up."


def _table(index: Index, table: Table, draft: Mapping[str, object], rows: str) -> Iterator[str]:
    nature = f"{table.kind} of {', '.join(table.parents)}" if table.parents else table.kind
    yield f"## {_text(table.id)}"
    yield f"{rows} rows; {nature}."
    columns = draft["columns"]
    assert isinstance(columns, list)
    lines = ["| column | type | key | how it is made |", "|---|---|---|---|"]
    lines += [_line(index, table, column, known) for column, known in zip(table.columns, columns, strict=True)]
    yield "\n".join(lines)


def _line(index: Index, table: Table, column: Column, draft: Mapping[str, object]) -> str:
    how = in_words(draft["generator"])
    return f"| {_text(column.name)} | {column.type} | {'; '.join(_facts(index, table, column))} | {_text(how)} |"


def _facts(index: Index, table: Table, column: Column) -> Iterator[str]:
    place = (table.id, column.name)
    if column.name == table.pk:
        yield "key"
    elif index.must_not_repeat(place):
        yield "unique"
    yield from (f"→ {_text('.'.join(to))}" for here, to in index.foreign_keys() if here == place)
    if index.may_hold_null(place):
        yield f"{column.null_rate:.3g} null" if column.null_rate else "may be null"


def _checks(dataset: Dataset) -> Iterator[str]:
    if dataset.checks:
        yield "## What was asked for"
        yield "\n".join(f"- {_text(check.requirement or check.name)}" for check in dataset.checks)


def _text(words: str) -> str:
    """Return words that mean nothing in Markdown, on one line."""
    line = " ".join(words.split())
    cut = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
    return re.sub(r"([\\`*{}\[\]<>|#]|\b_|_\b)", r"\\\1", cut)
