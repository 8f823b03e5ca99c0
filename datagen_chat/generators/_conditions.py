"""Conditions on the rows of another table, which a lookup chooses from."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from datagen_chat.expressions import Meaning, Name
from datagen_chat.expressions.nodes import Comparison, every
from datagen_chat.generators._formula import check_values, names_of, parsed, sampler_of, understood, uses_of
from datagen_chat.generators._written import fits, value_pool
from datagen_chat.generators.base.facts import Facts, TableFacts
from datagen_chat.generators.base.scope import Scope
from datagen_chat.problems import Problem, SchemaError, shown
from datagen_chat.values import Mask, Numbers, Values

ROWS_LIMIT = 100_000
"""A condition on the rows of another table is tried on all of them, once, up to so many."""
_TRIED = 1 << 12


def check_condition(code: str, from_: str, facts: Facts) -> Iterator[Problem]:
    """Yield what is wrong with a condition on the rows of another table, of which the column `from_` is read."""
    table, below = from_.partition(".")[0], facts.of(from_.partition(".")[0])
    wrong = [*check_values(code, below, ("bool",)), *_check_names(code, from_, facts)]
    yield from wrong
    if facts.row_range(table)[0] > ROWS_LIMIT:
        message = f"{table} has more than {ROWS_LIMIT} rows; a condition on them cannot be tried on each."
        yield Problem("", "condition-too-large", message, "Use a smaller table, or remove where.")
    if not wrong and _never_holds(code, below):
        yield Problem("", "condition-unfulfilled", f"No row of {table} can fulfil {shown(code)}.", _possible(code, below))


def _check_names(code: str, from_: str, facts: Facts) -> Iterator[Problem]:
    """Yield columns of other tables, and one that is compared with itself because both names mean the same."""
    table = from_.partition(".")[0]
    sides = _compared(code, table)
    alike = (left.column for _, left, right in sides if left.column == right.column and right.table in (None, table))
    same = next(alike, None)
    if same is not None:
        message = f"A condition sees the rows of {table} alone: {same} is compared with itself, not with this row's {same}."
        is_own = ("==", same) in [(sign, left.column) for sign, left, _ in sides] and facts.type_of(None, same) is not None
        hint = _by_match(same, same) if is_own else _from_there(table, same)
        yield Problem("", "condition-on-itself", message, hint)
    for other in sorted({use.table for use in uses_of(code) if use.table not in (None, table)} - {None}):
        message = f"A condition on rows of {table} cannot name columns of {other}."
        pair = next(((own.column, theirs.column) for sign, theirs, own in sides if sign == "==" and own.table == other), None)
        is_above = other == facts.table_name or facts.is_ancestor(other)
        hint = f"Name columns of {table}."
        if pair is not None and is_above and facts.type_of(other, pair[0]) is not None:
            hint = _by_match(pair[0] if other == facts.table_name else f"{other}.{pair[0]}", pair[1])
        yield Problem("", "condition-elsewhere", message, hint)


def _compared(code: str, table: str) -> list[tuple[str, Name, Name]]:
    """Return the columns that are compared with each other, those of `table` first, after the sign."""
    formula = parsed(code)
    found: list[tuple[str, Name, Name]] = []
    for node, _ in [] if isinstance(formula, Problem) else every(formula.root):
        match node:
            case Comparison(signs=(sign,), operands=(Name() as left, Name() as right)):
                found.append((sign, left, right) if left.table in (None, table) else (sign, right, left))
    return found


def _by_match(own: str, theirs: str) -> str:
    """Return how to choose rows by a value of the row that chooses."""
    return f"Leave that out of where, and write beside it: {json.dumps({'match': {own: theirs}}, ensure_ascii=False)}."


def _from_there(table: str, column: str) -> str:
    written = f'{{"lookup": {{"from": "{table}.{column}", "on": "<the key>"}}}}'
    return f"Draw the key without the condition, and take this row's {column} from the row that it points at: {written}."


def _never_holds(code: str, facts: TableFacts) -> bool:
    """Return whether a condition holds for no values that its columns are known to have, in any combination."""
    meaning = understood(code, facts)
    if not isinstance(meaning, Meaning):
        return False
    pools: dict[str, Values] = {}  # by the column alone: there is just one table
    for name in names_of(code):
        values, type_ = facts.outcomes(name.table, name.column), facts.type_of(name.table, name.column)
        if values is None or type_ is None or not all(value is None or fits(value, type_) for value in values):
            return False
        pools[name.column] = value_pool(values, type_)
    sizes = [len(pool) for pool in pools.values()]
    count = math.prod(sizes)
    if not 0 < count <= _TRIED:
        return False
    picks = dict(zip(pools, np.unravel_index(np.arange(count), sizes or [1]), strict=False))
    made = meaning.compile("bool")(lambda _table, column: pools[column].take(picks[column]), count)
    return not _holding(made).any()


def _possible(code: str, facts: TableFacts) -> str:
    """Return what the first column of a condition can be."""
    name = next(iter(names_of(code)), None)
    values = () if name is None else facts.outcomes(name.table, name.column) or ()
    if name is None or not 0 < len(values) <= 12:
        return "Change where."
    return f"{name.column} is {' or '.join(map(shown, values))}: change where, or what {name.column} can be."


def _holding(values: Values) -> Mask:
    assert isinstance(values, Numbers)
    holds = values.data.astype(np.bool_)
    return holds if values.valid is None else holds & values.valid


def rows_where(code: str, table: str, scope: Scope, at: str) -> NDArray[np.int64]:
    """Return the rows of a table for which a condition holds; `at` is where the condition stands.

    Raises:
        SchemaError: it holds for none, or the table is too large.
    """
    other = scope.of(table)
    count, name = other.row_count(), f"{scope.table_name}.{scope.column_name}"
    if count > ROWS_LIMIT:
        message = f"{table} has more than {ROWS_LIMIT} rows; the condition of {name} on them cannot be tried on each."
        raise SchemaError([Problem(at, "condition-too-large", message, "Use a smaller table, or remove where.")])
    found = np.flatnonzero(_holding(sampler_of(code, other, "bool")(other.rows(range(count)))))
    if len(found):
        return found
    message = f"{name} is looked up where {shown(code)}, but no row of {table} fulfils that."
    hint = f"Change where, or the columns of {table} that it names."
    raise SchemaError([Problem(at, "condition-unfulfilled", message, hint)])
