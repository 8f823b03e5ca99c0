"""The Poisson law."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from pydantic import Field

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
        """Return the probabilities within nine deviations of the mean, where all but 2**-33 of them lies."""
        return poisson_masses(self.lambda_)

    def mean(self) -> float:
        """Return lambda."""
        return self.lambda_

    def deviation(self) -> float:
        """Return the square root of lambda."""
        return math.sqrt(self.lambda_)


def poisson_masses(mean: float) -> Masses:
    """Return the Poisson probabilities around `mean`.

    Source:
        p(k) = exp(k·ln m - m - ln k!).
    """
    if mean == 0:
        return Masses(0, (1.0,))
    reach = 9 * math.sqrt(mean) + 15
    first, last = max(0, int(mean - reach)), int(mean + reach)
    log = math.log(mean)
    return Masses(first, tuple(math.exp(k * log - mean - math.lgamma(k + 1)) for k in range(first, last + 1)))
