"""Tokens: the pieces of text that lines are made of, and what turns values into their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.sinks.base import ColumnShape
from datagen_chat.sinks.columns import raw
from datagen_chat.values import Values, words_array

Codes = NDArray[np.int32]
"""Token numbers, shape (rows, tokens): one line of text for each row."""

GROUP = 10_000
"""Digits are written four at a time."""

_MOST_GARBAGE = 1 << 18


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the values of a column: before and after a value, and instead of one that is null."""

    lead: str
    tail: str
    null: str


class Dialect(Protocol):
    """What distinguishes one kind of line from another."""

    def header(self, columns: Sequence[ColumnShape]) -> str:
        """Return what stands above the rows."""

    def frame(self, columns: Sequence[ColumnShape], index: int) -> Frame:
        """Return what stands around the values of one column, line ends included."""

    def odd(self, words: pa.StringArray) -> NDArray[np.int64]:
        """Return the positions of words that cannot stand as they are, ascending."""

    def escape(self, words: pa.StringArray) -> pa.StringArray:
        """Return odd words as they must stand between lead and tail."""

    def check_number(self, column: str, value: float) -> None:
        """Raise when a number that is not finite cannot be written."""


@cache
def _groups(tail: str | None) -> pa.StringArray:
    after = tail or ""
    first = "" if tail is None else "0" + after
    bare = [first, *(f"{n}{after}" for n in range(1, GROUP))]
    return words_array(bare + [f"{n:04}{after}" for n in range(GROUP)])


class Pool:
    """Tokens by number: fixed ones, then kept ones that change seldom, then those of the rows at hand."""

    def __init__(self) -> None:
        self._data: NDArray[np.uint8] = np.empty(1 << 20, np.uint8)
        self._offsets: NDArray[np.int32] = np.zeros(1 << 17, np.int32)
        self._size = 0
        self._numbers: dict[str | None, int] = {}
        self._fixed = 0
        self._kept = 0
        self._garbage = 0
        self.generation = 0
        self.empty = self.add(words_array([""]))

    def add(self, words: pa.StringArray) -> int:
        """Add tokens until the next chunk, and return the number of the first."""
        offsets, data = raw(words)
        size, end = self._size, int(self._offsets[self._size])
        self._reserve(size + len(words) + 1, end + len(data))
        self._data[end : end + len(data)] = data
        np.add(offsets, end - int(offsets[0]), out=self._offsets[size : size + len(offsets)], casting="unsafe")
        self._size = size + len(words)
        return size

    def _reserve(self, tokens: int, size: int) -> None:
        if tokens > len(self._offsets):
            self._offsets = np.concatenate([self._offsets, np.zeros(tokens, np.int32)])
        if size > len(self._data):
            self._data = np.concatenate([self._data, np.empty(size, np.uint8)])

    def fix(self) -> None:
        """Make the tokens so far stay for good."""
        self._fixed = self._kept = self._size

    def keep(self, words: pa.StringArray, instead_of: int) -> int:
        """Add tokens that stay until `generation` changes, and return the number of the first.

        Only before anything was added for the rows at hand. `instead_of` is how many kept tokens these make useless.
        """
        self._garbage += instead_of
        first = self.add(words)
        self._kept = self._size
        return first

    def clear(self) -> None:
        """Forget the tokens of the last rows; and the kept ones when too many of them are useless."""
        if self._garbage > _MOST_GARBAGE:
            self._kept, self._garbage = self._fixed, 0
            self.generation += 1
        self._size = self._kept

    def numbers(self, tail: str | None) -> int:
        """Return where the groups of four digits begin that end a number and are followed by `tail`.

        GROUP tokens without leading zeros, then GROUP with. None: groups that more digits follow; the first, 0 without
        leading zeros, is empty.
        """
        if tail not in self._numbers:
            self._numbers[tail] = self.add(_groups(tail))
        return self._numbers[tail]

    def join(self, codes: Codes) -> memoryview:
        """Return the text of all rows."""
        buffers = [None, pa.py_buffer(self._offsets), pa.py_buffer(self._data)]
        pool = pa.StringArray.from_buffers(self._size, *buffers[1:], None, 0, 0)
        index = pa.Array.from_buffers(pa.int32(), codes.size, [None, pa.py_buffer(codes)], 0)
        taken = pc.take(pool, index, boundscheck=False)
        return raw(taken)[1].data


class Cell(Protocol):
    """Turns the values of one column into tokens, a chunk of rows at a time."""

    def measure(self, values: Values) -> int:
        """Return how many tokens each row of a chunk takes."""

    def fill(self, out: Codes) -> None:
        """Write the tokens of the chunk that was measured last."""


def holding(words: pa.StringArray, special: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which words hold a byte that is special, given for each byte of `raw(words)`."""
    if not special.any():
        return np.zeros(len(words), np.bool_)
    offsets, _ = raw(words)
    seen = np.zeros(len(special) + 1, np.int32)
    np.cumsum(special, out=seen[1:])
    found: NDArray[np.bool_] = np.diff(seen[offsets - offsets[0]]) > 0
    return found


def around(lead: str, words: pa.StringArray, tail: str) -> pa.StringArray:
    """Return words with the same text before each and the same behind."""
    # Scalars taken from an array: `pa.scalar` imports pandas.
    before, behind, nothing = words_array([lead, tail, ""])
    return pc.binary_join_element_wise(before, words, behind, nothing)
