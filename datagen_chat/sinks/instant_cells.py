"""How dates and datetimes become tokens of a line: a day, a minute of the day, and what lies below where it can differ."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.sinks.tokens import Codes, Frame, Pool
from datagen_chat.values import Numbers, Values, words_array

_SECOND, _MINUTE, _DAY = 1_000_000, 60_000_000, 86_400_000_000
_MARGIN_DAYS = 366
_MOST_DAYS = 100_000


class _Days:
    """Tokens of days since 1970, kept for the range that was needed so far."""

    def __init__(self, pool: Pool, lead: str, tail: str) -> None:
        self._pool, self._lead, self._tail = pool, lead, tail
        self._days, self._first, self._generation = range(0), 0, -1

    def measure(self, days: NDArray[np.int64]) -> None:
        """Make sure that there are tokens for these days, or that they are made for each row."""
        self._wanted = days
        low, high = int(days.min()), int(days.max())
        self._is_kept = high - low <= _MOST_DAYS
        if not self._is_kept:
            return
        is_current = self._generation == self._pool.generation
        if is_current and len(self._days) and self._days.start <= low and high < self._days.stop:
            return
        useless = len(self._days) if is_current else 0
        self._days = range(low - _MARGIN_DAYS, high + _MARGIN_DAYS + 1)
        self._first = self._pool.keep(self._words(np.arange(self._days.start, self._days.stop)), useless)
        self._generation = self._pool.generation

    def _words(self, days: NDArray[np.int64]) -> Any:
        texts = np.datetime_as_string(days.astype("datetime64[D]")).tolist()
        return words_array([self._lead + text + self._tail for text in texts])

    def fill(self, out: NDArray[np.int32]) -> None:
        """Write the tokens of the days that were measured last, shape (rows,)."""
        if self._is_kept:
            np.add(self._wanted, self._first - self._days.start, out=out, casting="unsafe")
            return
        days, places = np.unique(self._wanted, return_inverse=True)
        np.add(places, self._pool.add(self._words(days)), out=out, casting="unsafe")


class DateCell:
    """Dates, one token each."""

    def __init__(self, pool: Pool, frame: Frame) -> None:
        self._days = _Days(pool, frame.lead, frame.tail)

    def measure(self, values: Values) -> int:
        """Return how many tokens each row of a chunk takes."""
        assert isinstance(values, Numbers)
        self._days.measure(values.data)
        return 1

    def fill(self, out: Codes) -> None:
        """Write the tokens of the chunk that was measured last."""
        self._days.fill(out[:, 0])


class DatetimeCell:
    """Instants as ISO 8601 in UTC, all of a column with as many places as its grid needs: minutes and seconds, or microseconds.

    An instant off the declared grid is written out in full.
    """

    def __init__(self, pool: Pool, frame: Frame, ticks: int | None) -> None:
        self._pool, self._frame, end = pool, frame, "Z" + frame.tail
        self._days = _Days(pool, frame.lead, "T")
        grid = ticks or 1
        self._has_seconds, self._has_micros = grid % _MINUTE != 0, grid % _SECOND != 0
        after_minute = ":" if self._has_seconds else ":00" + end
        self._minute = pool.add(words_array([f"{n // 60:02}:{n % 60:02}{after_minute}" for n in range(1440)]))
        after_second = "." if self._has_micros else end
        self._second = pool.add(words_array([f"{n:02}{after_second}" for n in range(60)]))
        self._thousand = pool.add(words_array([f"{n:03}" for n in range(1000)]))
        self._last_thousand = pool.add(words_array([f"{n:03}{end}" for n in range(1000)]))

    def measure(self, values: Values) -> int:
        """Return how many tokens each row of a chunk takes."""
        assert isinstance(values, Numbers)
        self._data = values.data
        days = self._data // _DAY
        self._days.measure(days)
        self._times = self._data - days * _DAY
        return 2 + self._has_seconds + 2 * self._has_micros

    def fill(self, out: Codes) -> None:
        """Write the tokens of the chunk that was measured last."""
        self._days.fill(out[:, 0])
        minutes = self._times // _MINUTE
        np.add(minutes, self._minute, out=out[:, 1], casting="unsafe")
        rest = (self._times - minutes * _MINUTE).astype(np.uint32)
        if self._has_seconds:
            seconds = rest // _SECOND
            np.add(seconds, self._second, out=out[:, 2], casting="unsafe")
            rest -= seconds * np.uint32(_SECOND)
        if self._has_micros:
            millis = rest // 1000
            np.add(millis, self._thousand, out=out[:, 3], casting="unsafe")
            rest -= millis * np.uint32(1000)
            np.add(rest, self._last_thousand, out=out[:, 4], casting="unsafe")
        elif rest.any():
            self._fill_odd(out, np.flatnonzero(rest))

    def _fill_odd(self, out: Codes, rows: NDArray[np.int64]) -> None:
        texts = np.datetime_as_string(self._data[rows].astype("datetime64[us]")).tolist()
        first = self._pool.add(words_array([f"{self._frame.lead}{text}Z{self._frame.tail}" for text in texts]))
        out[rows] = self._pool.empty
        out[rows, 0] = np.arange(first, first + len(rows))
