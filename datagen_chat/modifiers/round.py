"""Rounding."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from datagen_chat.generators.base.rows import Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.modifiers._numbers import changed
from datagen_chat.modifiers.base import NUMBERS, Made, Modifier
from datagen_chat.rounding import round_half_even
from datagen_chat.words import Int, term


class Round(Modifier, word="round"):
    """Round numbers half to even."""

    places: Annotated[Int, Field(ge=-12, le=15)] = term(
        0, "Decimal places; -1 rounds to tens.", also=("decimals", "digits", "ndigits", "precision")
    )

    takes: ClassVar = NUMBERS
    keeps_few: ClassVar = True
    also: ClassVar = ("rounding", "round_to", "round_off")
    example: ClassVar = {"transform": "round", "args": {"places": 1}}

    def rounded_to(self, places: int | None) -> int | None:
        """Return its own places, or those of the values before where they are fewer."""
        own = max(self.places, 0)
        return own if places is None else min(own, places)

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the rounded numbers."""
        return changed(sampler, lambda _, data: round_half_even(data, self.places))
