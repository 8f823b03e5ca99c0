"""Which rows of a table a lookup can draw: all alike, by popularity, or those that may stand beside the own ancestor's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, numbers_of
from datagen_chat.generators.base import Facts, Locator, Order, Rows, Scope, TableScope, Twin, Use
from datagen_chat.popularity import WeightsKind, choice_weights, popular_rows
from datagen_chat.problems import Problem, SchemaError, shown
from datagen_chat.values import Numbers

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class RowChoice:
    """Rows of a table by the numbers 0 to below `size`.

    `row` returns the row that each number stands for, given the rows that draw. Where the size differs, `sizes` gives it for
    each parent row, if it is the same for all rows of one, and `room` for each row. `draw` and `weights` are there where some
    rows are likelier.
    """

    size: int
    row: Callable[[Rows, Ints], Ints]
    sizes: Callable[[Rows], Ints] | None = None
    room: Callable[[Rows], Ints] | None = None
    draw: Callable[[Key, Ints], Ints] | None = None
    weights: Callable[[], NDArray[np.float64]] | None = None


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


def beside(choice: RowChoice, rows: Ints | None, scope: Scope, table: str, twin: Twin) -> RowChoice:
    """Return the rows that may stand beside another key's: other ones, or only earlier or later ones.

    `rows` are those that the numbers of the choice stand for, where they are not all of the table.
    """
    own, count, order = scope.pointer(twin.column, table), choice.size, twin.order
    if order == "!=" and (choice.draw is not None or rows is not None or count < 2):
        listed = np.arange(count) if rows is None else rows
        return replace(choice, row=lambda drawing, numbers: _not_own(listed, choice.row(drawing, numbers), own(drawing)))
    size = count - 1 if order in ("<", ">", "!=") else count
    row: Callable[[Rows, Ints], Ints] = lambda drawing, numbers: _shifted(order, numbers, own(drawing))  # noqa: E731
    if order == "!=":
        return RowChoice(size, row)
    above = own_rows(scope.above(), table) if twin.is_ancestor else None
    sizes = None if above is None else lambda parents: rows_beside(order, above(parents), count)
    return RowChoice(size, row, sizes, lambda drawing: rows_beside(order, own(drawing), count))


def rows_beside(order: Order, own: Ints, count: int) -> Ints:
    """Return how many of `count` rows may stand beside each ancestor's row."""
    earlier, equal = order[0] in "<!", order[1:] == "=" and order != "!="
    later = order[0] in ">!"
    return np.asarray(own * earlier + equal + (count - 1 - own) * later)


def own_rows(above: TableScope, table: str) -> Locator:
    """Return how to find, for rows of the parent, their own ancestor in a table, which may be they themselves."""
    return (lambda parents: numbers_of(parents.numbers)) if above.is_own_table(table) else above.ancestor_numbers(table)


def _shifted(order: Order, numbers: Ints, own: Ints) -> Ints:
    """Return the rows of these numbers, which leave out the own row or begin with what follows it."""
    if order == "!=":
        return numbers + (numbers >= own)
    return numbers if order[0] == "<" else numbers + own + (order == ">")


def _not_own(rows: Ints, numbers: Ints, own: Ints) -> Ints:
    """Return the rows of these numbers, or the next ones where they are the own."""
    found = rows.take(numbers)
    return np.where(found == own, rows.take((numbers + 1) % len(rows)), found)


CONDITION_ROWS = 100_000
"""A condition on the rows of another table is tried on all of them, once, up to so many."""


def condition_uses(code: str) -> Iterator[Use]:
    """Yield the columns of the other table that a condition names."""
    from datagen_chat.generators._formula import uses_of  # most lookups have no condition

    yield from uses_of(code)


def check_condition(code: str, table: str, facts: Facts) -> Iterator[Problem]:
    """Yield what is wrong with a condition on the rows of another table."""
    from datagen_chat.generators._formula import check_values

    yield from check_values(code, facts.of(table), ("bool",))
    if same := _compared_with_itself(code, table):
        message = f"A condition sees the rows of {table} alone: {same} is compared with itself, not with this row's {same}."
        yield Problem("", "condition-on-itself", message, _SEEN_FROM_THERE.format(table=table, column=same))
    others = {use.table for use in condition_uses(code)} - {None, table}
    for other in sorted(filter(None, others)):
        message = f"A condition on rows of {table} cannot name columns of {other}."
        yield Problem("", "condition-elsewhere", message, f"Name columns of {table}.")
    if facts.row_range(table)[0] > CONDITION_ROWS:
        message = f"{table} has more than {CONDITION_ROWS} rows; a condition on them cannot be tried on each."
        yield Problem("", "condition-too-large", message, "Use a smaller table, or remove where.")


_SEEN_FROM_THERE = (
    "Draw the key without the condition, and take this row's {column} from the row that it points at: "
    '{{"lookup": {{"from": "{table}.{column}", "on": "<the key>"}}}}.'
)


def _compared_with_itself(code: str, table: str) -> str | None:
    """Return the first column that a condition compares with itself, with or without its table's name."""
    from datagen_chat.expressions.nodes import Comparison, Name, every
    from datagen_chat.generators._formula import parsed

    formula = parsed(code)
    if isinstance(formula, Problem):
        return None
    for node, _ in every(formula.root):
        sides = node.operands if isinstance(node, Comparison) else ()
        names = [side.column for side in sides if isinstance(side, Name) and side.table in (None, table)]
        if len(names) == len(sides) and len(set(names)) == 1 and len(names) > 1:
            return names[0]
    return None


def rows_where(code: str, scope: TableScope) -> Ints:
    """Return the rows of a table for which a condition holds.

    Raises:
        SchemaError: it holds for none, or the table is too large.
    """
    from datagen_chat.generators._formula import sampler_of

    count = scope.row_count()
    if count <= CONDITION_ROWS:
        values = sampler_of(code, scope, "bool")(scope.rows(range(count)))
        assert isinstance(values, Numbers)
        holds = values.data.astype(np.bool_)
        found = np.flatnonzero(holds if values.valid is None else holds & values.valid)
        if len(found):
            return found
    message = (
        f"No row of {scope.table_name} fulfils {shown(code)}."
        if count <= CONDITION_ROWS
        else f"{scope.table_name} is too large."
    )
    raise SchemaError([Problem("/nodes", "condition-unfulfilled", message, "Change where, or the table that it is about.")])
