"""A generated dataset in DuckDB, and what its schema promises, asked of it in SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.schema.constraints import Inequality
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Check, Dataset
from datagen_chat.sinks import sink

Database = duckdb.DuckDBPyConnection
Holds = Callable[[Any], bool]


def generated(dataset: Dataset, folder: Path, seed: int = 42) -> tuple[Plan, Database]:
    """Return the plan of a dataset and a database with all of its rows."""
    plan, target = Plan(dataset, seed), sink("parquet")
    writer = target.create(folder, dataset_shape(plan))
    write_plan(plan, writer, parallel=False)
    writer.close()
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    for table in dataset.nodes:
        files = [str(folder / file) for file in writer.files(table.id)]
        database.execute(f'CREATE TABLE "{table.id}" AS SELECT * FROM read_parquet({files})')
    return plan, database


def value(database: Database, sql: str) -> Any:
    row = database.execute(sql).fetchone()
    return None if row is None else row[0]


def failed_checks(dataset: Dataset, database: Database) -> Iterator[str]:
    """Yield the names of the checks that the data does not pass, with what was found."""
    for check in dataset.checks:
        found = value(database, check.sql)
        if not passes(check, found):
            yield f"{check.name}: {found}"


def passes(check: Check, found: Any) -> bool:
    if found is None:
        return bool(check.empty)
    if check.empty:
        return False
    if check.equals is not None:
        return bool(found == check.equals)
    low, high = check.between or (check.min, check.max)
    return (low is None or float(found) >= low) and (high is None or float(found) <= high)


def broken_promises(dataset: Dataset, database: Database) -> Iterator[str]:
    """Yield every key, unique set, range and inequality that the data does not keep."""
    for name, sql in _promises(dataset, Index(dataset)):
        if value(database, sql):
            yield name


def _promises(dataset: Dataset, index: Index) -> Iterator[tuple[str, str]]:
    """Yield what is promised, and the SQL that counts what breaks it."""
    for table in dataset.nodes:
        yield f"key {table.id}.{table.pk}", f'SELECT count(*) - count(DISTINCT "{table.pk}") FROM "{table.id}"'
    for (child, column), (parent, key) in index.foreign_keys():
        lost = f'c."{column}" IS NOT NULL AND c."{column}" NOT IN (SELECT "{key}" FROM "{parent}")'
        yield f"foreign key {child}.{column}", f'SELECT count(*) FROM "{child}" c WHERE {lost}'
    for places in index.unique_sets:
        names = ", ".join(f'"{column}"' for _, column in places)
        known = " AND ".join(f'"{column}" IS NOT NULL' for _, column in places)
        twice = f'SELECT 1 FROM "{places[0][0]}" WHERE {known} GROUP BY {names} HAVING count(*) > 1'
        yield f"unique {places[0][0]} {names}", f"SELECT count(*) FROM ({twice})"
    for bound in dataset.constraints.ranges:
        table_name, _, name = bound.attr.partition(".")
        low = "" if bound.min is None else f'"{name}" < {bound.min!r}'
        high = "" if bound.max is None else f'"{name}" > {bound.max!r}'
        outside = " OR ".join(filter(None, (low, high)))
        yield f"range {bound.attr}", f'SELECT count(*) FROM "{table_name}" WHERE {outside}'
    for inequality in dataset.constraints.inequalities:
        yield f"inequality {inequality.left} {inequality.op} {inequality.right}", _broken(inequality, index)


_TURNED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "<>", "!=": "="}


def _broken(inequality: Inequality, index: Index) -> str:
    """Return the SQL that counts the rows of a child, or of one table, that break an inequality."""
    (left, one), (right, other) = (name.split(".") for name in (inequality.left, inequality.right))
    wrong = _TURNED[inequality.op]
    if left == right:
        return f'SELECT count(*) FROM "{left}" WHERE "{one}" {wrong} "{other}"'
    child, parent = (left, right) if right in index.ancestors(left) else (right, left)
    joins, at = f'"{child}" t0', child
    for depth, above in enumerate(index.ancestors(child)):
        key = next(column for (table, column), (to, _) in index.foreign_keys() if (table, to) == (at, above))
        joins += f' JOIN "{above}" t{depth + 1} ON t{depth}."{key}" = t{depth + 1}."{index.tables[above].pk}"'
        at = above
        if above == parent:
            names = {child: "t0", parent: f"t{depth + 1}"}
            return f'SELECT count(*) FROM {joins} WHERE {names[left]}."{one}" {wrong} {names[right]}."{other}"'
    raise AssertionError(f"{child} does not hang off {parent}")
