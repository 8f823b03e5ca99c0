"""How the values of a column spread, in a handful of counts: what a line of small bars beside sample rows is drawn from."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.values import Text, Values

BARS = 8
Outline = tuple[int, ...]
"""Numbers and times: the rows in equal steps from the least to the greatest. Others: the rows of each value, most first."""

_WORDS = 50


def outline(values: Values) -> Outline:
    """Return the counts of some rows of a column, at most BARS; none where all are alike, or texts too many.

    >>> from datagen_chat.values import Numbers
    >>> [outline(Numbers(np.array(data))) for data in ([1, 1, 2, 4], [7, 7], [0.0, 0.9, 8.0])]
    [(2, 1, 0, 1), (), (2, 0, 0, 0, 0, 0, 0, 1)]
    """
    if isinstance(values, Text):
        return _of_texts(values)
    data = values.data if values.valid is None else values.data[values.valid]
    return _of_truths(data) if data.dtype == np.bool_ else _of_numbers(data)


def _of_numbers(data: NDArray[Any]) -> Outline:
    if not len(data):
        return ()
    low, high = data.min(), data.max()
    is_whole = data.dtype != np.float64
    if low == high or not (is_whole or np.isfinite(high - low)):
        return ()
    span = float(high) - float(low) + is_whole
    steps = int(min(BARS, span)) if is_whole else BARS
    places = ((data - float(low)) / span * steps).astype(np.int64)
    return tuple(np.bincount(np.minimum(places, steps - 1), minlength=steps).tolist())


def _of_truths(data: NDArray[Any]) -> Outline:
    true = int(np.count_nonzero(data))
    return tuple(sorted((true, len(data) - true), reverse=True)) if 0 < true < len(data) else ()


def _of_texts(values: Text) -> Outline:
    codes = np.arange(len(values)) if values.codes is None else values.codes
    numbers, counts = np.unique(codes if values.valid is None else codes[values.valid], return_counts=True)
    if len(numbers) > _WORDS:
        return ()
    found: Counter[str] = Counter()  # a pool may hold a word twice
    for number, count in zip(numbers.tolist(), counts.tolist(), strict=True):
        found[values.words[number].as_py()] += count
    return tuple(count for _, count in found.most_common(BARS)) if len(found) > 1 else ()
