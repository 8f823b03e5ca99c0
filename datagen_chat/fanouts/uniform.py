"""Uniform fanout."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.fanouts.base import Spread, stretched
from datagen_chat.laws.base import Masses
from datagen_chat.problems import Problem
from datagen_chat.words import Count, term

WIDEST = 1_000_000


class UniformSpread(Spread, word="uniform"):
    """Every whole number from min to max is equally likely, both included."""

    min: Annotated[Count, Field()] = term(description="The fewest rows of one parent.", also=("low", "minimum", "a"))
    max: Annotated[Count, Field()] = term(description="The most rows of one parent.", also=("high", "maximum", "b"))

    also: ClassVar = ("random", "range", "between", "uniform_int", "randint")
    example: ClassVar = {"distribution": "uniform", "min": 1, "max": 5}

    def check(self) -> Iterator[Problem]:
        """Yield a problem when the range is empty or wider than a table of shares can hold."""
        yield from super().check()
        if self.max - self.min > WIDEST:
            yield Problem(
                "/max", "range-too-wide", f"The range {self.min} to {self.max} is too wide.", "Bring min and max closer."
            )

    def limits(self) -> tuple[int, int | None]:
        """Return the clamp alone: min and max are what is multiplied."""
        return self.clamp or (0, None)

    def mean(self) -> float:
        """Return the middle, or what a narrower clamp leaves of it."""
        return super().mean() if self.clamp else (self.min + self.max) / 2

    def masses(self, factor: float = 1.0) -> Masses:
        """Return equal probabilities from min to max, stretched by the factor."""
        size = max(self.max - self.min, 0) + 1
        return stretched(Masses(self.min, (1 / size,) * size), factor)

    def towards(self, mean: float) -> Masses:  # noqa: ARG002 - an exact total tilts the probabilities within min and max
        """Return equal probabilities from min to max."""
        return self.masses()
