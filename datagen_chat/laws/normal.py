"""The normal law."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import ClassVar

from datagen_chat.laws.base import Law
from datagen_chat.words import Float, Positive, term

STANDARD = NormalDist()


@lru_cache(maxsize=4)
def standard_scores(shares: tuple[float, ...]) -> list[float]:
    """Return the quantiles of the standard normal law; every normal and lognormal column asks for the same ones."""
    return [STANDARD.inv_cdf(share) for share in shares]


class Normal(Law, word="normal"):
    """A bell curve: most values near the mean, equally to both sides."""

    mu: Float = term(description="The mean.", also=("mean", "loc", "average", "avg", "m"))
    sigma: Positive = term(description="The standard deviation.", also=("std", "scale", "stddev", "std_dev", "sd", "stdev"))

    also: ClassVar = ("gaussian", "gauss", "norm", "bell")
    example: ClassVar = {"mu": 100, "sigma": 15}

    def quantile(self, share: float) -> float:
        """Return the quantile, by Wichura's algorithm AS 241 in the standard library."""
        return self.mu + self.sigma * STANDARD.inv_cdf(share)

    def quantiles(self, shares: tuple[float, ...]) -> list[float]:
        """Return the quantiles of many shares."""
        return [self.mu + self.sigma * score for score in standard_scores(shares)]

    def mean(self) -> float:
        """Return mu."""
        return self.mu

    def deviation(self) -> float:
        """Return sigma."""
        return self.sigma
