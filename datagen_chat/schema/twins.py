"""Second keys of one ancestor: two teams of a match, a course and the one that it requires."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from datagen_chat.generators.base import Order
from datagen_chat.schema.bounds import place_of
from datagen_chat.schema.index import Index, Place

_TURNED: Mapping[str, Order] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!="}


def find_twins(index: Index) -> Mapping[Place, Order]:
    """Return the columns that look up a key of an ancestor that another column holds already, and how the two relate.

    The column that is called like the key holds the ancestor's, else the first one.
    """
    holders: defaultdict[tuple[str, Place], list[Place]] = defaultdict(list)
    for place in index.columns:
        if key := _ancestor_key(place, index):
            holders[place[0], key].append(place)
    found: dict[Place, Order] = {}
    for (_, key), places in holders.items():
        first = next((place for place in places if place[1] == key[1]), places[0])
        found |= {place: _order(place, first, index) for place in places if place != first}
    return found


def _ancestor_key(place: Place, index: Index) -> Place | None:
    """Return the primary key of an ancestor that a plain lookup copies."""
    column = index.columns[place]
    sources = column.generator.sources() if column.generator.copies and not column.modifiers else None
    if not sources or sources[0].on is not None or sources[0].table not in index.ancestors(place[0]):
        return None
    source = sources[0]
    return (source.table, source.column) if index.tables[source.table].pk == source.column else None


def _order(place: Place, first: Place, index: Index) -> Order:
    return next(_orders(place, first, index), "!=")


def _orders(place: Place, first: Place, index: Index) -> Iterator[Order]:
    """Yield the declared relations of a key to the ancestor's."""
    for inequality in index.dataset.constraints.inequalities:
        if inequality.op in _TURNED:
            turned = _TURNED[inequality.op]
            sides = place_of(inequality.left), place_of(inequality.right)
            if sides == (place, first):
                yield _TURNED[turned]
            elif sides == (first, place):
                yield turned
