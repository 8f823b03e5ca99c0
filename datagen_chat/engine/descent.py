"""The rows below other rows: contiguous, because the rows of one parent are neighbours at every level."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import RowNumbers
from datagen_chat.engine.fanout import Fanout
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.rows import Piece, Rows


@dataclass(frozen=True, slots=True, eq=False)
class TableDescent:
    """Implements `generators.base.rows.Descent`; `first` holds the number of the first row below each row, shape (rows,)."""

    first: NDArray[np.int64]
    edges: NDArray[np.int64]
    make: Callable[[RowNumbers], Rows]

    def rows(self, places: range) -> Rows:
        """Return the rows at some places of the order; neighbours stay neighbours."""
        if not len(places):
            return self.make(range(0))
        low = int(self.edges.searchsorted(places.start, side="right")) - 1
        high = int(self.edges.searchsorted(places.stop, side="left"))
        first, edges = self.first[low:high], self.edges[low:high]
        shift = first - edges
        if int(shift.min()) == int(shift.max()):
            return self.make(range(places.start + int(shift[0]), places.stop + int(shift[0])))
        counts = np.diff(np.minimum(self.edges[low : high + 1], places.stop).clip(places.start))
        return self.make(np.arange(places.start, places.stop, dtype=np.int64) + np.repeat(shift, counts))

    def pieces(self, size: int) -> Iterator[Piece]:
        """Yield all rows in order, so many at a time."""
        total = int(self.edges[-1])
        for start in range(0, total, size):
            places = range(start, min(start + size, total))
            low = int(self.edges.searchsorted(places.start, side="right")) - 1
            high = int(self.edges.searchsorted(places.stop, side="left"))
            edges = self.edges[low : high + 1].clip(places.start, places.stop) - places.start
            yield Piece(self.rows(places), low, edges)


def descend(chain: tuple[Fanout, ...], numbers: RowNumbers, make: Callable[[RowNumbers], Rows]) -> TableDescent:
    """Return the rows below some rows, `chain` being the fanouts of the tables from the child down to the one wanted."""
    if isinstance(numbers, range):
        borders = np.arange(numbers.start, numbers.stop + 1, dtype=np.int64)
        for fanout in chain:
            borders = fanout.starts(borders)
        return TableDescent(borders[:-1], borders - borders[0], make)
    first, after = numbers, numbers + 1
    for fanout in chain:
        first, after = fanout.starts(first), fanout.starts(after)
    edges = np.zeros(len(numbers) + 1, dtype=np.int64)
    np.cumsum(after - first, out=edges[1:])
    return TableDescent(first, edges, make)
