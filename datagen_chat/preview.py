"""Real rows of a dataset as Python values, and the size of each table, without making the rest of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from datagen_chat.engine.estimate import Count, estimate, magnitude
from datagen_chat.engine.plan import Plan, TablePlan
from datagen_chat.engine.rows import TableRows
from datagen_chat.engine.told import Told
from datagen_chat.frozen import dataclass
from datagen_chat.outlines import Outline, outline
from datagen_chat.problems import LimitError, Problem
from datagen_chat.schema.model import Column, Dataset
from datagen_chat.sinks.base import ColumnShape
from datagen_chat.values import Text, Values
from datagen_chat.words import ColumnType

COUNTED_PARENTS = 5_000_000
"""The rows of a fact are counted, parent by parent, when it has no more parents than this; else they are estimated."""

PLANNED_ROWS = 1_000_000_000
"""Datasets with more rows than this are described, but not sampled: to find a row, its table's ancestors are counted."""

OUTLINED_ROWS, FEWEST_OUTLINED = 500, 20
"""How many of the first rows of a table its outlines are taken of; tables with fewer than the least have none."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Neighbouring rows of one table, from row number `first` on; each row has its values in the order of `columns`.

    `outlines` are those of the columns in the first `outlined` rows of the table; none where those are few.
    """

    table: str
    columns: tuple[ColumnShape, ...]
    first: int
    rows: tuple[tuple[Any, ...], ...]
    outlines: tuple[Outline, ...] = ()
    outlined: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """How large a dataset is, and what the first rows of its tables are; `left_out` says why there are none.

    `told` says what happened to the rows that were counted and shown.
    """

    counts: Mapping[str, Count]
    samples: tuple[Sample, ...] = ()
    left_out: str = ""
    told: tuple[Told, ...] = ()

    @property
    def total(self) -> Count:
        """The rows of all tables."""
        counts = self.counts.values()
        return Count(sum(count.rows for count in counts), all(count.is_exact for count in counts))


def preview(dataset: Dataset, seed: int, rows: int = 5, tables: int = 20) -> Preview:
    """Return the size of a dataset and the first rows of its first tables."""
    expected = estimate(dataset).rows
    if sum(expected.values()) > PLANNED_ROWS:
        return Preview(_estimated(dataset, expected), (), "The dataset is too large to show rows of it here.")
    plan = Plan(dataset, seed)
    counts = _counts(plan, expected)
    shown = dataset.nodes[:tables]
    samples = tuple(sample(plan.tables[table.id], range(rows)) for table in shown)
    return Preview(counts, samples, told=plan.tellings.all)


def check_planning(dataset: Dataset) -> None:
    """Make sure that single rows of a dataset can be found in reasonable time.

    Raises:
        LimitError: too many rows would have to be counted first.
    """
    total = estimate(dataset).total
    if total > PLANNED_ROWS:
        message = (
            f"The dataset would have about {magnitude(total)} rows; rows are sampled from at most {magnitude(PLANNED_ROWS)}."
        )
        raise LimitError([Problem("/nodes", "too-many-rows", message, "Lower the rows or fanouts.")])


def sample(table: TablePlan, rows: range) -> Sample:
    """Return some rows of a table, as far as it has them."""
    shapes = tuple(ColumnShape(column.name, column.type, decimals=column.places) for column in table.table.columns)
    try:
        values = _values(table, rows, shapes)
    except IndexError:  # only now is a large table counted to its end
        rows = range(min(rows.start, table.row_count), min(rows.stop, table.row_count))
        values = _values(table, rows, shapes)
    return Sample(table.name, shapes, rows.start, values, *_outlines(table))


def _outlines(table: TablePlan) -> tuple[tuple[Outline, ...], int]:
    """Return the outlines of the columns that are no keys, and how many of the first rows they are taken of."""
    count = min(table.known_rows or 0, OUTLINED_ROWS)  # to count a table for its outlines would take too long
    if count < FEWEST_OUTLINED:
        return (), 0
    keys = {child[1] for child, _ in table.plan.index.foreign_keys() if child[0] == table.name} | {table.table.pk}
    made = table.rows(range(count))
    with table.plan.tellings.of_table(""):  # nothing is told of rows that are not shown
        found = tuple(() if column.name in keys else _outline(table, made, column) for column in table.table.columns)
    return found, count


def _outline(table: TablePlan, made: TableRows, column: Column) -> Outline:
    is_many = column.type == "string" and table.layout(column) != "category"
    return () if is_many else outline(made.values(column.name))


def _values(table: TablePlan, rows: range, shapes: tuple[ColumnShape, ...]) -> tuple[tuple[Any, ...], ...]:
    if table.fanout is None and rows.stop > table.row_count:
        raise IndexError(f"row {rows.stop} is beyond the {table.row_count} rows of {table.name}")
    made = table.rows(rows)
    with table.plan.tellings.of_table(table.name):
        columns = [plain_values(made.values(shape.name), shape.type) for shape in shapes]
    return tuple(zip(*columns, strict=True))


def plain_values(values: Values, type_: ColumnType) -> list[Any]:
    """Return values as Python's own; times are datetimes and dates without a zone, in UTC.

    Arrow's `to_pylist` and `array` are not used: they import pandas where it is installed.
    """
    if isinstance(values, Text):
        codes = range(len(values)) if values.codes is None else values.codes.tolist()
        plain = [values.words[code].as_py() for code in codes]
    else:
        plain = list(map(_PLAIN.get(type_, _as_it_is), values.data.tolist()))
    return (
        plain
        if values.valid is None
        else [value if is_valid else None for value, is_valid in zip(plain, values.valid.tolist(), strict=True)]
    )


def _as_it_is(value: Any) -> Any:
    return value


_EPOCH = datetime(1970, 1, 1)
_PLAIN: Mapping[ColumnType, Callable[[Any], Any]] = {
    "datetime": lambda value: _EPOCH + timedelta(microseconds=value),
    "date": lambda value: (_EPOCH + timedelta(days=value)).date(),
}


def _counts(plan: Plan, expected: Mapping[str, float]) -> Mapping[str, Count]:
    counts = {}
    for name, table in plan.tables.items():
        is_cheap = table.parent is None or table.table.rows is not None or expected[table.parent.name] <= COUNTED_PARENTS
        counts[name] = Count(table.row_count) if is_cheap else Count(round(expected[name]), is_exact=False)
    return {table.id: counts[table.id] for table in plan.dataset.nodes}


def _estimated(dataset: Dataset, expected: Mapping[str, float]) -> Mapping[str, Count]:
    return {table.id: Count(round(expected[table.id]), table.rows is not None or not table.parents) for table in dataset.nodes}
