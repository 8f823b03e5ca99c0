"""Thrift's compact protocol, as far as a Parquet file needs it: values to bytes, nothing back.

Source:
    https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

_STRUCT = 12


class Value(NamedTuple):
    """A value: its type in the protocol, and its bytes."""

    type: int
    data: bytes


def varint(number: int) -> bytes:
    """Return a number of at least 0 in seven bits a byte, the lowest first, each but the last with its high bit set.

    >>> varint(0).hex(), varint(127).hex(), varint(300).hex()
    ('00', '7f', 'ac02')
    """
    data = bytearray()
    while number > 0x7F:
        data.append(number & 0x7F | 0x80)
        number >>= 7
    data.append(number)
    return bytes(data)


def zigzag(number: int) -> bytes:
    """Return a number of 64 bits with a sign as a varint: 0, -1, 1, -2 ... count as 0, 1, 2, 3 ...

    >>> zigzag(-1).hex(), zigzag(1).hex(), zigzag(-(2**63)).hex()
    ('01', '02', 'ffffffffffffffffff01')
    """
    return varint(number << 1 if number >= 0 else (-number << 1) - 1)


def flag(truth: bool) -> Value:
    """Return a truth value; it is told by its type alone, so it may stand in a struct but not in a list."""
    return Value(1 if truth else 2, b"")


def i32(number: int) -> Value:
    """Return an integer of 32 bits."""
    return Value(5, zigzag(number))


def i64(number: int) -> Value:
    """Return an integer of 64 bits."""
    return Value(6, zigzag(number))


def binary(data: bytes) -> Value:
    """Return bytes, or text in UTF-8."""
    return Value(8, varint(len(data)) + data)


def listing(values: Sequence[Value]) -> Value:
    """Return a list of values of one type; an empty one is of structs."""
    size, type_ = len(values), values[0].type if values else _STRUCT
    head = bytes([size << 4 | type_]) if size < 15 else bytes([0xF0 | type_]) + varint(size)
    return Value(9, head + b"".join(value.data for value in values))


def struct(fields: Mapping[int, Value | None]) -> Value:
    """Return a struct of fields by their numbers, which ascend by less than 16; those that are None are left out.

    >>> struct({1: i32(1), 2: None, 5: flag(True)}).data.hex()
    '15024100'
    """
    data, last = bytearray(), 0
    for number, value in fields.items():
        if value is not None:
            data.append(number - last << 4 | value.type)
            data += value.data
            last = number
    return Value(_STRUCT, bytes(data) + b"\0")
