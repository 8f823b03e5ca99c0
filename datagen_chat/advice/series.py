"""Readings at regular times that are drawn with replacement: some hours come twice, others never."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from datagen_chat.advice.base import Advice, Patch, Study, many, named, of_column, of_table, percent, remarks
from datagen_chat.advice.clamps import nested
from datagen_chat.advice.likely import ticks_of
from datagen_chat.advice.names import BEGINNINGS, any_of, says, words
from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.instants import DAY, Grid, show_instant
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Table
from datagen_chat.ticks import TickTable, WeighedTicks

_SERIES = any_of("reading measurement metric telemetry observation sample snapshot daily hourly weekly monthly quote candle")
_FULL, _SOME, _LEAST, _LEAST_TICKS = (0.8, 1.05), 0.3, 0.1, 10


@remarks
def drawn_twice(study: Study) -> Iterator[Advice]:
    """Yield the times of which each parent has about one for each tick, and which are drawn without regard to each other."""
    for table in study.dataset.nodes:
        if not table.parents or study.rows[table.parents[0]] <= 0:
            continue
        rows = study.rows[table.id] / study.rows[table.parents[0]]
        for column in table.columns:
            place = (table.id, column.name)
            if column.type in ("datetime", "date") and not column.generator.limits_rows and not _is_unique(study, place):
                yield from _holes(study, table, place, rows)


def _is_unique(study: Study, place: Place) -> bool:
    return any(place in columns for columns in study.index.unique_sets) or study.index.must_not_repeat(place)


def _holes(study: Study, table: Table, place: Place, rows: float) -> Iterator[Advice]:
    found = ticks_of(study.index, place)
    if found is None:
        return
    count, table_ = found[0].count, found[1]
    taken, usable = taken_ticks(count, table_, rows)
    is_series = _FULL[0] <= rows / usable <= _FULL[1] or (rows / usable >= _SOME and _is_named(table.id, place[1]))
    twice = 1 - taken / rows if rows > 0 else 0.0
    if not is_series or twice < _LEAST or usable < _LEAST_TICKS:
        return
    parent, is_sparse = table.parents[0], rows < 0.98 * usable
    yield Advice(
        "ticks-twice",
        study.pointers[place],
        named(place),
        f"The {many(rows)} rows of {table.id} below each row of {parent} draw {place[1]} from {usable:,} ticks: "
        f"{percent(twice)} fall on one that is taken, and {percent(1 - taken / usable)} of the ticks stay empty.",
        "Times are drawn with replacement, so that a series has doubles and holes.",
        "Let no tick come twice (distinct)." if is_sparse else 'Take one tick after the other (spacing "regular").',
        _fix(table, place, is_regular=not is_sparse),
        weight=95,
    )


def _is_named(table: str, column: str) -> bool:
    return not _SERIES.isdisjoint((*words(table), *words(column)))


def _fix(table: Table, place: Place, *, is_regular: bool) -> Patch | None:
    """Return the patch that lets no tick come twice, or that takes all of them in turn where nothing else says how many."""
    if not is_regular:
        return of_column(place, nested("/generator/datetime_series", {"distinct": True}))
    series = table.column(place[1]).generator
    is_weighed = isinstance(series, DatetimeSeries) and (series.pattern or series.patterns)
    if is_weighed or table.fanout is None or table.rows is not None or table.modifiers:
        return None
    changed = {"name": place[1], "generator": {"datetime_series": {"spacing": "regular"}}}
    return of_table(table.id, {"fanout": None, "columns": [changed]})


def taken_ticks(count: int, ticks: TickTable, rows: float) -> tuple[float, int]:
    """Return how many different ticks so many draws are expected to take, and how many can be drawn at all."""
    if not isinstance(ticks, WeighedTicks):
        return count * -math.expm1(rows * math.log1p(-1 / count)) if count > 1 else 1.0, count
    each = np.diff(ticks.edges) / ticks.ticks
    missed = np.where(each < 1, np.exp(rows * np.log1p(-np.minimum(each, 1 - 1e-12))), 0.0)
    return float((ticks.ticks * (1 - missed)).sum()), int(ticks.ticks.sum())


_PAYMENTS = any_of("payment charge invoice billing instalment installment")


@remarks
def payments_at_random(study: Study) -> Iterator[Advice]:
    """Yield the payments of a monthly price whose days are drawn, so that some months have two and others none."""
    for table in study.dataset.nodes:
        parent = table.parents[0] if table.parents else ""
        if not parent or words(table.id)[-1] not in _PAYMENTS or not _is_monthly(study, parent) or table.unfolding:
            continue
        own = study.index.time_of_row(table.id, None)
        if own is None or own[0] is not None or table.column(own[1]).generator.limits_rows or not study.rows[parent]:
            continue
        found = ticks_of(study.index, (table.id, own[1]))
        if found is not None and found[0].step.typical < 28 * DAY:
            yield from _doubled(study, table, (table.id, own[1]), found[0])


def _is_monthly(study: Study, table: str) -> bool:
    """Return whether a table's rows, or the row that one of them points at, have a monthly price."""
    near = [table, *(target for target, _ in study.targets(table))]
    return any("monthly" in words(column.name) for name in near for column in study.index.tables[name].columns)


def _doubled(study: Study, table: Table, place: Place, grid: Grid) -> Iterator[Advice]:
    parent, start = table.parents[0], _start(study, table.parents[0])
    months = max(1, round((grid.last - grid.start) / (30.44 * DAY)))
    rows = study.rows[table.id] / study.rows[parent]
    twice = 1 - months * -math.expm1(rows * math.log1p(-1 / months)) / rows if months > 1 and rows > 0 else 0.0
    if twice < _LEAST:
        return
    within = {"start": named(start) if start else show_instant(grid.start), "end": show_instant(grid.last)}
    drawn = table.column(place[1]).generator
    weighed = [key for key in ("pattern", "patterns") if getattr(drawn, key, None)]  # nothing is left for them to weigh
    series = {"within": within, "freq": "M", "spacing": "regular"} | dict.fromkeys(weighed)
    yield Advice(
        "payments-not-monthly",
        study.pointers[place],
        named(place),
        f"The price is monthly, but the {many(rows)} rows of {table.id} below each row of {parent} fall on random days of "
        f"{months} months: {percent(twice)} of them in a month that has one already.",
        "Some months are paid twice and others never.",
        'One payment for each month: freq M and spacing "regular", from the start on, instead of a fanout.',
        of_table(table.id, {"fanout": None, "columns": [{"name": place[1], "generator": {"datetime_series": series}}]})
        if table.fanout is not None and table.rows is None
        else None,
        weight=75,
    )


def _start(study: Study, table: str) -> Place | None:
    """Return the time that a row of a table starts at, if it says so."""
    times = [column.name for column in study.index.tables[table].columns if column.type in ("datetime", "date")]
    return next(((table, name) for name in times if says(name, BEGINNINGS)), None)
