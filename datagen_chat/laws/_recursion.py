"""Discrete laws whose neighbouring probabilities have a simple ratio: Poisson, binomial, negative binomial, geometric."""

from __future__ import annotations

import math
from collections.abc import Iterator

from datagen_chat.frozen import dataclass
from datagen_chat.laws.base import Masses
from datagen_chat.problems import Problem

WIDEST = 1 << 20
"""The most numbers that a discrete law's table may hold."""
_NOTHING = 2.0**-36


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

    def masses(self) -> Masses:
        """Return the probabilities: a walk to both sides of the highest one, until next to nothing remains.

        Raises:
            ValueError: the law is wider than a table may be.
        """
        if not self.width <= WIDEST:
            raise ValueError(f"a law of {self.width:.3g} numbers is too wide")
        mode = max(math.floor(self.offset / (1 - self.slope)), 0)
        while mode > 0 and self.ratio(mode) < 1:
            mode -= 1  # the quotient was rounded up
        upper, lower = self._upwards(mode), self._downwards(mode)
        total = math.fsum(upper) + math.fsum(lower)
        return Masses(mode - len(lower), tuple(share / total for share in (*reversed(lower), *upper)))

    def _upwards(self, mode: int) -> list[float]:
        """Return the probabilities from the highest, counted as 1, upwards."""
        shares: list[float] = []
        share, k = 1.0, mode
        # No later ratio is larger than these two, so that a geometric series bounds the tail.
        while not shares or share > _NOTHING * (1 - max(self.ratio(k), self.slope)):
            shares.append(share)
            k += 1
            share *= self.ratio(k)
        return shares

    def _downwards(self, mode: int) -> list[float]:
        """Return the probabilities below the highest, counted as 1, downwards."""
        shares, share = [], 1.0
        for k in range(mode, 0, -1):
            share /= self.ratio(k)
            if share * k <= _NOTHING:
                break
            shares.append(share)
        return shares


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
