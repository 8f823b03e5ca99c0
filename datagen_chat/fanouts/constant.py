"""Constant fanout."""

from __future__ import annotations

from typing import ClassVar

from datagen_chat.fanouts.base import Spread, stretched
from datagen_chat.laws.base import Masses
from datagen_chat.words import Count, term


class ConstantSpread(Spread, word="constant"):
    """Every parent has the same number of rows."""

    value: Count = term(description="The number of rows of each parent.", also=("n", "count", "rows", "k"))

    also: ClassVar = ("fixed", "exact", "exactly", "const")
    example: ClassVar = {"distribution": "constant", "value": 1}

    def reach(self) -> tuple[int, int | None]:
        """Return the value twice, pulled to the bounds."""
        low, high = self.bounds()
        value = max(low, self.value if high is None else min(self.value, high))
        return value, value

    def masses(self, factor: float = 1.0) -> Masses:
        """Return all probability at the value; at its two neighbours where a factor leads between them."""
        return stretched(Masses(self.value, (1.0,)), factor)
