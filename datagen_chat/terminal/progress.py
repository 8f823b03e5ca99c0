"""How far a run has come, drawn on one line of a terminal; nothing is drawn anywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from datagen_chat.engine.estimate import magnitude
from datagen_chat.frozen import dataclass
from datagen_chat.terminal.screen import Screen

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

Told = Callable[[str, int], None]

_BAR_WIDTH = 30


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with the share that is done, the rows per second and the time that is left."""

    drawn: Progress
    task: TaskID

    def told(self, _table: str, more: int) -> None:
        """Know that more rows are written."""
        now = self.drawn.tasks[0].speed
        self.drawn.update(self.task, advance=more, speed=f"{magnitude(now)} rows/s" if now else "")


def bar(screen: Screen, rows: int, get_time: Callable[[], float] = time.monotonic) -> Bar:
    """Return the bar of so many rows."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    speed = TextColumn("{task.fields[speed]:>14}", markup=False)
    columns = (BarColumn(_BAR_WIDTH), TaskProgressColumn(), speed, TimeRemainingColumn(compact=True))
    drawn = Progress(*columns, console=screen.console, transient=True, get_time=get_time)
    return Bar(drawn, drawn.add_task("", total=rows, speed=""))


@contextmanager
def progress(screen: Screen, rows: int) -> Iterator[Told]:
    """Return what is told of each table's rows as they are written, and draws how many of `rows` are done."""
    if not screen.is_live or screen.is_narrow:
        yield lambda _table, _rows: None
        return
    shown = bar(screen, rows)
    with shown.drawn:
        yield shown.told
