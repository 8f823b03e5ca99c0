"""Sums, means, extremes and ends of the rows below each row, piece by piece, whatever the number of rows below one.

Sums are exact: whole numbers are added in 64 bits, or in two parts where these might not do; floats that are rounded to
places, as whole multiples of their last place; those too large for that, as their bits. So no result depends on how the rows
are cut.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.generators._written import value_pool
from datagen_chat.generators.base import CATEGORY_LIMIT
from datagen_chat.generators.base.rows import Descent, Piece, Rows
from datagen_chat.problems import Problem, SchemaError
from datagen_chat.selection import scattered
from datagen_chat.values import Mask, Numbers, Text, Values, compute, taken
from datagen_chat.words import ColumnType

Whole = NDArray[np.int64]
Read = Callable[[Rows], tuple[Values, Mask | None]]
"""The values of some rows, and which of them count; None means all do."""

Order = Literal["min", "max"]
_LIMIT = float(1 << 62)
_EXACT = float(1 << 53)
"""Beyond it, a float times a power of ten is not its number of last places."""

_LOW = np.int64((1 << 32) - 1)
_HALF = np.int64(32)
_SHORT = 24
_FIXED = (2.0**20, 2.0**62)
"""Floats of unknown places are added in units of 2**-20, and what these leave over in units of 2**-62."""
_DIGITS, _SPLIT, _STEP = 53, 27, 32  # bits of a float, the lower ones of them, and exponents whose values share a sum


def _sums(piece: Piece, data: NDArray[Any]) -> Whole:
    """Return the sum of the numbers below each upper row, modulo 2**64."""
    upto = np.zeros(len(data) + 1, np.int64)
    np.cumsum(data, out=upto[1:])
    return np.diff(upto.take(piece.edges))


def _peak(data: NDArray[Any]) -> float:
    """Return the largest distance from zero."""
    return max(float(data.max(initial=0)), -float(data.min(initial=0)))


class RowCount:
    """How many rows lie below each one."""

    def add(self, piece: Piece) -> None:
        """Take in nothing: the rows need not be made to be counted."""

    def values(self, descent: Descent) -> Values:
        """Return the numbers of rows."""
        return Numbers(np.diff(descent.edges))


class ValueCount:
    """How many values below each row count."""

    def __init__(self, size: int, read: Read) -> None:
        self._read, self._counts = read, np.zeros(size, np.int64)

    def add(self, piece: Piece) -> None:
        """Take in more rows."""
        _, counts = self._read(piece.rows)
        self._counts[piece.upper] += np.diff(piece.edges) if counts is None else _sums(piece, counts)

    def values(self, descent: Descent) -> Values:  # noqa: ARG002 - counted row by row
        """Return the numbers of values."""
        return Numbers(self._counts)


class WholeSum:
    """Exact sums of whole numbers: in 64 bits while they surely fit, then in two parts of 32 bits and more."""

    def __init__(self, size: int) -> None:
        self._low, self._high = np.zeros(size, np.int64), np.zeros(0, np.int64)
        self._bound = 0.0

    def add(self, piece: Piece, data: Whole) -> None:
        """Add the numbers of more rows."""
        self._bound += _peak(data) * float(np.diff(piece.edges).max(initial=0))
        if self._bound < _LIMIT:
            self._low[piece.upper] += _sums(piece, data)
            return
        if not len(self._high):
            self._high, self._low = self._low >> _HALF, self._low & _LOW
        self._high[piece.upper] += _sums(piece, data >> _HALF)
        self._low[piece.upper] += _sums(piece, data & _LOW)

    def floats(self) -> NDArray[np.float64]:
        """Return the sums as floats."""
        high = self._high.astype(np.float64) if len(self._high) else 0.0
        return np.asarray(high * 2.0**32 + self._low)

    def wholes(self) -> Whole | None:
        """Return the sums; None where one of them leaves 64 bits."""
        if not len(self._high):
            return self._low
        high, low = self._high + (self._low >> _HALF), self._low & _LOW
        is_beyond = (high >= 1 << 31) | (high < -(1 << 31))
        return None if is_beyond.any() else (high << _HALF) + low


class FarSum:
    """Exact sums of floats of any size: by steps of 32 exponents, the upper and the lower bits of the values apart."""

    def __init__(self, size: int) -> None:
        self._size, self._steps = size, dict[int, tuple[WholeSum, WholeSum]]()

    def add(self, piece: Piece, data: NDArray[np.float64]) -> None:
        """Add the numbers of more rows."""
        share, exponent = np.frexp(data)
        step, shift = np.divmod(exponent.astype(np.int64), _STEP)
        digits = (share * 2.0**_DIGITS).astype(np.int64)
        for number in np.unique(step[data != 0]).tolist():
            own = np.where(step == number, digits, 0)
            upper, lower = self._steps.setdefault(number, (WholeSum(self._size), WholeSum(self._size)))
            upper.add(piece, own >> _SPLIT << shift)
            lower.add(piece, (own & ((1 << _SPLIT) - 1)) << shift)

    def floats(self) -> NDArray[np.float64]:
        """Return the sums as floats, those that leave their range pulled to its bound."""
        sums = np.zeros(self._size)
        with np.errstate(over="ignore"):
            for number, (upper, lower) in sorted(self._steps.items()):
                sums += (upper.floats() * 2.0**_SPLIT + lower.floats()) * 2.0 ** (number * _STEP - _DIGITS)
        return np.nan_to_num(sums, copy=False)


class FloatSum:
    """Exact sums of floats: in units of their last place, or of 2**-62 where that is unknown; of large ones, bit by bit."""

    def __init__(self, size: int, places: int | None) -> None:
        self._scale, self._rest = (_FIXED[0], _FIXED[1]) if places is None else (10.0**places, 0.0)
        self._limit = _LIMIT if places is None else _EXACT
        self._units, self._left = WholeSum(size), WholeSum(size if places is None else 0)
        self._far: FarSum | None = None
        self._size = size

    def add(self, piece: Piece, data: NDArray[np.float64]) -> None:
        """Add the numbers of more rows."""
        with np.errstate(over="ignore"):
            scaled = data * self._scale
        if not _peak(scaled) < self._limit:
            # Value by value, so that no sum depends on what else is added at the same time.
            is_far = ~(np.abs(scaled) < self._limit)
            self._far = self._far or FarSum(self._size)
            self._far.add(piece, np.where(is_far, data, 0.0))
            data, scaled = np.where(is_far, 0.0, data), np.where(is_far, 0.0, scaled)
        units = np.rint(scaled)
        self._units.add(piece, units.astype(np.int64))
        if self._rest:
            left = (data - units / self._scale) * self._rest
            self._left.add(piece, np.rint(left).astype(np.int64))

    def over(self, counts: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return the sums divided by these numbers, rounded once."""
        far = self._far.floats() if self._far is not None else 0.0
        if self._rest:
            return np.asarray((self._units.floats() / self._scale + self._left.floats() / self._rest + far) / counts)
        sums = self._units.floats() / (self._scale * counts)
        return sums if self._far is None else sums + far / counts


class Total:
    """The sum, or the mean, of the values below each row; 0 is the sum of none, and none have no mean.

    Of whole numbers, which are not `is_float`, sums are whole where there is a problem to raise for those `beyond` 64 bits,
    else floats.
    """

    def __init__(
        self, size: int, read: Read, places: int | None, *, is_mean: bool, is_float: bool, beyond: Problem | None
    ) -> None:
        self._read, self._beyond, self._is_mean, self._is_float = read, beyond, is_mean, is_float
        self._count = ValueCount(size, read)
        self._whole, self._float = WholeSum(size), FloatSum(size if is_float else 0, places)

    def add(self, piece: Piece) -> None:
        """Take in more rows."""
        values, counts = self._read(piece.rows)
        assert isinstance(values, Numbers)
        data = values.data if counts is None else np.where(counts, values.data, values.data.dtype.type(0))
        if self._is_float:
            self._float.add(piece, data.astype(np.float64, copy=False))
        else:
            self._whole.add(piece, data.astype(np.int64, copy=False))
        if self._is_mean:
            self._count.add(piece)

    def values(self, descent: Descent) -> Values:
        """Return the sums or the means.

        Raises:
            SchemaError: a sum leaves 64 bits.
        """
        if not self._is_mean:
            return Numbers(self._float.over(1.0)) if self._is_float else self._wholes()
        counts = self._count.values(descent)
        assert isinstance(counts, Numbers)
        many = np.maximum(counts.data, 1).astype(np.float64)
        means = self._float.over(many) if self._is_float else self._whole.floats() / many
        return Numbers(means, _some(counts.data > 0))

    def _wholes(self) -> Values:
        if self._beyond is None:
            return Numbers(self._whole.floats())
        sums = self._whole.wholes()
        if sums is None:
            raise SchemaError([self._beyond])
        return Numbers(sums)


def _some(valid: Mask) -> Mask | None:
    """Return which values are there, None where all are."""
    return None if valid.all() else valid


def _each(pick: np.ufunc, data: NDArray[Any], starts: Whole) -> NDArray[Any]:
    """Return what `pick` leaves of each run of values, `starts` being where the runs begin, one after the other.

    As `pick.reduceat` does, which takes twice as long as this for runs of a few values.
    """
    sizes = np.diff(starts, append=len(data))
    longest = int(sizes.max(initial=0))
    if longest > _SHORT:
        return np.asarray(pick.reduceat(data, starts))
    best, left = data.take(starts), np.flatnonzero(sizes > 1)
    for step in range(1, longest):
        best[left] = pick(best.take(left), data.take(starts.take(left) + step))
        left = left.compress(sizes.take(left) > step + 1)
    return best


def _filled(piece: Piece) -> tuple[Whole, Whole]:
    """Return the upper rows that have rows in a piece, as positions in all upper rows, and where these rows begin in it."""
    having = np.flatnonzero(np.diff(piece.edges))
    return having + piece.start, piece.edges.take(having)


class Extreme:
    """The smallest or largest of the numbers, truth values or times below each row; none have none."""

    def __init__(self, size: int, read: Read, type_: ColumnType, order: Order) -> None:
        self._size, self._read, self._type, self._order = size, read, type_, order
        self._pick: np.ufunc = np.minimum if order == "min" else np.maximum
        self._best: NDArray[Any] | None = None
        self._is_there = np.zeros(size, np.bool_)

    def add(self, piece: Piece) -> None:
        """Take in more rows."""
        values, counts = self._read(piece.rows)
        assert isinstance(values, Numbers)
        worst = _worst(values.data.dtype, self._order)
        if self._best is None:
            self._best = np.full(self._size, worst, values.data.dtype)
        data = values.data if counts is None else np.where(counts, values.data, worst)
        upper, starts = _filled(piece)
        self._best[upper] = self._pick(self._best[upper], _each(self._pick, data, starts))
        self._is_there[piece.upper] |= (np.diff(piece.edges) if counts is None else _sums(piece, counts)) > 0

    def values(self, descent: Descent) -> Values:  # noqa: ARG002
        """Return the extremes."""
        if self._best is None:
            return nothing(self._type, self._size)
        return Numbers(np.where(self._is_there, self._best, self._best.dtype.type(0)), _some(self._is_there))


def _worst(dtype: np.dtype[Any], order: str) -> Any:
    """Return the value that any other one takes the place of."""
    if dtype == np.bool_:
        return np.bool_(order == "min")
    if dtype.kind == "f":
        return dtype.type(np.inf if order == "min" else -np.inf)
    return np.iinfo(dtype).max if order == "min" else np.iinfo(dtype).min


class Chosen:
    """One of the values below each row, found piece by piece; `_parts` holds them with the upper rows that they are for.

    Where two parts are for the same upper row, the later one holds.
    """

    def __init__(self, size: int, read: Read, type_: ColumnType) -> None:
        self._size, self._read, self._type = size, read, type_
        self._parts: list[tuple[Values, Whole]] = []

    def values(self, descent: Descent) -> Values:  # noqa: ARG002
        """Return the values; rows below which none counts have none."""
        if not self._parts:
            return nothing(self._type, self._size)
        return scattered([part for part, _ in self._parts], [upper for _, upper in self._parts], self._size)


class End(Chosen):
    """The first or the last value below each row, in the order of the rows."""

    def __init__(self, size: int, read: Read, type_: ColumnType, *, is_last: bool) -> None:
        super().__init__(size, read, type_)
        self._is_last, self._is_there = is_last, np.zeros(size, np.bool_)

    def add(self, piece: Piece) -> None:
        """Take in more rows."""
        values, counts = self._read(piece.rows)
        upper, starts = _filled(piece)
        place = np.arange(len(values))
        if self._is_last:
            found = _each(np.maximum, place if counts is None else np.where(counts, place, -1), starts)
            chosen = np.flatnonzero(found >= 0)
        else:
            found = _each(np.minimum, place if counts is None else np.where(counts, place, len(values)), starts)
            chosen = np.flatnonzero((found < len(values)) & ~self._is_there.take(upper))
        self._is_there[upper.take(chosen)] = True
        self._parts.append((_compact(values.take(found.take(chosen))), upper.take(chosen)))


def _compact(values: Values) -> Values:
    """Return the same values without the words of a pool that nearly all are not among them: they would fill the memory."""
    if not isinstance(values, Text) or values.codes is None or len(values.words) <= CATEGORY_LIMIT:
        return values
    return Text(taken(values.words, _arrow_index(values.codes.astype(np.int64))), None, values.valid)


class EndRow:
    """The value of the first or the last row below each one, where none can be missing: only these rows are made."""

    def __init__(self, pick: Callable[[Whole], Values], type_: ColumnType, *, is_last: bool) -> None:
        self._pick, self._type, self._is_last = pick, type_, is_last

    def add(self, piece: Piece) -> None:
        """Take in nothing."""

    def values(self, descent: Descent) -> Values:
        """Return the values; rows without any below have none."""
        counts = np.diff(descent.edges)
        upper = np.flatnonzero(counts)
        if not len(upper):
            return nothing(self._type, len(counts))
        rows = descent.first.take(upper) + (counts.take(upper) - 1 if self._is_last else 0)
        return scattered([self._pick(rows)], [upper], len(counts))


class TextExtreme(Chosen):
    """The first or last of the texts below each row, by the order of their letters' numbers."""

    def __init__(self, size: int, read: Read, order: Order) -> None:
        super().__init__(size, read, "string")
        self._order = order
        self._last: tuple[int, str] | None = None  # the upper row whose rows may go on in the next piece, and its text

    def add(self, piece: Piece) -> None:
        """Take in more rows."""
        values, counts = self._read(piece.rows)
        assert isinstance(values, Text)
        order, ranks = _ranked(values.words)
        found = ranks if values.codes is None else ranks.take(values.codes)
        worst = len(ranks) if self._order == "min" else -1
        pick: np.ufunc = np.minimum if self._order == "min" else np.maximum
        upper, starts = _filled(piece)
        best = _each(pick, found if counts is None else np.where(counts, found, worst), starts)
        chosen = np.flatnonzero(best != worst)
        self._keep(taken(values.words, _arrow_index(order.take(best.take(chosen)))), upper.take(chosen))

    def _keep(self, words: pa.StringArray, upper: Whole) -> None:
        """Keep the texts of some upper rows; the first of them may have a better one from the piece before."""
        if not len(upper):
            return
        first, last = words[0].as_py(), words[-1].as_py()
        better, before = min if self._order == "min" else max, self._last
        kept = first if before is None or before[0] != int(upper[0]) else better(before[1], first, key=str.encode)
        self._last = int(upper[-1]), last if len(upper) > 1 else kept
        is_beaten = kept != first
        self._parts.append((Text(words.slice(int(is_beaten))), upper[int(is_beaten) :]))


def nothing(type_: ColumnType, size: int) -> Values:
    """Return a column of nulls."""
    return value_pool((None,), type_).take(np.zeros(size, np.int8))


def _ranked(words: pa.StringArray) -> tuple[Whole, Whole]:
    """Return the words' positions in the order of their letters' numbers, and each word's rank; equal words share one."""
    ranks = np.frombuffer(_ranks(words).buffers()[1], np.uint64, len(words)).astype(np.int64) - 1
    order = np.zeros(len(words), np.int64)
    order[ranks] = np.arange(len(words))
    return order, ranks


def _ranks(words: pa.StringArray) -> pa.Array:
    from pyarrow._compute import RankOptions

    return compute("rank", words, options=RankOptions(sort_keys="ascending", tiebreaker="dense"))


def _arrow_index(index: Whole) -> pa.Array:
    return pa.Array.from_buffers(pa.int64(), len(index), [None, pa.py_buffer(np.ascontiguousarray(index))])
