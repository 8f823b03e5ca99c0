"""Columns that expressions are tried on: edges, nulls, and every way in which text is held."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from datagen_chat.expressions import Expression, Meaning, parse
from datagen_chat.expressions.kinds import Kind
from datagen_chat.values import Numbers, Text, Values, arrow, code_type, words_array
from datagen_chat.words import ColumnType

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROWS = 12

# Each row stands for a case: nulls lie in different rows, so that operations meet every combination.
INTS = [0, 1, -1, 2, 3, -7, 10, 100, -100, 5, 86_400, 2**62]
MORE_INTS = [None, 1, 2, -3, 0, None, 7, 10, -2, 64, 1, 2**62]
FLOATS = [0.0, 0.5, -0.5, 2.5, 1e-9, -1e300, 1e300, 0.125, 99.995, -2.675, 3.0, 7.25]
MORE_FLOATS = [1.0, None, 2.0, -0.0, 1e200, -4.0, 1e10, None, 0.1, 0.3, 12.5, -1e-3]
TRUTHS = [True, False, True, True, False, False, True, False, True, False, False, True]
MORE_TRUTHS = [True, None, False, None, False, True, None, True, False, None, True, False]
WORDS = ["Gold", "silver", "Gold", "Ä b", "", "gold", "Bronze", "Gold", "zz", "Gold", "silver", "a"]
MORE_WORDS = ["Gold", None, "Silver", "ä B", "x", "gold", None, " Gold ", "zz", "G", "silver", "ab"]
TIMES = [
    datetime(*parts, tzinfo=UTC)
    for parts in (
        (2024, 1, 31), (2024, 2, 29, 23, 59, 59, 999_999), (1969, 12, 31, 23, 59, 59), (1970, 1, 1), (2023, 12, 31, 12),
        (1, 1, 1), (9999, 12, 31, 23, 59, 59), (2000, 2, 29, 6, 30, 15, 250_000), (2024, 1, 1), (2024, 7, 1, 0, 0, 1),
        (1900, 3, 1), (2025, 6, 15, 18, 45),
    )
]  # fmt: skip
MORE_TIMES = [None, *TIMES[:0:-1]]
DATES = [found.date() for found in TIMES[::-1]]

COLUMNS: dict[str, tuple[ColumnType, list[Any]]] = {
    "i": ("int", INTS),
    "n": ("int", MORE_INTS),
    "x": ("float", FLOATS),
    "y": ("float", MORE_FLOATS),
    "b": ("bool", TRUTHS),
    "c": ("bool", MORE_TRUTHS),
    "s": ("string", WORDS),
    "u": ("string", MORE_WORDS),
    "w": ("string", MORE_WORDS[::-1]),
    "t": ("datetime", TIMES),
    "v": ("datetime", MORE_TIMES),
    "d": ("date", DATES),
}


def plain(value: Any) -> Any:
    """Return a value as the engine counts it."""
    if isinstance(value, datetime):
        return (value - EPOCH) // timedelta(microseconds=1)
    if isinstance(value, date):
        return (value - EPOCH.date()).days
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    return value


def texts(words: list[Any], how: str) -> Text:
    """Return words as text whose pool is "small", "large", or "none": one word for each row."""
    valid = None if None not in words else np.array([word is not None for word in words])
    if how == "none":
        return Text(words_array([word or "" for word in words]), None, valid)
    pool = list(dict.fromkeys(word for word in words if word is not None))
    if how == "large":
        pool = [f"other {k}" for k in range(50)] + pool + ["another"]
    codes = [0 if word is None else pool.index(word) for word in words]
    return Text(words_array(pool), np.array(codes, code_type(len(pool))), valid)


def numbers(values: list[Any], dtype: Any) -> Numbers:
    """Return numbers with nulls; what stands behind a null is the largest whole number, to be noticed."""
    valid = None if None not in values else np.array([value is not None for value in values])
    hidden = 2**63 - 1 if dtype is np.int64 else np.nan if dtype is np.float64 else True
    return Numbers(np.array([hidden if value is None else plain(value) for value in values], dtype), valid)


def values_of(name: str) -> Values:
    type_, values = COLUMNS[name]
    if type_ == "string":
        return texts(values, {"s": "small", "u": "large", "w": "none"}[name])
    return numbers(values, {"float": np.float64, "bool": np.bool_}.get(type_, np.int64))


def unchangeable(values: Values) -> Values:
    """Return values over which nothing can be written: other columns read them too."""
    arrays = (values.codes, values.valid) if isinstance(values, Text) else (values.data, values.valid)
    for array in arrays:
        if array is not None:
            array.flags.writeable = False
    return values


VALUES = {name: unchangeable(values_of(name)) for name in COLUMNS}


def type_of(table: str | None, column: str) -> ColumnType | None:
    return COLUMNS[column][0] if table is None and column in COLUMNS else None


def listed(values: Values) -> list[Any]:
    """Return values as Python's, times as they are counted."""
    if isinstance(values, Text):
        found: list[Any] = arrow(values, pa.string()).to_pylist()
        return found
    valid = [True] * len(values) if values.valid is None else values.valid.tolist()
    return [value if known else None for value, known in zip(values.data.tolist(), valid, strict=True)]


def meaning(code: str) -> Meaning:
    found = parse(code)
    assert isinstance(found, Expression), found
    understood = found.understand(type_of, list(COLUMNS))
    assert isinstance(understood, Meaning), (code, understood)
    return understood


def evaluated(code: str) -> tuple[Kind, list[Any], dict[str, int]]:
    """Return an expression's kind, its values on the columns, and what went wrong in how many rows."""
    understood = meaning(code)
    mishaps: dict[str, int] = {}
    values = understood.compile()(lambda _, column: VALUES[column], ROWS, mishaps.__setitem__)
    assert len(values) == ROWS
    return understood.kind, listed(values), mishaps


def made(code: str) -> list[Any]:
    return evaluated(code)[1]
