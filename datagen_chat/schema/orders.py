"""Orders that no rows can keep: inequalities that contradict each other, and times that lie apart the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import count, islice
from typing import NamedTuple

from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.instants import show_instant
from datagen_chat.problems import Problem, pointer
from datagen_chat.schema.constraints import Inequality
from datagen_chat.schema.index import Index
from datagen_chat.schema.known import earliest_of, latest_of

_TOLD = 10


class _Step(NamedTuple):
    """That one column is not above another one."""

    lower: str
    upper: str
    is_strict: bool
    said: str
    at: str


def check_orders(index: Index) -> Iterator[Problem]:
    """Yield inequalities and windows that every row must break."""
    steps = [step for step in map(_step, count(), index.dataset.constraints.inequalities) if step is not None]
    yield from _contradictions(steps)
    for step in steps:
        yield from _check_apart(step, index)
    yield from _check_windows(index)


def _step(number: int, inequality: Inequality) -> _Step | None:
    left, op, right = inequality.left, inequality.op, inequality.right
    if op not in ("<", "<=", ">", ">="):
        return None
    lower, upper = (left, right) if op.startswith("<") else (right, left)
    return _Step(lower, upper, op in ("<", ">"), f"{left} {op} {right}", pointer("constraints", "inequalities", number))


def _contradictions(steps: Sequence[_Step]) -> Iterator[Problem]:
    """Yield the first of the strict steps that others lead back from."""
    above = _above(steps)
    sorter = TopologicalSorter({lower: [step.upper for step in each] for lower, each in above.items()})
    try:
        sorter.prepare()
    except CycleError:
        free = set[str]()  # columns from which no way leads into a ring
        while ready := sorter.get_ready():
            free.update(ready)
            sorter.done(*ready)
        strict = (step for step in steps if step.is_strict and step.upper not in free)
        ways = ((step, _way(step.upper, step.lower, above)) for step in strict)
        for step, way in islice(((step, way) for step, way in ways if way is not None), _TOLD):
            message = f"{step.said} contradicts {_said(way)}." if way else f"{step.said} can never hold."
            yield Problem(step.at, "orders-contradict", message, "Remove the one that is not meant.")


def _said(way: Sequence[_Step]) -> str:
    more = f" and {len(way) - _TOLD} more" if len(way) > _TOLD else ""
    return " and ".join(each.said for each in way[:_TOLD]) + more


def _above(steps: Sequence[_Step]) -> Mapping[str, list[_Step]]:
    found: dict[str, list[_Step]] = {}
    for step in steps:
        found.setdefault(step.lower, []).append(step)
    return found


def _way(start: str, goal: str, above: Mapping[str, list[_Step]]) -> tuple[_Step, ...] | None:
    """Return the steps that lead up from one column to another, the fewest; none where they are the same."""
    below: dict[str, _Step] = {}
    waiting = [start]
    for column in waiting:
        if column == goal:
            return tuple(reversed(list(_back(column, start, below))))
        for step in above.get(column, ()):
            if step.upper not in below and step.upper != start:
                below[step.upper] = step
                waiting.append(step.upper)
    return None


def _back(column: str, start: str, below: Mapping[str, _Step]) -> Iterator[_Step]:
    """Yield the steps that lead down to where a way started."""
    while column != start:
        yield below[column]
        column = below[column].lower


def _check_apart(step: _Step, index: Index) -> Iterator[Problem]:
    """Yield a problem where the column that is to come later ends before the other one begins."""
    earliest, latest = earliest_of(index, _place(step.lower)), latest_of(index, _place(step.upper))
    if earliest is not None and latest is not None and (latest < earliest or (step.is_strict and latest == earliest)):
        message = f"{step.said} can hold in no row: {step.lower} begins at {show_instant(earliest)}, "
        message += f"{step.upper} ends at {show_instant(latest)}."
        yield Problem(step.at, "orders-contradict", message, "Change the windows of the two, or remove the inequality.")


def _check_windows(index: Index) -> Iterator[Problem]:
    """Yield windows that begin at an instant after every end that a column gives, or end before every beginning."""
    for at, table, column in index.every_column:
        series = column.generator
        if not isinstance(series, DatetimeSeries) or series.within == "timeframe":
            continue
        start, end = series.ends(index.dataset.window)
        first = start if isinstance(start, int) else earliest_of(index, _place(start, table.id))
        last = end if isinstance(end, int) else latest_of(index, _place(end, table.id))
        if first is not None and last is not None and last < first and not (isinstance(start, int) and isinstance(end, int)):
            message = f"The window ends at {show_instant(last)} at the latest, before it begins at {show_instant(first)}."
            yield Problem(f"{at}/generator/datetime_series/within", "window-order", message, "Move its start or its end.")


def _place(name: str | None, table: str = "") -> tuple[str, str]:
    """Return the column that a name stands for; what is no name of a column stands for none."""
    before, _, after = (name or "").rpartition(".")
    return before or table, after
