"""The kinds of values that expressions have, and which of them go together."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Literal

import numpy as np

from datagen_chat.words import ColumnType

Kind = Literal["int", "float", "text", "bool", "datetime", "date", "duration", "days", "months", "null"]
"""What a value is.

A duration is counted in microseconds, as a datetime is. A duration of whole days is of kind `days` and counted in days, so
that a date and days make a date. Calendar months are of kind `months`: they have no length. `null` is what only null has.
"""

NUMBERS: tuple[Kind, ...] = ("bool", "int", "float")
TIMES: tuple[Kind, ...] = ("date", "datetime")
SPANS: tuple[Kind, ...] = ("days", "duration")
_FAMILIES = (NUMBERS, TIMES, SPANS)  # within a family, the later kind holds all values of the earlier ones

KIND_OF_TYPE: dict[ColumnType, Kind] = {
    "int": "int",
    "float": "float",
    "string": "text",
    "bool": "bool",
    "datetime": "datetime",
    "date": "date",
}
TYPE_OF_KIND: dict[Kind, ColumnType] = {kind: type_ for type_, kind in KIND_OF_TYPE.items()}


def dtype_of(kind: Kind) -> type[np.generic[Any]]:
    """Return the dtype of a kind's values, which are not text."""
    return np.float64 if kind == "float" else np.bool_ if kind == "bool" else np.int64


def common(kinds: Collection[Kind]) -> Kind | None:
    """Return the kind that can hold values of all these kinds; None when there is none.

    >>> common(["int", "null", "float"]), common(["date", "datetime"]), common(["int", "text"])
    ('float', 'datetime', None)
    """
    found = set(kinds) - {"null"}
    if len(found) < 2:
        return next(iter(found), "null")
    for family in _FAMILIES:
        if found <= set(family):
            return max(found, key=family.index)
    return None
