"""Some of other rows: what a word sees that makes the values of only these."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import RowNumbers
from datagen_chat.generators.base.rows import Rows, Siblings
from datagen_chat.values import Index, Values

T = TypeVar("T")
_FEW = 16


class Subset:
    """The rows at some positions of other rows; implements `generators.base.rows.Rows`."""

    __slots__ = ("_made", "_rows", "_shared", "index", "numbers")

    def __init__(self, rows: Rows, index: Index) -> None:
        self._rows, self.index = rows, index
        self.numbers: RowNumbers = index + rows.numbers.start if isinstance(rows.numbers, range) else rows.numbers.take(index)
        self._made: dict[str, Values] = {}
        self._shared: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self.index)

    def values(self, column: str) -> Values:
        """Return another column of these rows: it is made for all of the other rows, once."""
        if column not in self._made:
            self._made[column] = self._rows.values(column).take(self.index)
        return self._made[column]

    def siblings(self) -> Siblings:
        """Return where each row stands among all of its parent's rows."""
        found = self._rows.siblings()
        return Siblings(found.parent, found.first, found.count, found.family.take(self.index))

    def ancestor(self, table: str) -> tuple[Rows, Index]:
        """Return rows of an ancestor, and which of them belongs to each of these rows."""
        above, index = self._rows.ancestor(table)
        return above, self.index if index is None else index.take(self.index)

    def shared(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes for these rows; whoever asks by the same name shares it."""
        if name not in self._shared:
            self._shared[name] = make()
        return cast("T", self._shared[name])


def divided(which: NDArray[Any], count: int) -> tuple[tuple[int, Index], ...]:
    """Return the positions of each number from -1 to below `count` in `which`; a number without any is left out."""
    return tuple((number, index) for number, index in _indexes(which, count) if len(index))


def _indexes(which: NDArray[Any], count: int) -> Iterator[tuple[int, Index]]:
    if count <= _FEW:
        yield from ((number, np.flatnonzero(which == number)) for number in range(-1, count))
        return
    order = np.argsort(which, kind="stable")
    edges = which.take(order).searchsorted(np.arange(-1, count + 1)).tolist()
    yield from ((number, order[start:stop]) for number, start, stop in zip(range(-1, count), edges, edges[1:], strict=False))
