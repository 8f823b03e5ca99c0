"""Poisson fanout."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.fanouts.base import Spread
from datagen_chat.laws._recursion import poisson_recursion
from datagen_chat.laws.base import Masses
from datagen_chat.words import Weight, term


class PoissonSpread(Spread, word="poisson"):
    """Independent events: some parents have none, most have about lambda."""

    lambda_: Annotated[Weight, Field(le=1e9)] = term(
        description="The mean number of rows of one parent.",
        also=("lam", "rate", "mu", "mean", "average", "avg"),
        alias="lambda",
    )

    also: ClassVar = ("poison",)
    example: ClassVar = {"distribution": "poisson", "lambda": 3.5}

    def mean(self) -> float:
        """Return lambda, or what the bounds make of it."""
        return self.lambda_ if self.bounds() == (0, None) else super().mean()

    def masses(self, factor: float = 1.0) -> Masses:
        """Return the Poisson probabilities."""
        return poisson_recursion(self.lambda_ * factor).masses(self.limits()[1])
