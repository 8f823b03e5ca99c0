"""All rows of a plan, block by block, handed to a sink: by one worker, or by threads that each write their own part."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from datagen_chat.engine.memory import keep_freed_memory
from datagen_chat.engine.plan import Plan, TablePlan
from datagen_chat.engine.shapes import table_shape
from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, SchemaError
from datagen_chat.sinks.base import WHOLE, Block, ColumnShape, DatasetWriter, Part, TableShape, TableWriter, ranges
from datagen_chat.sinks.digest import TableDigest
from datagen_chat.values import Text

if TYPE_CHECKING:
    from concurrent.futures import Future

BLOCK_ROWS, SHARED_BLOCK_ROWS = 1 << 16, 1 << 17
"""Blocks of one worker, whose arrays stay in the cache; and of several, who wait for the interpreter's lock after each array
operation, and so want fewer and longer ones.
"""
TEXT_BYTES, TRIED_SHARE = 1 << 25, 16
"""Blocks are shorter where their texts would take more bytes than this, which the first one, a fraction of a block, shows."""
PART_COST = 2 << 20
"""A table gets one more part, at most one for each worker, for every so many cells of average cost."""
TEXT_COST = 10
"""A text from no small pool takes about as long to make and to write as so many numbers, times or categories."""

Progress = Callable[[str, int], None]
"""Told the table and the number of its rows that were just written."""


@dataclass(frozen=True, slots=True)
class Written:
    """A table that was written: its shape and the hash of its content."""

    shape: TableShape
    digest: str


class _StoppedError(Exception):
    """Another worker failed, or the run was interrupted."""


@dataclass(frozen=True, slots=True)
class _Job:
    table: TablePlan
    shape: TableShape
    rows: range
    part: Part


def write_plan(
    plan: Plan,
    writer: DatasetWriter,
    *,
    parallel: bool,
    workers: int = 1,
    block_rows: int | None = None,
    progress: Progress = lambda _table, _rows: None,
) -> tuple[Written, ...]:
    """Write every table of a plan, and return what was written.

    Neither `workers` nor `block_rows` changes a value. When anything fails, or the caller is interrupted, all workers stop
    at their next block, their files are let go, and the first error is raised.
    """
    keep_freed_memory()
    jobs = _jobs(plan, workers if parallel else 1)
    stop = threading.Event()
    rows = block_rows or (BLOCK_ROWS if workers == 1 else SHARED_BLOCK_ROWS)

    def run(job: _Job) -> TableDigest:
        return _write(job, writer, rows, progress, stop)

    digests = [run(job) for job in jobs] if workers == 1 else _in_threads(run, jobs, workers, stop)
    return _merged(jobs, digests)


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


def _in_threads(run: Callable[[_Job], TableDigest], jobs: list[_Job], workers: int, stop: threading.Event) -> list[TableDigest]:
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait  # slow to import for one who works alone

    with ThreadPoolExecutor(workers) as pool:
        # The longest jobs first, so that no worker is left alone with one at the end.
        started = {job: pool.submit(run, job) for job in sorted(jobs, key=lambda job: -_cost(job.shape, len(job.rows)))}
        try:
            wait(started.values(), return_when=FIRST_EXCEPTION)
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)
    errors = [error for future in started.values() if (error := _error_of(future)) is not None]
    if errors:
        raise errors[0]
    return [started[job].result() for job in jobs]


def _error_of(future: Future[TableDigest]) -> BaseException | None:
    error = None if future.cancelled() else future.exception()
    return None if isinstance(error, _StoppedError) else error


def write_first(plan: Plan, writer: DatasetWriter, most: int, progress: Progress) -> None:
    """Write the first rows of every table of a plan, at most so many, in one part each.

    Raises:
        SchemaError: the rows turn out to be impossible.
    """
    for table in plan.tables.values():
        shape = table_shape(table)
        rows = range(min(shape.rows, most))
        _write(_Job(table, replace(shape, rows=len(rows)), rows, WHOLE), writer, BLOCK_ROWS, progress, threading.Event())


def _write(job: _Job, writer: DatasetWriter, block_rows: int, progress: Progress, stop: threading.Event) -> TableDigest:
    digest = TableDigest(job.shape, job.rows.start)
    table = writer.table(job.shape, job.part)
    try:
        start, rows = job.rows.start, max(block_rows // TRIED_SHARE, 1) if _has_texts(job.shape) else block_rows
        while start < job.rows.stop:
            _go_on(stop)
            numbers = range(start, min(start - start % rows + rows, job.rows.stop))
            block = _write_block(job, numbers, table, digest)
            progress(job.table.name, len(numbers))
            start, rows = numbers.stop, fitting_rows(block, block_rows)
        table.close()
    except BaseException:
        stop.set()
        table.abort()
        raise
    return digest


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


def _go_on(stop: threading.Event) -> None:
    if stop.is_set():
        raise _StoppedError


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


def _merged(jobs: list[_Job], digests: list[TableDigest]) -> tuple[Written, ...]:
    tables: dict[str, tuple[TableShape, TableDigest]] = {}
    for job, digest in zip(jobs, digests, strict=True):
        if job.part.index == 0:
            tables[job.table.name] = job.shape, digest
        else:
            tables[job.table.name][1].merge(digest)
    return tuple(Written(shape, digest.hexdigest()) for shape, digest in tables.values())
