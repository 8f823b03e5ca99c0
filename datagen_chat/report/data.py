"""The tables of a dataset as it was written, to be counted in DuckDB whatever their format."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from datagen_chat.problems import Problem, ProblemsError
from datagen_chat.schema.model import Dataset, Table
from datagen_chat.sinks.manifest import Manifest, find_manifest
from datagen_chat.words import ColumnType

if TYPE_CHECKING:
    import duckdb

_MEMORY = "1GB"
_TYPES: Mapping[ColumnType, str] = {
    "int": "BIGINT",
    "float": "DOUBLE",
    "string": "VARCHAR",
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "date": "DATE",
}
_SUFFIXES = ("parquet", "csv", "jsonl")
Row = tuple[Any, ...]


class DataError(ProblemsError):
    """The data is not there, or is not that of the schema."""


@dataclass(frozen=True, slots=True)
class Data:
    """The tables of a dataset, to be asked; `manifest` says what made them, where Datagen wrote it."""

    connection: duckdb.DuckDBPyConnection
    manifest: Manifest | None

    def ask(self, sql: str) -> list[Row]:
        """Return the rows that a query gives.

        Raises:
            DataError: the data cannot be read.
        """
        import duckdb

        try:
            found: list[Row] = self.connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise _unreadable(error) from None
        return found


@contextmanager
def opened(folder: Path, dataset: Dataset) -> Iterator[Data]:
    """Yield the tables of a dataset, each under its name, with the columns and the types that the schema gives them.

    Tables of text are copied to a database on disk once; all others are read where they lie.

    Raises:
        DataError: a table or a column is not there, or holds other values than the schema says.
    """
    import duckdb

    manifest = find_manifest(folder)
    places = {table.id: _files(folder, table, manifest) for table in dataset.nodes}
    with TemporaryDirectory(prefix="datagen-") as scratch, duckdb.connect(f"{scratch}/tables.duckdb") as connection:
        for setting in (f"memory_limit = '{_MEMORY}'", "threads = 2", "TimeZone = 'UTC'", f"temp_directory = '{scratch}'"):
            connection.execute(f"SET {setting}")
        try:
            for table in dataset.nodes:
                _open(connection, table, places[table.id])
        except duckdb.Error as error:
            raise _unreadable(error) from None
        yield Data(connection, manifest)


def quoted(name: str) -> str:
    """Return a name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def _files(folder: Path, table: Table, manifest: Manifest | None) -> Sequence[Path]:
    """Return the files that hold a table: those that the manifest names, else those that are called like it."""
    entry = next((each for each in manifest.tables if each.name == table.id), None) if manifest else None
    if entry is not None:
        found = [folder / file.path for file in entry.files]
    else:
        named = ([folder / f"{table.id}.{suffix}", *sorted((folder / table.id).glob(f"*.{suffix}"))] for suffix in _SUFFIXES)
        found = next((kept for paths in named if (kept := [path for path in paths if path.is_file()])), [])
        found = found or sorted(folder.glob("*.duckdb"))[:1]
    missing = next((path for path in found if not path.is_file()), None)
    if found and missing is None:
        return found
    message = f"{folder} holds no data of the table {table.id}."
    if missing is not None:
        message = f"{missing} is not there, although the manifest names it."
    raise DataError([Problem("", "no-data", message, "Write the data with `datagen generate SCHEMA -o FOLDER` first.")])


def _open(connection: duckdb.DuckDBPyConnection, table: Table, files: Sequence[Path]) -> None:
    suffix = files[0].suffix.removeprefix(".")
    if suffix == "duckdb":
        alias = quoted(f"file of {table.id}")
        connection.execute(f"ATTACH {_text(files[0])} AS {alias} (READ_ONLY)")
        source = f"{alias}.main.{quoted(table.id)}"
    else:
        source = _READERS[suffix](table, f"[{', '.join(map(_text, files))}]")
    columns = ", ".join(f"CAST({quoted(c.name)} AS {_TYPES[c.type]}) AS {quoted(c.name)}" for c in table.columns)
    sort = "VIEW" if suffix in ("parquet", "duckdb") else "TABLE"
    connection.execute(f"CREATE {sort} main.{quoted(table.id)} AS SELECT {columns} FROM {source}")  # noqa: S608 - quoted


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _typed(table: Table) -> str:
    return "{" + ", ".join(f"'{column.name}': '{_TYPES[column.type]}'" for column in table.columns) + "}"


def _csv(table: Table, files: str) -> str:
    names = f"header = true, nullstr = '', allow_quoted_nulls = false, columns = {_typed(table)}"
    return f"read_csv({files}, delim = ',', quote = '\"', escape = '\"', auto_detect = false, {names})"


def _json(table: Table, files: str) -> str:
    return f"read_json({files}, format = 'newline_delimited', columns = {_typed(table)})"


_READERS = {"parquet": lambda _table, files: f"read_parquet({files})", "csv": _csv, "jsonl": _json}


def _unreadable(error: Exception) -> DataError:
    reason = re.sub(r"\s+", " ", str(error).split("\n", 1)[0])[:300]
    message = f"The data is not that of this schema, or cannot be read: {reason}"
    return DataError([Problem("", "wrong-data", message, "Write the data again from this schema.")])
