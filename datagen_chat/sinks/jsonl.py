"""JSON Lines: one object for each row, every key in every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datagen_chat.problems import OutputError, Problem
from datagen_chat.sinks.base import ColumnShape, DatasetShape, FileDataset, TableShape
from datagen_chat.sinks.batches import conform
from datagen_chat.sinks.columns import raw
from datagen_chat.sinks.lines import READ_BYTES, LineWriter
from datagen_chat.sinks.tokens import Frame, holding

_QUOTE, _BACKSLASH = b'"\\'
_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", _QUOTE: '\\"', _BACKSLASH: "\\\\"}
# The backslash comes first, as every other escape brings one.
_ESCAPES = {code: _SHORT.get(code, f"\\u{code:04x}") for code in (_BACKSLASH, _QUOTE, *range(32))}
_QUOTED = ("string", "datetime", "date")


class _Dialect:
    def header(self, columns: Sequence[ColumnShape]) -> str:  # noqa: ARG002 - every row names its columns
        return ""

    def frame(self, columns: Sequence[ColumnShape], index: int) -> Frame:
        column = columns[index]
        key = ("," if index else "{") + f'"{column.name}":'
        end = "}\n" if index == len(columns) - 1 else ""
        quote = '"' if column.type in _QUOTED else ""
        return Frame(key + quote, quote + end, key + "null" + end)

    def odd(self, words: pa.StringArray) -> NDArray[np.int64]:
        """Return the positions of words that hold a quote, a backslash or a control character."""
        _, data = raw(words)
        return np.flatnonzero(holding(words, (data < 32) | (data == _QUOTE) | (data == _BACKSLASH)))

    def escape(self, words: pa.StringArray) -> pa.StringArray:
        present = set(np.unique(raw(words)[1]).tolist())
        for code, escaped in _ESCAPES.items():
            if code in present:
                words = pc.replace_substring(words, chr(code), escaped)
        return words

    def check_number(self, column: str, value: float) -> None:
        """Refuse nan and inf, which JSON cannot say."""
        message = f"{column} holds {value}, which JSON has no number for."
        raise OutputError([Problem("", "not-finite", message, "Write another format, or bound the column with clamp.")])


class JsonLines:
    """JSON Lines in UTF-8, one file for each part of a table."""

    name: ClassVar[str] = "jsonl"
    parallel: ClassVar[bool] = True

    def create(self, folder: Path, dataset: DatasetShape) -> FileDataset:  # noqa: ARG002 - tables say all that is needed
        """Begin a dataset in an empty folder."""
        return FileDataset(folder, "jsonl", lambda shape, path: LineWriter(shape, path, _Dialect()))

    def read(self, paths: Sequence[Path], shape: TableShape) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a table in row order."""
        from pyarrow import json

        options = json.ParseOptions(explicit_schema=_readable(shape), unexpected_field_behavior="error")
        for path in paths:
            if path.stat().st_size:
                with json.open_json(path, json.ReadOptions(use_threads=False, block_size=READ_BYTES), options) as reader:
                    for batch in reader:
                        yield conform(batch, shape)


def _readable(shape: TableShape) -> pa.Schema:
    """Return a schema of types that Arrow reads from JSON and can cast to those of the table."""
    plain = [pa.string() if column.type in ("string", "date") else column.arrow_type for column in shape.columns]
    return pa.schema(list(zip(shape.arrow_schema.names, plain, strict=True)))


SINK = JsonLines()
