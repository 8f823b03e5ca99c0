"""Multiplication."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from datagen_chat.generators.base import Rows, Sampler, Scope
from datagen_chat.modifiers.base import Modifier
from datagen_chat.values import Numbers, Values
from datagen_chat.words import Float, term


class Multiply(Modifier, word="multiply"):
    """Multiply numbers by a factor."""

    factor: Float = term(description="The factor.", also=("value", "by", "multiplier", "amount"))

    takes: ClassVar = ("int", "float")
    also: ClassVar = ("scale", "mul", "times")
    example: ClassVar = {"transform": "multiply", "args": {"factor": 1.19}}

    def compile(self, scope: Scope, made: Sampler) -> Sampler:  # noqa: ARG002
        """Return the sampler of the products."""

        def sample(rows: Rows) -> Values:
            values = made(rows)
            assert isinstance(values, Numbers)
            return Numbers(values.data.astype(np.float64) * self.factor, values.valid)

        return sample
