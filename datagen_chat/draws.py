"""Stateless randomness: 64 bits that depend on nothing but a key and a row number.

A draw is SplitMix64's finaliser over `key + row * GOLDEN`, so any row can be drawn alone, in any order, on any
machine, with the same result.

Source:
    Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014; constants of Stafford's mix 13.
"""

from __future__ import annotations

import hashlib
from typing import NewType

import numpy as np
from numpy.typing import NDArray

Key = NewType("Key", int)
RowNumbers = range | NDArray[np.int64]
"""Row numbers of one table: neighbours as a `range` with step 1, or any rows as int64."""

GOLDEN = 0x9E3779B97F4A7C15
MASK = 0xFFFFFFFFFFFFFFFF
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _32, _11 = (np.uint64(n) for n in (30, 27, 31, 32, 11))
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.dtype("<u4")
RAMP_SIZE = 1 << 17  # the largest blocks
WIDE = 1 << 16
"""Ranges beyond it are drawn from 64 bits, not from 32."""


def _ramp(size: int) -> NDArray[np.uint64]:
    return np.arange(size, dtype=np.uint64) * np.uint64(GOLDEN)


_RAMP = _ramp(RAMP_SIZE)


def key(seed: int, *names: str) -> Key:
    """Return the key of one stream of draws: 64 bits of BLAKE2b over the seed and the names.

    Names are length-prefixed, so that no two sequences of names share a key by concatenation.
    """
    digest = hashlib.blake2b(f"{seed};".encode(), digest_size=8)
    for name in names:
        encoded = name.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(4, "little") + encoded)
    return Key(int.from_bytes(digest.digest(), "little"))


def numbers_of(rows: RowNumbers) -> NDArray[np.int64]:
    """Return row numbers as an int64 array."""
    return np.arange(rows.start, rows.stop, dtype=np.int64) if isinstance(rows, range) else rows


def bits(key: Key, rows: RowNumbers) -> NDArray[np.uint64]:
    """Return 64 random bits for each row, shape (rows,)."""
    if isinstance(rows, range):
        ramp = _RAMP if len(rows) <= RAMP_SIZE else _ramp(len(rows))
        out = ramp[: len(rows)] + np.uint64((key + rows.start * GOLDEN) & MASK)
    else:
        out = rows.astype(np.uint64)
        out *= np.uint64(GOLDEN)
        out += np.uint64(key)
    return _mixed(out)


def _mixed(out: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return SplitMix64's finaliser of each number, in place."""
    mixed = out >> _30
    out ^= mixed
    out *= _MIX_1
    np.right_shift(out, _27, out=mixed)
    out ^= mixed
    out *= _MIX_2
    np.right_shift(out, _31, out=mixed)
    out ^= mixed
    return out


def bits32(key: Key, rows: RowNumbers) -> NDArray[np.uint32]:
    """Return 32 random bits for each row, shape (rows,): rows 2n and 2n + 1 share one draw of 64, lower half first."""
    if isinstance(rows, range):
        halves = bits(key, range(rows.start >> 1, (rows.stop + 1) >> 1)).view(_HALF)
        odd = rows.start & 1
        return halves[odd : odd + len(rows)]
    drawn = bits(key, rows >> 1)
    drawn >>= ((rows & 1) << 5).astype(np.uint64)
    return drawn.astype(np.uint32)


def bits32_each(keys: NDArray[np.uint64], rows: RowNumbers) -> NDArray[np.uint32]:
    """Return 32 random bits for each row under a key of its own: what `bits32` gives for that key; shape (rows,)."""
    if isinstance(rows, range) and len(rows) <= RAMP_SIZE:
        return _bits32_of_neighbours(keys, rows)
    numbers = numbers_of(rows)
    out = (numbers >> 1).view(np.uint64)
    out *= np.uint64(GOLDEN)
    out += keys
    drawn = _mixed(out)
    drawn >>= ((numbers & 1) << 5).view(np.uint64)
    return drawn.astype(np.uint32)


def _bits32_of_neighbours(keys: NDArray[np.uint64], rows: range) -> NDArray[np.uint32]:
    odd = rows.start & 1
    out = keys + np.uint64(((rows.start >> 1) * GOLDEN) & MASK)
    out[odd::2] += _RAMP[odd : odd + (len(rows) + 1 - odd) // 2]
    out[1 - odd :: 2] += _RAMP[: (len(rows) + odd) // 2]
    halves = _mixed(out).view(_HALF)
    drawn = np.empty(len(rows), np.uint32)
    drawn[odd::2], drawn[1 - odd :: 2] = halves[2 * odd :: 4], halves[3 - 2 * odd :: 4]
    return drawn


def uniform(key: Key, rows: RowNumbers) -> NDArray[np.float64]:
    """Return uniform numbers in [0, 1) with 53 bits, shape (rows,)."""
    drawn = bits(key, rows)
    drawn >>= _11
    return drawn.astype(np.float64) * 2.0**-53


def below(key: Key, rows: RowNumbers, bound: int) -> NDArray[np.int64]:
    """Return uniform integers in [0, bound), shape (rows,); bound up to 2**64, those from 2**63 being 2**64 less.

    Multiply-shift: of 32 bits while the bias stays under 2**-16, else of 64.

    Source:
        Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019).
    """
    if bound > WIDE:
        return spread(bits(key, rows), bound)
    product = bits32(key, rows).astype(np.uint64)
    product *= np.uint64(bound)
    product >>= _32
    return product.view(np.int64)


def spread(drawn: NDArray[np.uint64], bound: int) -> NDArray[np.int64]:
    """Return the upper 64 bits of `drawn * bound`, bound up to 2**64; the draws are used up."""
    if bound > MASK:
        return drawn.view(np.int64)
    return scaled(drawn, np.uint64(bound)) if bound >> 32 else _scaled_by_half(drawn, np.uint64(bound))


def _scaled_by_half(drawn: NDArray[np.uint64], bound: np.uint64) -> NDArray[np.int64]:
    """Return what `scaled` does for a bound of up to 32 bits; the draws are used up."""
    low = drawn & _LOW
    low *= bound
    low >>= _32
    drawn >>= _32
    drawn *= bound
    drawn += low
    drawn >>= _32
    return drawn.view(np.int64)


def scaled(drawn: NDArray[np.uint64], bound: np.uint64 | NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the upper 64 bits of `drawn * bound`: integers in [0, bound), one for each draw.

    `bound` is one number or one for each draw.
    """
    high, low = drawn >> _32, drawn & _LOW
    bound_high, bound_low = bound >> _32, bound & _LOW
    middle = high * bound_low + ((low * bound_low) >> _32)
    carried = (middle & _LOW) + low * bound_high
    product: NDArray[np.uint64] = high * bound_high + (middle >> _32) + (carried >> _32)
    return product.view(np.int64)
