"""The gamma law."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.laws._inversion import Inverse, inverse_of
from datagen_chat.laws.base import Law, check_one, raised
from datagen_chat.problems import Problem
from datagen_chat.words import Positive, term


class Gamma(Law, word="gamma"):
    """Positive, skewed values with a lighter tail than lognormal: durations, rainfall, claims."""

    shape: Annotated[Positive, Field(ge=1e-3, le=1e8)] = term(
        description="The shape: 1 is exponential, larger is more even.", also=("k", "a", "alpha")
    )
    scale: Positive | None = term(None, "The scale; the mean is shape · scale.", also=("theta",))
    mean_: Positive | None = term(None, "Instead of the scale: the mean.", also=("mu", "average", "avg"), alias="mean")
    rate: Positive | None = term(None, "Instead of the scale: 1 / scale.", also=("lambda", "lam"))

    is_pointwise: ClassVar = False
    also: ClassVar = ("gamma_distribution",)
    example: ClassVar = {"shape": 2, "scale": 15}

    def check(self) -> Iterator[Problem]:
        """Yield a problem unless the scale is given in exactly one way."""
        yield from check_one(self, "scale", "mean", "rate")

    def quantile(self, share: float) -> float:
        """Return the quantile."""
        return self.quantiles((share,))[0]

    def share(self, value: float) -> float:
        """Return the share of all draws that lies below a value."""
        return _inverse(self.shape).share(math.log(value / self.mean())) if value > 0 else 0.0

    def quantiles(self, shares: tuple[float, ...]) -> list[float]:
        """Return the quantiles of many shares."""
        mean = self.mean()
        return [mean * raised(point) for point in _inverse(self.shape).at(shares)]

    def mean(self) -> float:
        """Return shape · scale."""
        if self.mean_ is not None:
            return self.mean_
        return self.shape / self.rate if self.rate is not None else self.shape * (self.scale or 0.0)

    def deviation(self) -> float:
        """Return the mean over the square root of the shape."""
        return self.mean() / math.sqrt(self.shape)


@lru_cache(maxsize=16)
def _inverse(shape: float) -> Inverse:
    """Return the quantiles of d = ln(x / mean), whose density is as exp(shape · (d + 1 - exp(d)))."""
    return inverse_of(lambda d: shape * (d - math.expm1(d)))
