"""Text files of lines, put together without a Python object per cell.

Every line is a run of tokens: pieces of text from one pool. A block becomes a matrix of token numbers, rows by tokens,
and one take over the pool; the bytes of the resulting Arrow array, read from end to end, are the text of the file.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datagen_chat.sinks.base import Block, TableShape
from datagen_chat.sinks.cells import cell_for
from datagen_chat.sinks.columns import part_of
from datagen_chat.sinks.tokens import Dialect, Pool

CHUNK_ROWS = 1 << 14
"""Rows put together at once: their token numbers and the pool stay in the cache."""

READ_BYTES = 1 << 24
"""Read at once when a file is read back; no line may be longer."""


class LineWriter:
    """Writes one text file."""

    def __init__(self, shape: TableShape, path: Path, dialect: Dialect) -> None:
        self._pool = Pool()
        self._cells = {
            column.name: cell_for(column, self._pool, dialect.frame(shape.columns, index), dialect)
            for index, column in enumerate(shape.columns)
        }
        self._pool.fix()
        self._codes: NDArray[np.int32] = np.empty(0, np.int32)
        self._file = path.open("wb")
        self._file.write(dialect.header(shape.columns).encode())

    def write(self, block: Block) -> None:
        """Add the next rows."""
        rows = len(next(iter(block.values())))
        for start in range(0, rows, CHUNK_ROWS):
            self._write_chunk(block, start, min(rows, start + CHUNK_ROWS))

    def _write_chunk(self, block: Block, start: int, stop: int) -> None:
        self._pool.clear()
        widths = [cell.measure(part_of(block[name], start, stop)) for name, cell in self._cells.items()]
        size = (stop - start) * sum(widths)
        if len(self._codes) < size:
            self._codes = np.empty(size, np.int32)
        codes = self._codes[:size].reshape(stop - start, sum(widths))
        at = 0
        for cell, width in zip(self._cells.values(), widths, strict=True):
            cell.fill(codes[:, at : at + width])
            at += width
        self._file.write(self._pool.join(codes))

    def close(self) -> None:
        """Write what is left and close the file."""
        self._file.close()

    def abort(self) -> None:
        """Close the file."""
        # Closing flushes, which fails again when the disk is full.
        with suppress(OSError):
            self._file.close()
