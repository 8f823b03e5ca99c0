"""What a word may know before any row exists: of its table, and of its column."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Protocol

from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.uses import Bound, Twin
from datagen_chat.words import ColumnType, Scalar

if TYPE_CHECKING:
    from datagen_chat.generators.base import Generator


Layout = Literal["sequence", "sorted", "category", "plain"]


@dataclass(frozen=True, slots=True)
class Texts:
    """About how long the texts of a column are, in bytes, and how many words they are taken from, where those are few.

    `fixed` is how much of the length is the same in every text, or stands in the same text before.
    """

    length: float = 12.0
    words: float = math.inf
    fixed: float = 0.0


class TableFacts(Protocol):
    """What a word may know of a table before any row exists. A table of None is this one."""

    @property
    def table_name(self) -> str:
        """The table's name."""

    @property
    def timeframe(self) -> tuple[int, int] | None:
        """The dataset's window, in microseconds since 1970."""

    @property
    def parent(self) -> str | None:
        """The table that the rows hang off."""

    def type_of(self, table: str | None, column: str) -> ColumnType | None:
        """Return the type of any column; None when there is no such column."""

    def nullable_of(self, table: str | None, column: str) -> bool:
        """Return whether a column may hold nulls."""

    def pointing(self, table: str) -> tuple[str, ...]:
        """Return the columns of the table that hold primary keys of another."""

    def outcomes(self, table: str | None, column: str) -> tuple[Scalar, ...] | None:
        """Return all values that a column can have, where they are few and known; else None."""

    def ends_of(self, table: str | None, column: str) -> tuple[float, float] | None:
        """Return the least and the greatest value of a column as far as they are known, or what is usual; None for text.

        Datetimes are in microseconds and dates in days since 1970.
        """

    def layout_of(self, table: str, column: str) -> Layout:
        """Return how the values of any column lie in a file."""

    def texts_of(self, table: str | None, column: str) -> Texts:
        """Return about how long the values of any column are as texts."""

    def places_of(self, table: str | None, column: str) -> int | None:
        """Return the decimals that a float column's values have; None where they are unknown."""

    def time_of_row(self, but: str | None) -> tuple[str | None, str] | None:
        """Return the column that says when a row happened: its first datetime other than `but`, else its first date.

        Without one, that of the nearest table above; a table of None is this one.
        """

    def is_ancestor(self, table: str) -> bool:
        """Return whether each row has exactly one row of `table` above it."""

    def is_sure_of(self, table: str) -> bool:
        """Return whether each row is sure to have a row of `table` below it."""

    def row_range(self, table: str | None) -> tuple[float, float]:
        """Return the fewest and the most rows that a table can have."""

    def signs_of(self, table: str | None, column: str) -> frozenset[str] | None:
        """Return the characters that a column's values, written as text, are made of; None where they can be any."""

    def children_range(self) -> tuple[float, float]:
        """Return the fewest and the most rows that one row of the first parent has in this table."""

    def never_repeats(self, table: str | None, column: str) -> bool:
        """Return whether no two rows can have the same value in a column."""

    def of(self, table: str) -> TableFacts:
        """Return what is known of another table."""

    def generators(self) -> Mapping[str, Generator]:
        """Return the generators of all columns of the own table, by the column's name, in their order."""

    def is_unique_of(self, column: str) -> bool:
        """Return whether no two rows may have the same value in a column of the own table."""


class Facts(TableFacts, Protocol):
    """What a word's checks may know of its column; no rows exist yet."""

    @property
    def column_name(self) -> str:
        """The column's name."""

    @property
    def type(self) -> ColumnType:
        """The type that the generator is to make: the column's own, unless modifiers turn another one into it."""

    @property
    def nullable(self) -> bool:
        """Whether the column may hold nulls."""

    @property
    def is_unique(self) -> bool:
        """Whether no two rows may have the same value: the column is a key, or said to be unique."""

    @property
    def has_modifiers(self) -> bool:
        """Whether modifiers change what the generator makes, but not into something else; the engine then clamps after them."""

    @property
    def bounds(self) -> tuple[Bound, ...]:
        """The declared inequalities that the values are to be drawn within."""

    @property
    def states(self) -> tuple[str, ...] | None:
        """The states or stages that the table's rows stand for; None where nothing makes them go through any."""

    @property
    def twin(self) -> Twin | None:
        """The other key of the same table in the row that this one is drawn beside; None where there is none."""

    @property
    def spared(self) -> tuple[int, int]:
        """How many of the first and of the last rows of its table the key leaves to those that are drawn beside it."""


def may_read_null(facts: TableFacts, table: str | None, column: str) -> bool:
    """Return whether a column, read from a row of this column's table, can be null: itself, or the key that leads to it."""
    if facts.nullable_of(table, column):
        return True
    is_above = table is None or table == facts.table_name or facts.is_ancestor(table)
    return not is_above and any(facts.nullable_of(None, key) for key in facts.pointing(table or ""))
