"""Screens that are kept in memory, and compared with those under snapshots/; DATAGEN_WRITE_SCREENS=1 writes them again."""

from __future__ import annotations

import os
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from datagen_chat.terminal.screen import Screen

SNAPSHOTS = Path(__file__).parent / "snapshots"


class Memory(StringIO):
    """A stream in memory that may claim to be a terminal."""

    def __init__(self, *, is_terminal: bool = False) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


def drawn(draw: Callable[[Screen], None], width: int = 80, *, styled: bool = False) -> str:
    """Return what is drawn on a screen of this width."""
    file = Memory()
    draw(Screen(file, width=width, styled=styled))
    return file.getvalue()


def assert_screen(name: str, shown: str) -> None:
    """Compare a screen with its snapshot; escapes stand as pictures in the file."""
    path, kept = SNAPSHOTS / f"{name}.txt", shown.replace("\x1b", "␛")
    if os.environ.get("DATAGEN_WRITE_SCREENS") == "1":
        path.write_text(kept, "utf-8")
    assert path.read_text("utf-8") == kept
