"""What words may ask of the engine while they are compiled."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TYPE_CHECKING, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from datagen_chat import draws
from datagen_chat.draws import Key, numbers_of
from datagen_chat.engine.keys import key_finder
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base import Generator, words_in
from datagen_chat.generators.base.facts import Layout
from datagen_chat.generators.base.rows import Descent, Locator, Picker, Rows, Sampler, Scorer, Unfold
from datagen_chat.generators.base.uses import Source
from datagen_chat.schema.facts import ColumnFacts, TableFacts
from datagen_chat.values import Values, masked

if TYPE_CHECKING:
    from datagen_chat.engine.plan import Plan, TablePlan


T = TypeVar("T")


@dataclass(frozen=True)
class TableScope(TableFacts):
    """What words that read rows of one table may ask of the engine.

    `stream` begins the names of all their streams of draws; `path` leads to a word inside another one, whose draws have
    streams of their own.
    """

    plan: Plan
    owner: TablePlan
    stream: tuple[str, ...]
    path: tuple[str, ...] = ()

    def of(self, table: str) -> TableScope:
        """Return the scope of words that read rows of another table."""
        return self.plan.tables[table].table_scope()

    @property
    def has_siblings(self) -> bool:
        """Whether the table's rows hang off parents."""
        return self.owner.parent is not None

    @property
    def parent(self) -> str | None:
        """The table that the rows hang off."""
        return None if self.owner.parent is None else self.owner.parent.name

    def key(self, draw: str) -> Key:
        """Return the key of one stream of draws."""
        return draws.key(self.plan.seed, *self.stream, *self.path, draw)

    def table_key(self, draw: str) -> Key:
        """Return the key of one stream of draws that columns of the table share."""
        return draws.key(self.plan.seed, self.owner.name, "", draw)

    def rows(self, numbers: draws.RowNumbers) -> Rows:
        """Return any rows of the own table."""
        return self.owner.rows(numbers)

    def nested(self, *steps: str) -> Self:
        """Return the scope of a word inside this one."""
        return replace(self, path=(*self.path, *steps))

    def tell(self, code: str, message: str, count: int, part: Hashable = None) -> None:
        """Note that something happened to `count` cells."""
        self.plan.tellings.tell(".".join(filter(None, self.stream)), code, message, count, part)

    def kept(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return what is made once for the whole plan."""
        return self.plan.kept(name, make)

    def is_own_table(self, table: str) -> bool:
        """Return whether that table is the column's own."""
        return self.owner.name == table

    def row_count(self, table: str | None = None) -> int:
        """Return the number of rows of a table."""
        return self.plan.tables[table or self.owner.name].row_count

    def picker(self, table: str, column: str) -> Picker:
        """Return how to read a column of any rows of a table."""
        return self.plan.picker(table, column)

    def reader(self, table: str | None, column: str) -> Sampler:
        """Return how to read a column of the same row, of its ancestor, or of the row that its key points at."""
        if table is None or table == self.owner.name:
            self._share(self.owner.name, column)
            return lambda rows: rows.values(column)
        if not self.is_ancestor(table):
            return self._pointed_reader(table, column)
        self._share(table, column)

        def sample(rows: Rows) -> Values:
            above, index = rows.ancestor(table)
            values = above.values(column)
            return values if index is None else values.take(index)

        return sample

    def _share(self, table: str, column: str) -> None:
        """Let a column be kept that rows of another table read."""
        if table != self.stream[0]:
            self.plan.tables[table].samplers.share(column)

    def scores(self, table: str | None, column: str) -> Scorer:
        """Return how to find the normal scores behind a column, of the rows that `reader` would read it from."""
        owner = self.plan.tables[table or self.owner.name]
        scope = owner.scope(column)
        make = scope.column.generator.scores(scope)

        def scores(rows: Rows) -> NDArray[np.float64]:
            return rows.shared(("scores", column), lambda: make(rows))

        if owner is self.owner:
            return scores
        if not self.is_ancestor(owner.name):
            [local] = self.pointing(owner.name)
            locate = self.pointer(local, owner.name)
            return lambda rows: scores(owner.rows(locate(rows)))

        def above(rows: Rows) -> NDArray[np.float64]:
            higher, index = rows.ancestor(owner.name)
            found = scores(higher)
            return found if index is None else found.take(index)

        return above

    def _pointed_reader(self, table: str, column: str) -> Sampler:
        [local] = self.pointing(table)
        locate, pick, key = self.pointer(local, table), self.picker(table, column), self.reader(None, local)
        return lambda rows: masked(pick(locate(rows)), key(rows).valid)

    def ancestor_numbers(self, table: str) -> Locator:
        """Return how to find the row number of each row's ancestor."""

        def numbers(rows: Rows) -> NDArray[np.int64]:
            above, index = rows.ancestor(table)
            found = numbers_of(above.numbers)
            return found if index is None else found.take(index)

        return numbers

    def descent(self, table: str) -> Callable[[Rows], Descent]:
        """Return how to find the rows of a descendant table below rows of this one."""
        return self.owner.descent(table)

    def unfolding(self) -> Unfold:
        """Return how the table's rows come from their parents'."""
        return self.owner.unfolding

    def follows_parent(self, local: str, table: str) -> bool:
        """Return whether a local column holds the key of nothing but this row's ancestor in that table."""
        return self.index.follows((self.owner.name, local), table)

    def pointer(self, local: str, table: str) -> Locator:
        """Return how to find the row of `table` that a local foreign key column points at.

        Where the key is copied, the row is the one that it was copied from; keys need not be searched.
        """
        scope = self.owner.scope(local)
        return scope.search(table) if scope.column.modifiers else scope.column.generator.locate(scope, table)

    def onward(self, source: Source, table: str, locate: Locator) -> Locator:
        """Return how to follow a key that was itself copied from a table that only refers to `table`."""
        between = self.plan.tables[source.table]
        onward = between.scope(source.column).pointer(source.column, table)
        return lambda rows: onward(between.rows(locate(rows)))

    def layout_of(self, table: str, column: str) -> Layout:
        """Return how the values of any column lie in a file."""
        target = self.plan.tables[table]
        return target.layout(target.columns[column])

    def nullable_of(self, table: str | None, column: str) -> bool:
        """Return whether a column can hold nulls, those included that come of a formula without a value."""
        place = (table or self.owner.name, column)
        return super().nullable_of(table, column) or place in self.index.failing

    def row_range(self, table: str | None) -> tuple[float, float]:
        """Return the number of rows of a table, twice: here it is known."""
        return (self.row_count(table),) * 2


@dataclass(frozen=True)
class ColumnScope(TableScope, ColumnFacts):
    """What one column's words may ask of the engine; implements `generators.base.scope.Scope`."""

    @property
    def is_unique(self) -> bool:
        """Whether no two rows may have the same value; what stands inside another word need not care."""
        return not self.path and super().is_unique

    @property
    def decimals(self) -> int | None:
        """The places that numbers are rounded to."""
        return 0 if self.type == "int" else self.column.places

    def pointer_to(self, word: Generator) -> str:
        """Return where a word of this column stands in the document; the column's place where it was written in another way."""
        place = self.owner.name, self.column.name
        at = next(at for at, table, column in self.index.every_column if (table.id, column.name) == place)
        inside = next((inside for inside, each in words_in(self.column.generator) if each is word), "")
        return f"{at}/generator{inside}"

    def combined(self) -> Locator | None:
        """Return the numbers that the column has in a combination which must not repeat; None where it is in none."""
        return None if self.path else self.owner.combined(self.column.name)

    @property
    def is_paired(self) -> bool:
        """Whether the column is a key that is drawn as one of a pair, of those that must not repeat."""
        pairs = [pair for each in self.owner.combinations for pair in each.combination.pairs]
        return not self.path and any(self.column.name in (pair.first, pair.second) for pair in pairs)

    def above(self) -> TableScope:
        """Return the scope of words that read the parents' rows."""
        return self.owner.parent_scope()

    def folded(self, word: Generator) -> Sampler:
        """Return how to make what a word of this column folds; whole columns that fold the same rows share them."""
        if not self.path:
            folds, name = self.owner.folds(self.column.name), self.column.name
            return lambda rows: folds.values(rows, name)
        from datagen_chat.engine.folding import fold_rows

        descend, fold = self.owner.descent(word.folds() or ""), word.fold(self)
        return lambda rows: fold_rows(descend(rows), {"": fold})[""]

    def search(self, table: str) -> Locator:
        """Return how to find the row of `table` whose key this column holds, by the key itself."""
        name, theirs = self.column.name, self.index.key_held((self.owner.name, self.column.name), table)
        assert theirs is not None
        find = key_finder(self.plan.tables[table], theirs)
        return lambda rows: find(rows.values(name))
