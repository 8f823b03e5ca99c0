"""A stream that lines are drawn on: in colour on a terminal, as plain text elsewhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from io import TextIOWrapper
from typing import IO, TextIO

from rich.console import Console
from rich.text import Text

from datagen_chat.terminal.clean import joined, one_line, spans, text

PLAIN_WIDTH = 80
NARROW_WIDTH = 60
_LEAST_WIDTH, _MOST_WIDTH, _LEAST_ROOM = 20, 160, 10

_PLAINER = str.maketrans(
    "─—…→≈⏎├└│▁▂▃▄▅▆▇█✓✗·×", "--.>~ |`|_.:-=+*#+x.x"
)  # each as wide as the other, for encodings that lack the first

Span = str | tuple[str, str]


class Screen:
    """Lines of a known width on one stream; styles are dropped where they cannot be shown."""

    def __init__(self, file: IO[str], *, width: int | None = None, styled: bool | None = None) -> None:
        self.file = file
        self.is_live = file.isatty() and os.environ.get("TERM", "") not in ("", "dumb")
        self.is_styled = self.is_live and not os.environ.get("NO_COLOR") if styled is None else styled
        self._is_ascii = not _is_unicode(file)
        self._is_passing = False
        self._is_measured = width is None
        self.width = _width(file, os.environ) if width is None else width
        self.console = Console(
            file=file,
            width=self.width,
            color_system="standard" if self.is_styled else None,
            force_terminal=self.is_styled or self.is_live,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )

    @property
    def is_narrow(self) -> bool:
        """True when there is hardly room for two columns beside each other."""
        return self.width < NARROW_WIDTH

    def measure(self) -> None:
        """Take the width that the terminal has now, unless another one was wanted."""
        if self.is_live and self._is_measured:
            self.width = self.console.width = _width(self.file, os.environ)

    def blank(self) -> None:
        """Draw an empty line."""
        self.line(Text())

    def line(self, line: Text) -> None:
        """Draw one line that is known to fit."""
        self.passing()
        self._draw(line, end="\n")

    def passing(self, line: str = "") -> None:
        """Show one line until something else is drawn; without a line, take it away. Only a live terminal shows it."""
        if not self.is_live or not (line or self._is_passing):
            return
        words = text(one_line(line)[: self.width * 4], "dim")
        words.truncate(max(self.width - 1, 1), overflow="ellipsis")
        self.file.write("\r\x1b[K")
        self._is_passing = bool(line)
        if line:
            self._draw(words, end="")
        self.file.flush()

    def _draw(self, line: Text, end: str) -> None:
        if self._is_ascii:
            line.plain = line.plain.translate(_PLAINER)
        if self.is_styled:
            self.console.print(line, soft_wrap=True, end=end)
        else:  # rich would come to the same, in many times as long
            self.file.write(line.plain + end)
            self.file.flush()

    def command(self, why: str, command: str) -> None:
        """Draw a command below what it is for; it is never wrapped, so that it can be copied."""
        self.say((why, "dim"))
        self.line(text(f"  {one_line(command)}", "cyan"))

    def say(self, *parts: Span, indent: int = 0, hang: int | None = None) -> None:
        """Draw spans of text, wrapped; the first line is indented by `indent`, the others by `hang`."""
        self.wrap(spans(*parts), indent, indent if hang is None else hang)

    def wrap(self, words: Text, indent: int = 0, hang: int = 0, first: Text | None = None) -> None:
        """Draw wrapped text; `first` stands in the margin of its first line."""
        for number, line in enumerate(self._lines(words, indent, hang)):
            margin = first if first is not None and not number else text(" " * (hang if number else indent))
            self.line(joined(margin, line) if line else Text())

    def _lines(self, words: Text, indent: int, hang: int) -> list[Text]:
        """Return words as lines, the first of which has another margin than the others."""
        lines = list(words.wrap(self.console, max(self.width - indent, _LEAST_ROOM)))
        if indent != hang and len(lines) > 1:
            rest = words[len(lines[0]) :]
            begun = len(rest.plain) - len(rest.plain.lstrip())
            lines[1:] = rest[begun:].wrap(self.console, max(self.width - hang, _LEAST_ROOM))
        for line in lines:
            line.rstrip()
        return lines

    def rule(self, title: str) -> None:
        """Draw a line across the screen under a title."""
        self.say((title, "bold"))
        self.line(text("─" * min(self.width, 100), "dim"))


def _width(file: IO[str], environment: Mapping[str, str]) -> int:
    """Return the width of the terminal, or of what `COLUMNS` promises; text for pipes and files is 80 wide."""
    wanted = environment.get("COLUMNS", "")
    if wanted.isdecimal() and int(wanted):
        width = int(wanted)
    elif file.isatty():
        width = os.get_terminal_size(file.fileno()).columns or PLAIN_WIDTH
    else:
        width = PLAIN_WIDTH
    return min(max(width, _LEAST_WIDTH), _MOST_WIDTH)


def stdout() -> Screen:
    """Return the screen of what a command was asked for."""
    return Screen(_tolerant(sys.stdout))


def stderr() -> Screen:
    """Return the screen of what a command says about itself."""
    return Screen(_tolerant(sys.stderr))


def _tolerant(file: TextIO) -> TextIO:
    """Return a stream that writes characters which its encoding lacks in some other way, instead of failing."""
    if isinstance(file, TextIOWrapper) and not _is_unicode(file):
        file.reconfigure(errors="backslashreplace")
    return file


def _is_unicode(file: IO[str]) -> bool:
    return str(getattr(file, "encoding", None) or "utf-8").lower().startswith("utf")
