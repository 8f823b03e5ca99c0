"""Instants and grids of time: ISO 8601 in, microseconds since 1970 in UTC out.

A grid starts at an instant and goes on in equal steps, or in calendar months, whose days are clamped to the month's end.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass

MICROSECOND, SECOND, MINUTE, HOUR, DAY = 1, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
FIRST_DAY, LAST_DAY = -719_162, 2_932_896
"""1 January of year 1 and 31 December of year 9999, in days since 1970: times go no further."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?Z", re.ASCII)

INSTANT_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?Z$"

STEPS = {
    "U": MICROSECOND, "US": MICROSECOND, "L": 1000, "MS_": 1000, "S": SECOND, "T": MINUTE, "MIN": MINUTE,
    "H": HOUR, "D": DAY, "W": 7 * DAY,
}  # fmt: skip
MONTHS = {"M": 1, "MS": 1, "ME": 1, "Q": 3, "QS": 3, "QE": 3, "Y": 12, "YS": 12, "YE": 12, "A": 12, "AS": 12}
_ALIAS = re.compile(r"([1-9][0-9]{0,8})?([A-Za-z]{1,3})")
FREQ_HELP = "use H, D, W, M, Q, Y, min, s, ms or us, with a multiplier such as 15min where wanted"


def parse_instant(text: str) -> int:
    """Return an instant such as "2024-01-01T00:00:00Z" as microseconds since 1970.

    Raises:
        ValueError: the text is no instant in UTC with a Z, or no such day exists.

    >>> parse_instant("1970-01-01T00:00:01Z")
    1000000
    """
    if not _INSTANT.fullmatch(text):
        raise ValueError(f'"{text[:40]}" is not an instant in UTC such as 2024-01-01T00:00:00Z')
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f'"{text[:40]}" is not an instant: {error}') from None
    return (moment - _EPOCH) // timedelta(microseconds=1)


def show_instant(microseconds: int) -> str:
    """Return microseconds since 1970 as ISO 8601 with a Z.

    >>> show_instant(1_000_000)
    '1970-01-01T00:00:01Z'
    """
    return (_EPOCH + timedelta(microseconds=microseconds)).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Step:
    """The distance of two ticks: `length` microseconds, or `months` calendar months (then `length` is 0)."""

    length: int
    months: int = 0

    @property
    def typical(self) -> int:
        """Microseconds of one step, a month counted as 30 days."""
        return self.length or self.months * 30 * DAY


def parse_step(freq: str) -> Step:
    """Return the step that a pandas offset alias names, in old or new spelling.

    Raises:
        ValueError: no such alias.

    >>> parse_step("15min").length == 15 * MINUTE, parse_step("Q").months
    (True, 3)
    """
    found = _ALIAS.fullmatch(freq)
    if found:
        count, unit = int(found[1] or 1), found[2]
        key = {"ms": "MS_", "m": ""}.get(unit, unit.upper())
        if key in STEPS:
            return Step(count * STEPS[key])
        if key in MONTHS and count * MONTHS[key] <= 12_000:
            return Step(0, count * MONTHS[key])
    raise ValueError(f'"{freq[:40]}" is not a frequency; {FREQ_HELP}')


_PERIODS = {1: "months", 3: "quarters", 12: "years"}


def missed_days(freq: str, start: int | None) -> str:
    """Return the days that a step such as MS or QE names, where the ticks from `start` on fall on others; else nothing.

    A start that is not known falls on any day.

    >>> missed_days("ME", parse_instant("2024-01-01T00:00:00Z")), missed_days("MS", parse_instant("2024-01-01T00:00:00Z"))
    ('last days of months', '')
    """
    found = _ALIAS.fullmatch(freq)
    unit = found[2].upper() if found and found[2] != "ms" else ""
    if unit not in MONTHS or len(unit) == 1:
        return ""
    is_first, period = unit.endswith("S"), MONTHS[unit]
    if start is not None:
        month, day, _ = (int(part) for part in calendar(np.int64(start)))
        if (day == 0 and month % period == 0) if is_first else (day == 30 and (month + 1) % period == 0):
            return ""
    return f"{'first' if is_first else 'last'} days of {_PERIODS[period]}"


@dataclass(frozen=True, slots=True)
class Grid:
    """Ticks from `start` on, `count` of them, one step apart."""

    start: int
    step: Step
    count: int

    @property
    def last(self) -> int:
        """The last tick, in microseconds."""
        return int(self.at(np.array([self.count - 1]))[0])

    def at(self, ticks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the instants of these tick numbers, in microseconds."""
        if self.step.length:
            instants = ticks * self.step.length
            instants += self.start
            return instants
        return add_months(np.int64(self.start), ticks * self.step.months)


def grid(start: int, end: int, step: Step) -> Grid:
    """Return the grid that starts at `start` and ends not after `end`; it has no ticks when `end` lies before `start`."""
    if end < start:
        return Grid(start, step, 0)
    if step.length:
        return Grid(start, step, (end - start) // step.length + 1)
    return Grid(start, step, int(whole_months(np.int64(start), np.int64(end)) // step.months) + 1)


_LONGEST = 1 << 62  # as far apart as two instants can be


def tick_counts(start: NDArray[np.int64], end: NDArray[np.int64], step: Step) -> NDArray[np.int64]:
    """Return how many ticks each window has whose grid starts at its own start; none where it ends before it starts."""
    if step.length:
        counts = np.asarray(end - start)
        counts //= min(step.length, _LONGEST)
        counts += 1
        return np.maximum(counts, 0, out=counts)
    return np.where(end < start, 0, whole_months(start, np.maximum(start, end)) // step.months + 1)


def tick_at(start: NDArray[np.int64], ticks: NDArray[np.int64], step: Step) -> NDArray[np.int64]:
    """Return the instants of these ticks of grids that start at `start`, one tick of each grid."""
    if step.length:
        instants = ticks * min(step.length, _LONGEST)
        instants += start
        return instants
    return add_months(start, ticks * step.months)


def add_months(start: np.int64 | NDArray[np.int64], months: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the instants some calendar months after `start`, the day clamped to the month's end.

    >>> from datetime import date
    >>> show_instant(int(add_months(np.int64(parse_instant("2024-01-31T00:00:00Z")), np.array([1]))[0]))
    '2024-02-29T00:00:00Z'
    """
    month, day, rest = calendar(start)
    first, after = first_days(month + months), first_days(month + months + 1)
    days = np.minimum(first + day, after - 1)
    return np.asarray(days * DAY + rest, dtype=np.int64)


def whole_months(start: np.int64 | NDArray[np.int64], end: np.int64 | NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the largest numbers of months that, added to `start`, do not pass `end`; `end` is not before `start`."""
    months = np.asarray(calendar(end)[0] - calendar(start)[0])
    return months - (add_months(start, months) > end)


def calendar(instant: np.int64 | NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return months since 1970, zero-based day of the month, and microseconds into the day."""
    days = np.asarray(np.floor_divide(instant, DAY))
    month = months_of(days)
    return month, days - first_days(month), np.asarray(instant - days * DAY)


_FIRST_DAY, _AFTER_DAY = -62_091, 84_006  # 1800-01-01 and 2200-01-01, in days since 1970
_FIRST_MONTH, _AFTER_MONTH = -2040, 2760


def months_of(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the months since 1970 that days since 1970 lie in."""
    if days.size and days.min() >= _FIRST_DAY and days.max() < _AFTER_DAY:
        return _month_table().take(days - _FIRST_DAY).astype(np.int64)
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def first_days(months: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first days of months since 1970, in days since 1970."""
    if months.size and months.min() >= _FIRST_MONTH and months.max() < _AFTER_MONTH:
        return _day_table().take(months - _FIRST_MONTH)
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


@cache
def _month_table() -> NDArray[np.int16]:
    days = np.arange(_FIRST_DAY, _AFTER_DAY).astype("datetime64[D]")
    return days.astype("datetime64[M]").astype(np.int16)


@cache
def _day_table() -> NDArray[np.int64]:
    months = np.arange(_FIRST_MONTH, _AFTER_MONTH).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)
