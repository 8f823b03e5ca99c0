"""The day on which every value is made: no value depends on when, or where, the program runs.

"Now" is the last second of 2024, so that "this year" and "this month" are whole ones. Relative arguments such as "-30y",
and Faker's own defaults, count from it; absolute dates in the arguments are taken as they are.
"""

from __future__ import annotations

import datetime
from typing import Any

NOW = datetime.datetime(2024, 12, 31, 23, 59, 59)
TODAY = NOW.date()


class _Like(type):
    """The class of a stand-in that claims the instances of the class it stands for."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls.__mro__[1])


class StoppedDatetime(datetime.datetime, metaclass=_Like):
    """`datetime.datetime` on the reference day; everything it makes is a plain datetime."""

    def __new__(cls, *args: Any, **named: Any) -> Any:
        """Return a plain datetime."""
        return datetime.datetime(*args, **named)

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        """Return the reference time."""
        return NOW if tz is None else NOW.replace(tzinfo=datetime.UTC).astimezone(tz)

    @classmethod
    def utcnow(cls) -> Any:
        """Return the reference time."""
        return NOW

    @classmethod
    def today(cls) -> Any:
        """Return the reference time."""
        return NOW


class StoppedDate(datetime.date, metaclass=_Like):
    """`datetime.date` on the reference day; everything it makes is a plain date."""

    def __new__(cls, *args: Any, **named: Any) -> Any:
        """Return a plain date."""
        return datetime.date(*args, **named)

    @classmethod
    def today(cls) -> Any:
        """Return the reference day."""
        return TODAY


class StoppedModule:
    """The module `datetime` on the reference day."""

    datetime = StoppedDatetime
    date = StoppedDate

    def __getattr__(self, name: str) -> Any:
        return getattr(datetime, name)
