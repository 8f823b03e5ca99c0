"""Text before values."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from datagen_chat.generators.base import Layout, Sampler, Scope
from datagen_chat.modifiers._words import known, respelled
from datagen_chat.modifiers.base import Made, Modifier
from datagen_chat.values import compute, text_scalar
from datagen_chat.words import Text, term


class Prefix(Modifier, word="prefix"):
    """Put text before each value: order numbers, codes."""

    text: Text = term(description="The text.", also=("prefix", "value", "string", "with"))

    takes: ClassVar = ("string", "int")
    converts: ClassVar = True
    keeps_distinct: ClassVar = True
    also: ClassVar = ("prepend", "add_prefix", "with_prefix")
    example: ClassVar = {"transform": "prefix", "args": {"text": "ORD-"}}

    def makes(self, made: Made) -> Made:
        """Return the longer texts."""
        return known(made, self._longer)

    def layout(self, layout: Layout) -> Layout:
        """Return that few words stay few."""
        return "category" if layout == "category" else "plain"

    def compile(self, scope: Scope, sampler: Sampler, made: Made) -> Sampler:  # noqa: ARG002
        """Return the sampler of the longer texts."""
        return respelled(sampler, made, self._longer)

    def _longer(self, words: pa.StringArray) -> pa.StringArray:
        return compute("binary_join_element_wise", text_scalar(self.text), words, text_scalar(""))
