"""How many rows tables can have, and how many one row of a table can have below it, before any row exists."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from datagen_chat.fanouts import Spread
from datagen_chat.schema.fanouts import reach
from datagen_chat.schema.model import Column, Table

if TYPE_CHECKING:
    from datagen_chat.schema.index import Index


def children_range(table: Table) -> tuple[float, float]:
    """Return the fewest and the most rows that one row of the first parent has."""
    if table.modifiers:
        return 0.0, math.inf
    if table.unfolding is not None:
        return 0.0, table.unfolding.reach()
    low, high = _fanout_range(table)
    is_limited = any(_limits(column) for column in table.columns)
    return 0 if is_limited else low, math.inf if high is None else high


def _limits(column: Column) -> bool:
    return column.generator.limits_rows or (column.generator.leaves_out and not column.may_be_null)


def _fanout_range(table: Table) -> tuple[int, int | None]:
    """Return the range that a table's fanout alone gives; a total is spread within the bounds of a fanout for all parents."""
    fanout = table.fanout
    if table.rows is not None:
        return fanout.bounds() if isinstance(fanout, Spread) and fanout.scale is None else (0, None)
    return reach(fanout) if fanout else (1, None if table.is_ticking else 1)


def row_range(index: Index, table: str) -> tuple[float, float]:
    """Return the fewest and the most rows that a table can have."""
    if table not in index.tables:
        return 0.0, math.inf
    least, most = 1.0, 1.0
    for name in (table, *index.ancestors(table)):
        node = index.tables[name]
        if node.rows is not None or not node.parents:
            rows = node.standing_rows()
            return least * rows, most * rows if most and rows else 0.0
        low, high = children_range(node)
        least, most = least * low, most * high if most and high else 0.0
    return 0.0, math.inf  # the parents are unknown, or a cycle


def is_sure_of(index: Index, table: str, below: str) -> bool:
    """Return whether each row of a table is sure to have a row of another one below it."""
    chain = (below, *index.ancestors(below))
    return table in chain and all(_has_children(index, index.tables[name]) for name in chain[: chain.index(table)])


def _has_children(index: Index, table: Table) -> bool:
    if table.unfolding is None:
        return children_range(table)[0] >= 1
    from datagen_chat.schema.unfoldings import surely_starts

    return surely_starts(table, index)
