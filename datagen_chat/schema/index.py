"""A dataset's tables and columns by name, and what follows from how they hang together."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from datagen_chat.generators.lookup import Lookup
from datagen_chat.schema.model import DEFAULT_ROWS, Column, Dataset, Table
from datagen_chat.words import Scalar

if TYPE_CHECKING:
    from datagen_chat.schema.facts import ColumnFacts

Place = tuple[str, str]
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
        return self._chains[table]

    def _climb(self, table: str) -> Iterator[str]:
        seen = {table}
        while (parents := self.tables[table].parents) and (table := parents[0]) in self.tables and table not in seen:
            seen.add(table)
            yield table

    @cached_property
    def _declared_unique(self) -> frozenset[Place]:
        """The columns that are keys, say that they are unique, or stand alone in a unique constraint."""
        keys = {(table.id, table.pk) for table in self.tables.values()}
        marked = {place for place, column in self.columns.items() if column.unique}
        return frozenset(keys | marked | {columns[0] for columns in self.unique_sets if len(columns) == 1})

    @cached_property
    def unique_sets(self) -> tuple[tuple[Place, ...], ...]:
        """The columns of each unique constraint."""
        return tuple(unique.places() for unique in self.dataset.constraints.unique)

    def must_not_repeat(self, place: Place) -> bool:
        """Return whether no two rows may have the same value in this column."""
        return place in self._declared_unique

    def never_repeats(self, place: Place) -> bool:
        """Return whether no two rows can have the same value: by its generator, or as a copy of the key of a 1:1 parent."""
        seen: set[Place] = set()
        while place in self.columns and place not in seen:
            seen.add(place)
            generator, table = self.columns[place].generator, self.tables[place[0]]
            if not isinstance(generator, Lookup) or generator.table not in self.ancestors(table.id):
                return self.must_not_repeat(place) and generator.capacity(self.facts(place)) is not None
            if generator.on is not None or table.parents[:1] != (generator.table,) or children_range(table)[1] > 1:
                return False
            place = (generator.table, generator.column)
        return False

    def facts(self, place: Place) -> ColumnFacts:
        """Return what the checks of a column's words may know."""
        from datagen_chat.schema.facts import ColumnFacts

        return ColumnFacts(self, self.tables[place[0]], self.columns[place])

    @cached_property
    def _outcomes(self) -> dict[Place, tuple[Scalar, ...] | None]:
        return {}

    def outcomes(self, place: Place) -> tuple[Scalar, ...] | None:
        """Return all values that a column can have, null included, where they are few and known; else None."""
        column = self.columns.get(place)
        if column is None or column.modifiers:
            return None
        if place not in self._outcomes:
            self._outcomes[place] = None  # what a cycle of lookups finds
            made = column.generator.outcomes(self.facts(place))
            self._outcomes[place] = made if made is None or not column.null_rate else tuple(dict.fromkeys((*made, None)))
        return self._outcomes[place]

    def pointing(self, table: str, target: str) -> tuple[str, ...]:
        """Return the columns of a table that hold primary keys of another."""
        key = self.tables[target].pk if target in self.tables else None
        own = [column for (owner, _), column in self.columns.items() if owner == table]
        return tuple(column.name for column in own if key is not None and self.key_held(column, target) == key)

    def key_held(self, column: Column, table: str) -> str | None:
        """Return the column of a table whose values a column holds, looked up there or in tables that looked it up."""
        for _ in self.tables:
            if not isinstance(column.generator, Lookup):
                return None
            if column.generator.table == table:
                return column.generator.column
            further = self.columns.get((column.generator.table, column.generator.column))
            if further is None:
                return None
            column = further
        return None

    def row_range(self, table: str) -> tuple[float, float]:
        """Return the fewest and the most rows that a table can have."""
        least, most = 1.0, 1.0
        for name in (table, *self.ancestors(table)):
            node = self.tables[name]
            if node.rows is not None or not node.parents:
                rows = DEFAULT_ROWS if node.rows is None else node.rows
                return least * rows, most * rows if most else 0.0
            low, high = children_range(node)
            least, most = least * low, most * high if most and high else 0.0
        return 0.0, math.inf  # the parents are unknown, or a cycle

    def foreign_keys(self) -> tuple[tuple[Place, Place], ...]:
        """Return every foreign key, as (child, parent): those that are declared, then the other lookups of primary keys."""
        declared = [(_place(key.from_), _place(key.to)) for key in self.dataset.constraints.foreign_keys]
        inferred = [
            ((table.id, column.name), key) for _, table, column in self.every_column if (key := self.key_read_by(column))
        ]
        return tuple(dict.fromkeys([*declared, *(pair for pair in inferred if pair[0] not in dict(declared))]))

    def key_read_by(self, column: Column) -> Place | None:
        """Return the primary key that a column's lookup takes its values from, if it does."""
        generator = column.generator
        if not isinstance(generator, Lookup) or generator.on is not None or generator.table not in self.tables:
            return None
        return (generator.table, generator.column) if self.tables[generator.table].pk == generator.column else None


def _first_of(pairs: Iterable[tuple[K, V]]) -> dict[K, V]:
    """Return a mapping in which the first of several equal keys counts."""
    found: dict[K, V] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found


def children_range(table: Table) -> tuple[float, float]:
    """Return the fewest and the most rows that one row of the first parent has."""
    if table.rows is not None:
        return 0.0, math.inf
    low, high = table.fanout.reach() if table.fanout else (1, 1)
    return low, math.inf if high is None else high


def _place(reference: str) -> Place:
    table, _, column = reference.partition(".")
    return table, column
