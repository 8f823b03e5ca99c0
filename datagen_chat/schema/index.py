"""A dataset's tables and columns by name, and what follows from how they hang together."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from datagen_chat.frozen import dataclass
from datagen_chat.generators.base import words_in
from datagen_chat.generators.base.facts import Layout, Texts
from datagen_chat.generators.base.uses import Bound, Source, Twin, Use
from datagen_chat.generators.lookup import Lookup
from datagen_chat.schema.model import Column, Dataset, Table
from datagen_chat.schema.row_ranges import children_range
from datagen_chat.words import Scalar

if TYPE_CHECKING:
    from datagen_chat.schema.facts import ColumnFacts

Place = tuple[str, str]
Need = tuple[str, str | None]
"""A column of a table, or the table's row count (None)."""
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True)
class Index:
    """Tables and columns by name; where a name stands twice, the first counts."""

    dataset: Dataset

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """The tables by name."""
        return _first_of((table.id, table) for table in self.dataset.nodes)

    @cached_property
    def columns(self) -> Mapping[Place, Column]:
        """The columns by table and name."""
        return _first_of(((table.id, column.name), column) for table in self.dataset.nodes for column in table.columns)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Every column as "table.column", in the order of the document."""
        return tuple(dict.fromkeys(f"{table.id}.{column.name}" for table in self.dataset.nodes for column in table.columns))

    @cached_property
    def every_column(self) -> tuple[tuple[str, Table, Column], ...]:
        """The pointer of each column, its table and itself."""
        tables = enumerate(self.dataset.nodes)
        return tuple(
            (f"/nodes/{i}/columns/{j}", table, column) for i, table in tables for j, column in enumerate(table.columns)
        )

    @cached_property
    def _chains(self) -> Mapping[str, tuple[str, ...]]:
        return {name: tuple(self._climb(name)) for name in self.tables}

    def ancestors(self, table: str) -> tuple[str, ...]:
        """Return the primary parent of a table, its primary parent, and so on; a cycle is walked once."""
        return self._chains.get(table, ())

    def descendants(self, table: str) -> tuple[str, ...]:
        """Return the tables whose rows hang off those of a table, at any distance."""
        return tuple(name for name, chain in self._chains.items() if table in chain)

    def _climb(self, table: str) -> Iterator[str]:
        seen = {table}
        while (parents := self.tables[table].parents) and (table := parents[0]) in self.tables and table not in seen:
            seen.add(table)
            yield table

    @cached_property
    def _declared_unique(self) -> frozenset[Place]:
        """The columns that are keys, of their table or of a match, say that they are unique, or stand alone in a constraint."""
        keys = {(table.id, table.pk) for table in self.tables.values()} | {theirs for _, theirs in self.matched}
        marked = {place for place, column in self.columns.items() if column.unique}
        return frozenset(keys | marked | {columns[0] for columns in self.unique_sets if len(columns) == 1})

    @cached_property
    def unique_sets(self) -> tuple[tuple[Place, ...], ...]:
        """The columns of each unique constraint."""
        return tuple(unique.places() for unique in self.dataset.constraints.unique)

    @cached_property
    def _not_repeating(self) -> frozenset[Place]:
        """The columns that are declared unique, and those that these rest on."""
        found, waiting = set(self._declared_unique), list(self._declared_unique)
        while waiting:
            place = waiting.pop()
            below = self.rests_on(place)
            if below is not None and below not in found:
                found.add(below)
                waiting.append(below)
        return frozenset(found)

    def rests_on(self, place: Place) -> Place | None:
        """Return the column of the same row whose values must not repeat so that this column's do not, if there is one.

        Of several that will do, one that does not repeat anyway comes first.
        """
        column = self.columns.get(place)
        names = () if column is None or column.modifiers else column.generator.rests_on(self.facts(place))
        return min(((place[0], name) for name in names), key=self._may_repeat, default=None)

    def _may_repeat(self, place: Place) -> bool:
        return not self.columns[place].generator.always_differs and place not in self._declared_unique

    def must_not_repeat(self, place: Place) -> bool:
        """Return whether no two rows may have the same value in this column."""
        return place in self._not_repeating

    def never_repeats(self, place: Place) -> bool:
        """Return whether no two rows can have the same value: by its generator, or as a copy of the key of a 1:1 parent."""
        if place not in self._unrepeated:
            self._unrepeated[place] = False  # what a cycle of lookups finds
            self._unrepeated[place] = place in self.columns and self._is_unrepeated(place)
        return self._unrepeated[place]

    @cached_property
    def _unrepeated(self) -> dict[Place, bool]:
        return {}

    def _is_unrepeated(self, place: Place) -> bool:
        table, source = self.tables[place[0]], self.only_source(place)
        is_copied = source is not None and source.table in self.ancestors(table.id) and self.follows(place, source.table)
        if source is None or not is_copied:
            column = self.columns[place]
            is_asked = self.must_not_repeat(place) and all(change.args.keeps_distinct for change in column.modifiers)
            return is_asked and column.generator.capacity(self.facts(place)) is not None
        if source.on is not None or table.parents[:1] != (source.table,) or children_range(table)[1] > 1:
            return False
        return self.never_repeats((source.table, source.column))

    def facts(self, place: Place) -> ColumnFacts:
        """Return what the checks of a column's words may know."""
        from datagen_chat.schema.facts import ColumnFacts

        return ColumnFacts(self, self.tables[place[0]], self.columns[place])

    @cached_property
    def bounds(self) -> Mapping[Place, tuple[Bound, ...]]:
        """The declared inequalities that columns are to be drawn within."""
        if not self.dataset.constraints.inequalities:
            return {}
        from datagen_chat.schema.bounds import time_bounds

        return time_bounds(self)

    @cached_property
    def failing(self) -> frozenset[Place]:
        """The columns that may turn out null though nothing says so: by a formula that fails, or reading such a column."""
        waiting = [place for place, column in self.columns.items() if self._may_fail(place, column)]
        if not waiting:
            return frozenset()
        readers: dict[Place, list[Place]] = {}
        for place, column in self.columns.items():
            for use in column.uses():
                readers.setdefault((use.table or place[0], use.column), []).append(place)
        found: set[Place] = set()
        while waiting:
            place = waiting.pop()
            if place not in found:
                found.add(place)
                waiting += readers.get(place, ())
        return frozenset(found)

    def may_hold_null(self, place: Place) -> bool:
        """Return whether a column can come out with nulls: said to, or by a formula that fails."""
        return self.columns[place].may_be_null or place in self.failing

    def _may_fail(self, place: Place, column: Column) -> bool:
        return any(word.may_fail(self.facts(place)) for _, word in words_in(column.generator))

    @cached_property
    def _outcomes(self) -> dict[Place, tuple[Scalar, ...] | None]:
        return {}

    def outcomes(self, place: Place) -> tuple[Scalar, ...] | None:
        """Return all values that a column can have, null included, where they are few and known; else None."""
        if place not in self._outcomes:
            # What a column reads comes before it, so that a long chain of columns does not nest.
            for each in self._in_order(place, self._outcomes):
                self._outcomes[each] = None  # what a cycle finds
                self._outcomes[each] = self._find_outcomes(each)
        return self._outcomes.get(place)

    def _find_outcomes(self, place: Place) -> tuple[Scalar, ...] | None:
        column = self.columns[place]
        made = column.outcomes(self.facts(place))
        return made if made is None or not column.null_rate else tuple(dict.fromkeys((*made, None)))

    @cached_property
    def _ends(self) -> dict[Place, tuple[float, float] | None]:
        return {}

    def ends(self, place: Place) -> tuple[float, float] | None:
        """Return the least and the greatest value of a column, or what is usual where they are unknown; None for text.

        Datetimes are in microseconds and dates in days since 1970.
        """
        if place not in self._ends:
            from datagen_chat.schema.ends import find_ends, usual_ends

            for each in self._in_order(place, self._ends):
                self._ends[each] = usual_ends(self, each)  # what a cycle finds
                self._ends[each] = find_ends(self, each)
        return self._ends.get(place)

    @cached_property
    def _texts(self) -> dict[Place, Texts]:
        return {}

    def texts(self, place: Place) -> Texts:
        """Return about how long the values of a column are as texts."""
        if place not in self._texts:
            from datagen_chat.schema.texts import find_texts

            for each in self._in_order(place, self._texts):
                self._texts[each] = Texts()  # what a cycle finds
                self._texts[each] = find_texts(self, each)
        return self._texts.get(place, Texts())

    def _in_order(self, place: Place, known: Container[Place]) -> list[Place]:
        """Return the columns that a column reads, directly or not, that are not known yet, and itself at the end."""
        order: list[Place] = []
        seen: set[Place] = set()
        waiting = [(place, False)]
        while waiting:
            each, is_ready = waiting.pop()
            if is_ready:
                order.append(each)
            elif each in self.columns and each not in seen and each not in known:
                seen.add(each)
                waiting.append((each, True))
                waiting += [((use.table or each[0], use.column), False) for use in self.columns[each].uses()]
        return order

    def layout(self, place: Place) -> Layout:
        """Return how the values of a column lie in a file, as far as the schema says."""
        return self.columns[place].rewritten().layout(self.facts(place))

    def time_of_row(self, table: str, but: str | None) -> tuple[str | None, str] | None:
        """Return the column that says when a row of a table happened; one of its own has no table."""
        for name in (table, *self.ancestors(table)):
            found = [column for column in self.tables[name].columns if name != table or column.name != but]
            for type_ in ("datetime", "date"):
                for column in found:
                    if column.type == type_:
                        return (None if name == table else name), column.name
        return None

    def implied(self, table: Table, column: Column) -> Iterator[Use]:
        """Yield the columns that a column depends on although nothing in it names them."""
        if column.modifiers:
            facts = self.facts((table.id, column.name))
            for change in column.modifiers:
                yield from change.args.implied(facts)

    def sources(self, place: Place) -> tuple[Source, ...] | None:
        """Return the columns that all of a column's values but null are copied from; None where other values come out too."""
        column = self.columns.get(place)
        return None if column is None or column.modifiers else column.generator.sources()

    def only_source(self, place: Place) -> Source | None:
        """Return the one column that all of a column's values but null are copied from, if there is just one."""
        sources = self.sources(place) or ()
        return sources[0] if len({(source.table, source.column, source.on) for source in sources}) == 1 else None

    def follows(self, place: Place, table: str) -> bool:
        """Return whether a column holds the key of nothing but its row's ancestor in `table`."""
        seen: set[Place] = set()
        while place not in seen and (source := self.only_source(place)) and source.table in self.ancestors(place[0]):
            if place in self.twins or self.columns[place].generator.is_drawn:
                return False
            seen.add(place)
            if source.on is not None and not self.follows((place[0], source.on), source.table):
                return False
            if source.table == table:
                return True
            place = (source.table, source.column)
        return False

    @cached_property
    def twins(self) -> Mapping[Place, Twin]:
        """The columns that look up a key beside another one of the row, and how the two relate.

        They draw another row of that table: a second key of the same row would say nothing.
        """
        from datagen_chat.schema.twins import find_twins

        return find_twins(self)

    @cached_property
    def unrelated(self) -> Mapping[Place, str]:
        """The keys that are drawn of the same rows as an earlier key of their row, which nothing relates them to."""
        from datagen_chat.schema.twins import find_unrelated

        return find_unrelated(self)

    @cached_property
    def spared(self) -> Mapping[Place, tuple[int, int]]:
        """How many of the first and of the last rows of its table a key leaves to keys that are drawn beside it."""
        from datagen_chat.schema.twins import find_spared

        return find_spared(self)

    @cached_property
    def needs(self) -> Mapping[Need, tuple[Need, ...]]:
        """What each column and each row count, the column None of a table, must wait for."""
        if not self.dataset.constraints.inequalities:
            from datagen_chat.schema.cycles import needs

            return needs(self)
        from datagen_chat.schema.bounds import bounded_needs

        return bounded_needs(self)

    @cached_property
    def costly(self) -> frozenset[Place]:
        """The columns that take other tables' rows by the thousands: those that fold rows below, and all that read them."""
        columns = self.columns.items()
        found = {place for place, column in columns if any(word.folds() for _, word in words_in(column.generator))}
        readers: dict[Need, list[Place]] = {}
        for (table, column), read in self.needs.items() if found else ():
            if column is not None:
                for need in read:
                    readers.setdefault(need, []).append((table, column))
        waiting = list(found)
        while waiting:
            further = [place for place in readers.get(waiting.pop(), ()) if place not in found]
            found.update(further)
            waiting += further
        return frozenset(found)

    def pointing(self, table: str, target: str) -> tuple[str, ...]:
        """Return the columns of a table that hold primary keys of another."""
        if table not in self.tables or target not in self.tables:
            return ()
        key, own = self.tables[target].pk, dict.fromkeys(column.name for column in self.tables[table].columns)
        return tuple(column for column in own if self.key_held((table, column), target) == key)

    @cached_property
    def _held(self) -> dict[tuple[Place, str], str | None]:
        return {}

    def key_held(self, place: Place, table: str) -> str | None:
        """Return the column of a table whose values a column holds: copied from there, or from columns that hold them.

        A column that makes its values itself holds the key that a foreign key or a match says it does.
        """
        if (place, table) not in self._held:
            self._held[place, table] = None  # what a cycle of lookups finds
            self._held[place, table] = self._find_key(place, table)
        return self._held[place, table]

    def _find_key(self, place: Place, table: str) -> str | None:
        sources = self.sources(place)
        if sources is None:
            said = (*self._declared, *self.matched)
            return next((column for child, (parent, column) in said if (child, parent) == (place, table)), None)
        found = {
            source.column if source.table == table else self.key_held((source.table, source.column), table)
            for source in sources
        }
        return found.pop() if len(found) == 1 else None

    @cached_property
    def matched(self) -> tuple[tuple[Place, Place], ...]:
        """The columns, made and not copied, by whose values lookups find rows, and the columns that have these values there."""
        found = list[tuple[Place, Place]]()
        for place, column in self.columns.items():
            for _, word in words_in(column.generator):
                pointed = word.pointed() if isinstance(word, Lookup) else None
                if isinstance(word, Lookup) and pointed and self._is_match((place[0], pointed[0]), word.table):
                    found.append(((place[0], pointed[0]), (word.table, pointed[1] or self.tables[word.table].pk)))
        return tuple(dict.fromkeys(found))

    def _is_match(self, local: Place, table: str) -> bool:
        return local in self.columns and table in self.tables and self.sources(local) is None

    @cached_property
    def _declared(self) -> tuple[tuple[Place, Place], ...]:
        return tuple((_place(key.from_), _place(key.to)) for key in self.dataset.constraints.foreign_keys)

    def foreign_keys(self) -> tuple[tuple[Place, Place], ...]:
        """Return every foreign key, as (child, parent): those that are declared, then the other lookups of primary keys."""
        children = {child for child, _ in self._declared}
        inferred = [(place, key) for place in self.columns if place not in children and (key := self.key_read_by(place))]
        return tuple(dict.fromkeys([*self._declared, *inferred]))

    def key_read_by(self, place: Place) -> Place | None:
        """Return the primary key that a column's values are copied from, row by row, if they are."""
        source = self.only_source(place)
        if source is None or source.on is not None or source.table not in self.tables:
            return None
        return (source.table, source.column) if self.tables[source.table].pk == source.column else None


def _first_of(pairs: Iterable[tuple[K, V]]) -> dict[K, V]:
    """Return a mapping in which the first of several equal keys counts."""
    found: dict[K, V] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found


def _place(reference: str) -> Place:
    table, _, column = reference.partition(".")
    return table, column
