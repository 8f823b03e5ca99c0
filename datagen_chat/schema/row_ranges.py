"""How many rows tables can have, and how many one row of a table can have below it, before any row exists."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from datagen_chat.fanouts import Spread
from datagen_chat.schema.fanouts import reach
from datagen_chat.schema.model import Table

if TYPE_CHECKING:
    from datagen_chat.schema.index import Index


def children_range(table: Table) -> tuple[float, float]:
    """Return the fewest and the most rows that one row of the first parent has."""
    if table.modifiers:
        return 0.0, math.inf
    if table.unfolding is not None:
        return 0.0, table.unfolding.reach()
    low, high = _fanout_range(table)
    return 0 if is_limited(table) else low, math.inf if high is None else high


def is_limited(table: Table) -> bool:
    """Return whether columns can leave a parent with fewer rows than the fanout gives it."""
    return any(column.generator.limits_rows or column.leaves_out for column in table.columns)


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


_RARE = 50.0
"""Minus the logarithm of a chance that never comes."""


def sure_rows(index: Index, table: str) -> tuple[float, float]:
    """Return about how many rows a table has, and how many it surely has: fewer come out with a chance of e to the -50.

    Where something other than chance has a say, both are the fewest rows that it can have.

    Source:
        Maurer, "A bound on the deviation probability for sums of non-negative random variables", JIPAM 4 (2003).
    """
    chain = [index.tables[name] for name in (*reversed(index.ancestors(table)), table) if name in index.tables]
    mean = fewest = 0.0  # of parents that are unknown, or in a cycle
    for node in chain:
        if node.rows is not None or not node.parents:
            mean = fewest = float(node.standing_rows())
            continue
        low, moments = children_range(node)[0], _moments(node, index)
        if moments is None:
            mean, fewest = mean * low, fewest * low
        else:
            spared = math.sqrt(2 * _RARE * fewest * moments[1])
            mean, fewest = mean * moments[0], max(fewest * low, fewest * moments[0] - spared)
    return mean, fewest


def _moments(table: Table, index: Index) -> tuple[float, float] | None:
    """Return the mean number of rows of one parent and that of its square; None where more than chance has a say."""
    from datagen_chat.laws._recursion import WidthError

    is_kept_apart = any(column.generator.is_distinct for column in table.columns) or any(
        place[0] == table.id and index.follows(place, table.parents[0]) for places in index.unique_sets for place in places
    )
    if table.is_shaped or is_kept_apart or is_limited(table) or not isinstance(table.fanout, Spread):
        return None
    try:
        return table.fanout.mean(), table.fanout.moment(2)
    except WidthError:
        return None


def is_sure_of(index: Index, table: str, below: str) -> bool:
    """Return whether each row of a table is sure to have a row of another one below it."""
    chain = (below, *index.ancestors(below))
    return table in chain and all(_has_children(index, index.tables[name]) for name in chain[: chain.index(table)])


def _has_children(index: Index, table: Table) -> bool:
    if table.unfolding is None:
        return children_range(table)[0] >= 1
    from datagen_chat.schema.unfoldings import surely_starts

    return surely_starts(table, index)
