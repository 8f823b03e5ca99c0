"""Values that a schema writes out: whether they fit a column's type, and the pool of values that they are."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from datagen_chat.instants import DAY, parse_instant
from datagen_chat.problems import Problem, shown
from datagen_chat.rounding import PLACES_LIMIT
from datagen_chat.values import Numbers, Text, Values, code_type, masked, words_array
from datagen_chat.words import ColumnType, Scalar

FORMS: dict[ColumnType, str] = {
    "int": "whole numbers",
    "float": "numbers",
    "string": "text in quotes",
    "bool": "true or false",
    "datetime": "instants such as 2024-01-01T00:00:00Z",
    "date": "instants such as 2024-01-01T00:00:00Z",
}


_WITHIN = f"whole numbers from {-(2**63)} to {2**63 - 1}"


def check_fit(at: str, code: str, value: Scalar, type_: ColumnType) -> Iterator[Problem]:
    """Yield a problem when a value that is not null cannot stand in a column of this type."""
    if value is not None and not fits(value, type_):
        message = f"{shown(value)} does not fit a column of type {type_}."
        form = FORMS[type_] if type_ != "int" or not isinstance(value, int) or isinstance(value, bool) else _WITHIN
        yield Problem(at, code, message, f"Write {form}, or change the column's type.")


def fits(value: Scalar, type_: ColumnType) -> bool:
    """Return whether a value that is not null can stand in a column of this type."""
    match type_:
        case "string":
            return isinstance(value, str)
        case "bool":
            return isinstance(value, bool)
        case "int":
            if isinstance(value, bool) or not isinstance(value, int | float):
                return False
            return value == int(value) and -(2**63) <= value < 2**63
        case "float":
            return isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return isinstance(value, str) and parse_instant(value) is not None
    except ValueError:
        return False


def value_pool(values: tuple[Scalar, ...], type_: ColumnType) -> Values:
    """Return values that fit the type, one row each: what codes are taken from."""
    valid = np.array([value is not None for value in values])
    if type_ == "string":
        words = words_array([value if isinstance(value, str) else "" for value in values])
        pool: Values = Text(words, np.arange(len(words), dtype=code_type(len(words))))
    else:
        dtype = {"float": np.float64, "bool": np.bool_}.get(type_, np.int64)
        pool = Numbers(np.array([_plain(value, type_) for value in values], dtype=dtype))
    return pool if valid.all() else masked(pool, valid)


def is_distinct(values: tuple[Scalar, ...], type_: ColumnType, places: int | None) -> bool:
    """Return whether all values fit the type, and no two are equal in a column that is rounded to so many places."""
    if not all(value is not None and fits(value, type_) for value in values):
        return False
    made = [held(value, type_) for value in values]
    if places is not None:
        made = [round(value, places) for value in made if not isinstance(value, str)]
    return len(set(made)) == len(values)


def held(value: Scalar, type_: ColumnType) -> str | int | float | bool:
    """Return a value that fits the type as a column holds it: text, or a number; a null is 0."""
    return value if isinstance(value, str) and type_ == "string" else _plain(value, type_)


def most_places(values: tuple[Scalar, ...]) -> int:
    """Return the most decimals that any of the numbers among these values has.

    >>> most_places((0.125, 1, None)), most_places((1e-07,)), most_places((19.0,)), most_places(("a",))
    (3, 7, 0, 0)
    """
    exponents = [
        Decimal(repr(float(value))).normalize().as_tuple().exponent for value in values if isinstance(value, int | float)
    ]
    return min(max((-exponent for exponent in exponents if isinstance(exponent, int)), default=0), PLACES_LIMIT)


def _plain(value: Scalar, type_: ColumnType) -> int | float | bool:
    """Return a value as the number that a column of this type, which is not text, holds."""
    if value is None:
        return 0
    if isinstance(value, str):
        instant = parse_instant(value)
        return instant // DAY if type_ == "date" else instant
    return int(value) if type_ == "int" else value
