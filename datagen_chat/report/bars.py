"""The bars of a column: which there are, and how many rows each stands for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.report.data import Data
from datagen_chat.report.figures import Figures
from datagen_chat.schema.model import Column
from datagen_chat.sql import quoted

Kind = Literal["number", "time", "category"]
Unit = Literal["h", "D", "W", "M", "Q", "Y"]

_MOST_NUMBERS, _MOST_TIMES, _MOST_CATEGORIES = 24, 62, 12
_FEW = 1000
_LARGEST = 1e290
"""Numbers beyond this cannot be cut into intervals of any grain: the numbers of these would leave the floats."""
_INT_END = 2.0**63
_MOST_YEARS = 1000
_TAIL = 0.005
_TRUNCATED = {"h": "hour", "D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}
_UNITS: tuple[tuple[Unit, float], ...] = (
    ("h", 1),
    ("D", 24),
    ("W", 24 * 7),
    ("M", 24 * 30.4),
    ("Q", 24 * 91.3),
    ("Y", 24 * 365),
)
_EPOCH = datetime(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Bar:
    """How many rows have a value from `low` up to but not including `high`, or the one value that `key` stands for.

    Times are microseconds since 1970. A bar of all other values `is_rest`.
    """

    count: int
    low: float = 0.0
    high: float = 0.0
    key: str = ""
    is_rest: bool = False
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of a column; `beyond` rows have numbers that lie outside of them all. `unit` is that of times."""

    kind: Kind
    bars: tuple[Bar, ...]
    beyond: int = 0
    unit: Unit | None = None
    is_whole: bool = False

    @property
    def rows(self) -> int:
        """The rows that have a value."""
        return sum(bar.count for bar in self.bars) + self.beyond


def bars(data: Data, table: str, column: Column, found: Figures, known: Mapping[str, float] | None = None) -> Bars | None:
    """Return the bars of a column; None where they would say nothing: no values, each text once, too wide a range.

    `known` are the declared shares of values by their keys; then the likeliest are drawn.
    """
    if found.nulls == found.rows:
        return None
    is_number = column.type in ("int", "float")
    if column.type in ("string", "bool") or (is_number and known and len(known) <= _MOST_CATEGORIES):
        return _categories(data, table, column, found, known or {})
    if column.type in ("date", "datetime"):
        return _times(data, table, column, found)
    return _numbers(data, table, column, found)


def _categories(data: Data, table: str, column: Column, found: Figures, known: Mapping[str, float]) -> Bars | None:
    count = found.rows - found.nulls
    if found.distinct > _FEW or (found.distinct > _MOST_CATEGORIES and found.distinct > count / 2):
        return None
    name = quoted(column.name)
    counted: dict[str, int] = {
        key_of(value): rows
        for value, rows in data.ask(
            f"SELECT {name}, count(*) FROM {quoted(table)} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"  # noqa: S608 - quoted
        )
    }
    is_number = column.type in ("int", "float")
    keys = [*_ordered(column, known), *(key for key in counted if key not in known)]
    shown = keys if len(keys) <= _MOST_CATEGORIES + 1 else keys[:_MOST_CATEGORIES]
    listed = [Bar(counted.get(key, 0), key=key, is_number=is_number) for key in shown]
    rest = keys[len(shown) :]
    if rest:
        listed.append(Bar(sum(counted.get(key, 0) for key in rest), key=f"{len(rest):,} others", is_rest=True))
    return Bars("category", tuple(listed))


def _ordered(column: Column, known: Mapping[str, float]) -> list[str]:
    """Return declared values as they are drawn: numbers ascending, others the likeliest first, else as they are declared."""
    by_value = column.type in ("int", "float")
    return sorted(known, key=float if by_value else lambda key: -known[key])


def key_of(value: Any) -> str:
    """Return the text that stands for a value among categories.

    >>> key_of(True), key_of("a"), key_of(1), key_of(1.0), key_of(2**53 + 1)
    ('true', 'a', '1.0', '1.0', '9007199254740993.0')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value + 0.0:.1f}" if value.is_integer() and abs(value) < _INT_END else repr(value)
    return f"{value}.0" if isinstance(value, int) else str(value)


def label_of(bar: Bar) -> str:
    """Return what the bar of a category is called.

    >>> [label_of(bar) for bar in (Bar(1, key="250.0", is_number=True), Bar(1, key="1.0"), Bar(1, key="new"), Bar(1, key=" "))]
    ['250', '1.0', 'new', '" "']
    """
    if bar.is_number:
        return bar.key.removesuffix(".0")
    return bar.key if bar.key.strip() else f'"{bar.key}"'


def _numbers(data: Data, table: str, column: Column, found: Figures) -> Bars | None:
    name, source = quoted(column.name), quoted(table)
    low, high = float(found.low), float(found.high)
    if not (math.isfinite(low) and math.isfinite(high)):
        return None
    grain = 1.0 if column.type == "int" else 0.0 if column.places is None else 10.0**-column.places
    if high - low > _MOST_NUMBERS * grain:
        shares = f"[{_TAIL}, {1 - _TAIL}]"
        [(inner,)] = data.estimate(f"SELECT approx_quantile({name}, {shares}) FROM {source}")  # noqa: S608 - quoted
        low, high = _trimmed(low, high, *map(float, inner))
    if max(-low, high) > _LARGEST:
        return None
    least = math.ulp(max(-low, high))
    step = max(_step((high - low) / _MOST_NUMBERS, grain), least)
    start = math.floor(low / step + 1e-9) * step - (grain / 2 if grain > least else 0.0)
    count = max(int((high - start) // step) + 1, 1)
    edges = [start + step * k for k in range(count + 1)]
    place = f"least(CAST(floor(({name} - ({start!r})) / {step!r}) AS BIGINT), {count - 1})"
    within = f"{name} >= {edges[0]!r} AND {name} < {edges[-1]!r}"
    counted: dict[int, int] = dict(data.ask(f"SELECT {place}, count(*) FROM {source} WHERE {within} GROUP BY 1"))  # noqa: S608
    drawn = tuple(Bar(counted.get(k, 0), edges[k], edges[k + 1]) for k in range(count))
    beyond = found.rows - found.nulls - sum(bar.count for bar in drawn)
    return Bars("number", drawn, beyond, is_whole=step == grain == 1.0)


def _trimmed(low: float, high: float, inner_low: float, inner_high: float) -> tuple[float, float]:
    """Return the ends without a tail that would press all other bars together."""
    span = max(inner_high - inner_low, 0.0)
    if not span:
        return low, high
    return (inner_low if inner_low - low > span else low), (inner_high if high - inner_high > span else high)


def _step(least: float, grain: float) -> float:
    """Return the smallest of 1, 2 or 5 times a power of ten that is not below `least`, in multiples of the grain."""
    if least <= grain:
        return grain or 1.0
    power = 10.0 ** math.floor(math.log10(least))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= least * (1 - 1e-9))
    return round(step / grain) * grain if grain else step


def _times(data: Data, table: str, column: Column, found: Figures) -> Bars | None:
    low, high = _moment(found.low), _moment(found.high)
    if high.year - low.year > _MOST_YEARS:
        return None
    unit = _unit(low, high, is_date=column.type == "date")
    edges = _edges(low, high, unit)
    name = quoted(column.name)
    counted = {
        micros(moment): rows
        for moment, rows in data.ask(
            f"SELECT CAST(date_trunc('{_TRUNCATED[unit]}', {name}) AS TIMESTAMP), count(*) "  # noqa: S608
            f"FROM {quoted(table)} WHERE {name} IS NOT NULL GROUP BY 1"
        )
    }
    drawn = (Bar(counted.get(a, 0), a, b) for a, b in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    return Bars("time", tuple(drawn), unit=unit)


def _moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)


def micros(moment: datetime) -> int:
    """Return a time in microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _unit(low: datetime, high: datetime, *, is_date: bool) -> Unit:
    hours = (high - low).total_seconds() / 3600
    units = _UNITS[1:] if is_date else _UNITS
    return next((unit for unit, length in units if hours / length <= _MOST_TIMES - 2), "Y")


def _edges(low: datetime, high: datetime, unit: Unit) -> NDArray[np.int64]:
    """Return where the hours, days, weeks … begin that hold all times from `low` to `high`, and where the last one ends."""
    first, last = (int(floor(np.array([micros(moment)]), unit)[0]) for moment in (low, high))
    return starts(first, last, unit)


def floor(instants: NDArray[np.int64], unit: Unit) -> NDArray[np.int64]:
    """Return when the hour, day, week (from Monday on), month, quarter or year of each instant begins."""
    times = instants.astype("datetime64[us]")
    if unit == "W":
        days = times.astype("datetime64[D]").astype(np.int64)
        begun = ((days + 3) // 7 * 7 - 3).astype("datetime64[D]")
    elif unit == "Q":
        begun = (times.astype("datetime64[M]").astype(np.int64) // 3 * 3).astype("datetime64[M]")
    else:
        begun = times.astype(f"datetime64[{unit}]")
    return begun.astype("datetime64[us]").astype(np.int64)


def starts(first: int, last: int, unit: Unit) -> NDArray[np.int64]:
    """Return the starts of all units from one to another, and the end of the last."""
    step, base = {"W": (7, "D"), "Q": (3, "M")}.get(unit, (1, unit))
    one, end = (np.array([at]).astype("datetime64[us]").astype(f"datetime64[{base}]")[0] for at in (first, last))
    found = np.arange(one, end + 2 * step, step)[: int((end - one).astype(np.int64)) // step + 2]
    return np.asarray(found.astype("datetime64[us]").astype(np.int64))


def share(bar: Bar, of: Bars) -> float:
    """Return the share of the rows with a value that a bar stands for."""
    return bar.count / of.rows if of.rows else 0.0


def largest(of: Bars) -> Bar:
    """Return the highest bar of known values."""
    return max(of.bars, key=lambda bar: -1 if bar.is_rest else bar.count)
