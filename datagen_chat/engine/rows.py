"""Rows of one table while they are made: each column once, siblings and ancestors when asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import RowNumbers, numbers_of
from datagen_chat.generators.base import Siblings
from datagen_chat.values import Values

if TYPE_CHECKING:
    from datagen_chat.engine.fanout import Family, Fanout

Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What rows are made from: a table's samplers, and where its rows hang."""

    name: str
    samplers: Mapping[str, Callable[[TableRows], Values]]
    parent: Source | None
    fanout: Fanout | None


class TableRows:
    """Some rows of one table, neighbours or any; implements `generators.base.Rows`."""

    __slots__ = ("_above", "_family", "_made", "numbers", "source")

    def __init__(self, source: Source, numbers: RowNumbers) -> None:
        self.source, self.numbers = source, numbers
        self._made: dict[str, Values] = {}
        self._above: tuple[TableRows, Index | None] | None = None
        self._family: Family | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    def values(self, column: str) -> Values:
        """Return a column of these rows; it is made once."""
        made = self._made.get(column)
        if made is None:
            made = self._made[column] = self.source.samplers[column](self)
        return made

    def ancestor(self, table: str) -> tuple[TableRows, Index | None]:
        """Return rows of an ancestor, and which of them belongs to each of these rows; None means one each, in order."""
        above, index = self._parent()
        if above.source.name == table:
            return above, index
        higher, further = above.ancestor(table)
        if index is None:
            return higher, further
        return higher, index if further is None else further.take(index)

    def siblings(self) -> Siblings:
        """Return where each row stands among the rows of its parent."""
        if not isinstance(self.numbers, range):
            return Siblings(*self._fanout.places(self.numbers), np.arange(len(self.numbers)))
        above, index = self._parent()
        family = self._family
        if family is None or index is None:
            return Siblings(*np.zeros((4, 0), dtype=np.int64))
        return Siblings(numbers_of(above.numbers), family.starts, family.counts, index)

    @property
    def _fanout(self) -> Fanout:
        assert self.source.fanout is not None
        return self.source.fanout

    def _parent(self) -> tuple[TableRows, Index | None]:
        if self._above is None:
            above = self.source.parent
            assert above is not None
            if not len(self.numbers):
                self._above = TableRows(above, range(0)), np.zeros(0, dtype=np.int64)
            elif isinstance(self.numbers, range):
                family = self._family = self._fanout.family(self.numbers)
                parents = range(family.first_parent, family.first_parent + len(family.starts))
                self._above = TableRows(above, parents), family.parents_of(self.numbers)
            else:
                self._above = TableRows(above, self._fanout.places(self.numbers)[0]), None
        return self._above
