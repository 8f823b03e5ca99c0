"""A dataset and a seed, compiled: every table knows its rows, every column its sampler."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from datagen_chat import draws
from datagen_chat.engine.chains import stepping_stones
from datagen_chat.engine.columns import compile_column
from datagen_chat.engine.counts import Factor, table_counts
from datagen_chat.engine.descent import TableDescent, descend
from datagen_chat.engine.fanout import PARENT_BLOCK, Fanout, parent_range
from datagen_chat.engine.keeping import Kept, Shelf
from datagen_chat.engine.parents import parents_first
from datagen_chat.engine.rows import TableRows
from datagen_chat.engine.scope import ColumnScope, TableScope
from datagen_chat.engine.told import Tellings
from datagen_chat.generators._written import value_pool
from datagen_chat.generators.base.facts import Layout
from datagen_chat.generators.base.rows import Locator, Picker, Rows, Sampler, Unfold
from datagen_chat.schema.behaviours import with_behaviours
from datagen_chat.schema.combinations import Combination, combinations
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Column, Dataset, Table
from datagen_chat.schema.unfoldings import above, bound
from datagen_chat.values import Text, Values, coded

if TYPE_CHECKING:
    from datagen_chat.engine.combinations import Combined
    from datagen_chat.engine.folding import TogetherFolds
    from datagen_chat.engine.promises import Promise

HELD_ROWS = 1 << 16
"""Tables up to this size that are looked up at random are held, one column at a time; larger ones are drawn row by row."""
T = TypeVar("T")
_CHEAP = ("sequence", "sorted")
"""Layouts of columns that take no longer to make than to keep."""


class TablePlan:
    """One table of a plan; implements `engine.rows.Source`."""

    def __init__(self, plan: Plan, table: Table) -> None:
        self.plan, self.table, self.name = plan, table, table.id
        self.parent: TablePlan | None = plan.tables[table.parents[0]] if table.parents else None
        self.columns = {column.name: column for column in table.columns}
        self.samplers = Samplers(self)
        self._folds: dict[str, TogetherFolds] = {}

    @cached_property
    def fanout(self) -> Fanout | None:
        """How the rows hang off those of the primary parent; what shapes it is compiled when it is first asked for."""
        return None if self.parent is None else Fanout(table_counts(self, self.parent), self.parent.row_count)

    @cached_property
    def stones(self) -> Mapping[str, tuple[str, ...]]:
        """Columns that are made before a column, where it stands at the end of a long chain of them."""
        return stepping_stones(self.table)

    @cached_property
    def row_count(self) -> int:
        """The number of rows; of a fact, after one pass over its parents."""
        if self.fanout is not None:
            return self.fanout.total
        return self.table.standing_rows()

    @property
    def known_rows(self) -> int | None:
        """The number of rows; None where nothing has counted them yet."""
        return self.row_count if self.parent is None else self.__dict__.get("row_count")

    @property
    def is_written(self) -> bool:
        """Whether the rows that this thread makes are those of this table."""
        return self.plan.tellings.place == self.name

    def rows(self, numbers: draws.RowNumbers, known: TableRows | None = None) -> TableRows:
        """Return rows of this table, ready to be made; `known` are rows of a table above that are at hand already."""
        return TableRows(self, numbers, known)

    def descent(self, below: str) -> Callable[[Rows], TableDescent]:
        """Return how to find the rows of a table below some rows of this one."""
        target = self.plan.tables[below]
        chain = [target, *target.ancestors()]
        fanouts = tuple(each.fanout for each in reversed(chain[: chain.index(self)]) if each.fanout is not None)

        def descend_from(rows: Rows) -> TableDescent:
            known = rows if isinstance(rows, TableRows) else None
            return descend(fanouts, rows.numbers, lambda numbers: target.rows(numbers, known))

        return descend_from

    def folds(self, column: str) -> TogetherFolds:
        """Return the columns that are made of the rows below together with this one."""
        from datagen_chat.engine.folding import TogetherFolds, together  # only tables that fold rows need it

        below = self.columns[column].generator.folds() or ""
        if column not in self._folds:
            for columns in together(self, below):
                self._folds |= dict.fromkeys(columns, TogetherFolds(self, below, columns))
        return self._folds[column]

    def block(self, number: int) -> TableRows:
        """Return the rows of one block of parents."""
        return self.rows(parent_range(number, self.row_count))

    @property
    def blocks(self) -> int:
        """The number of blocks of parents."""
        return -(-self.row_count // PARENT_BLOCK)

    def tell_cut(self, parents: int, part: Hashable) -> None:
        """Note that some parents have fewer rows than their fanout asked for, because they leave no room for more."""
        message = "The fanout asks for more rows than these parents have room for; they have as many as fit."
        self.plan.tellings.tell(self.name, "fanout-cut", message, parents, part)

    @cached_property
    def combinations(self) -> tuple[Combined, ...]:
        """The columns that are drawn together, so that they do not repeat."""
        mine = [each for each in self.plan.combinations if each.table == self.name]
        if not mine:
            return ()
        from datagen_chat.engine.combinations import Combined  # with what draws without repetition

        return tuple(Combined(each, self) for each in mine)

    def combined(self, column: str) -> Locator | None:
        """Return the numbers that a column has in a combination; None where it is in none."""
        return next((each.numbers(column) for each in self.combinations if column in each.combination.columns), None)

    def factors(self) -> Iterator[Factor]:
        """Yield what multiplies the mean of the fanout, from rows of the parent."""
        yield from (change.args.scaling(self.parent_scope()) for change in self.table.modifiers)

    def scope(self, column: str) -> ColumnScope:
        """Return what a column's words may ask while they are compiled."""
        rewritten, stream = self.columns[column].rewritten(), (self.name, column)
        return ColumnScope(self.plan.index, self.table, column=rewritten, plan=self.plan, owner=self, stream=stream)

    def table_scope(self) -> TableScope:
        """Return what words that read rows of this table may ask."""
        return TableScope(self.plan.index, self.table, plan=self.plan, owner=self, stream=(self.name, ""))

    @cached_property
    def promises(self) -> tuple[Promise, ...]:
        """The inequalities of the rows that no draw keeps."""
        if not self.plan.dataset.constraints.inequalities:
            return ()
        from datagen_chat.engine.promises import promises

        return promises(self)

    def parent_scope(self) -> TableScope:
        """Return what the words that make this table's rows may ask: they read rows of its parent."""
        assert self.parent is not None
        above = self.parent
        return TableScope(self.plan.index, above.table, plan=self.plan, owner=above, stream=(self.name, ""))

    @cached_property
    def unfolding(self) -> Unfold:
        """How the rows come from their parents', where a walk or a journey makes them."""
        known = above(self.table, self.plan.index)
        assert self.table.unfolding is not None
        assert known is not None
        return self.table.unfolding.compile(self.parent_scope(), known)

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
        scope = self.scope(column.name)
        return scope.column.layout(scope)


class Samplers(Mapping[str, Callable[[TableRows], Values]]):
    """The samplers of a table's columns; each is compiled when it is first asked for, so that no order is needed."""

    def __init__(self, table: TablePlan) -> None:
        self._table = table
        self._compiled: dict[str, Sampler] = {}
        self._shared: set[str] = set()

    def __getitem__(self, name: str) -> Sampler:
        sampler = self._compiled.get(name)
        if sampler is None:
            sampler = self._compiled[name] = self._compile(name)
        return sampler

    def share(self, name: str) -> None:
        """Keep what is made of a column, because another table reads it."""
        if name not in self._shared and self._table.layout(self._table.columns[name]) not in _CHEAP:
            self._shared.add(name)
            self._compiled[name] = Kept(self._table, self[name])

    def _compile(self, name: str) -> Sampler:
        made, table = compile_column(self._table.scope(name)), self._table
        if (table.name, name) not in table.plan.index.costly:
            return made
        from datagen_chat.engine.holding import held

        return held(table, made, HELD_ROWS)

    def __iter__(self) -> Iterator[str]:
        return (column.name for column in self._table.table.columns)

    def __len__(self) -> int:
        return len(self._table.table.columns)


class Plan:
    """A dataset and a seed: all tables, parents before children."""

    def __init__(self, dataset: Dataset, seed: int) -> None:
        dataset = _kept(bound(with_behaviours(dataset)))
        self.dataset, self.seed = dataset, seed
        self.tables: dict[str, TablePlan] = {}
        self.index = Index(dataset)
        self._pickers: dict[tuple[str, str], Picker] = {}
        self._kept: dict[Hashable, Any] = {}
        self.tellings, self.shelf = Tellings(), Shelf()
        for table in parents_first(dataset.nodes):
            self.tables[table.id] = TablePlan(self, table)

    def picker(self, table: str, column: str) -> Picker:
        """Return how to read a column of any rows of a table, null where it has none; a small table's column is held."""
        if (table, column) not in self._pickers:
            self._pickers[table, column] = self._make_picker(self.tables[table], column)
        return self._pickers[table, column]

    def kept(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` makes, which is made once for each name."""
        if name not in self._kept:
            self._kept[name] = make()
        found: T = self._kept[name]
        return found

    @cached_property
    def combinations(self) -> tuple[Combination, ...]:
        """The columns that are drawn together, so that they do not repeat."""
        return combinations(self.index)

    @staticmethod
    def _make_picker(table: TablePlan, column: str) -> Picker:
        if not table.row_count:
            nothing = value_pool((None,), table.columns[column].type)
            return lambda numbers: nothing.take(np.zeros(len(numbers), dtype=np.int64))
        if table.row_count <= HELD_ROWS:
            held = table.rows(range(table.row_count)).values(column)
            return (coded(held) if isinstance(held, Text) else held).take
        table.samplers.share(column)
        return lambda numbers: table.rows(numbers).values(column)


def _kept(dataset: Dataset) -> Dataset:
    """Return the dataset with draws that keep to the ranges that it promises, and leave room for its orders."""
    if dataset.constraints.ranges:
        from datagen_chat.schema.ranges import within_ranges  # few schemas have ranges

        dataset = within_ranges(dataset)
    if dataset.constraints.inequalities:
        from datagen_chat.schema.within_orders import within_orders  # nor orders

        dataset = within_orders(dataset)
    return dataset
