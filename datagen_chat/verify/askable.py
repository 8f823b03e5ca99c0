"""Checks that cannot be asked, whatever the data: found on empty tables, before there is any."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.problems import Problem, pointer
from datagen_chat.schema.model import Dataset, Table
from datagen_chat.sql import quoted
from datagen_chat.verify.locked import RefusedError, locked
from datagen_chat.verify.reading import CASTS
from datagen_chat.verify.sql import listed

_HINT = "Write one SELECT over the tables and columns of the schema, in DuckDB's SQL."


def unaskable(dataset: Dataset) -> Iterator[Problem]:
    """Yield the checks whose SQL is no statement that can be asked of the tables, with the database's reason."""
    for number, reason in refused(dataset):
        yield Problem(pointer("checks", number, "sql"), "check-unusable", reason, _HINT)


def refused(dataset: Dataset) -> Iterator[tuple[int, str]]:
    """Yield the number of each check that cannot be asked, and why, in one line.

    The database is a process of its own, which is started only where there are checks; it takes about half a second.
    """
    if not dataset.checks:
        return
    with locked([_empty(table) for table in dataset.nodes], []) as database:
        for number, check in enumerate(dataset.checks):
            try:
                database.prepare(check.sql)
            except RefusedError as error:
                yield number, " ".join(str(error).split())


def _empty(table: Table) -> str:
    """Return the statement that makes a table without rows, its columns of the types in which data is read."""
    columns = listed(f"CAST(NULL AS {CASTS[column.type]}) AS {quoted(column.name)}" for column in table.columns)
    return f"CREATE VIEW {quoted(table.id)} AS SELECT {columns} WHERE false"
