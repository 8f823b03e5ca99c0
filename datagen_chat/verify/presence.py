"""Whether the tables and columns of a schema are there, and others are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from datagen_chat.schema.model import Table
from datagen_chat.sql import quoted
from datagen_chat.verify.basis import Basis
from datagen_chat.verify.claims import Claim, Finding
from datagen_chat.verify.opened import Opened


def presence(basis: Basis, opened: Opened) -> Iterator[Finding]:
    """Yield whether each table can be read and has the columns of the schema, and which tables the schema does not have."""
    for at, table in basis.tables:
        claim = Claim("table", at, table.id, table.id, "is there and can be read")
        reading = opened.readings.get(table.id)
        if reading is None:
            yield Finding(claim, "fails", "the table", "no file of this name")
        elif reading.problem:
            yield Finding(claim, "fails", "the table", reading.problem)
        else:
            yield _columns(f"{at}/columns", table, reading.columns)
    for name in opened.extra:
        claim = Claim("table", "/nodes", name, name, "is a table of the schema")
        yield Finding(claim, "fails", "the tables of the schema", "a table that the schema does not have")


def _columns(at: str, table: Table, there: Mapping[str, str]) -> Finding:
    names = [column.name for column in table.columns]
    claim = Claim("columns", at, table.id, table.id, f"has its {_many(len(names), 'column')}", f"DESCRIBE {quoted(table.id)}")
    missing = [name for name in names if name not in there]
    extra = [name for name in there if name not in names]
    if not missing and not extra:
        return Finding(claim, "holds", ", ".join(names), "all of them")
    found = [f"no {', '.join(missing)}"] if missing else []
    found += [f"{', '.join(extra)}, not in the schema"] if extra else []
    return Finding(claim, "fails", ", ".join(names), "; also ".join(found) if missing else f"also {found[0]}")


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def lacking(basis: Basis, opened: Opened) -> tuple[dict[tuple[str, str], str], dict[str, str]]:
    """Return why columns, and whole tables, cannot be asked."""
    tables = {}
    for _, table in basis.tables:
        reading = opened.readings.get(table.id)
        if reading is None or reading.problem:
            tables[table.id] = f"{table.id} is not there" if reading is None else f"{table.id} cannot be read"
    columns = {}
    for _, table, column in basis.columns:
        reading = opened.readings.get(table.id)
        if reading is not None and (why := reading.lacks(column)):
            columns[table.id, column.name] = why
    return columns, tables
