"""Which declared inequalities bound a time while it is drawn, and which can only be checked afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from datagen_chat.generators.base import Bound
from datagen_chat.problems import pointer
from datagen_chat.schema.cycles import Need, needs
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Inequality
from datagen_chat.words import REFERENCE_PATTERN

Op = Literal["<", "<=", ">", ">="]
_TURNED: Mapping[str, Op] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class _Wish:
    """That a column be bounded by another one."""

    at: str
    bounded: Place
    op: Op
    by: Place


def time_bounds(index: Index) -> Mapping[Place, tuple[Bound, ...]]:
    """Return the bounds of each column that can be drawn within them: none of them makes two columns wait for each other."""
    graph = dict(needs(index))
    found: dict[Place, tuple[Bound, ...]] = {}
    for k, inequality in enumerate(index.dataset.constraints.inequalities):
        at = pointer("constraints", "inequalities", k)
        for wish in _wishes(at, inequality, index):
            waiting = _waiting(wish.bounded, index)
            if not any(_reaches(graph, wish.by, need) for need in waiting):
                table, column = wish.by
                bound = Bound(at, wish.op, None if table == wish.bounded[0] else table, column)
                found[wish.bounded] = (*found.get(wish.bounded, ()), bound)
                graph |= {need: (*graph[need], wish.by) for need in waiting}
                break
    return found


def _waiting(bounded: Place, index: Index) -> tuple[Need, ...]:
    """Return what would wait for the bound: the column, and the number of its rows where it decides that."""
    limits = index.columns[bounded].generator.limits_rows
    return (bounded, (bounded[0], None)) if limits else (bounded,)


def _wishes(at: str, inequality: Inequality, index: Index) -> Iterator[_Wish]:
    """Yield how an inequality could be kept by a draw, the best way first: the child's, or the later column's."""
    left, right = place_of(inequality.left), place_of(inequality.right)
    if inequality.op not in _TURNED or left not in index.columns or right not in index.columns:
        return
    assert left is not None
    assert right is not None
    op = _TURNED[inequality.op]
    turned: Op = _TURNED[op]
    ways = [_Wish(at, right, op, left), _Wish(at, left, turned, right)]
    if left[0] == right[0] and _order(left, index) > _order(right, index):
        ways.reverse()
    yield from (way for way in ways if index.columns[way.bounded].generator.is_bounded and _is_seen(way, index))


def place_of(name: str) -> Place | None:
    """Return the column that a text names as "table.column"; None when it names none."""
    if not re.fullmatch(REFERENCE_PATTERN, name):
        return None
    table, _, column = name.partition(".")
    return table, column


def _order(place: Place, index: Index) -> int:
    return [column.name for column in index.tables[place[0]].columns].index(place[1])


def _is_seen(wish: _Wish, index: Index) -> bool:
    """Return whether a row of the bounded column leads to exactly one value of the other."""
    own, other = wish.bounded[0], wish.by[0]
    return own == other or other in index.ancestors(own) or len(index.pointing(own, other)) == 1


def _reaches(graph: Mapping[Need, tuple[Need, ...]], start: Place, goal: Need) -> bool:
    waiting: list[Need] = [start]
    seen: set[Need] = set()
    while waiting:
        need = waiting.pop()
        if need == goal:
            return True
        if need not in seen:
            seen.add(need)
            waiting += graph.get(need, ())
    return False
