"""Times drawn early enough for what must come after them, and late enough for what must come before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from datagen_chat.generators._intervals import Within
from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.instants import DAY, Grid, calendar, grid, tick_counts
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Column, Dataset

_ROUNDS = 100  # longer chains of orders are followed no further
_SHORTEST = 28  # days that every month has


class _Order(NamedTuple):
    """That a time which is drawn first is to leave room for another one, before or after it."""

    first: Place
    other: Place
    is_lower: bool
    is_strict: bool


def within_orders(dataset: Dataset) -> Dataset:
    """Return the dataset with windows cut where their times would leave no room for those that declared orders bound.

    Only fixed windows are cut, and only by others of their type; a grid keeps its ticks.
    """
    index = Index(dataset)
    orders = tuple(_orders(index))
    cut: dict[Place, Grid] = {}
    for _ in range(_ROUNDS):
        found = {order.first: new for order in orders if (new := _left(order, index, cut)) is not None}
        if not found:
            break
        cut |= found
    return _replaced(dataset, cut) if cut else dataset


def _orders(index: Index) -> Iterator[_Order]:
    for place, bounds in index.bounds.items():
        for bound in bounds:
            first = (bound.table or place[0], bound.column)
            if _can_be_cut(index.columns[first]) and index.columns[first].type == index.columns[place].type:
                yield _Order(first, place, bound.op.startswith(">"), len(bound.op) == 1)


def _can_be_cut(column: Column) -> bool:
    return type(column.generator) is DatetimeSeries and not column.generator.limits_rows and not column.modifiers


def _left(order: _Order, index: Index, cut: dict[Place, Grid]) -> Grid | None:
    """Return what is left of the first one's grid; None where nothing is cut off, or nothing would be left."""
    own, other = (_grid(place, index, cut) for place in (order.first, order.other))
    if own is None or other is None or not own.count or not other.count:
        return None
    unit = DAY if index.columns[order.first].type == "date" else 1
    if order.is_lower:
        last = (other.last // unit - order.is_strict + 1) * unit - 1
        new = grid(own.start, last, own.step)
        return new if 0 < new.count < own.count else None
    first = (other.start // unit + order.is_strict) * unit
    skipped = int(tick_counts(np.array([own.start]), np.array([first - 1]), own.step)[0])
    if not 0 < skipped < own.count or (own.step.months and _day(own.start) > _SHORTEST):  # the 31st of every month
        return None
    return Grid(int(own.at(np.array([skipped]))[0]), own.step, own.count - skipped)


def _day(instant: int) -> int:
    return int(calendar(np.array([instant]))[1][0]) + 1


def _grid(place: Place, index: Index, cut: dict[Place, Grid]) -> Grid | None:
    column = index.columns[place]
    return cut.get(place) or (None if column.modifiers else column.generator.grid(index.dataset.window))


def _replaced(dataset: Dataset, cut: dict[Place, Grid]) -> Dataset:
    def column_of(table: str, column: Column) -> Column:
        ticks = cut.get((table, column.name))
        if ticks is None:
            return column
        window = Within.model_construct(start=ticks.start, end=ticks.last)
        return column.model_copy(update={"generator": column.generator.model_copy(update={"within": window})})

    nodes = (
        table.model_copy(update={"columns": tuple(column_of(table.id, column) for column in table.columns)})
        for table in dataset.nodes
    )
    return dataset.model_copy(update={"nodes": tuple(nodes)})
