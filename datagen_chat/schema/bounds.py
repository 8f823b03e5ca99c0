"""Which declared inequalities bound a time while it is drawn, and which can only be checked afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.uses import Bound
from datagen_chat.problems import Problem, nearest, note, pointer, shown
from datagen_chat.schema.constraints import Inequality
from datagen_chat.schema.cycles import needs
from datagen_chat.schema.index import Index, Need, Place
from datagen_chat.schema.orders import check_orders
from datagen_chat.schema.unfoldings import is_walked
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


def bounded_needs(index: Index) -> Mapping[Need, tuple[Need, ...]]:
    """Return what each column and each row count must wait for, the columns that bound them included."""
    graph = dict(needs(index))
    for place, bounds in index.bounds.items():
        read = tuple((bound.table or place[0], bound.column) for bound in bounds)
        graph |= {need: (*graph[need], *read) for need in _waiting(place, index)}
    return graph


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
    for way in ways:
        # What hangs off a row is bound by it, even where the row looks back, as an aggregate does.
        looks_back = way.by[0] in index.descendants(way.bounded[0])
        if _can_be_bounded(way, index) and meets(way.bounded[0], way.by[0], index) and not looks_back:
            yield way


def _can_be_bounded(way: _Wish, index: Index) -> bool:
    """Return whether a column's draw takes a bound; ticks that the rows of a parent share out take one of all of them only."""
    generator = index.columns[way.bounded].generator
    return generator.is_bounded and (not generator.limits_rows or way.by[0] in index.ancestors(way.bounded[0]))


def place_of(name: str) -> Place | None:
    """Return the column that a text names as "table.column"; None when it names none."""
    if not re.fullmatch(REFERENCE_PATTERN, name):
        return None
    table, _, column = name.partition(".")
    return table, column


def _order(place: Place, index: Index) -> int:
    tables = (table for table in index.dataset.nodes if table.id == place[0])  # two by mistake, perhaps
    return [column.name for table in tables for column in table.columns].index(place[1])


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


def check_inequalities(index: Index) -> Iterator[Problem]:
    """Yield inequalities of columns that do not exist, cannot be compared or do not meet, and those that are only checked."""
    kept = {bound.at for bounds in index.bounds.values() for bound in bounds}
    for k, inequality in enumerate(index.dataset.constraints.inequalities):
        at = pointer("constraints", "inequalities", k)
        sides = [("/left", inequality.left), ("/right", inequality.right)]
        wrong = [problem.under(at + side) for side, name in sides for problem in _check_side(name, index)]
        yield from wrong
        if not wrong:
            left, right = place_of(inequality.left), place_of(inequality.right)
            assert left is not None
            assert right is not None
            yield from (problem.under(at) for problem in _check_sides(left, right, index))
            if at not in kept and not _follows(left, inequality.op, right, index):
                message = (
                    f"{inequality.left} {inequality.op} {inequality.right} is not drawn so; rows that break it are counted."
                )
                yield note(at, "only-checked", message, _keeping(left, inequality.op, right, index))
    yield from check_orders(index)


def _keeping(left: Place, op: str, right: Place, index: Index) -> str:
    """Return how to write columns so that they stand in an order."""
    type_ = index.columns[left].type
    low, high = (left, right) if op[0] == "<" else (right, left)
    if type_ not in ("int", "float") or op[0] not in "<>":
        return "Make the later one a datetime_series, or compute it from the other with an expression."
    is_below = low[0] == high[0] or low[0] in index.ancestors(high[0])
    made, read, sign = (high, low, "+") if is_below else (low, high, "-")
    code = f'{{"expression": {{"code": "{_named(read, made)} {sign} difference"}}}}'
    return f"Compute one from the other: make {made[1]} {code}, where difference is another column, with numbers of 0 or more."


def _named(place: Place, reader: Place) -> str:
    return place[1] if place[0] == reader[0] else ".".join(place)


def _follows(left: Place, op: str, right: Place, index: Index) -> bool:
    """Return whether more than chance keeps an order: a walk, or that one column is made from the other or drawn beside it."""
    if left in index.twins or right in index.twins or is_walked(left, op, right, index):
        return True
    if index.columns[left].generator.is_unfolded or index.columns[right].generator.is_unfolded:
        return False
    graph = needs(index)
    return _reaches(graph, left, right) or _reaches(graph, right, left)


def _check_side(name: str, index: Index) -> Iterator[Problem]:
    place = place_of(name)
    if place is None:
        hint = 'Write a column as "table.column"; bounds that are numbers or instants belong to constraints.ranges.'
        yield Problem("", "bad-reference", f"{shown(name)} is not a column of a table.", hint)
    elif place not in index.columns:
        near = nearest(name, index.names)
        hint = f'Did you mean "{near[0]}"?' if near else f"The tables are {', '.join(list(index.tables)[:20])}."
        yield Problem("", "unknown-reference", f"There is no column {name}.", hint)


def _check_sides(left: Place, right: Place, index: Index) -> Iterator[Problem]:
    kinds = [_KINDS.get(index.columns[place].type, "text") for place in (left, right)]
    if kinds[0] != kinds[1]:
        message = f"{'.'.join(left)} holds {kinds[0]} and {'.'.join(right)} {kinds[1]}; they cannot be compared."
        yield Problem("", "inequality-types", message, "Compare columns of one kind.")
    elif not meets(left[0], right[0], index) and not meets(right[0], left[0], index):
        message = f"No row of {left[0]} leads to one row of {right[0]}, nor the other way round."
        yield Problem(
            "", "inequality-apart", message, "Compare columns of one row, or of a row and one that it hangs off or looks up."
        )


_KINDS = {"int": "numbers", "float": "numbers", "bool": "truth values", "datetime": "times", "date": "times"}


def meets(table: str, other: str, index: Index) -> bool:
    """Return whether a row of a table leads to exactly one row of the other: itself, its ancestor, or the one it looks up."""
    return table == other or other in index.ancestors(table) or len(index.pointing(table, other)) == 1
