"""The uniform law."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from datagen_chat.laws.base import Law
from datagen_chat.problems import Problem
from datagen_chat.words import Float, term


class Uniform(Law, word="uniform"):
    """Every value between low and high is equally likely; in an int column, every whole number from low to high."""

    low: Float = term(description="The smallest value.", also=("min", "minimum", "a", "lower", "start", "from"))
    high: Float = term(description="The largest value.", also=("max", "maximum", "b", "upper", "end", "to"))

    also: ClassVar = ("uniform_int", "uniform_float", "flat", "rectangular")
    example: ClassVar = {"low": 1, "high": 10}

    def check(self) -> Iterator[Problem]:
        """Yield a problem when the range is empty."""
        if self.high < self.low:
            yield Problem("/high", "empty-range", f"high {self.high:g} is below low {self.low:g}.", "Swap low and high.")

    def quantile(self, share: float) -> float:
        """Return the point at this share of the way from low to high."""
        return self.low + share * (self.high - self.low)

    def mean(self) -> float:
        """Return the middle."""
        return (self.low + self.high) / 2

    def deviation(self) -> float:
        """Return the width over the square root of 12."""
        return (self.high - self.low) / math.sqrt(12)
