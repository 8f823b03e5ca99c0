"""The beta law."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.laws._inversion import Inverse, inverse_of
from datagen_chat.laws.base import Law
from datagen_chat.problems import Problem
from datagen_chat.words import Float, Positive, term

Weight = Annotated[Positive, Field(ge=1e-3, le=1e8)]


class Beta(Law, word="beta"):
    """Shares between 0 and 1, or between low and high: rates, scores, percentages; the mean is alpha / (alpha + beta)."""

    alpha: Weight = term(description="The pull towards high.", also=("a", "alpha_", "shape1", "p"))
    beta: Weight = term(description="The pull towards low.", also=("b", "beta_", "shape2", "q"))
    low: Float = term(0.0, "The smallest value.", also=("min", "minimum", "lower", "loc"))
    high: Float = term(1.0, "The largest value.", also=("max", "maximum", "upper"))

    is_pointwise: ClassVar = False
    also: ClassVar = ("beta_distribution",)
    example: ClassVar = {"alpha": 2, "beta": 5}

    def check(self) -> Iterator[Problem]:
        """Yield a problem when the range is empty."""
        if self.high <= self.low:
            yield Problem("/high", "empty-range", f"high {self.high:g} is not above low {self.low:g}.", "Raise high.")

    def quantile(self, share: float) -> float:
        """Return the quantile."""
        return self.quantiles((share,))[0]

    def share(self, value: float) -> float:
        """Return the share of all draws that lies below a value."""
        above, under = value - self.low, self.high - value
        if above <= 0 or under <= 0 or above / under == 0:  # smaller than a float
            return 1.0 if under <= 0 < above else 0.0
        odds = math.log(above / under) - math.log(self.alpha / self.beta)
        return _inverse(self.alpha, self.beta).share(odds)

    def quantiles(self, shares: tuple[float, ...]) -> list[float]:
        """Return the quantiles of many shares."""
        low, width = self.low, self.high - self.low
        return [low + width * _logistic(self.alpha, self.beta, point) for point in _inverse(self.alpha, self.beta).at(shares)]

    def mean(self) -> float:
        """Return low + (high - low) · alpha / (alpha + beta)."""
        return self.low + (self.high - self.low) * self.alpha / (self.alpha + self.beta)

    def deviation(self) -> float:
        """Return (high - low) · sqrt(alpha · beta / (alpha + beta + 1)) / (alpha + beta)."""
        total = self.alpha + self.beta
        return (self.high - self.low) * math.sqrt(self.alpha * self.beta / (total + 1)) / total


def _logistic(alpha: float, beta: float, d: float) -> float:
    """Return the share whose odds are exp(d) times alpha to beta."""
    if d > 0:
        return alpha / (alpha + beta * math.exp(-d))
    odds = alpha * math.exp(d)
    return odds / (beta + odds)


@lru_cache(maxsize=16)
def _inverse(alpha: float, beta: float) -> Inverse:
    """Return the quantiles of d, the logarithm of the odds x / (1 - x) over alpha / beta."""
    if alpha <= beta:
        return inverse_of(lambda d: _log_density(alpha, beta, d))
    return inverse_of(lambda d: _log_density(beta, alpha, -d))


def _log_density(alpha: float, beta: float, d: float) -> float:
    """Return alpha · ln(x / p) + beta · ln((1 - x) / (1 - p)), p being alpha / (alpha + beta), at most a half."""
    total = alpha + beta
    p = alpha / total
    if d > 30:
        return -beta * d - total * math.log(p + beta / total * math.exp(-d))
    return alpha * d - total * math.log1p(p * math.expm1(d))
