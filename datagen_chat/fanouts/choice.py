"""Fanout by a list of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.fanouts.base import Spread, stretched
from datagen_chat.laws._recursion import WIDEST
from datagen_chat.laws.base import Masses
from datagen_chat.problems import Problem
from datagen_chat.words import LIST_LIMIT, Count, Weight, check_weights, term


class ChoiceSpread(Spread, word="choice"):
    """One of a list of numbers, equally or with weights: plans of 1, 6 or 12 instalments."""

    values: Annotated[tuple[Count, ...], Field(min_length=1, max_length=LIST_LIMIT)] = term(
        description="The numbers of rows that a parent can have.", also=("choices", "options", "counts", "numbers")
    )
    weights: Annotated[tuple[Weight, ...], Field(max_length=LIST_LIMIT)] | None = term(
        None, "One weight for each number.", also=("probabilities", "probs", "shares", "p")
    )

    also: ClassVar = ("choices", "categorical", "discrete", "empirical", "custom")
    example: ClassVar = {"distribution": "choice", "values": [1, 6, 12], "weights": [0.5, 0.2, 0.3]}

    def check(self) -> Iterator[Problem]:
        """Yield what is wrong with the weights, and numbers too far apart for a table."""
        yield from super().check()
        if self.weights is not None:
            yield from check_weights(len(self.values), self.weights, "values")
        if max(self.values) - min(self.values) > WIDEST:
            message = f"The values {min(self.values)} to {max(self.values)} lie too far apart."
            yield Problem("/values", "range-too-wide", message, "Bring the values closer.")

    def reach(self) -> tuple[int, int | None]:
        """Return the least and the largest value that has weight, pulled to the bounds."""
        low, high = self.bounds()
        # Asked before the weights are checked: all values where they are of no use.
        weighted = [value for value, weight in zip(self.values, self.weights or (), strict=False) if weight > 0]
        ends = min(weighted or self.values), max(weighted or self.values)
        least, most = (max(low, end if high is None else min(end, high)) for end in ends)
        return least, most

    def masses(self, factor: float = 1.0) -> Masses:
        """Return the weights of the values, scaled to add up to 1, and stretched by the factor."""
        weights = self.weights or (1.0,) * len(self.values)
        total = sum(weights)
        kept = [(value, weight / total) for value, weight in zip(self.values, weights, strict=True) if weight > 0]
        first, last = min(kept)[0], max(kept)[0]
        shares = [0.0] * (last - first + 1)
        for value, share in kept:
            shares[value - first] += share
        return stretched(Masses(first, tuple(shares)), factor)
