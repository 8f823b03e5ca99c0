"""What the page says of bars and figures in words."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from datagen_chat.report.bars import Bar, Bars, label_of, largest, share
from datagen_chat.report.declared import Declared
from datagen_chat.report.figures import Figures
from datagen_chat.schema.model import Column
from datagen_chat.terminal.cells import ladder

_EPOCH = datetime(1970, 1, 1)
_FORMS: Mapping[str, str] = {"h": "%Y-%m-%d %H:00", "D": "%Y-%m-%d", "W": "week of %Y-%m-%d", "M": "%Y-%m", "Y": "%Y"}
_UNITS = {"h": "hour", "D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}
_COMPARED = 30
"""Of fewer rows chance alone decides where the bars stand."""
_LARGE = 1e16
_GAP = "\N{NO-BREAK SPACE}"


def rows(number: int) -> str:
    """Return a number of rows.

    >>> rows(1), rows(1750)
    ('1 row', '1,750 rows')
    """
    return "1 row" if number == 1 else f"{number:,} rows"


def percent(part: float) -> str:
    """Return a share as people read it.

    >>> [percent(part).replace("\N{NO-BREAK SPACE}", " ") for part in (0.1234, 0.00004, 0, 0.99999, 1)]
    ['12.3 %', 'below 0.1 %', '0 %', 'above 99.9 %', '100 %']
    """
    if part in (0, 1):
        return f"{part * 100:.0f}{_GAP}%"
    if part < 0.0005:
        return f"below 0.1{_GAP}%"
    return f"above 99.9{_GAP}%" if part >= 0.9995 else f"{part * 100:.1f}{_GAP}%"


def values(found: Sequence[Any], column: Column) -> list[str]:
    """Return values of a column as they stand in a table."""
    return [cell.text for cell in ladder("", found, column.places).cells]


def bar_name(bar: Bar, of: Bars, places: int | None) -> str:
    """Return what a bar stands for; numbers have so many decimals, None is any number of them."""
    if of.kind == "category":
        return label_of(bar)
    if of.kind == "time":
        moment = _EPOCH + timedelta(microseconds=bar.low)
        return f"{moment.year} Q{moment.month // 3 + 1}" if of.unit == "Q" else moment.strftime(_FORMS[of.unit or "D"])
    if places is None:
        return f"{bar.low:g} to {bar.high:g}"
    half = 0.5 * 10.0**-places
    low, high = _number(bar.low + half, places), _number(bar.high - half, places)
    return low if low == high else f"{low} to {high}"


def _number(number: float, places: int) -> str:
    return f"{number:,.{places}f}" if abs(number) < _LARGE else f"{number:.4g}"


def caption(of: Bars, declared: Declared, what: str, places: int | None) -> str:
    """Return what a picture shows: its highest bar, what lies outside, and how far it is from the declared shape."""
    top = largest(of)
    kind = f"{what}, by {_UNITS[of.unit]}" if of.unit else what
    told = [f"{kind[0].upper()}{kind[1:]}: most at {bar_name(top, of, places)} ({percent(share(top, of))})."]
    if of.beyond:
        told.append(f"{of.beyond:,} further out {'is' if of.beyond == 1 else 'are'} not drawn.")
    if declared.shares:
        most = max(abs(share(bar, of) - wanted) for bar, wanted in zip(of.bars, declared.shares, strict=True))
        sign = "The line is" if declared.is_smooth else "The marks are"
        away = f"; no bar is more than {_points(most)} away ({_points(_chance(of, declared))} can be chance)"
        told.append(f"{sign} what the schema declares{away if of.rows >= _COMPARED else ''}.")
    elif declared.why_not:
        told.append(declared.why_not)
    return " ".join(told)


def _points(part: float) -> str:
    return f"{max(part * 100, 0.1):.1f} points"


def _chance(of: Bars, declared: Declared) -> float:
    """Return how far from its share the highest of independent rows' bars may lie by chance: four standard errors."""
    top = min(max(declared.shares), 0.5)
    return 4 * math.sqrt(top * (1 - top) / max(of.rows, 1))


def figures(found: Figures, column: Column, *, is_key: bool) -> list[tuple[str, str]]:
    """Return the figures of a column with their names; the middle and the mean of a key say nothing."""
    about = "" if found.is_exact else "about "
    told = [("null", _nulls(found, column))] if found.nulls or column.may_be_null else []
    if found.low is not None:
        low, median, high = values((found.low, _middle(found, column), found.high), column)
        told += [("least", low), *([] if is_key else [("median", about + median)]), ("greatest", high)]
    if found.mean is not None and not is_key:
        told.append(("mean", _number(found.mean, 2 if column.places is None else max(column.places, 1))))
    told.append(("distinct", "all different" if found.all_differ else f"{about}{found.distinct:,}"))
    return told


def _middle(found: Figures, column: Column) -> Any:
    """Return the median as a value of its column; an estimated time to the minute."""
    if column.type == "datetime" and not found.is_exact:
        return found.middle.replace(second=0, microsecond=0)
    return round(found.middle) if column.type == "int" else found.middle


def _nulls(found: Figures, column: Column) -> str:
    seen = percent(found.nulls / found.rows if found.rows else 0)
    return f"{seen} (declared {percent(column.null_rate)})" if column.null_rate else seen
