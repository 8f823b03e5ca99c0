"""The triangular law."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from datagen_chat.laws.base import Law
from datagen_chat.problems import Problem
from datagen_chat.words import Float, term


class Triangular(Law, word="triangular"):
    """Between low and high, most often near mode: an estimate of least, likely and most."""

    low: Float = term(description="The smallest value.", also=("left", "min", "minimum", "a", "lower"))
    mode: Float = term(description="The most frequent value.", also=("peak", "c", "likely", "most_likely", "center"))
    high: Float = term(description="The largest value.", also=("right", "max", "maximum", "b", "upper"))

    also: ClassVar = ("triangle", "triang")
    example: ClassVar = {"low": 5, "mode": 8, "high": 20}

    def check(self) -> Iterator[Problem]:
        """Yield a problem when the three values are out of order."""
        if self.high <= self.low:
            yield Problem("/high", "empty-range", f"high {self.high:g} is not above low {self.low:g}.", "Raise high.")
        elif not self.low <= self.mode <= self.high:
            message = f"mode {self.mode:g} lies outside {self.low:g} to {self.high:g}."
            yield Problem("/mode", "mode-outside", message, "Set mode between low and high.")

    def quantile(self, share: float) -> float:
        """Return the quantile of the rising side, or of the falling one."""
        width, rising = self.high - self.low, self.mode - self.low
        if share * width < rising:
            return self.low + math.sqrt(share * width) * math.sqrt(rising)
        return self.high - math.sqrt((1 - share) * width) * math.sqrt(self.high - self.mode)

    def mean(self) -> float:
        """Return the mean of the three."""
        return self.low / 3 + self.mode / 3 + self.high / 3

    def deviation(self) -> float:
        """Return sqrt((d² + e² - d·e) / 18), d and e being the distances of mode and high from low."""
        rising, width = self.mode - self.low, self.high - self.low
        share = rising / width
        return width * math.sqrt((share * share + 1 - share) / 18)
