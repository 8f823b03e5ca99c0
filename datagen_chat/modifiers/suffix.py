"""Text after values."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from datagen_chat.modifiers._words import Respelling
from datagen_chat.values import compute, text_scalar
from datagen_chat.words import Text, term


class Suffix(Respelling, word="suffix"):
    """Put text after each value: units, domains."""

    text: Text = term(description="The text.", also=("suffix", "value", "string", "with"))

    takes: ClassVar = ("string", "int")
    converts: ClassVar = True
    keeps_distinct: ClassVar = True
    also: ClassVar = ("append", "add_suffix", "with_suffix", "postfix")
    example: ClassVar = {"transform": "suffix", "args": {"text": " kg"}}

    def added_length(self) -> int:
        """Return the length of the text."""
        return len(self.text.encode())

    def respell(self, words: pa.StringArray) -> pa.StringArray:
        """Return the longer texts."""
        return compute("binary_join_element_wise", words, text_scalar(self.text), text_scalar(""))
