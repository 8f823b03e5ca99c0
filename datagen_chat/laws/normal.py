"""The normal law."""

from __future__ import annotations

from statistics import NormalDist
from typing import ClassVar

from datagen_chat.laws.base import Law
from datagen_chat.words import Float, Positive, term

STANDARD = NormalDist()


class Normal(Law, word="normal"):
    """A bell curve: most values near the mean, equally to both sides."""

    mu: Float = term(description="The mean.", also=("mean", "loc", "average", "avg", "m"))
    sigma: Positive = term(description="The standard deviation.", also=("std", "scale", "stddev", "std_dev", "sd", "stdev"))

    also: ClassVar = ("gaussian", "gauss", "norm", "bell")
    example: ClassVar = {"mu": 100, "sigma": 15}

    def quantile(self, share: float) -> float:
        """Return the quantile, by Wichura's algorithm AS 241 in the standard library."""
        return self.mu + self.sigma * STANDARD.inv_cdf(share)

    def mean(self) -> float:
        """Return mu."""
        return self.mu

    def deviation(self) -> float:
        """Return sigma."""
        return self.sigma
