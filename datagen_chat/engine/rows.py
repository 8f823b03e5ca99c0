"""Rows of one table while they are made: each column once, siblings and ancestors when asked for."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import RowNumbers, numbers_of
from datagen_chat.generators.base.rows import Siblings
from datagen_chat.values import Values

if TYPE_CHECKING:
    from datagen_chat.engine.fanout import Family, Fanout

T = TypeVar("T")
Index = NDArray[np.int64]


class Source(Protocol):
    """What rows are made from: a table's samplers, and where its rows hang."""

    @property
    def name(self) -> str:
        """The table's name."""

    @property
    def samplers(self) -> Mapping[str, Callable[[TableRows], Values]]:
        """How each column is made."""

    @property
    def stones(self) -> Mapping[str, tuple[str, ...]]:
        """Columns that are made before a column, where it stands at the end of a long chain of them."""

    @property
    def parent(self) -> Source | None:
        """The primary parent."""

    @property
    def fanout(self) -> Fanout | None:
        """How the rows hang off those of the parent."""


class TableRows:
    """Some rows of one table, neighbours or any; implements `generators.base.rows.Rows`.

    `known` are neighbours that were made already, of a table above or of this one: what lies among them is not made again.
    """

    __slots__ = ("_above", "_family", "_known", "_made", "_shared", "numbers", "source")

    def __init__(self, source: Source, numbers: RowNumbers, known: TableRows | None = None) -> None:
        self.source, self.numbers, self._known = source, numbers, known
        self._made: dict[str, Values] = {}
        self._shared: dict[Hashable, Any] = {}
        self._above: tuple[TableRows, Index | None] | None = None
        self._family: Family | None = None

    def __len__(self) -> int:
        return len(self.numbers)

    def values(self, column: str) -> Values:
        """Return a column of these rows; it is made once."""
        made = self._made.get(column)
        if made is None:
            made = self._made[column] = self._make(column)
        return made

    def _make(self, column: str) -> Values:
        place = self._known_place()
        if place is not None and self._known is not None:
            return self._known.values(column).part(place.start, place.stop)
        for earlier in self.source.stones.get(column, ()):
            if earlier not in self._made:
                self._made[earlier] = self.source.samplers[earlier](self)
        return self.source.samplers[column](self)

    def _known_place(self) -> range | None:
        """Return where these rows lie among those that are known."""
        known, own = self._known, self.numbers
        if known is None or known.source is not self.source:
            return None
        if not isinstance(own, range) or not isinstance(known.numbers, range) or not own:
            return None
        first, last = own.start - known.numbers.start, own.stop - known.numbers.start
        return range(first, last) if first >= 0 and last <= len(known) else None

    def shared(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes for these rows; whoever asks by the same name shares it."""
        if name not in self._shared:
            self._shared[name] = make()
        return cast("T", self._shared[name])

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
            return self.shared("siblings", self._scattered_siblings)
        above, index = self._parent()
        family = self._family
        if family is None or index is None:
            return Siblings(*np.zeros((4, 0), dtype=np.int64))
        return Siblings(numbers_of(above.numbers), family.starts, family.counts, index)

    def _scattered_siblings(self) -> Siblings:
        parent, first, count = self._fanout.places(numbers_of(self.numbers))
        is_next = np.diff(parent, prepend=-1) != 0
        if is_next.all():
            return Siblings(parent, first, count, np.arange(len(parent)))
        chosen = np.flatnonzero(is_next)  # neighbours are often siblings, and their parent is wanted once
        return Siblings(parent.take(chosen), first.take(chosen), count.take(chosen), np.cumsum(is_next) - 1)

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
                self._above = TableRows(above, parents, self._known), family.parents_of(self.numbers)
            else:
                siblings = self.siblings()
                is_one_each = len(siblings.parent) == len(self.numbers)
                self._above = TableRows(above, siblings.parent), None if is_one_each else siblings.family
        return self._above
