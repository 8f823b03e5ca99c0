"""Operations on datetimes, dates and calendar months. Datetimes are microseconds, dates days since 1970."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from datagen_chat.calendar import first_day, month_of, months_later
from datagen_chat.expressions.cells import OUT_OF_TIME, Cells, spoiled
from datagen_chat.expressions.core import Operation
from datagen_chat.frozen import dataclass
from datagen_chat.instants import DAY, FIRST_DAY, HOUR, LAST_DAY, MINUTE, SECOND
from datagen_chat.values import Numbers

Whole = NDArray[np.int64]

UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
_LENGTHS = {"second": SECOND, "minute": MINUTE, "hour": HOUR, "day": DAY}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_MONTHS_LIMIT = 12 * 20_000


@dataclass(frozen=True)
class Shift(Operation):
    """A time later or earlier by whole units of its own, null where that leaves the years 1 to 9999."""

    is_fresh: ClassVar = True
    overwrites: ClassVar = True

    function: np.ufunc
    unit: int  # how many of its units make a day

    def __call__(self, inputs: Sequence[Cells], spare: NDArray[Any] | None = None) -> Cells:
        """Return the times."""
        return _within(self.function(inputs[0].data, inputs[1].data, out=spare), inputs, self.unit)


@dataclass(frozen=True)
class ShiftMonths(Operation):
    """A time later by calendar months, its day clamped to the month's end; null outside the years 1 to 9999."""

    unit: int  # how many units of the time make a day

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the times."""
        time, months = (cells.data for cells in inputs)
        days = time if self.unit == 1 else time // self.unit
        moved = months_later(days, np.clip(months, -_MONTHS_LIMIT, _MONTHS_LIMIT))
        if self.unit != 1:
            moved = moved * self.unit + (time - days * self.unit)
        return _within(moved, inputs, self.unit)


def _within(data: Whole, inputs: Sequence[Cells], unit: int) -> Cells:
    first, last = FIRST_DAY * unit, (LAST_DAY + 1) * unit - 1
    if first <= data.min(initial=0) and data.max(initial=0) <= last:
        return spoiled(data, inputs, None, 0)
    return spoiled(data, inputs, (data < first) | (data > last), OUT_OF_TIME)


@dataclass(frozen=True)
class Scale(Operation):
    """A date as the datetime at which it begins, or a datetime as the date on which it lies."""

    is_fresh: ClassVar = True

    to_date: bool

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the times."""
        [cells] = inputs
        return Cells(Numbers(cells.data // DAY if self.to_date else cells.data * DAY, cells.valid), cells.faults)


@dataclass(frozen=True)
class Part(Operation):
    """A part of a time as a whole number, such as its year or, with Monday as 0, its day of the week."""

    is_fresh: ClassVar = True

    name: str
    is_date: bool

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the numbers."""
        [cells] = inputs
        data = _CLOCK[self.name](cells.data) if self.name in _CLOCK else _CALENDAR[self.name](_days(cells.data, self.is_date))
        return Cells(Numbers(data, cells.valid), cells.faults)


def _days(data: Whole, is_date: bool) -> Whole:
    return data if is_date else data // DAY


def _month(days: Whole) -> Whole:
    months = month_of(days)
    return months - months // 12 * 12 + 1


def _day_of_week(days: Whole) -> Whole:
    since_monday = days + 3  # 1 January 1970 was a Thursday
    return since_monday - since_monday // 7 * 7


_CALENDAR: dict[str, Callable[[Whole], Whole]] = {
    "year": lambda days: month_of(days) // 12 + 1970,
    "quarter": lambda days: (_month(days) + 2) // 3,
    "month": _month,
    "day": lambda days: days - first_day(month_of(days)) + 1,
    "dow": _day_of_week,
}
_CLOCK: dict[str, Callable[[Whole], Whole]] = {
    "hour": lambda data: (data - data // DAY * DAY) // HOUR,
    "minute": lambda data: (data - data // HOUR * HOUR) // MINUTE,
    "second": lambda data: (data - data // MINUTE * MINUTE) // SECOND,
}
PARTS = (*_CALENDAR, *_CLOCK)
CLOCK_PARTS = tuple(_CLOCK)


@dataclass(frozen=True)
class Count(Operation):
    """How many units a time lies after 1970, rounded down, so that a difference counts the units that begin in between."""

    is_fresh: ClassVar = True

    unit: str
    is_date: bool

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the whole numbers."""
        [cells] = inputs
        return Cells(Numbers(_counted(cells.data, self.unit, self.is_date), cells.valid), cells.faults)


def _counted(data: Whole, unit: str, is_date: bool) -> Whole:
    if unit in ("day", "week") or unit in _MONTHS:
        days = _days(data, is_date)
        if unit == "day":
            return days
        return (days + 3) // 7 if unit == "week" else month_of(days) // _MONTHS[unit]
    return data * (DAY // _LENGTHS[unit]) if is_date else data // _LENGTHS[unit]


@dataclass(frozen=True)
class Truncate(Operation):
    """The begin of the unit in which a time lies; weeks begin on Monday."""

    unit: str
    is_date: bool

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the times."""
        [cells] = inputs
        return Cells(Numbers(self._begin(cells.data), cells.valid), cells.faults)

    def _begin(self, data: Whole) -> Whole:
        count = _counted(data, self.unit, self.is_date)
        if self.unit in _MONTHS:
            days = first_day(count * _MONTHS[self.unit])
        elif self.unit in ("day", "week"):
            days = count * 7 - 3 if self.unit == "week" else count
        else:
            return data if self.is_date else count * _LENGTHS[self.unit]
        return days if self.is_date else days * DAY
