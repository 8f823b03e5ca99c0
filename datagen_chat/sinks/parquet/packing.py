"""Integers as bits: in the widths that a few array operations make, and in the two layouts that Parquet has for them.

Source:
    https://parquet.apache.org/docs/file-format/data-pages/encodings/
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.sinks.parquet.thrift import varint, zigzag

Bytes = NDArray[np.uint8]
Buffer = bytes | memoryview

_WIDTHS = (0, 1, 2, 4, 8, 16, 24, 32, 40, 48, 56, 64)
_GROUP = 8
_BLOCK, _MINIBLOCKS = 128, 4


def width_of(most: int) -> int:
    """Return the smallest width in bits, of those that `pack` makes, that holds numbers from 0 to `most`.

    >>> width_of(0), width_of(1), width_of(9), width_of(1000), width_of(2**64 - 1)
    (0, 1, 4, 16, 64)
    """
    needed = most.bit_length()
    return next(width for width in _WIDTHS if width >= needed)


def pack(numbers: NDArray[Any], width: int, multiple: int) -> Bytes:
    """Return integers in `width` bits each, the lowest bits first, filled up with zeros to a multiple of so many.

    `numbers` has shape (n,), any integer dtype or bool, and values from 0 to below 2**width; negative ones count as uint64.
    """
    if width == 0:
        return np.empty(0, np.uint8)
    size = -(-len(numbers) // multiple) * multiple
    narrow: NDArray[Any] = np.empty(size, f"<u{_itemsize(width)}")
    narrow[: len(numbers)] = numbers
    narrow[len(numbers) :] = 0
    return _folded(narrow, width) if width < 8 else _bytes(narrow, width // 8)


def _itemsize(width: int) -> int:
    """Return the bytes of the smallest dtype that holds so many bits."""
    return next(size for size in (1, 2, 4, 8) if 8 * size >= width)


def _folded(small: Bytes, width: int) -> Bytes:
    """Return numbers of 1, 2 or 4 bits, a byte each, side by side."""
    if width == 1:
        return np.packbits(small, bitorder="little")
    if width == 4:
        pairs: NDArray[np.uint16] = small.view(np.uint16)
        return (pairs | pairs >> 4).astype(np.uint8)
    fours: NDArray[np.uint32] = small.view(np.uint32)
    fours |= fours >> 6
    return (fours | fours >> 12).astype(np.uint8)


def _bytes(numbers: NDArray[Any], size: int) -> Bytes:
    """Return the lowest `size` bytes of each number."""
    whole = numbers.view(np.uint8)
    if size == numbers.itemsize:
        return whole
    cut, whole = np.empty((len(numbers), size), np.uint8), whole.reshape(-1, numbers.itemsize)
    for place in range(size):
        cut[:, place] = whole[:, place]
    return cut.reshape(-1)


def delta(numbers: NDArray[np.int64]) -> list[Buffer]:
    """Return at least one integer in Parquet's DELTA_BINARY_PACKED: the first, and the differences in blocks.

    Blocks have the usual size, and all share the least difference and the width of one, so that they are rows of an array.
    """
    steps = numbers[1:] - numbers[:-1]  # may wrap around, as it does for whoever adds them up again
    head = varint(_BLOCK) + varint(_MINIBLOCKS) + varint(len(numbers)) + zigzag(int(numbers[0]))
    if not len(steps):
        return [head]
    lowest = int(steps.min())
    width = width_of(int(steps.max()) - lowest)
    if width:
        steps -= lowest
    block_head = zigzag(lowest) + bytes([width]) * _MINIBLOCKS
    blocks = np.empty((-(-len(steps) // _BLOCK), len(block_head) + _BLOCK // 8 * width), np.uint8)
    blocks[:, : len(block_head)] = np.frombuffer(block_head, np.uint8)
    blocks[:, len(block_head) :] = pack(steps, width, _BLOCK).reshape(len(blocks), -1)
    unneeded = -len(steps) % _BLOCK // (_BLOCK // _MINIBLOCKS)  # miniblocks of the last block, which are not written
    return [head, blocks.reshape(-1)[: blocks.size - unneeded * _BLOCK // _MINIBLOCKS // 8 * width].data]


def run(number: int, count: int, width: int) -> bytes:
    """Return a number `count` times in Parquet's hybrid of runs and packed bits."""
    return varint(count << 1) + number.to_bytes(-(-width // 8), "little")


def packed_run(numbers: NDArray[Any], width: int) -> list[Buffer]:
    """Return integers in Parquet's hybrid of runs and packed bits, as one run of packed bits."""
    groups = -(-len(numbers) // _GROUP)
    return [varint(groups << 1 | 1), pack(numbers, width, _GROUP).data]
