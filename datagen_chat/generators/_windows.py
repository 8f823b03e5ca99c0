"""Windows of time: fixed, or with ends that columns hold, narrowed by what must lie before or after."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.facts import Facts
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import TableScope
from datagen_chat.generators.base.uses import Bound
from datagen_chat.instants import DAY, HOUR, Step, tick_at, tick_counts
from datagen_chat.ticks import Pattern
from datagen_chat.values import Mask, Numbers, Values
from datagen_chat.words import ColumnType

if TYPE_CHECKING:
    from datagen_chat.window_weights import Spans, WindowTable

_FAR = 2**62
_PERIOD = 366  # days within which every hour of every weekday of every month comes
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
        first = tick_at(self.start, self.first, self.step)
        if self.count.min(initial=1) > 0:
            return first, self.at(self.count - 1)
        return first, np.where(self.count > 0, self.at(np.maximum(self.count - 1, 0)), first - 1)


Windows = Callable[[Rows], Window]


@dataclass(frozen=True, slots=True, eq=False)
class LikelyTicks:
    """The ticks of some windows that have a positive weight: `count` of them in each."""

    count: Instants
    spans: Spans
    table: WindowTable

    def at(self, places: NDArray[np.int64]) -> Instants:
        """Return the ticks at these places among those of each window, of which there are so many."""
        return self.table.ticks(self.spans, (places + 0.5) / self.count)

    def take(self, index: NDArray[np.int64]) -> LikelyTicks:
        """Return the windows at these positions."""
        return LikelyTicks(self.count.take(index), self.spans.take(index), self.table)


def can_be_counted(step: Step, patterns: Iterable[Pattern]) -> bool:
    """Return whether all ticks of a step that have a positive weight can weigh the same, so that weights count them."""
    from datagen_chat.window_weights import LONGEST

    unit = HOUR if any(pattern.dimension == "hour" for pattern in patterns) else DAY
    return bool(step.months) or (step.length % DAY == 0 and step.length <= LONGEST) or unit % step.length == 0


def likely_ticks(windows: Windows, step: Step, patterns: tuple[Pattern, ...]) -> Callable[[Rows], LikelyTicks]:
    """Return the ticks of windows that have a positive weight, whatever it is; only of steps that `can_be_counted`."""
    from datagen_chat.window_weights import window_table

    alike = tuple(Pattern(each.dimension, tuple(float(weight > 0) for weight in each.weights)) for each in patterns)
    table = window_table(step, alike)
    one = _weight_of_one(table, step, alike)

    def likely(rows: Rows) -> LikelyTicks:
        window = windows(rows)
        first, last = window.ends
        spans = table.spans(first, np.maximum(first, last), np.maximum(window.count, 1))
        count = np.rint(spans.span / one).astype(np.int64)
        return LikelyTicks(np.where(window.count > 0, count, 0), spans, table)

    return likely


def _weight_of_one(table: WindowTable, step: Step, patterns: tuple[Pattern, ...]) -> int:
    """Return what a tick of positive weight weighs in a table in which all of them weigh the same."""
    from datagen_chat.window_weights import SINGLE, relative_weights

    if not step.length or step.length % DAY == 0:
        return SINGLE
    times = np.arange(0, _PERIOD * DAY, max(step.length, HOUR), dtype=np.int64)
    likely = times[relative_weights(patterns, times) > 0][:1]
    return int(table.spans(likely, likely, np.ones_like(likely)).span[0])


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
        instants = values.data if unit == 1 else values.data * unit
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
        instants = values.data if unit == 1 else values.data * unit
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
