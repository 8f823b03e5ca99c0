"""Functions of times and durations."""

from __future__ import annotations

import numpy as np

from datagen_chat.expressions.arithmetic import scaled
from datagen_chat.expressions.core import Core
from datagen_chat.expressions.functions.base import Call, function
from datagen_chat.expressions.kernels.numbers import Elementwise, Whole
from datagen_chat.expressions.kernels.times import CLOCK_PARTS, UNITS, Count, Part, Scale, Truncate
from datagen_chat.expressions.operands import Operand, converted
from datagen_chat.instants import DAY, HOUR, MINUTE, SECOND

_PARTS = {
    "year": "The year.",
    "quarter": "The quarter, 1 to 4.",
    "month": "The month, 1 to 12.",
    "day": "The day of the month, 1 to 31.",
    "hour": "The hour, 0 to 23.",
    "minute": "The minute, 0 to 59.",
    "second": "The second, 0 to 59.",
    "dow": "The day of the week: 0 is Monday, 6 is Sunday.",
}
_LENGTHS = {"hours": HOUR, "minutes": MINUTE, "seconds": SECOND}


def _declare_part(name: str, doc: str) -> None:
    @function(f"{name}(time)", doc)
    def part(call: Call) -> Core:
        time = call.time(0)
        if time.kind == "date" and name in CLOCK_PARTS:
            raise call.wrong(time, "a datetime", "A date has no time of day: use a datetime column.")
        return call.build.apply(call.at, "int", Part(name, time.kind == "date"), time.part)


def _declare_length(name: str, unit: int) -> None:
    @function(f"{name}(n)", f"A duration of n {name}.")
    def length(call: Call) -> Core:
        return scaled(call.build, call.at, call.number(0), unit)


for _part in _PARTS.items():
    _declare_part(*_part)


@function("days(n)", "A duration of n days. A date plus whole days is a date; plus a broken number, a datetime.")
def _days(call: Call) -> Core:
    return _whole_days(call, 1)


@function("weeks(n)", "A duration of n weeks.")
def _weeks(call: Call) -> Core:
    return _whole_days(call, 7)


for _length in _LENGTHS.items():
    _declare_length(*_length)


def _whole_days(call: Call, count: int) -> Core:
    number = call.number(0)
    if number.kind == "float":
        return scaled(call.build, call.at, number, count * DAY)
    return call.build.apply(call.at, "days", Whole(np.multiply), number, call.build.constant("int", count))


@function("months(n)", "n calendar months, to be added to a time; the day is clamped to the end of its month.")
def _months(call: Call) -> Core:
    return _calendar(call, 1)


@function("years(n)", "n calendar years, to be added to a time; 29 February becomes the 28th.")
def _years(call: Call) -> Core:
    return _calendar(call, 12)


def _calendar(call: Call, count: int) -> Core:
    return call.build.apply(call.at, "months", Whole(np.multiply), call.number(0, "int"), call.build.constant("int", count))


@function(
    "date_diff([unit, ]a, b)", "How many days, or units such as 'month', begin after a and up to b; negative when b is earlier."
)
def _date_diff(call: Call) -> Core:
    unit = _unit(call) if len(call) == 3 else "day"
    first, second = call.time(len(call) - 2), call.time(len(call) - 1)
    counts = [_counted(call, time, unit) for time in (second, first)]
    return call.build.apply(call.at, "int", Elementwise(np.subtract), *counts)


def _counted(call: Call, time: Operand, unit: str) -> Core:
    if unit == "day" and time.kind == "date":
        return time.part  # dates are days already; an operation that changes nothing would share their memory
    return call.build.apply(call.at, "int", Count(unit, time.kind == "date"), time.part)


@function("date_trunc(unit, time)", "The begin of the 'year', 'quarter', 'month', 'week', 'day', 'hour', 'minute' or 'second'.")
def _date_trunc(call: Call) -> Core:
    unit, time = _unit(call), call.time(1)
    return call.build.apply(call.at, time.kind, Truncate(unit, time.kind == "date"), time.part)


def _unit(call: Call) -> str:
    """Return the unit that the first argument names, in singular or plural."""
    operand = call.operands[0]
    unit = (operand.literal or "").strip().lower().removesuffix("s")
    if unit not in UNITS:
        first, *rest = (f"'{name}'" for name in UNITS)
        raise call.wrong(operand, "a unit of time first", f"Write one of {', '.join([first, *rest])} as the first argument.")
    return unit


@function("date(time)", "The date of a datetime, or of a text such as '2024-01-31'.")
def _date(call: Call) -> Core:
    time = call.time(0)
    return time.part if time.kind == "date" else call.build.apply(call.at, "date", Scale(to_date=True), time.part)


@function(
    "datetime(time)", "The datetime at which a date begins, or of a text such as '2024-01-31T12:00:00Z'.", also=("timestamp",)
)
def _datetime(call: Call) -> Core:
    return converted(call.build, call.at, call.time(0).part, "datetime")
