"""Numbers that make names unique: one for each row whose name would be a second of its kind.

Up to so many rows, all names of the column are looked at once, and only those that come again are numbered, in the order of
the rows, so that further rows leave the numbers of the earlier ones as they are. In larger tables every name takes a number
of its own, by a permutation of the row numbers; nothing need be looked at.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, numbers_of
from datagen_chat.permutation import permuted

HELD_ROWS = 1 << 20
BLOCK = 1 << 16
SMALLEST = 10
"""Numbers have two digits at least."""
Stems = Callable[[range], tuple[NDArray[np.uint64], NDArray[np.bool_]]]
"""Returns a hash of each row's name without a number, and whether the name is too bare to go without one."""
Index = NDArray[np.int64]


@dataclass(frozen=True)
class Spread:
    """A number for each row, all different and of equally many digits."""

    key: Key
    rows: int

    @cached_property
    def _low(self) -> int:
        """The smallest number: a power of ten, so that numbers of as many digits reach for all rows."""
        low = SMALLEST
        while 9 * low < self.rows:
            low *= 10
        return low

    def __call__(self, rows: RowNumbers) -> Index:
        """Return the numbers of these rows."""
        return permuted(self.key, numbers_of(rows), 9 * self._low) + self._low


@dataclass
class Repeats:
    """A number for each row whose name has come before, and for each that is too bare; 0 for the others."""

    rows: int
    stems: Stems
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _numbers: Index | None = None

    def __call__(self, rows: RowNumbers) -> Index:
        """Return the numbers of these rows."""
        with self._lock:
            if self._numbers is None:
                self._numbers = self._found()
        held = self._numbers
        return held[rows.start : rows.stop] if isinstance(rows, range) else held.take(rows)

    def _found(self) -> Index:
        blocks = [self.stems(range(start, min(start + BLOCK, self.rows))) for start in range(0, self.rows, BLOCK)]
        if not blocks:
            return np.zeros(0, np.int64)
        stems = np.concatenate([stems for stems, _ in blocks])
        is_bare = np.concatenate([is_bare for _, is_bare in blocks])
        ranks = ranked(stems)
        return np.where((ranks == 0) & ~is_bare, 0, scattered(ranks, stems))


def ranked(stems: NDArray[np.uint64]) -> Index:
    """Return how many equal stems come before each one, shape (rows,)."""
    order = np.argsort(stems, kind="stable")
    ordered = stems.take(order)
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    sizes = np.diff(np.append(starts, len(stems)))
    ranks = np.empty(len(stems), np.int64)
    ranks[order] = np.arange(len(stems)) - np.repeat(starts, sizes)
    return ranks


def scattered(ranks: Index, stems: NDArray[np.uint64]) -> Index:
    """Return a number for each rank of a stem: first all of two digits, then all of three, in an order that looks like none.

    Two ranks of one stem never have the same number: within the numbers of as many digits, ranks are multiplied by what is
    prime to how many there are, and shifted by the stem.
    """
    numbers = np.zeros(len(ranks), np.int64)
    low, first = SMALLEST, 0
    while len(ranks) and first <= int(ranks.max()):
        span = 9 * low
        here = np.flatnonzero((ranks >= first) & (ranks < first + span))
        shift = (stems.take(here) % np.uint64(span)).astype(np.int64)
        numbers[here] = low + ((ranks.take(here) - first) * _stride(span) + shift) % span
        low, first = low * 10, first + span
    return numbers


def _stride(span: int) -> int:
    """Return a number near the golden section of a span 9 * 10**n that has no divisor in common with it.

    >>> _stride(90)
    59
    """
    stride = span * 618 // 1000 | 1
    while stride % 3 == 0 or stride % 5 == 0:
        stride += 2
    return stride
