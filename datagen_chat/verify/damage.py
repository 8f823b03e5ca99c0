"""What is wrong with files of data that cannot be read, in plain words: before DuckDB reads them, and after it failed."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from datagen_chat.problems import Problem
from datagen_chat.schema.model import Table
from datagen_chat.verify.data import Data, refused
from datagen_chat.verify.quotes import UnclosedError
from datagen_chat.verify.reading import Reading, read_table, stored

if TYPE_CHECKING:
    import duckdb

_AGAIN = "Write the data again, or take this file out of the folder."
_DAMAGED = "it is damaged, or of a kind that DuckDB cannot read"
_PARQUET, _DUCKDB = b"PAR1", b"DUCK"
_DUCKDB_AT = 8
"""Where the magic bytes of a database stand: after the checksum of its header."""

_CSV_LINE = re.compile(r"CSV Error on Line: (\d+)")
_CSV_VALUES = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")


def unreadable(data: Data) -> tuple[Problem, ...]:
    """Return what is wrong with files of data as far as their kind and their first and last bytes tell; not those that lack."""
    files = dict.fromkeys(file for table in data.files.values() for file in table)
    return tuple(problem for file in files if (problem := _unfit(file, data.format)) is not None)


def _unfit(file: Path, format_: str) -> Problem | None:
    try:
        if not file.exists():
            return None
        if not file.is_file():
            kind = "a folder" if file.is_dir() else "no file"
            return _problem(file, f"it is {kind}", "Put the file in its place, or take it out of the folder.")
        with file.open("rb") as opened:
            why = _WHY[format_](opened.read(4096), _end(file))
    except OSError as error:
        return refused(file, error)
    return _problem(file, why) if why else None


def _problem(file: Path, why: str, hint: str = _AGAIN) -> Problem:
    return Problem("", "unreadable-data", f"{file} cannot be read: {why}.", hint)


def _end(file: Path) -> bytes:
    """Return the last bytes of a file, as many as it has of four."""
    with file.open("rb") as opened:
        opened.seek(-min(4, file.stat().st_size), 2)
        return opened.read(4)


def _parquet(head: bytes, end: bytes) -> str:
    if not head:
        return "it is empty"
    if not head.startswith(_PARQUET):
        return "it is no Parquet file"
    return "" if end == _PARQUET else "it breaks off: its end, which says what it holds, is not there"


def _duckdb(head: bytes, _end: bytes) -> str:
    if not head:
        return "it is empty"
    return "" if head[_DUCKDB_AT:].startswith(_DUCKDB) else "it is no DuckDB database"


def _csv(head: bytes, _end: bytes) -> str:
    if not head.strip():
        return "it is empty, without a line that names its columns"
    return "its first line names no columns" if b"\0" in head.splitlines()[0] else ""


def _json(_head: bytes, _end: bytes) -> str:
    return ""  # a table without rows is an empty file


_WHY = {"parquet": _parquet, "csv": _csv, "jsonl": _json, "duckdb": _duckdb}


def unattached(file: Path, error: Exception) -> Problem:
    """Return why DuckDB opened no database."""
    said = str(error)
    if "lock" in said:
        return _problem(file, "another program has it open to write", "Close that program, or copy the file.")
    if "version" in said:
        return _problem(file, "it was written by another version of DuckDB", "Write it with the version that is installed.")
    return _problem(file, _DAMAGED)


def damaged(data: Data, tables: Sequence[Table], connection: duckdb.DuckDBPyConnection) -> tuple[Problem, ...]:
    """Return what is wrong with the files of tables that DuckDB could not read; each is read to its end."""
    return tuple(dict.fromkeys(problem for table in tables for problem in _of_table(data, table, connection)))


def _of_table(data: Data, table: Table, connection: duckdb.DuckDBPyConnection) -> Iterator[Problem]:
    files = data.files[table.id]
    found = [(file, _failure(data, table, file, connection)) for file in files]
    for file, why in found:
        if why:
            yield _problem(file, f"the rows of {table.id} are damaged" if data.format == "duckdb" else why)
    if data.format == "parquet" and not any(why for _, why in found):
        first = stored(files[0], connection)
        for file in files[1:]:
            if stored(file, connection) != first:
                yield _problem(file, f"it has other columns, or other types, than {files[0].name}")


def _failure(data: Data, table: Table, file: Path, connection: duckdb.DuckDBPyConnection) -> str:
    """Return why one file cannot be read to its end, empty where it can be."""
    import duckdb

    try:
        reading = read_table(replace(data, files={table.id: (file,)}), table, connection)
        _read_to_the_end(reading, connection)
    except duckdb.OutOfMemoryException:
        return ""  # it says nothing about the file
    except (duckdb.Error, UnicodeDecodeError, csv.Error) as error:
        return _words(error, file, data.format)
    return ""


def _read_to_the_end(reading: Reading, connection: duckdb.DuckDBPyConnection) -> None:
    if not reading.problem:
        connection.execute(f"SELECT bit_xor(hash(COLUMNS(*))) FROM ({reading.select})").fetchall()  # noqa: S608 - paths are literals


def _words(error: Exception, file: Path, format_: str) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "its text is not UTF-8"
    if isinstance(error, UnclosedError):
        return str(error)
    if isinstance(error, csv.Error):
        return "its first line names no columns"
    if format_ == "csv":
        return _line_of_csv(str(error))
    return _line_of_json(file) if format_ == "jsonl" else _DAMAGED


def _line_of_csv(said: str) -> str:
    """Return which line of CSV DuckDB refused, and why."""
    line, values = _CSV_LINE.search(said), _CSV_VALUES.search(said)
    if line is None:
        return "it is not CSV"
    if values is not None:
        return f"line {line[1]} has {values[2]} values, but there are {values[1]} columns"
    if "unterminated quote" in said:
        return f"line {line[1]} has a quotation mark that is not closed"
    return f"line {line[1]} is not UTF-8" if "utf-8" in said else f"line {line[1]} is not CSV"


def _line_of_json(file: Path) -> str:
    """Return which line is not one JSON object, the first that is not."""
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                is_object = not line.strip() or isinstance(json.loads(line.decode()), dict)
            except UnicodeDecodeError:
                return f"line {number} is not UTF-8"
            except (ValueError, RecursionError):
                is_object = False
            if not is_object:
                return f"line {number} is not a JSON object"
    return "it is not JSON Lines"
