"""How integers and floats become tokens of a line: groups of four digits, and a fraction of as many places as are known."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.sinks.base import ColumnShape
from datagen_chat.sinks.tokens import GROUP, Codes, Dialect, Frame, Pool
from datagen_chat.values import Numbers, Values, words_array

_EXACT = float(1 << 53)
_MOST_DECIMALS = 8
_GROUP_DECIMALS = 4


class _Digits:
    """A number's sign and its digits before the point, after `lead` and with `tail` behind the last digit."""

    def __init__(self, pool: Pool, lead: str, tail: str) -> None:
        self._empty = pool.empty
        self._lead = pool.add(words_array([lead])) if lead else None
        self._minus = pool.add(words_array(["-"]))
        self._inner, self._last = pool.numbers(None), pool.numbers(tail)

    def measure(self, magnitude: NDArray[Any], top: int, negative: NDArray[np.bool_] | None) -> int:
        """Return the number of tokens; `magnitude` is unsigned and at most `top`, `negative` None where nothing is."""
        self._negative = negative
        self._magnitude = magnitude.astype(np.uint32) if top < 1 << 32 else magnitude
        self._groups = 1
        while top >= GROUP**self._groups:
            self._groups += 1
        return self._groups + (self._lead is not None) + (negative is not None)

    def fill(self, out: Codes) -> None:
        """Write the tokens of the numbers that were measured last."""
        at = 0
        if self._lead is not None:
            out[:, 0] = self._lead
            at = 1
        if self._negative is not None:
            out[:, at] = np.where(self._negative, np.int32(self._minus), np.int32(self._empty))
            at += 1
        self._fill_groups(out[:, at:])

    def _fill_groups(self, out: Codes) -> None:
        rest, first = self._magnitude, self._last
        for place in range(self._groups - 1, 0, -1):
            above = rest // GROUP
            # GROUP more, the token with leading zeros, wherever digits stand above: rest - above * GROUP + GROUP.
            rest -= (np.maximum(above, 1) - 1) * GROUP
            np.add(rest, first, out=out[:, place], casting="unsafe")
            rest, first = above, self._inner
        np.add(rest, first, out=out[:, 0], casting="unsafe")


def magnitudes(data: NDArray[np.int64]) -> tuple[NDArray[np.uint64], int, NDArray[np.bool_] | None]:
    """Return absolute values, the largest of them, and which numbers are negative; None when none is."""
    low, high = int(data.min()), int(data.max())
    if low >= 0:
        return data.view(np.uint64), high, None
    # The lowest integer has no positive twin; its two's complement is its magnitude.
    return np.abs(data).view(np.uint64), max(high, -low), data < 0


class IntCell:
    """Integers of up to 64 bits."""

    def __init__(self, pool: Pool, frame: Frame) -> None:
        self._digits = _Digits(pool, frame.lead, frame.tail)

    def measure(self, values: Values) -> int:
        """Return how many tokens each row of a chunk takes."""
        assert isinstance(values, Numbers)
        return self._digits.measure(*magnitudes(np.ascontiguousarray(values.data, np.int64)))

    def fill(self, out: Codes) -> None:
        """Write the tokens of the chunk that was measured last."""
        self._digits.fill(out)


class _Fraction:
    """The point and the digits behind it, at least one and no zeros at the end, with `tail` behind."""

    def __init__(self, pool: Pool, decimals: int, tail: str) -> None:
        self._low_places = max(0, decimals - _GROUP_DECIMALS)
        places = decimals - self._low_places
        self.width = 2 if self._low_places else 1
        self._high = pool.add(_fractions(places, tail if self.width == 1 else ""))
        if self._low_places:
            self._full = pool.add(words_array([f".{n:0{places}}" for n in range(10**places)]))
            low = [_stripped(n, self._low_places) + tail for n in range(10**self._low_places)]
            self._low = pool.add(words_array(low))

    def fill(self, out: Codes, fraction: NDArray[Any]) -> None:
        """Write the tokens of fractions, given as integers."""
        if self.width == 1:
            np.add(fraction, self._high, out=out[:, 0], casting="unsafe")
            return
        high = fraction // 10**self._low_places
        low = fraction - high * 10**self._low_places
        np.add(high, np.where(low > 0, np.int32(self._full), np.int32(self._high)), out=out[:, 0], casting="unsafe")
        np.add(low, self._low, out=out[:, 1], casting="unsafe")


def _stripped(number: int, places: int) -> str:
    return f"{number:0{places}}".rstrip("0")


@cache
def _fractions(places: int, tail: str) -> pa.StringArray:
    return words_array([f".{_stripped(number, places) or '0'}{tail}" for number in range(10**places)])


class FloatCell:
    """Floats that are rounded to known decimals; those that are not take the shortest text that reads back the same.

    With unknown decimals only whole numbers have known ones.
    """

    def __init__(self, pool: Pool, frame: Frame, column: ColumnShape, dialect: Dialect) -> None:
        self._pool, self._name, self._dialect = pool, column.name, dialect
        known = column.decimals is not None and 0 <= column.decimals <= _MOST_DECIMALS
        decimals = (column.decimals or 0) if known else 0
        self._scale = 10.0**decimals
        self._digits = _Digits(pool, frame.lead, "")
        self._fraction = _Fraction(pool, decimals, frame.tail)
        self._at = 1 if frame.lead else 0
        self._tail = pool.add(words_array([frame.tail]))

    def measure(self, values: Values) -> int:
        """Return how many tokens each row of a chunk takes."""
        assert isinstance(values, Numbers)
        data: NDArray[np.float64] = values.data
        scaled = self._scaled(data)
        whole = scaled.astype(np.int64).view(np.uint64)
        top = int(scaled.max())
        if top < 1 << 32:
            whole = whole.astype(np.uint32)
        scale = int(self._scale)
        before = whole // scale
        self._behind = whole - before * scale
        negative = data < 0
        signs = negative if negative.any() else None
        return self._digits.measure(before, top // scale, signs) + self._fraction.width

    def _scaled(self, data: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return magnitudes times the scale as whole numbers; 0 for odd values, which are set aside."""
        size = np.abs(data)
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = np.rint(size * self._scale)
            odd = (scaled / self._scale != size) | (scaled >= _EXACT)
        self._odd = np.flatnonzero(odd)
        self._texts = self._shortest(data[self._odd])
        scaled[self._odd] = 0
        return scaled

    def _shortest(self, data: NDArray[np.float64]) -> pa.StringArray:
        finite = np.isfinite(data)
        if not finite.all():
            self._dialect.check_number(self._name, float(data[~finite][0]))
        return pa.Array.from_buffers(pa.float64(), len(data), [None, pa.py_buffer(data)], 0).cast(pa.string())

    def fill(self, out: Codes) -> None:
        """Write the tokens of the chunk that was measured last."""
        edge = out.shape[1] - self._fraction.width
        self._digits.fill(out[:, :edge])
        self._fraction.fill(out[:, edge:], self._behind)
        if len(self._odd):
            first = self._pool.add(self._texts)
            out[self._odd, self._at :] = self._pool.empty
            out[self._odd, self._at] = np.arange(first, first + len(self._odd))
            out[self._odd, -1] = self._tail
