"""Buffers that gather one column's values over blocks of any size and give them back as one.

They copy: the caller may use its arrays again, the memory stays with the process, and what comes out does not show how the
rows came in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.sinks.base import UNIT_ROWS, Block, ColumnShape, TableShape
from datagen_chat.values import Mask, Numbers, Text, Values, arrow, places_in, unique, with_nulls, words_array

_FIRST_TEXTS, _TEXT_ROWS, _TEXT_BYTES = 1 << 8, 1 << 13, 1 << 26
"""After the first of these rows, twice as many, and so on, and after every so many from then on, it is seen whether texts that
wait take so many bytes, which is as much as is kept of them."""


class ColumnBuffer(Protocol):
    """Gathers values of one column."""

    def add(self, values: Values) -> None:
        """Add values."""

    def drain(self) -> Values:
        """Return what was gathered and begin anew; it is valid until the next `add`, its words for ever."""


class _Validity:
    """Gathers which rows hold a value."""

    def __init__(self, room: int) -> None:
        self._mask = np.empty(room, np.bool_)
        self._nulls = False

    def add(self, valid: Mask | None, at: int, rows: int) -> None:
        self._mask[at : at + rows] = True if valid is None else valid
        self._nulls |= valid is not None

    def drain(self, rows: int) -> Mask | None:
        nulls, self._nulls = self._nulls, False
        return self._mask[:rows] if nulls else None


class NumberBuffer:
    """Gathers numbers, truth values or times."""

    def __init__(self, column: ColumnShape, room: int) -> None:
        dtype = {"float": np.float64, "bool": np.bool_}.get(column.type, np.int64)
        self._data: NDArray[Any] = np.empty(room, dtype)
        self._valid = _Validity(room if column.nullable else 0)
        self._nullable = column.nullable
        self._rows = 0

    def add(self, values: Values) -> None:
        """Add values."""
        assert isinstance(values, Numbers)
        rows = len(values)
        self._data[self._rows : self._rows + rows] = values.data
        if self._nullable:
            self._valid.add(values.valid, self._rows, rows)
        self._rows += rows

    def drain(self) -> Numbers:
        """Return what was gathered and begin anew."""
        rows, self._rows = self._rows, 0
        return Numbers(self._data[:rows], self._valid.drain(rows) if self._nullable else None)


class CategoryBuffer:
    """Gathers codes into one pool of words, which grows when a block brings words that it does not hold."""

    def __init__(self, column: ColumnShape, room: int) -> None:
        self._codes: NDArray[np.int32] = np.empty(room, np.int32)
        self._valid = _Validity(room if column.nullable else 0)
        self._nullable = column.nullable
        self._pool: pa.StringArray = words_array([])
        self._last: pa.StringArray | None = None
        self._places: NDArray[np.int32] | None = None
        self._rows = 0

    def add(self, values: Values) -> None:
        """Add values."""
        assert isinstance(values, Text)
        rows = len(values)
        codes = self._coded(safe(values))
        self._codes[self._rows : self._rows + rows] = codes if self._places is None else self._places[codes]
        if self._nullable:
            self._valid.add(values.valid, self._rows, rows)
        self._rows += rows

    def _coded(self, text: Text) -> NDArray[Any]:
        """Return codes for these rows, after the pool has learned their words."""
        if text.codes is not None:
            self._learn(text.words)
            return text.codes
        encoded = text.words.dictionary_encode()
        self._learn(encoded.dictionary)
        return code_numbers(encoded.indices)

    def _learn(self, words: pa.StringArray) -> None:
        if words is self._last:
            return
        self._last = words
        if len(self._pool) == 0:
            self._pool = unique(words)
        if words.equals(self._pool):
            self._places = None
            return
        self._pool = unique(pa.concat_arrays([self._pool, words]))
        self._places = places_in(self._pool, words).astype(np.int32)

    def drain(self) -> Text:
        """Return what was gathered and begin anew; the pool stays."""
        rows, self._rows = self._rows, 0
        return Text(self._pool, self._codes[:rows], self._valid.drain(rows) if self._nullable else None)


def code_numbers(indices: pa.Array) -> NDArray[np.int32]:
    """Return the codes of an Arrow dictionary array that `dictionary_encode` made, shape (rows,)."""
    return np.frombuffer(indices.buffers()[1], np.int32)[indices.offset : indices.offset + len(indices)]


class TextBuffer:
    """Gathers text that does not repeat."""

    def __init__(self, column: ColumnShape, room: int) -> None:
        self._pieces: list[pa.StringArray] = []
        self._valid = _Validity(room if column.nullable else 0)
        self._nullable = column.nullable
        self._rows = 0
        self.size = 0
        """The bytes of the texts that are waiting."""

    def add(self, values: Values) -> None:
        """Add values."""
        assert isinstance(values, Text)
        words = strings(safe(values))
        self._pieces.append(words)
        self.size += raw(words)[1].nbytes
        if self._nullable:
            self._valid.add(values.valid, self._rows, len(values))
        self._rows += len(values)

    def drain(self) -> Text:
        """Return what was gathered and begin anew."""
        pieces, self._pieces, self.size = self._pieces, [], 0
        rows, self._rows = self._rows, 0
        words = pieces[0] if len(pieces) == 1 else pa.concat_arrays(pieces)
        return Text(words, None, self._valid.drain(rows) if self._nullable else None)


def part_of(values: Values, start: int, stop: int) -> Values:
    """Return the values from `start` up to `stop`, as views."""
    valid = None if values.valid is None else values.valid[start:stop]
    if isinstance(values, Numbers):
        return Numbers(values.data[start:stop], valid)
    if values.codes is None:
        return Text(values.words.slice(start, stop - start), None, valid)
    return Text(values.words, values.codes[start:stop], valid)


_NO_WORD: pa.StringArray = words_array([""])


def safe(text: Text) -> Text:
    """Return text without nulls, whose codes all point at a word: those of nulls at the first."""
    if text.valid is None or text.codes is None:
        return Text(text.words, text.codes)
    words = text.words if len(text.words) else _NO_WORD
    return Text(words, np.where(text.valid, text.codes, np.zeros(1, text.codes.dtype)))


def strings(values: Values) -> pa.StringArray:
    """Return text as an Arrow array of strings that shares nothing with the caller's codes and mask."""
    assert isinstance(values, Text)
    text = safe(values)
    words = text.words if text.codes is None else arrow(text, pa.string())
    return words if values.valid is None else with_nulls(words, values.valid)


def buffer_for(column: ColumnShape, room: int) -> ColumnBuffer:
    """Return a buffer for up to `room` values of a column."""
    if column.type != "string":
        return NumberBuffer(column, room)
    return CategoryBuffer(column, room) if column.layout == "category" else TextBuffer(column, room)


def raw(words: pa.StringArray) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return the offsets of words, shape (words + 1,), and their bytes; the first word begins at the first byte."""
    _, offsets, data = words.buffers()
    if len(words) == 0 or offsets is None:
        return np.zeros(1, np.int32), np.empty(0, np.uint8)
    numbers = np.frombuffer(offsets, np.int32)[words.offset : words.offset + len(words) + 1]
    text = np.empty(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
    return numbers, text[numbers[0] : numbers[-1]]


class Gather:
    """Blocks of any size in, groups of rows out: when a unit is full or texts are many, and what is left on `flush`."""

    def __init__(self, shape: TableShape, write: Callable[[int, Block], None]) -> None:
        self._write = write
        room = min(shape.rows, UNIT_ROWS)
        self._columns = {column.name: buffer_for(column, room) for column in shape.columns}
        self._texts = [buffer for buffer in self._columns.values() if isinstance(buffer, TextBuffer)]
        self._rows = 0

    def add(self, block: Block) -> None:
        """Add the next rows."""
        rows = len(next(iter(block.values())))
        done = 0
        while done < rows:
            pause = self._pause()
            take = min(rows - done, pause - self._rows)
            for name, column in self._columns.items():
                column.add(part_of(block[name], done, done + take))
            self._rows += take
            done += take
            if self._rows == pause and (self._rows == UNIT_ROWS or self._is_heavy()):
                self.flush()

    def _pause(self) -> int:
        """Return the number of waiting rows after which their texts are weighed next."""
        if not self._texts:
            return UNIT_ROWS
        if self._rows < _TEXT_ROWS:
            return max(_FIRST_TEXTS, 1 << self._rows.bit_length())
        return (self._rows // _TEXT_ROWS + 1) * _TEXT_ROWS

    def _is_heavy(self) -> bool:
        return sum(text.size for text in self._texts) >= _TEXT_BYTES

    def flush(self) -> None:
        """Write the rows that are waiting."""
        if self._rows:
            unit = {name: column.drain() for name, column in self._columns.items()}
            rows, self._rows = self._rows, 0
            self._write(rows, unit)
