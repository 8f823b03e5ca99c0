"""How far a run has come, drawn on one line of a terminal; nothing is drawn anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from datagen_chat.engine.estimate import magnitude
from datagen_chat.terminal.screen import Screen

Told = Callable[[str, int], None]

_BAR_WIDTH = 30


@contextmanager
def progress(screen: Screen, rows: int) -> Iterator[Told]:
    """Return what is told of each table's rows as they are written, and draws how many of `rows` are done."""
    if not screen.is_live or screen.is_narrow:
        yield lambda _table, _rows: None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    speed = TextColumn("{task.fields[speed]:>14}", markup=False)
    columns = (BarColumn(_BAR_WIDTH), TaskProgressColumn(), speed, TimeRemainingColumn(compact=True))
    with Progress(*columns, console=screen.console, transient=True) as bar:
        task = bar.add_task("", total=rows, speed="")

        def told(_table: str, more: int) -> None:
            now = bar.tasks[0].speed
            bar.update(task, advance=more, speed=f"{magnitude(now)} rows/s" if now else "")

        yield told
