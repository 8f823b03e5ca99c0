"""Student's t law."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.laws._inversion import Inverse, inverse_of
from datagen_chat.laws.base import Law
from datagen_chat.words import Float, Positive, term


class StudentT(Law, word="student_t"):
    """A bell curve with heavy tails on both sides: returns, measurement errors with outliers."""

    df: Annotated[Positive, Field(ge=0.1, le=1e8)] = term(
        description="Degrees of freedom: the smaller, the heavier the tails; up to 2 there is no deviation.",
        also=("nu", "degrees_of_freedom", "dof", "freedom", "n"),
    )
    mu: Float = term(0.0, "The middle.", also=("loc", "mean", "location", "center"))
    sigma: Positive = term(1.0, "The scale.", also=("scale", "std", "sd", "stddev", "std_dev"))

    is_pointwise: ClassVar = False
    also: ClassVar = ("t", "student", "students_t", "standard_t", "t_distribution")
    example: ClassVar = {"df": 4, "mu": 0, "sigma": 1.5}

    def quantile(self, share: float) -> float:
        """Return the quantile."""
        return self.quantiles((share,))[0]

    def share(self, value: float) -> float:
        """Return the share of all draws that lies below a value."""
        return _inverse(self.df).share(math.asinh((value - self.mu) / self.sigma / math.sqrt(self.df)))

    def quantiles(self, shares: tuple[float, ...]) -> list[float]:
        """Return the quantiles of many shares."""
        mu, scale = self.mu, self.sigma * math.sqrt(self.df)
        return [mu + scale * math.sinh(point) for point in _inverse(self.df).at(shares)]

    def mean(self) -> float:
        """Return mu."""
        return self.mu if self.df > 1 else math.inf

    def deviation(self) -> float:
        """Return sigma · sqrt(df / (df - 2))."""
        return self.sigma * math.sqrt(self.df / (self.df - 2)) if self.df > 2 else math.inf


@lru_cache(maxsize=16)
def _inverse(df: float) -> Inverse:
    """Return the quantiles of y = arsinh(t / sqrt(df)), whose density is as cosh(y) to the -df."""
    return inverse_of(lambda y: -df * _log_cosh(abs(y)))


def _log_cosh(y: float) -> float:
    return math.log1p(math.sinh(y) ** 2) / 2 if y < 1 else y + math.log1p(math.exp(-2 * y)) - math.log(2)
