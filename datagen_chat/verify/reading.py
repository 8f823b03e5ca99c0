"""Tables of files as DuckDB reads them: the statements that make a view of each, and what is wrong with its columns."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from datagen_chat.frozen import dataclass
from datagen_chat.schema.model import Column, Table
from datagen_chat.sql import literal, quoted
from datagen_chat.verify.data import Data
from datagen_chat.verify.quotes import check_quotes
from datagen_chat.verify.sql import listed
from datagen_chat.words import ColumnType

if TYPE_CHECKING:
    import duckdb

ATTACHED = "written"
"""The name that the database of a dataset is attached by."""

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_FITTING: Mapping[ColumnType, tuple[str, ...]] = {
    "int": _INTEGERS,
    "float": ("DOUBLE", "FLOAT", "DECIMAL"),
    "string": ("VARCHAR", "ENUM"),
    "bool": ("BOOLEAN",),
    "datetime": ("TIMESTAMP",),
    "date": ("DATE",),
}
CASTS: Mapping[ColumnType, str] = {
    "int": "BIGINT",
    "float": "DOUBLE",
    "string": "VARCHAR",
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "date": "DATE",
}
_JSON_TYPES: Mapping[ColumnType, tuple[str, ...]] = {
    "int": ("BIGINT", "UBIGINT"),
    "float": ("BIGINT", "UBIGINT", "DOUBLE"),
    "bool": ("BOOLEAN",),
}
_FORMS: Mapping[ColumnType, str] = {
    "int": "[-+]?[0-9]+",
    "float": "(?i)[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)(e[-+]?[0-9]+)?|[-+]?(nan|inf|infinity)",
    "bool": "(?i)true|false",
    "datetime": "-?[0-9]{4,6}[-/].*",
    "date": "-?[0-9]{4,6}-[0-9]{2}-[0-9]{2}",
}
"""What values look like as text; DuckDB reads more, such as `1_000` and `epoch`."""

_DISTANCE = ":[0-9]{2}([.,][0-9]+)? ?[-+][0-9]{2}(:?[0-9]{2})?$"
"""How an instant ends that says how far its clock is from UTC."""

_SAMPLED = 20_000


@dataclass(frozen=True, slots=True)
class Reading:
    """How one table is read.

    `columns` are the columns that it has, with their types as they are stored. `select` reads it with the types of the schema.
    `written` is the source of what is written, as text where the format has no types; `problem` says why it cannot be read,
    `is_broken` that DuckDB refused its files.
    """

    name: str
    columns: Mapping[str, str]
    select: str = ""
    written: str = ""
    is_text: bool = False
    problem: str = ""
    is_broken: bool = False

    @property
    def view(self) -> str:
        """The statement that makes the table out of its files."""
        return f"CREATE VIEW {quoted(self.name)} AS {self.select}"

    def lacks(self, column: Column) -> str:
        """Return why a column cannot be asked, empty where it can."""
        if self.problem:
            return f"{self.name} cannot be read"
        if column.name not in self.columns:
            return f"{self.name}.{column.name} is not there"
        if not self.is_text and not fits(self.columns[column.name], column.type):
            return f"{self.name}.{column.name} is of another type"
        return ""


def fits(stored: str, type_: ColumnType) -> bool:
    """Return whether a type of DuckDB holds values of a type of the language.

    >>> fits("TIMESTAMP WITH TIME ZONE", "datetime"), fits("DECIMAL(18,2)", "float"), fits("VARCHAR", "int")
    (True, True, False)
    """
    kinds = _FITTING[type_]
    return (
        stored.startswith(kinds) and not stored.endswith("[]") if type_ in ("float", "string", "datetime") else stored in kinds
    )


def attach(path: Path) -> str:
    """Return the statement that attaches a database, to be read only."""
    return f"ATTACH {literal(str(path))} AS {ATTACHED} (READ_ONLY)"


def read_tables(data: Data, tables: Sequence[Table], connection: duckdb.DuckDBPyConnection) -> dict[str, Reading]:
    """Return how each table of a schema is read, those left out for which there are no files."""
    return {table.id: _read(data, table, connection) for table in tables if table.id in data.files}


def _read(data: Data, table: Table, connection: duckdb.DuckDBPyConnection) -> Reading:
    import duckdb

    try:
        return read_table(data, table, connection)
    except (duckdb.Error, OSError, UnicodeDecodeError, csv.Error) as error:
        return Reading(table.id, {}, problem=reason(error), is_broken=True)


def read_table(data: Data, table: Table, connection: duckdb.DuckDBPyConnection) -> Reading:
    """Return how a table that there are files for is read.

    Raises:
        duckdb.Error, OSError, UnicodeDecodeError, csv.Error: they cannot be.
    """
    files = data.files[table.id]
    alike = _alike(table)
    if alike:
        return Reading(table.id, {}, problem=f"DuckDB cannot tell names apart that differ by case alone: {alike}")
    missing = next((file for file in files if not file.is_file()), None)
    if missing is not None:
        return Reading(table.id, {}, problem=f"{missing.name} is not there")
    if data.format == "csv":
        return _read_csv(table, files)
    if data.format == "jsonl":
        return _read_json(table, files, connection)
    source = f"read_parquet({_paths(files)})" if data.format == "parquet" else f"{ATTACHED}.main.{quoted(table.id)}"
    return Reading(table.id, _described(source, connection), f"SELECT * FROM {source}", quoted(table.id))  # noqa: S608 - paths are literals, names quoted


def stored(file: Path, connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the columns of a Parquet file, with their types as they are stored."""
    return _described(f"read_parquet({_paths([file])})", connection)


def _alike(table: Table) -> str:
    """Return a column's name that another one has but for its case, empty where there is none."""
    seen = set[str]()
    for column in table.columns:
        if column.name.lower() in seen:
            return column.name
        seen.add(column.name.lower())
    return ""


def reason(error: Exception) -> str:
    """Return what DuckDB, or the system, says, cut short."""
    line = " ".join(str(error).split())
    return line if len(line) <= 200 else f"{line[:199]}…"


def _paths(files: Sequence[Path]) -> str:
    return f"[{listed(literal(str(file)) for file in files)}]"


def _described(source: str, connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    rows = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608 - paths are literals, names quoted
    return {str(row[0]): str(row[1]) for row in rows}


def _read_csv(table: Table, files: Sequence[Path]) -> Reading:
    headers = [_header(file) for file in files]
    odd = next((file for file, header in zip(files, headers, strict=True) if header != headers[0]), None)
    if odd is not None:
        return Reading(table.id, {}, problem=f"{odd.name} has another header than {files[0].name}")
    if not headers[0]:
        return Reading(table.id, {}, problem=f"the first line of {files[0].name} names no columns")
    named = (name or f"column {number}" for number, name in enumerate(headers[0], 1))  # pandas gives its index no name
    columns = dict.fromkeys(named, "VARCHAR")
    if len(columns) < len(headers[0]):
        return Reading(table.id, {}, problem=f"{files[0].name} names a column twice")
    fields = listed(f"{literal(name)}: 'VARCHAR'" for name in columns)
    types = {column.name: column.type for column in table.columns}
    # Where large files have line feeds within quotes, several threads of DuckDB 2.0 do not find the ends of lines.
    parallel = "true" if all(types.get(name, "string") != "string" for name in columns) else "false"
    for file in files:
        check_quotes(file)
    dialect = "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', allow_quoted_nulls = false"
    source = f"read_csv({_paths(files)}, {dialect}, parallel = {parallel}, columns = {{{fields}}})"
    return _read_text(table, columns, source, "{}")


def _header(file: Path) -> list[str]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return next(csv.reader(lines), [])


def _read_json(table: Table, files: Sequence[Path], connection: duckdb.DuckDBPyConnection) -> Reading:
    some = f"SELECT json FROM read_ndjson_objects({_paths(files)}) LIMIT {_SAMPLED}"  # noqa: S608 - paths are literals
    keys = [str(row[0]) for row in connection.execute(f"SELECT DISTINCT unnest(json_keys(json)) FROM ({some})").fetchall()]  # noqa: S608 - paths are literals
    own = [column.name for column in table.columns]
    names = [*(name for name in own if not keys or name in keys), *sorted(name for name in keys if name not in own)]
    columns = dict.fromkeys(names, "JSON")
    fields = listed(f"{literal(name)}: 'JSON'" for name in columns)
    source = f"read_json({_paths(files)}, format = 'newline_delimited', columns = {{{fields}}})"
    return _read_text(table, columns, source, "({} ->> '$')")


def _read_text(table: Table, columns: Mapping[str, str], source: str, text: str) -> Reading:
    types = {column.name: column.type for column in table.columns}
    cells = (f"{_cast(text.format(quoted(name)), types.get(name, 'string'))} AS {quoted(name)}" for name in columns)
    return Reading(table.id, columns, f"SELECT {listed(cells)} FROM {source}", source, is_text=True)  # noqa: S608 - paths are literals, names quoted


def _cast(text: str, type_: ColumnType) -> str:
    """Return a text as a value of a type, null where it is none.

    DuckDB 2.0 makes a cast right at the reader of CSV a conversion there, whose failure ends the query; `nullif` is between.
    """
    if type_ == "string":
        return text
    plain = f"TRY_CAST(nullif({text}, '') AS {CASTS[type_]})"
    if type_ != "datetime":
        return plain
    # A cast drops the distance from UTC.
    distant = f"TRY_CAST({text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    return f"CASE WHEN regexp_matches({text}, {literal(_DISTANCE)}) THEN {distant} ELSE {plain} END"


def misfit(column: Column, stored: str) -> str:
    """Return the condition that a written text is no value of the column's type."""
    cell = quoted(column.name)
    text = f"({cell} ->> '$')" if stored == "JSON" else cell
    wrong = [f"{_cast(text, column.type)} IS NULL"]
    if column.type in _FORMS:
        wrong.append(f"NOT regexp_full_match({text}, {literal(_FORMS[column.type])})")
    if stored == "JSON":
        kinds = listed(map(literal, _JSON_TYPES.get(column.type, ("VARCHAR",))))
        wrong.append(f"json_type({cell}) NOT IN ({kinds})")
    return f"{cell} IS NOT NULL AND ({' OR '.join(wrong)})"
