"""A schema as people look it over: its tables, how they hang together, how large they are, and rows of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from datagen_chat.engine.estimate import Count
from datagen_chat.generators.lookup import Lookup
from datagen_chat.instants import show_instant
from datagen_chat.schema.model import Column, Dataset, Table
from datagen_chat.terminal.cells import Cell, Ladder, count, ladder
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.grid import draw_rows, has_bars
from datagen_chat.terminal.problems import draw_told
from datagen_chat.terminal.screen import Screen, Span

if TYPE_CHECKING:
    from datagen_chat.preview import Preview, Sample

_TABLES_SHOWN = 40
_COLUMNS_SHOWN = 30
_LONGEST_NAME = 200


def headline(dataset: Dataset, total: Count) -> str:
    """Return a dataset in one line: its name, and how many tables and rows it has."""
    tables = "1 table" if len(dataset.nodes) == 1 else f"{len(dataset.nodes)} tables"
    rows = "1 row" if total == Count(1) else f"{count(total.rows, is_exact=total.is_exact)} rows"
    return f"{one_line(dataset.metadata.name)[:_LONGEST_NAME]} — {tables}, {rows}"


def draw_tables(screen: Screen, dataset: Dataset, counts: Mapping[str, Count]) -> None:
    """Draw when a dataset plays, and its tables: name, kind, rows, and the columns with what they refer to."""
    if dataset.window is not None:
        screen.say((" to ".join(show_instant(instant)[:10] for instant in dataset.window), "dim"), indent=2)
        screen.blank()
    shown = dataset.nodes[:_TABLES_SHOWN]
    names, sizes = [table.id for table in shown], [count(counts[t.id].rows, is_exact=counts[t.id].is_exact) for t in shown]
    widths = max(map(len, names)), max(map(len, sizes))
    for table, rows in zip(shown, sizes, strict=True):
        _draw_table(screen, dataset, table, rows, widths)
    if len(dataset.nodes) > len(shown):
        screen.say((f"… and {len(dataset.nodes) - len(shown)} more tables.", "dim"), indent=2)


def _draw_table(screen: Screen, dataset: Dataset, table: Table, rows: str, widths: tuple[int, int]) -> None:
    name, size = widths
    head: list[Span] = [(f"{table.id:{name}}", "bold cyan"), f"  {rows:>{size}} rows", (f"  {_nature(table)}", "dim")]
    screen.say(*head, indent=2, hang=4)
    columns = list(table.columns[:_COLUMNS_SHOWN])
    spans = [span for column in columns for span in (*_column(dataset, table, column), ", ")][:-1]
    if len(table.columns) > len(columns):
        spans.append((f" … and {len(table.columns) - len(columns)} more", "dim"))
    screen.say(*spans, indent=6)


def _nature(table: Table) -> str:
    return f"{table.kind} of {', '.join(table.parents)}" if table.parents else table.kind


def _column(dataset: Dataset, table: Table, column: Column) -> list[Span]:
    if column.name == table.pk:
        return [(column.name, "bold"), (" key", "dim")]
    target = _target(dataset, table, column)
    return [column.name, (f" → {target}", "dim")] if target else [column.name]


def _target(dataset: Dataset, table: Table, column: Column) -> str:
    """Return the table whose keys a column holds, if it does."""
    here = f"{table.id}.{column.name}"
    named = next((key.to for key in dataset.constraints.foreign_keys if key.from_ == here), "")
    if not named and isinstance(column.generator, Lookup) and column.generator.on is None:
        keys = {f"{other.id}.{other.pk}" for other in dataset.nodes}
        named = column.generator.from_ if column.generator.from_ in keys else ""
    return named.partition(".")[0]


def draw_preview(screen: Screen, dataset: Dataset, preview: Preview, before: Preview | None = None) -> None:
    """Draw the first rows of every table; those that are as they were in `before` are only named."""
    same = [sample.table for sample in preview.samples if before is not None and _is_same(sample, preview, before)]
    for sample in preview.samples:
        if sample.table not in same:
            screen.blank()
            draw_sample(screen, sample, preview.counts[sample.table], dataset.table(sample.table).pk)
    if same:
        screen.blank()
        screen.say((f"The first rows of {_listed(same)} are as before.", "dim"))
    draw_told(screen, preview.told)
    left = [table.id for table in dataset.nodes[len(preview.samples) :]]
    if left:
        screen.blank()
        screen.say((preview.left_out or f"Not shown: rows of {_listed(left)}.", "dim"))


def _is_same(sample: Sample, preview: Preview, before: Preview) -> bool:
    return sample in before.samples and preview.counts[sample.table] == before.counts.get(sample.table)


def _listed(names: Sequence[str], limit: int = 8) -> str:
    listed = list(names[:limit]) + ([f"{len(names) - limit} more"] if len(names) > limit else [])
    return " and ".join(filter(None, (", ".join(listed[:-1]), listed[-1])))


def draw_sample(screen: Screen, sample: Sample, of: Count, key: str) -> None:
    """Draw rows of one table under a line that says which they are."""
    rows = sample.rows[:3] if screen.is_narrow else sample.rows
    drawn = ladders(sample, len(rows)) if rows else []
    which = _which(sample.first, len(rows), of)
    if has_bars(screen, drawn):
        which += f"; bars of {'all' if sample.outlined == of.rows else f'the first {sample.outlined:,}'}"
    screen.say((sample.table, "bold cyan"), (f"  {which}", "dim"), hang=2)
    if drawn:
        draw_rows(screen, drawn, key=key)


def _which(first: int, shown: int, of: Count) -> str:
    total = count(of.rows, is_exact=of.is_exact)
    if not shown:
        return "no rows" if not of.rows else f"none of {total} rows"
    if first == 0 and shown == of.rows:
        return "1 row" if shown == 1 else f"all {total} rows"
    if shown == 1:
        return f"row {first:,} of {total}" if first else f"the first of {total} rows"
    return f"rows {first:,} to {first + shown - 1:,} of {total}" if first else f"the first {shown} of {total} rows"


def ladders(sample: Sample, rows: int) -> list[Ladder]:
    """Return the columns of the first rows of a sample."""
    columns = zip(sample.columns, zip(*sample.rows[:rows], strict=True), strict=True)
    outlines = sample.outlines or ((),) * len(sample.columns)
    plain = [ladder(shape.name, values, shape.decimals) for shape, values in columns]
    return [replace(one, outline=outline) for one, outline in zip(plain, outlines, strict=True)]


def numbers(head: str, values: Sequence[str], style: str = "") -> Ladder:
    """Return a column of numbers that are already written."""
    return Ladder(head, tuple(Cell(value, style) for value in values), is_right=True, is_firm=True)


def words(head: str, values: Sequence[str], style: str = "") -> Ladder:
    """Return a column of words that are never cut."""
    return Ladder(head, tuple(Cell(value, style) for value in values), is_firm=max(map(cell_len, values), default=0) < 64)
