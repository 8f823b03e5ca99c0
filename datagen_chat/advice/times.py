"""Times that are drawn by themselves, where one of them cannot come before another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from datagen_chat.advice.base import Advice, Study, many, named, of_column, percent, remarks
from datagen_chat.advice.likely import days_of, moments_of
from datagen_chat.advice.names import BEGINNINGS, BIRTHS, BOOKINGS, DURATIONS, LENGTHS, STARTS, is_later, says, words
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Table

_TIMES = ("datetime", "date")
_LEAST = 0.002


@remarks
def before_parent(study: Study) -> Iterator[Advice]:
    """Yield the times of rows that may lie before their parent's row, or the one they point at, came to be."""
    index = study.index
    for table in study.dataset.nodes:
        own = index.time_of_row(table.id, None)
        if own is None or own[0] is not None:
            continue
        late = (table.id, own[1])
        earlier = [early for early in _earlier(study, table.id) if not _is_booked(late, early)]
        found = [(early, _early_share(study, late, early)) for early in earlier]
        early, share = max(found, key=lambda pair: pair[1], default=(("", ""), 0.0))
        if share > 0:  # once it comes after the one that it most often precedes, the others are mostly kept as well
            yield from _unordered(study, late, early, "before-parent")


@remarks
def after_target(study: Study) -> Iterator[Advice]:
    """Yield the times of rows that may lie after what the row they point at is about: bookings of flights that have left."""
    for table in study.dataset.nodes:
        own = study.index.time_of_row(table.id, None)
        if own is None or own[0] is not None:
            continue
        for target, _ in study.targets(table.id):
            for name in _times(study.index.tables[target]):
                if is_later(own[1], name):
                    yield from _unordered(study, (target, name), (table.id, own[1]), "after-target")


@remarks
def end_before_start(study: Study) -> Iterator[Advice]:
    """Yield the times of one row whose names say their order, where nothing keeps it."""
    for table in study.dataset.nodes:
        times = _times(table)
        for first in times:
            for second in times:
                if first != second and is_later(first, second):
                    yield from _unordered(study, (table.id, second), (table.id, first), "end-before-start")


def _times(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.type in _TIMES]


def _older(study: Study, table: str) -> Iterator[str]:
    """Yield the tables above one, nearest first, and then those that its rows point at."""
    yield from study.index.ancestors(table)
    yield from (target for target, _ in study.targets(table))


def _earlier(study: Study, table: str) -> Iterator[Place]:
    """Yield the times that a row of a table cannot come before."""
    for above in _older(study, table):
        begun = _beginning(study, above)
        if begun is not None:
            yield begun
        yield from ((above, name) for name in _times(study.index.tables[above]) if says(name, BIRTHS))


def _beginning(study: Study, table: str) -> Place | None:
    """Return the column that says when a row came to be: by its name, or the only time of an event."""
    node = study.index.tables[table]
    times = [name for name in _times(node) if not says(name, BIRTHS)]
    begun = [name for name in times if says(name, BEGINNINGS)]
    if begun:
        return table, begun[0]
    return (table, times[0]) if node.kind == "fact" and len(times) == 1 else None


def _is_booked(late: Place, early: Place) -> bool:
    """Return whether a row or its time is that of a booking, and the other time the start of what is booked: of a concert."""
    is_booking = says(late[0], BOOKINGS) or says(late[1], BOOKINGS)
    return is_booking and not says(early[1], BEGINNINGS - STARTS) and not says(early[1], BIRTHS)


def _early_share(study: Study, late: Place, early: Place) -> float:
    """Return the share of rows whose later time comes first; 0 where something ties the two, or nothing is known."""
    one, other = moments_of(study.index, late), moments_of(study.index, early)
    if one is None or other is None:
        return 0.0
    if "date" in (study.index.columns[late].type, study.index.columns[early].type):
        one, other = days_of(one), days_of(other)
    filled = math.prod(1 - study.index.columns[place].null_rate for place in (late, early))
    return one.before(other) * filled


def _unordered(study: Study, late: Place, early: Place, code: str) -> Iterator[Advice]:
    """Yield the remark that one time may come before another, where it does so often enough."""
    share = _early_share(study, late, early)
    own, other = (early, late) if code == "after-target" else (late, early)
    if share < _LEAST:
        return
    rows, how = study.rows[own[0]], "after" if own == early else "before"
    is_sure = late[0] == early[0] and not study.index.columns[early].may_be_null
    duration = _duration(study, late, early) if is_sure else None
    is_kept = _is_drawable(study, late, early, code) and not study.is_made_of(early, late)
    order = {"left": named(own), "op": "<=" if own == early else ">=", "right": named(other)}
    yield Advice(
        code,
        study.pointers[own],
        named(own),
        f"{percent(share)} of the rows of {own[0]} have {own[1]} {how} {named(other)}: "
        f"about {many(share * rows)} of {many(rows)}.",
        "Both come by themselves, so nothing keeps their order.",
        _remedy(order, duration, is_kept=is_kept),
        of_column(late, {"generator": {"expression": {"code": duration}}})
        if duration
        else study.added("inequalities", order)
        if is_kept
        else None,
        weight=70 + 20 * share,
    )


def _remedy(order: Mapping[str, str], duration: str | None, *, is_kept: bool) -> str:
    if duration is not None:
        return f"Compute it: {duration}."
    promise = f"{order['left']} {order['op']} {order['right']}"
    if not is_kept:
        return f"Give them windows that leave room for {promise}, and promise it."
    return f"Promise {promise}; the times are then drawn within it."


def _duration(study: Study, late: Place, early: Place) -> str | None:
    """Return the formula of the later time by a column of the row that holds the time between, if there is one."""
    is_by_day = "date" in (study.index.columns[late].type, study.index.columns[early].type)
    for column in study.index.tables[late[0]].columns:
        unit = DURATIONS.get(words(column.name)[-1])
        is_length = unit is not None and LENGTHS.issuperset(words(column.name)) and (unit == "days" or not is_by_day)
        is_drawn = not any(column.uses()) and not study.index.sources((late[0], column.name))
        if is_length and column.type in ("int", "float") and is_drawn and not column.may_be_null:
            return f"{early[1]} + {unit}({column.name})"
    return None


def _is_drawable(study: Study, late: Place, early: Place, code: str) -> bool:
    """Return whether windows leave room for a row's time beside the other one, whatever that is."""
    one, other = (study.index.columns[place].grid(study.dataset.window) for place in (late, early))
    if one is None or other is None:
        return False
    return other.start <= one.start if code == "after-target" else one.last >= other.last
