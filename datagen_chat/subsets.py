"""Distinct numbers for the rows of each parent: any subset of the numbers below a bound is equally likely.

In random order a row takes the image of its rank under its parent's permutation, alone. In ascending order the images of
the parent's ranks are sorted. A parent with many rows is cut in halves first, again and again: how many of its numbers
lie in the lower half of the bound is one hypergeometric draw, so that only the parts that rows fall into are sorted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, bits, numbers_of, uniform
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.rows import Siblings
from datagen_chat.laws.normal import standard_scores
from datagen_chat.permutation import permuted_each

PART = 1 << 12
"""So many rows of one parent, or fewer, are sorted together."""

_TOGETHER = 1 << 20
_DEVIATIONS = 9  # beyond nine deviations lies less than 2**-60
_WIDE = 1 << 18

Bounds = int | NDArray[np.int64]


def distinct_subset(key: Key, rows: RowNumbers, siblings: Siblings, bound: Bounds, *, ascending: bool) -> NDArray[np.int64]:
    """Return, for each row, a number from 0 to below the bound that no other row of its parent has; shape (rows,).

    Args:
        key: the stream of draws; a parent's numbers depend on its row number, its bound and how many rows it has.
        rows: the row numbers.
        siblings: where the rows stand among the rows of their parents.
        bound: one for all, or one for each parent in `siblings`; nowhere below the parent's number of rows.
        ascending: whether the rows of a parent have their numbers in ascending order, not in random order.
    """
    keys = bits(key, siblings.parent)
    bounds = np.broadcast_to(np.asarray(bound, dtype=np.int64), keys.shape)
    rank = numbers_of(rows) - siblings.first.take(siblings.family)
    if not ascending:
        return permuted_each(keys.take(siblings.family), rank, bounds.take(siblings.family))
    parts, own = _parts(keys, bounds, siblings, rank)
    return _sorted(parts, own, rank - parts.first.take(own))


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Runs of neighbouring ranks of one parent whose numbers lie in a range of their own.

    `first` is the first rank, `count` how many ranks there are, `low` the first number of the range, `size` how many
    numbers are in it; one entry for each part.
    """

    key: NDArray[np.uint64]
    first: NDArray[np.int64]
    count: NDArray[np.int64]
    low: NDArray[np.int64]
    size: NDArray[np.int64]


def _parts(
    keys: NDArray[np.uint64], bounds: NDArray[np.int64], siblings: Siblings, rank: NDArray[np.int64]
) -> tuple[_Parts, NDArray[np.int64]]:
    """Return the parts that rows fall into, and which of them is each row's; a parent with few rows is one part."""
    zeros = np.zeros(len(keys), dtype=np.int64)
    large = np.flatnonzero(siblings.count > PART)
    if not len(large):
        return _Parts(keys, zeros, siblings.count, zeros, bounds), siblings.family
    count = np.where(siblings.count > PART, 0, siblings.count)
    own = siblings.family.copy()
    pieces: list[_Piece] = []
    for family in large.tolist():
        mine = np.flatnonzero(siblings.family == family)
        whole = _Piece(int(keys[family]), 1, 0, int(siblings.count[family]), 0, int(bounds[family]))
        found = list(_pieces(whole, np.sort(rank.take(mine))))
        firsts = np.array([piece.first for piece in found], dtype=np.int64)
        own[mine] = len(keys) + len(pieces) + firsts.searchsorted(rank.take(mine), side="right") - 1
        pieces += found
    split = [np.array(values, dtype=np.int64) for values in zip(*(piece[2:] for piece in pieces), strict=True)]
    names = np.array([_piece_key(piece) for piece in pieces], dtype=np.uint64)
    first, count, low, size = (np.append(*pair) for pair in zip((zeros, count, zeros, bounds), split, strict=True))
    return _Parts(np.append(keys, names), first, count, low, size), own


class _Piece(NamedTuple):
    """A node of a parent's tree of halves: node n has the halves 2n and 2n + 1."""

    key: int
    node: int
    first: int
    rows: int
    low: int
    size: int


def _pieces(piece: _Piece, ranks: NDArray[np.int64]) -> Iterator[_Piece]:
    """Yield the pieces of few ranks that hold at least one of these sorted ranks, in ascending order."""
    at = int(ranks.searchsorted(piece.first))
    if at == len(ranks) or ranks[at] >= piece.first + piece.rows:
        return
    if piece.rows <= PART:
        yield piece
        return
    key, node, first, count, low, size = piece
    below, half = lower_half(key, node, size, count), size // 2
    yield from _pieces(_Piece(key, 2 * node, first, below, low, half), ranks)
    yield from _pieces(_Piece(key, 2 * node + 1, first + below, count - below, low + half, size - half), ranks)


def _piece_key(piece: _Piece) -> int:
    return int(bits(Key(piece.key), range(2 * piece.node, 2 * piece.node + 1))[0])


@lru_cache(maxsize=1 << 14)
def lower_half(key: int, node: int, size: int, count: int) -> int:
    """Return how many of `count` numbers drawn from `size` without replacement lie in the lower `size // 2`."""
    share = float(uniform(Key(key), range(2 * node + 1, 2 * node + 2))[0])
    return hypergeometric(share, size, size // 2, count)


def hypergeometric(share: float, size: int, marked: int, count: int) -> int:
    """Return the quantile at `share` of how many of `count` numbers drawn from `size` are among the `marked` ones.

    Sums of exact ratios of neighbouring probabilities from the most likely number on; where the deviation is above 2**18,
    the normal law, whose error is then far below what a table of counts could show.
    """
    lowest, highest = max(0, count - (size - marked)), min(count, marked)
    part = marked / size
    deviation = math.sqrt(count * part * (1 - part) * (size - count) / max(size - 1, 1))
    if deviation > _WIDE:
        score = standard_scores((min(max(share, 2.0**-54), 1 - 2.0**-53),))[0]
        return min(max(round(count * part + deviation * score), lowest), highest)
    likely = min(max((count + 1) * (marked + 1) // (size + 2), lowest), highest)
    reach = int(_DEVIATIONS * deviation) + 16
    up = np.arange(likely, min(highest, likely + reach), dtype=np.float64)
    down = np.arange(likely, max(lowest, likely - reach), -1, dtype=np.float64)
    rest = float(size - marked - count)
    rising = np.cumprod((count - up) / (up + 1) * ((marked - up) / (rest + up + 1)))
    falling = np.cumprod(down / (count - down + 1) * ((rest + down) / (marked - down + 1)))
    sums = np.cumsum(np.concatenate([falling[::-1], [1.0], rising]))
    return likely - len(down) + int(sums[:-1].searchsorted(share * sums[-1], side="right"))


def _sorted(parts: _Parts, own: NDArray[np.int64], rank: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the number of each row: the one of its rank among its part's, in ascending order."""
    upto = np.concatenate([[0], np.cumsum(parts.count)])
    if upto[-1] <= _TOGETHER:
        return _images(parts, slice(None)).take(upto.take(own) + rank)
    numbers = np.zeros(len(own), dtype=np.int64)
    cuts = np.unique(upto.searchsorted(np.arange(0, upto[-1] + _TOGETHER, _TOGETHER), side="left")).tolist()
    for start, stop in zip(cuts, [*cuts[1:], len(parts.count)], strict=True):
        mine = np.flatnonzero((own >= start) & (own < stop))
        if len(mine):
            numbers[mine] = _images(parts, slice(start, stop)).take(upto.take(own.take(mine)) - upto[start] + rank.take(mine))
    return numbers


def _images(parts: _Parts, chosen: slice) -> NDArray[np.int64]:
    """Return the numbers of these parts, one part after the other, ascending within each."""
    count, size = parts.count[chosen], parts.size[chosen]
    part = np.repeat(np.arange(len(count)), count)
    rank = np.arange(len(part)) - np.repeat(np.cumsum(count) - count, count)
    images = permuted_each(parts.key[chosen].take(part), rank, size.take(part))
    return sorted_within(part, images) + parts.low[chosen].take(part)


def sorted_within(group: NDArray[np.int64], values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the values, from 0 on, in ascending order within their groups, whose numbers ascend from 0 on."""
    above = int(values.max(initial=0)) + 1
    if above * (int(group.max(initial=0)) + 1) >= 1 << 63:
        return values.take(np.lexsort((values, group)))
    bottom = group * above
    together = values + bottom
    together.sort()
    together -= bottom
    return together
