"""Columns that other tables read: what was made of them is kept, as far as a plan has room, and not made again."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.values import Mask, Numbers, Text, Values

if TYPE_CHECKING:
    from datagen_chat.engine.plan import TablePlan

KEPT_BYTES = 1 << 24
"""All columns together that a plan keeps take no more."""
_STEP = 1 << 16


class Shelf:
    """The room that a plan has for columns."""

    def __init__(self, room: int = KEPT_BYTES) -> None:
        self._room, self._lock = room, threading.Lock()

    def take(self, size: int) -> bool:
        """Take so many bytes, and return whether they were free; negative ones are given back."""
        with self._lock:
            if size > self._room:
                return False
            self._room -= size
            return True


@dataclass(slots=True, eq=False)
class _Store:
    """The first `filled` values of a column."""

    data: NDArray[Any]
    words: Any
    valid: Mask | None = None
    filled: int = 0

    def add(self, numbers: range, values: Values) -> None:
        """Add values that begin among those which are there, or right after them."""
        self.data[numbers.start : numbers.stop] = _data(values)
        if values.valid is not None:
            if self.valid is None:
                self.valid = np.ones(len(self.data), np.bool_)
            self.valid[numbers.start : numbers.stop] = values.valid
        self.filled = max(self.filled, numbers.stop)

    def takes(self, values: Values) -> bool:
        """Return whether values are of the same kind, text of the same pool."""
        words = values.words if isinstance(values, Text) else None
        data = _data(values)
        return data is not None and words is self.words and data.dtype == self.data.dtype

    @property
    def values(self) -> Values:
        """All of the column; what is not filled may be anything."""
        return Numbers(self.data, self.valid) if self.words is None else Text(self.words, self.data, self.valid)


class Kept:
    """The sampler of a column that other tables read.

    Rows that are made in order are kept. Rows here and there are taken from those; once as many were asked for as there
    are, all of them are made. A table's own rows, while they are written, are made: what happens then is told.
    """

    def __init__(self, table: TablePlan, made: Sampler) -> None:
        self._table, self._made, self._lock = table, made, threading.Lock()
        self._store: _Store | None = None
        self._asked, self._is_open = 0, True

    def __call__(self, rows: Rows) -> Values:
        """Return the values of some rows."""
        if self._table.is_written:
            return self._kept(rows.numbers, self._made(rows))
        numbers = rows.numbers
        if isinstance(numbers, range):
            values = self._first(numbers.stop)
            return self._kept(numbers, self._made(rows)) if values is None else values.part(numbers.start, numbers.stop)
        self._asked += len(numbers)
        if len(numbers) and self._is_open and self._is_worth_all():
            self._make_all()
        values = self._first(int(numbers.max(initial=-1)) + 1)
        return self._made(rows) if values is None else values.take(numbers)

    def _first(self, stop: int) -> Values | None:
        """Return what is kept of the column, where the rows before `stop` are."""
        store = self._store  # once: another worker may give it up
        return store.values if store is not None and 0 < stop <= store.filled else None

    def _is_worth_all(self) -> bool:
        count = self._table.known_rows
        return count is not None and self._asked >= count and self._first(count) is None

    def _make_all(self) -> None:
        count = self._table.row_count
        store = self._store
        for start in range(store.filled if store else 0, count, _STEP):
            numbers = range(start, min(start + _STEP, count))
            self._kept(numbers, self._made(self._table.rows(numbers)))
            if not self._is_open:
                return

    def _kept(self, numbers: Any, values: Values) -> Values:
        """Return values, after they were kept if they follow on those that are."""
        if self._is_open and isinstance(numbers, range) and len(numbers):
            with self._lock:
                self._keep(numbers, values)
        return values

    def _keep(self, numbers: range, values: Values) -> None:
        store = self._store
        if store is None and numbers.start == 0:
            store = self._store = self._opened(values)
        if store is None or numbers.start > store.filled or not store.filled < numbers.stop <= len(store.data):
            return  # an estimate asks for the first rows without knowing how many there are
        if store.takes(values):
            store.add(numbers, values)
        else:
            self._is_open, self._store = False, None
            self._table.plan.shelf.take(-store.data.nbytes)

    def _opened(self, values: Values) -> _Store | None:
        """Return a store for all rows, where their number is known and there is room."""
        count, data = self._table.known_rows, _data(values)
        if count is None:
            return None
        if data is None or not self._table.plan.shelf.take(count * data.itemsize):
            self._is_open = False
            return None
        return _Store(np.empty(count, data.dtype), values.words if isinstance(values, Text) else None)


def _data(values: Values) -> NDArray[Any] | None:
    return values.data if isinstance(values, Numbers) else values.codes
