"""Two keys of one table in a row: two teams of a match, a course and the one that it requires."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from datagen_chat.generators.base.uses import Order, Twin
from datagen_chat.schema.bounds import place_of
from datagen_chat.schema.index import Index, Place

_TURNED: Mapping[str, Order] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "!=": "!="}


def find_twins(index: Index) -> Mapping[Place, Twin]:
    """Return the columns that look up a key beside another one of the row, and how the two relate.

    Beside the key of an ancestor, a second one is always another row's, for it would say nothing else; the column that is
    called like the key holds the ancestor's, else the first one. Two keys that are drawn differ where it is declared. Keys
    are ordered by their rows, so that only those which ascend from row to row can be earlier or later ones.
    """
    holders: defaultdict[tuple[str, Place], list[Place]] = defaultdict(list)
    for place in index.columns:
        if key := _plain_key(place, index):
            holders[place[0], key].append(place)
    found: dict[Place, Twin] = {}
    for (table, key), places in holders.items():
        is_ancestor = key[0] in index.ancestors(table)
        first = next((place for place in places if place[1] == key[1]), places[0])
        others = [place for place in places if place != first]
        found |= _of_ancestor(first, others, index) if is_ancestor else _declared(places, index)
    return found


def find_spared(index: Index) -> Mapping[Place, tuple[int, int]]:
    """Return how many of the first and of the last rows of its table a key does not draw, for keys that need them beside it."""
    found: dict[Place, tuple[int, int]] = {}
    for place, twin in reversed(list(index.twins.items())):
        if not twin.is_ancestor and twin.order != "!=":
            own, other = found.get(place, (0, 0)), (place[0], twin.column)
            needs = tuple(spared + (twin.order == strict) for spared, strict in zip(own, "<>", strict=True))
            sides = (needs[0], 0) if twin.order[0] == "<" else (0, needs[1])
            before = found.get(other, (0, 0))
            found[other] = max(before[0], sides[0]), max(before[1], sides[1])
    return {place: spared for place, spared in found.items() if any(spared)}


def find_unrelated(index: Index) -> Mapping[Place, str]:
    """Return the keys that are drawn of the same rows as an earlier one of their row, which nothing relates them to."""
    first: dict[tuple[str, Place, object], str] = {}
    found, related = dict[Place, str](), {(place[0], twin.column) for place, twin in index.twins.items()}
    for place, column in index.columns.items():
        key = _plain_key(place, index)
        if key is not None and key[0] not in index.ancestors(place[0]):
            earlier = first.setdefault((place[0], key, getattr(column.generator, "where", None)), place[1])
            if earlier != place[1] and place not in index.twins and place not in related:
                found[place] = earlier
    return found


def _plain_key(place: Place, index: Index) -> Place | None:
    """Return the primary key of another table that a plain lookup copies."""
    column = index.columns[place]
    sources = column.generator.sources() if column.generator.copies and not column.modifiers else None
    if not sources or sources[0].on is not None or sources[0].table == place[0] or sources[0].table not in index.tables:
        return None
    source = sources[0]
    return (source.table, source.column) if index.tables[source.table].pk == source.column else None


def _of_ancestor(first: Place, others: Sequence[Place], index: Index) -> dict[Place, Twin]:
    return {place: Twin(next(_orders(place, first, index), "!="), first[1], is_ancestor=True) for place in others}


def _declared(places: Sequence[Place], index: Index) -> dict[Place, Twin]:
    """Return the later ones of drawn keys for which an order to an earlier one is declared."""
    found = {}
    for k, place in enumerate(places):
        for earlier in places[:k]:
            order = next(_orders(place, earlier, index), None)
            if order is not None and place not in found:
                found[place] = Twin(order, earlier[1], is_ancestor=False)
    return found


def _orders(place: Place, first: Place, index: Index) -> Iterator[Order]:
    """Yield the declared relations of a key to another."""
    is_ascending = _ascends(_plain_key(place, index), index)
    for inequality in index.dataset.constraints.inequalities:
        if inequality.op in _TURNED and (is_ascending or inequality.op == "!="):
            turned = _TURNED[inequality.op]
            sides = place_of(inequality.left), place_of(inequality.right)
            if sides == (place, first):
                yield _TURNED[turned]
            elif sides == (first, place):
                yield turned


def _ascends(key: Place | None, index: Index) -> bool:
    """Return whether later rows of a table have larger keys."""
    from datagen_chat.generators.sequence import Sequence  # with the few schemas that order keys

    column = None if key is None else index.columns[key]
    return column is not None and isinstance(column.generator, Sequence) and column.generator.step > 0 and not column.modifiers
