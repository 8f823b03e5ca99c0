"""Arrow batches that were read back, as what a sink is given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.sinks.base import Block, TableShape
from datagen_chat.values import Numbers, Text, Values


def conform(batch: pa.RecordBatch, shape: TableShape) -> pa.RecordBatch:
    """Return a batch in the types of its table."""
    arrays = [_conform(array, field.type) for array, field in zip(batch.columns, shape.arrow_schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=shape.arrow_schema)


def _conform(array: pa.Array, type_: pa.DataType) -> pa.Array:
    # Arrow has no cast from text to a dictionary of it.
    return array.dictionary_encode() if pa.types.is_dictionary(type_) and pa.types.is_string(array.type) else array.cast(type_)


def block_of(batch: pa.RecordBatch) -> Block:
    """Return a batch as a block: what a sink was once given."""
    return {name: _values(batch.column(name)) for name in batch.schema.names}


def _values(array: pa.Array) -> Values:
    valid = None if array.null_count == 0 else _truths(array.is_valid())
    if pa.types.is_dictionary(array.type):
        return Text(array.dictionary, _buffer(array.indices, np.int32), valid)
    if pa.types.is_string(array.type):
        return Text(array, None, valid)
    if pa.types.is_boolean(array.type):
        return Numbers(_truths(array), valid)
    if pa.types.is_date32(array.type):
        return Numbers(_buffer(array, np.int32).astype(np.int64), valid)
    return Numbers(_buffer(array, np.float64 if pa.types.is_floating(array.type) else np.int64), valid)


def _buffer(array: pa.Array, dtype: type[np.generic]) -> NDArray[Any]:
    return np.frombuffer(array.buffers()[1], dtype)[array.offset : array.offset + len(array)]


def _truths(array: pa.Array) -> NDArray[np.bool_]:
    packed = np.frombuffer(array.buffers()[1], np.uint8)
    return np.unpackbits(packed, bitorder="little")[array.offset : array.offset + len(array)].view(np.bool_)
