"""Geometric fanout."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.fanouts.base import Spread
from datagen_chat.laws._recursion import negative_binomial_recursion
from datagen_chat.laws.base import Masses
from datagen_chat.words import Weight, term


class GeometricSpread(Spread, word="geometric"):
    """Most parents have few rows or none, some have many: each further row is as likely as the one before it."""

    mean_: Annotated[Weight, Field(le=20_000)] = term(
        description="The mean number of rows of one parent; the most frequent number is 0.",
        also=("mu", "average", "avg"),
        alias="mean",
    )

    also: ClassVar = ("geom",)
    example: ClassVar = {"distribution": "geometric", "mean": 2.5}

    def mean(self) -> float:
        """Return the mean, or what the bounds make of it."""
        return self.mean_ if self.bounds() == (0, None) else super().mean()

    def masses(self, factor: float = 1.0) -> Masses:
        """Return the probabilities of 0, 1, 2, …."""
        return negative_binomial_recursion(self.mean_ * factor, 1.0).masses(self.limits()[1])
