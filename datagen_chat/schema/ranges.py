"""Ranges that columns promise to keep: kept by the draw where it has no bounds of its own, else held against what is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from datagen_chat.frozen import dataclass
from datagen_chat.generators._written import FORMS, fits, held
from datagen_chat.generators.base import Generator, words_in
from datagen_chat.generators.case import Case
from datagen_chat.generators.distribution import Distribution, law_ends
from datagen_chat.instants import DAY, show_instant
from datagen_chat.problems import Problem, note, pointer, shown
from datagen_chat.schema.constraints import Range
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Column, Dataset, Table
from datagen_chat.schema.references import unknown_place
from datagen_chat.words import ColumnType, Scalar

_FARTHEST = 2.0**52  # beyond it a float has no fraction that a bound could be rounded by
_TYPES: tuple[ColumnType, ...] = ("int", "float", "date", "datetime")


@dataclass(frozen=True, slots=True)
class RangePromise:
    """That a column's values lie between two bounds, which are included; infinite where there is none.

    Bounds are numbers, microseconds for datetimes, days for dates. `at` is where the promise stands.
    """

    at: str
    place: Place
    low: float
    high: float


def ranges(dataset: Dataset) -> Iterator[RangePromise]:
    """Yield the ranges that columns of numbers and times promise to keep; those that make no sense are left out."""
    columns = {(table.id, column.name): column for table in reversed(dataset.nodes) for column in reversed(table.columns)}
    for k, rule in enumerate(dataset.constraints.ranges):
        place = _place(rule)
        if place in columns and not any(_check_bounds(rule, columns[place].type)):
            yield RangePromise(pointer("constraints", "ranges", k), place, *_bounds(rule, columns[place].type))


def _place(rule: Range) -> Place:
    table, _, column = rule.attr.partition(".")
    return table, column


def _bounds(rule: Range, type_: ColumnType) -> tuple[float, float]:
    """Return the bounds as numbers."""
    low = -math.inf if rule.min is None else _number(rule.min, type_)
    return low, math.inf if rule.max is None else _number(rule.max, type_)


def _number(value: Scalar, type_: ColumnType) -> float:
    number = held(value, "float" if type_ == "int" else type_)
    assert isinstance(number, int | float)
    return number


def check_ranges(index: Index) -> Iterator[Problem]:
    """Yield ranges that make no sense for their columns, those that the columns are known to break, and those that clamp."""
    for k, rule in enumerate(index.dataset.constraints.ranges):
        at, place = pointer("constraints", "ranges", k), _place(rule)
        if place not in index.columns:
            yield unknown_place(at + "/attr", *place, index, qualified=True)
        else:
            yield from (problem.under(at) for problem in _check_bounds(rule, index.columns[place].type))
    seen: dict[Place, RangePromise] = {}
    kept = Index(within_ranges(index.dataset))
    for promise in ranges(index.dataset):
        yield from _check_kept(promise, index, kept)
        other = seen.setdefault(promise.place, promise)
        if max(promise.low, other.low) > min(promise.high, other.high):
            name = ".".join(promise.place)
            message = f"No value of {name} lies within this range and the one at {other.at}."
            yield Problem(promise.at, "empty-range", message, f"Write one range for {name}.")


def _check_bounds(rule: Range, type_: ColumnType) -> Iterator[Problem]:
    """Yield why a range makes no sense for a column of this type."""
    given = {key: value for key, value in (("min", rule.min), ("max", rule.max)) if value is not None}
    if type_ not in _TYPES:
        message = f"{rule.attr} is of type {type_}; only numbers and times have a range."
        yield Problem("/attr", "range-type", message, "Use constraints.enum or constraints.pattern.")
        return
    if not given:
        yield Problem("", "range-unbounded", f"The range of {rule.attr} has no bound.", "Add min, max or both.")
    wrong = [key for key, value in given.items() if not fits(value, "float" if type_ == "int" else type_)]
    for key in wrong:
        message = f"{rule.attr} is of type {type_}, but the {key} of its range is {shown(given[key])}."
        yield Problem(f"/{key}", "range-type", message, f"Write {FORMS['float' if type_ == 'int' else type_]}.")
    if not wrong and _bounds(rule, type_)[0] > _bounds(rule, type_)[1]:
        message = f"The range of {rule.attr} is empty: {shown(rule.min)} is above {shown(rule.max)}."
        yield Problem("", "empty-range", message, "Swap min and max.")


def _check_kept(promise: RangePromise, index: Index, kept: Index) -> Iterator[Problem]:
    """Yield what a column can have beyond its range once draws are pulled within theirs, and a note where it is pulled."""
    column, (low, high) = index.columns[promise.place], _known_reach(promise.place, kept)
    if low < promise.low:
        yield _broken(promise, "min", low, promise.low, column)
    if high > promise.high:
        yield _broken(promise, "max", high, promise.high, column)
    if pulled(column, promise) != column:
        name = ".".join(promise.place)
        message = f"{name} is drawn without a clamp; values beyond its range are pulled to {_span(promise)}."
        yield note(promise.at, "range-clamps", message, f"Write it as the clamp of {name} to say so.")


def _broken(promise: RangePromise, key: str, end: float, bound: float, column: Column) -> Problem:
    can, may = _shown(end, column.type), _shown(bound, column.type)
    side = "below" if key == "min" else "above"
    message = f"{'.'.join(promise.place)} can be {can}, which is {side} the {key} of its range, {may}."
    return Problem(f"{promise.at}/{key}", "range-broken", message, f"Set {key} to {can}, or change what the column can be.")


def _span(promise: RangePromise) -> str:
    if math.isinf(promise.low) or math.isinf(promise.high):
        return f"{promise.high:g}" if math.isinf(promise.low) else f"{promise.low:g}"
    return f"{promise.low:g} or {promise.high:g}"


def _shown(number: float, type_: ColumnType) -> str:
    if type_ in ("date", "datetime"):
        return show_instant(int(number) * (DAY if type_ == "date" else 1))
    return f"{number:.15g}"


def _known_reach(place: Place, index: Index) -> tuple[float, float]:
    """Return the lowest and the highest value that a column is known to have; an empty span where nothing is known."""
    column, outcomes = index.columns[place], index.outcomes(place)
    form: ColumnType = "float" if column.type == "int" else column.type
    # What does not fit the column is a problem of its own.
    numbers = [_number(value, column.type) for value in outcomes or () if value is not None and fits(value, form)]
    if not column.modifiers:
        grid = column.generator.grid(index.dataset.window)
        if grid is not None and grid.count:
            numbers += [_instant(grid.start, column.type), _instant(int(grid.at(np.array([grid.count - 1]))[0]), column.type)]
        for _, word in words_in(column.generator):
            if isinstance(word, Distribution) and word.clamp is not None:
                numbers += _drawn(word, word.clamp)
    return min(numbers, default=math.inf), max(numbers, default=-math.inf)


def _instant(microseconds: int, type_: ColumnType) -> float:
    return microseconds // DAY if type_ == "date" else microseconds


def _drawn(word: Distribution, clamp: tuple[float, float]) -> tuple[float, ...]:
    """Return the lowest and the highest value of a law within a clamp, nothing where the law makes no sense."""
    ends = law_ends(word.params)
    return () if ends is None else tuple(min(max(end, clamp[0]), clamp[1]) for end in ends)


def pulled(column: Column, promise: RangePromise) -> Column:
    """Return a column whose values keep to its range where the draw has no clamp of its own; any other as it is."""
    if column.type not in ("int", "float"):
        return column
    generator = _pulled(column.generator, promise, is_changed=bool(column.modifiers))
    return column if generator == column.generator else column.model_copy(update={"generator": generator})


def _pulled(generator: Generator, promise: RangePromise, *, is_changed: bool) -> Generator:
    if isinstance(generator, Case) and not is_changed:
        when = {key: _pulled(branch, promise, is_changed=False) for key, branch in generator.when.items()}
        rest = None if generator.else_ is None else _pulled(generator.else_, promise, is_changed=False)
        return generator.model_copy(update={"when": when, "else_": rest})
    if not isinstance(generator, Distribution) or generator.clamp is not None:
        return generator
    ends = law_ends(generator.params)
    if (
        ends is None
        or max(map(abs, ends)) > _FARTHEST
        or (promise.low <= ends[0] and ends[1] <= promise.high and not is_changed)
    ):
        return generator
    return generator.model_copy(update={"clamp": (max(promise.low, -_FARTHEST), min(promise.high, _FARTHEST))})


def within_ranges(dataset: Dataset) -> Dataset:
    """Return a dataset whose draws without a clamp keep to the ranges of their columns."""
    if not dataset.constraints.ranges:
        return dataset
    promised: dict[Place, RangePromise] = {}
    for promise in ranges(dataset):
        other = promised.get(promise.place, promise)
        both = replace(promise, low=max(promise.low, other.low), high=min(promise.high, other.high))
        promised[promise.place] = both if both.low <= both.high else promise
    return dataset.model_copy(update={"nodes": tuple(_within(table, promised) for table in dataset.nodes)})


def _within(table: Table, promised: Mapping[Place, RangePromise]) -> Table:
    def own(column: Column) -> Column:
        promise = promised.get((table.id, column.name))
        return column if promise is None else pulled(column, promise)

    columns = tuple(map(own, table.columns))
    return table if columns == table.columns else table.model_copy(update={"columns": columns})
