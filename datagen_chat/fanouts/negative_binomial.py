"""Negative binomial fanout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.fanouts.base import Spread
from datagen_chat.laws._recursion import WIDEST, check_width, negative_binomial_recursion
from datagen_chat.laws.base import Masses
from datagen_chat.problems import Problem
from datagen_chat.words import Positive, Weight, term


class NegativeBinomialSpread(Spread, word="negative_binomial"):
    """Uneven activity: counts that vary more than poisson, with variance mean + mean² / dispersion."""

    mean_: Annotated[Weight, Field(le=1e9)] = term(
        description="The mean number of rows of one parent.", also=("mu", "average", "avg", "m"), alias="mean"
    )
    dispersion: Positive = term(
        description="How even it is: near 0 a few parents have nearly all rows, 1 is geometric, large nearly poisson.",
        also=("r", "size", "k", "theta", "shape", "n"),
    )

    also: ClassVar = ("nbinom", "neg_binomial", "negbin", "negbinomial", "nbinomial", "nb")
    example: ClassVar = {"distribution": "negative_binomial", "mean": 4, "dispersion": 0.8}

    def check(self) -> Iterator[Problem]:
        """Yield a problem when the numbers of rows spread too wide for a table."""
        yield from super().check()
        high = self.limits()[1]
        if high is None or high >= WIDEST:
            width = negative_binomial_recursion(self.mean_, self.dispersion).width
            yield from check_width(width, "Set the fanout's max, lower the mean, or raise the dispersion.")

    def mean(self) -> float:
        """Return the mean, or what the bounds make of it."""
        return self.mean_ if self.bounds() == (0, None) else super().mean()

    def masses(self, factor: float = 1.0) -> Masses:
        """Return the probabilities; the dispersion stays as it is."""
        return negative_binomial_recursion(self.mean_ * factor, self.dispersion).masses(self.limits()[1])
