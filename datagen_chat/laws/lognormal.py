"""The lognormal law."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from datagen_chat.laws.base import Law
from datagen_chat.laws.normal import STANDARD, scaled_scores
from datagen_chat.problems import Problem, note
from datagen_chat.words import Float, Positive, term


class Lognormal(Law, word="lognormal"):
    """Positive values with a long upper tail, such as prices, incomes or durations: the logarithm is normal."""

    mu: Float = term(description="The mean of the logarithm; the median is e to the mu.", also=("mean",))
    sigma: Positive = term(description="The standard deviation of the logarithm.", also=())

    also: ClassVar = ("log_normal", "log-normal", "lognorm", "logNormal")
    example: ClassVar = {"mu": 3.5, "sigma": 0.8}

    def check(self) -> Iterator[Problem]:
        """Yield a problem when the upper tail leaves the range of a float."""
        if self.mu + 7 * self.sigma > 690:
            hint = "mu and sigma are of the logarithm: for a median of 33 write mu 3.5."
            yield Problem("/mu", "law-too-large", f"With mu {self.mu:g} the values leave the range of a float.", hint)
        elif self.mu > 25:
            message = f"With mu {self.mu:g} half of the values are above {math.exp(self.mu):.1e}."
            yield note("/mu", "lognormal-scale", message, f"For a median of {self.mu:g} write mu {math.log(self.mu):.2f}.")

    def quantile(self, share: float) -> float:
        """Return e to the normal quantile."""
        return math.exp(self.mu + self.sigma * STANDARD.inv_cdf(share))

    def quantiles(self, shares: tuple[float, ...]) -> list[float]:
        """Return the quantiles of many shares."""
        return list(map(math.exp, scaled_scores(shares, self.mu, self.sigma)))

    def mean(self) -> float:
        """Return exp(mu + sigma² / 2), which may be too large for a float although the quantiles are not."""
        return _exp(self.mu + self.sigma * self.sigma / 2)

    def deviation(self) -> float:
        """Return the mean times sqrt(exp(sigma²) - 1)."""
        mean, square = self.mean(), self.sigma * self.sigma
        return mean * math.sqrt(_exp(square) - 1 if self.sigma > 1 else math.expm1(square)) if mean else 0.0


def _exp(power: float) -> float:
    return math.exp(power) if power < 709 else math.inf
