"""DuckDB: one database file that holds every table of the dataset."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import ClassVar

import duckdb
import pyarrow as pa

from datagen_chat.problems import OutputError, Problem
from datagen_chat.sinks.base import WHOLE, Block, ColumnShape, ColumnType, DatasetShape, Part, TableShape
from datagen_chat.sinks.batches import conform
from datagen_chat.sinks.columns import Gather
from datagen_chat.sql import quoted
from datagen_chat.values import arrow

# Datetimes are TIMESTAMP, in UTC: TIMESTAMPTZ would show and compare them in the time zone of whoever reads them.
_TYPES: Mapping[ColumnType, str] = {
    "int": "BIGINT",
    "float": "DOUBLE",
    "string": "VARCHAR",
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "date": "DATE",
}
_BLOCK = "datagen_block"
_LONGEST_NAME = 63
_REFUSALS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES)
"""What the system refuses, which DuckDB tells of in the system's words, as an error of its own."""


def _column(column: ColumnShape) -> str:
    return f"{quoted(column.name)} {_TYPES[column.type]}" + ("" if column.nullable else " NOT NULL")


def create_table(shape: TableShape) -> str:
    """Return the statement that creates a table.

    Keys are not declared: DuckDB would build an index for each, at 1.5 to 2 times the cost of all the rest.
    """
    return f"CREATE TABLE {quoted(shape.name)} ({', '.join(map(_column, shape.columns))})"


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        for number in _REFUSALS:
            if os.strerror(number) in str(error):
                raise OSError(number, os.strerror(number)) from error
        reason = str(error).splitlines()[0]
        hint = "Make room on the disk, or choose another folder."
        raise OutputError([Problem("", "cannot-write", f"{path} cannot be written: {reason}", hint)]) from error


class _Table:
    """Inserts the rows of one table, a unit at a time."""

    def __init__(self, dataset: _Dataset, shape: TableShape) -> None:
        self._dataset, self._name, self._schema = dataset, shape.name, shape.arrow_schema
        self._gather = Gather(shape, self._insert)

    def _insert(self, _rows: int, unit: Block) -> None:
        arrays = [arrow(unit[field.name], field.type) for field in self._schema]
        self._dataset.insert(self._name, pa.Table.from_arrays(arrays, schema=self._schema))

    def write(self, block: Block) -> None:
        """Add the next rows."""
        self._gather.add(block)

    def close(self) -> None:
        """Insert the rows that are left."""
        self._gather.flush()

    def abort(self) -> None:
        """Do nothing: the database is let go as a whole."""


class _Dataset:
    """A new database; its tables share one connection, in turns."""

    def __init__(self, folder: Path, dataset: DatasetShape) -> None:
        self._file = re.sub(r"\W+", "_", dataset.name, flags=re.ASCII)[:_LONGEST_NAME].strip("_") or "dataset"
        self._file += ".duckdb"
        self._path, self._lock = folder / self._file, Lock()
        with _telling(self._path):
            self._connection = duckdb.connect(str(self._path))
            for table in dataset.tables:
                self._connection.execute(create_table(table))

    def table(self, shape: TableShape, part: Part = WHOLE) -> _Table:
        """Open a table."""
        if part != WHOLE:
            raise ValueError("a table of a database is written as a whole")
        return _Table(self, shape)

    def insert(self, name: str, table: pa.Table) -> None:
        """Add rows to a table."""
        with self._lock, _telling(self._path):
            self._connection.register(_BLOCK, _without_zones(table))
            self._connection.execute(f"INSERT INTO {quoted(name)} SELECT * FROM {_BLOCK}")  # noqa: S608 - quoted above
            self._connection.unregister(_BLOCK)

    def files(self, table: str, parts: int = 1) -> Sequence[str]:  # noqa: ARG002 - all tables are in one file
        """Return the one file."""
        return [self._file]

    def close(self) -> None:
        """Move everything from the log into the database file, and close it."""
        with _telling(self._path):
            self._connection.execute("CHECKPOINT")
            self._connection.close()

    def abort(self) -> None:
        """Close the database."""
        with suppress(duckdb.Error):
            self._connection.close()


def _without_zones(table: pa.Table) -> pa.Table:
    naive = pa.timestamp("us")
    return table.cast(pa.schema([f.with_type(naive) if pa.types.is_timestamp(f.type) else f for f in table.schema]))


class DuckDB:
    """A DuckDB database, one file for the whole dataset."""

    name: ClassVar[str] = "duckdb"
    parallel: ClassVar[bool] = False

    def create(self, folder: Path, dataset: DatasetShape) -> _Dataset:
        """Begin a dataset in an empty folder."""
        return _Dataset(folder, dataset)

    def read(self, paths: Sequence[Path], shape: TableShape) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a table in row order."""
        for path in paths:
            with duckdb.connect(str(path), read_only=True) as connection:
                for batch in pa.RecordBatchReader.from_stream(connection.table(quoted(shape.name))):
                    yield conform(batch, shape)


SINK = DuckDB()
