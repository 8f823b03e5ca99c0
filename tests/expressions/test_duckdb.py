"""Where SQL has the same operator or function, an expression gives what DuckDB gives: checks and columns agree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from tests.expressions.samples import COLUMNS, ROWS, made, plain

TYPES = {"int": "BIGINT", "float": "DOUBLE", "bool": "BOOLEAN", "string": "VARCHAR", "datetime": "TIMESTAMP", "date": "DATE"}
SAFE = "year(t) between 2 and 9000"


@pytest.fixture(scope="module")
def table() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        columns = ", ".join(f"{name} {TYPES[type_]}" for name, (type_, _) in COLUMNS.items())
        connection.execute(f"CREATE TABLE rows (row INT, {columns})")
        for row in range(ROWS):
            values = [naive(values[row]) for _, values in COLUMNS.values()]
            connection.execute(f"INSERT INTO rows VALUES ({', '.join('?' * (len(values) + 1))})", [row, *values])
        yield connection


def naive(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def counted(value: Any) -> Any:
    return plain(value.replace(tzinfo=UTC)) if isinstance(value, datetime) else plain(value)


@pytest.mark.parametrize(
    "code",
    [
        "least(i, 10000) + least(n, 10000) * 3 - 1",
        "i + x * 0.5",
        "x - y",
        "least(i, 1000) / nullif(n, 0)",
        "-x",
        "abs(x)",
        "abs(least(i, 1000) - 500)",
        "sqrt(abs(x))",
        "i = n",
        "i <> n",
        "i < n and x >= y",
        "x > 1 or c",
        "not c",
        "b and c",
        "b or c",
        "c is null",
        "c is not null and b",
        "i between -1 and 10",
        "n not between 0 and 5",
        "i in (1, 2, 5)",
        "n not in (1, 2)",
        "s in ('Gold', 'a')",
        "u not in ('Gold', 'x')",
        "case when i > 5 then 'big' when i > 0 then 'small' else s end",
        "case when c then i end",
        "case s when 'Gold' then 1 when 'silver' then 2 end",
        "if(c, i, n)",
        "coalesce(n, i, 0)",
        "coalesce(u, s)",
        "nullif(s, u)",
        "nullif(i, 1)",
        "least(x, y, 2.5)",
        "greatest(i, n)",
        "greatest(s, u)",
        "least(t, v)",
        "s = u",
        "s < u",
        "u >= 'gold'",
        "lower(u)",
        "upper(s)",
        "trim(u)",
        "length(u)",
        "s || '-' || u",
        "substring(u, 2, 2)",
        "left(s, 3)",
        "right(s, 3)",
        "replace(s, 'l', 'LL')",
        "starts_with(u, 'G')",
        "contains(s, 'l')",
        "year(t)",
        "month(d)",
        "day(t)",
        "hour(t)",
        "minute(t)",
        "quarter(d)",
        "date_diff('day', t, v)",
        "date_diff('month', d, v)",
        "date_diff('quarter', t, v)",
        "date_diff('year', t, v)",
        "date_diff('hour', t, v)",
        "date_diff('minute', t, v)",
        "date_diff('second', t, v)",
        "date_trunc('year', t)",
        "date_trunc('month', t)",
        "date_trunc('week', v)",
        "date_trunc('day', t)",
        "date_trunc('hour', t)",
        "t < v",
        "d <= '2024-01-01'",
        "t > '2024-01-31'",
        "t > d",
        "d between '1970-01-01' and '2024-12-31'",
    ],
)
def test_sql_gives_the_same(table: duckdb.DuckDBPyConnection, code: str) -> None:
    found = [counted(row[0]) for row in table.execute(f"SELECT {code} FROM rows ORDER BY row").fetchall()]
    values = made(code)
    assert values == found
    assert any(value is not None for value in values)


@pytest.mark.parametrize(
    ("code", "sql"),
    [
        ("exp(x / 1e300 * 3)", "exp(x / 1e300 * 3)"),
        ("log(abs(x) + 1)", "ln(abs(x) + 1)"),
        ("log10(abs(y) + 0.001)", "log10(abs(y) + 0.001)"),
        ("pow(abs(x) / 1e299, y / 1e199)", "pow(abs(x) / 1e299, y / 1e199)"),
        ("(1 + 0.08) ** least(n, 100)", "pow(1 + 0.08::DOUBLE, least(n, 100))"),
    ],
)
def test_sql_gives_the_same_but_for_last_bits(table: duckdb.DuckDBPyConnection, code: str, sql: str) -> None:
    found = [row[0] for row in table.execute(f"SELECT {sql} FROM rows ORDER BY row").fetchall()]
    # Each side is within one unit in the last place, 2**-52, of the true value.
    assert made(code) == [None if value is None else pytest.approx(value, rel=2.0**-51, abs=0) for value in found]


@pytest.mark.parametrize(
    ("code", "sql"),
    [
        ("floor(x / 1e290)", "floor(x / 1e290)::BIGINT"),
        ("ceil(x / 1e290)", "ceil(x / 1e290)::BIGINT"),
        ("dow(t)", "isodow(t) - 1"),
        ("(t - v) / days(1)", "date_diff('microseconds', v, t) / 86400000000.0::DOUBLE"),
        (f"if({SAFE}, t - days(least(i, 300)), t)", f"if({SAFE}, t - to_days(least(i, 300)::INT), t)"),
        (f"if({SAFE}, t + months(least(n, 300)), t)", f"if({SAFE}, t + to_months(least(n, 300)::INT), t)"),
    ],
)  # fmt: skip
def test_other_words_of_sql_mean_the_same(table: duckdb.DuckDBPyConnection, code: str, sql: str) -> None:
    found = [counted(row[0]) for row in table.execute(f"SELECT {sql} FROM rows ORDER BY row").fetchall()]
    assert made(code) == found
