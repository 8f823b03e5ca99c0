"""All rows of a plan, block by block, handed to a sink: by one worker, or by several that each write parts of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from datagen_chat.engine.memory import keep_freed_memory
from datagen_chat.engine.plan import Plan, TablePlan
from datagen_chat.engine.shapes import table_shape
from datagen_chat.engine.told import Parts
from datagen_chat.engine.workers import CAN_FORK, Told, in_processes, in_threads
from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, SchemaError
from datagen_chat.sinks.base import WHOLE, Block, ColumnShape, DatasetWriter, Part, TableShape, TableWriter, ranges
from datagen_chat.sinks.digest import TableDigest, hash_of_units
from datagen_chat.values import Text

BLOCK_ROWS = 1 << 16
TEXT_BYTES, TRIED_SHARE, GROWTH = 1 << 25, 256, 16
"""Blocks are shorter where their texts would take more bytes than this, which the first one, a fraction of a block, shows; each
is at most so many times as long as the one before."""
PART_COST = 2 << 20
"""A table gets one more part, at most one for each worker, for every so many cells of average cost."""
TEXT_COST = 10
"""A text from no small pool takes about as long to make and to write as so many numbers, times or categories."""


@dataclass(frozen=True, slots=True)
class Written:
    """A table that was written: its shape, the hash of its content, and in how many parts."""

    shape: TableShape
    digest: str
    parts: int


@dataclass(frozen=True, slots=True)
class _Job:
    table: TablePlan
    shape: TableShape
    rows: range
    part: Part


class _Outcome(NamedTuple):
    """What comes of a job: the hashes of the units of its rows, and what was told meanwhile."""

    units: Mapping[int, bytes]
    told: Parts


def write_plan(
    plan: Plan,
    writer: DatasetWriter,
    *,
    parallel: bool,
    workers: int = 1,
    block_rows: int | None = None,
    progress: Told = lambda _table, _rows: None,
) -> tuple[Written, ...]:
    """Write every table of a plan, and return what was written.

    Neither `workers` nor `block_rows` changes a value. Several workers are copies of this process where parts may be written
    in parallel, so that `progress`, which is told in this process, is all that is heard of them. When anything fails, or the
    caller is interrupted, all workers end, and the first error is raised.
    """
    keep_freed_memory()
    jobs = _jobs(plan, workers if parallel else 1)
    rows = block_rows or BLOCK_ROWS

    def write(job: _Job, told: Told) -> Mapping[int, bytes]:
        return _write(job, writer, rows, told)

    def write_apart(job: _Job, told: Told) -> _Outcome:
        plan.tellings.take()  # what was told before this process was copied, or of the job before
        return _Outcome(write(job, told), plan.tellings.take())

    if workers == 1:
        return _written(plan, jobs, [write(job, progress) for job in jobs])
    # The longest jobs first, so that no worker is left alone with one at the end.
    jobs = sorted(jobs, key=lambda job: -_cost(job.shape, len(job.rows)))
    if parallel and CAN_FORK:
        outcomes = in_processes(write_apart, jobs, workers, progress)
        for outcome in outcomes:
            plan.tellings.add(outcome.told)
        units = [outcome.units for outcome in outcomes]
    else:
        units = in_threads(write, jobs, workers, progress)
    return _written(plan, jobs, units)


def _jobs(plan: Plan, workers: int) -> list[_Job]:
    jobs = []
    for table in plan.tables.values():
        shape = table_shape(table)
        parts = ranges(shape.rows, min(workers, max(_cost(shape, shape.rows) // PART_COST, 1)))
        jobs += [_Job(table, shape, rows, Part(index, len(parts))) for index, rows in enumerate(parts)]
    return jobs


def _cost(shape: TableShape, rows: int) -> int:
    """Return about how long some rows of a table take, in cells of average cost."""
    texts = sum(map(_is_text, shape.columns))
    return rows * (len(shape.columns) + texts * (TEXT_COST - 1))


def write_first(plan: Plan, writer: DatasetWriter, most: int, progress: Told) -> None:
    """Write the first rows of every table of a plan, at most so many, in one part each.

    Raises:
        SchemaError: the rows turn out to be impossible.
    """
    for table in plan.tables.values():
        shape = table_shape(table)
        rows = range(min(shape.rows, most))
        _write(_Job(table, replace(shape, rows=len(rows)), rows, WHOLE), writer, BLOCK_ROWS, progress)


def _write(job: _Job, writer: DatasetWriter, block_rows: int, told: Told) -> Mapping[int, bytes]:
    """Write the rows of a job, and return the hashes of their units."""
    digest = TableDigest(job.shape, job.rows.start)
    table = writer.table(job.shape, job.part)
    try:
        start, rows = job.rows.start, max(block_rows // TRIED_SHARE, 1) if _has_texts(job.shape) else block_rows
        while start < job.rows.stop:
            numbers = range(start, min(start - start % rows + rows, job.rows.stop))
            block = _write_block(job, numbers, table, digest)
            told(job.table.name, len(numbers))
            start, rows = numbers.stop, min(fitting_rows(block, block_rows), rows * GROWTH)
        table.close()
    except BaseException:
        table.abort()
        raise
    return digest.units()


def _has_texts(shape: TableShape) -> bool:
    return any(map(_is_text, shape.columns))


def _is_text(column: ColumnShape) -> bool:
    return column.type == "string" and column.layout != "category"


def fitting_rows(block: Block, most: int) -> int:
    """Return how many rows the next block should have, at most `most`, given how long the texts of this one are."""
    width = sum(values.words.nbytes / max(len(values.words), 1) for values in block.values() if isinstance(values, Text))
    rows = most
    while rows > 1 and rows * width > TEXT_BYTES:
        rows = -(-rows // 2)
    return rows


def _write_block(job: _Job, numbers: range, writer: TableWriter, digest: TableDigest) -> Block:
    rows = job.table.rows(numbers)
    with job.table.plan.tellings.of_table(job.table.name):
        block = {column.name: rows.values(column.name) for column in job.shape.columns}
        for promise in job.table.promises:
            job.table.plan.tellings.tell(promise.place, "promise-broken", promise.text, promise.broken(rows))
    _check_nulls(job.shape, block)
    digest.update(block)
    writer.write(block)
    return block


def _check_nulls(shape: TableShape, block: Block) -> None:
    """Refuse nulls in columns that are written without any.

    Raises:
        SchemaError: a column came out null that nothing said could be.
    """
    for column in shape.columns:
        valid = block[column.name].valid
        if valid is not None and not column.nullable and not valid.all():
            message = f"{shape.name}.{column.name} came out null in {int((~valid).sum())} rows, though it is not nullable."
            raise SchemaError([Problem("", "unforeseen-null", message, f'Add "nullable": true to {column.name}.')])


def _written(plan: Plan, jobs: Sequence[_Job], units: Sequence[Mapping[int, bytes]]) -> tuple[Written, ...]:
    merged: dict[str, dict[int, bytes]] = {}
    for job, some in zip(jobs, units, strict=True):
        merged.setdefault(job.table.name, {}).update(some)
    first = {job.table.name: job for job in jobs if job.part.index == 0}
    return tuple(Written(first[name].shape, hash_of_units(merged[name]), first[name].part.count) for name in plan.tables)
