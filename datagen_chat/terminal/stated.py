"""What a person stated, beside what the schema makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from datagen_chat.asked.ledger import MISSED, Entry, Line
from datagen_chat.asked.statements import State
from datagen_chat.schema.naming import place
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.screen import Screen

_LONGEST, _LINES_SHOWN = 200, 12
_MARKS: Mapping[State, tuple[str, str]] = {
    "held": ("✓", "green"),
    "open": ("✗", "red"),
    "unplaced": ("?", "yellow"),
    "unsure": ("·", "dim"),
}


def draw_missed(screen: Screen, lines: Sequence[Line]) -> None:
    """Draw what was asked for and is not held; nothing where all is."""
    missed = [line for line in lines if line.tie.state in MISSED]
    if not missed:
        return
    screen.blank()
    screen.say(("Asked for and not held:", "bold yellow"))
    for line in missed[:_LINES_SHOWN]:
        _draw(screen, line)
    if len(missed) > _LINES_SHOWN:
        screen.say((f"… and {len(missed) - _LINES_SHOWN:,} more; /asked lists all.", "dim"), indent=2)


def draw_stated(screen: Screen, lines: Sequence[Line], draft: Any) -> None:
    """Draw every statement by its number, with what the schema makes of it and where."""
    for number, line in enumerate(lines, 1):
        lead = f"{number:>{len(str(len(lines)))}} "
        _draw(screen, line, place(draft, line.tie.at) if line.tie.at else "", lead)
    counts = [sum(line.tie.state == state for line in lines) for state in _MARKS]
    names = ("held", "not held", "not found", "not sure")
    screen.blank()
    screen.say((", ".join(f"{count} {name}" for count, name in zip(counts, names, strict=True) if count), "dim"))


def draw_taken_back(screen: Screen, entries: Sequence[Entry], *, is_returning: bool) -> None:
    """Draw what a person took back together with schemas, and how it is asked for again."""
    if not entries:
        return
    quotes = [_quoted(entry.statement.quote) for entry in entries]
    more = f" and {len(quotes) - _LINES_SHOWN:,} more" if len(quotes) > _LINES_SHOWN else ""
    it = "it" if len(quotes) == 1 else "them"
    way = f"/redo brings {it} back" if is_returning else f"say {it} again to ask for {it}"
    screen.say("Taken back with /undo: ", f"{', '.join(quotes[:_LINES_SHOWN])}{more}", (f"; {way}.", "dim"), hang=2)


def _draw(screen: Screen, line: Line, where: str = "", lead: str = "") -> None:
    mark, style = _MARKS[line.tie.state]
    said = _quoted(line.quote)
    before = line.entry.before
    changed = f", changed from {_quoted(before.quote)}" if before is not None else ""
    at = (f"  {one_line(where)}", "dim") if where else ""
    reason = f"{said}{changed}: {one_line(line.reason)[:_LONGEST]}"
    screen.say((lead, "dim"), (f"{mark} ", style), reason, at, indent=2, hang=4 + len(lead))


def _quoted(words: str) -> str:
    return f'"{one_line(" ".join(words.split()))[:_LONGEST]}"'
