"""Which tick of a grid a share falls on, when hours, weekdays or months weigh differently."""

from __future__ import annotations

from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.instants import DAY, HOUR, Grid

Dimension = Literal["hour", "dow", "month"]
PERIODS: dict[Dimension, int] = {"hour": 24, "dow": 7, "month": 12}
SEGMENT_LIMIT = 5_000_000
_GUIDE = 1 << 14
_SHORT = 1 << 31


@dataclass(frozen=True, slots=True)
class Pattern:
    """One weight for each part of a dimension: 24 hours, 7 weekdays from Monday on, or 12 months from January on."""

    dimension: Dimension
    weights: tuple[float, ...]

    def at(self, instants: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the weight of each instant."""
        return np.array(self.weights, dtype=np.float64).take(part_of(self.dimension, instants))


def part_of(dimension: Dimension, instants: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the hour 0..23, the weekday 0..6 from Monday on, or the month 0..11 of each instant."""
    if dimension == "hour":
        return instants // HOUR % 24
    days = instants // DAY
    if dimension == "dow":
        return (days + 3) % 7  # 1970-01-01 was a Thursday
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12


class TickTable(Protocol):
    """Shares of the whole window become ticks, monotonously."""

    def sample(self, shares: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the tick number for each share in [0, 1)."""


@dataclass(frozen=True, slots=True)
class EvenTicks:
    """Every tick is equally likely."""

    count: int

    def sample(self, shares: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the tick number for each share."""
        # Conversion to 32 bits takes a third of the time, and few grids are longer.
        ticks = (shares * self.count).astype(np.int32 if self.count < _SHORT else np.int64)
        if int(ticks.max(initial=0)) >= self.count:  # the product may be rounded up
            np.minimum(ticks, self.count - 1, out=ticks)
        return ticks.astype(np.int64, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class WeighedTicks:
    """Ticks in segments, runs of equal weight: a share finds its segment first, then the tick within.

    `edges` are the shares before each segment and 1 at the end, shape (segments + 1,); `first` and `ticks` say which tick
    a segment begins with and how many it has; `guide` holds the last segment that can start before each cell.
    """

    edges: NDArray[np.float64]
    first: NDArray[np.int64]
    ticks: NDArray[np.int64]
    guide: NDArray[np.int64]

    def sample(self, shares: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the tick number for each share."""
        segment = self._segment(shares)
        width = self.edges.take(segment + 1) - self.edges.take(segment)
        count = self.ticks.take(segment)
        within = ((shares - self.edges.take(segment)) / width * count).astype(np.int64)
        return self.first.take(segment) + np.clip(within, 0, count - 1)

    @property
    def count(self) -> int:
        """How many ticks have a positive weight."""
        return int(self.ticks.sum())

    def nth(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the ticks at these places among those of positive weight."""
        after = np.cumsum(self.ticks)
        segment = after.searchsorted(places, side="right")
        return self.first.take(segment) + places - (after - self.ticks).take(segment)

    def place(self, ticks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the places of ticks among those of positive weight."""
        segment = self.first.searchsorted(ticks, side="right") - 1
        return (np.cumsum(self.ticks) - self.ticks).take(segment) + ticks - self.first.take(segment)

    def _segment(self, shares: NDArray[np.float64]) -> NDArray[np.int64]:
        cell = (shares * _GUIDE).astype(np.int64)
        segment = self.guide.take(cell)
        unsure = np.flatnonzero(segment != self.guide.take(cell + 1))
        segment[unsure] = self.edges[1:-1].searchsorted(shares.take(unsure), side="right")
        return segment


def tick_table(grid: Grid, patterns: tuple[Pattern, ...]) -> TickTable:
    """Return how shares become ticks of this grid.

    Raises:
        ValueError: all ticks have weight zero, there are too many to weigh, or a pattern has too few or too many weights.
    """
    if not patterns:
        return EvenTicks(grid.count)
    for pattern in patterns:
        parts = PERIODS[pattern.dimension]
        if len(pattern.weights) != parts:
            raise ValueError(f"{len(pattern.weights)} weights do not fit the {parts} parts of {pattern.dimension}.")
    first, ticks, instants = _segments(grid, any(pattern.dimension == "hour" for pattern in patterns))
    weights = ticks.astype(np.float64)
    for pattern in patterns:
        weights *= pattern.at(instants)
    kept = np.flatnonzero(weights > 0)
    if not len(kept):
        raise ValueError("No tick of the window has a positive weight.")
    edges = np.concatenate([[0.0], np.cumsum(weights[kept])])
    edges /= edges[-1]
    cells = np.arange(_GUIDE + 1) / _GUIDE
    guide = edges[1:-1].searchsorted(cells, side="right")
    return WeighedTicks(edges, first[kept], ticks[kept], guide)


def _segments(grid: Grid, hourly: bool) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the first tick, the number of ticks and an instant of each run of ticks within one hour or day."""
    unit = HOUR if hourly else DAY
    if not grid.step.length or grid.step.length >= unit:
        numbers = np.arange(_bounded(grid.count), dtype=np.int64)
        return numbers, np.ones_like(numbers), grid.at(numbers)
    length, last = grid.step.length, grid.start + (grid.count - 1) * grid.step.length
    units = np.arange(grid.start // unit, last // unit + 1, dtype=np.int64)
    _bounded(len(units))
    first = np.maximum(-((grid.start - units * unit) // length), 0)  # the first tick not before the unit begins
    after = np.append(first[1:], grid.count)
    kept = np.flatnonzero(after > first)
    return first[kept], (after - first)[kept], units[kept] * unit


def _bounded(count: int) -> int:
    if count > SEGMENT_LIMIT:
        raise ValueError(f"The window is too long to weigh: {count} ticks; use a coarser freq or a shorter window.")
    return count
