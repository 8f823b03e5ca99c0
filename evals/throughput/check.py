"""Whether an output is what was asked for, so that nobody wins by doing less.

The statements are derived from the schema and tried in DuckDB; nothing of Datagen is used. Shares may differ from their
expectation by five standard errors and one point: the question is whether the work was done, not how well.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from .workload import ITEMS_PER_ORDER, ORDERS_PER_CUSTOMER, Size, scaled_schema

ERRORS, SLACK = 5.0, 0.01
FEWEST_WORDS = 20

# Rows at scale factor 1, and columns: TPC-H specification, 4.2.5 and 1.4. `lineitem` has one to seven rows per order.
TPCH = {"customer": (150_000, 8), "lineitem": (6_001_215, 16), "nation": (25, 4), "orders": (1_500_000, 9)}
TPCH |= {"part": (200_000, 9), "partsupp": (800_000, 5), "region": (5, 3), "supplier": (10_000, 7)}
TPCH_FIXED = ("nation", "region")


class RejectedError(Exception):
    """The output is not what was asked for; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How much an output holds."""

    rows: int
    cells: int


@dataclass(frozen=True, slots=True)
class Expected:
    """What holds for every row of a column, and what holds for about such a share of them; both are SQL conditions."""

    always: str
    often: str
    share: float


def _choice(column: str, given: Mapping[str, Any]) -> Expected:
    texts = ", ".join(f"'{choice}'" for choice in given["choices"])
    return Expected(f"{column} IN ({texts})", f"{column} = '{given['choices'][0]}'", given["weights"][0])


def _distribution(column: str, given: Mapping[str, Any]) -> Expected:
    low, high = given["clamp"]
    within, params = f"{column} BETWEEN {low} AND {high}", given["params"]
    if given["type"] == "poisson":
        mean = params["lambda"]
        return Expected(within, f"{column} <= 1", math.exp(-mean) * (1 + mean))
    return Expected(within, f"{column} <= {math.exp(params['mu'])}", 0.5)


def _datetime_series(column: str, given: Mapping[str, Any]) -> Expected:
    start, end = (round(datetime.fromisoformat(given["within"][name]).timestamp() * 1e6) for name in ("start", "end"))
    at = f"epoch_us({column}::TIMESTAMP)"
    return Expected(f"{at} BETWEEN {start} AND {end}", f"{at} < {(start + end) // 2}", 0.5)


def _faker(column: str, given: Mapping[str, Any]) -> Expected:
    wanted = "%_@_%._%" if given["method"] == "email" else "_%"
    return Expected(f"{column} LIKE '{wanted}'", "true", 1.0)


_EXPECTED: Mapping[str, Callable[[str, Mapping[str, Any]], Expected]] = {
    "choice": _choice,
    "distribution": _distribution,
    "datetime_series": _datetime_series,
    "faker": _faker,
}


def check_ecommerce(folder: Path, format_: str, size: Size, free: frozenset[str] = frozenset()) -> Counted:
    """Return how much a folder holds, once it is seen to hold the scaled e-commerce dataset.

    The shares of the columns in `free` are not checked.

    Raises:
        RejectedError: a table, a column, a row count, a key or a value is not what the schema says.
    """
    nodes = scaled_schema(size)["nodes"]
    connection = _opened(folder, format_, [node["id"] for node in nodes])
    rows = {node["id"]: _count(connection, node["id"]) for node in nodes}
    expected = _expected_rows(size)
    for table, (count, error) in expected.items():
        _require(abs(rows[table] - count) <= ERRORS * error, f"{table} has {rows[table]} rows, not about {count:.0f}")
    for node in nodes:
        _check_columns(connection, node)
        _try(connection, node["id"], [*_keys(node, rows), *_values(node, rows[node["id"]], free)])
    return Counted(sum(rows.values()), sum(rows[node["id"]] * len(node["columns"]) for node in nodes))


def check_tpch(folder: Path, format_: str, scale: float) -> Counted:
    """Return how much a folder holds, once it is seen to hold TPC-H at a scale factor.

    Raises:
        RejectedError: a table has not as many rows and columns as it must, or a line no order.
    """
    connection = _opened(folder, format_, list(TPCH))
    cells = total = 0
    for table, (rows, columns) in TPCH.items():
        wanted = rows if table in TPCH_FIXED else rows * scale
        found = _count(connection, table)
        _require(abs(found - wanted) <= 1 + wanted * 0.01, f"{table} has {found} rows, not about {wanted:.0f}")
        _require(len(_columns(connection, table)) == columns, f"{table} has not {columns} columns")
        total, cells = total + found, cells + found * columns
    _try(connection, "lineitem", ["bool_and(l_orderkey IN (SELECT o_orderkey FROM orders))"])
    return Counted(total, cells)


def _expected_rows(size: Size) -> dict[str, tuple[float, float]]:
    """Return the mean and the standard error of each table's number of rows.

    Orders: a sum of Poisson counts. Items: a Poisson number of Poisson counts, whose variance is mean × (1 + mean).
    """
    orders = size.customers * ORDERS_PER_CUSTOMER
    items = orders * ITEMS_PER_ORDER
    return {
        "customer": (size.customers, 0),
        "product": (size.products, 0),
        "order": (orders, math.sqrt(orders) + 1),
        "order_item": (items, math.sqrt(items * (1 + ITEMS_PER_ORDER)) + 1),
    }


def _opened(folder: Path, format_: str, tables: list[str]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    for table in tables:
        files = [*folder.glob(f"{table}.{format_}"), *sorted(folder.glob(f"{table}/*.{format_}"))]
        _require(bool(files), f"there is no table {table}")
        names = ", ".join(f"'{file}'" for file in files)
        read = f"read_csv([{names}], header = true)" if format_ == "csv" else f"read_parquet([{names}])"
        connection.execute(f'CREATE VIEW "{table}" AS FROM {read}')
    return connection


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in connection.execute(f'DESCRIBE "{table}"').fetchall()]


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    [(count,)] = connection.execute(f'SELECT count(*) FROM "{table}"').fetchall()
    return int(count)


def _check_columns(connection: duckdb.DuckDBPyConnection, node: Mapping[str, Any]) -> None:
    names = [column["name"] for column in node["columns"]]
    _require(_columns(connection, node["id"]) == names, f"{node['id']} has not the columns {', '.join(names)}")


def _keys(node: Mapping[str, Any], rows: Mapping[str, int]) -> Iterator[str]:
    """Yield statements about a table's keys, as aggregates over it that are true."""
    for column in node["columns"]:
        name, given = column["name"], column["generator"]
        if "sequence" in given:
            first, count = given["sequence"]["start"], rows[node["id"]]
            yield f"count(DISTINCT {name}) = {count} AND min({name}) = {first} AND max({name}) = {first + count - 1}"
        if "lookup" in given:
            table, key = given["lookup"]["from"].split(".")
            yield f'bool_and({name} IN (SELECT {key} FROM "{table}"))'
            if table in node["parents"]:
                childless, parents = math.exp(-node["fanout"]["lambda"]), rows[table]
                yield _near(f"1 - count(DISTINCT {name}) / {parents}", childless, parents)


def _values(node: Mapping[str, Any], rows: int, free: frozenset[str]) -> Iterator[str]:
    """Yield statements about a table's other columns, as aggregates over it that are true."""
    for column in node["columns"]:
        [(word, given)] = column["generator"].items()
        if word in _EXPECTED:
            name = column["name"]
            expected = _EXPECTED[word](name, given)
            yield f"bool_and(coalesce({expected.always}, false))"
            if name not in free:
                yield _near(f"avg(({expected.often})::INT)", expected.share, rows)
            if word == "faker":
                yield f"approx_count_distinct({name}) >= {FEWEST_WORDS}"


def _near(found: str, share: float, rows: int) -> str:
    return f"abs({found} - {share!r}) <= {ERRORS * math.sqrt(share * (1 - share) / rows) + SLACK!r}"


def _try(connection: duckdb.DuckDBPyConnection, table: str, statements: Sequence[str]) -> None:
    """Try all statements in one scan; a large file is read only once."""
    try:
        [answers] = connection.execute(f'SELECT {", ".join(statements)} FROM "{table}"').fetchall()
    except duckdb.Error as error:
        raise RejectedError(f"{table}: {str(error).splitlines()[0]}") from error
    for statement, holds in zip(statements, answers, strict=True):
        _require(holds is True, f"{table}: not {statement}")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise RejectedError(otherwise)
