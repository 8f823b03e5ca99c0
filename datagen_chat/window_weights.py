"""Weighed ticks of windows that differ from row to row.

The weights of all ticks that windows can hold are summed up once, in whole numbers. A window is then a range of these sums,
and a share of it falls on one tick, found in the table.

Ticks of steps below a day are counted by day. Which hours of a day have ticks, and how many, depends on where the first
tick of the day falls; there are few such phases, since steps and hours have a common grain. The grid of one window goes
through the phases in a fixed order, so that there is one sequence of days, a lane, for each remainder of the start by the
step, in grains. Ticks of longer steps are counted one by one: a lane for each remainder, or for each day of the month and
remainder of the month.

Weights are rounded to 2**-38 of the largest, those of steps below a day twice, by hour and by day, to 2**-17 or less; none
is rounded to zero.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import fields, replace
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.instants import DAY, HOUR, MICROSECOND, Step, add_months, calendar, tick_at
from datagen_chat.ladder import Ladder
from datagen_chat.ticks import Pattern, part_of

Ints = NDArray[np.int64]

_BITS = 62
_STEP_LIMIT = 1 << 22
_MIDDLE = 10_957  # 2000-01-01, in days since 1970
_DAYS = 146_097  # 400 years
_LEAST_DAYS = 14_610
LONGEST = 36_525 * DAY
"""Longer steps have no table of their own."""
SINGLE = 1 << 38
"""What the heaviest tick of a step of days or months weighs."""
_LEAST = 2.0**-40
_FIRST_MONTH, _MONTHS = -2040, 4800  # 1800-01 to 2199-12


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Windows as ranges of summed weights; one entry for each window.

    `start` and `last` are the first and last tick, `lower` the sum before the first, `span` the weight of the whole window:
    0 where it has none, or lies outside the table. `origin` says where in the table the sequence of its ticks begins, and
    `offset` is the remainder of the start by the step.
    """

    start: Ints
    last: Ints
    lower: Ints
    span: Ints
    origin: Ints
    offset: Ints

    def take(self, chosen: Ints) -> Spans:
        """Return some of the windows."""
        return Spans(*(getattr(self, field.name).take(chosen) for field in fields(self)))

    def heights(self, shares: NDArray[np.float64]) -> Ints:
        """Return the sums that these shares of the windows' weights reach: from `lower` to below `lower + span`."""
        heights = (shares * self.span).astype(np.int64)
        np.minimum(heights, self.span - 1, out=heights)
        heights += self.lower
        return heights


class WindowTable(Protocol):
    """The summed weights of all ticks that windows may hold."""

    def spans(self, start: Ints, last: Ints, count: Ints) -> Spans:
        """Return the windows with these first and last ticks, `count` of them, at least one."""

    def ticks(self, spans: Spans, shares: NDArray[np.float64]) -> Ints:
        """Return, for each window, the instant of the tick that the share of its weight falls on; no span is 0."""


@lru_cache(maxsize=16)
def window_table(step: Step, patterns: tuple[Pattern, ...]) -> WindowTable:
    """Return how ticks of a step are weighed; at least one pattern is given.

    It covers 1800 to 2199, or fewer years around 2000 where the common grain of step and hour is small. Where it would not
    even cover forty years, as for 3601 seconds, a tick weighs as much as the time up to the next, hour by hour; so it does
    where steps are longer than a hundred years.
    """
    unit = HOUR if any(pattern.dimension == "hour" for pattern in patterns) else DAY
    if step.months:
        return _Months(step, patterns)
    if step.length > LONGEST:
        return _NearbySteps(step, patterns, unit)
    if step.length % DAY == 0:
        return _LongSteps(step, patterns, DAY, _DAYS)
    grain = math.gcd(step.length, unit)
    lanes = step.length // grain if step.length < DAY else DAY // grain
    days = min(_DAYS, _STEP_LIMIT // lanes)
    if days < _LEAST_DAYS:
        return _NearbySteps(step, patterns, unit)
    return _ShortSteps(step, patterns, unit, days) if step.length < DAY else _LongSteps(step, patterns, grain, days)


def relative_weights(patterns: Iterable[Pattern], instants: Ints) -> NDArray[np.float64]:
    """Return the product of the patterns' weights at each instant, the largest of a pattern counting as 1."""
    product = np.ones(instants.shape)
    for pattern in patterns:
        weights = np.array(pattern.weights, dtype=np.float64)
        weights = np.where(weights > 0, np.maximum(weights / (weights.max() or 1.0), _LEAST), 0.0)
        product *= weights.take(part_of(pattern.dimension, instants))
    return product


def _whole(weights: NDArray[np.float64], largest: int) -> Ints:
    """Return the weights as whole numbers, scaled so that the largest is this one; a positive one stays positive."""
    scaled = np.rint(weights * (largest / (weights.max() or 1.0)))
    return np.maximum(scaled, weights > 0).astype(np.int64)


class _ShortSteps:
    """Ticks of a step below a day, by lane and day, then by part of the day: an hour, or all of it.

    `before` and `count` say how many ticks of its day come before a part and lie in it; `height` is their weight. One
    entry for each phase and part, flat. What shares are made with is there as floats too, which hold it exactly.
    """

    def __init__(self, step: Step, patterns: tuple[Pattern, ...], unit: int, days: int) -> None:
        self.step, self.unit, self.grain = step.length, unit, math.gcd(step.length, unit)
        self.lanes, self.parts, self.days = self.step // self.grain, DAY // unit, days
        self.first = _MIDDLE - days // 2
        phases, edges = np.arange(self.lanes)[:, None] * self.grain, np.arange(self.parts + 1) * unit
        before = np.maximum(-((phases - edges) // self.step), 0)
        count = np.diff(before)
        hours = relative_weights((pattern for pattern in patterns if pattern.dimension == "hour"), edges[:-1])
        largest = 1 << (_BITS - (self.lanes * self.parts * days).bit_length()) // 2
        height = _whole(hours * (count / count.max()), largest)
        self.before, self.count, self.height = before[:, :-1].ravel(), count.ravel(), height.ravel()
        self.float_count, self.float_height = self.count.astype(np.float64), self.height.astype(np.float64)
        self.is_single = bool(count.max() == 1)
        self.by_part = Ladder(self.height)
        numbers = np.arange(self.first, self.first + days)
        others = (pattern for pattern in patterns if pattern.dimension != "hour")
        self.weight = _whole(relative_weights(others, numbers * DAY), largest)
        phase = (np.arange(self.lanes)[:, None] - numbers * (DAY // self.grain)) % self.lanes
        self.by_day = Ladder((self.weight * height.sum(axis=1).take(phase)).ravel())

    def spans(self, start: Ints, last: Ints, count: Ints) -> Spans:
        offset = start - start // self.step * self.step
        origin = offset // self.grain * self.days - self.first
        low, high = self.first * DAY, (self.first + self.days) * DAY
        if start.min(initial=low) >= low and last.max(initial=low) < high:
            lower = self._sum(start, origin, offset, 0)
            return Spans(start, last, lower, self._sum(last, origin, offset, 1) - lower, origin, offset)
        known = (start >= low) & (last < high)
        inside = self.spans(np.where(known, start, low), np.where(known, last, low), count)
        return replace(inside, start=start, last=last, span=np.where(known, inside.span, 0))

    def ticks(self, spans: Spans, shares: NDArray[np.float64]) -> Ints:
        rest = spans.heights(shares)
        position = self.by_day.step_at(rest)
        day = position - spans.origin
        rest -= self.by_day.below.take(position)
        weight = self.weight.take(day - self.first)
        first, parts = self._phase(day, spans.offset)
        bottom = self.by_part.below[parts]
        float_weight = weight.astype(np.float64)
        part = self.by_part.step_at((rest / float_weight).astype(np.int64) + bottom)
        tick = self.before.take(part)
        if not self.is_single:
            rest -= weight * (self.by_part.below.take(part) - bottom)
            within = rest.astype(np.float64)
            within /= float_weight * self.float_height.take(part)
            within *= self.float_count.take(part)
            tick += np.minimum(within.astype(np.int64), self.count.take(part) - 1)
        tick *= self.step
        tick += first
        day *= DAY
        tick += day
        np.maximum(tick, spans.start, out=tick)
        return np.asarray(np.minimum(tick, spans.last, out=tick))

    def _sum(self, tick: Ints, origin: Ints, offset: Ints, after: int) -> Ints:
        """Return the weight of all ticks of the lane before these, rounded down, or `after` 1 up to these, rounded up."""
        day = tick // DAY
        first, parts = self._phase(day, offset)
        within = tick - day * DAY
        part = within // self.unit + parts
        within -= first
        number = within // self.step
        number -= self.before.take(part)
        number += after
        weight = self.weight.take(day - self.first)
        some = self._some(number, part, weight, after)
        weight *= self.by_part.below.take(part) - self.by_part.below[parts]
        weight += some
        day += origin
        weight += self.by_day.below.take(day)
        return weight

    def _some(self, number: Ints, part: Ints, weight: Ints, after: int) -> Ints:
        """Return the weight of the first ticks of parts of days of a weight."""
        if self.is_single:
            return number * (self.height.take(part) * weight)
        exact: NDArray[np.float64] = number / self.float_count.take(part)
        exact *= self.float_height.take(part) * weight
        if after:
            np.ceil(exact, out=exact)
        return exact.astype(np.int64)

    def _phase(self, day: Ints, offset: Ints) -> tuple[Ints, Ints | int]:
        """Return when the first tick of each day falls, and where the parts of a day that begins so are."""
        if self.lanes == 1:
            return offset, 0
        first = (offset - day * DAY) % self.step if DAY % self.step else offset
        return first, first // self.grain * self.parts


class _Singles:
    """Ticks of a long step one by one: lane after lane, `count` ticks of each from tick `first` on."""

    def __init__(self, step: Step, patterns: tuple[Pattern, ...], instants: Ints, first: int, *, hourly: bool) -> None:
        self.step, self.first, self.count = step, first, instants.shape[1]
        known = [pattern for pattern in patterns if hourly or pattern.dimension != "hour"]
        self.ladder = Ladder(_whole(relative_weights(known, instants), SINGLE).ravel())
        self.constant = [pattern for pattern in patterns if pattern not in known]  # all ticks of a window have one hour

    def spans(self, start: Ints, last: Ints, count: Ints) -> Spans:
        lane, number = self._place(start)
        number -= self.first
        known = (number >= 0) & (number + count <= self.count)
        known &= relative_weights(self.constant, start) > 0
        origin = np.where(known, lane * self.count + number, 0)
        lower = self.ladder.below.take(origin)
        span = self.ladder.below.take(np.where(known, origin + count, 0)) - lower
        return Spans(start, last, lower, np.where(known, span, 0), origin, start)

    def ticks(self, spans: Spans, shares: NDArray[np.float64]) -> Ints:
        return tick_at(spans.start, self.ladder.step_at(spans.heights(shares)) - spans.origin, self.step)

    def _place(self, start: Ints) -> tuple[Ints, Ints]:
        raise NotImplementedError


class _LongSteps(_Singles):
    """Ticks of whole days, or of other steps above a day; a lane for each remainder of the start."""

    def __init__(self, step: Step, patterns: tuple[Pattern, ...], grain: int, days: int) -> None:
        self.grain = grain
        first = (_MIDDLE - days // 2) * DAY // step.length + 1
        numbers = np.arange(first, first + days * DAY // step.length)
        lanes = np.arange(step.length // grain)[:, None] * grain
        super().__init__(step, patterns, lanes + numbers * step.length, first, hourly=grain < DAY)

    def _place(self, start: Ints) -> tuple[Ints, Ints]:
        number = start // self.step.length
        return (start - number * self.step.length) // self.grain, number


class _Months(_Singles):
    """Ticks of calendar months; a lane for each day of the month and remainder of the month."""

    def __init__(self, step: Step, patterns: tuple[Pattern, ...]) -> None:
        first = _FIRST_MONTH // step.months
        numbers = np.arange(first, first + _MONTHS // step.months + 1)
        months = np.arange(step.months)[:, None] + numbers * step.months
        instants = add_months(np.arange(31)[:, None, None] * DAY, months)
        super().__init__(step, patterns, instants.reshape(-1, len(numbers)), first, hourly=False)

    def _place(self, start: Ints) -> tuple[Ints, Ints]:
        month, day, _ = calendar(start)
        number = month // self.step.months
        return day * self.step.months + month - number * self.step.months, number


class _NearbySteps:
    """Ticks by the weights of the time up to the next tick, and within hours of positive weight where they all have ticks."""

    def __init__(self, step: Step, patterns: tuple[Pattern, ...], unit: int) -> None:
        self.step, self.unit = min(step.length, _DAYS * DAY), unit
        self.time = _ShortSteps(Step(MICROSECOND), patterns, unit, _DAYS)

    def spans(self, start: Ints, last: Ints, count: Ints) -> Spans:
        end = last + self.step - 1
        if self.step <= self.unit:
            end = np.minimum(end, last // self.unit * self.unit + self.unit - 1)
        return self.time.spans(start, end, count)

    def ticks(self, spans: Spans, shares: NDArray[np.float64]) -> Ints:
        time = self.time.ticks(spans, shares)
        ticks = spans.start + (time - spans.start) // self.step * self.step
        if self.step <= self.unit:
            ticks += (ticks // self.unit != time // self.unit) * self.step
        return ticks
