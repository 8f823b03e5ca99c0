"""Rows while they are made: their numbers, their parents and siblings, and what gives their values."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Protocol, TypeVar

from datagen_chat.frozen import dataclass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from datagen_chat.draws import Key, RowNumbers
    from datagen_chat.values import Values


T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Siblings:
    """Where each row stands among the rows of its parent.

    `parent`, `first` and `count` have one entry for each parent in question: its row number, the row number of its first
    row, and how many rows it has. `family` has one entry for each row: which of these parents is its own. All are int64.
    """

    parent: NDArray[np.int64]
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    family: NDArray[np.int64]

    def ranks(self, numbers: RowNumbers) -> NDArray[np.int64]:
        """Return how many siblings come before each row, shape (rows,)."""
        from datagen_chat.draws import numbers_of

        return numbers_of(numbers) - self.first.take(self.family)


class Rows(Protocol):
    """Some rows of one table, neighbours or any."""

    @property
    def numbers(self) -> RowNumbers:
        """The row numbers."""

    def __len__(self) -> int:
        """How many rows there are."""

    def values(self, column: str) -> Values:
        """Return another column of the same rows; it is made once."""

    def siblings(self) -> Siblings:
        """Return where each row stands among its parent's rows; only a fact's rows have siblings."""

    def ancestor(self, table: str) -> tuple[Rows, NDArray[np.int64] | None]:
        """Return rows of an ancestor, and which of them belongs to each of these rows; None means one each, in order."""

    def shared(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes for these rows; columns that ask by the same name share it."""


class Descent(Protocol):
    """The rows of one table that lie below some rows, in order: those of the first row, those of the second, and so on."""

    @property
    def first(self) -> NDArray[np.int64]:
        """The number of the first row below each one, were there any; shape (rows,)."""

    @property
    def edges(self) -> NDArray[np.int64]:
        """How many rows lie below the rows before each one, and below all of them; shape (rows + 1,)."""

    def rows(self, places: range) -> Rows:
        """Return the rows at some places of that order."""


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Some of the rows below other rows: neighbours in their order.

    `start` is the first of the upper rows that they lie below; the rows below the k-th one from there on are those from
    `edges[k]` to before `edges[k + 1]`.
    """

    rows: Rows
    start: int
    edges: NDArray[np.int64]

    @property
    def upper(self) -> slice:
        """Which of the upper rows these are, as positions."""
        return slice(self.start, self.start + len(self.edges) - 1)


class Folding(Protocol):
    """What has been made so far of the rows below some rows, piece by piece in their order."""

    def add(self, piece: Piece) -> None:
        """Take in more rows."""

    def values(self, descent: Descent) -> Values:
        """Return one value for each of the upper rows, once all rows below them were taken in."""


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """How a value is made of the rows below each row: `begin` starts with a number of upper rows.

    Where `needs_rows` is False, their numbers and positions are enough, and no piece is added.
    """

    begin: Callable[[int], Folding]
    needs_rows: bool = True


class Unfolded(Protocol):
    """What some parent rows unfolded into, before any child row is made."""

    @property
    def counts(self) -> NDArray[np.int64]:
        """The number of children of each parent row, shape (parents,)."""

    def field(self, name: str, parent: NDArray[np.int64], rank: NDArray[np.int64]) -> Values:
        """Return one field of children, given the position of each one's parent and its rank among its siblings."""


Unfold = Callable[["Rows"], Unfolded]
"""How parent rows unfold into children: a walk through states, a journey through stages."""

Limits = tuple["float | NDArray[np.float64]", "float | NDArray[np.float64]"]
"""The lowest and the highest value, of all rows or of each."""

Sampler = Callable[[Rows], "Values"]
Picker = Callable[["NDArray[np.int64]"], "Values"]
Locator = Callable[[Rows], "NDArray[np.int64]"]
Scorer = Callable[[Rows], "NDArray[np.float64]"]


@dataclass(frozen=True, slots=True, eq=False)
class Numbering:
    """Values by numbers from 0 to below `size`, so that they can be drawn without repetition.

    `sizes` gives the size for each parent row where it differs; `value` returns the values of numbers, one for each row.
    `draw` and `weights` are there where some values are likelier: a number for each row under a key, and all weights. They
    know nothing of a value that is left out: `left_out` gives its number for each parent row, and what comes after it is one
    less.
    """

    size: int
    value: Callable[[Rows, NDArray[np.int64]], Values]
    sizes: Callable[[Rows], NDArray[np.int64]] | None = None
    draw: Callable[[Key, NDArray[np.int64]], NDArray[np.int64]] | None = None
    weights: Callable[[], NDArray[np.float64]] | None = None
    left_out: Callable[[Rows], NDArray[np.int64]] | None = None


Room = Callable[[Rows], "NDArray[np.int64]"]
ANY_NUMBER = 1 << 40
"""More rows than any parent has."""
