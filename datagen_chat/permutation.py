"""Keyed permutations of the numbers below n: where one number goes is found alone, without a list of the others.

A number below n is a cell of a grid of about √n by √n. In turn its row moves by a hash of its column, and its column by a
hash of its row: a Feistel network. What lands on one of the few cells from n on is moved again until it lands below n.

Source:
    Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002: generalised Feistel networks and cycle walking.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, bits, numbers_of, scaled
from datagen_chat.draws import key as make_key
from datagen_chat.frozen import dataclass

LISTED = 1 << 12
"""Permutations of up to so many numbers are listed: shuffled by sorting one draw for each."""

_TABULATED = 1 << 28
_RANKED = 16
_ROUNDS, _ROUNDS_EACH = 4, 6
_ROUND_KEYS = tuple(make_key(0, "permutation", str(number)) for number in range(_ROUNDS_EACH))
_ROTATION, _SHUFFLE = (make_key(0, "permutation", name) for name in ("rotation", "shuffle"))
_32 = np.uint64(32)

Shift = Callable[[NDArray[Any]], NDArray[Any]]


class Permutation(Protocol):
    """One permutation of the numbers below n."""

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where each number goes."""

    def back(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where each number came from."""


def permuted(key: Key, numbers: RowNumbers, count: int) -> NDArray[np.int64]:
    """Return where the key's permutation of the numbers below `count` takes each of these; `count` is up to 2**63."""
    return permutation(key, count).of(numbers_of(numbers))


def unpermuted(key: Key, numbers: RowNumbers, count: int) -> NDArray[np.int64]:
    """Return the numbers that `permuted` takes to these."""
    return permutation(key, count).back(numbers_of(numbers))


@lru_cache(maxsize=64)
def permutation(key: Key, count: int) -> Permutation:
    """Return the key's permutation of the numbers below `count`, which is from 1 to 2**63."""
    if count <= LISTED:
        order = np.argsort(bits(key, range(count)), kind="stable")
        return _Listed(order, np.argsort(order))
    rows = math.isqrt(count - 1) + 1
    columns = -(-count // rows)
    keys = [Key(make_key(key, "round", str(number))) for number in range(_ROUNDS)]
    if count > _TABULATED:
        shifts = [_hashed(each, rows if number % 2 == 0 else columns) for number, each in enumerate(keys)]
        return _Grid(np.uint64(count), np.uint64(rows), np.uint64(columns), tuple(shifts))
    tables = [_tabulated(each, *((rows, columns) if number % 2 == 0 else (columns, rows))) for number, each in enumerate(keys)]
    return _Grid(np.uint32(count), np.uint32(rows), np.uint32(columns), tuple(tables))


@dataclass(frozen=True, slots=True, eq=False)
class _Listed:
    """A permutation as the list of where each number goes, and of where each comes from."""

    order: NDArray[np.int64]
    origin: NDArray[np.int64]

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.order.take(numbers)

    def back(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.origin.take(numbers)


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """A permutation of grid cells, walked until it stays below `count`.

    Shifts stand in turn for rows, by column, and for columns, by row. Sums wrap: the smaller of a number and itself less
    the modulus is the number reduced.
    """

    count: np.unsignedinteger[Any]
    rows: np.unsignedinteger[Any]
    columns: np.unsignedinteger[Any]
    shifts: tuple[Shift, ...]

    def of(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        return self._walked(numbers, self._forward)

    def back(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        return self._walked(numbers, self._backward)

    def _walked(self, numbers: NDArray[np.int64], move: Shift) -> NDArray[np.int64]:
        moved = move(numbers.astype(self.count.dtype))
        outside = np.flatnonzero(moved >= self.count)
        while len(outside):
            again = move(moved.take(outside))
            moved[outside] = again
            outside = outside[again >= self.count]
        return moved.astype(np.int64)

    def _forward(self, numbers: NDArray[Any]) -> NDArray[Any]:
        row = numbers // self.columns
        column = numbers - row * self.columns
        for number, shift in enumerate(self.shifts):
            part, by, modulus = (row, column, self.rows) if number % 2 == 0 else (column, row, self.columns)
            part += shift(by)
            np.minimum(part, part - modulus, out=part)
        return np.asarray(row * self.columns + column)

    def _backward(self, numbers: NDArray[Any]) -> NDArray[Any]:
        row = numbers // self.columns
        column = numbers - row * self.columns
        for number, shift in reversed(list(enumerate(self.shifts))):
            part, by, modulus = (row, column, self.rows) if number % 2 == 0 else (column, row, self.columns)
            part -= shift(by)
            np.minimum(part, part + modulus, out=part)
        return np.asarray(row * self.columns + column)


def _hashed(key: Key, modulus: int) -> Shift:
    def shift(by: NDArray[Any]) -> NDArray[Any]:
        return _below(bits(key, by.view(np.int64)), np.uint64(modulus))

    return shift


def _tabulated(key: Key, modulus: int, size: int) -> Shift:
    table = _below(bits(key, range(size)), np.uint64(modulus)).astype(np.uint32)
    return table.take


def _below(drawn: NDArray[np.uint64], modulus: np.uint64 | NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the upper halves of the draws, scaled to numbers below the modulus, which is below 2**32."""
    drawn >>= _32
    drawn *= modulus
    drawn >>= _32
    return drawn


def permuted_each(keys: NDArray[np.uint64], numbers: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where each number goes under a permutation of its own: that of its key, of the numbers below its count.

    Args:
        keys: one for each number; equal keys with equal counts are the same permutation.
        numbers: from 0 to below their counts.
        counts: at least 1.
    """
    few = np.flatnonzero(counts <= _RANKED)
    if len(few) == len(counts):
        return _ranked(keys, numbers, counts)
    moved = _walked_each(keys, numbers.view(np.uint64), np.maximum(counts, _RANKED).view(np.uint64))
    moved[few] = _ranked(keys.take(few), numbers.take(few), counts.take(few))
    return moved


def _ranked(keys: NDArray[np.uint64], numbers: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rank of each number's draw among the draws of all numbers below its count: any shuffle is equally likely.

    Draws of one key are a bijection of what is drawn for, so that no two are equal.
    """
    own = bits(_SHUFFLE, (keys + numbers.view(np.uint64)).view(np.int64))
    rank = np.zeros(len(numbers), dtype=np.int64)
    for other in range(int(counts.max(initial=0))):
        rank += (bits(_SHUFFLE, (keys + np.uint64(other)).view(np.int64)) < own) & (other < counts)
    return rank


def _walked_each(keys: NDArray[np.uint64], numbers: NDArray[np.uint64], counts: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return where each number goes on its own grid; then all are rotated by a draw of their key's.

    The rotation makes each image equally likely even where so few numbers are permuted that walking favours some.
    """
    rows = np.sqrt(counts).astype(np.uint64)
    columns = (counts + rows - np.uint64(1)) // rows
    moved = _moved_each(keys, numbers, rows, columns)
    outside = np.flatnonzero(moved >= counts)
    while len(outside):
        again = _moved_each(keys.take(outside), moved.take(outside), rows.take(outside), columns.take(outside))
        moved[outside] = again
        outside = outside[again >= counts.take(outside)]
    moved += scaled(bits(_ROTATION, keys.view(np.int64)), counts).view(np.uint64)
    np.minimum(moved, moved - counts, out=moved)
    return moved.view(np.int64)


def _moved_each(
    keys: NDArray[np.uint64], numbers: NDArray[np.uint64], rows: NDArray[np.uint64], columns: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    row = numbers // columns
    column = numbers - row * columns
    for number, key in enumerate(_ROUND_KEYS):
        part, by, modulus = (row, column, rows) if number % 2 == 0 else (column, row, columns)
        part += _below(bits(key, (keys + by).view(np.int64)), modulus)
        np.minimum(part, part - modulus, out=part)
    row *= columns
    row += column
    return row
