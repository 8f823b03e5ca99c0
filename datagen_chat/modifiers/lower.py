"""Small letters."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from datagen_chat.generators.base import Layout, Sampler, Scope
from datagen_chat.modifiers._words import known, respelled
from datagen_chat.modifiers.base import Made, Modifier
from datagen_chat.values import compute


class Lower(Modifier, word="lower"):
    """Write text in small letters."""

    takes: ClassVar = ("string",)
    also: ClassVar = ("lowercase", "to_lower", "lower_case", "tolower")
    example: ClassVar = {"transform": "lower"}

    def makes(self, made: Made) -> Made:
        """Return the texts in small letters."""
        return known(made, _letters)

    def layout(self, layout: Layout) -> Layout:
        """Return that few words stay few."""
        return "category" if layout == "category" else "plain"

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the texts."""
        return respelled(sampler, made, _letters)


def _letters(words: pa.StringArray) -> pa.StringArray:
    return compute("utf8_lower", words)
