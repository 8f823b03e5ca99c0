"""Draws of few values where each row has its own weights: one table for all, and no row moved from its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, bits32, bits32_each
from datagen_chat.generators._written import value_pool
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.uses import Lots
from datagen_chat.tables import Discrete
from datagen_chat.values import Values, code_type
from datagen_chat.words import ColumnType

LOTS_LIMIT = 1 << 12
VALUES_LIMIT = 1 << 8
_TABLE_BITS = 18  # the table of all lots then stays in the processor's cache
_MOST_BITS = 12

Which = Callable[[Rows], NDArray[Any]]


def are_few(lots: Sequence[Lots]) -> bool:
    """Return whether lots are so few, and so small, that one table can hold them; those of one value need none."""
    most = max(len(each.values) for each in lots)
    return most == 1 or (len(lots) <= LOTS_LIMIT and most <= VALUES_LIMIT)


def draw_lots(lots: Sequence[Lots], keys: Sequence[Key], which: Which, type_: ColumnType) -> Sampler:
    """Return the sampler of a column of this type in which row r draws from `lots[which(rows)[r]]`; -1 is the last one.

    `keys` are the streams of the lots. A row's value is what the lot alone would give it.
    """
    values = tuple(dict.fromkeys(value for each in lots for value in each.values))
    place = {value: number for number, value in enumerate(values)}
    codes = [np.array([place[value] for value in each.values], code_type(len(values))) for each in lots]
    pool = value_pool(values, type_)
    drawn = [number for number, each in enumerate(lots) if len(each.values) > 1]
    if not drawn:
        firsts = pool.take(np.array([each[0] for each in codes]))
        return lambda rows: firsts.take(which(rows))
    table, bits = _Table(lots, codes), _bits([keys[number] for number in drawn], drawn, len(lots), which)

    def sample(rows: Rows) -> Values:
        return pool.take(table.sample(which(rows), bits(rows)))

    return sample


def _bits(keys: list[Key], drawn: list[int], count: int, which: Which) -> Callable[[Rows], NDArray[np.uint32]]:
    """Return how to get 32 bits for each row, of its own lot's stream; where only one lot draws, of that one's."""
    if len(drawn) == 1:
        return lambda rows: bits32(keys[0], rows.numbers)
    own = np.zeros(count, np.uint64)
    own[drawn] = np.array(keys, np.uint64)
    return lambda rows: bits32_each(own.take(which(rows)), rows.numbers)


class _Table:
    """The value's code for each lot and the upper bits of a draw, or -1 where the lower bits matter too."""

    def __init__(self, lots: Sequence[Lots], codes: Sequence[NDArray[Any]]) -> None:
        edges = [Discrete(each.weights).edges.astype(np.uint64) for each in lots]
        most = max(map(len, edges))
        self._edges = np.stack([np.append(each, np.full(most - len(each), 1 << 32, np.uint64)) for each in edges])
        self._codes = np.stack([np.resize(each, most + 1) for each in codes])  # what comes after a lot's last code is not read
        self._bits = min(_MOST_BITS, _TABLE_BITS - (len(lots) - 1).bit_length())
        self._guide = np.concatenate([_guide(*pair, self._bits) for pair in zip(edges, codes, strict=True)])

    def sample(self, which: NDArray[Any], drawn: NDArray[np.uint32]) -> NDArray[Any]:
        """Return the code of the value of each row, shape (rows,)."""
        cell = which.astype(np.int32)
        cell <<= self._bits
        cell |= (drawn >> np.uint32(32 - self._bits)).view(np.int32)
        found: NDArray[Any] = self._guide.take(cell)
        straddling = np.flatnonzero(found < 0)
        lot = which.take(straddling)
        passed = drawn.take(straddling)[:, None] >= self._edges.take(lot, axis=0)
        found[straddling] = self._codes[lot, passed.sum(axis=1)]
        return found


def _guide(edges: NDArray[np.uint64], codes: NDArray[Any], bits: int) -> NDArray[Any]:
    """Return, for each value of so many upper bits, the code of the value that is drawn, or -1 where it depends on the rest."""
    cells = np.arange(1 << bits, dtype=np.uint64) << np.uint64(32 - bits)
    lowest = edges.searchsorted(cells, side="right")
    highest = edges.searchsorted(cells + np.uint64((1 << (32 - bits)) - 1), side="right")
    return np.where(lowest == highest, codes.take(lowest), codes.dtype.type(-1))
