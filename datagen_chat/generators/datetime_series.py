"""Ticks of a grid of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PlainValidator, WithJsonSchema

from datagen_chat.draws import numbers_of, uniform
from datagen_chat.generators._intervals import WITHIN, Weighing, Within, read_within
from datagen_chat.generators._windows import End, Ends, LikelyTicks, Window, Windows, can_be_counted, is_above, likely_ticks
from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts
from datagen_chat.generators.base.rows import Numbering, Room, Rows, Sampler, Siblings
from datagen_chat.generators.base.scope import Scope, TableScope
from datagen_chat.generators.base.uses import Bound, Use
from datagen_chat.instants import DAY, Grid, grid, missed_days, parse_step, show_instant
from datagen_chat.order import ordered_uniform
from datagen_chat.problems import Problem, note, pointer
from datagen_chat.ticks import Pattern, TickTable, WeighedTicks, tick_table
from datagen_chat.values import Mask, Numbers
from datagen_chat.words import Frequency, Truth, term

if TYPE_CHECKING:
    from datagen_chat.windows import WindowTicks

TICK_LIMIT = 2**53
_WEIGHED_LIMIT = 1 << 20  # so many ticks are weighed at once
_FAR_TICKS = 1 << 40  # more than a window that columns begin or end should have


_OF_TIMEFRAME = ("timeframe.start", "timeframe.end")


class DatetimeSeries(Generator, word="datetime_series"):
    """Times on a grid within a window; the rows of one parent come in ascending order."""

    fills: ClassVar = ("datetime", "date")
    is_bounded: ClassVar = True
    ascends: ClassVar = True
    advice: ClassVar = 'For no time twice within one parent, add "distinct": true to the datetime_series instead.'

    within: Annotated[Within | Literal["timeframe"], PlainValidator(read_within), WithJsonSchema(WITHIN)] = term(
        description='The window: "timeframe", or {"start", "end"}, each an instant, a column such as "customer.signup_date" '
        'or a formula such as "ordered_at + days(3)".',
        also=("range", "window", "between", "interval"),
    )
    freq: Frequency = term(
        "H",
        "The step of the grid from the window's start: H, D, W, M, Q, Y, min, s, ms or us, with a multiplier such as 15min.",
        also=("frequency", "step", "granularity"),
    )
    pattern: Weighing | None = term(None, "Weights by hour, dow (Monday first) or month (January first).")
    patterns: Annotated[tuple[Weighing, ...], Field(max_length=10)] = term((), "Several patterns; their weights multiply.")

    spacing: Literal["random", "regular"] | None = term(
        None,
        '"regular": the k-th row of a parent takes the k-th tick; without a fanout every tick is one row. '
        "A pattern leaves out the ticks of weight 0, such as weekends.",
        also=("mode", "space"),
    )
    distinct: Truth = term(False, "Whether no tick comes twice within one parent.", also=("unique", "no_repeats", "replace"))

    also: ClassVar = (
        "datetime",
        "timestamp",
        "date",
        "date_series",
        "time_series",
        "timeseries",
        "date_range",
        "datetime_range",
        "datetimeseries",
    )
    example: ClassVar[Mapping[str, Any]] = {
        "datetime_series": {"within": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z"}, "freq": "H"}
    }

    def uses(self) -> Iterator[Use]:
        """Yield the columns that hold the ends of the window."""
        for at, code in self._formulas():
            from datagen_chat.generators._formula import uses_of  # a fixed window has none

            yield from (use.under(at) for use in uses_of(code))

    @property
    def is_regular(self) -> bool:
        """Whether the rows of a parent take one tick after the other."""
        return self.spacing == "regular"

    @property
    def limits_rows(self) -> bool:
        """Whether a parent can only have as many rows as its window has ticks."""
        return self.is_regular or self.distinct

    def counted_by(self) -> Iterator[Use]:
        """Yield the columns of the parents whose window limits their rows."""
        if self.limits_rows:
            yield from (use.under(pointer(self.word)) for use in self.uses())

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield an empty window, a missing timeframe, and patterns that do not fit or leave nothing."""
        start, end = self.ends(facts.timeframe)
        if start is None or end is None:
            hint = 'Add "timeframe": {"start": …, "end": …} to the dataset, or give the window here.'
            yield Problem("/within", "no-timeframe", "The dataset has no timeframe to stay within.", hint)
            return
        yield from self._check_formulas(facts)
        days = missed_days(self.freq, start if isinstance(start, int) else None)
        if days:
            message = f"{self.freq} counts from the window's start, and so does not fall on the {days}."
            yield note("/freq", "days-missed", message, f'Start the window on one of them, or write "{self.freq[:-1]}".')
        problems = [problem.under(at) for at, weighing in self._weighings() for problem in weighing.check()]
        yield from problems
        if isinstance(start, int) and isinstance(end, int):
            if end < start:
                message = f"The window ends ({show_instant(end)}) before it starts ({show_instant(start)})."
                yield Problem("/within", "window-order", message, "Swap start and end.")
            elif not any(problem.is_error for problem in problems):
                yield from self._check_ticks(grid(start, end, parse_step(self.freq)))
        if self.limits_rows:
            yield from self._check_rows(facts)

    def _check_formulas(self, facts: Facts) -> Iterator[Problem]:
        for at, code in self._formulas():
            from datagen_chat.generators._formula import check_values

            yield from (problem.under(at) for problem in check_values(code, facts, ("datetime", "date")))

    def _check_rows(self, facts: Facts) -> Iterator[Problem]:
        """Yield windows that differ among the rows of one parent, and patterns that have nothing to weigh."""
        key = "/spacing" if self.is_regular else "/distinct"
        what = "Regular spacing" if self.is_regular else "distinct"
        for use in self.uses():
            if not is_above(facts, use.table):
                message = f"{what} needs one window for all rows of a parent, but {use.column} is a column of the row."
                yield Problem(use.at, "window-per-row", message, "Name a column of the parent, or of a table above it.")
        if self.is_regular and self._patterns() and not self._counts_likely:
            message = "Regular spacing takes every tick, so there is nothing for the pattern to weigh."
            yield Problem(
                key, "pattern-no-effect", message, "Give a weight of 0 to what is to be left out, or remove the pattern."
            )
        ticks, rows = self.most_rows(facts.timeframe), facts.row_range(None)[0]
        if facts.parent is None and ticks is not None and rows > ticks:
            message = f"{facts.table_name} has at least {rows:.0f} rows, but the window has only {ticks} ticks."
            yield Problem(key, "too-few-ticks", message, f"Make at most {ticks} rows, or use a longer window or a finer freq.")

    @property
    def _counts_likely(self) -> bool:
        """Whether some ticks weigh nothing, and the others can be counted in any window."""
        patterns = self._patterns()
        return any(0 in pattern.weights for pattern in patterns) and can_be_counted(parse_step(self.freq), patterns)

    def _likely(self, windows: Windows) -> Callable[[Rows], Window | LikelyTicks]:
        """Return the ticks of windows that can be taken: all, or those of positive weight."""
        return likely_ticks(windows, parse_step(self.freq), self._patterns()) if self._counts_likely else windows

    def most_rows(self, timeframe: tuple[int, int] | None) -> int | None:
        """Return how many ticks of a fixed window have a positive weight, where each can be one row only."""
        fixed = self.grid(timeframe)
        return None if fixed is None or not self.limits_rows or fixed.count > TICK_LIMIT else self._possible(fixed)

    def _possible(self, ticks: Grid) -> int:
        """Return how many ticks have a positive weight."""
        try:
            table = tick_table(ticks, self._patterns())
        except ValueError:  # told where the pattern is checked
            return ticks.count
        return table.count if isinstance(table, WeighedTicks) else ticks.count

    def _check_ticks(self, grid: Grid) -> Iterator[Problem]:
        is_daily = grid.step.months > 0 or grid.step.length % DAY == 0
        for at, weighing in self._weighings():
            if weighing.dimension == "hour" and is_daily:
                message = f"All ticks of freq {self.freq} fall on the same hour, so weights by hour change nothing."
                yield note(f"{at}/dimension", "pattern-no-effect", message, "Use freq H or finer, or remove the pattern.")
        if grid.count > TICK_LIMIT:
            yield Problem("/freq", "too-many-ticks", f"The window has {grid.count} ticks.", "Use a coarser freq.")
            return
        try:
            tick_table(grid, self._patterns())
        except ValueError as error:
            yield Problem(
                "/pattern" if self.pattern else "/patterns", "pattern-empty", str(error), "Make some weights positive."
            )

    def grid(self, timeframe: tuple[int, int] | None) -> Grid | None:
        """Return the grid that all values lie on, where the window is fixed."""
        start, end = self.ends(timeframe)
        return grid(start, end, parse_step(self.freq)) if isinstance(start, int) and isinstance(end, int) else None

    def numbered(self, facts: Facts) -> int | None:
        """Return how many ticks the window has, or could have, where its rows differ in nothing but the tick."""
        listed = self._listed(facts)
        return self._possible(listed) if listed is not None else _FAR_TICKS if self._is_listed_by_parent(facts) else None

    def capacity(self, facts: Facts) -> int | None:
        """Return how many ticks of a fixed window have a positive weight."""
        listed = self._listed(facts)
        return None if listed is None else self._possible(listed)

    def _listed(self, facts: Facts) -> Grid | None:
        """Return the grid of a fixed window, where no two of its ticks are the same value and nothing else orders them."""
        ticks = self.grid(facts.timeframe)
        if ticks is None or facts.bounds or not ticks.count or not self._is_listable(facts):
            return None
        return ticks if ticks.count <= (_WEIGHED_LIMIT if self._patterns() else TICK_LIMIT) else None

    def _is_listed_by_parent(self, facts: Facts) -> bool:
        """Return whether the rows of a parent share a window of their own whose ticks are alike."""
        tables = [use.table for use in self.uses()]
        is_shared = facts.parent is not None and bool(tables) and all(is_above(facts, table) for table in tables)
        return is_shared and not facts.bounds and not self._patterns() and self._is_listable(facts)

    def _is_listable(self, facts: Facts) -> bool:
        """Return whether no two ticks are the same value, and all that can be said of a row is which tick it takes."""
        step = parse_step(self.freq)
        return not self.limits_rows and (facts.type != "date" or step.months > 0 or step.length % DAY == 0)

    def numbering(self, scope: Scope) -> Numbering:
        """Return the ticks by their places in the window."""
        ticks, unit, patterns = self._listed(scope), DAY if scope.type == "date" else 1, self._patterns()
        if ticks is None:
            return self._numbering_by_parent(scope, unit)
        table = tick_table(ticks, patterns)
        if not isinstance(table, WeighedTicks):
            return Numbering(ticks.count, lambda _rows, numbers: Numbers(ticks.at(numbers) // unit))
        from datagen_chat.window_weights import relative_weights

        weights = relative_weights(patterns, ticks.at(table.nth(np.arange(table.count))))
        return Numbering(
            table.count,
            lambda _rows, numbers: Numbers(ticks.at(table.nth(numbers)) // unit),
            draw=lambda key, names: table.place(table.sample(uniform(key, names))),
            weights=lambda: weights,
        )

    def _numbering_by_parent(self, scope: Scope, unit: int) -> Numbering:
        assert scope.parent is not None
        parent, windows = scope.parent, self._windows(scope.above(), scope, ())

        def value(rows: Rows, numbers: NDArray[np.int64]) -> Numbers:
            above, index = rows.ancestor(parent)
            window = windows(above)
            return Numbers((window if index is None else window.take(index)).at(numbers) // unit)

        return Numbering(_FAR_TICKS, value, sizes=lambda parents: windows(parents).count)

    def ticks(self, timeframe: tuple[int, int] | None) -> tuple[Grid, TickTable] | None:
        """Return the grid of a fixed window, and how shares of it become its ticks."""
        fixed = self.grid(timeframe)
        return None if fixed is None else (fixed, tick_table(fixed, self._patterns()))

    def room(self, scope: Scope) -> Room | None:
        """Return the number of ticks in each parent's window, where no tick may come twice."""
        if not self.limits_rows:
            return None
        bounds = tuple(bound for bound in scope.bounds if is_above(scope, bound.table))
        likely = self._likely(self._windows(scope.above(), scope, bounds))
        return lambda parents: likely(parents).count

    def why_null(self, facts: Facts) -> str:
        """Return that there may be nothing for the window to begin at."""
        start, _ = self.ends(facts.timeframe)
        if not isinstance(start, str) or self.limits_rows:
            return ""
        from datagen_chat.generators._formula import can_be_null  # a fixed window has none

        return f"its window begins at {start}, which may be null" if can_be_null(start, facts) else ""

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: order statistics among siblings that share a window, independent draws elsewhere."""
        unit = DAY if scope.type == "date" else 1
        instants = self._compile_instants(scope)

        def sample(rows: Rows) -> Numbers:
            made, valid = instants(rows)
            return Numbers(made if unit == 1 else made // unit, valid)

        return sample

    def _compile_instants(self, scope: Scope) -> Instants:
        fixed = self.grid(scope.timeframe)
        if fixed is not None and not scope.bounds and not self.limits_rows:
            return self._fixed(scope, fixed)
        bounds = scope.bounds
        tables = [use.table for use in self.uses()] + [bound.table for bound in bounds]
        if not scope.has_siblings or not all(is_above(scope, table) for table in tables):
            return self._by_row(scope, self._windows(scope, scope, bounds))
        return self._by_parent(scope, self._windows(scope.above(), scope, bounds))

    def _fixed(self, scope: Scope, ticks: Grid) -> Instants:
        """Return the times of one window for all rows."""
        table, key = tick_table(ticks, self._patterns()), scope.key("tick")
        if not scope.has_siblings:
            return lambda rows: (ticks.at(table.sample(uniform(key, rows.numbers))), None)
        after = scope.key("after the last")
        return lambda rows: (ticks.at(table.sample(ordered_uniform(key, after, rows.numbers, rows.siblings()))), None)

    def _by_row(self, scope: Scope, windows: Windows) -> Instants:
        """Return the times of windows that differ from row to row: each is drawn by itself."""
        key, patterns = scope.key("tick"), self._patterns()
        if self.limits_rows:
            return self._in_turn(scope, windows)
        from datagen_chat.windows import window_ticks

        def instants(rows: Rows) -> tuple[NDArray[np.int64], Mask | None]:
            window = windows(rows)
            return self._told(scope, window_ticks(*window.ends, window.step, patterns, uniform(key, rows.numbers)))

        return instants

    def _in_turn(self, scope: Scope, windows: Windows) -> Instants:
        """Return the ticks of a table that hangs off no other: one after the other, or each once in random order."""
        from datagen_chat.distinct_ticks import distinct_ticks
        from datagen_chat.permutation import permuted

        key, order, count, patterns = scope.key("tick"), scope.key("order"), scope.row_count(), self._patterns()
        likely = self._likely(windows)
        zero, all_rows = np.zeros(1, dtype=np.int64), np.array([count], dtype=np.int64)

        def instants(rows: Rows) -> tuple[NDArray[np.int64], Mask | None]:
            if self.is_regular:
                return likely(rows).at(numbers_of(rows.numbers)), None
            window = windows(rows)
            if not len(rows):
                return window.start, None
            family = Siblings(zero, zero, all_rows, np.zeros(len(rows), dtype=np.int64))
            first, last = (ends[:1] for ends in window.ends)
            ranks = permuted(order, rows.numbers, count)
            return self._told(scope, distinct_ticks(key, ranks, family, first, last, window.step, patterns))

        return instants

    def _by_parent(self, scope: Scope, windows: Windows) -> Instants:
        """Return the times of windows that the rows of one parent share: in ascending order."""
        from datagen_chat.distinct_ticks import distinct_ticks
        from datagen_chat.windows import window_ticks

        assert scope.parent is not None
        key, after, parent, patterns = scope.key("tick"), scope.key("after the last"), scope.parent, self._patterns()
        reshape, likely = self.reshaping(scope), self._likely(windows)

        def instants(rows: Rows) -> tuple[NDArray[np.int64], Mask | None]:
            above, index = rows.ancestor(parent)
            siblings = rows.siblings()
            family = siblings.family if index is None else index
            if self.is_regular:
                return likely(above).take(family).at(siblings.ranks(rows.numbers)), None
            first, last = windows(above).ends
            if self.distinct:
                found = distinct_ticks(key, rows.numbers, siblings, first, last, parse_step(self.freq), patterns)
            else:
                shares = ordered_uniform(key, after, rows.numbers, siblings)
                shares = shares if reshape is None else reshape(above, first, last, shares, family)
                found = window_ticks(first, last, parse_step(self.freq), patterns, shares, family)
            return self._told(scope, found)

        return instants

    def reshaping(self, scope: Scope) -> Reshaping | None:  # noqa: ARG002 - the ticks of a window are alike but for patterns
        """Return how shares of a window come to lie closer together where more rows are to be."""
        return None

    def _told(self, scope: Scope, found: WindowTicks) -> tuple[NDArray[np.int64], Mask | None]:
        """Return the ticks that were found; where a window has none, its start, or null where that is allowed."""
        empty = int(np.count_nonzero(~found.inside))
        if empty and not (scope.nullable and self.why_null(scope)):
            where = "null" if scope.nullable else "at its start"
            scope.tell("empty-window", f"The window has no start, or ends before it; the value is {where}.", empty)
        if found.unweighted:
            message = "No tick of the window has a positive weight; all are equally likely."
            scope.tell("pattern-empty", message, found.unweighted)
        return found.instants, found.inside if empty and scope.nullable else None

    def _windows(self, scope: TableScope, facts: Facts, bounds: tuple[Bound, ...]) -> Windows:
        start, end = self.ends(facts.timeframe)
        assert start is not None
        assert end is not None
        return Ends(start, end, parse_step(self.freq), facts.type).compile(scope, bounds)

    def _weighings(self) -> Iterator[tuple[str, Weighing]]:
        if self.pattern:
            yield "/pattern", self.pattern
        for index, weighing in enumerate(self.patterns):
            yield f"/patterns/{index}", weighing

    def _patterns(self) -> tuple[Pattern, ...]:
        return tuple(Pattern(weighing.dimension, weighing.weights) for _, weighing in self._weighings())

    def ends(self, timeframe: tuple[int, int] | None) -> tuple[End | None, End | None]:
        """Return the ends of the window: instants, names of columns, or None where the timeframe lacks."""
        low, high = timeframe or (None, None)
        if isinstance(self.within, str):
            return low, high
        of_timeframe: Mapping[End, int | None] = dict(zip(_OF_TIMEFRAME, (low, high), strict=True))
        return of_timeframe.get(self.within.start, self.within.start), of_timeframe.get(self.within.end, self.within.end)

    def _formulas(self) -> Iterator[tuple[str, str]]:
        """Yield the ends that formulas make, with their pointers."""
        if not isinstance(self.within, str):
            for at, end in (("/within/start", self.within.start), ("/within/end", self.within.end)):
                if isinstance(end, str) and end not in _OF_TIMEFRAME:
                    yield at, end


Instants = Callable[[Rows], "tuple[NDArray[np.int64], Mask | None]"]
Reshaping = Callable[[Rows, NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]
"""Parents, the first and last tick of their windows, ascending shares of the windows, and each one's parent: other shares."""
