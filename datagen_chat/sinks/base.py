"""What a sink is: the shapes it is told before the first row, and the writers it answers with.

A sink is one format. It opens a dataset, the dataset opens tables (or parts of one), and a table takes blocks of
neighbouring rows in row order. What a file holds depends on the rows alone, never on how they were cut into blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal, Protocol

import pyarrow as pa

from datagen_chat.frozen import dataclass
from datagen_chat.values import Values

ColumnType = Literal["int", "float", "string", "bool", "datetime", "date"]
Layout = Literal["sequence", "sorted", "category", "plain"]

UNIT_ROWS = 1 << 18
"""Rows of one row group and of one unit of the content hash; parts of a table start at multiples of it."""

_ARROW_TYPES: Mapping[ColumnType, pa.DataType] = {
    "int": pa.int64(),
    "float": pa.float64(),
    "string": pa.string(),
    "bool": pa.bool_(),
    "datetime": pa.timestamp("us", tz="UTC"),
    "date": pa.date32(),
}
_CATEGORY = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, slots=True)
class ColumnShape:
    """A column before its first value.

    `decimals` says that floats are already rounded to so many places; None is unknown. `layout` is what to expect:
    an arithmetic progression, ascending integers, few distinct words from one stable pool, or anything else. `ticks`
    says that datetimes are multiples of so many microseconds. All three are promises about values, and a sink that
    finds one broken may be slower but still writes the values it was given.
    """

    name: str
    type: ColumnType
    nullable: bool = False
    decimals: int | None = None
    layout: Layout = "plain"
    ticks: int | None = None

    @property
    def arrow_type(self) -> pa.DataType:
        """The Arrow type of the column; text in few words is a dictionary."""
        return _CATEGORY if self.type == "string" and self.layout == "category" else _ARROW_TYPES[self.type]


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A column whose values are keys of another table."""

    column: str
    table: str
    key: str


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table before its first row; `rows` is its exact size."""

    name: str
    columns: tuple[ColumnShape, ...]
    rows: int
    primary_key: str | None = None
    foreign_keys: tuple[ForeignKey, ...] = ()

    @property
    def arrow_schema(self) -> pa.Schema:
        """The Arrow schema of the table; columns that hold no null say so."""
        return pa.schema([pa.field(column.name, column.arrow_type, column.nullable) for column in self.columns])


@dataclass(frozen=True, slots=True)
class DatasetShape:
    """A dataset before its first row: its name and its tables, parents before children."""

    name: str
    tables: tuple[TableShape, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One of `count` runs of rows that are written at the same time and together make a table."""

    index: int
    count: int


WHOLE = Part(0, 1)

Block = Mapping[str, Values]
"""The values of every column for the same neighbouring rows.

The arrays of numbers, codes and masks may be used again by the caller once `write` has returned; words may not.
"""


class TableWriter(Protocol):
    """Writes one table, or one part of it."""

    def write(self, block: Block) -> None:
        """Add the next rows."""

    def close(self) -> None:
        """Finish: every row is in the file when this returns."""

    def abort(self) -> None:
        """Let go of what is open; what was written may be unreadable."""


class DatasetWriter(Protocol):
    """Writes the tables of one dataset."""

    def table(self, shape: TableShape, part: Part = WHOLE) -> TableWriter:
        """Open a table, or one part of it; a sink that is not `parallel` takes only whole tables."""

    def files(self, table: str, parts: int = 1) -> Sequence[str]:
        """Return the files that hold a table of so many parts, in row order, relative to the folder, with forward slashes."""

    def close(self) -> None:
        """Finish, after every table was closed."""

    def abort(self) -> None:
        """Let go of what is open."""


class Sink(Protocol):
    """A format that datasets can be written in.

    `parallel` says that the parts of one table may be written at once, by several threads or by copies of this process.
    Different tables may always be written by several threads.
    """

    @property
    def name(self) -> str:
        """The name that users say."""

    @property
    def parallel(self) -> bool:
        """True when parts of one table may be written at once, by copies of this process too."""

    def create(self, folder: Path, dataset: DatasetShape) -> DatasetWriter:
        """Begin a dataset in an empty folder."""

    def read(self, paths: Sequence[Path], shape: TableShape) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a table in row order, in the Arrow types of `shape`."""


def ranges(rows: int, count: int) -> tuple[range, ...]:
    """Return the row numbers of up to `count` parts of a table: about equal, and starting at unit boundaries.

    >>> ranges(600_000, 2)
    (range(0, 524288), range(524288, 600000))
    >>> ranges(5, 4), ranges(0, 4)
    ((range(0, 5),), (range(0, 0),))
    """
    units = max(1, -(-rows // UNIT_ROWS))
    count = max(1, min(count, units))
    edges = [min(rows, -(-units * part // count) * UNIT_ROWS) for part in range(count + 1)]
    return tuple(range(start, stop) for start, stop in pairwise(edges))


def part_file(table: str, part: Part, suffix: str) -> str:
    """Return where a part of a table belongs, relative to the folder.

    >>> part_file("orders", WHOLE, "csv"), part_file("orders", Part(3, 8), "csv")
    ('orders.csv', 'orders/part-00003.csv')
    """
    return f"{table}.{suffix}" if part.count == 1 else f"{table}/part-{part.index:05}.{suffix}"


class FileDataset:
    """A dataset whose tables are files of their own, one for each part."""

    def __init__(self, folder: Path, suffix: str, open_: Callable[[TableShape, Path], TableWriter]) -> None:
        self._folder, self._suffix, self._open = folder, suffix, open_

    def table(self, shape: TableShape, part: Part = WHOLE) -> TableWriter:
        """Open the file of one part."""
        path = self._folder / part_file(shape.name, part, self._suffix)
        path.parent.mkdir(exist_ok=True)
        return self._open(shape, path)

    def files(self, table: str, parts: int = 1) -> Sequence[str]:
        """Return the files of a table's parts in row order."""
        return [part_file(table, Part(index, parts), self._suffix) for index in range(parts)]

    def close(self) -> None:
        """Do nothing: every file was closed with its writer."""

    def abort(self) -> None:
        """Do nothing: every file is let go by its writer."""
