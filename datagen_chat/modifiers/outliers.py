"""Outliers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import RowNumbers, bits32, numbers_of
from datagen_chat.generators.base.facts import Facts
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.laws import LAWS
from datagen_chat.modifiers._laws import Draw, Magnitude, drawn
from datagen_chat.modifiers._numbers import Floats, changed
from datagen_chat.modifiers.base import NUMBERS, Made, Modifier
from datagen_chat.problems import Problem
from datagen_chat.words import Share, term

LONGEST = 5
"""A burst has 1 to so many rows, all lengths equally often."""

_BOUNDS = (0.1, 10.0)
_UPPER = np.uint64(32)
Magnitudes = Callable[[RowNumbers], tuple[NDArray[np.int64], Floats]]
"""Which of some rows are outliers, by their positions, and the magnitude of each of these."""


class Outliers(Modifier, word="outliers"):
    """Make some rows stand out: m is drawn for each, by default lognormal (0, 0.5) within 0.1 to 10."""

    rate: Share = term(description="The share of rows.", also=("p", "probability", "share", "fraction", "frequency", "prob"))
    mode: Literal["spike", "drop", "burst"] = term(
        "spike",
        '"spike" multiplies by 1 + m, "drop" divides by 1 + m, "burst" multiplies runs of up to 5 neighbouring rows.',
        also=("type", "kind", "direction"),
    )
    magnitude_dist: Magnitude | None = term(
        None, "The law of m.", also=("magnitude", "magnitude_distribution", "dist", "distribution", "size")
    )

    takes: ClassVar = NUMBERS
    also: ClassVar = ("outlier", "anomaly", "anomalies", "spikes", "inject_outliers")
    example: ClassVar = {"transform": "outliers", "args": {"rate": 0.01, "mode": "spike"}}

    def check(self, facts: Facts, made: Made) -> Iterator[Problem]:  # noqa: ARG002
        """Yield what is wrong with the law of the magnitudes."""
        if self.magnitude_dist is not None:
            yield from (problem.under("/magnitude_dist") for problem in self.magnitude_dist.check())

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the numbers, outliers among them."""
        found = (_bursts if self.mode == "burst" else _single)(scope, self.rate, self._law())
        falls = self.mode == "drop"

        def change(rows: Rows, data: Floats) -> Floats:
            places, magnitudes = found(rows.numbers)
            factor = magnitudes + 1.0
            data[places] = data[places] / factor if falls else data[places] * factor
            return data

        return changed(sampler, change)

    def _law(self) -> Draw:
        if self.magnitude_dist is None:
            return drawn(LAWS["lognormal"].model_validate({"mu": 0.0, "sigma": 0.5}), _BOUNDS)
        return drawn(self.magnitude_dist.params, self.magnitude_dist.clamp or _BOUNDS)


def _single(scope: Scope, rate: float, law: Draw) -> Magnitudes:
    """Return how to find rows that stand out by themselves."""
    key, magnitude, limit = scope.key("row"), scope.key("magnitude"), round(rate * 2**32)

    def found(numbers: RowNumbers) -> tuple[NDArray[np.int64], Floats]:
        places = np.flatnonzero(bits32(key, numbers) < limit)
        return places, law(bits32(magnitude, numbers_of(numbers)[places]))

    return found


def _bursts(scope: Scope, rate: float, law: Draw) -> Magnitudes:
    """Return how to find rows in bursts: those that one of the rows before them, or their own, starts long enough.

    Where bursts meet, the nearest start gives the magnitude. A burst may start before the first row, so that the first rows
    are no exceptions.
    """
    key, length, magnitude = (scope.key(draw) for draw in ("start", "length", "magnitude"))
    limit = round(starting_rate(rate) * 2**32)

    def found(numbers: RowNumbers) -> tuple[NDArray[np.int64], Floats]:
        all_numbers, start = numbers_of(numbers), np.full(len(numbers), -1, dtype=np.int64)
        for back in range(LONGEST - 1, -1, -1):
            places = np.flatnonzero(bits32(key, _before(numbers, back)) < limit)
            starts = all_numbers[places] - back
            reached = (bits32(length, starts).astype(np.uint64) * np.uint64(LONGEST)) >> _UPPER >= back
            start[places[reached]] = back
        places = np.flatnonzero(start >= 0)
        return places, law(bits32(magnitude, all_numbers[places] - start[places]))

    return found


def _before(numbers: RowNumbers, back: int) -> RowNumbers:
    return range(numbers.start - back, numbers.stop - back) if isinstance(numbers, range) else numbers - back


def starting_rate(rate: float) -> float:
    """Return the share of rows that bursts must start at for this share of all rows to be in one.

    A row is in none when, for each k from 0 on, no burst of more than k rows starts k rows before it.

    >>> round(starting_rate(0.01), 5), round(starting_rate(1.0), 5)
    (0.00335, 1.0)
    """
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        outside = 1.0
        for back in range(LONGEST):
            outside *= 1 - middle * (LONGEST - back) / LONGEST
        low, high = (middle, high) if 1 - outside < rate else (low, middle)
    return high
