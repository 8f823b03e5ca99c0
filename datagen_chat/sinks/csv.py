"""CSV as RFC 4180 has it, with line feeds: a header, text quoted where it must be, null as nothing and empty text as quotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datagen_chat.sinks.base import ColumnShape, DatasetShape, FileDataset, TableShape
from datagen_chat.sinks.batches import conform
from datagen_chat.sinks.columns import raw
from datagen_chat.sinks.lines import READ_BYTES, LineWriter
from datagen_chat.sinks.tokens import Frame, around, holding

_SPACE, _QUOTE, _COMMA, _LINE_FEED, _RETURN = b' ",\n\r'


class _Dialect:
    def header(self, columns: Sequence[ColumnShape]) -> str:
        return ",".join(column.name for column in columns) + "\n"

    def frame(self, columns: Sequence[ColumnShape], index: int) -> Frame:
        end = "\n" if index == len(columns) - 1 else ","
        return Frame("", end, end)

    def odd(self, words: pa.StringArray) -> NDArray[np.int64]:
        """Return the positions of words that need quotes: also empty ones, and ones that begin or end with a space."""
        offsets, data = raw(words)
        starts, ends = offsets[:-1] - offsets[0], offsets[1:] - offsets[0]
        odd = starts == ends
        if not odd.all():
            odd |= holding(words, (data == _QUOTE) | (data == _COMMA) | (data == _LINE_FEED) | (data == _RETURN))
            odd |= (data[np.minimum(starts, len(data) - 1)] == _SPACE) | (data[ends - 1] == _SPACE)
        return np.flatnonzero(odd)

    def escape(self, words: pa.StringArray) -> pa.StringArray:
        return around('"', pc.replace_substring(words, '"', '""'), '"')

    def check_number(self, column: str, value: float) -> None:
        """Accept nan and inf, which readers know."""


class Csv:
    """Comma-separated values in UTF-8, one file with a header for each part of a table."""

    name: ClassVar[str] = "csv"
    parallel: ClassVar[bool] = True

    def create(self, folder: Path, dataset: DatasetShape) -> FileDataset:  # noqa: ARG002 - tables say all that is needed
        """Begin a dataset in an empty folder."""
        return FileDataset(folder, "csv", lambda shape, path: LineWriter(shape, path, _Dialect()))

    def read(self, paths: Sequence[Path], shape: TableShape) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a table in row order."""
        from pyarrow import csv

        for path in paths:
            reader = csv.open_csv(
                path,
                csv.ReadOptions(use_threads=False, block_size=READ_BYTES),
                csv.ParseOptions(newlines_in_values=True),
                csv.ConvertOptions(
                    column_types=shape.arrow_schema,
                    null_values=[""],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                    true_values=["true"],
                    false_values=["false"],
                ),
            )
            with reader:
                for batch in reader:
                    yield conform(batch, shape)


SINK = Csv()
