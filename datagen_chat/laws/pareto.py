"""The Pareto law."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.laws.base import Law, raised
from datagen_chat.words import Positive, term


class Pareto(Law, word="pareto"):
    """A power law from a minimum up: fortunes, city sizes, file sizes; at alpha 1.16 a fifth of all hold four fifths."""

    alpha: Annotated[Positive, Field(ge=0.05)] = term(
        description="How fast large values become rare; up to 1 there is no mean, up to 2 no deviation.",
        also=("shape", "a", "b", "exponent", "index"),
    )
    minimum: Positive = term(
        description="The smallest value.", also=("xm", "x_m", "x_min", "xmin", "scale", "min", "m", "low", "lower")
    )

    also: ClassVar = ("power_law", "pareto_type_1", "pareto1")
    example: ClassVar = {"alpha": 1.5, "minimum": 10}

    def quantile(self, share: float) -> float:
        """Return minimum · (1 - share) to the -1 / alpha."""
        return self.minimum * raised(-math.log1p(-share) / self.alpha)

    def mean(self) -> float:
        """Return alpha · minimum / (alpha - 1)."""
        return self.alpha * self.minimum / (self.alpha - 1) if self.alpha > 1 else math.inf

    def deviation(self) -> float:
        """Return minimum / (alpha - 1) · sqrt(alpha / (alpha - 2))."""
        if self.alpha <= 2:
            return math.inf
        return self.minimum / (self.alpha - 1) * math.sqrt(self.alpha / (self.alpha - 2))
