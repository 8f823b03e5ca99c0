"""`datagen generate`: every row of a dataset, written to a folder that is complete or untouched."""

from __future__ import annotations

import argparse
import shlex
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from datagen_chat import __version__
from datagen_chat.commands.files import DocumentError, read_schema
from datagen_chat.commands.gathering import gather_locales
from datagen_chat.conversation.document import Document
from datagen_chat.engine.estimate import ROW_LIMIT, check_size, duration
from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.engine.sizes import size
from datagen_chat.faking.catalog import installed_version
from datagen_chat.schema.canonical import schema_hash
from datagen_chat.sinks import sink
from datagen_chat.sinks.manifest import MANIFEST, Manifest, NoteEntry, TableEntry, table_entry
from datagen_chat.sinks.output import Output
from datagen_chat.terminal.cells import Ladder
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.grid import draw_rows
from datagen_chat.terminal.problems import draw_notes, draw_told
from datagen_chat.terminal.progress import progress
from datagen_chat.terminal.schema import numbers, words
from datagen_chat.terminal.screen import Screen, stderr, stdout
from datagen_chat.verify.report import remove_report


def run(options: argparse.Namespace) -> int:
    """Write a dataset, and say what was written and how to get the same again."""
    document = read_schema(options.file, stderr(), strict=options.strict)
    if options.verify:
        _check_askable(document, options)
    draw_notes(stderr(), document.problems, document.draft)
    make(document, options, stderr(), stdout())
    source = ", from the same standard input" if options.file == "-" else ""
    stdout().command(f"The same rows again{source}:", again(options))
    return _verified(document, options) if options.verify else 0


def _check_askable(document: Document, options: argparse.Namespace) -> None:
    """Make sure, before any row, that the checks can be asked of the data.

    Raises:
        DocumentError: one cannot.
    """
    from datagen_chat.commands.preparing import with_prepared_checks  # few runs ask for it

    prepared = with_prepared_checks(document)
    if prepared.dataset is None:
        raise DocumentError(options.file, prepared)


def _verified(document: Document, options: argparse.Namespace) -> int:
    from datagen_chat.commands.verification import report_path, tell, verified  # few runs ask for it

    folder = Path(options.output)
    verification = verified(document, folder, stderr())
    stdout().blank()
    return tell(verification, report_path(folder, None), is_named=False, out=stdout(), screen=stderr())


def make(document: Document, options: argparse.Namespace, screen: Screen, out: Screen) -> None:
    """Write a dataset; progress and notes are drawn on `screen`, what was written on `out`."""
    expected = check_size(document.valid(), options.max_rows)
    started = time.monotonic()
    gather_locales(document.valid(), screen)
    plan = Plan(document.valid(), options.seed)
    with progress(screen, round(expected.total)) as told:
        manifest, replaced = write(plan, document, options, told)
    draw_told(screen, manifest.notes)
    _summarise(out, manifest, options, time.monotonic() - started)
    if replaced not in (None, manifest.dataset):
        out.say((f"The dataset {one_line(str(replaced))}, which was there before, is replaced.", "bold"), hang=2)


def write(
    plan: Plan, document: Document, options: argparse.Namespace, told: Callable[[str, int], None]
) -> tuple[Manifest, str | None]:
    """Write a dataset to a folder, and return its manifest, and the name of the dataset that it replaced."""
    target, shape = sink(options.format), dataset_shape(plan)
    with Output(Path(options.output), plan.tables, target.name) as output:
        writer = target.create(output.staging, shape)
        try:
            written = write_plan(
                plan, writer, parallel=target.parallel, workers=options.workers, block_rows=options.block_rows, progress=told
            )
            writer.close()
        except BaseException:
            writer.abort()
            raise
        entries = [
            table_entry(table.shape, table.digest, output.staging, writer.files(table.shape.name, table.parts))
            for table in written
        ]
        notes = tuple(NoteEntry(told.place, told.code, told.message, told.count) for told in plan.tellings.all)
        manifest = Manifest(
            shape.name, target.name, schema_hash(document.valid()), options.seed, _versions(), tuple(entries), notes
        )
        output.commit(manifest)
    remove_report(Path(options.output))
    return manifest, output.replaced


def _versions() -> dict[str, str]:
    return {"datagen": __version__, "numpy": np.__version__, "pyarrow": pa.__version__, "faker": installed_version()}


def _summarise(screen: Screen, manifest: Manifest, options: argparse.Namespace, seconds: float) -> None:
    rows = sum(table.rows for table in manifest.tables)
    name = one_line(manifest.dataset)
    speed = f"{rows / max(seconds, 1e-3):,.0f} rows/s"
    screen.say((name, "bold"), f" — {rows:,} rows in {_took(seconds)}", (f" ({speed})", "dim"), hang=2)
    screen.blank()
    draw_rows(screen, _table(manifest.tables), key="table")
    screen.blank()
    screen.say(f"Written to {one_line(options.output)}; {MANIFEST} there says what it is.", hang=2)


def _took(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 90 else duration(seconds)


def _table(tables: Sequence[TableEntry]) -> list[Ladder]:
    return [
        words("table", [table.name for table in tables]),
        numbers("rows", [f"{table.rows:,}" for table in tables]),
        numbers("columns", [str(len(table.columns)) for table in tables]),
        numbers("size", [size(sum(file.bytes for file in table.files)) for table in tables]),
        words("file", [_files(table) for table in tables]),
    ]


def _files(table: TableEntry) -> str:
    first = table.files[0].path
    return first if len(table.files) == 1 else f"{first} … ({len(table.files)} files)"


def again(options: argparse.Namespace) -> str:
    """Return the command that writes the same rows."""
    parts = ["datagen", "generate", options.file, "--seed", str(options.seed), "-o", options.output]
    if options.format != "parquet":
        parts += ["--format", options.format]
    if options.max_rows > ROW_LIMIT:
        parts += ["--max-rows", str(options.max_rows)]
    return shlex.join(parts)
