"""The methods that are computed rather than traced, each by a function of its arguments and a key.

A kernel that does not know some argument's value returns None; real Faker makes the values then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from datagen_chat.draws import Key
from datagen_chat.faking import codes, isbn, numeric, stamps, times
from datagen_chat.faking.source import Source

Kernel = Callable[[Mapping[str, Any], Key], Source | None]


def _range(low: int, high: int) -> Kernel:
    return lambda _, key: numeric.integers(key, low, high)


def _moments(**bounds: Any) -> Kernel:
    return times.between(times.times, times.moment, **bounds)


def _days(**bounds: Any) -> Kernel:
    return times.between(times.days, times.day, **bounds)


KERNELS: dict[str, Kernel] = {
    "boolean": numeric.boolean,
    "coordinate": numeric.coordinate,
    "date": stamps.date,
    "date_between": _days(start_date="-30y", end_date="today"),
    "date_between_dates": _days(date_start="today", date_end="today"),
    "date_object": times.date_object,
    "date_of_birth": times.date_of_birth,
    "date_time": times.date_time,
    "date_time_ad": times.date_time_ad,
    "date_time_between": _moments(start_date="-30y", end_date="now"),
    "date_time_between_dates": _moments(datetime_start="now", datetime_end="now"),
    "day_of_month": stamps.written("%d"),
    "day_of_week": stamps.written("%A"),
    "future_date": _days(start_date="+1d", end_date="+30d"),
    "future_datetime": _moments(start_date="+1s", end_date="+30d"),
    "hex_color": codes.hex_color,
    "http_status_code": numeric.http_status_code,
    "ipv4": codes.ipv4,
    "ipv4_private": codes.of_reach("private"),
    "ipv4_public": codes.of_reach("public"),
    "ipv6": codes.ipv6,
    "isbn10": isbn.isbn(10),
    "isbn13": isbn.isbn(13),
    "iso8601": stamps.iso8601,
    "latitude": numeric.latitude,
    "longitude": numeric.coordinate,
    "mac_address": codes.mac_address,
    "md5": codes.hashed(16),
    "month": stamps.written("%m"),
    "month_name": stamps.written("%B"),
    "null_boolean": lambda _, key: numeric.NullBoolean(key),
    "passport_dob": times.date_of_birth,
    "past_date": _days(start_date="-30d", end_date="-1d"),
    "past_datetime": _moments(start_date="-30d", end_date="-1s"),
    "port_number": numeric.port_number,
    "pybool": numeric.boolean,
    "pydecimal": numeric.pydecimal,
    "pyfloat": numeric.pyfloat,
    "pyint": numeric.random_int,
    "random_digit": _range(0, 9),
    "random_digit_above_two": _range(2, 9),
    "random_digit_not_null": _range(1, 9),
    "random_int": numeric.random_int,
    "random_number": numeric.random_number,
    "sha1": codes.hashed(20),
    "sha256": codes.hashed(32),
    "time": stamps.time,
    "time_object": stamps.time_object,
    "unix_time": times.unix_time,
    "uuid1": codes.uuid1,
    "uuid4": codes.uuid4,
    "uuid7": codes.uuid7,
    "year": stamps.written("%Y"),
    "am_pm": stamps.am_pm,
    **{f"date_this_{unit}": times.this(unit, True) for unit in ("century", "decade", "year", "month")},
    **{f"date_time_this_{unit}": times.this(unit, False) for unit in ("century", "decade", "year", "month")},
}


def kernel_of(method: str, args: Mapping[str, Any], key: Key) -> Source | None:
    """Return the computed source of a method, or None when there is none for these arguments."""
    make = KERNELS.get(method)
    return None if make is None else make(args, key)
