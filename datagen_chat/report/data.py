"""The tables of a dataset as it was written, with the columns and types of its schema, to be counted in DuckDB."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem
from datagen_chat.schema.model import Dataset, Table
from datagen_chat.sinks.manifest import Manifest
from datagen_chat.sql import quoted
from datagen_chat.verify.data import DataError, find_data
from datagen_chat.verify.opened import Opened
from datagen_chat.verify.opened import opened as opened_files
from datagen_chat.verify.reading import CASTS
from datagen_chat.verify.sql import listed

if TYPE_CHECKING:
    import duckdb

_SHOWN = "shown"
READ_ONCE = 5_000_000
"""So many values find room in memory; each question of a table that is not read goes through all of its columns again."""
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Data:
    """The tables of a dataset, to be asked.

    `manifest` says what made them, where Datagen wrote it, and `notes` what to know of how they were found.
    """

    connection: duckdb.DuckDBPyConnection
    manifest: Manifest | None
    notes: tuple[str, ...] = ()

    def estimate(self, sql: str) -> list[Row]:
        """Return the rows that a query with estimates gives; one thread reads in order, so that the same rows give the same."""
        self.ask("SET threads = 1")
        try:
            return self.ask(sql)
        finally:
            self.ask("RESET threads")

    def ask(self, sql: str) -> list[Row]:
        """Return the rows that a query gives.

        Raises:
            DataError: the data cannot be read.
        """
        import duckdb

        try:
            found: list[Row] = self.connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise _unreadable(str(error)) from None
        return found


@contextmanager
def opened(folder: Path, dataset: Dataset, format_: str | None = None, read_once: int = READ_ONCE) -> Iterator[Data]:
    """Yield the tables of a dataset, each under its name, with the columns of the schema in their order.

    Tables of at most `read_once` values are read now, and the files of others with each question.

    Raises:
        DataError: a table or a column is not there, or holds values of another type.
    """
    data = find_data(folder, [table.id for table in dataset.nodes], format_)
    with opened_files(data, dataset.nodes) as tables:
        shown = Data(tables.connection, data.manifest, data.notes)
        shown.ask(f"CREATE SCHEMA {_SHOWN}")
        for table in dataset.nodes:
            _check_there(tables, table)
            _show(shown, table, read_once)
        shown.ask(f"SET schema = '{_SHOWN}'")
        yield shown


def _show(data: Data, table: Table, read_once: int) -> None:
    """Make a table with the columns of the schema: a copy of a small one, else a view."""
    columns = listed(f"CAST({quoted(c.name)} AS {CASTS[c.type]}) AS {quoted(c.name)}" for c in table.columns)
    name = quoted(table.id)
    [(rows,)] = data.ask(f"SELECT count(*) FROM memory.main.{name}")  # noqa: S608 - quoted
    kind = "TABLE" if rows * len(table.columns) <= read_once else "VIEW"
    data.ask(f"CREATE {kind} {_SHOWN}.{name} AS SELECT {columns} FROM memory.main.{name}")  # noqa: S608 - quoted


def _check_there(tables: Opened, table: Table) -> None:
    reading = tables.readings.get(table.id)
    if reading is None:
        raise _unreadable(f"there is no table {table.id}.")
    if reading.problem:
        raise _unreadable(f"{table.id} cannot be read: {reading.problem}.")
    for column in table.columns:
        why = reading.lacks(column)
        if why:
            raise _unreadable(f"{why}.")


def _unreadable(why: str) -> DataError:
    reason = re.sub(r"\s+", " ", why)[:300]
    hint = "Write the data again from this schema; `datagen validate SCHEMA --data FOLDER` says what else differs."
    return DataError([Problem("", "wrong-data", f"The data is not that of this schema: {reason}", hint)])
