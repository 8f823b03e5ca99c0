"""The Poisson law."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.laws._recursion import poisson_recursion
from datagen_chat.laws.base import Law, Masses
from datagen_chat.words import Weight, term


class Poisson(Law, word="poisson"):
    """Counts of independent events, such as items in an order: whole numbers from 0, around lambda."""

    discrete: ClassVar = True

    lambda_: Annotated[Weight, Field(le=1e9)] = term(
        description="The mean.", also=("lam", "rate", "mu", "mean", "average", "avg", "l"), alias="lambda"
    )

    also: ClassVar = ("poison",)
    example: ClassVar = {"lambda": 2.5}

    def masses(self) -> Masses:
        """Return the probabilities."""
        return poisson_recursion(self.lambda_).masses()

    def mean(self) -> float:
        """Return lambda."""
        return self.lambda_

    def deviation(self) -> float:
        """Return the square root of lambda."""
        return math.sqrt(self.lambda_)
