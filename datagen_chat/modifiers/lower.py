"""Small letters."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from datagen_chat.modifiers._words import Respelling
from datagen_chat.values import compute


class Lower(Respelling, word="lower"):
    """Write text in small letters."""

    takes: ClassVar = ("string",)
    also: ClassVar = ("lowercase", "to_lower", "lower_case", "tolower")
    example: ClassVar = {"transform": "lower"}

    def respell(self, words: pa.StringArray) -> pa.StringArray:
        """Return the texts in small letters."""
        return compute("utf8_lower", words)
