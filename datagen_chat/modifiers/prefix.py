"""Text before values."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from datagen_chat.modifiers._words import Respelling
from datagen_chat.values import compute, text_scalar
from datagen_chat.words import Text, term


class Prefix(Respelling, word="prefix"):
    """Put text before each value: order numbers, codes."""

    text: Text = term(description="The text.", also=("prefix", "value", "string", "with"))

    takes: ClassVar = ("string", "int")
    converts: ClassVar = True
    keeps_distinct: ClassVar = True
    also: ClassVar = ("prepend", "add_prefix", "with_prefix")
    example: ClassVar = {"transform": "prefix", "args": {"text": "ORD-"}}

    def added_length(self) -> int:
        """Return the length of the text."""
        return len(self.text.encode())

    def respell(self, words: pa.StringArray) -> pa.StringArray:
        """Return the longer texts."""
        return compute("binary_join_element_wise", text_scalar(self.text), words, text_scalar(""))
