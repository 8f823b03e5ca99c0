"""Apache Parquet, written page by page: how a column comes about says how it is best stored, so nothing is searched for.

`writer` lays out files, `chunks` choose encodings, `packing` makes bits of numbers, `metadata` and `thrift` describe it all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import pyarrow as pa

from datagen_chat.sinks.base import UNIT_ROWS, DatasetShape, FileDataset, TableShape
from datagen_chat.sinks.batches import conform
from datagen_chat.sinks.parquet.writer import ParquetWriter


class Parquet:
    """Apache Parquet, one file for each part of a table."""

    name: ClassVar[str] = "parquet"
    parallel: ClassVar[bool] = True

    def create(self, folder: Path, dataset: DatasetShape) -> FileDataset:  # noqa: ARG002 - tables say all that is needed
        """Begin a dataset in an empty folder."""
        return FileDataset(folder, "parquet", ParquetWriter)

    def read(self, paths: Sequence[Path], shape: TableShape) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a table in row order."""
        import pyarrow.parquet as pq

        for path in paths:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(UNIT_ROWS):
                    yield conform(batch, shape)


SINK = Parquet()
