"""The content hash of a table: a function of its values and their order, whatever wrote them and however they were cut.

Rows are hashed in units of a fixed size, each column in streams of its own, so workers can share a table and merge.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import xxhash
from numpy.typing import NDArray

from datagen_chat.sinks.base import UNIT_ROWS, Block, ColumnShape, TableShape
from datagen_chat.sinks.batches import block_of
from datagen_chat.sinks.columns import code_numbers, part_of, raw, safe, strings
from datagen_chat.values import Numbers, Text, Values


class _Stream(Protocol):
    def update(self, data: Any) -> None: ...
    def digest(self) -> bytes: ...


class _Hashed(Protocol):
    """Hashes one column of one unit."""

    def add(self, values: Values) -> None: ...
    def digest(self) -> bytes: ...


class _Numbers:
    """Hashes eight bytes for each number and one for each truth value; nulls count as zero."""

    def __init__(self) -> None:
        self._stream: _Stream = xxhash.xxh3_128()

    def add(self, values: Values) -> None:
        assert isinstance(values, Numbers)
        data = values.data
        if values.valid is not None:
            data = np.where(values.valid, data, np.zeros(1, data.dtype))
        if data.dtype == np.float64:
            data = _canonical(data)
        self._stream.update(np.ascontiguousarray(data).view(np.uint8))

    def digest(self) -> bytes:
        return self._stream.digest()


def _canonical(data: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return floats with one zero and one not-a-number."""
    data = data + 0.0  # -0.0 + 0.0 is 0.0
    odd = data != data  # only not-a-number differs from itself
    if odd.any():
        data[odd] = np.nan
    return data


class _Strings:
    """Hashes the lengths of texts, and their bytes; nulls count as empty."""

    def __init__(self) -> None:
        self._lengths: _Stream = xxhash.xxh3_128()
        self._bytes: _Stream = xxhash.xxh3_128()

    def add(self, values: Values) -> None:
        words = strings(values)
        lengths = np.diff(raw(words)[0])
        self._lengths.update(lengths if values.valid is None else np.where(values.valid, lengths, np.int32(0)))
        self._bytes.update(raw(words if values.valid is None else words.drop_null())[1])

    def digest(self) -> bytes:
        return self._lengths.digest() + self._bytes.digest()


class _Categories:
    """Hashes eight bytes for each text, the hash of its word, which is known by its code; nulls count as zero."""

    def __init__(self, pools: _Pools) -> None:
        self._stream: _Stream = xxhash.xxh3_128()
        self._pools = pools

    def add(self, values: Values) -> None:
        assert isinstance(values, Text)
        text = safe(values)
        words, codes = text.words, text.codes
        if codes is None:
            encoded = strings(text).dictionary_encode()
            words, codes = encoded.dictionary, code_numbers(encoded.indices)
        hashes = self._pools.hashes(words).take(codes)
        if values.valid is not None:
            hashes[~values.valid] = 0
        self._stream.update(hashes)

    def digest(self) -> bytes:
        return self._stream.digest()


class _Pools:
    """The hashes of the words of one column, kept while the pool is the same."""

    def __init__(self) -> None:
        self._words: pa.StringArray | None = None
        self._hashes: NDArray[np.uint64] = np.empty(0, np.uint64)

    def hashes(self, words: pa.StringArray) -> NDArray[np.uint64]:
        """Return the hash of each word, shape (words,)."""
        if words is not self._words:
            self._words = words
            self._hashes = np.array([xxhash.xxh3_64_intdigest(word.encode()) for word in words.to_pylist()], np.uint64)
        return self._hashes


class _Unit:
    """Hashes one unit of rows."""

    def __init__(self, columns: dict[str, _Hashed]) -> None:
        self._columns = columns
        self._nulls: dict[str, _Stream] = {name: xxhash.xxh3_128() for name in columns}
        self.rows = 0

    def add(self, block: Block, rows: int) -> None:
        for name, hashed in self._columns.items():
            values = block[name]
            hashed.add(values)
            if values.valid is not None:
                self._nulls[name].update(np.flatnonzero(~values.valid) + self.rows)
        self.rows += rows

    def digest(self) -> bytes:
        parts = [hashed.digest() + self._nulls[name].digest() for name, hashed in self._columns.items()]
        return struct.pack("<q", self.rows) + b"".join(parts)


class TableDigest:
    """The content hash of a table, or of its rows from `start`, a multiple of `UNIT_ROWS`, onwards."""

    def __init__(self, shape: TableShape, start: int = 0) -> None:
        if start % UNIT_ROWS:
            raise ValueError(f"row {start} is not the first of a unit")
        self._columns = shape.columns
        self._pools = {column.name: _Pools() for column in shape.columns}
        self._done: dict[int, bytes] = {}
        self._place, self._unit = start // UNIT_ROWS, self._new_unit()

    def _new_unit(self) -> _Unit:
        return _Unit({column.name: self._hashed(column) for column in self._columns})

    def _hashed(self, column: ColumnShape) -> _Hashed:
        if column.type != "string":
            return _Numbers()
        return _Categories(self._pools[column.name]) if column.layout == "category" else _Strings()

    def update(self, block: Block) -> None:
        """Add the next rows."""
        rows = len(next(iter(block.values())))
        done = 0
        while done < rows:
            take = min(rows - done, UNIT_ROWS - self._unit.rows)
            part = block if take == rows else {name: part_of(values, done, done + take) for name, values in block.items()}
            self._unit.add(part, take)
            done += take
            if self._unit.rows == UNIT_ROWS:
                self._done[self._place] = self._unit.digest()
                self._place, self._unit = self._place + 1, self._new_unit()

    def merge(self, other: TableDigest) -> None:
        """Add the rows that another digest of the same table has seen."""
        self._done |= other.units()

    def units(self) -> dict[int, bytes]:
        """Return the hash of each unit that was seen, by its place."""
        return self._done | ({self._place: self._unit.digest()} if self._unit.rows else {})

    def hexdigest(self) -> str:
        """Return the hash: 32 hexadecimal digits.

        Raises:
            ValueError: rows between those that were seen are missing.
        """
        return hash_of_units(self.units())


def hash_of_units(units: Mapping[int, bytes]) -> str:
    """Return the content hash of a table from those of its units, by their places.

    Raises:
        ValueError: units are missing.
    """
    if sorted(units) != list(range(len(units))):
        raise ValueError("units of rows are missing")
    whole: str = xxhash.xxh3_128(b"".join(units[place] for place in range(len(units)))).hexdigest()
    return whole


def digest_of_batches(batches: Iterable[pa.RecordBatch], shape: TableShape) -> str:
    """Return the content hash of a table that was read back, in row order."""
    digest = TableDigest(shape)
    for batch in batches:
        if batch.num_rows:
            digest.update(block_of(batch))
    return digest.hexdigest()
