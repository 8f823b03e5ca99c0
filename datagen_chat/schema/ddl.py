"""The tables of a dataset as SQL: what a database needs to be told before the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from datagen_chat.generators.lookup import Lookup
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Column, Dataset, Table
from datagen_chat.sql import quoted
from datagen_chat.words import ColumnType

_TYPES: Mapping[ColumnType, str] = {
    "int": "BIGINT",
    "float": "DOUBLE PRECISION",
    "string": "TEXT",
    "bool": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "date": "DATE",
}
_EXACT_DECIMALS = 6  # NUMERIC(18, 6) still holds a trillion


def create_tables(dataset: Dataset) -> str:
    """Return a script that creates the tables in an order in which every foreign key finds its table.

    Keys, unique columns and columns without nulls are declared. The script is read by PostgreSQL, DuckDB and SQLite.
    """
    index = Index(dataset)
    parts = ["-- Instants are in UTC."]
    parts += [_table(index, table) for table in _in_order(index, dataset.nodes)]
    return "\n\n".join(parts) + "\n"


def _in_order(index: Index, tables: Sequence[Table]) -> Iterator[Table]:
    """Yield tables after those that their keys point at; what points in a circle comes as it was written."""
    above = {table.id: {to[0] for _, to in _keys(index, table) if to[0] != table.id} for table in tables}
    left = {table.id: table for table in tables}
    while left:
        free = next((name for name in left if not above[name] & left.keys()), next(iter(left)))
        yield left.pop(free)


def _table(index: Index, table: Table) -> str:
    lines = [_column(index, table, column) for column in table.columns]
    lines += [f"UNIQUE ({', '.join(quoted(column) for _, column in places)})" for places in _sets(index, table)]
    lines += [
        f"FOREIGN KEY ({quoted(column)}) REFERENCES {quoted(to[0])} ({quoted(to[1])})"
        for (_, column), to in _keys(index, table)
    ]
    return f"CREATE TABLE {quoted(table.id)} (\n  " + ",\n  ".join(lines) + "\n);"


def _column(index: Index, table: Table, column: Column) -> str:
    parts = [quoted(column.name), _type(column, _decimals(index, (table.id, column.name)))]
    if column.name == table.pk:
        parts.append("PRIMARY KEY")
    else:
        parts += [] if index.may_hold_null((table.id, column.name)) else ["NOT NULL"]
        parts += ["UNIQUE"] if index.must_not_repeat((table.id, column.name)) else []
    return " ".join(parts)


def _type(column: Column, decimals: int | None) -> str:
    if column.type == "float" and decimals is not None and decimals <= _EXACT_DECIMALS:
        return f"NUMERIC(18, {decimals})"
    return _TYPES[column.type]


def _decimals(index: Index, place: Place) -> int | None:
    """Return the decimals that a column says, or one that it is copied from."""
    for _ in index.columns:  # no longer way leads anywhere else
        column = index.columns[place]
        if column.decimals is not None or column.modifiers or not isinstance(column.generator, Lookup):
            return column.decimals
        table, _, name = column.generator.from_.partition(".")
        place = table, name
    return None


def _sets(index: Index, table: Table) -> list[tuple[Place, ...]]:
    return [places for places in index.unique_sets if len(places) > 1 and {name for name, _ in places} == {table.id}]


def _keys(index: Index, table: Table) -> list[tuple[Place, Place]]:
    """Return the columns of a table that point at keys, each with the one that it points at."""
    return [(here, to) for here, to in index.foreign_keys() if here[0] == table.id and index.must_not_repeat(to)]
