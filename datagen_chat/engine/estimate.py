"""How large a dataset will be, before anything is counted or made."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from datagen_chat.engine.parents import fanout_of, parents_first
from datagen_chat.fanouts import Spread
from datagen_chat.frozen import dataclass
from datagen_chat.problems import LimitError, Problem
from datagen_chat.schema.behaviours import with_behaviours
from datagen_chat.schema.model import Dataset, Table

if TYPE_CHECKING:
    from datagen_chat.engine.plan import Plan, TablePlan

ROW_LIMIT = 100_000_000
SAMPLED_PARENTS, SAMPLE_SEED = 2000, 0


@dataclass(frozen=True, slots=True)
class Count:
    """The number of rows of a table; an estimate when it is not exact."""

    rows: int
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected rows by table."""

    rows: dict[str, float]

    @property
    def total(self) -> float:
        """The rows of all tables."""
        return sum(self.rows.values())


def estimate(dataset: Dataset) -> Estimate:
    """Return the expected size of a dataset."""
    dataset = with_behaviours(dataset)
    rows: dict[str, float] = {}
    plan: list[Plan] = []
    for table in parents_first(dataset.nodes):
        rows[table.id] = _rows(table, rows, plan, dataset)
    return Estimate(rows)


def _rows(table: Table, rows: dict[str, float], plan: list[Plan], dataset: Dataset) -> float:
    if table.rows is not None or not table.parents:
        return table.standing_rows()
    parents = rows[table.parents[0]]
    if not table.is_shaped:
        fanout = fanout_of(table, round(parents))
        assert isinstance(fanout, Spread)
        return parents * fanout.mean()
    if not plan:
        from datagen_chat.engine.plan import Plan  # the size of most datasets follows from their fanouts alone

        plan.append(Plan(dataset, SAMPLE_SEED))
    return parents * _sampled_mean(plan[0].tables[table.id])


def _sampled_mean(table: TablePlan) -> float:
    """Return the mean number of rows of the first parents, where the parents' own columns have a say in it."""
    from datagen_chat.engine.counts import compile_count

    count, parent = compile_count(table), table.parent
    assert parent is not None
    if count is None:
        return 1.0
    known = min(SAMPLED_PARENTS, parent.row_count) if parent.fanout is None else parent.fanout.up_to(SAMPLED_PARENTS)
    counts = count(parent.rows(range(known)))
    return float(counts.mean()) if len(counts) else 0.0


def check_size(dataset: Dataset, limit: int = ROW_LIMIT) -> Estimate:
    """Return the expected size of a dataset.

    Raises:
        LimitError: more rows are expected than the limit allows.
    """
    expected = estimate(dataset)
    if expected.total > limit:
        from datagen_chat.engine.sizes import parquet_bytes, size, worker_seconds

        taken, seconds = sum(parquet_bytes(dataset, expected.rows).values()), worker_seconds(dataset, expected.rows)
        largest = max(expected.rows, key=lambda name: expected.rows[name])
        total, most = magnitude(expected.total), magnitude(limit)
        if total == most:
            total, most = f"{ceil(expected.total):,}", f"{limit:,}"
        message = (
            f"The dataset would have about {total} rows ({largest}: {magnitude(expected.rows[largest])}), "
            f"{size(round(taken))} as Parquet, and take about {duration(seconds)}; "
            f"the limit is {most} rows."
        )
        hint = f"Lower the rows or fanouts, or allow it with --max-rows {int(expected.total * 1.01) + 1}."
        raise LimitError([Problem("/nodes", "too-many-rows", message, hint)])
    return expected


def magnitude(number: float) -> str:
    """Return a large number in few characters.

    >>> magnitude(50_000_000_000), magnitude(1750)
    ('50.0 G', '1,750')
    """
    for factor, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M")):
        if number >= factor:
            return f"{number / factor:,.1f} {unit}"
    return f"{number:,.0f}"


def duration(seconds: float) -> str:
    """Return a time that people can picture.

    >>> duration(12500), duration(3), duration(0.2)
    ('3.5 hours', '3 seconds', '1 second')
    """
    for length, unit in ((86_400.0, "days"), (3600.0, "hours"), (60.0, "minutes")):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.1f} {unit}"
    whole = max(round(seconds), 1)
    return "1 second" if whole == 1 else f"{whole} seconds"
