"""Noise on numbers."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.modifiers._noise import noise
from datagen_chat.modifiers._numbers import Floats, changed
from datagen_chat.modifiers.base import NUMBERS, USUAL_PLACES, Made, Modifier
from datagen_chat.words import Weight, term


class Jitter(Modifier, word="jitter"):
    """Disturb numbers by normal noise with mean zero."""

    std: Weight = term(
        description="The noise's standard deviation: in the column's unit or, with mode mul, as a share of the value.",
        also=("sigma", "scale", "stddev", "std_dev", "sd", "stdev", "noise", "amount", "standard_deviation"),
    )
    mode: Literal["add", "mul"] = term(
        "add", '"add": the noise is added. "mul": the value is multiplied by 1 + noise.', also=("type", "kind", "how")
    )

    takes: ClassVar = NUMBERS
    also: ClassVar = ("noise", "add_noise", "gaussian_noise", "random_noise", "perturb", "gaussian_jitter")
    example: ClassVar = {"transform": "jitter", "args": {"std": 0.6}}

    def rounded_to(self, places: int | None) -> int | None:
        """Return as many places as leave the noise three significant digits, or more where the values have more."""
        digits = 2 - math.floor(math.log10(self.std)) if self.mode == "add" and 0 < self.std < 1 else USUAL_PLACES
        return max(USUAL_PLACES if places is None else places, min(digits, 15))

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the disturbed numbers: one draw for each row."""
        draw, std = noise(scope.key("noise")), self.std

        def add(rows: Rows, data: Floats) -> Floats:
            data += draw(rows) * std
            return data

        def multiply(rows: Rows, data: Floats) -> Floats:
            data *= draw(rows) * std + 1.0
            return data

        return changed(sampler, add if self.mode == "add" else multiply)
