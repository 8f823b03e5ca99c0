"""What a compiled Faker method is to the rest of the program."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers
from datagen_chat.values import Values

Kind = Literal["string", "int", "float", "bool", "datetime", "date"]


class Source(Protocol):
    """Values that are a pure function of a key and a row number."""

    @property
    def kind(self) -> Kind:
        """The column type that the values naturally have."""

    def sample(self, rows: RowNumbers) -> Values:
        """Return the values of these rows."""


class Persons(Protocol):
    """The people that some columns of a table speak of, one for each row."""

    @property
    def name(self) -> tuple[Hashable, ...]:
        """What tells them from others, so that columns can share what is drawn for some rows."""

    def draw(self, rows: RowNumbers) -> Any:
        """Return the people of these rows."""


@runtime_checkable
class Speaking(Source, Protocol):
    """A source that speaks of the person of each row."""

    @property
    def persons(self) -> Persons:
        """The people."""

    def of(self, rows: RowNumbers, drawn: Any) -> Values:
        """Return the values of these rows, whose people have been drawn."""


Numbered = Callable[[RowNumbers], NDArray[np.int64]]
"""Returns the number that ends the name of each row, 0 for none."""


@runtime_checkable
class Countable(Source, Protocol):
    """A source that knows how many different values it can make, and can make each of them once."""

    @property
    def capacity(self) -> int:
        """How many different values there are for certain."""

    def distinct(self, key: Key, rows: int) -> Source:
        """Return a source that makes a value of its own for each of so many rows, no more than the capacity."""
