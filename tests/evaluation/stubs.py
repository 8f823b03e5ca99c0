"""Tables that have what a case speaks of, under the first of the names that it gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb

from datagen_chat.evaluation.cases import Case, Kind
from datagen_chat.evaluation.finding import Finder
from datagen_chat.schema.model import Dataset
from datagen_chat.verify.checks import holds

_TYPES: dict[Kind | None, str] = {"number": "float", "time": "datetime", "text": "string", "truth": "bool", None: "string"}
_SQL = {"float": "DOUBLE", "datetime": "TIMESTAMPTZ", "string": "VARCHAR", "bool": "BOOLEAN", "int": "BIGINT"}
_MAKERS: dict[str, Any] = {
    "float": {"constant": {"value": 1.5}},
    "datetime": {"constant": {"value": "2024-01-01T00:00:00Z"}},
    "string": {"constant": {"value": "a"}},
    "bool": {"bernoulli": {"p": 0.5}},
}


def stub(case: Case) -> Dataset:
    """Return a dataset with all tables, columns and links that a case speaks of; the key of `order` is `order_key`."""
    tables = {name: _spelled(find.table[0], name) for name, find in case.find.items() if find.table}
    nodes = []
    for name, table in (tables or {"": "stub"}).items():
        columns = [*_columns(case, name, table), *_links(case, name, tables)]
        nodes.append({"id": table, "kind": "entity", "pk": f"{table}_key", "rows": 1, "columns": columns})
    return Dataset.model_validate({"version": "1.0", "metadata": {"name": "stub"}, "nodes": nodes})


def _columns(case: Case, name: str, table: str) -> Iterator[dict[str, Any]]:
    yield {"name": f"{table}_key", "type": "int", "generator": {"sequence": {}}}
    first = next((known for known, find in case.find.items() if find.table), "")
    for find in case.find.values():
        if find.column and (find.of or first) == name:
            type_ = _TYPES[find.kind]
            yield {"name": _spelled(find.column[0], "x"), "type": type_, "generator": _MAKERS[type_]}


def _links(case: Case, name: str, tables: dict[str, str]) -> Iterator[dict[str, Any]]:
    for find in case.find.values():
        if find.link == name and find.to is not None:
            lookup = {"lookup": {"from": f"{tables[find.to]}.{tables[find.to]}_key"}}
            yield {"name": f"of_{tables[find.to]}", "type": "int", "generator": lookup}


def _spelled(words: str, instead: str) -> str:
    return instead if words == "*" else words.replace(" ", "_")


@contextmanager
def opened(dataset: Dataset) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a database with the tables of a dataset, empty."""
    with duckdb.connect() as database:
        database.execute("SET TimeZone = 'UTC'")
        for table in dataset.nodes:
            columns = ", ".join(f'"{column.name}" {_SQL[column.type]}' for column in table.columns)
            database.execute(f'CREATE TABLE "{table.id}" ({columns})')
        yield database


def failing(case: Case, *statements: str) -> list[str]:
    """Return which of a case's questions about the data fail on rows that these statements make."""
    dataset = stub(case)
    finder = Finder(dataset, case.find)
    with opened(dataset) as database:
        for statement in statements:
            database.execute(statement)
        found = []
        for expectation in case.expect:
            if expectation.sql is not None:
                sql = finder.sql(expectation.sql)
                if not holds(expectation.check(sql), database.execute(sql).fetchone()):
                    found.append(expectation.what)
        return found
