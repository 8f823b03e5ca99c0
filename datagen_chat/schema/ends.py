"""How far the values of columns go: to tell which formulas have no value in some rows."""

from __future__ import annotations

from datagen_chat.generators._ends import ends_as, ends_of
from datagen_chat.instants import parse_instant
from datagen_chat.schema.index import Index, Place

_NUMBERS = {"int": (-(2.0**31), 2.0**31), "float": (-1e15, 1e15), "bool": (0.0, 1.0)}
_TIMES = parse_instant("1900-01-01T00:00:00Z"), parse_instant("2100-01-01T00:00:00Z")
_MARGIN = _TIMES[1] - _TIMES[0]


def find_ends(index: Index, place: Place) -> tuple[float, float] | None:
    """Return the least and the greatest value of a column, or what is usual where modifiers change it or nothing is known."""
    column = index.columns[place]
    known = None if column.modifiers else ends_of(column.generator, index.facts(place))
    return usual_ends(index, place) if known is None else known


def usual_ends(index: Index, place: Place) -> tuple[float, float] | None:
    """Return the ends of usual values of a column's type: counts and amounts, and times around the dataset's window."""
    type_, window = index.columns[place].type, index.dataset.window
    if type_ not in ("date", "datetime"):
        return _NUMBERS.get(type_)
    first, last = _TIMES if window is None else (min(_TIMES[0], window[0] - _MARGIN), max(_TIMES[1], window[1] + _MARGIN))
    return ends_as((first, last), "datetime", type_)
