"""Values as they stand in a table: short, exact where that is possible, and never more than one line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from datagen_chat.frozen import dataclass
from datagen_chat.outlines import Outline
from datagen_chat.terminal.clean import one_line

_LONGEST = 200
_BARS = " ▁▂▃▄▅▆▇█"
_WHOLE = 1e16
"""Floats from here on have no decimals, and more digits than count."""
_AMBIGUOUS = ("", "null", "true", "false")


@dataclass(frozen=True, slots=True)
class Cell:
    """One value, ready to be drawn."""

    text: str
    style: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """A column of cells under its name; `is_right` puts them to the right, `is_firm` keeps them from being cut.

    `outline` is what bars below the name are drawn from.
    """

    head: str
    cells: tuple[Cell, ...]
    is_right: bool = False
    is_firm: bool = False
    outline: Outline = ()


def ladder(name: str, values: Sequence[Any], decimals: int | None = None) -> Ladder:
    """Return one column's values, all in the same form."""
    known = [value for value in values if value is not None]
    is_number = bool(known) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)
    is_text = any(isinstance(value, str) for value in known)
    form = _time_form(known)
    cells = tuple(Cell("null", "dim") if value is None else Cell(_shown(value, decimals, form)) for value in values)
    return Ladder(name, cells, is_number, not is_text)


def _shown(value: Any, decimals: int | None, form: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if decimals is None or abs(value) >= _WHOLE else f"{value:.{decimals}f}"
    if isinstance(value, datetime):
        return _year(value) + value.strftime(form)
    if isinstance(value, str):
        is_quoted = value in _AMBIGUOUS or value.isspace()
        return f'"{one_line(value[:_LONGEST])}"' if is_quoted else one_line(value[:_LONGEST])
    return str(value)


def _year(value: datetime) -> str:
    return f"{value.year:04}"  # strftime does not pad years on every system


def _time_form(values: Sequence[Any]) -> str:
    """Return the shortest form that loses nothing of these times."""
    times = [value for value in values if isinstance(value, datetime)]
    if any(time.microsecond for time in times):
        return "-%m-%d %H:%M:%S.%f"
    if any(time.second for time in times):
        return "-%m-%d %H:%M:%S"
    if any(time.hour or time.minute for time in times):
        return "-%m-%d %H:%M"
    return "-%m-%d"


def bars(outline: Outline, width: int) -> str:
    """Return counts as bars, each a character wide; fewer and broader steps where there is no room, none where they say little.

    >>> bars((1, 8, 4, 0), 8), bars((1, 1, 2, 2, 4, 4, 8, 8), 5), bars((1, 2, 3), 2)
    ('▁█▄ ', '▁▂▄█', '')
    """
    while len(outline) > width and len(outline) % 2 == 0:
        outline = tuple(outline[k] + outline[k + 1] for k in range(0, len(outline), 2))
    if not outline or len(outline) > width or len(outline) < 2:
        return ""
    most = max(outline)
    return "".join(_BARS[-(-each * (len(_BARS) - 1) // most)] for each in outline)


def count(number: int, *, is_exact: bool = True) -> str:
    """Return a number of rows as people read it.

    >>> count(1750), count(50_000_000_000, is_exact=False)
    ('1,750', '≈50,000,000,000')
    """
    return f"{number:,}" if is_exact else f"≈{_rounded(number):,}"


def average(number: float) -> str:
    """Return a mean number of rows with three digits that count.

    >>> average(3000.58), average(1.0), average(2.345), average(0.5)
    ('3,000', '1', '2.35', '0.5')
    """
    return f"{_rounded(round(number)):,}" if number >= 999.5 else f"{number:.3g}"


def _rounded(number: int) -> int:
    """Return a number with three digits that count; more would promise too much."""
    return round(number, min(3 - len(str(number)), 0))
