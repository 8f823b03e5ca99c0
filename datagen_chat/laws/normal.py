"""The normal law."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import ClassVar, cast

import numpy as np
from numpy.typing import NDArray

from datagen_chat.laws.base import Law
from datagen_chat.words import Float, Positive, term

STANDARD = NormalDist()


@lru_cache(maxsize=4)
def standard_scores(shares: tuple[float, ...]) -> list[float]:
    """Return the quantiles of the standard normal law; every normal and lognormal column asks for the same ones."""
    return [STANDARD.inv_cdf(share) for share in shares]


def scaled_scores(shares: tuple[float, ...], mu: float, sigma: float) -> list[float]:
    """Return the quantiles of a normal law: one product and one sum of each standard score, as Python makes them."""
    with np.errstate(over="ignore"):
        return cast("list[float]", (mu + sigma * _score_array(shares)).tolist())


@lru_cache(maxsize=4)
def _score_array(shares: tuple[float, ...]) -> NDArray[np.float64]:
    return np.array(standard_scores(shares))


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
        return scaled_scores(shares, self.mu, self.sigma)

    def mean(self) -> float:
        """Return mu."""
        return self.mu

    def deviation(self) -> float:
        """Return sigma."""
        return self.sigma
