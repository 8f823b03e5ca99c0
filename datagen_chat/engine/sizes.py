"""About how many bytes of Parquet the tables of a dataset take, and how long, from what the schema says of their values.

Bytes follow what `sinks.parquet.chunks` does with columns of each kind, without the values.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from datagen_chat.frozen import dataclass
from datagen_chat.generators._ends import ends_of
from datagen_chat.instants import DAY, HOUR, MINUTE, SECOND
from datagen_chat.schema.behaviours import with_behaviours
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.known import places_of
from datagen_chat.schema.model import Column, Dataset
from datagen_chat.words import ColumnType

_WIDTHS = (0, 1, 2, 4, 8, 16, 24, 32, 40, 48, 56, 64)
_GROUP_ROWS = 1 << 18
_FILE, _COLUMN, _CHUNK = 250, 60, 110
"""Bytes of a footer, of a column in it, and of what each row group says of a column."""
_NUMBERED, _MANY_NUMBERED, _ASCENDING, _SPARSE = 0.04, 0.002, 0.2, 1.0
"""Bytes of numbers in turn, of few or of many, which are compressed; and of keys of ancestors, all or some with rows."""
_COMPRESSED, _LONG = 1 << 12, 1 << 10
"""Bytes of values that are worth compressing, and of texts of which the sample that decides on it holds too few."""
_UNKNOWN: Mapping[ColumnType, float] = {"int": 2, "float": 5, "date": 2, "datetime": 8}
_FEW, _SAMPLED, _REPEATED, _BETWEEN = 200, 20.0, 3.0, 2.0
"""Up to so many numbers among so many rows are soon found again; what is, takes so many bytes, and so many within texts."""
_NUMBER, _VALUE, _LETTER = 5e-9, 1e-7, 2e-8
"""Seconds that one worker takes for a number in turn, a number, time or word of few, and a byte of other text."""


def parquet_bytes(dataset: Dataset, rows: Mapping[str, float]) -> dict[str, float]:
    """Return about how many bytes of Parquet so many rows of each table take."""
    sizes = _Sizes(Index(with_behaviours(dataset)), rows)
    return {
        table.id: _FILE + sum(sizes.of_column((table.id, column.name)) for column in table.columns) for table in dataset.nodes
    }


def worker_seconds(dataset: Dataset, rows: Mapping[str, float]) -> float:
    """Return about how long one worker takes to write so many rows of each table."""
    sizes = _Sizes(Index(with_behaviours(dataset)), rows)
    return sum(rows[place[0]] * sizes.seconds_of(place) for place in sizes.index.columns)


def ticks_of(column: Column, window: tuple[int, int] | None) -> int | None:
    """Return the longest usual unit of time that all values of a datetime column are whole multiples of."""
    grid = column.rewritten().grid(window)
    if column.type != "datetime" or grid is None:
        return None
    for unit in (DAY, HOUR, MINUTE, SECOND):
        if grid.start % unit == 0 and (grid.step.months > 0 or grid.step.length % unit == 0):
            return unit
    return None


@dataclass(frozen=True, slots=True)
class _Sizes:
    index: Index
    rows: Mapping[str, float]

    def of_column(self, place: Place) -> float:
        """Return the bytes of a column: its values in all row groups, which of them are null, and what the footer says."""
        column, rows = self.index.columns[place], self.rows[place[0]]
        groups = math.ceil(rows / _GROUP_ROWS)
        levels = rows / 8 if self.index.may_hold_null(place) else 0.0
        held = rows * (1 - column.null_rate)
        values = self._values(place, held / groups) if held else 0.0
        return _COLUMN + levels + groups * (_CHUNK + values)

    def seconds_of(self, place: Place) -> float:
        """Return how long one value of a column takes."""
        if self.index.columns[place].type == "string":
            texts = self.index.texts(place)
            return _VALUE if texts.words < math.inf else _VALUE + _LETTER * texts.length
        return _NUMBER if self.index.layout(place) == "sequence" else _VALUE

    def _values(self, place: Place, rows: float) -> float:
        """Return the bytes of some rows in one row group."""
        type_ = self.index.columns[place].type
        if type_ == "bool":
            return rows / 8
        if type_ == "string":
            return self._texts(place, rows)
        layout = self.index.layout(place)
        if layout == "sequence":
            return rows * (_NUMBERED if rows * _NUMBERED < _COMPRESSED else _MANY_NUMBERED)
        if layout == "sorted":
            return rows * (_ASCENDING if self._times(place) >= 1 else _SPARSE)
        each = self._float(place) if type_ == "float" else self._integer(place, rows)
        return rows * self._repeated(place, each)

    def _texts(self, place: Place, rows: float) -> float:
        texts = self.index.texts(place)
        if texts.words < math.inf:
            return rows * max(_width(texts.words - 1), 1) / 8 + min(texts.words, rows) * (4 + texts.length)
        packed = texts.length - texts.fixed + _BETWEEN
        is_packed = 2 * packed <= texts.length < _LONG
        return rows * self._repeated(place, 1 + (packed if is_packed else texts.length))

    def _times(self, place: Place) -> float:
        """Return how many rows there are for each row of the table that a column is copied from."""
        return self.rows[place[0]] / max(self.rows[self._origin(place)[0]], 1.0)

    def _repeated(self, place: Place, each: float) -> float:
        """Return the bytes of a value, less where it is found again: neighbours have that of one row above, or rows are few."""
        origin, times = self._origin(place)[0], self._times(place)
        if origin in self.index.ancestors(place[0]) and times > 1:
            return min(each, (each + _REPEATED) / times)
        is_few = self.rows[origin] <= _FEW < self.rows[place[0]]
        return min(each, _REPEATED) if is_few else each

    def _float(self, place: Place) -> float:
        ends, places, outcomes = self._ends(place, _SAMPLED), places_of(self.index, place), self.index.outcomes(place)
        if outcomes is not None and len(outcomes) <= _FEW:
            return _REPEATED
        if ends is None or not math.isfinite(ends[1] - ends[0]):
            return _UNKNOWN["float"]
        return _REPEATED if places is not None and (ends[1] - ends[0]) * 10.0**places < _FEW else 8.0

    def _integer(self, place: Place, rows: float) -> float:
        """Return the bytes of an integer: as a code into a range, as a difference, or plain."""
        column, ends = self.index.columns[place], self._ends(place, self.rows[self._origin(place)[0]])
        plain, step = 32 if column.type == "date" else 64, ticks_of(column, self.index.dataset.window) or 1
        if ends is None or not math.isfinite(ends[1] - ends[0]):
            return _UNKNOWN[column.type]
        spread = ends[1] - ends[0]
        coded = _width(spread // step) + (spread // step + 1) * plain / rows
        best = min(coded, _width(2 * spread))
        return (best if 2 * best <= plain else plain) / 8

    def _ends(self, place: Place, rows: float) -> tuple[float, float] | None:
        """Return about the least and the greatest value among so many of the rows that it is copied from."""
        origin = self._origin(place)
        made, facts = self.index.columns[origin].generator, self.index.facts(origin)
        return made.usual_extent(facts, rows) or ends_of(made, facts)

    def _origin(self, place: Place) -> Place:
        """Return the column that a column's values are copied from in the end."""
        seen: set[Place] = set()
        while place not in seen and (sources := self.index.sources(place)):
            seen.add(place)
            place = sources[0].table, sources[0].column
        return place


def _width(most: float) -> int:
    """Return the bits in which numbers up to `most` are packed."""
    return next((width for width in _WIDTHS if most < 2.0**width), _WIDTHS[-1])


def size(number: int) -> str:
    """Return a number of bytes in few characters.

    >>> size(512), size(18_240), size(3_100_000)
    ('512 B', '18.2 kB', '3.1 MB')
    """
    value, units = float(number), ["kB", "MB", "GB", "TB"]
    if number < 1000:
        return f"{number} B"
    while (value := value / 1000) >= 999.95 and len(units) > 1:
        units.pop(0)
    return f"{value:.1f} {units[0]}"
