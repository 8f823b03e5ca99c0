"""Months of whole columns of days, and back.

NumPy's own conversions take forty nanoseconds a value; for the years that data is about, a table of days takes one.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]

_FIRST_MONTH, _LAST_MONTH = (1800 - 1970) * 12, (2200 - 1970) * 12


def month_of(days: Whole) -> Whole:
    """Return the months, counted from January 1970, in which days lie, counted from its first.

    >>> month_of(np.array([-1, 0, 30, 31])).tolist()
    [-1, 0, 0, 1]
    """
    first, months, _ = _tables()
    if not _lies_within(days, first, first + len(months)):
        return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return months.take(days - first)


def first_day(months: Whole) -> Whole:
    """Return the first days of months, both counted from January 1970.

    >>> first_day(np.array([-1, 0, 1])).tolist()
    [-31, 0, 31]
    """
    _, _, starts = _tables()
    if not _lies_within(months, _FIRST_MONTH, _LAST_MONTH):
        return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return starts.take(months - _FIRST_MONTH)


def months_later(days: Whole, months: Whole) -> Whole:
    """Return days some calendar months later, the day of the month clamped to the month's end.

    >>> months_later(np.array([30, 30]), np.array([1, -1])).tolist()
    [58, -1]
    """
    month = month_of(days)
    day = days - first_day(month)
    month = month + months
    start, end = first_day(month), first_day(month + 1)
    end -= 1
    later: Whole = np.minimum(day + start, end)
    return later


def _lies_within(data: Whole, start: int, stop: int) -> bool:
    return not len(data) or (start <= int(data.min()) and int(data.max()) < stop)


@cache
def _tables() -> tuple[int, Whole, Whole]:
    """Return the first day that is in the table, the month of each day from it on, and the first day of each month."""
    starts = np.arange(_FIRST_MONTH, _LAST_MONTH + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    lengths = np.diff(starts)
    return int(starts[0]), np.repeat(np.arange(_FIRST_MONTH, _LAST_MONTH), lengths), starts[:-1]
