"""One column of one row group as pages: the encoding is chosen from what the column's shape promises and its range.

Nothing is hashed and nothing sorted: integers count from their least, words are known by their codes, the rest is written
as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.sinks.base import ColumnShape
from datagen_chat.sinks.columns import raw
from datagen_chat.sinks.parquet.metadata import Codec, Encoding, Statistics
from datagen_chat.sinks.parquet.packing import Buffer, delta, packed_run, run, width_of
from datagen_chat.values import Mask, Numbers, Text, Values, taken

_SNAPPY = pa.Codec("snappy")
_SAMPLE_BYTES = 1 << 12
_FEW_WORDS = 1 << 8
_WORDS_SIZE = 4
"""The bytes in which PLAIN tells the length of a text."""


@dataclass(frozen=True, slots=True)
class Page:
    """What stands behind a header: `rows` values, nulls among them, in buffers that follow each other."""

    rows: int
    pieces: Sequence[Buffer]

    @property
    def size(self) -> int:
        """The bytes of all pieces."""
        return sum(memoryview(piece).nbytes for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One column of one row group, before it is compressed; without a dictionary the values are in the data page."""

    encoding: Encoding
    data: Page
    dictionary: Page | None
    codec: Codec
    statistics: Statistics


@dataclass(frozen=True, slots=True)
class _Stored:
    """The values that are not null, with the least and the greatest of them where readers can skip by these."""

    encoding: Encoding
    pieces: Sequence[Buffer]
    dictionary: Page | None = None
    least: bytes | None = None
    greatest: bytes | None = None


def chunk_of(column: ColumnShape, values: Values) -> Chunk:
    """Return the values of a column in a row group as pages.

    The pages share memory with `values`. Numbers are int64, float64 or bool; text of a category has codes, other text none.
    """
    rows, held = len(values), _held(values)
    stored = _stored(column, held) if len(held) else _Stored(Encoding.PLAIN, [])
    levels = _levels(values.valid, rows) if column.nullable else []
    return Chunk(
        stored.encoding,
        Page(rows, [*levels, *stored.pieces]),
        stored.dictionary,
        _codec(stored.pieces),
        Statistics(rows - len(held), stored.least, stored.greatest),
    )


def _held(values: Values) -> Values:
    """Return the values that are not null."""
    if values.valid is None:
        return values
    if isinstance(values, Numbers):
        return Numbers(values.data[values.valid])
    if values.codes is not None:
        return Text(values.words, values.codes[values.valid])
    places = np.flatnonzero(values.valid)
    index = pa.Array.from_buffers(pa.int64(), len(places), [None, pa.py_buffer(places)])
    return Text(taken(values.words, index))


def _levels(valid: Mask | None, rows: int) -> list[Buffer]:
    """Return which rows hold a value, as the format tells it: 1 for those that do."""
    levels: list[Buffer] = [run(1, rows, 1)] if valid is None else packed_run(valid, 1)
    return [sum(len(piece) for piece in levels).to_bytes(4, "little"), *levels]


def _codec(pieces: Sequence[Buffer]) -> Codec:
    """Return how to compress values: not, unless a sample from the middle of their last piece shrinks to half.

    Compressing costs as long as writing several times as many bytes.
    """
    if not pieces or memoryview(pieces[-1]).nbytes < _SAMPLE_BYTES:
        return Codec.UNCOMPRESSED
    data = memoryview(pieces[-1]).cast("B")
    start = (len(data) - _SAMPLE_BYTES) // 2
    shrunk = snappy(data[start : start + _SAMPLE_BYTES])
    return Codec.SNAPPY if 2 * shrunk.nbytes <= _SAMPLE_BYTES else Codec.UNCOMPRESSED


def snappy(data: Buffer) -> memoryview:
    """Return bytes, compressed by Snappy."""
    return memoryview(_SNAPPY.compress(data))


def _stored(column: ColumnShape, held: Values) -> _Stored:
    if isinstance(held, Text):
        return _text(held.words) if held.codes is None else _category(held.words, held.codes)
    if column.type == "float":
        return _floats(held.data)
    if column.type == "bool":
        truths = held.data.astype(np.bool_, copy=False)
        return _Stored(Encoding.PLAIN, [np.packbits(truths, bitorder="little").data], None, *_ends(truths, np.bool_))
    dtype = np.int32 if column.type == "date" else np.int64
    if column.layout in ("sequence", "sorted"):
        return _Stored(Encoding.DELTA_BINARY_PACKED, delta(held.data), None, *_ends(held.data, dtype))
    return _integers(held.data, dtype, column.ticks or 1)


def _integers(data: NDArray[np.int64], dtype: type[np.signedinteger[Any]], step: int) -> _Stored:
    """Return integers in the way that takes least; what saves less than half is not worth its time.

    Either as codes into all multiples of `step` from the least to the greatest, or by their differences, or plain.
    """
    ends = _ends(data, dtype)
    least, bits = int(data.min()), 8 * np.dtype(dtype).itemsize
    spread = int(data.max()) - least
    coded = len(data) * width_of(spread // step) + (spread // step + 1) * bits
    apart = len(data) * width_of(min(2 * spread, (1 << 64) - 1))
    if coded <= apart and 2 * coded <= len(data) * bits:
        codes = data - least
        if step > 1:
            codes //= step
        entries = least + np.arange(spread // step + 1) * step
        if step == 1 or np.array_equal(entries.take(codes), data):
            return _coded(Page(len(entries), [entries.astype(dtype).data]), codes, *ends)
    if 2 * apart <= len(data) * bits:
        return _Stored(Encoding.DELTA_BINARY_PACKED, delta(data), None, *ends)
    return _Stored(Encoding.PLAIN, [np.ascontiguousarray(data, dtype).data], None, *ends)


def _ends(data: NDArray[Any], dtype: type[np.generic]) -> tuple[bytes, bytes]:
    return dtype(data.min()).tobytes(), dtype(data.max()).tobytes()


def _floats(data: NDArray[np.float64]) -> _Stored:
    pieces = [np.ascontiguousarray(data).data]
    least, greatest = float(data.min()), float(data.max())
    if least != least:  # not-a-number has no place among numbers
        return _Stored(Encoding.PLAIN, pieces)
    # Either zero may be among the values when one of them is the least or the greatest.
    ends = least or -0.0, greatest or 0.0
    return _Stored(Encoding.PLAIN, pieces, None, *(np.float64(end).tobytes() for end in ends))


def _text(words: pa.StringArray) -> _Stored:
    offsets, data = raw(words)
    return _Stored(Encoding.DELTA_LENGTH_BYTE_ARRAY, [*delta(np.diff(offsets).astype(np.int64)), data.data])


def _category(words: pa.StringArray, codes: NDArray[Any]) -> _Stored:
    if len(words) > _FEW_WORDS:
        words, codes = _used(words, codes)
    return _coded(Page(len(words), [_plain(words).data]), codes)


def _used(words: pa.StringArray, codes: NDArray[Any]) -> tuple[pa.StringArray, NDArray[Any]]:
    """Return words and codes without the words that no code points at."""
    used = np.zeros(len(words), np.bool_)
    used[codes] = True
    if used.all():
        return words, codes
    places = np.flatnonzero(used)
    index = pa.Array.from_buffers(pa.int64(), len(places), [None, pa.py_buffer(places)])
    return taken(words, index), (np.cumsum(used) - 1).take(codes)


def _plain(words: pa.StringArray) -> NDArray[np.uint8]:
    """Return texts one after another, each behind its length."""
    offsets, data = raw(words)
    lengths = np.diff(offsets).astype("<u4")
    plain = np.empty(len(data) + lengths.nbytes, np.uint8)
    heads = (offsets[:-1] - offsets[0] + _WORDS_SIZE * np.arange(len(words)))[:, None] + np.arange(_WORDS_SIZE)
    is_text = np.ones(len(plain), np.bool_)
    is_text[heads] = False
    plain[heads] = lengths.view(np.uint8).reshape(-1, _WORDS_SIZE)
    plain[is_text] = data
    return plain


def _coded(entries: Page, codes: NDArray[Any], *ends: bytes) -> _Stored:
    width = max(width_of(entries.rows - 1), 1)
    return _Stored(Encoding.RLE_DICTIONARY, [bytes([width]), *packed_run(codes, width)], entries, *ends)
