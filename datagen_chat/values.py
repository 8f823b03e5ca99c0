"""The values of one column for some rows: numbers as NumPy arrays, text as codes into a pool of words.

Both come to Arrow without a copy where the layouts agree, and never pass through a Python object per cell.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass

if TYPE_CHECKING:
    import pyarrow as pa  # a schema can be checked without it

Mask = NDArray[np.bool_]
Index = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Numbers, truth values or times.

    `data` has shape (rows,): int64, float64 or bool; a datetime is int64 microseconds since 1970 in UTC, a date int64 days
    since 1970. `valid` is False where a value is null; None means that nothing is.
    """

    data: NDArray[Any]
    valid: Mask | None = None

    def __len__(self) -> int:
        return len(self.data)

    def take(self, index: NDArray[Any]) -> Numbers:
        """Return the values at these positions."""
        return Numbers(self.data.take(index), None if self.valid is None else self.valid.take(index))

    def part(self, start: int, stop: int) -> Numbers:
        """Return the values from one position to before another, without a copy."""
        return Numbers(self.data[start:stop], None if self.valid is None else self.valid[start:stop])


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Text: the row's word is `words[codes[row]]`, or `words[row]` when there are no codes.

    `codes` is any integer dtype, shape (rows,). `valid` is False where a value is null; no word is null itself.
    """

    words: pa.StringArray
    codes: NDArray[Any] | None = None
    valid: Mask | None = None

    def __len__(self) -> int:
        return len(self.words) if self.codes is None else len(self.codes)

    def take(self, index: NDArray[Any]) -> Text:
        """Return the values at these positions."""
        valid = None if self.valid is None else self.valid.take(index)
        if self.codes is None:
            return Text(self.words, index, valid)
        return Text(self.words, self.codes.take(index), valid)

    def part(self, start: int, stop: int) -> Text:
        """Return the values from one position to before another, without a copy."""
        valid = None if self.valid is None else self.valid[start:stop]
        if self.codes is None:
            return Text(self.words.slice(start, stop - start), None, valid)
        return Text(self.words, self.codes[start:stop], valid)


Values = Numbers | Text


def coded(text: Text) -> Text:
    """Return text as codes into a pool; text without codes takes the smallest ones that number its words."""
    if text.codes is not None:
        return text
    return Text(text.words, np.arange(len(text.words), dtype=code_type(len(text.words))), text.valid)


def uncoded(text: Text) -> Text:
    """Return text as a pool that has the word of each row; a null's is any word, for no word of a pool is null."""
    if text.codes is None:
        return text
    import pyarrow as pa

    words = text.words if len(text.words) else words_array([""])
    codes = text.codes if text.valid is None else np.where(text.valid, text.codes, 0)
    return Text(arrow(Text(words, codes), pa.string()), None, text.valid)


def masked(values: Values, valid: Mask | None) -> Values:
    """Return `values` with null also where `valid` is False."""
    if valid is None:
        return values
    both = valid if values.valid is None else values.valid & valid
    return Numbers(values.data, both) if isinstance(values, Numbers) else Text(values.words, values.codes, both)


def code_type(size: int) -> type[np.signedinteger[Any]]:
    """Return the smallest signed dtype that holds the codes of so many words."""
    return np.int8 if size <= 1 << 7 else np.int16 if size <= 1 << 15 else np.int32


def words_array(words: list[str]) -> pa.StringArray:
    """Return a pool of words as Arrow text.

    Not by `pa.array`, which imports pandas when it is there.
    """
    import pyarrow as pa

    encoded = [word.encode() for word in words]
    offsets = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(words), pa.py_buffer(offsets), pa.py_buffer(b"".join(encoded)))


def text_scalar(text: str) -> pa.StringScalar:
    """Return one text for Arrow's functions; `pa.scalar`, which would do, imports pandas when it is there."""
    return words_array([text])[0]


def taken(words: pa.StringArray, index: pa.Array) -> pa.StringArray:
    """Return the words at these positions, as `words.take` does."""
    return compute("take", words, index)


def unique(words: pa.StringArray) -> pa.StringArray:
    """Return the words without repetitions, in the order in which they turn up."""
    return compute("unique", words)


def places_in(words: pa.StringArray, sought: pa.StringArray) -> NDArray[np.int64]:
    """Return for each word that is sought its place among `words`, or -1 where it is none of them; shape (sought,)."""
    from pyarrow._compute import SetLookupOptions

    found = compute("index_in", sought, options=SetLookupOptions(value_set=words, skip_nulls=True))
    filled = compute("coalesce", found, _nowhere())
    return np.frombuffer(filled.buffers()[1], np.int32, len(filled), filled.offset * 4).astype(np.int64)


@cache
def _nowhere() -> pa.Int32Scalar:
    import pyarrow as pa

    return pa.Array.from_buffers(pa.int32(), 1, [None, pa.py_buffer(np.int32(-1))])[0]  # `pa.scalar` imports pandas


def compute(function: str, *arguments: Any, options: Any = None) -> Any:
    """Return what one of Arrow's compute functions gives; `options` are those that `pyarrow._compute` has for it.

    `pyarrow.compute` offers the same, and so do methods of arrays, after a tenth of a second of making wrappers.
    """
    from pyarrow._compute import call_function

    return call_function(function, list(arguments), options)


def bitmap(valid: Mask | None) -> pa.Buffer | None:
    """Return a mask as Arrow's validity bitmap; None stays None."""
    import pyarrow as pa

    return None if valid is None else pa.py_buffer(np.packbits(valid, bitorder="little"))


def with_nulls(words: pa.StringArray, valid: Mask) -> pa.StringArray:
    """Return `words` with null where `valid` is False."""
    import pyarrow as pa

    # Arrow's offset counts for the bitmap too, so the bitmap of a slice begins with bits that nobody reads.
    bits = bitmap(np.concatenate([np.ones(words.offset, np.bool_), valid]))
    return pa.StringArray.from_buffers(len(words), *words.buffers()[1:], bits, -1, words.offset)


def arrow(values: Values, type_: pa.DataType) -> pa.Array:
    """Return `values` as an Arrow array of `type_`, without a copy where the layouts agree.

    Text becomes the dictionary or string array that `type_` names; int32 dates and bits are packed here.
    """
    import pyarrow as pa

    valid = bitmap(values.valid)
    nulls = 0 if values.valid is None else int(len(values) - np.count_nonzero(values.valid))
    if isinstance(values, Text):
        return _text(values, type_, valid, nulls)
    data = values.data
    if pa.types.is_boolean(type_):
        buffer = pa.py_buffer(np.packbits(data.view(np.uint8), bitorder="little"))
    else:
        wanted = np.int32 if pa.types.is_date32(type_) else np.float64 if pa.types.is_floating(type_) else np.int64
        buffer = pa.py_buffer(np.ascontiguousarray(data, wanted))
    return pa.Array.from_buffers(type_, len(data), [valid, buffer], nulls)


def _text(text: Text, type_: pa.DataType, valid: pa.Buffer | None, nulls: int) -> pa.Array:
    import pyarrow as pa

    if text.codes is None:
        words = text.words if text.valid is None else with_nulls(text.words, text.valid)
        return words.dictionary_encode() if pa.types.is_dictionary(type_) else words
    codes = np.ascontiguousarray(text.codes)
    index = pa.Array.from_buffers(pa.from_numpy_dtype(codes.dtype), len(codes), [valid, pa.py_buffer(codes)], nulls)
    if pa.types.is_dictionary(type_):
        return pa.DictionaryArray.from_arrays(index, text.words)
    return taken(text.words, index)
