"""How the values of a column become tokens of a line: truth values, text, and nulls among values of any type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.sinks.base import ColumnShape
from datagen_chat.sinks.columns import safe, strings
from datagen_chat.sinks.instant_cells import DateCell, DatetimeCell
from datagen_chat.sinks.number_cells import FloatCell, IntCell
from datagen_chat.sinks.tokens import Cell, Codes, Dialect, Frame, Pool, around
from datagen_chat.values import Mask, Numbers, Text, Values, words_array

_SMALL = 1 << 12
_MOST_KEPT = 1 << 18


class BoolCell:
    """One token for each truth value."""

    def __init__(self, pool: Pool, frame: Frame) -> None:
        self._first = pool.add(words_array([frame.lead + word + frame.tail for word in ("false", "true")]))

    def measure(self, values: Values) -> int:
        """Return how many tokens each row of a chunk takes."""
        assert isinstance(values, Numbers)
        self._data = values.data
        return 1

    def fill(self, out: Codes) -> None:
        """Write the tokens of the chunk that was measured last."""
        np.add(self._data, self._first, out=out[:, 0], dtype=np.int32, casting="unsafe")


class _KeptWords:
    """The place of a column's words in the pool of tokens, framed and escaped once for as long as they stay the same."""

    def __init__(self, pool: Pool, frame: Frame, dialect: Dialect) -> None:
        self._pool, self._frame, self._dialect = pool, frame, dialect
        self._seen: pa.StringArray | None = None
        self._words: pa.StringArray | None = None
        self._framed: pa.StringArray = words_array([])
        self._first, self._generation = 0, -1

    def place(self, words: pa.StringArray) -> int | None:
        """Return the token of the first word; None when the words are many and may never come again."""
        if words is self._words:
            if self._generation != self._pool.generation:
                self._keep(0)
            return self._first
        if len(words) > (_MOST_KEPT if words is self._seen else _SMALL):
            self._seen = words
            return None
        useless = len(self._framed) if self._generation == self._pool.generation else 0
        self._words = words
        self._framed = around(self._frame.lead, self._fit(words), self._frame.tail)
        self._keep(useless)
        return self._first

    def _keep(self, instead_of: int) -> None:
        self._first, self._generation = self._pool.keep(self._framed, instead_of), self._pool.generation

    def _fit(self, words: pa.StringArray) -> pa.StringArray:
        odd = self._dialect.odd(words)
        if len(odd) == 0:
            return words
        index = np.arange(len(words))
        index[odd] = np.arange(len(words), len(words) + len(odd))
        return pa.concat_arrays([words, self._dialect.escape(_take(words, odd))]).take(_index(index))


def _index(index: NDArray[np.int64]) -> pa.Array:
    return pa.Array.from_buffers(pa.int64(), len(index), [None, pa.py_buffer(index)], 0)


def _take(words: pa.StringArray, index: NDArray[np.int64]) -> pa.StringArray:
    return words.take(_index(index))


class TextCell:
    """One token for each word of a pool that stays; lead, text and tail where text does not repeat."""

    def __init__(self, pool: Pool, frame: Frame, dialect: Dialect) -> None:
        self._pool, self._dialect = pool, dialect
        self._kept = _KeptWords(pool, frame, dialect)
        self._lead = pool.add(words_array([frame.lead])) if frame.lead else None
        self._tail = pool.add(words_array([frame.tail]))

    def measure(self, values: Values) -> int:
        """Return how many tokens each row of a chunk takes."""
        assert isinstance(values, Text)
        self._text, self._codes = values, values.codes
        first = None if values.codes is None else self._kept.place(values.words)
        if first is None:
            self._codes = None
            return 2 + (self._lead is not None)
        self._first = first
        return 1

    def fill(self, out: Codes) -> None:
        """Write the tokens of the chunk that was measured last."""
        if self._codes is not None:
            np.add(self._codes, self._first, out=out[:, 0], dtype=np.int32, casting="unsafe")
            return
        words = strings(self._text)
        first = self._pool.add(words)
        out[:, -2] = np.arange(first, first + len(words))
        odd = self._dialect.odd(words)
        if len(odd):
            first = self._pool.add(self._dialect.escape(_take(words, odd)))
            out[odd, -2] = np.arange(first, first + len(odd))
        if self._lead is not None:
            out[:, 0] = self._lead
        out[:, -1] = self._tail


class NullableCell:
    """The tokens of another cell, and one for each null."""

    def __init__(self, pool: Pool, frame: Frame, cell: Cell) -> None:
        self._cell, self._empty = cell, pool.empty
        self._null = pool.add(words_array([frame.null]))
        self._nulls: Mask | None = None

    def measure(self, values: Values) -> int:
        """Return how many tokens each row of a chunk takes."""
        self._nulls = None if values.valid is None else ~values.valid
        return self._cell.measure(_without_nulls(values))

    def fill(self, out: Codes) -> None:
        """Write the tokens of the chunk that was measured last."""
        self._cell.fill(out)
        if self._nulls is not None:
            out[self._nulls] = self._empty
            out[self._nulls, 0] = self._null


def _without_nulls(values: Values) -> Values:
    """Return values with something harmless in place of nulls."""
    if values.valid is None:
        return values
    if isinstance(values, Text):
        return safe(values)
    data: NDArray[Any] = np.where(values.valid, values.data, np.zeros(1, values.data.dtype))
    return Numbers(data)


def cell_for(column: ColumnShape, pool: Pool, frame: Frame, dialect: Dialect) -> Cell:
    """Return what writes a column."""
    makers: dict[str, Callable[[], Cell]] = {
        "int": lambda: IntCell(pool, frame),
        "float": lambda: FloatCell(pool, frame, column, dialect),
        "string": lambda: TextCell(pool, frame, dialect),
        "bool": lambda: BoolCell(pool, frame),
        "datetime": lambda: DatetimeCell(pool, frame, column.ticks),
        "date": lambda: DateCell(pool, frame),
    }
    cell = makers[column.type]()
    return NullableCell(pool, frame, cell) if column.nullable else cell
