"""Parquet: row groups of one unit each, and an encoding for each column that suits how its values came about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa

# `pyarrow.parquet` offers the same writer together with file systems in clouds and TLS, which take longer to import than Arrow.
from pyarrow._parquet import ParquetWriter

from datagen_chat.sinks.base import UNIT_ROWS, Block, ColumnShape, DatasetShape, FileDataset, TableShape, TableWriter
from datagen_chat.sinks.batches import conform
from datagen_chat.sinks.columns import Gather

_HOUR = 3_600_000_000


@dataclass(frozen=True, slots=True)
class _Encoding:
    """How a column is stored: `name` is Parquet's, None being a dictionary."""

    name: str | None
    compression: str = "NONE"
    statistics: bool = True


# Measured per value (ns, bytes): ascending integers 7, 0.2 as deltas, 30, 4.5 as a dictionary; random keys 11, 2.7;
# hours of a year 13, 2 as a dictionary; random floats 7, 8 plain and 27, 5 with snappy.
_DELTA = _Encoding("DELTA_BINARY_PACKED")
_PLAIN = _Encoding("PLAIN")
# Text in no order: no reader can skip by its smallest and largest values, and finding them costs as much as writing it.
_TEXT = _Encoding("PLAIN", "SNAPPY", statistics=False)
_GRID = _Encoding(None, "SNAPPY")
# Smallest and largest word of a random category are those of its pool: no reader can skip by them, and finding them
# for each page costs as much as writing the codes.
_CATEGORY = _Encoding(None, "SNAPPY", statistics=False)


def _encoding(column: ColumnShape) -> _Encoding:
    if column.type == "string":
        return _CATEGORY if column.layout == "category" else _TEXT
    if column.type == "datetime" and column.layout not in ("sequence", "sorted"):
        return _GRID if column.ticks is not None and column.ticks >= _HOUR else _PLAIN
    return _PLAIN if column.type in ("float", "bool") else _DELTA


def _options(shape: TableShape) -> dict[str, Any]:
    encodings = {column.name: _encoding(column) for column in shape.columns}
    return {
        "compression": {name: encoding.compression for name, encoding in encodings.items()},
        "use_dictionary": [name for name, encoding in encodings.items() if encoding.name is None],
        "column_encoding": {name: encoding.name for name, encoding in encodings.items() if encoding.name is not None},
        "write_statistics": [name for name, encoding in encodings.items() if encoding.statistics],
        "write_batch_size": 1 << 16,
        "version": "2.6",
        "writer_engine_version": "V2",
    }


class _Writer:
    """Writes each unit of rows as a row group."""

    def __init__(self, shape: TableShape, path: Path) -> None:
        self._file = pa.OSFile(str(path), "wb")
        self._writer = ParquetWriter(self._file, shape.arrow_schema, **_options(shape))
        self._gather = Gather(shape, lambda table: self._writer.write_table(table, row_group_size=UNIT_ROWS))

    def write(self, block: Block) -> None:
        """Add the next rows."""
        self._gather.add(block)

    def close(self) -> None:
        """Write the last row group and the footer."""
        self._gather.flush()
        self._writer.close()
        self._file.close()

    def abort(self) -> None:
        """Close the file without a footer."""
        with suppress(OSError):
            self._file.close()


class Parquet:
    """Apache Parquet, one file for each part of a table."""

    name: ClassVar[str] = "parquet"
    parallel: ClassVar[bool] = True

    def create(self, folder: Path, dataset: DatasetShape) -> FileDataset:  # noqa: ARG002 - tables say all that is needed
        """Begin a dataset in an empty folder."""
        return FileDataset(folder, "parquet", _open)

    def read(self, paths: Sequence[Path], shape: TableShape) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a table in row order."""
        import pyarrow.parquet as pq

        for path in paths:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(UNIT_ROWS):
                    yield conform(batch, shape)


def _open(shape: TableShape, path: Path) -> TableWriter:
    return _Writer(shape, path)


SINK = Parquet()
