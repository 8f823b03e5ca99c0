"""The least and the greatest value that a generator is known to make: numbers, days of dates, microseconds of datetimes."""

from __future__ import annotations

from collections.abc import Iterable

from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts
from datagen_chat.instants import DAY, parse_instant
from datagen_chat.words import ColumnType, Scalar

Ends = tuple[float, float]


def ends_of(generator: Generator, facts: Facts) -> Ends | None:
    """Return the ends of a generator's values, by its outcomes, its grid of times, or what it says itself; None for others."""
    if facts.type == "string":
        return None
    outcomes = generator.outcomes(facts)
    if outcomes is not None:
        return _ends_among(outcomes, facts.type)
    grid = generator.grid(facts.timeframe)
    if grid is not None and grid.count:
        return ends_as((grid.start, grid.last), "datetime", facts.type)
    return generator.extent(facts)


def ends_as(ends: Ends | None, made: ColumnType, wanted: ColumnType) -> Ends | None:
    """Return ends of values of one type for values that are converted to another."""
    if ends is None or made == wanted:
        return ends
    if (made, wanted) == ("datetime", "date"):
        return ends[0] // DAY, ends[1] // DAY
    return (ends[0] * DAY, (ends[1] + 1) * DAY - 1) if (made, wanted) == ("date", "datetime") else ends


def joined(ends: Iterable[Ends | None]) -> Ends | None:
    """Return the ends of all together; None where some are unknown."""
    found = list(ends)
    known = [each for each in found if each is not None]
    if not known or len(known) < len(found):
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def _ends_among(outcomes: Iterable[Scalar], type_: ColumnType) -> Ends | None:
    try:
        numbers = [_number(value, type_) for value in outcomes if value is not None]
    except ValueError:
        return None
    return (min(numbers), max(numbers)) if numbers else None


def _number(value: Scalar, type_: ColumnType) -> float:
    if isinstance(value, str):
        instant = parse_instant(value)
        return instant // DAY if type_ == "date" else instant
    assert value is not None
    return value
