"""The exponential law."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from datagen_chat.laws.base import Law, check_one
from datagen_chat.problems import Problem
from datagen_chat.words import Positive, term


class Exponential(Law, word="exponential"):
    """Waiting times between independent events, from 0: most are short, few are long."""

    scale: Positive | None = term(None, "The mean.", also=("mean", "mu", "beta", "theta", "tau", "average", "avg"))
    rate: Positive | None = term(
        None, "Instead of the scale: events in one unit, 1 / scale.", also=("lambda", "lam", "lambd", "l", "intensity")
    )

    also: ClassVar = ("expon", "exp", "negative_exponential")
    example: ClassVar = {"scale": 12}

    def check(self) -> Iterator[Problem]:
        """Yield a problem unless exactly one of scale and rate is given."""
        yield from check_one(self, "scale", "rate")

    def quantile(self, share: float) -> float:
        """Return -scale · ln(1 - share)."""
        return -self.mean() * math.log1p(-share)

    def mean(self) -> float:
        """Return the scale."""
        return 1 / self.rate if self.rate is not None else self.scale or 0.0

    def deviation(self) -> float:
        """Return the scale, which is the deviation too."""
        return self.mean()
