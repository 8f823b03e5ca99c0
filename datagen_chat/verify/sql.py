"""Names, values and joins as DuckDB writes them."""

from __future__ import annotations

from collections.abc import Iterable

from datagen_chat.instants import parse_instant, show_instant
from datagen_chat.schema.model import Column
from datagen_chat.sql import literal
from datagen_chat.words import ColumnType, Scalar


def value(scalar: Scalar, type_: ColumnType) -> str:
    """Return a value of a schema as SQL has it in a column of a type.

    >>> value("2025-01-31T10:00:00Z", "datetime"), value("2025-01-31T00:00:00Z", "date"), value(True, "bool")
    ("TIMESTAMP '2025-01-31 10:00:00'", "DATE '2025-01-31'", 'true')
    """
    if scalar is None:
        return "NULL"
    if type_ in ("datetime", "date"):
        return instant(parse_instant(str(scalar))) if type_ == "datetime" else f"DATE '{str(scalar)[:10]}'"
    if type_ == "bool":
        return "true" if scalar else "false"
    if type_ == "string":
        return literal(str(scalar))
    return number(float(scalar)) if type_ == "float" or isinstance(scalar, float) else str(int(scalar))


def held(scalar: Scalar, column: Column) -> str:
    """Return a value as a column holds it."""
    if column.places is not None and isinstance(scalar, float):
        return value(round(scalar, column.places), column.type)
    return value(scalar, column.type)


def instant(microseconds: int) -> str:
    """Return microseconds since 1970 as SQL."""
    return f"TIMESTAMP '{show_instant(microseconds).replace('T', ' ').removesuffix('Z')}'"


def number(value: float) -> str:
    """Return a number as SQL.

    >>> number(3.0), number(0.1), number(1e-7)
    ('3', '0.1::DOUBLE', '1e-07::DOUBLE')
    """
    return str(int(value)) if value == int(value) and abs(value) < 2**53 else f"{value!r}::DOUBLE"


def listed(values: Iterable[str]) -> str:
    """Return SQL expressions beside each other."""
    return ", ".join(values)
