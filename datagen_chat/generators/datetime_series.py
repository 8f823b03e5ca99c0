"""Ticks of a grid of time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PlainValidator, WithJsonSchema

from datagen_chat.draws import uniform
from datagen_chat.generators.base import Facts, Generator, Rows, Sampler, Scope
from datagen_chat.instants import DAY, INSTANT_PATTERN, Grid, grid, parse_step, show_instant
from datagen_chat.order import ordered_uniform
from datagen_chat.problems import Problem, note
from datagen_chat.ticks import PERIODS, Pattern, TickTable, tick_table
from datagen_chat.values import Numbers
from datagen_chat.words import Frequency, Instant, Weight, Word, check_weights, term

TICK_LIMIT = 2**53


class Interval(Word):
    """A window of time, both ends included."""

    start: Instant = term(description="The first instant, UTC with a Z.", also=("from", "begin", "min", "low", "start_date"))
    end: Instant = term(description="The last instant, UTC with a Z.", also=("to", "until", "max", "high", "end_date", "stop"))


class Weighing(Word):
    """Weights that make some hours, weekdays or months more frequent."""

    dimension: Literal["hour", "dow", "month"] = term(
        description="Which part of the time is weighed.", also=("by", "on", "unit", "type")
    )
    weights: Annotated[tuple[Weight, ...], Field(min_length=7, max_length=24)] = term(
        description="24 weights for hours, 7 for weekdays from Monday on, 12 for months from January on."
    )

    def check(self) -> Iterator[Problem]:
        """Yield weights that are not as many as the dimension has parts."""
        yield from check_weights(PERIODS[self.dimension], self.weights, f"parts of {self.dimension}")


def _within(value: Any) -> Any:
    return value if value == "timeframe" else Interval.model_validate(value)


WITHIN = {
    "type": ["string", "object"],
    "pattern": "^timeframe$",
    "properties": {end: {"type": "string", "format": "instant", "pattern": INSTANT_PATTERN} for end in ("start", "end")}
    | {remark: {"type": "string"} for remark in ("comment", "description")},
    "required": ["start", "end"],
    "additionalProperties": False,
}


class DatetimeSeries(Generator, word="datetime_series"):
    """Times on a grid within a window; the rows of one parent come in ascending order."""

    fills: ClassVar = ("datetime", "date")

    within: Annotated[Interval | Literal["timeframe"], PlainValidator(_within), WithJsonSchema(WITHIN)] = term(
        description='The window: "timeframe", or {"start", "end"}.', also=("range", "window", "between", "interval")
    )
    freq: Frequency = term(
        "H",
        "The step of the grid: H, D, W, M, Q, Y, min or s, with a multiplier such as 15min.",
        also=("frequency", "step", "granularity"),
    )
    pattern: Weighing | None = term(None, "Weights by hour, dow (Monday first) or month (January first).")
    patterns: Annotated[tuple[Weighing, ...], Field(max_length=10)] = term((), "Several patterns; their weights multiply.")

    also: ClassVar = (
        "datetime",
        "timestamp",
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

    def check(self, facts: Facts) -> Iterator[Problem]:
        """Yield an empty window, a missing timeframe, and patterns that do not fit or leave nothing."""
        window = self._window(facts.timeframe)
        if window is None:
            hint = 'Add "timeframe": {"start": …, "end": …} to the dataset, or give the window here.'
            yield Problem("/within", "no-timeframe", "The dataset has no timeframe to stay within.", hint)
        elif window[1] < window[0]:
            message = f"The window ends ({show_instant(window[1])}) before it starts ({show_instant(window[0])})."
            yield Problem("/within", "window-order", message, "Swap start and end.")
        problems = [problem.under(at) for at, weighing in self._weighings() for problem in weighing.check()]
        yield from problems
        if window and window[0] <= window[1] and not any(problem.is_error for problem in problems):
            yield from self._check_ticks(self._grid(window))

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
        """Return the grid that all values lie on."""
        window = self._window(timeframe)
        return None if window is None else self._grid(window)

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: order statistics among siblings, independent draws where a row has none."""
        window = self._window(scope.timeframe)
        assert window is not None
        ticks = self._grid(window)
        table, key = tick_table(ticks, self._patterns()), scope.key("tick")
        unit = DAY if scope.type == "date" else 1

        def times(shares: NDArray[np.float64]) -> Numbers:
            instants = ticks.at(table.sample(shares))
            return Numbers(instants if unit == 1 else instants // unit)

        if not scope.has_siblings:
            return lambda rows: times(uniform(key, rows.numbers))
        after = scope.key("after the last")

        def sample(rows: Rows) -> Numbers:
            return times(ordered_uniform(key, after, rows.numbers, rows.siblings()))

        return sample

    def _weighings(self) -> Iterator[tuple[str, Weighing]]:
        if self.pattern:
            yield "/pattern", self.pattern
        for index, weighing in enumerate(self.patterns):
            yield f"/patterns/{index}", weighing

    def _patterns(self) -> tuple[Pattern, ...]:
        return tuple(Pattern(weighing.dimension, weighing.weights) for _, weighing in self._weighings())

    def _window(self, timeframe: tuple[int, int] | None) -> tuple[int, int] | None:
        return timeframe if isinstance(self.within, str) else (self.within.start, self.within.end)

    def _grid(self, window: tuple[int, int]) -> Grid:
        return grid(*window, parse_step(self.freq))


__all__ = ["DatetimeSeries", "Interval", "TickTable"]
