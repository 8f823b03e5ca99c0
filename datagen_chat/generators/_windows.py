"""Windows of time: fixed, or with ends that columns hold, narrowed by what must lie before or after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datagen_chat.generators.base import Bound, Facts, Rows, Sampler, TableScope
from datagen_chat.instants import DAY, Step, tick_at, tick_counts
from datagen_chat.values import Mask, Numbers, Values
from datagen_chat.words import ColumnType

_FAR = 2**62
Instants = NDArray[np.int64]
End = int | str
"""An instant in microseconds, or a formula that makes one: most often the name of a column."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """The ticks that some rows can have: those numbered `first`, `first + 1` … of the grid that begins at `start`.

    All three have one entry for each row: `start` in microseconds, `first` and `count` in ticks.
    """

    start: Instants
    first: Instants
    count: Instants
    step: Step

    def at(self, ticks: NDArray[np.int64]) -> Instants:
        """Return the instants of these ticks, counted from the first one of each window."""
        return tick_at(self.start, self.first + ticks, self.step)

    def take(self, index: NDArray[np.int64]) -> Window:
        """Return the windows at these positions."""
        return Window(self.start.take(index), self.first.take(index), self.count.take(index), self.step)

    @property
    def ends(self) -> tuple[Instants, Instants]:
        """The first and the last tick of each window; the last lies before the first where there is none."""
        first = self.at(np.zeros_like(self.first))
        return first, np.where(self.count > 0, self.at(np.maximum(self.count - 1, 0)), first - 1)


Windows = Callable[[Rows], Window]


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of windows, the step of their grid, and the bounds that the type of the column leaves exact."""

    start: End
    end: End
    step: Step
    type: ColumnType

    def compile(self, scope: TableScope, bounds: tuple[Bound, ...]) -> Windows:
        """Return the windows of rows of the table that the scope reads.

        One whose end is null ends with the timeframe; one whose start is null holds no tick.
        """
        open_start, open_end = scope.timeframe or (_FAR, -_FAR)  # without a timeframe, a null end leaves no ticks
        start, end = _end_reader(scope, self.start, open_start), _end_reader(scope, self.end, open_end)
        limits = [_limit_reader(scope, bound, self.type) for bound in bounds]
        step = self.step

        def windows(rows: Rows) -> Window:
            (low, is_known), (high, _) = start(rows), end(rows)
            count = tick_counts(low, high, step)
            if is_known is not None:
                count *= is_known
            first, last = np.zeros_like(count), count
            for is_lower, limit in limits:
                instants, valid = limit(rows)
                if is_lower:
                    first = np.where(valid, np.maximum(first, tick_counts(low, instants - 1, step)), first)
                else:
                    last = np.where(valid, np.minimum(last, tick_counts(low, instants, step)), last)
            return Window(low, first, np.maximum(last - first, 0), step)

        return windows


def _end_reader(scope: TableScope, end: End, open_end: int) -> Callable[[Rows], tuple[Instants, Mask | None]]:
    """Return the ends of windows, and which are known; where a formula gives null, that of the timeframe stands for it."""
    if isinstance(end, int):
        return lambda rows: (np.full(len(rows), end, dtype=np.int64), None)
    from datagen_chat.generators._formula import kind_of, sampler_of  # a fixed window has none

    is_day = kind_of(end, scope) == "date"
    read, unit = sampler_of(end, scope, "date" if is_day else "datetime"), DAY if is_day else 1

    def ends(rows: Rows) -> tuple[Instants, Mask | None]:
        values = read(rows)
        assert isinstance(values, Numbers)
        instants = values.data * unit
        return instants if values.valid is None else np.where(values.valid, instants, open_end), values.valid

    return ends


def _unit(scope: TableScope, table: str | None, column: str) -> int:
    return DAY if scope.type_of(table, column) == "date" else 1


Limit = Callable[[Rows], tuple[Instants, NDArray[np.bool_]]]


def _limit_reader(scope: TableScope, bound: Bound, type_: ColumnType) -> tuple[bool, Limit]:
    """Return whether a bound is a lower one, and the first or last instant that it allows for each row."""
    read: Sampler = scope.reader(bound.table, bound.column)
    unit, is_lower, is_strict = _unit(scope, bound.table, bound.column), bound.op[0] == ">", len(bound.op) == 1

    def limit(rows: Rows) -> tuple[Instants, NDArray[np.bool_]]:
        values: Values = read(rows)
        assert isinstance(values, Numbers)
        instants = values.data * unit
        valid = np.ones(len(rows), dtype=np.bool_) if values.valid is None else values.valid
        if is_lower:
            return (_next_day(instants, is_strict) if type_ == "date" else instants + is_strict), valid
        return (_last_of_day(instants, is_strict) if type_ == "date" else instants - is_strict), valid

    return is_lower, limit


def _next_day(instants: Instants, is_strict: bool) -> Instants:
    """Return the beginning of the first day that is not before each instant, or after it."""
    return (instants + is_strict + (DAY - 1)) // DAY * DAY


def _last_of_day(instants: Instants, is_strict: bool) -> Instants:
    """Return the end of the last day that begins not after each instant, or before it."""
    return (instants - is_strict) // DAY * DAY + (DAY - 1)


def is_above(facts: Facts, table: str | None) -> bool:
    """Return whether a column of this table is the same for all rows of one parent."""
    return table is not None and facts.is_ancestor(table)
