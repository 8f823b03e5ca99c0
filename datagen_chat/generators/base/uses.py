"""What words name: the columns that they read, copy, and are bounded by."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from datagen_chat.frozen import dataclass
from datagen_chat.words import COLUMN_TYPES, ColumnType, Scalar

How = Literal["row", "ancestor", "target", "descendant"]


@dataclass(frozen=True, slots=True)
class Use:
    """One reference from a word to a column.

    `how` says where it is read: "row" in the same row or, with a table, in the row's ancestor or in the row that its only
    key column of that table points at; "target" in any row of a table that is looked up; "ancestor" where both are possible
    and the table decides; "descendant" in the rows below. `wants` are the types that will do. `by_score` says that not the
    value is read but the normal score behind it, which only a generator that `has_scores` has. `of` is the table whose rows
    read it, where these are not the column's own; then `table` is named in any case.
    """

    at: str
    table: str | None
    column: str
    how: How = "row"
    wants: tuple[ColumnType, ...] = COLUMN_TYPES
    by_score: bool = False
    of: str | None = None

    def under(self, pointer: str) -> Use:
        """Return this use with its pointer moved below `pointer`."""
        return replace(self, at=pointer + self.at)


def named(reference: str) -> tuple[str | None, str]:
    """Return the table, if one is named, and the column of a name."""
    table, _, column = reference.rpartition(".")
    return table or None, column


@dataclass(frozen=True, slots=True)
class Source:
    """A column whose values a word copies, of this row's ancestor where its table is one.

    Else of any row or, with `on`, of the row that this local key column points at. `at` is the place that names it.
    """

    at: str
    table: str
    column: str
    on: str | None = None

    def under(self, pointer: str) -> Source:
        """Return this source with its pointer moved below `pointer`."""
        return replace(self, at=pointer + self.at)


@dataclass(frozen=True, slots=True)
class Lots:
    """Few values, one of which is drawn for each row: by `tables.Discrete(weights)` from 32 bits of the stream `draw`."""

    values: tuple[Scalar, ...]
    weights: tuple[float, ...] = (1.0,)
    draw: str = ""


@dataclass(frozen=True, slots=True)
class Bound:
    """That a time is to lie before or after another column's: of the same row, or of one in `table` that it leads to."""

    at: str
    op: Literal["<", "<=", ">", ">="]
    table: str | None
    column: str


Order = Literal["<", "<=", ">", ">=", "!="]


@dataclass(frozen=True, slots=True)
class Twin:
    """That a key is to stand in an order to another one of the row, in a column that holds the ancestor's or a drawn one."""

    order: Order
    column: str
    is_ancestor: bool
