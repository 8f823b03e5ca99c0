"""What a few figures say of each column, found in one pass over each table."""

from __future__ import annotations

from typing import Any

from datagen_chat.frozen import dataclass
from datagen_chat.report.data import Data
from datagen_chat.schema.model import Column, Table
from datagen_chat.sql import quoted

EXACT_ROWS = 1_000_000
"""Distinct values and medians of larger tables are estimated, so that memory stays bounded."""

_AT_ONCE = 40


@dataclass(frozen=True, slots=True)
class Figures:
    """How many rows, nulls and distinct values a column has, its least, middle and greatest value, and its mean."""

    rows: int
    nulls: int
    distinct: int
    low: Any
    middle: Any
    high: Any
    mean: float | None
    is_exact: bool

    @property
    def all_differ(self) -> bool:
        """Whether no value comes twice."""
        return self.is_exact and self.distinct == self.rows - self.nulls > 1


def figures(data: Data, table: Table) -> dict[str, Figures]:
    """Return the figures of every column of a table."""
    [(rows,)] = data.ask(f"SELECT count(*) FROM {quoted(table.id)}")  # noqa: S608 - quoted
    found: dict[str, Figures] = {}
    for start in range(0, len(table.columns), _AT_ONCE):
        columns = table.columns[start : start + _AT_ONCE]
        wanted = ", ".join(sql for column in columns for sql in _wanted(column, rows <= EXACT_ROWS))
        asked = data.ask if rows <= EXACT_ROWS else data.estimate
        [row] = asked(f"SELECT {wanted} FROM {quoted(table.id)}")  # noqa: S608 - quoted
        for k, column in enumerate(columns):
            known, distinct, low, middle, high, mean = row[6 * k : 6 * k + 6]
            found[column.name] = Figures(rows, rows - known, distinct, low, middle, high, mean, rows <= EXACT_ROWS)
    return found


def _wanted(column: Column, is_exact: bool) -> tuple[str, ...]:
    name = quoted(column.name)
    distinct = f"count(DISTINCT {name})" if is_exact else f"approx_count_distinct({name})"
    if column.type in ("string", "bool"):
        return f"count({name})", distinct, "NULL", "NULL", "NULL", "NULL"
    middle = f"quantile_disc({name}, 0.5)" if is_exact else f"approx_quantile({name}, 0.5)"
    mean = f"avg({name})" if column.type in ("int", "float") else "NULL"
    return f"count({name})", distinct, f"min({name})", middle, f"max({name})", mean
