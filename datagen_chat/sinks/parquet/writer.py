"""A Parquet file: each unit of rows a row group, each column of it a page, and a footer that says where they are."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from datagen_chat.sinks.base import Block, ColumnShape, TableShape
from datagen_chat.sinks.columns import Gather
from datagen_chat.sinks.parquet.chunks import Page, chunk_of, snappy
from datagen_chat.sinks.parquet.metadata import (
    MAGIC,
    ChunkEntry,
    ChunkPlace,
    Codec,
    GroupEntry,
    data_page,
    dictionary_page,
    footer,
)
from datagen_chat.sinks.parquet.packing import Buffer
from datagen_chat.values import Values


class ParquetWriter:
    """Writes one table, or one part of it."""

    def __init__(self, shape: TableShape, path: Path) -> None:
        self._shape, self._file = shape, path.open("wb")
        self._gather = Gather(shape, self._write_group)
        self._groups: list[GroupEntry] = []
        self._at = 0
        self._write(MAGIC)

    def write(self, block: Block) -> None:
        """Add the next rows."""
        self._gather.add(block)

    def close(self) -> None:
        """Write the last row group and the footer."""
        self._gather.flush()
        self._write(footer(self._shape, self._groups))
        self._file.close()

    def abort(self) -> None:
        """Close the file without a footer."""
        with suppress(OSError):
            self._file.close()

    def _write_group(self, rows: int, unit: Block) -> None:
        start = self._at
        self._groups.append(GroupEntry(rows, start, [self._write_chunk(c, unit[c.name]) for c in self._shape.columns]))

    def _write_chunk(self, column: ColumnShape, values: Values) -> ChunkEntry:
        chunk, start, unpacked = chunk_of(column, values), self._at, 0
        if chunk.dictionary is not None:
            unpacked += self._write_page(chunk.dictionary, chunk.codec, partial(dictionary_page, chunk.dictionary.rows))
        data_at = self._at
        unpacked += self._write_page(chunk.data, chunk.codec, partial(data_page, chunk.data.rows, chunk.encoding))
        dictionary_at = None if chunk.dictionary is None else start
        place = ChunkPlace(self._at - start, unpacked, dictionary_at, data_at)
        return ChunkEntry(column, chunk.data.rows, chunk.encoding, chunk.codec, chunk.statistics, place)

    def _write_page(self, page: Page, codec: Codec, header: Callable[[int, int], bytes]) -> int:
        """Write a page behind its header, and return how many bytes both would take uncompressed."""
        size = page.size
        pieces = page.pieces if codec is Codec.UNCOMPRESSED else [snappy(b"".join(page.pieces))]
        head = header(sum(memoryview(piece).nbytes for piece in pieces), size)
        self._write(head, *pieces)
        return len(head) + size

    def _write(self, *pieces: Buffer) -> None:
        for piece in pieces:
            self._at += self._file.write(piece)
