"""What the checks of a word may know of its table and its column."""

from __future__ import annotations

from collections.abc import Mapping

from datagen_chat.frozen import dataclass
from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Layout, Texts
from datagen_chat.generators.base.uses import Bound, Twin
from datagen_chat.schema import known, row_ranges
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Column, Table
from datagen_chat.words import ColumnType, Scalar


@dataclass(frozen=True)
class TableFacts:
    """What is known of one table before any row exists."""

    index: Index
    table: Table

    @property
    def table_name(self) -> str:
        """The table's name."""
        return self.table.id

    @property
    def timeframe(self) -> tuple[int, int] | None:
        """The dataset's window."""
        return self.index.dataset.window

    @property
    def states(self) -> tuple[str, ...] | None:
        """The states or stages that the table's rows stand for."""
        return None if self.table.unfolding is None else self.table.unfolding.names

    @property
    def parent(self) -> str | None:
        """The table that the rows hang off."""
        return self.table.parents[0] if self.table.parents else None

    def type_of(self, table: str | None, column: str) -> ColumnType | None:
        """Return the type of any column; None when there is no such column."""
        found = self.index.columns.get((table or self.table.id, column))
        return None if found is None else found.type

    def nullable_of(self, table: str | None, column: str) -> bool:
        """Return whether a column may hold nulls."""
        found = self.index.columns.get((table or self.table.id, column))
        return found is None or found.may_be_null

    def pointing(self, table: str) -> tuple[str, ...]:
        """Return the columns of the own table that hold primary keys of another."""
        return self.index.pointing(self.table.id, table)

    def outcomes(self, table: str | None, column: str) -> tuple[Scalar, ...] | None:
        """Return all values that a column can have, where they are few and known; else None."""
        return self.index.outcomes((table or self.table.id, column))

    def ends_of(self, table: str | None, column: str) -> tuple[float, float] | None:
        """Return the least and the greatest value of a column as far as they are known, or what is usual; None for text."""
        return self.index.ends((table or self.table.id, column))

    def layout_of(self, table: str, column: str) -> Layout:
        """Return how the values of any column lie in a file."""
        return self.index.layout((table, column))

    def texts_of(self, table: str | None, column: str) -> Texts:
        """Return about how long the values of any column are as texts."""
        return self.index.texts((table or self.table.id, column))

    def places_of(self, table: str | None, column: str) -> int | None:
        """Return the decimals that a float column's values have; None where they are unknown."""
        return known.places_of(self.index, (table or self.table.id, column))

    def time_of_row(self, but: str | None) -> tuple[str | None, str] | None:
        """Return the column that says when a row happened."""
        return self.index.time_of_row(self.table.id, but)

    def signs_of(self, table: str | None, column: str) -> frozenset[str] | None:
        """Return the characters that a column's values, written as text, are made of; None where they can be any."""
        return known.signs_of(self.index, (table or self.table.id, column))

    def is_ancestor(self, table: str) -> bool:
        """Return whether each row has exactly one row of `table` above it."""
        return table in self.index.ancestors(self.table.id)

    def is_sure_of(self, table: str) -> bool:
        """Return whether each row is sure to have a row of `table` below it."""
        return row_ranges.is_sure_of(self.index, self.table.id, table)

    def row_range(self, table: str | None) -> tuple[float, float]:
        """Return the fewest and the most rows that a table can have."""
        return row_ranges.row_range(self.index, table or self.table.id)

    def children_range(self) -> tuple[float, float]:
        """Return the fewest and the most rows that one row of the first parent has in this table."""
        return row_ranges.children_range(self.table)

    def never_repeats(self, table: str | None, column: str) -> bool:
        """Return whether no two rows can have the same value in a column."""
        return self.index.never_repeats((table or self.table.id, column))

    def generators(self) -> Mapping[str, Generator]:
        """Return the generators of all columns of the own table, by the column's name, in their order."""
        return {column.name: column.generator for column in self.table.columns}

    def is_unique_of(self, column: str) -> bool:
        """Return whether no two rows may have the same value in a column of the own table."""
        return self.index.must_not_repeat((self.table.id, column))

    def of(self, table: str) -> TableFacts:
        """Return what is known of another table."""
        return TableFacts(self.index, self.index.tables[table])


@dataclass(frozen=True)
class ColumnFacts(TableFacts):
    """What is known of one column before any row exists; implements `generators.base.facts.Facts`."""

    column: Column

    @property
    def name(self) -> str:
        """The column as "table.column"."""
        return f"{self.table.id}.{self.column.name}"

    @property
    def column_name(self) -> str:
        """The column's name."""
        return self.column.name

    @property
    def type(self) -> ColumnType:
        """The type that the generator is to make."""
        return self.column.made_type

    @property
    def nullable(self) -> bool:
        """Whether the column may hold nulls."""
        return self.column.may_be_null

    @property
    def is_unique(self) -> bool:
        """Whether no two rows may have the same value."""
        return self.index.must_not_repeat((self.table.id, self.column.name))

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """The declared inequalities that the values are to be drawn within."""
        return self.index.bounds.get((self.table.id, self.column.name), ())

    @property
    def twin(self) -> Twin | None:
        """The other key of the same table in the row that this one is drawn beside."""
        return self.index.twins.get((self.table.id, self.column.name))

    @property
    def spared(self) -> tuple[int, int]:
        """How many of the first and of the last rows of its table the key leaves to those that are drawn beside it."""
        return self.index.spared.get((self.table.id, self.column.name), (0, 0))

    @property
    def has_modifiers(self) -> bool:
        """Whether modifiers change what the generator makes, but not into something else."""
        changes = [change.args for change in self.column.modifiers]
        return bool(changes) and not any(change.converts for change in changes)
