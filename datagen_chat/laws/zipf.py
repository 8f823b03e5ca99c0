"""Zipf's law over finitely many ranks."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.laws.base import Law, Masses
from datagen_chat.words import Count, Weight, term


class Zipf(Law, word="zipf"):
    """Ranks from 1 to n whose frequency falls as rank to the minus alpha: popularity, word counts, sizes of groups."""

    discrete: ClassVar = True

    alpha: Annotated[Weight, Field(le=100)] = term(
        description="How fast the frequency falls: 0 not at all, 1 is Zipf's own law.",
        also=("a", "s", "exponent", "skew", "power"),
    )
    n: Annotated[Count, Field(ge=1, le=1_000_000)] = term(
        description="The number of ranks, the largest value.", also=("max", "size", "ranks", "high", "maximum", "count")
    )

    also: ClassVar = ("zipfian", "zipfs", "zipf_law", "zeta")
    example: ClassVar = {"alpha": 1.1, "n": 100}

    def masses(self) -> Masses:
        """Return rank**-alpha over their sum."""
        return zipf_masses(self.alpha, self.n)

    def mean(self) -> float:
        """Return the mean rank."""
        return self._moment(1)

    def deviation(self) -> float:
        """Return the standard deviation of the rank."""
        return math.sqrt(max(self._moment(2) - self._moment(1) ** 2, 0.0))

    def _moment(self, power: int) -> float:
        return math.fsum(share * rank**power for rank, share in enumerate(self.masses().shares, 1))


@lru_cache(maxsize=4)
def zipf_masses(alpha: float, n: int) -> Masses:
    """Return the probabilities of the ranks 1 to n.

    Source:
        Zipf's law, p(k) = k**-alpha / H(n, alpha), H being the generalised harmonic number.
    """
    weights = [math.pow(rank, -alpha) for rank in range(1, n + 1)]
    total = math.fsum(weights)
    return Masses(1, tuple(weight / total for weight in weights))
