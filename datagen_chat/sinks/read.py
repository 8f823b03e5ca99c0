"""Reading back what was written: the rows of a table in row order, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from datagen_chat.sinks import sink
from datagen_chat.sinks.base import TableShape


def read_table(folder: Path, format_: str, shape: TableShape, files: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a table from its files, relative to the folder, in the Arrow types of its shape."""
    return sink(format_).read([folder / file for file in files], shape)
