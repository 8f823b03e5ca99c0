"""Columns put together out of others: each row from one of several columns, or rows made apart put into their places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.values import Index, Mask, Numbers, Text, Values, code_type, words_array

Joined = tuple[pa.StringArray, tuple[int, ...]]
"""One pool made of several, and where the words of each begin in it."""


_BITS = {1: np.int8, 2: np.int16, 4: np.int32, 8: np.int64}


def joined(pools: Sequence[pa.StringArray]) -> Joined:
    """Return pools as one, each of them once, and where the words of each pool begin in it."""
    distinct: list[pa.StringArray] = []
    starts: list[int] = []
    firsts: list[int] = []
    size = 0
    for pool in pools:
        known = next((k for k, other in enumerate(distinct) if other is pool), None)
        if known is None:
            distinct.append(pool)
            firsts.append(size)
            size += len(pool)
        starts.append(firsts[-1] if known is None else firsts[known])
    return (distinct[0] if len(distinct) == 1 else pa.concat_arrays(distinct)), tuple(starts)


class Joiner:
    """Joins pools as `joined` does, and gives the same pool again for the same pools: what is written knows it by identity."""

    def __init__(self) -> None:
        self._last: tuple[tuple[pa.StringArray, ...], Joined] | None = None

    def __call__(self, pools: Sequence[pa.StringArray]) -> Joined:
        """Return pools as one, and where the words of each begin."""
        last = self._last
        if last and len(last[0]) == len(pools) and all(a is b for a, b in zip(last[0], pools, strict=True)):
            return last[1]
        made = joined(pools)
        self._last = (tuple(pools), made)
        return made


def picked(parts: Sequence[Values], which: NDArray[Any], join: Callable[[Sequence[pa.StringArray]], Joined] = joined) -> Values:
    """Return for each row the value of one of several columns.

    `which` holds the number of the part that a row takes, shape (rows,), any integers. Every part has as many rows, or
    only one, which then stands for all. Parts are all text or all numbers; numbers take their common type.
    """
    valid = _picked_valid([part.valid for part in parts], which)
    if isinstance(parts[0], Text):
        words, codes = _pooled(cast("Sequence[Text]", parts), join)
        return Text(words, _picked_data(codes, which), valid)
    return Numbers(_picked_data([part.data for part in cast("Sequence[Numbers]", parts)], which), valid)


def scattered(
    parts: Sequence[Values],
    indexes: Sequence[Index],
    size: int,
    join: Callable[[Sequence[pa.StringArray]], Joined] = joined,
) -> Values:
    """Return a column of `size` rows made of parts: the rows of each stand at its indexes, which no other part has.

    Rows that no part has are null. Parts are all text or all numbers, at least one; numbers take their common type.
    """
    valid = _scattered_valid([part.valid for part in parts], indexes, size)
    if isinstance(parts[0], Text):
        words, codes = _pooled(cast("Sequence[Text]", parts), join)
        words = words if len(words) else words_array([""])  # nulls have codes too
        return Text(words, _scattered_data(codes, indexes, size), valid)
    return Numbers(_scattered_data([part.data for part in cast("Sequence[Numbers]", parts)], indexes, size), valid)


def _pooled(
    parts: Sequence[Text], join: Callable[[Sequence[pa.StringArray]], Joined]
) -> tuple[pa.StringArray, list[NDArray[Any]]]:
    """Return one pool for several texts, and the codes of each into it."""
    words, starts = join([part.words for part in parts])
    dtype = code_type(len(words))
    return words, [_shifted(part, start, dtype) for part, start in zip(parts, starts, strict=True)]


def _shifted(part: Text, start: int, dtype: type[np.signedinteger[Any]]) -> NDArray[Any]:
    if part.codes is None:
        return np.arange(start, start + len(part.words), dtype=dtype)
    codes = part.codes if part.codes.dtype == dtype else part.codes.astype(dtype)
    return codes + dtype(start) if start else codes


def _picked_data(parts: Sequence[NDArray[Any]], which: NDArray[Any]) -> NDArray[Any]:
    if all(len(part) == 1 for part in parts):
        return np.concatenate(parts).take(which)
    dtype = np.result_type(*parts)
    alike = [part.astype(dtype, copy=False) for part in parts]
    if len(alike) == 2:
        return _blended(which.astype(np.bool_, copy=False), *alike)
    return _stacked(alike, which)


def _blended(second: Mask, *parts: NDArray[Any]) -> NDArray[Any]:
    """Return the first part, or the second where it is chosen; by bits, because branches that nobody foresees are slow."""
    whole = _BITS[parts[0].dtype.itemsize]
    first, other = (np.ascontiguousarray(part).view(whole) for part in parts)
    chosen = second.view(np.int8).astype(whole)
    np.negative(chosen, out=chosen)
    chosen &= first ^ other
    chosen ^= first
    return chosen.view(parts[0].dtype)


def _stacked(parts: Sequence[NDArray[Any]], which: NDArray[Any]) -> NDArray[Any]:
    """Return each row of the part that it names, out of all parts one after another; single values stand for all rows."""
    sizes = np.array([len(part) for part in parts])
    starts, steps = np.cumsum(sizes) - sizes, (sizes != 1).astype(np.int64)
    place = np.arange(len(which))
    if not steps.all():
        place *= steps.take(which)
    place += starts.take(which)
    return np.concatenate(parts).take(place)


def _picked_valid(parts: Sequence[Mask | None], which: NDArray[Any]) -> Mask | None:
    if all(part is None for part in parts):
        return None
    return _picked_data([np.ones(1, np.bool_) if part is None else part for part in parts], which)


def _scattered_data(parts: Sequence[NDArray[Any]], indexes: Sequence[Index], size: int) -> NDArray[Any]:
    out = np.zeros(size, np.result_type(*parts))
    for part, index in zip(parts, indexes, strict=True):
        out[index] = part
    return out


def _scattered_valid(parts: Sequence[Mask | None], indexes: Sequence[Index], size: int) -> Mask | None:
    if all(part is None for part in parts) and sum(map(len, indexes)) == size:
        return None
    out = np.zeros(size, np.bool_)
    for part, index in zip(parts, indexes, strict=True):
        out[index] = True if part is None else part
    return out
