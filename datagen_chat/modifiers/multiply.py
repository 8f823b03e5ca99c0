"""Multiplication."""

from __future__ import annotations

from typing import ClassVar

from datagen_chat.generators.base import Layout, Sampler, Scope
from datagen_chat.modifiers._numbers import changed
from datagen_chat.modifiers.base import NUMBERS, Made, Modifier
from datagen_chat.words import Float, term


class Multiply(Modifier, word="multiply"):
    """Multiply numbers by a factor."""

    factor: Float = term(description="The factor.", also=("value", "by", "multiplier", "amount", "scale"))

    takes: ClassVar = NUMBERS
    also: ClassVar = ("scale", "mul", "times", "product")
    example: ClassVar = {"transform": "multiply", "args": {"factor": 1.19}}

    def layout(self, layout: Layout) -> Layout:
        """Return that few values stay few."""
        return "category" if layout == "category" else "plain"

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the products."""
        return changed(sampler, lambda _, data: data * self.factor)
