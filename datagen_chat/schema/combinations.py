"""Columns that must not repeat together: which of them can be drawn as one combination, and whether there are enough."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.rows import ANY_NUMBER
from datagen_chat.generators.base.uses import Order
from datagen_chat.generators.lookup import Lookup
from datagen_chat.problems import Problem, pointer
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Table
from datagen_chat.schema.row_ranges import children_range, row_range, sure_rows
from datagen_chat.words import Scalar


@dataclass(frozen=True, slots=True)
class Pair:
    """Two drawn keys of one table: the second one's row is another than the first one's, an earlier or a later one."""

    first: str
    second: str
    order: Order

    def count(self, rows: int) -> int:
        """Return how many pairs of so many rows there are.

        >>> [Pair("a", "b", order).count(4) for order in ("!=", "<", ">=")]
        [12, 6, 10]
        """
        if self.order == "!=":
            return rows * (rows - 1)
        return rows * (rows + 1) // 2 if self.order in ("<=", ">=") else rows * (rows - 1) // 2


@dataclass(frozen=True, slots=True)
class Combination:
    """Columns of a table that are drawn together, so that no combination comes twice: in the table, or within one parent.

    `ascends` says that the last column is a time, which comes in ascending order among the rows of one parent. `others` are
    columns of the set whose values have no numbers, so that they are drawn by themselves; `spaced` is one of them, if there is
    one, that is distinct within each parent, `shared` one that is drawn for another set. Of `pairs`, both columns are there.
    """

    at: str
    table: str
    columns: tuple[str, ...]
    per_parent: bool
    ascends: bool = False
    others: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()
    spaced: str = ""
    shared: str = ""

    @property
    def advice(self) -> str:
        """What to do where the values are too few."""
        if not self.others:
            return "Lower the number of rows, or allow more values."
        if self.spaced:
            names = " and ".join((*self.columns, self.spaced))
            return f'Remove "distinct" from {self.spaced}, so that {names} are drawn together; or remove the entry.'
        if self.shared:
            how = 'make what the sets share the parent, and look up the others "distinct" within it'
            return f"{self.shared} is drawn for another such set, and can be part of one only: {how}; or remove the entry."
        names, them = ", ".join(self.others), "it" if len(self.others) == 1 else "one of them"
        return f'Only {", ".join(self.columns)} is kept apart, not {names}: add "unique": true to {them}, or remove the entry.'


MOST = 2.0**62  # so many combinations can be numbered
_UNKNOWN = 2.0**20  # rows of a table that can have any number of them, as far as combinations are counted


@dataclass(frozen=True, slots=True)
class _Wish:
    at: str
    places: tuple[Place, ...]


def combinations(index: Index) -> tuple[Combination, ...]:
    """Return the combinations that are drawn without repetition; a column is part of one at most."""
    found: list[Combination] = []
    for wish in _wishes(index):
        combination = _combined(wish, index, {(each.table, name) for each in found for name in each.columns})
        if combination is not None:
            found.append(combination)
    return tuple(found)


def check_combinations(index: Index) -> Iterator[Problem]:
    """Yield unique sets that cannot be kept, and combinations that are fewer than the rows that need them."""
    drawn = {combination.at: combination for combination in combinations(index)}
    taken = {(each.table, name) for each in drawn.values() for name in each.columns}
    for wish in _wishes(index):
        if wish.at in drawn and (len(wish.places) > 1 or not index.must_not_repeat(wish.places[0])):
            yield from _check_size(drawn[wish.at], index, of_rows=len(wish.places) == 1)
        elif wish.at not in drawn and not _holds_anyway(wish.places, index):
            yield from _not_made(wish, index, taken)


def _not_made(wish: _Wish, index: Index, taken: set[Place]) -> Iterator[Problem]:
    """Yield that nothing keeps columns, or the rows that a distinct lookup chooses for one parent, from repeating."""
    table, names = index.tables[wish.places[0][0]], ", ".join(name for _, name in wish.places)
    if len(wish.places) > 1:
        message = f"Nothing keeps {names} of {table.id} from repeating together."
    elif _matches_too_much(wish.places[0], index):
        return  # a lookup says itself what it cannot match
    elif index.columns[wish.places[0]].generator.is_distinct and not index.must_not_repeat(wish.places[0]):
        among = f"one {table.parents[0]}" if table.parents else "the table"
        message = f"Nothing keeps {names} of {table.id} from repeating within {among}."
    else:
        return  # a unique column is looked at by itself
    yield Problem(wish.at, "unique-not-made", message, _advice(wish, index, taken))


def _advice(wish: _Wish, index: Index, taken: set[Place]) -> str:
    """Return what would keep a set of columns from repeating."""
    shared = [name for table, name in wish.places if (table, name) in taken]
    if shared:
        return f"{shared[0]} is drawn for another such set already, and can be part of one only; remove one of the two."
    if len(wish.places) == 1:
        return "Remove distinct, or the modifiers and inequalities of the column."
    matching = next((name for table, name in wish.places if _matches_too_much((table, name), index)), "")
    if matching:
        return f"Let {matching} match columns of rows above only, without weights_kind, or remove the entry."
    times = [name for table, name in wish.places if index.columns[table, name].generator.ascends]
    if times and _holds_parent(wish.places, index):
        return f'Add "distinct": true to the datetime_series of {times[0]}, or remove the entry.'
    repeated = next((source for place in wish.places if (source := _repeated_source(place, index))), "")
    if repeated:
        return f'Look up a key, or add "unique": true to {repeated}, or remove the entry.'
    return "Make one of them with a lookup or a choice, or remove the entry."


def _matches_too_much(place: Place, index: Index) -> bool:
    """Return whether a lookup matches, or weighs what it matches, so that its rows have no numbers."""
    word = index.columns[place].generator
    return isinstance(word, Lookup) and bool(word.match) and word.numbered(index.facts(place)) is None


def _wishes(index: Index) -> Iterator[_Wish]:
    """Yield the sets of columns that must not repeat: declared ones, and lookups that are distinct or unique.

    A declared set that holds all of another one cannot repeat where that does not.
    """
    sets = [frozenset(places) for places in index.unique_sets]
    for k, places in enumerate(index.unique_sets):
        is_held = any(len(other) > 1 and (other < sets[k] or (other == sets[k] and j < k)) for j, other in enumerate(sets))
        if (
            len(places) > 1
            and not is_held
            and all(place in index.columns for place in places)
            and len({table for table, _ in places}) == 1
        ):
            yield _Wish(pointer("constraints", "unique", k), places)
    for at, table, column in index.every_column:
        place, generator = (table.id, column.name), column.generator
        is_numbered = generator.copies or generator.ascends
        if generator.is_distinct or (is_numbered and index.must_not_repeat(place)):
            yield _Wish(at, (place,))


def _combined(wish: _Wish, index: Index, taken: set[Place]) -> Combination | None:
    if len(wish.places) > 1 and _holds_anyway(wish.places, index):
        return None
    table = index.tables[wish.places[0][0]]
    is_distinct = len(wish.places) == 1 and not index.must_not_repeat(wish.places[0])
    per_parent = bool(table.parents) and (is_distinct or _holds_parent(wish.places, index))
    sizes, pairs = _sizes([place for place in wish.places if place not in taken], index, of_rows=is_distinct)
    if not per_parent:
        sizes = {place: size for place, size in sizes.items() if not _varies_by_parent(place, index)}
    free = list[Place]()
    for place, size in sizes.items():
        if size is not None and not index.columns[place].generator.ascends and _product(sizes, (*free, place)) <= MOST:
            free.append(place)
    times = [place for place, size in sizes.items() if size is not None and index.columns[place].generator.ascends]
    if not per_parent:  # a window of a parent's own leaves no numbers for the whole table
        times = [place for place in times if index.columns[place].generator.grid(index.dataset.window)]
    free += [time for time in times[:1] if _product(sizes, (*free, time)) <= MOST]
    if not free:
        return None
    columns = tuple(name for _, name in free)
    parent = index.tables.get(table.parents[0]) if per_parent else None
    others = tuple(place[1] for place in wish.places if place not in free and not (parent and _is_key_of(parent, place, index)))
    ascends = bool(table.parents) and free[-1] in times
    whole = tuple(pair for pair in pairs if {pair.first, pair.second} <= set(columns))
    spaced = next((name for name in others if not per_parent and table.column(name).generator.limits_rows), "")
    shared = next((name for name in others if (table.id, name) in taken), "")
    return Combination(wish.at, table.id, columns, per_parent, ascends, others, whole, spaced, shared)


def _sizes(
    places: Sequence[Place], index: Index, *, of_rows: bool = False
) -> tuple[Mapping[Place, float | None], tuple[Pair, ...]]:
    """Return how many values each column can have by number, and which are pairs: the second one counts for one first value."""
    sizes, pairs = {place: _size(place, index, of_rows=of_rows) for place in places}, tuple(_pairs(places, index))
    for pair in pairs:
        first, second = ((places[0][0], name) for name in (pair.first, pair.second))
        source = index.columns[first].generator.sources()
        assert source
        rows = min(row_range(index, source[0].table)[1], ANY_NUMBER)
        sizes[first], sizes[second] = rows, pair.count(int(rows)) / max(rows, 1)
    return sizes, pairs


def _pairs(places: Sequence[Place], index: Index) -> Iterator[Pair]:
    """Yield the columns that are keys drawn beside each other, of the same rows, where no third one stands beside them."""
    if not places:
        return
    twins = {place: twin for place, twin in index.twins.items() if place[0] == places[0][0] and not twin.is_ancestor}
    sides = [name for place, twin in twins.items() for name in (place[1], twin.column)]
    for second, twin in twins.items():
        first = (second[0], twin.column)
        is_alone = sides.count(first[1]) == 1 == sides.count(second[1])
        if is_alone and {first, second} <= set(places) and _size(first, index) is not None and _are_alike(first, second, index):
            yield Pair(first[1], second[1], twin.order)


def _are_alike(first: Place, second: Place, index: Index) -> bool:
    """Return whether two keys are drawn from the same rows."""
    one, other = (index.columns[place].generator for place in (first, second))
    is_drawn_alike = (
        isinstance(one, Lookup) and isinstance(other, Lookup) and one.where == other.where and not (one.match or other.match)
    )
    return is_drawn_alike and not (one.leaves_out or other.leaves_out)


def _varies_by_parent(place: Place, index: Index) -> bool:
    return index.columns[place].generator.varies_by_parent(index.facts(place))


def _product(sizes: Mapping[Place, float | None], places: Sequence[Place]) -> float:
    """Return about how many combinations there are of the values of some columns."""
    return math.prod(_UNKNOWN if sizes[place] == math.inf else sizes[place] or 0 for place in places)


def _size(place: Place, index: Index, *, of_rows: bool = False) -> float | None:
    """Return how many values a column can have by number; None where it has no numbers, or changes what it drew.

    Rows that a value is copied from, which are what is numbered, count as values where no two of them have the same one, or
    where it is for the rows, `of_rows`.
    """
    column = index.columns[place]
    if not of_rows and _repeated_source(place, index):
        return None
    is_changed = not all(change.args.keeps_distinct for change in column.modifiers)
    return None if is_changed else column.generator.numbered(index.facts(place))


def _repeated_source(place: Place, index: Index) -> str:
    """Return the column that a column's values are copied from, if several rows can have the same one; else nothing."""
    source = index.only_source(place)
    can_repeat = source is not None and not index.never_repeats((source.table, source.column))
    return f"{source.table}.{source.column}" if source is not None and can_repeat else ""


def _holds_anyway(places: tuple[Place, ...], index: Index) -> bool:
    """Return whether columns cannot repeat together whatever is drawn."""
    if any(index.never_repeats(place) for place in places) or _differ_as_listed(places, index):
        return True
    table = index.tables[places[0][0]]
    differ = len(places) > 1 and any(_differs_below_a_parent(place, index) for place in places)
    return _holds_parent(places, index) and (differ or children_range(table)[1] <= 1)


def _differ_as_listed(places: tuple[Place, ...], index: Index) -> bool:
    """Return whether columns whose rows are written out, or found by such, have no combination twice."""
    lists = [values for place in places if (values := _listed(place, index)) is not None]
    rows = index.tables[places[0][0]].standing_rows() if lists and not index.tables[places[0][0]].parents else 0
    combined = list(zip(*lists, strict=False))[:rows]
    return 0 < rows == len(combined) == len(set(combined))


def _listed(place: Place, index: Index) -> tuple[Scalar, ...] | None:
    """Return what tells the rows of a column apart, in their order: its own list, or that of the key that finds its values."""
    column = index.columns[place]
    if column.modifiers or column.may_be_null or column.type == "float":
        return None
    source = index.only_source(place)
    if source is not None and source.on is not None and index.never_repeats((source.table, source.column)):
        column = index.columns.get((place[0], source.on), column)
    return None if column.modifiers else column.generator.listed()


def _differs_below_a_parent(place: Place, index: Index) -> bool:
    """Return whether no two rows of one parent have the same value, whatever else is drawn."""
    column, unfolding = index.columns[place], index.tables[place[0]].unfolding
    is_kept = all(change.args.keeps_distinct for change in column.modifiers) and column.type != "date"
    if unfolding is not None and column.generator.is_unfolded:
        from datagen_chat.generators.state import State  # which only few schemas say

        assert isinstance(column.generator, State)
        return is_kept and column.generator.field in unfolding.distinct_fields
    word = column.generator
    return word.limits_rows or word.is_distinct or (is_kept and word.counts_siblings)


def _holds_parent(places: tuple[Place, ...], index: Index) -> bool:
    """Return whether one of the columns is the key of the primary parent."""
    parents = index.tables[places[0][0]].parents
    parent = index.tables.get(parents[0]) if parents else None
    return parent is not None and any(_is_key_of(parent, place, index) for place in places)


def _is_key_of(parent: Table, place: Place, index: Index) -> bool:
    return index.follows(place, parent.id) and index.key_held(place, parent.id) == parent.pk


def _check_size(combination: Combination, index: Index, *, of_rows: bool) -> Iterator[Problem]:
    table = index.tables[combination.table]
    found, _ = _sizes([(table.id, name) for name in combination.columns], index, of_rows=of_rows)
    sizes = [found[table.id, name] or 0 for name in combination.columns]
    wanted, what = _wanted(table, combination, index)
    if wanted > math.prod(sizes):
        parts = [*_shown(dict(zip(combination.columns, sizes, strict=True)), combination.pairs)]
        shown = parts[0] if len(parts) == 1 else f"{' × '.join(parts)} = {math.prod(sizes):.0f} values"
        message = f"{table.id} has {what}, but there are only {shown}."
        if len(sizes) == 1:
            message = f"{table.id} has {what}, but {combination.columns[0]} has only {sizes[0]:.0f} values."
        yield Problem(combination.at, "too-few-values", message, combination.advice)


def _shown(sizes: dict[str, float], pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield how many values each column has, and how many pairs there are."""
    for pair in pairs:
        yield f"{sizes.pop(pair.first) * sizes.pop(pair.second):.0f} pairs of {pair.first} and {pair.second}"
    yield from (f"{size:.0f} {name}" for name, size in sizes.items())


def _wanted(table: Table, combination: Combination, index: Index) -> tuple[float, str]:
    """Return the fewest rows that need combinations of their own, and these in words."""
    if not combination.per_parent:
        fewest, (about, surely) = row_range(index, table.id)[0], sure_rows(index, table.id)
        return (surely, f"about {about:,.0f} rows") if surely > fewest else (fewest, f"at least {fewest:.0f} rows")
    most = row_range(index, table.parents[0])[1]
    fewest = children_range(table)[0] if table.rows is None else math.ceil(table.rows / most) if most else 0
    return fewest, f"at least {fewest:.0f} rows for each {table.parents[0]}"
