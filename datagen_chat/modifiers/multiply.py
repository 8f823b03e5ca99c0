"""Multiplication."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from datagen_chat.generators.base.rows import Sampler
from datagen_chat.generators.base.scope import Scope, TableScope
from datagen_chat.modifiers._numbers import changed
from datagen_chat.modifiers.base import NUMBERS, Factor, Made, Modifier
from datagen_chat.words import Float, term


class Multiply(Modifier, word="multiply"):
    """Multiply numbers by a factor."""

    factor: Float = term(description="The factor.", also=("value", "by", "multiplier", "amount", "scale"))

    takes: ClassVar = NUMBERS
    scales_fanout: ClassVar = True
    keeps_few: ClassVar = True
    also: ClassVar = ("scale", "mul", "times", "product")
    example: ClassVar = {"transform": "multiply", "args": {"factor": 1.19}}

    def scaling(self, scope: TableScope) -> Factor:  # noqa: ARG002
        """Return the factor, the same for all parents."""
        return lambda rows: np.full(len(rows), self.factor)

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the products."""
        return changed(sampler, lambda _, data: data * self.factor)
