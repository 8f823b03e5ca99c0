"""Data opened in DuckDB: a view of each table over its files; text is parsed once, into a private folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem
from datagen_chat.schema.model import Table
from datagen_chat.sql import quoted
from datagen_chat.verify.damage import damaged, unattached, unreadable
from datagen_chat.verify.data import Data, DataError
from datagen_chat.verify.reading import ATTACHED, Reading, attach, read_tables, reason

if TYPE_CHECKING:
    import duckdb

MEMORY = "2GB"
UTC = "SET TimeZone = 'UTC'"
_TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Opened:
    """Tables that can be asked.

    `readings` are those that there are files for. `statements` make them out of files in any connection; `preamble` does so
    for people. `extra` are tables that the schema does not have.
    """

    connection: duckdb.DuckDBPyConnection
    readings: Mapping[str, Reading]
    statements: tuple[str, ...]
    preamble: tuple[str, ...]
    files: tuple[Path, ...]
    extra: tuple[str, ...] = ()


@contextmanager
def opened(data: Data, tables: Sequence[Table]) -> Iterator[Opened]:
    """Yield the tables of a schema that were found, each to be asked by its name.

    Raises:
        DataError: a file is there that cannot be read.
    """
    import duckdb

    _refuse(unreadable(data))
    with TemporaryDirectory(prefix="datagen-") as private, duckdb.connect() as connection:
        for line in (
            UTC,
            "SET enable_progress_bar = false",
            f"SET memory_limit = '{MEMORY}'",
            f"SET temp_directory = '{private}'",
        ):
            connection.execute(line)
        before = _attached(data, connection)
        readings = read_tables(data, tables, connection)
        there = _tables_of(data, connection) if data.format == "duckdb" else None
        if there is not None:
            readings = {name: reading for name, reading in readings.items() if name in there}
        extra = data.extra if there is None else tuple(name for name in there if name not in {table.id for table in tables})
        if any(reading.is_text for reading in readings.values()):
            made = _typed(readings, extra, connection, Path(private))
        else:
            made = _viewed(data, readings, extra, connection, before)
        _refuse(damaged(data, [table for table in tables if table.id in readings and readings[table.id].is_broken], connection))
        yield made


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise DataError(problems)


def _attached(data: Data, connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Attach a database of the dataset, and return how."""
    import duckdb

    if data.format != "duckdb" or not data.files:
        return ()
    file = next(iter(data.files.values()))[0]
    statement = attach(file)
    try:
        connection.execute(statement)
    except duckdb.Error as error:
        raise DataError([unattached(file, error)]) from None
    return (statement,)


def _tables_of(data: Data, connection: duckdb.DuckDBPyConnection) -> list[str]:
    if not data.files:
        return []
    sql = f"SELECT table_name FROM duckdb_tables() WHERE database_name = '{ATTACHED}' ORDER BY table_name"  # noqa: S608 - a constant
    return [str(row[0]) for row in connection.execute(sql).fetchall()]


def _viewed(
    data: Data,
    readings: dict[str, Reading],
    extra: tuple[str, ...],
    connection: duckdb.DuckDBPyConnection,
    before: tuple[str, ...],
) -> Opened:
    """Return tables that are views over files with types."""
    views = tuple(_made(readings, connection))
    files = tuple(file for name in readings for file in data.files[name])
    return Opened(connection, readings, (*before, *views), (UTC, *before, *views), files, extra)


def _made(readings: dict[str, Reading], connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Make the view of each table that can be read, and yield its statement; one that cannot be made is marked."""
    import duckdb

    for name, reading in readings.items():
        if not reading.problem:
            try:
                connection.execute(reading.view)
            except duckdb.Error as error:
                readings[name] = replace(reading, problem=reason(error), is_broken=True)
            else:
                yield reading.view


def _typed(
    readings: dict[str, Reading],
    extra: tuple[str, ...],
    connection: duckdb.DuckDBPyConnection,
    private: Path,
) -> Opened:
    """Return tables of text files, parsed once; each question would parse them again otherwise."""
    import duckdb

    path = private / "tables.duckdb"
    connection.execute(f"ATTACH '{path}' AS {_TYPED}")
    for name, reading in readings.items():
        if not reading.problem:
            try:
                connection.execute(f"CREATE TABLE {_TYPED}.main.{quoted(name)} AS {reading.select}")
            except duckdb.Error as error:
                readings[name] = replace(reading, problem=reason(error), is_broken=True)
    connection.execute(f"DETACH {_TYPED}")
    statements = [f"ATTACH '{path}' AS {_TYPED} (READ_ONLY)"]
    whole = [reading for reading in readings.values() if not reading.problem]
    statements += [f"CREATE VIEW {quoted(each.name)} AS SELECT * FROM {_TYPED}.main.{quoted(each.name)}" for each in whole]  # noqa: S608 - quoted
    for statement in statements:
        connection.execute(statement)
    preamble = (UTC, *(reading.view for reading in whole))
    return Opened(connection, readings, tuple(statements), preamble, (path,), extra)
