"""`datagen sample`: rows of the full dataset, made without the rest of it."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from datagen_chat.commands.files import read_schema
from datagen_chat.commands.gathering import gather_locales
from datagen_chat.engine.estimate import Count
from datagen_chat.engine.plan import Plan, TablePlan
from datagen_chat.engine.shapes import table_shape
from datagen_chat.preview import check_planning, sample
from datagen_chat.problems import LimitError, Problem, ProblemsError, did_you_mean, shown
from datagen_chat.schema.model import Dataset
from datagen_chat.sinks import sink
from datagen_chat.sinks.base import DatasetShape
from datagen_chat.terminal.clean import clean
from datagen_chat.terminal.screen import stderr, stdout

SAMPLED_ROWS = 5
SHOWN_ROWS = 1000
STREAMED_ROWS = 1_000_000


def run(options: argparse.Namespace) -> int:
    """Show or write rows of one table or of all."""
    dataset = read_schema(options.file, stderr(), strict=options.strict).valid()
    names = _tables(dataset, options.table, options.format)
    check_planning(dataset)
    gather_locales(dataset, stderr())
    plan = Plan(dataset, options.seed)
    if options.format == "table":
        _show(dataset, [plan.tables[name] for name in names], options)
    else:
        _write(plan.tables[names[0]], options)
    return 0


def _tables(dataset: Dataset, wanted: str | None, format_: str) -> Sequence[str]:
    known = [table.id for table in dataset.nodes]
    if wanted is None and (format_ == "table" or len(known) == 1):
        return known
    listed = f"Use one of {', '.join(known[:20])}."
    if wanted is None:
        raise ProblemsError(
            [Problem("", "no-table", f"{format_} holds one table; this schema has {len(known)}.", f"{listed} --table NAME")]
        )
    if wanted not in known:
        hint = did_you_mean(wanted, known) or listed
        raise ProblemsError([Problem("", "unknown-table", f"There is no table {shown(wanted)} in this schema.", hint)])
    return [wanted]


def _rows(table: TablePlan, options: argparse.Namespace, limit: int) -> range:
    """Return the row numbers that are asked for, as far as the table has them."""
    first, stop = options.rows or (0, None)
    if stop is not None and options.n is not None:
        hint = f"Leave one of them out, or write --rows {first}: -n {options.n}."
        raise ProblemsError([Problem("", "not-together", "--rows with an end and -n both say how many rows.", hint)])
    rows = range(first, first + (options.n or SAMPLED_ROWS) if stop is None else stop)
    if len(rows) > limit:
        hint = "Ask for fewer, or write files with `datagen generate`."
        raise LimitError([Problem("", "too-many-rows", f"{len(rows):,} rows are more than {limit:,}.", hint)])
    if first and first >= table.row_count:
        message = f"{table.name} has {table.row_count:,} rows; the first is row 0, so there is no row {first:,}."
        raise ProblemsError([Problem("", "no-such-row", message, f"Ask for rows below {table.row_count}.")])
    return range(first, min(rows.stop, table.row_count))


def _show(dataset: Dataset, tables: Sequence[TablePlan], options: argparse.Namespace) -> None:
    from datagen_chat.terminal.problems import draw_told
    from datagen_chat.terminal.schema import draw_sample

    screen = stdout()
    for number, table in enumerate(tables):
        if number:
            screen.blank()
        rows = sample(table, _rows(table, options, SHOWN_ROWS))
        draw_sample(screen, rows, Count(table.row_count), dataset.table(table.name).pk)
    draw_told(stderr(), tables[0].plan.tellings.all)


def _write(table: TablePlan, options: argparse.Namespace) -> None:
    """Write rows to standard output, byte for byte as `generate` writes them to a file."""
    rows = table.rows(_rows(table, options, STREAMED_ROWS))
    shape, target = table_shape(table), sink(options.format)
    with TemporaryDirectory(prefix="datagen-") as folder:
        dataset = target.create(Path(folder), DatasetShape(table.name, (shape,)))
        writer = dataset.table(shape)
        writer.write({column.name: rows.values(column.name) for column in shape.columns})
        writer.close()
        dataset.close()
        _copy([Path(folder) / name for name in dataset.files(table.name)])


def _copy(paths: Sequence[Path]) -> None:
    """Copy files to standard output; a terminal gets nothing that it could obey."""
    for path in paths:
        if sys.stdout.isatty():
            sys.stdout.write(clean(path.read_text("utf-8")))
        else:
            with path.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.flush()
