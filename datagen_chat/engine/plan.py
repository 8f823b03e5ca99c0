"""A dataset and a seed, compiled: every table knows its rows, every column its sampler."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from datagen_chat import draws
from datagen_chat.draws import Key
from datagen_chat.engine.columns import compile_column, places_of
from datagen_chat.engine.fanout import Counts, Fanout, bounded_masses, drawn_counts, exact_counts
from datagen_chat.engine.rows import Source, TableRows
from datagen_chat.fanouts import Spread
from datagen_chat.fanouts.constant import ConstantSpread
from datagen_chat.fanouts.poisson import PoissonSpread
from datagen_chat.generators.base import CATEGORY_LIMIT, Layout, Locator, Picker, Rows, Sampler
from datagen_chat.generators.lookup import Lookup
from datagen_chat.generators.sequence import Sequence
from datagen_chat.schema.model import DEFAULT_ROWS, Column, Dataset, Table
from datagen_chat.values import Numbers, Text, Values, coded
from datagen_chat.words import ColumnType

HELD_ROWS = 1 << 16
"""Tables up to this size that are looked up at random are held, one column at a time; larger ones are drawn row by row."""


class TablePlan:
    """One table of a plan."""

    def __init__(self, plan: Plan, table: Table) -> None:
        self.plan, self.table, self.name = plan, table, table.id
        self.parent: TablePlan | None = plan.tables[table.parents[0]] if table.parents else None
        self.fanout = None if self.parent is None else Fanout(self._counts(self.parent), self.parent.row_count)
        self.samplers = Samplers(self)
        self.source: Source = Source(self.name, self.samplers, self.parent.source if self.parent else None, self.fanout)

    @cached_property
    def row_count(self) -> int:
        """The number of rows; of a fact, after one pass over its parents."""
        if self.fanout is not None:
            return self.fanout.total
        return DEFAULT_ROWS if self.table.rows is None else self.table.rows

    def rows(self, numbers: draws.RowNumbers) -> TableRows:
        """Return rows of this table, ready to be made."""
        return TableRows(self.source, numbers)

    def ancestors(self) -> Iterator[TablePlan]:
        """Yield the primary parent, its primary parent, and so on."""
        if self.parent is not None:
            yield self.parent
            yield from self.parent.ancestors()

    def is_ancestor(self, name: str) -> bool:
        """Return whether each row has exactly one row of that table above it."""
        return any(ancestor.name == name for ancestor in self.ancestors())

    def layout(self, column: Column) -> Layout:
        """Return how a column's values lie in a file."""
        if not isinstance(column.generator, Lookup):
            return column.generator.layout(ColumnFacts(self.plan, self, column))
        source = self.plan.tables[column.generator.table]
        target = source.table.column(column.generator.column)
        if self.is_ancestor(source.name) and isinstance(target.generator, Sequence) and target.generator.step > 0:
            return "sorted"
        few = not self.is_ancestor(source.name) and source.row_count <= CATEGORY_LIMIT
        return "category" if few or source.layout(target) == "category" else "plain"

    def _counts(self, parent: TablePlan) -> Counts:
        key, parents = draws.key(self.plan.seed, self.name, "", "fanout"), parent.row_count
        spread, rows = spread_of(self.table, parents), self.table.rows
        if rows is None or parents == 0:
            return drawn_counts(bounded_masses(spread, spread.masses()), key, parents)
        return exact_counts(spread, key, parents, rows)


def spread_of(table: Table, parents: int) -> Spread:
    """Return a fact's fanout: the one it names, else one row each, or chance around the mean when it names a total."""
    if table.fanout is not None:
        return table.fanout
    if table.rows is None:
        return ConstantSpread(value=1)
    return PoissonSpread.model_validate({"lambda": table.rows / max(parents, 1)})


class Samplers(Mapping[str, Callable[[TableRows], Values]]):
    """The samplers of a table's columns; each is compiled when it is first asked for, so that no order is needed."""

    def __init__(self, table: TablePlan) -> None:
        self._table = table
        self._compiled: dict[str, Sampler] = {}

    def __getitem__(self, name: str) -> Sampler:
        sampler = self._compiled.get(name)
        if sampler is None:
            column = self._table.table.column(name)
            sampler = compile_column(column, ColumnScope(self._table.plan, self._table, column))
            self._compiled[name] = sampler
        return sampler

    def __iter__(self) -> Iterator[str]:
        return (column.name for column in self._table.table.columns)

    def __len__(self) -> int:
        return len(self._table.table.columns)


class Plan:
    """A dataset and a seed: all tables, parents before children."""

    def __init__(self, dataset: Dataset, seed: int) -> None:
        self.dataset, self.seed = dataset, seed
        self.tables: dict[str, TablePlan] = {}
        self._pickers: dict[tuple[str, str], Picker] = {}
        for table in parents_first(dataset.nodes):
            self.tables[table.id] = TablePlan(self, table)

    def picker(self, table: str, column: str) -> Picker:
        """Return how to read a column of any rows of a table; a small table's column is made once and held."""
        if (table, column) not in self._pickers:
            self._pickers[table, column] = self._make_picker(self.tables[table], column)
        return self._pickers[table, column]

    @staticmethod
    def _make_picker(table: TablePlan, column: str) -> Picker:
        if table.row_count <= HELD_ROWS:
            held = table.rows(range(table.row_count)).values(column)
            return (coded(held) if isinstance(held, Text) else held).take
        return lambda numbers: table.rows(numbers).values(column)


def parents_first(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Return the tables in an order in which every primary parent comes before its children, else as they are written."""
    by_name, placed = {table.id: table for table in tables}, dict[str, Table]()

    def place(table: Table) -> None:
        lineage = [table]
        while lineage[-1].parents and lineage[-1].parents[0] not in placed:
            lineage.append(by_name[lineage[-1].parents[0]])
        for each in reversed(lineage):
            placed[each.id] = each

    for table in tables:
        if table.id not in placed:
            place(table)
    return tuple(placed.values())


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What checks and hints may know of one column; implements `generators.base.Facts`."""

    plan: Plan
    owner: TablePlan
    column: Column

    @property
    def type(self) -> ColumnType:
        """The column's type."""
        return self.column.type

    @property
    def nullable(self) -> bool:
        """Whether the column may hold nulls."""
        return self.column.may_be_null

    @property
    def timeframe(self) -> tuple[int, int] | None:
        """The dataset's window."""
        return self.plan.dataset.window


@dataclass(frozen=True, slots=True)
class ColumnScope(ColumnFacts):
    """What one column's generator may ask of the engine; implements `generators.base.Scope`."""

    @property
    def decimals(self) -> int | None:
        """The places that numbers are rounded to."""
        return 0 if self.column.type == "int" else places_of(self.column)

    @property
    def has_siblings(self) -> bool:
        """Whether the table's rows hang off parents."""
        return self.owner.fanout is not None

    def key(self, draw: str) -> Key:
        """Return the key of one stream of draws."""
        return draws.key(self.plan.seed, self.owner.name, self.column.name, draw)

    def is_ancestor(self, table: str) -> bool:
        """Return whether each row has exactly one row of that table above it."""
        return self.owner.is_ancestor(table)

    def is_own_table(self, table: str) -> bool:
        """Return whether that table is the column's own."""
        return self.owner.name == table

    def row_count(self, table: str) -> int:
        """Return the number of rows of a table."""
        return self.plan.tables[table].row_count

    def type_of(self, table: str, column: str) -> ColumnType:
        """Return the type of any column."""
        return self.plan.tables[table].table.column(column).type

    def picker(self, table: str, column: str) -> Picker:
        """Return how to read a column of any rows of a table."""
        return self.plan.picker(table, column)

    def reader(self, table: str | None, column: str) -> Sampler:
        """Return how to read a column of the same row or of its ancestor."""
        if table is None or table == self.owner.name:
            return lambda rows: rows.values(column)

        def sample(rows: Rows) -> Values:
            assert isinstance(rows, TableRows)
            above, index = rows.ancestor(table)
            values = above.values(column)
            return values if index is None else values.take(index)

        return sample

    def ancestor_numbers(self, table: str) -> Locator:
        """Return how to find the row number of each row's ancestor."""

        def numbers(rows: Rows) -> NDArray[np.int64]:
            assert isinstance(rows, TableRows)
            above, index = rows.ancestor(table)
            found = draws.numbers_of(above.numbers)
            return found if index is None else found.take(index)

        return numbers

    def follows_parent(self, local: str, table: str) -> bool:
        """Return whether a local column is nothing but the key of this row's ancestor in that table."""
        generator = self.owner.table.column(local).generator
        return isinstance(generator, Lookup) and generator.table == table and generator.on is None

    def pointer(self, local: str, theirs: str | None, table: str) -> Locator:
        """Return how to find the row of `table` that a local foreign key column points at.

        Where the column is a lookup, the row is the one that the lookup itself found; keys need not be searched.
        """
        column = self.owner.table.column(local)
        generator = column.generator
        if isinstance(generator, Lookup):
            locate = generator.locate(ColumnScope(self.plan, self.owner, column))
            if generator.table == table:
                return locate
            return self._further(generator, locate, theirs, table)
        target = self.plan.tables[table]
        key = target.table.column(theirs or target.table.pk).generator
        assert isinstance(key, Sequence)
        read, count = self.reader(None, local), target.row_count
        return lambda rows: _row_of_key(key, read(rows), count)

    def _further(self, generator: Lookup, locate: Locator, theirs: str | None, table: str) -> Locator:
        """Return how to follow a key that was itself looked up in a table that only refers to `table`."""
        between = self.plan.tables[generator.table]
        scope = ColumnScope(self.plan, between, between.table.column(generator.column))
        onward = scope.pointer(generator.column, theirs, table)
        return lambda rows: onward(between.rows(locate(rows)))


def _row_of_key(key: Sequence, values: Values, count: int) -> NDArray[np.int64]:
    assert isinstance(values, Numbers)
    return np.clip((values.data.astype(np.int64) - key.start) // key.step, 0, count - 1)
