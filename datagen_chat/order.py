"""Ordered uniform draws: the k-th smallest of n, for any k alone, without sorting.

The partial sums of n + 1 exponential spacings, divided by their total, are distributed as n sorted uniforms. Spacings are
whole numbers, so that sums are exact and a result does not depend on where a block starts. A parent with many rows is cut
into buckets; the total of a full bucket is one gamma draw, and the spacings within only say how it is shared out.

Source:
    Devroye, "Non-Uniform Random Variate Generation" (1986), V.2; given their sum, spacings are independent of it.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, bits32, numbers_of
from datagen_chat.draws import key as make_key
from datagen_chat.laws.normal import standard_scores
from datagen_chat.tables import Quantiles

if TYPE_CHECKING:
    from datagen_chat.generators.base.rows import Siblings

BUCKET = 1024
_SCALE = 2.0**30


@cache
def _exponential() -> Quantiles:
    return Quantiles(lambda shares: [-math.log1p(-share) * _SCALE for share in shares])


@cache
def _bucket_total() -> Quantiles:
    """Return gamma quantiles of shape BUCKET by the Wilson-Hilferty cube, off by less than 1e-5 of a deviation here."""
    ninth = 1 / (9 * BUCKET)
    root = math.sqrt(ninth)
    return Quantiles(lambda shares: [BUCKET * (1 - ninth + root * score) ** 3 * _SCALE for score in standard_scores(shares)])


def _spacings(key: Key, rows: RowNumbers) -> NDArray[np.int64]:
    spacings = _exponential().sample(bits32(key, rows)).astype(np.int64)
    spacings += 1
    return spacings


def ordered_uniform(key: Key, after: Key, rows: RowNumbers, siblings: Siblings) -> NDArray[np.float64]:
    """Return, for each row, its parent's uniform draw of the rank that the row has among its siblings.

    Args:
        key: the stream of the spacings before each row.
        after: the stream of the spacing after a parent's last row, drawn at the parent's row number.
        rows: the row numbers, shape (rows,).
        siblings: where the rows stand among the rows of their parents.

    Returns:
        float64 in [0, 1), shape (rows,), ascending within a parent.
    """
    if not len(rows):
        return np.zeros(0)
    if isinstance(rows, range) and int(siblings.count.max()) < BUCKET:
        return _in_whole_families(key, after, rows, siblings)
    numbers, first, count = numbers_of(rows), siblings.first.take(siblings.family), siblings.count.take(siblings.family)
    rank = numbers - first
    start = first + rank // BUCKET * BUCKET
    end = np.minimum(start + BUCKET, first + count)
    upto, whole = _partial_sums(key, numbers, start, end)
    tail = _spacings(after, siblings.parent.take(siblings.family))
    shares = upto / (whole + tail)
    large = first[count >= BUCKET]
    for each in np.unique(large) if len(large) else ():
        chosen = np.flatnonzero(first == each)
        size = int(count[chosen[0]])
        shares[chosen] = _in_buckets(key, int(each), size, rank[chosen], upto[chosen], whole[chosen], int(tail[chosen[0]]))
    return shares


def _in_whole_families(key: Key, after: Key, rows: range, siblings: Siblings) -> NDArray[np.float64]:
    """Return the ordered draws of neighbours whose families all fit into one bucket: work by family, then by row.

    The parents of neighbours are neighbours too.
    """
    low, high = int(siblings.first[0]), int(siblings.first[-1] + siblings.count[-1])
    sums = np.zeros(high - low + 1, dtype=np.int64)
    np.cumsum(_spacings(key, range(low, high)), out=sums[1:])
    first = siblings.first - low
    before = sums.take(first)
    first += siblings.count
    total = sums.take(first) - before
    total += _spacings(after, range(int(siblings.parent[0]), int(siblings.parent[-1]) + 1))
    # Floats hold such sums exactly, and operations on floats alone are the fastest.
    shares: NDArray[np.float64] = sums[rows.start + 1 - low : rows.stop + 1 - low].astype(np.float64)
    shares -= before.astype(np.float64).take(siblings.family)
    shares /= total.astype(np.float64).take(siblings.family)
    return shares


def _partial_sums(
    key: Key, numbers: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the sum of the spacings from each bucket's start to the row, and of the whole bucket."""
    starts, inverse = np.unique(start, return_inverse=True)
    sizes = np.zeros(len(starts), dtype=np.int64)
    sizes[inverse] = end - start
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    spread = np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], sizes)
    sums = np.concatenate([[0], np.cumsum(_spacings(key, spread))])
    before = sums.take(offsets.take(inverse))
    upto = sums.take(offsets.take(inverse) + (numbers - start) + 1) - before
    return upto, sums.take(offsets.take(inverse + 1)) - before


def _in_buckets(
    key: Key, first: int, count: int, rank: NDArray[np.int64], upto: NDArray[np.int64], whole: NDArray[np.int64], tail: int
) -> NDArray[np.float64]:
    """Return the ordered draws of some rows of one parent that has full buckets."""
    before = _bucket_sums(Key(make_key(key, "bucket totals")), first, count // BUCKET)
    bucket = rank // BUCKET
    full = bucket < count // BUCKET
    own = before.take(np.minimum(bucket + 1, count // BUCKET)) - before.take(bucket)
    position = before.take(bucket) + np.where(full, upto / whole * own, upto)
    shares: NDArray[np.float64] = position / float(before[-1] + _rest(key, first, count) + tail)
    return np.minimum(shares, np.nextafter(1.0, 0.0))


@lru_cache(maxsize=64)
def _bucket_sums(key: Key, first: int, buckets: int) -> NDArray[np.int64]:
    """Return the sums of the totals of a parent's full buckets before each bucket, shape (buckets + 1,)."""
    starts = first + np.arange(buckets, dtype=np.int64) * BUCKET
    return np.concatenate([[0], np.cumsum(_bucket_total().sample(bits32(key, starts)).astype(np.int64))])


def _rest(key: Key, first: int, count: int) -> int:
    """Return the sum of the spacings after the last full bucket."""
    begin = first + count // BUCKET * BUCKET
    return int(_spacings(key, range(begin, first + count)).sum())
