"""The loguniform law."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from datagen_chat.laws.base import Law
from datagen_chat.problems import Problem
from datagen_chat.words import Positive, term


class Loguniform(Law, word="loguniform"):
    """Positive values whose order of magnitude is equally likely: from 1 to 1000 as many below 10 as from 100."""

    low: Positive = term(description="The smallest value.", also=("min", "minimum", "a", "lower"))
    high: Positive = term(description="The largest value.", also=("max", "maximum", "b", "upper"))

    also: ClassVar = ("log_uniform", "reciprocal")
    example: ClassVar = {"low": 1, "high": 1000}

    def check(self) -> Iterator[Problem]:
        """Yield a problem when the range is empty."""
        if self.high <= self.low:
            yield Problem("/high", "empty-range", f"high {self.high:g} is not above low {self.low:g}.", "Raise high.")

    def quantile(self, share: float) -> float:
        """Return low · (high / low) to the share."""
        low, high = math.log(self.low), math.log(self.high)
        return min(max(math.exp(low + share * (high - low)), self.low), self.high)

    def mean(self) -> float:
        """Return (high - low) / ln(high / low)."""
        return (self.high - self.low) / self._octaves

    def deviation(self) -> float:
        """Return the root of (high² - low²) / (2 · ln(high / low)) - mean²."""
        ratio, span = self.low / self.high, self._octaves
        square = (1 - ratio * ratio) / (2 * span) - ((1 - ratio) / span) ** 2
        return self.high * math.sqrt(max(square, 0.0))

    @property
    def _octaves(self) -> float:
        return math.log(self.high) - math.log(self.low)
