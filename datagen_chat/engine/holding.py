"""Columns of small tables that are costly to make: made for all rows once as many were asked for as there are, then held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.values import Values

if TYPE_CHECKING:
    from datagen_chat.engine.plan import TablePlan

_FIRST_ROWS = 1 << 10
"""A fact's rows are not counted for the sake of fewer rows than these."""


def held(table: TablePlan, made: Sampler, limit: int) -> Sampler:
    """Return the sampler of a column that is held for a table of up to `limit` rows.

    A few rows cost only themselves, and all rows in turn no more than twice what they cost once.
    """
    return _Held(table, made, limit)


class _Held:
    def __init__(self, table: TablePlan, made: Sampler, limit: int) -> None:
        self._table, self._made, self._limit = table, made, limit
        self._asked = 0
        self._values: Values | None = None

    def __call__(self, rows: Rows) -> Values:
        if self._values is not None:
            return _chosen(self._values, rows)
        self._asked += len(rows)
        if self._table.parent is not None and self._asked < min(_FIRST_ROWS, self._limit):
            return self._made(rows)
        count = self._table.row_count
        if count > self._limit or self._asked < count:
            return self._made(rows)
        numbers, everything = rows.numbers, range(count)
        is_whole = isinstance(numbers, range) and numbers == everything
        self._values = self._made(rows if is_whole else self._table.rows(everything))
        return _chosen(self._values, rows)


def _chosen(values: Values, rows: Rows) -> Values:
    numbers = rows.numbers
    return values.part(numbers.start, numbers.stop) if isinstance(numbers, range) else values.take(numbers)
