"""Identifiers that are bytes written out: UUIDs, hashes, addresses of machines and networks, colours."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, below, bits, key
from datagen_chat.faking import catalog
from datagen_chat.faking.compiled import joined
from datagen_chat.faking.source import Kind, Source
from datagen_chat.frozen import dataclass
from datagen_chat.permutation import permuted
from datagen_chat.values import Text, words_array

Args = Mapping[str, Any]
Bytes = NDArray[np.uint8]
_HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), np.uint16)
UUID = "xxxx-xx-xx-xx-xxxxxx"
NODE = 6
"""The last bytes of a UUID, which hold neither version nor variant."""
LAST_SECOND = 2_051_222_400
"""Faker draws the times of uuid1 and uuid7 from 1970 to 2035, so that they depend on the seed alone."""


@dataclass(frozen=True)
class Hexadecimal:
    """Bytes written in hexadecimal digits: `x` in the pattern stands for one byte, anything else for itself.

    So many of the last bytes are `free`: any will do.
    """

    pattern: str
    draw: Callable[[RowNumbers], Bytes]
    free: int
    kind: Kind = "string"

    def sample(self, rows: RowNumbers) -> Text:
        """Return the texts of these rows."""
        return Text(self._written(self.draw(rows)))

    @property
    def capacity(self) -> int:
        """How many different free bytes there are, as far as 63 bits count them."""
        return 1 << 8 * min(self.free, 7)

    def distinct(self, key: Key, rows: int) -> Source:  # noqa: ARG002 - one permutation does for all rows
        """Return a source whose free bytes never come again."""
        size = min(self.free, 7)

        def draw(numbers: RowNumbers) -> Bytes:
            found = self.draw(numbers)
            found[:, -size:] = _big(permuted(key, numbers, 256**size))[:, -size:]
            return found

        return replace(self, draw=draw)

    @cached_property
    def _line(self) -> Bytes:
        return np.frombuffer(self.pattern.replace("x", "00").encode(), np.uint8)

    def _written(self, drawn: Bytes) -> pa.StringArray:
        count, width = len(drawn), len(self._line)
        digits = _HEX.take(drawn).view(np.uint8).reshape(count, 2 * drawn.shape[1])
        if width == digits.shape[1]:
            return fixed_width(digits)
        lines = np.empty((count, width), np.uint8)
        lines[:] = self._line
        source = 0
        for run in re.finditer("x+", self.pattern):
            start = len(self.pattern[: run.start()].replace("x", "00"))
            size = 2 * (run.end() - run.start())
            lines[:, start : start + size] = digits[:, source : source + size]
            source += size
        return fixed_width(lines)


def fixed_width(lines: Bytes) -> pa.StringArray:
    """Return text from lines of the same number of ASCII bytes, shape (rows, width)."""
    rows, width = lines.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * np.int32(width)
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(lines)))


def random_bytes(parent: Key, rows: RowNumbers, count: int) -> Bytes:
    """Return random bytes, shape (rows, count), the most significant first within each eight."""
    words = (count + 7) // 8
    drawn = np.empty((len(rows), words), ">u8")
    for number in range(words):
        drawn[:, number] = bits(key(parent, "word", str(number)), rows)
    return drawn.view(np.uint8)[:, :count]


def hashed(count: int) -> Callable[[Args, Key], Source | None]:
    """Return the kernel of a hash of so many bytes."""

    def kernel(args: Args, key: Key) -> Source | None:
        if args.get("raw_output"):
            return None
        return Hexadecimal("x" * count, lambda rows: random_bytes(key, rows, count), count)

    return kernel


def uuid4(_: Args, key: Key) -> Source:
    """`uuid4`: 122 random bits, version 4 of RFC 9562."""

    def draw(rows: RowNumbers) -> Bytes:
        return _stamped(random_bytes(key, rows, 16), 0x40)

    return Hexadecimal(UUID, draw, NODE)


def uuid7(_: Args, parent: Key) -> Source:
    """`uuid7`: 48 bits of milliseconds, the rest random, version 7 of RFC 9562."""

    def draw(rows: RowNumbers) -> Bytes:
        found = random_bytes(parent, rows, 16)
        found[:, :6] = _big(below(key(parent, "time"), rows, LAST_SECOND * 1000))[:, 2:]
        return _stamped(found, 0x70)

    return Hexadecimal(UUID, draw, NODE)


def uuid1(_: Args, parent: Key) -> Source:
    """`uuid1`: tenths of microseconds since 1582, clock and node random, version 1 of RFC 9562."""

    def draw(rows: RowNumbers) -> Bytes:
        found = random_bytes(parent, rows, 16)
        ticks = _big(below(key(parent, "time"), rows, LAST_SECOND * 10_000_000) + 0x01B21DD213814000)
        found[:, 0:4], found[:, 4:6], found[:, 6:8] = ticks[:, 4:8], ticks[:, 2:4], ticks[:, 0:2]
        return _stamped(found, 0x10)

    return Hexadecimal(UUID, draw, NODE)


def _big(numbers: NDArray[np.int64]) -> Bytes:
    return numbers.astype(">i8").view(np.uint8).reshape(len(numbers), 8)


def _stamped(found: Bytes, version: int) -> Bytes:
    found[:, 6] = found[:, 6] & 0x0F | version
    found[:, 8] = found[:, 8] & 0x3F | 0x80
    return found


def mac_address(args: Args, key: Key) -> Source:
    """`mac_address`: six bytes, the first even, or odd for multicast; Faker never says fe."""

    def draw(rows: RowNumbers) -> Bytes:
        found = random_bytes(key, rows, 8)
        first = (found[:, 6].astype(np.uint32) << 8 | found[:, 7]) * 127 >> 16
        found[:, 0] = first * 2 + (1 if args.get("multicast") is True else 0)
        return found[:, :6]

    return Hexadecimal("x:x:x:x:x:x", draw, 5)


def hex_color(_: Args, key: Key) -> Source:
    """`hex_color`: any but black."""
    return Hexadecimal("#xxx", lambda rows: _big(1 + below(key, rows, (1 << 24) - 1))[:, 5:], 3)


@dataclass(frozen=True)
class Ipv4:
    """Addresses drawn evenly from ranges, by way of one of some sets of ranges."""

    key: Key
    sets: tuple[str, ...]
    is_distinct: bool = False
    kind: Kind = "string"

    @property
    def capacity(self) -> int:
        """How many addresses there are: the ranges do not overlap."""
        return int(self._ranges[2][-1])

    def distinct(self, key: Key, rows: int) -> Source:  # noqa: ARG002 - one permutation does for all rows
        """Return a source of the same addresses, each once."""
        return replace(self, key=key, is_distinct=True)

    @cached_property
    def _ranges(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """The first address and the running total of each range, set after set, and the bounds of the sets."""
        starts, sizes, bounds = [], [], [0]
        for name in self.sets:
            for start, size in catalog.facts("ipv4")[name]:
                starts.append(start)
                sizes.append(size)
            bounds.append(sum(sizes))
        return np.array(starts, np.int64), np.cumsum([0, *sizes]).astype(np.int64), np.array(bounds, np.int64)

    @cached_property
    def _words(self) -> pa.StringArray:
        return words_array([f"{byte}." for byte in range(256)] + [str(byte) for byte in range(256)])

    def sample(self, rows: RowNumbers) -> Text:
        """Return the addresses of these rows."""
        starts, totals, bounds = self._ranges
        at = permuted(self.key, rows, int(bounds[-1])) if self.is_distinct else self._drawn(rows)
        number = totals.searchsorted(at, side="right") - 1
        address = starts.take(number) + at - totals.take(number)
        codes = np.empty((len(rows), 4), np.int32)
        for place in range(4):
            codes[:, place] = address >> (24 - 8 * place) & 0xFF
        codes[:, 3] += 256
        return Text(joined(self._words, codes))

    def _drawn(self, rows: RowNumbers) -> NDArray[np.int64]:
        """Return the place of each row's address among those of all ranges."""
        bounds = self._ranges[2]
        chosen = below(key(self.key, "set"), rows, len(self.sets)) if len(self.sets) > 1 else np.zeros(len(rows), np.int64)
        room = (bounds[1:] - bounds[:-1]).astype(np.uint64).take(chosen)
        return bounds.take(chosen) + (((bits(self.key, rows) >> np.uint64(32)) * room) >> np.uint64(32)).view(np.int64)


def ipv4(args: Args, key: Key) -> Source | None:
    """`ipv4`: any address that is not reserved, of one class if one is named; public or private if asked."""
    private, letter = args.get("private"), args.get("address_class")
    if args.get("network"):
        return None
    if private is None:
        return Ipv4(key, (letter if letter in ("a", "b", "c") else "all",))
    return of_reach("private" if private else "public")(args, key)


def of_reach(reach: str) -> Callable[[Args, Key], Source | None]:
    """Return the kernel of private or public addresses: of one class, or of all three as often as each other."""

    def kernel(args: Args, key: Key) -> Source | None:
        letter = args.get("address_class")
        letters = (letter,) if letter in ("a", "b", "c") else ("a", "b", "c")
        return None if args.get("network") else Ipv4(key, tuple(f"{reach}_{letter}" for letter in letters))

    return kernel


@dataclass(frozen=True)
class Ipv6:
    """Addresses of 128 random bits, without leading zeros. The first 64 never come again."""

    key: Key
    kind: Kind = "string"

    @property
    def capacity(self) -> int:
        """How many row numbers there are."""
        return 1 << 63

    def distinct(self, key: Key, rows: int) -> Source:  # noqa: ARG002 - it is so already
        """Return the same source."""
        return replace(self, key=key)

    @cached_property
    def _words(self) -> pa.StringArray:
        return words_array([f"{group:x}:" for group in range(1 << 16)] + [f"{group:x}" for group in range(1 << 16)])

    def sample(self, rows: RowNumbers) -> Text:
        """Return the addresses of these rows."""
        codes = random_bytes(self.key, rows, 16).reshape(len(rows), 16).view(">u2").astype(np.int32)
        codes[:, 7] += 1 << 16
        return Text(joined(self._words, codes))


def ipv6(args: Args, key: Key) -> Source | None:
    """`ipv6`: any address."""
    return None if args.get("network") else Ipv6(key)
