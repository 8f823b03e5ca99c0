"""Statements as queries over the data; the names in them are those of a valid schema: letters, digits and underscores."""

from __future__ import annotations

import math

from datagen_chat.instants import DAY, show_instant
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Check, Table
from datagen_chat.sql import literal, quoted


def rows(quote: str, table: str, low: float, high: float) -> Check:
    """Return how many rows a table has."""
    return _check(quote, f'SELECT count(*) FROM "{table}"', **bounds(low, high))  # noqa: S608 - a name


def mean_children(quote: str, child: str, parent: str, low: float, high: float) -> Check:
    """Return how many rows of one table there are for each of another."""
    sql = f'SELECT (SELECT count(*) FROM "{child}") / (SELECT count(*) FROM "{parent}")'  # noqa: S608 - names
    return _check(quote, sql, **bounds(low, high))


def few_or_many(quote: str, key: Place, parent: Table, low: float, high: float) -> Check:
    """Return how many rows of a table have too few or too many rows of another one, by its key column."""
    child, column = key
    sql = (
        f'SELECT count(*) FROM (SELECT count(c."{column}") AS n FROM "{parent.id}" p LEFT JOIN "{child}" c '  # noqa: S608 - names
        f'ON c."{column}" = p."{parent.pk}" GROUP BY p."{parent.pk}") WHERE {_beyond("n", low, high)}'
    )
    return _check(quote, sql, equals=0)


def outside(quote: str, place: Place, low: float, high: float) -> Check:
    """Return how many values of a column lie beyond two ends."""
    sql = f'SELECT count(*) FROM "{place[0]}" WHERE {_beyond(quoted(place[1]), low, high)}'  # noqa: S608 - names and numbers
    return _check(quote, sql, equals=0)


def outside_days(quote: str, place: Place, first: int, after: int) -> Check:
    """Return how many times of a column do not lie from one day to before another, in days since 1970."""
    column, low, high = quoted(place[1]), show_instant(first * DAY)[:10], show_instant(after * DAY)[:10]
    sql = f"SELECT count(*) FROM \"{place[0]}\" WHERE {column} < '{low}' OR {column} >= '{high}'"  # noqa: S608 - names and dates
    return _check(quote, sql, equals=0)


def share(quote: str, place: Place, value: str | bool | None, low: float, high: float) -> Check:
    """Return which part of a table's rows has a value in a column."""
    column = quoted(place[1])
    test = f"{column} IS NULL" if value is None else column if value is True else f"{column} = {literal(str(value))}"
    sql = f'SELECT avg(CASE WHEN {test} THEN 1.0 ELSE 0.0 END) FROM "{place[0]}"'  # noqa: S608 - names, and text with its quotes doubled
    return _check(quote, sql, **bounds(low, high))


def repeats(quote: str, place: Place) -> Check:
    """Return how many values of a column are there already."""
    column = quoted(place[1])
    return _check(quote, f'SELECT count({column}) - count(DISTINCT {column}) FROM "{place[0]}"', equals=0)  # noqa: S608 - names


def bounds(low: float, high: float) -> dict[str, object]:
    """Return two ends as a check has them.

    >>> bounds(5, 5), bounds(1, math.inf)
    ({'equals': 5}, {'min': 1})
    """
    if low == high:
        return {"equals": low}
    if math.isfinite(low) and math.isfinite(high):
        return {"between": (low, high)}
    return {"min": low} if math.isfinite(low) else {"max": high}


def _beyond(column: str, low: float, high: float) -> str:
    below = [f"{column} < {low:g}"] if math.isfinite(low) else []
    return " OR ".join([*below, *([f"{column} > {high:g}"] if math.isfinite(high) else [])])


def _check(quote: str, sql: str, **wanted: object) -> Check:
    name = " ".join(quote.split())[:60]
    return Check.model_validate({"name": name, "requirement": quote[:200], "sql": sql, **wanted})
