"""Discrete laws whose neighbouring probabilities have a simple ratio: Poisson, binomial, negative binomial, geometric."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.laws.base import Masses
from datagen_chat.problems import Problem

Floats = NDArray[np.float64]
WIDEST = 1 << 20
"""The most numbers that a discrete law's table may hold."""
_NOTHING = 2.0**-36
_FIRST_PART = 64  # neighbouring numbers made together; each further part has twice as many


class WidthError(ValueError):
    """A law spreads over more whole numbers than a table may hold; the text says over how many."""

    def __init__(self, width: float) -> None:
        super().__init__(f"{width:.2g} whole numbers, too many for a table")


@dataclass(frozen=True, slots=True)
class Recursion:
    """A law of 0, 1, 2, … with p(k) = p(k - 1) · (slope + offset / k).

    Source:
        Panjer, "Recursive evaluation of a family of compound distributions", ASTIN Bulletin 12 (1981): the class (a, b, 0).
    """

    slope: float
    offset: float

    def ratio(self, k: int) -> float:
        """Return p(k) / p(k - 1)."""
        return self.slope + self.offset / k

    @property
    def mean(self) -> float:
        """The expected value."""
        return (self.slope + self.offset) / (1 - self.slope)

    @property
    def width(self) -> float:
        """How many numbers the law spreads over, at most, but for a share below 2**-33."""
        if self.slope >= 1:
            return math.inf
        return 15 * math.sqrt(self.mean / (1 - self.slope)) + 25 / min(1 - self.slope, 1.0) + 25

    def masses(self, most: int | None = None) -> Masses:
        """Return the probabilities: a walk to both sides of the highest one, until next to nothing remains.

        A law that is wider than a table has what lies above `most` there, where it is given.

        Raises:
            WidthError: the law is wider than a table may be.
        """
        mode = max(math.floor(self.offset / (1 - self.slope)), 0) if self.slope < 1 else 0
        while mode > 0 and self.ratio(mode) < 1:
            mode -= 1  # the quotient was rounded up
        if self.width <= WIDEST:
            lower, upper = self._downwards(mode), self._upwards(mode, mode + WIDEST)
            shares = np.concatenate([lower[::-1], upper]) / (math.fsum(upper) + math.fsum(lower))
            return Masses(mode - len(lower), tuple(shares.tolist()))
        if most is None or most >= WIDEST or self.slope >= 1:
            raise WidthError(self.width)
        start = min(mode, most)
        lower, upper = self._downwards(start), self._upwards(start, most)
        shares = np.concatenate([lower[::-1], upper]) * math.exp(min(self._log_share(start), 0.0))
        first, shares = start - len(lower), shares[: most - start + len(lower)]
        return Masses(first, (*shares.tolist(), *[0.0] * (most - first - len(shares)), max(1 - math.fsum(shares), 0.0)))

    def _log_share(self, k: int) -> float:
        """Return the logarithm of p(k) of a law that goes on for ever."""
        if self.slope == 0:
            return k * math.log(self.mean) - self.mean - math.lgamma(k + 1)
        size = self.offset / self.slope + 1
        ways = math.lgamma(k + size) - math.lgamma(size) - math.lgamma(k + 1)
        return ways + k * math.log(self.slope) + size * math.log1p(-self.slope)

    def _upwards(self, mode: int, most: int) -> Floats:
        """Return the probabilities from the highest, counted as 1, upwards."""
        found, start, size = [np.ones(1)], mode + 1, _FIRST_PART
        while start <= most:
            ratios = self.slope + self.offset / np.arange(start, min(start + size, most + 1))
            shares = np.multiply.accumulate(np.append(found[-1][-1], ratios))[1:]
            # No later ratio is larger than these two, so that a geometric series bounds the tail.
            over = ~(shares > _NOTHING * (1 - np.maximum(ratios, self.slope)))
            found.append(shares[: int(over.argmax())] if over.any() else shares)
            start, size = most + 1 if over.any() else start + size, size * 2
        return np.concatenate(found)

    def _downwards(self, mode: int) -> Floats:
        """Return the probabilities below the highest, counted as 1, downwards."""
        found, start, size = [np.ones(1)], mode, _FIRST_PART
        while start > 0:
            numbers = np.arange(start, max(start - size, 0), -1)
            shares = np.divide.accumulate(np.append(found[-1][-1], self.slope + self.offset / numbers))[1:]
            over = shares * numbers <= _NOTHING
            found.append(shares[: int(over.argmax())] if over.any() else shares)
            start, size = 0 if over.any() else start - size, size * 2
        return np.concatenate(found)[1:]


def poisson_recursion(mean: float) -> Recursion:
    """Return the Poisson law."""
    return Recursion(0.0, mean)


def negative_binomial_recursion(mean: float, dispersion: float) -> Recursion:
    """Return the negative binomial law of variance mean + mean² / dispersion; with dispersion 1, the geometric one from 0."""
    slope = mean / (mean + dispersion)
    return Recursion(slope, (dispersion - 1) * slope)


def binomial_recursion(n: int, p: float) -> Recursion:
    """Return the binomial law; p lies strictly below 1."""
    odds = p / (1 - p)
    return Recursion(-odds, (n + 1) * odds)


def check_width(width: float, hint: str) -> Iterator[Problem]:
    """Yield a problem when a law spreads over more numbers than a table may hold."""
    if not width <= WIDEST:
        yield Problem("", "law-too-wide", f"The law spreads over about {width:.1g} whole numbers, too many for a table.", hint)
