"""What happened while rows were made, such as divisions by zero: told once, with the number of cells."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager

from datagen_chat.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened to `count` cells of a column, or rows of a table, `place` being its name."""

    place: str
    code: str
    message: str
    count: int


Parts = Mapping[tuple[str, str, str], Mapping[Hashable, int]]
"""How often each thing happened, by place, code and message; by the part of the data too, where that was told."""


class Tellings:
    """What was told so far. Rows that are only made for other rows tell nothing, so that a cell is counted once."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, str, str], dict[Hashable, int]] = {}
        self._context = threading.local()
        self._lock = threading.Lock()

    def tell(self, place: str, code: str, message: str, count: int, part: Hashable = None) -> None:
        """Add a number of cells; what is told of the same `part` again replaces what was told of it."""
        table = self.place
        if not count or (table is not None and part is None and place.partition(".")[0] != table):
            return
        with self._lock:
            parts = self._parts.setdefault((place, code, message), {})
            parts[part] = count if part is not None else parts.get(part, 0) + count

    def take(self) -> Parts:
        """Return what was told, and forget it."""
        with self._lock:
            taken, self._parts = self._parts, {}
        return taken

    def add(self, parts: Parts) -> None:
        """Add what was told elsewhere."""
        for what, counts in parts.items():
            for part, count in counts.items():
                self.tell(*what, count, part)

    @property
    def place(self) -> str | None:
        """The only table whose cells are counted in this thread; None where all are."""
        place: str | None = getattr(self._context, "table", None)
        return place

    @contextmanager
    def of_table(self, table: str) -> Iterator[None]:
        """Let only cells of one table be counted, in this thread."""
        self._context.table = table
        try:
            yield
        finally:
            self._context.table = None

    @property
    def all(self) -> tuple[Told, ...]:
        """Everything that was told."""
        return tuple(Told(*what, sum(parts.values())) for what, parts in self._parts.items())
