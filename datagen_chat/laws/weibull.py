"""The Weibull law."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.laws.base import Law, raised
from datagen_chat.words import Positive, term


class Weibull(Law, word="weibull"):
    """Lifetimes and wind speeds: below shape 1 early failures, 1 is exponential, above it wear."""

    shape: Annotated[Positive, Field(ge=0.05, le=1000)] = term(description="The shape.", also=("k", "a", "c", "alpha", "beta"))
    scale: Positive = term(description="The value that 63 % of all stay below.", also=("lambda", "lam", "eta", "l"))

    also: ClassVar = ("weibull_min", "weib")
    example: ClassVar = {"shape": 1.8, "scale": 900}

    def quantile(self, share: float) -> float:
        """Return scale · (-ln(1 - share)) to the 1 / shape."""
        return self.scale * raised(math.log(-math.log1p(-share)) / self.shape)

    def mean(self) -> float:
        """Return scale · Γ(1 + 1 / shape)."""
        return self.scale * math.gamma(1 + 1 / self.shape)

    def deviation(self) -> float:
        """Return scale · sqrt(Γ(1 + 2 / shape) - Γ(1 + 1 / shape)²)."""
        first, second = math.gamma(1 + 1 / self.shape), math.gamma(1 + 2 / self.shape)
        return self.scale * math.sqrt(second - first * first)
