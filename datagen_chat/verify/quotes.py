"""Whether the quotation marks of CSV are closed: one thread of DuckDB 2.0 drops, in silence, the row of a value that is not."""

from __future__ import annotations

import csv
import re
from pathlib import Path

_BLOCK = 1 << 20
_OPENING = re.compile(rb'(?:^|,) *"')
_CLOSING = re.compile(rb'(?:[^"]|"")*+"')


class UnclosedError(csv.Error):
    """A quotation mark opens a value that does not end; `line` is where."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line} has a quotation mark that is not closed")
        self.line = line


def check_quotes(file: Path) -> None:
    """Make sure that every value in quotes ends. Where there are evenly many marks, they are taken to be pairs.

    Raises:
        UnclosedError: one does not.
    """
    if _is_even(file):
        return
    opened = 0
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            opened = _after(line, number, opened)
    if opened:
        raise UnclosedError(opened)


def _is_even(file: Path) -> bool:
    with file.open("rb") as opened:
        return sum(block.count(b'"') for block in iter(lambda: opened.read(_BLOCK), b"")) % 2 == 0


def _after(line: bytes, number: int, opened: int) -> int:
    """Return the line whose quotation mark is still open after a line, 0 where none is, given that before it."""
    at = 0
    while True:
        found = _CLOSING.match(line, at) if opened else _OPENING.search(line, at)
        if found is None:
            return opened
        opened, at = 0 if opened else number, found.end()
