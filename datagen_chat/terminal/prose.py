"""What people and models say: Markdown drawn modestly, each paragraph wrapped under its speaker."""

from __future__ import annotations

import re

from rich.text import Text

from datagen_chat.terminal.clean import clean, joined, text
from datagen_chat.terminal.screen import Screen

_FENCE = re.compile(r"\s*(`{3,}|~{3,})")
_HEADING = re.compile(r"#{1,6}\s+(.*)")
_ITEM = re.compile(r"(\s*(?:[-*+•]|\d{1,3}[.)])\s+)(.*)")
_INLINE = re.compile(r"\*\*(?P<strong>[^*\n]+)\*\*|`(?P<code>[^`\n]+)`")
_LONGEST_LINE = 20_000


class Speech:
    """What somebody says, drawn line by line with the speaker's name in the margin of the first."""

    def __init__(self, screen: Screen, speaker: str, style: str) -> None:
        self._screen = screen
        self._margin = 0 if screen.is_narrow else 6
        self._first = None if screen.is_narrow else text(f"{speaker:6}", style)
        self._is_code = False
        if screen.is_narrow:
            screen.line(text(speaker, style))

    @property
    def margin(self) -> int:
        """How far its lines are indented."""
        return self._margin

    def line(self, line: str) -> None:
        """Draw the next line; the marks of a fence are left out."""
        for part in clean(line).split("\n"):
            if _FENCE.match(part):
                self._is_code = not self._is_code
                continue
            _draw_line(self._screen, part[:_LONGEST_LINE], self._margin, self._first, self._is_code)
            self._first = None


def draw_speech(screen: Screen, speaker: str, style: str, said: str, *, lines: int = 200) -> None:
    """Draw what somebody says, at most so many lines of it, with the speaker's name in the margin."""
    speech, drawn = Speech(screen, speaker, style), clean(said).strip("\n").split("\n")
    for line in drawn[:lines]:
        speech.line(line)
    if len(drawn) > lines:
        screen.say((f"… and {len(drawn) - lines:,} more lines.", "dim"), indent=speech.margin)


def _draw_line(screen: Screen, line: str, margin: int, first: Text | None, is_code: bool) -> None:
    if is_code:
        screen.wrap(text(line, "cyan"), margin + 4, margin + 4, first)
    elif heading := _HEADING.fullmatch(line):
        screen.wrap(_inline(heading[1], "bold"), margin, margin, first)
    elif item := _ITEM.fullmatch(line):
        mark = item[1] if len(item[1]) <= (screen.width - margin) // 2 else f"{item[1].strip()} "
        lead = text(mark) if first is not None else text(" " * margin + mark)
        screen.wrap(_inline(item[2]), margin + len(mark), margin + len(mark), lead if first is None else joined(first, lead))
    elif line.strip():
        screen.wrap(_inline(line), margin, margin, first)
    else:
        screen.blank()


def _inline(line: str, style: str = "") -> Text:
    """Return a line with its emphasis drawn instead of written."""
    drawn, at = Text(style=style), 0
    for mark in _INLINE.finditer(line):
        drawn.append_text(text(line[at : mark.start()], style))
        drawn.append_text(text(mark["strong"], "bold") if mark["strong"] else text(mark["code"], "cyan"))
        at = mark.end()
    drawn.append_text(text(line[at:], style))
    return drawn
