"""Universally unique identifiers."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.draws import bits
from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts, Texts
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.values import Text

_GROUP = np.uint64(0xFFFF)
_DASH = ord("-")
_SHIFTS = tuple(np.uint64(shift) for shift in (48, 32, 16, 0))


class Uuid(Generator, word="uuid"):
    """A random identifier of version 4; none comes twice."""

    fills: ClassVar = ("string",)
    always_differs: ClassVar = True

    also: ClassVar = ("uuid4", "guid", "uuidv4", "uuid_v4", "random_uuid")
    example: ClassVar = {"uuid": {}}

    def capacity(self, facts: Facts) -> int:  # noqa: ARG002
        """Return a number that no table reaches: every row has its own value."""
        return 1 << 62

    def signs(self) -> frozenset[str]:
        """Return the hexadecimal digits and the dash."""
        return frozenset("-0123456789abcdef")

    def texts(self, facts: Facts) -> Texts:  # noqa: ARG002
        """Return the digits and the dashes."""
        return Texts(36)

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: 122 random bits per row, written in hexadecimal."""
        high, low = scope.key("high"), scope.key("low")

        def sample(rows: Rows) -> Text:
            return Text(_written(*_stamped(bits(high, rows.numbers), bits(low, rows.numbers))))

        return sample


def _stamped(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the halves with the version and the variant in their places.

    The upper halves of two rows differ, as draws under one key do. The four bits of it that the version takes therefore
    move into the lower half, behind the variant, instead of four of its own.
    """
    moved = (high & np.uint64(0xF000)) << np.uint64(32)
    low = low & np.uint64(0x3FFF0FFFFFFFFFFF) | moved | np.uint64(0x8000000000000000)
    return high & np.uint64(0xFFFFFFFFFFFF0FFF) | np.uint64(0x4000), low


def _written(high: NDArray[np.uint64], low: NDArray[np.uint64]) -> pa.StringArray:
    """Return both halves in hexadecimal, four digits at a time: 36 characters are nine words of 32 bits."""
    rows = len(high)
    out = np.empty((rows, 9), "<u4")
    first, second, third, fourth = (_digits(high, shift) for shift in _SHIFTS)
    fifth, sixth, seventh, eighth = (_digits(low, shift) for shift in _SHIFTS)
    out[:, 0], out[:, 1], out[:, 6], out[:, 7], out[:, 8] = first, second, sixth, seventh, eighth
    out[:, 2] = third << 8 | _DASH
    out[:, 3] = third >> 24 | _DASH << 8 | fourth << 16
    out[:, 4] = fourth >> 16 | _DASH << 16 | fifth << 24
    out[:, 5] = fifth >> 8 | _DASH << 24
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(36)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(out))


def _digits(half: NDArray[np.uint64], shift: np.uint64) -> NDArray[np.uint32]:
    """Return sixteen bits as four digits, the first in the lowest byte."""
    return _four_digits().take(((half >> shift) & _GROUP).view(np.int64))


@cache
def _four_digits() -> NDArray[np.uint32]:
    signs = np.frombuffer(b"0123456789abcdef", np.uint8)
    written = signs.take(np.arange(1 << 16)[:, None] >> np.array([12, 8, 4, 0]) & 15)
    return np.frombuffer(written, "<u4")
