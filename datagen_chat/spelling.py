"""Numbers and times as text, whole columns at a time: what stands in a text column, and in texts that are put together."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.calendar import first_day, month_of
from datagen_chat.instants import DAY, SECOND
from datagen_chat.values import Numbers, Text, Values, arrow, compute
from datagen_chat.words import ColumnType

Bytes = NDArray[np.uint8]
_ARROW: dict[ColumnType, pa.DataType] = {"int": pa.int64(), "float": pa.float64(), "bool": pa.bool_()}


def spelled(values: Values, type_: ColumnType) -> Text:
    """Return values of a type as text: 7, 2.5, 3 (a float without a fraction), true, 2024-01-31, 2024-01-31T12:00:00Z.

    Datetimes are written to the second. Text stays as it is.
    """
    if isinstance(values, Text):
        return values
    if type_ in ("date", "datetime"):
        data = _instants(values.data) if type_ == "datetime" else _dates(values.data)
        return Text(_fixed(data), None, values.valid)
    from pyarrow._compute import CastOptions

    numbers = Numbers(values.data + 0.0, None) if type_ == "float" else Numbers(values.data)  # a negative zero is zero
    words = compute("cast", arrow(numbers, _ARROW[type_]), options=CastOptions.safe(pa.string()))
    return Text(words, None, values.valid)


def _instants(data: NDArray[np.int64]) -> Bytes:
    """Return datetimes as 20 bytes each, shape (rows, 20)."""
    out = np.empty((len(data), 20), np.uint8)
    days = data // DAY
    out[:, :10] = _dates(days)
    out[:, 10:] = _clock().take((data - days * DAY) // SECOND, axis=0, mode="clip")
    return out


@cache
def _clock() -> Bytes:
    """Return every second of a day as in T23:59:59Z, shape (86400, 10)."""
    seconds = np.arange(DAY // SECOND)
    out = np.empty((len(seconds), 10), np.uint8)
    for at, sign in ((0, "T"), (3, ":"), (6, ":"), (9, "Z")):
        out[:, at] = ord(sign)
    for at, number in ((1, seconds // 3600), (4, seconds // 60 % 60), (7, seconds % 60)):
        out[:, at : at + 2] = _digits(2).take(number, axis=0)
    return out


def _dates(days: NDArray[np.int64]) -> Bytes:
    """Return days since 1970 as 10 bytes each, shape (rows, 10); years beyond 1 to 9999 are cut."""
    first, last = (int(days.min()), int(days.max())) if len(days) else (0, 0)
    if last - first >= len(days):
        return _written_dates(days)
    return _written_dates(np.arange(first, last + 1)).take(days - first, axis=0)


def _written_dates(days: NDArray[np.int64]) -> Bytes:
    out = np.empty((len(days), 10), np.uint8)
    month = month_of(days)
    year = month // 12
    out[:, :4] = _digits(4).take(year + 1970, axis=0, mode="clip")
    out[:, 4] = out[:, 7] = ord("-")
    out[:, 5:7] = _digits(2).take(month - year * 12 + 1, axis=0, mode="clip")
    out[:, 8:] = _digits(2).take(days - first_day(month) + 1, axis=0, mode="clip")
    return out


@cache
def _digits(count: int) -> Bytes:
    """Return every number of so many digits as bytes, leading zeros included, shape (10**count, count)."""
    numbers = np.arange(10**count)[:, None] // 10 ** np.arange(count - 1, -1, -1) % 10
    return (numbers + ord("0")).astype(np.uint8)


def _fixed(data: Bytes) -> pa.StringArray:
    """Return rows of bytes as Arrow text."""
    rows, width = data.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(data)))
