"""What a compiled Faker method is to the rest of the program."""

from __future__ import annotations

from typing import Literal, Protocol

from datagen_chat.draws import RowNumbers
from datagen_chat.values import Values

Kind = Literal["string", "int", "float", "bool", "datetime", "date"]


class Source(Protocol):
    """Values that are a pure function of a key and a row number."""

    @property
    def kind(self) -> Kind:
        """The column type that the values naturally have."""

    def sample(self, rows: RowNumbers) -> Values:
        """Return the values of these rows."""
