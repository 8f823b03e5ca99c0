"""Probability laws as tables over one uniform of 32 bits: a draw is a few array operations, whatever the law.

Tables are built with `math`, one entry at a time, never with NumPy's transcendental functions, whose last bits depend on
the machine. Values then come from them by +, -, × and takes alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.laws.base import Masses

_SMALL = 9
_FEW = 1 << 11  # draws that are searched sooner than a guide is made
_GUIDE_BITS = 16
_KNOT_BITS, _TAIL_BITS = 12, 7
_MIDDLE = (1 << _KNOT_BITS) + 1
_FEW_DRAWS = 1 << 10
"""So many draws have a fifth of all knots at most."""
_SHIFT = np.uint32(32 - _KNOT_BITS)
_WITHIN = np.uint32((1 << (32 - _KNOT_BITS)) - 1)
_TAIL = np.uint32(8 << (32 - _KNOT_BITS))
_TAIL_SHIFT = np.uint64(52 - _TAIL_BITS)
_TAIL_ORIGIN = np.uint64(1023 << _TAIL_BITS)
_TAIL_SIZE = np.uint64((32 - _KNOT_BITS + 3) << _TAIL_BITS)  # octaves, each with as many knots


class Discrete:
    """Outcomes 0, 1, … with given weights, exact to 2**-32.

    Up to nine outcomes are found by comparing and adding. More go through a guide table over the upper 16 bits, and only
    draws whose cell straddles a threshold are searched.

    Source:
        Chen and Asau, "On generating random variates from an empirical distribution", AIIE Transactions 6 (1974).
    """

    def __init__(self, weights: Sequence[float]) -> None:
        shares = np.array(weights, dtype=np.float64)
        last = int(np.flatnonzero(shares > 0)[-1])
        edges = np.rint(np.cumsum(shares[:last] / math.fsum(weights)) * 2**32)
        self.edges = edges[edges < 2**32].astype(np.uint32)
        self.dtype = np.int8 if last < 1 << 7 else np.int16 if last < 1 << 15 else np.int32
        self._has_guide = last >= _SMALL

    @cached_property
    def guide(self) -> NDArray[Any]:
        """For each value of a draw's upper bits the outcome, or -1 where it also depends on the lower bits."""
        return _guide(self.edges, self.dtype)

    def sample(self, drawn: NDArray[np.uint32]) -> NDArray[Any]:
        """Return the outcome of each draw, shape (draws,), in the smallest signed dtype that holds all outcomes."""
        if not self._has_guide:
            return self._compared(drawn)
        if len(drawn) < _FEW:
            return self.edges.searchsorted(drawn, side="right").astype(self.dtype)
        codes: NDArray[Any] = self.guide.take(drawn >> np.uint32(32 - _GUIDE_BITS))
        straddling = np.flatnonzero(codes < 0)
        codes[straddling] = self.edges.searchsorted(drawn[straddling], side="right")
        return codes

    def _compared(self, drawn: NDArray[np.uint32]) -> NDArray[np.int8]:
        codes = np.zeros(len(drawn), dtype=np.int8)
        passed = np.empty(len(drawn), dtype=np.bool_)
        for edge in self.edges:
            np.greater_equal(drawn, edge, out=passed)
            codes += passed.view(np.int8)
        return codes


def _guide(edges: NDArray[np.uint32], dtype: type[np.signedinteger[Any]]) -> NDArray[Any]:
    """Return, for each value of the upper bits, the outcome, or -1 where it also depends on the lower bits."""
    cells = np.arange(1 << _GUIDE_BITS, dtype=np.uint64) << np.uint64(32 - _GUIDE_BITS)
    lowest = edges.searchsorted(cells, side="right")
    highest = edges.searchsorted(cells + np.uint64((1 << (32 - _GUIDE_BITS)) - 1), side="right")
    return np.where(lowest == highest, lowest, -1).astype(dtype)


class Quantiles:
    """A continuous law by its quantile function: linear between knots.

    Between the tails 4096 knots are equally far apart. In each tail, the outermost 2**-9 of the draws, every octave of the
    distance from the end has 128 knots, so that the tail's shape holds down to its last draw. Measured against the exact
    law, the largest difference of the distribution functions is below 1e-5.

    Where a quantile is the same whatever others are asked for with it (`is_pointwise`), the first few draws are made of their
    own knots alone: a few rows of many columns then cost little.
    """

    def __init__(self, quantiles: Callable[[tuple[float, ...]], list[float]], *, is_pointwise: bool = False) -> None:
        self._quantiles, self._spared = quantiles, _FEW_DRAWS if is_pointwise else 0
        self._made = None if is_pointwise else _lines(np.array(quantiles(_knot_shares()[0])))

    def sample(self, drawn: NDArray[np.uint32]) -> NDArray[np.float64]:
        """Return the value at each draw's share, shape (draws,)."""
        made = self._made or self._make(drawn)
        lines = made.lines.take((drawn >> _SHIFT).astype(np.intp), axis=0)
        values = (drawn & _WITHIN).view(np.int32).astype(np.float64)
        values *= lines[:, 0]
        values += lines[:, 1]
        _correct_ends(made.tails, values, drawn)
        return values

    def _make(self, drawn: NDArray[np.uint32]) -> _Lines:
        """Return all lines, or those that a few draws need, the others being no numbers."""
        shares = _knot_shares()[0]
        self._spared -= len(drawn)
        if self._spared < 0:
            self._made = _lines(np.array(self._quantiles(shares)))
            return self._made
        needed = _needed(drawn)
        knots = np.full(len(shares), np.nan)
        knots[needed] = self._quantiles(tuple(shares[knot] for knot in needed.tolist()))
        return _lines(knots)


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """Slopes and values between neighbouring knots, shape (cells, 2): side by side, one place in memory for each draw."""

    lines: NDArray[np.float64]
    tails: _Tails


def _lines(knots: NDArray[np.float64]) -> _Lines:
    places = _knot_shares()[1]
    middle, low, high = np.split(knots, [_MIDDLE, _MIDDLE + len(places)])
    slope = np.diff(middle) / (1 << (32 - _KNOT_BITS))
    return _Lines(np.column_stack([slope, middle[:-1] + slope * 0.5]), _tails(places, low, high))


def _needed(drawn: NDArray[np.uint32]) -> NDArray[np.intp]:
    """Return the numbers of the knots that draws lie between."""
    _, _, cells = _ends(drawn)
    first = cells.astype(np.intp) + _MIDDLE
    first += cells >= _TAIL_SIZE  # a tail has one knot more than cells
    first = np.concatenate([(drawn >> _SHIFT).astype(np.intp), first])
    return np.unique(np.concatenate([first, first + 1]))


def _ends(drawn: NDArray[np.uint32]) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.uint64]]:
    """Return which draws fall into the tails, their places in these, and the cells, those of the low tail first."""
    ends = np.flatnonzero(drawn + _TAIL < _TAIL + _TAIL)  # the sum wraps around: both tails by one comparison
    signed = drawn.take(ends).view(np.int32)  # 0, 1, … from the low end, and -1, -2, … from the high one
    place = np.abs(signed + 0.5) + 0.5
    cell = (place.view(np.uint64) >> _TAIL_SHIFT) - _TAIL_ORIGIN
    cell += (signed < 0) * _TAIL_SIZE
    return ends, place, cell


def _correct_ends(tails: _Tails, values: NDArray[np.float64], drawn: NDArray[np.uint32]) -> None:
    """Put the tails' values where draws fall into them."""
    ends, place, cell = _ends(drawn)
    values[ends] = tails.base.take(cell) + (place - tails.places.take(cell)) * tails.slope.take(cell)


@dataclass(frozen=True, slots=True, eq=False)
class _Tails:
    """Values at geometrically spaced places from the ends, and their slopes; shape (2 × places,), the low tail first."""

    places: NDArray[np.float64]
    base: NDArray[np.float64]
    slope: NDArray[np.float64]


@cache
def _knot_shares() -> tuple[tuple[float, ...], NDArray[np.float64]]:
    """Return the shares of all knots, those between the tails first, then the low and the high tail's; and a tail's places."""
    cells, places = 1 << _KNOT_BITS, _tail_places()
    middle = [min(max(cell, 1), cells - 1) / cells for cell in range(cells + 1)]
    ends = [(place - 0.5) * 2.0**-32 for place in places.tolist()]
    return (*middle, *ends, *(1.0 - end for end in ends)), places


def _tail_places() -> NDArray[np.float64]:
    """Return 1 + the distances from the end at which a tail has its knots; the upper bits of a float number them."""
    numbers = np.arange(_TAIL_SIZE + 1, dtype=np.uint64) + _TAIL_ORIGIN
    return (numbers << _TAIL_SHIFT).view(np.float64)


def _tails(places: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> _Tails:
    width = np.diff(places)
    slopes = np.concatenate([np.diff(low) / width, np.diff(high) / width])
    return _Tails(np.tile(places[:-1], 2), np.concatenate([low[:-1], high[:-1]]), slopes)


def clamped_masses(masses: Masses, clamp: tuple[float, float] | None) -> Masses:
    """Return the masses with all probability beyond a bound moved to the nearest whole number within."""
    if clamp is None:
        return masses
    low, high = math.ceil(clamp[0]), math.floor(clamp[1])
    first, last = masses.first, masses.first + len(masses.shares) - 1
    start, stop = min(max(first, low), high), max(min(last, high), low)
    if start == stop:
        return Masses(start, (sum(masses.shares),))
    places = np.clip(np.arange(first, last + 1), start, stop) - start
    return Masses(start, tuple(np.bincount(places, masses.shares).tolist()))
