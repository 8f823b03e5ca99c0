"""Faker's days and times: microseconds or days drawn between two bounds, reckoned from the reference day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any

from datagen_chat.draws import Key
from datagen_chat.faking.clock import NOW, TODAY
from datagen_chat.faking.numeric import Computed, Stepped
from datagen_chat.faking.source import Source

Args = Mapping[str, Any]
Make = Callable[[Key, Any, Any], Source]
EPOCH = datetime.datetime(1970, 1, 1)
DAY = datetime.timedelta(days=1)
MICROSECOND = datetime.timedelta(microseconds=1)
FIRST = datetime.datetime(1, 1, 1)
_SHIFT = re.compile(
    r"((?P<years>[-+]?\d+)y)?((?P<months>[-+]?\d+)M)?((?P<weeks>[-+]?\d+)w)?((?P<days>[-+]?\d+)d)?"
    r"((?P<hours>[-+]?\d+)h)?((?P<minutes>[-+]?\d+)m)?((?P<seconds>[-+]?\d+)s)?"
)


def moment(value: Any) -> datetime.datetime:
    """Return the time that an argument means: "now", a shift such as "-30y", an ISO time, or seconds since 1970.

    Raises:
        ValueError: it means none.
        OverflowError: it lies outside the years 1 to 9999.

    >>> moment("-1d").isoformat()
    '2024-12-30T23:59:59'
    """
    if isinstance(value, datetime.datetime):
        return value
    if isinstance(value, datetime.date):
        return datetime.datetime(value.year, value.month, value.day)
    if isinstance(value, (int, float)):
        return EPOCH + datetime.timedelta(seconds=value)
    if value in ("now", "today"):
        return NOW
    shift = shift_of(value)
    if shift is not None:
        return NOW + shift
    found = datetime.datetime.fromisoformat(value)
    return found.astimezone(datetime.UTC).replace(tzinfo=None) if found.tzinfo else found


def day(value: Any) -> datetime.date:
    """Return the day that an argument means; a number counts days from the reference day.

    Raises:
        ValueError, OverflowError: it means none.
    """
    if isinstance(value, int):
        return TODAY + value * DAY
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    return moment(value).date()


def shift_of(text: str) -> datetime.timedelta | None:
    """Return the time that "-1y6M" or "+3d" moves by, as Faker reckons years and months; None when it is no shift."""
    found = _SHIFT.fullmatch(text)
    parts = {name: int(number) for name, number in found.groupdict().items() if number} if found else {}
    if not parts:
        return None
    days = parts.pop("days", 0) + 365.24 * parts.pop("years", 0) + 30.42 * parts.pop("months", 0)
    return datetime.timedelta(days=days, **parts)


def times(key: Key, start: datetime.datetime, end: datetime.datetime) -> Source:
    """Return uniform times from `start` up to `end`.

    Raises:
        ValueError: the end comes first.
    """
    check_order(start, end)
    low, high = (start - EPOCH) // MICROSECOND, (end - EPOCH) // MICROSECOND
    return Stepped("datetime", key, low, max(1, high - low))


def days(key: Key, start: datetime.date, end: datetime.date) -> Source:
    """Return uniform days from `start` to `end`, both included.

    Raises:
        ValueError: the end comes first.
    """
    check_order(start, end)
    low, high = start.toordinal(), end.toordinal()
    return Stepped("date", key, low - EPOCH.toordinal(), high - low + 1)


def check_order(start: datetime.date, end: datetime.date) -> None:
    """Pass over two days, or two times, of which the first is not the later one.

    Raises:
        ValueError: it is.
    """
    if start > end:
        raise ValueError(f"{start} is later than {end}; today is {TODAY} here")


def date_time(args: Args, key: Key) -> Source:
    """`date_time`: since 1970."""
    return times(key, EPOCH, moment(_or(args, "end_datetime", "now")))


def date_time_ad(args: Args, key: Key) -> Source:
    """`date_time_ad`: since the year 1."""
    return times(key, moment(_or(args, "start_datetime", FIRST)), moment(_or(args, "end_datetime", "now")))


def date_object(args: Args, key: Key) -> Source:
    """`date_object`: days since 1970."""
    return days(key, EPOCH.date(), moment(_or(args, "end_datetime", "now")).date())


def unix_time(args: Args, key: Key) -> Source:
    """`unix_time`: seconds since 1970, with six decimals."""
    drawn = times(key, moment(_or(args, "start_datetime", EPOCH)), moment(_or(args, "end_datetime", "now")))
    assert isinstance(drawn, Stepped)
    return Computed("float", lambda rows: drawn.compute(rows) / 1e6)


def between(
    make: Callable[[Key, Any, Any], Source], read: Callable[[Any], Any], **defaults: Any
) -> Callable[[Args, Key], Source]:
    """Return the kernel of a method whose two bounds are arguments, or fixed where there is no such argument."""
    first, last = defaults.items()

    def kernel(args: Args, key: Key) -> Source:
        return make(key, read(_or(args, *first)), read(_or(args, *last)))

    return kernel


def _or(args: Args, name: str, default: Any) -> Any:
    value = args.get(name)
    return default if value is None else value


def this(unit: str, is_date: bool) -> Callable[[Args, Key], Source]:
    """Return the kernel of `date_this_year` and its like: the part of the unit before or after now."""
    start, end = _unit(unit)
    suffix = "today" if is_date else "now"

    def kernel(args: Args, key: Key) -> Source:
        low = start if args.get(f"before_{suffix}", True) else NOW
        high = end if args.get(f"after_{suffix}", False) else NOW
        return days(key, low.date(), (high - MICROSECOND).date()) if is_date else times(key, low, high)

    return kernel


def _unit(unit: str) -> tuple[datetime.datetime, datetime.datetime]:
    start = NOW.replace(day=1, hour=0, minute=0, second=0)
    if unit == "month":
        return start, (start + 31 * DAY).replace(day=1)
    years = {"year": 1, "decade": 10, "century": 100}[unit]
    start = start.replace(year=NOW.year - NOW.year % years, month=1)
    return start, start.replace(year=start.year + years)


def date_of_birth(args: Args, key: Key) -> Source | None:
    """`date_of_birth`: on the reference day, so many years old."""
    youngest, oldest = args.get("minimum_age", 0), args.get("maximum_age", 115)
    if not 0 <= youngest <= oldest < TODAY.year - 1:
        return None
    # One more year back, less a day: someone of the greatest age may have a birthday tomorrow.
    return days(key, TODAY.replace(year=TODAY.year - oldest - 1) + DAY, TODAY.replace(year=TODAY.year - youngest))
