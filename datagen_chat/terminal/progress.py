"""How far a run has come, drawn on one line of a terminal; nothing is drawn anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.screen import Screen

Told = Callable[[str, int], None]


@contextmanager
def progress(screen: Screen, rows: int) -> Iterator[Told]:
    """Return what is told of each table's rows as they are written, and draws how many of `rows` are done."""
    if not screen.is_live:
        yield lambda _table, _rows: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[table]}", markup=False),
        BarColumn(bar_width=None),
        TaskProgressColumn(),
        TextColumn("{task.fields[speed]}", markup=False),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=screen.console, transient=True, expand=True) as bar:
        task = bar.add_task("", total=rows, table="", speed="")

        def told(table: str, more: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, advance=more, table=one_line(table), speed=f"{speed:,.0f} rows/s" if speed else "")

        yield told
