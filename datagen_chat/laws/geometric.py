"""The geometric law."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.laws._recursion import Recursion, check_width
from datagen_chat.laws.base import Law, Masses
from datagen_chat.problems import Problem
from datagen_chat.words import Share, term


class Geometric(Law, word="geometric"):
    """The number of trials up to the first success, at least 1, each with probability p: attempts, visits before a purchase."""

    discrete: ClassVar = True

    p: Annotated[Share, Field(gt=0)] = term(
        description="The probability of success; the mean is 1 / p.",
        also=("prob", "probability", "pr", "success_rate"),
    )

    also: ClassVar = ("geom",)
    example: ClassVar = {"p": 0.4}

    def check(self) -> Iterator[Problem]:
        """Yield a problem when the law is too wide for a table."""
        yield from check_width(
            self._from_0.width, f"Use exponential with scale {1 / self.p:.6g}, which is the same at this size."
        )

    def masses(self) -> Masses:
        """Return the probabilities of 1, 2, …."""
        return Masses(1, self._from_0.masses().shares)

    def mean(self) -> float:
        """Return 1 / p."""
        return 1 / self.p

    def deviation(self) -> float:
        """Return sqrt(1 - p) / p."""
        return math.sqrt(1 - self.p) / self.p

    @property
    def _from_0(self) -> Recursion:
        return Recursion(1 - self.p, 0.0)
