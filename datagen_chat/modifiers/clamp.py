"""Bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from datagen_chat.generators.base.facts import Facts, Layout
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.modifiers.base import NUMBERS, Made, Modifier
from datagen_chat.problems import Problem
from datagen_chat.values import Numbers, Values
from datagen_chat.words import Float, term


class Clamp(Modifier, word="clamp"):
    """Pull numbers beyond a bound to it."""

    min: Float | None = term(None, "The smallest value.", also=("low", "lower", "minimum", "floor", "at_least", "min_value"))
    max: Float | None = term(None, "The largest value.", also=("high", "upper", "maximum", "ceiling", "at_most", "max_value"))

    takes: ClassVar = NUMBERS
    also: ClassVar = ("clip", "bound", "limit", "range")
    example: ClassVar = {"transform": "clamp", "args": {"min": 0, "max": 100}}

    def check(self, facts: Facts, made: Made) -> Iterator[Problem]:
        """Yield no bounds at all, and bounds that leave nothing."""
        low, high = self.clamps()
        if self.min is None and self.max is None:
            yield Problem("", "no-bounds", "The clamp has no bounds.", "Add min, max or both.")
        elif high < low:
            yield Problem("/max", "empty-range", f"max {high:g} is below min {low:g}.", "Swap min and max.")
        elif facts.type == made.type == "int" and math.isfinite(high - low) and math.floor(high) < math.ceil(low):
            yield Problem("/max", "empty-range", f"No whole number lies from {low:g} to {high:g}.", "Widen the bounds.")

    def rounded_to(self, places: int | None) -> int | None:
        """Return those of the values before."""
        return places

    def layout(self, layout: Layout) -> Layout:
        """Return that few values stay few, and that sorted ones stay sorted."""
        return "sorted" if layout == "sequence" else layout

    def clamps(self) -> tuple[float, float]:
        """Return the bounds."""
        return -math.inf if self.min is None else self.min, math.inf if self.max is None else self.max

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the bounded numbers."""
        low, high = self.clamps()

        def sample(rows: Rows) -> Values:
            values = sampler(rows)
            assert isinstance(values, Numbers)
            return Numbers(np.clip(values.data.astype(np.float64), low, high), values.valid)

        return sample
