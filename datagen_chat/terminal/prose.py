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


def draw_speech(screen: Screen, speaker: str, style: str, said: str, *, lines: int = 200) -> None:
    """Draw what somebody says, at most so many lines of it, with the speaker's name in the margin."""
    margin, gutter = 0 if screen.is_narrow else 6, text(f"{speaker:6}", style)
    if screen.is_narrow:
        screen.line(text(speaker, style))
    drawn = clean(said).strip("\n").split("\n")
    is_code = False
    first = None if screen.is_narrow else gutter
    for line in drawn[:lines]:
        if _FENCE.match(line):
            is_code = not is_code
            continue
        _draw_line(screen, line[:_LONGEST_LINE], margin, first, is_code)
        first = None
    if len(drawn) > lines:
        screen.say((f"… and {len(drawn) - lines:,} more lines.", "dim"), indent=margin)


def _draw_line(screen: Screen, line: str, margin: int, first: Text | None, is_code: bool) -> None:
    if is_code:
        screen.wrap(text(line, "cyan"), margin + 4, margin + 4, first)
    elif heading := _HEADING.fullmatch(line):
        screen.wrap(_inline(heading[1], "bold"), margin, margin, first)
    elif item := _ITEM.fullmatch(line):
        lead = text(" " * margin + item[1] if first is None else item[1])
        screen.wrap(
            _inline(item[2]), margin + len(item[1]), margin + len(item[1]), lead if first is None else joined(first, lead)
        )
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
