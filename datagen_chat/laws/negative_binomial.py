"""The negative binomial law."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.laws._recursion import check_width, negative_binomial_recursion
from datagen_chat.laws.base import Law, Masses, check_one
from datagen_chat.problems import Problem
from datagen_chat.words import Positive, Share, Weight, term


class NegativeBinomial(Law, word="negative_binomial"):
    """Counts that vary more than poisson: whole numbers from 0 with variance mean + mean² / dispersion."""

    discrete: ClassVar = True

    mean_: Weight | None = term(None, "The mean.", also=("mu", "average", "avg", "m"), alias="mean")
    dispersion: Positive = term(
        description="How even it is: near 0 a few very large counts, large nearly poisson; numpy's n.",
        also=("n", "r", "size", "k", "theta", "shape", "successes"),
    )
    p: Annotated[Share, Field(gt=0)] | None = term(
        None,
        "Instead of the mean: the probability of success, so that the mean is dispersion · (1 - p) / p.",
        also=("prob", "probability", "pr", "success_rate"),
    )

    also: ClassVar = ("nbinom", "neg_binomial", "negbin", "negbinomial", "nbinomial", "nb")
    example: ClassVar = {"mean": 4, "dispersion": 1.5}

    def check(self) -> Iterator[Problem]:
        """Yield a problem unless the mean is given in one way, and when the law is too wide for a table."""
        problems = tuple(check_one(self, "mean", "p"))
        yield from problems
        if not problems:
            hint = f"Use gamma with shape {self.dispersion:.6g} and mean {self.mean():.6g}, which is the same at this size."
            yield from check_width(negative_binomial_recursion(self.mean(), self.dispersion).width, hint)

    def masses(self) -> Masses:
        """Return the probabilities."""
        return negative_binomial_recursion(self.mean(), self.dispersion).masses()

    def mean(self) -> float:
        """Return the mean."""
        return self.dispersion * (1 - self.p) / self.p if self.p is not None else self.mean_ or 0.0

    def deviation(self) -> float:
        """Return sqrt(mean + mean² / dispersion)."""
        return math.sqrt(self.mean() * (1 + self.mean() / self.dispersion))
