"""Which rows of a table a lookup can draw: all alike, by popularity, or those that may stand beside the own ancestor's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, numbers_of
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.rows import Locator, Rows
from datagen_chat.generators.base.scope import Scope, TableScope
from datagen_chat.generators.base.uses import Order, Twin
from datagen_chat.popularity import WeightsKind, choice_weights, popular_rows

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RowChoice:
    """Rows of a table by the numbers 0 to below `size`.

    `row` returns the row that each number stands for, given the rows that draw. Where the size differs, `sizes` gives it for
    each parent row, if it is the same for all rows of one, and `room` for each row. `draw` and `weights` are there where some
    rows are likelier, and `number` where both are so. `draw` and `weights` know nothing of a row that is left out: `left_out`
    gives its number for each parent row, and what comes after it is one less.
    """

    size: int
    row: Callable[[Rows, Ints], Ints]
    sizes: Callable[[Rows], Ints] | None = None
    room: Callable[[Rows], Ints] | None = None
    draw: Callable[[Key, Ints], Ints] | None = None
    weights: Callable[[], NDArray[np.float64]] | None = None
    number: Callable[[Key, Rows], Ints] | None = None
    left_out: Callable[[Rows], Ints] | None = None


def any_row(count: int) -> RowChoice:
    """Return all rows of a table alike."""
    return RowChoice(count, lambda _rows, numbers: numbers)


def weighed(kind: WeightsKind, count: int, spread: Key) -> RowChoice:
    """Return all rows of a table by popularity; `spread` names the permutation that says which rows are popular."""

    def weights() -> NDArray[np.float64]:
        from datagen_chat.permutation import permuted  # a lookup of rows that are all alike needs none

        ranked = np.array(choice_weights(kind, count))
        spread_out = np.empty(count)
        spread_out[permuted(spread, range(count), count)] = ranked
        return spread_out

    draw = popular_rows(kind, max(count, 1), spread)
    return RowChoice(count, lambda _rows, numbers: numbers, draw=draw, weights=weights)


def among(choice: RowChoice, rows: Ints) -> RowChoice:
    """Return the choice as one of some rows of the table."""
    return replace(choice, row=lambda drawing, numbers: rows.take(choice.row(drawing, numbers)))


def between(choice: RowChoice, low: int, high: int) -> RowChoice:
    """Return the choice of any row as one from `low` to below `high`; the popularity of others is that of the nearest."""
    if choice.draw is None:
        return RowChoice(high - low, lambda _rows, numbers: numbers + low)
    return replace(choice, row=lambda drawing, numbers: np.clip(choice.row(drawing, numbers), low, high - 1))


def beside(
    choice: RowChoice, rows: Ints | None, scope: Scope, table: str, twin: Twin, spared: tuple[int, int] = (0, 0)
) -> RowChoice:
    """Return the rows that may stand beside another key's: other ones, or only earlier or later ones.

    `rows` are those that the numbers of the choice stand for, where they are not all of the table. Of all alike, so many of
    the first and of the last rows as `spared` says are left to other keys.
    """
    own, count, order = scope.pointer(twin.column, table), choice.size, twin.order
    if order == "!=" and any(spared):
        choice, rows = any_row(count - sum(spared)), np.arange(spared[0], count - spared[1])
    if order == "!=" and (choice.draw is not None or rows is not None or count < 2):
        listed = np.arange(count) if rows is None else rows
        if twin.is_ancestor and scope.combined() is not None:
            return _but_own(choice, listed, own, own_rows(scope.above(), table))
        return replace(choice, row=lambda drawing, numbers: _not_own(listed, choice.row(drawing, numbers), own(drawing)))
    size = count - 1 if order in ("<", ">", "!=") else count
    row: Callable[[Rows, Ints], Ints] = lambda drawing, numbers: _shifted(order, numbers, own(drawing), spared[0])  # noqa: E731
    if order == "!=":
        return RowChoice(size, row)
    above = own_rows(scope.above(), table) if twin.is_ancestor else None
    sizes = None if above is None else lambda parents: rows_beside(order, above(parents), count, spared)
    return RowChoice(size - sum(spared), row, sizes, lambda drawing: rows_beside(order, own(drawing), count, spared))


def _but_own(choice: RowChoice, listed: Ints, own: Locator, above: Locator) -> RowChoice:
    """Return the choice without the own ancestor's row, numbered so that every number is another row."""
    count = len(listed)

    def place(rows: Ints) -> Ints:
        found = listed.searchsorted(rows)
        return np.where(listed.take(found, mode="clip") == rows, found, count) if count else found

    def row(drawing: Rows, numbers: Ints) -> Ints:
        return np.asarray(listed.take(numbers + (numbers >= place(own(drawing)))))

    return replace(
        choice,
        row=row,
        sizes=lambda parents: count - (place(above(parents)) < count),
        left_out=lambda parents: place(above(parents)),
    )


def rows_beside(order: Order, own: Ints, count: int, spared: tuple[int, int] = (0, 0)) -> Ints:
    """Return how many of `count` rows may stand beside each other key's row."""
    if order == "!=":
        return np.full(len(own), count - 1)
    if order[0] == "<":
        return np.asarray(own + (order == "<=") - spared[0])
    return np.asarray(count - spared[1] - np.maximum(own + (order == ">"), spared[0]))


def own_rows(above: TableScope, table: str) -> Locator:
    """Return how to find, for rows of the parent, their own ancestor in a table, which may be they themselves."""
    return (lambda parents: numbers_of(parents.numbers)) if above.is_own_table(table) else above.ancestor_numbers(table)


def _shifted(order: Order, numbers: Ints, own: Ints, least: int) -> Ints:
    """Return the rows of these numbers, which leave out the own row or begin with what follows it, with `least` at least."""
    if order == "!=":
        return numbers + (numbers >= own)
    return numbers + least if order[0] == "<" else numbers + np.maximum(own + (order == ">"), least)


def _not_own(rows: Ints, numbers: Ints, own: Ints) -> Ints:
    """Return the rows of these numbers, or the next ones where they are the own."""
    found = rows.take(numbers)
    return np.where(found == own, rows.take((numbers + 1) % len(rows)), found)
