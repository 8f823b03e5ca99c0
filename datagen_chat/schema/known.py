"""What is known of the values of single columns before any row exists: how early and late, how exact, of which characters."""

from __future__ import annotations

from collections.abc import Iterable

from datagen_chat.instants import parse_instant
from datagen_chat.schema.index import Index, Place
from datagen_chat.words import Scalar

SIGNS = {
    "int": frozenset("-0123456789"),
    "float": frozenset("-+.e0123456789"),
    "date": frozenset("-0123456789"),
    "datetime": frozenset("-:TZ0123456789"),
    "bool": frozenset("truefalse"),
}
"""The characters of values that are no text."""


def earliest_of(index: Index, place: Place) -> int | None:
    """Return the first instant that a column of times can have, in microseconds since 1970, where it is known."""
    known = _span(index, place)
    return None if known is None else known[0]


def latest_of(index: Index, place: Place) -> int | None:
    """Return the last instant that a column of times can have, in microseconds since 1970, where it is known."""
    known = _span(index, place)
    return None if known is None else known[1]


def _span(index: Index, place: Place) -> tuple[int, int] | None:
    seen: set[Place] = set()
    while place in index.columns and place not in seen and not index.columns[place].modifiers:
        seen.add(place)
        grid, source = index.columns[place].generator.grid(index.dataset.window), index.only_source(place)
        if grid is not None:
            return grid.start, grid.last
        if source is None:
            return _span_of(index.outcomes(place) or ())
        place = (source.table, source.column)
    return None


def places_of(index: Index, place: Place) -> int | None:
    """Return the decimals that a float column's values have, looked up or rounded here; None where they are unknown."""
    seen: set[Place] = set()
    while place in index.columns and place not in seen:
        seen.add(place)
        column, source = index.columns[place], index.only_source(place)
        if column.places is not None:
            return column.places
        if source is None:
            return None if column.modifiers or column.type != "float" else column.generator.written_places()
        place = (source.table, source.column)
    return None


def signs_of(index: Index, place: Place) -> frozenset[str] | None:
    """Return the characters that a column's values, written as text, are made of; None where they can be any."""
    seen: set[Place] = set()
    while place not in seen and (source := index.only_source(place)) and (source.table, source.column) in index.columns:
        seen.add(place)
        place = (source.table, source.column)
    column, outcomes = index.columns.get(place), index.outcomes(place)
    if column is None:
        return None
    if column.type == "string" and outcomes is not None:
        return frozenset("".join(value for value in outcomes if isinstance(value, str)))
    made = None if column.modifiers else column.generator.signs()
    return SIGNS.get(column.type) if made is None else made


def _span_of(values: Iterable[Scalar]) -> tuple[int, int] | None:
    """Return the first and the last instant among values; None where they are none."""
    try:
        instants = [parse_instant(value) for value in values if isinstance(value, str)]
    except ValueError:
        return None
    return (min(instants), max(instants)) if instants else None
