"""Values of one type as those of another: which may be, and how."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from datagen_chat.instants import DAY
from datagen_chat.values import Numbers, Values
from datagen_chat.words import ColumnType

Stage = Callable[[Values], Values]


def converts(made: ColumnType, wanted: ColumnType) -> bool:
    """Return whether values of one type can be written into a column of another."""
    numbers, times = ("int", "float", "bool"), ("date", "datetime")
    return made == wanted or wanted == "string" or (made in numbers and wanted in numbers[:2]) or {made, wanted} <= set(times)


def converter(made: ColumnType, wanted: ColumnType) -> Stage | None:
    """Return how values of one type become values of another that they convert to; None where nothing is to be done.

    Values of a number's column may come as any numbers, whatever its type.
    """
    if wanted == "int":
        return _to_int
    if wanted == "float":
        return _to_float
    if made == "date" and wanted == "datetime":
        return lambda values: _numbers(values, lambda data: data * DAY)
    if made == "datetime" and wanted == "date":
        return lambda values: _numbers(values, lambda data: data // DAY)
    if wanted == "string" and made != "string":
        from datagen_chat.spelling import spelled  # which needs Arrow, as `converts` does not

        return lambda values: spelled(values, made)
    return None


def _numbers(values: Values, change: Callable[[NDArray[np.int64]], NDArray[np.int64]]) -> Values:
    assert isinstance(values, Numbers)
    return Numbers(change(values.data), values.valid)


def _to_int(values: Values) -> Values:
    if not isinstance(values, Numbers) or values.data.dtype == np.int64:
        return values
    data = np.rint(values.data) if values.data.dtype == np.float64 else values.data
    return Numbers(data.astype(np.int64), values.valid)


def _to_float(values: Values) -> Values:
    if isinstance(values, Numbers) and values.data.dtype != np.float64:
        return Numbers(values.data.astype(np.float64), values.valid)
    return values
