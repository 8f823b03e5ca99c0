"""What a Parquet file says of itself: the header of each page, and the footer.

The numbers of fields, types, encodings and codecs are those of the format.

Source:
    https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from enum import IntEnum

from datagen_chat import __version__
from datagen_chat.frozen import dataclass
from datagen_chat.sinks.base import ColumnShape, ColumnType, TableShape
from datagen_chat.sinks.parquet.thrift import Value, binary, flag, i32, i64, listing, struct

MAGIC = b"PAR1"
_VERSION = 2


class Type(IntEnum):
    """How a value is laid out."""

    BOOLEAN = 0
    INT32 = 1
    INT64 = 2
    DOUBLE = 5
    BYTE_ARRAY = 6


class Encoding(IntEnum):
    """How the values of a page are laid out."""

    PLAIN = 0
    RLE = 3
    DELTA_BINARY_PACKED = 5
    DELTA_LENGTH_BYTE_ARRAY = 6
    RLE_DICTIONARY = 8


class Codec(IntEnum):
    """How the bytes of a page are compressed."""

    UNCOMPRESSED = 0
    SNAPPY = 1


class _Page(IntEnum):
    DATA = 0
    DICTIONARY = 2


_TYPES: Mapping[ColumnType, Type] = {
    "int": Type.INT64,
    "float": Type.DOUBLE,
    "string": Type.BYTE_ARRAY,
    "bool": Type.BOOLEAN,
    "datetime": Type.INT64,
    "date": Type.INT32,
}
# The old and the new way of saying what a value means: readers know one or both.
_MEANINGS: Mapping[ColumnType, tuple[Value, Value]] = {
    "string": (i32(0), struct({1: struct({})})),
    "date": (i32(6), struct({6: struct({})})),
    "datetime": (i32(10), struct({8: struct({1: flag(True), 2: struct({2: struct({})})})})),  # microseconds, in UTC
}


@dataclass(frozen=True, slots=True)
class Statistics:
    """The nulls of a column in a row group, and the least and greatest of its values as PLAIN has them, where told."""

    nulls: int
    least: bytes | None = None
    greatest: bytes | None = None


@dataclass(frozen=True, slots=True)
class ChunkPlace:
    """Where a chunk stands in the file: its bytes, as they are and before they were compressed, and its pages' first bytes."""

    size: int
    uncompressed: int
    dictionary_at: int | None
    data_at: int


@dataclass(frozen=True, slots=True)
class ChunkEntry:
    """One column of one row group."""

    column: ColumnShape
    rows: int
    encoding: Encoding
    codec: Codec
    statistics: Statistics
    place: ChunkPlace


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """A row group."""

    rows: int
    at: int
    chunks: Sequence[ChunkEntry]


def data_page(values: int, encoding: Encoding, size: int, uncompressed: int) -> bytes:
    """Return the header of a page of values, nulls among them; sizes are in bytes, without the header."""
    header = struct({1: i32(values), 2: i32(encoding), 3: i32(Encoding.RLE), 4: i32(Encoding.RLE)})
    return struct({1: i32(_Page.DATA), 2: i32(uncompressed), 3: i32(size), 5: header}).data


def dictionary_page(values: int, size: int, uncompressed: int) -> bytes:
    """Return the header of a page of different values."""
    header = struct({1: i32(values), 2: i32(Encoding.PLAIN)})
    return struct({1: i32(_Page.DICTIONARY), 2: i32(uncompressed), 3: i32(size), 7: header}).data


def footer(shape: TableShape, groups: Sequence[GroupEntry]) -> bytes:
    """Return what stands behind the last page."""
    root = struct({4: binary(b"schema"), 5: i32(len(shape.columns))})
    # Arrow's own description of the columns: with it readers make categories of categories again.
    arrow = struct({1: binary(b"ARROW:schema"), 2: binary(b64encode(shape.arrow_schema.serialize()))})
    data = struct(
        {
            1: i32(_VERSION),
            2: listing([root, *map(_element, shape.columns)]),
            3: i64(sum(group.rows for group in groups)),
            4: listing([_group(group) for group in groups]),
            5: listing([arrow]),
            6: binary(f"datagen-chat version {__version__}".encode()),
            7: listing([struct({1: struct({})})] * len(shape.columns)),  # smaller and greater mean what the type says
        }
    ).data
    return data + len(data).to_bytes(4, "little") + MAGIC


def _element(column: ColumnShape) -> Value:
    converted, logical = _MEANINGS.get(column.type, (None, None))
    repetition = i32(1 if column.nullable else 0)
    return struct({1: i32(_TYPES[column.type]), 3: repetition, 4: binary(column.name.encode()), 6: converted, 10: logical})


def _group(group: GroupEntry) -> Value:
    places = [chunk.place for chunk in group.chunks]
    return struct(
        {
            1: listing([struct({2: i64(0), 3: _chunk(chunk)}) for chunk in group.chunks]),
            2: i64(sum(place.uncompressed for place in places)),
            3: i64(group.rows),
            5: i64(group.at),
            6: i64(sum(place.size for place in places)),
        }
    )


def _chunk(chunk: ChunkEntry) -> Value:
    told = chunk.statistics
    pages = [(_Page.DATA, chunk.encoding)]
    if chunk.place.dictionary_at is not None:
        pages.insert(0, (_Page.DICTIONARY, Encoding.PLAIN))
    return struct(
        {
            1: i32(_TYPES[chunk.column.type]),
            2: listing([i32(encoding) for encoding in sorted({encoding for _, encoding in pages} | {Encoding.RLE})]),
            3: listing([binary(chunk.column.name.encode())]),
            4: i32(chunk.codec),
            5: i64(chunk.rows),
            6: i64(chunk.place.uncompressed),
            7: i64(chunk.place.size),
            9: i64(chunk.place.data_at),
            11: None if chunk.place.dictionary_at is None else i64(chunk.place.dictionary_at),
            12: struct({3: i64(told.nulls), 5: _maybe(told.greatest), 6: _maybe(told.least)}),
            13: listing([struct({1: i32(page), 2: i32(encoding), 3: i32(1)}) for page, encoding in pages]),
        }
    )


def _maybe(data: bytes | None) -> Value | None:
    return None if data is None else binary(data)
