"""Capital letters."""

from __future__ import annotations

from typing import ClassVar

import pyarrow as pa

from datagen_chat.modifiers._words import Respelling
from datagen_chat.values import compute


class Upper(Respelling, word="upper"):
    """Write text in capital letters."""

    takes: ClassVar = ("string",)
    also: ClassVar = ("uppercase", "to_upper", "upper_case", "toupper")
    example: ClassVar = {"transform": "upper"}

    def respell(self, words: pa.StringArray) -> pa.StringArray:
        """Return the texts in capital letters."""
        return compute("utf8_upper", words)
