"""Operations on numbers, and on times and durations as far as they are numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from datagen_chat.expressions.cells import (
    BROKEN_POWER,
    DIVISION,
    LOGARITHM,
    ROOT,
    TOO_LARGE,
    Cells,
    faults_of,
    spoiled,
    valid_in_all,
)
from datagen_chat.expressions.core import Operation, Scalar
from datagen_chat.frozen import dataclass
from datagen_chat.rounding import round_half_even
from datagen_chat.values import Numbers

_MINIMUM = -(2**63)
_ROUNDINGS: dict[str, Callable[..., NDArray[np.float64]]] = {
    "round": np.rint,
    "floor": np.floor,
    "ceil": np.ceil,
    "trunc": np.trunc,
}


@dataclass(frozen=True)
class Elementwise(Operation):
    """A function of NumPy in which nothing can go wrong."""

    is_fresh: ClassVar = True
    overwrites: ClassVar = True

    function: np.ufunc

    def __call__(self, inputs: Sequence[Cells], spare: NDArray[Any] | None = None) -> Cells:
        """Return the function of each row."""
        data = self.function(*(cells.data for cells in inputs), out=spare)
        return Cells(Numbers(data, valid_in_all(inputs)), faults_of(inputs))


@dataclass(frozen=True)
class Arithmetic(Elementwise):
    """A sum, difference or product of floats; or a sign, in which nothing overflows."""

    bears_infinity: ClassVar = (0, 1)

    @property
    def may_overflow(self) -> bool:  # type: ignore[override]
        """Whether the function can leave the range of floats."""
        return self.function in (np.add, np.subtract, np.multiply)


@dataclass(frozen=True)
class AnyOf(Operation):
    """Whether a number is one of several."""

    is_fresh: ClassVar = True

    numbers: tuple[Any, ...]

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the truth values."""
        [cells] = inputs
        found = np.isin(cells.data, np.array(self.numbers, cells.data.dtype))
        return Cells(Numbers(found, cells.valid), cells.faults)


@dataclass(frozen=True)
class Cast(Operation):
    """The same numbers in another dtype that holds them."""

    is_fresh: ClassVar = True

    dtype: type[np.generic[Any]]

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the numbers in the dtype."""
        [cells] = inputs
        return Cells(Numbers(cells.data.astype(self.dtype), cells.valid), cells.faults)


@dataclass(frozen=True)
class Settle(Operation):
    """Floats as they are, those beyond a limit made null: an overflow, seen late instead of after every step."""

    limit: float = np.inf

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the floats within the limit."""
        [cells] = inputs
        if self._holds(cells.data):
            return cells
        data = cells.data.copy()
        return spoiled(data, inputs, ~(np.abs(data) < self.limit), TOO_LARGE)

    def _holds(self, data: NDArray[np.float64]) -> bool:
        if self.limit == np.inf:
            return bool(np.isfinite(data.sum()))
        return -self.limit < data.min(initial=0) and bool(data.max(initial=0) < self.limit)


@dataclass(frozen=True)
class Whole(Operation):
    """The sum, difference or product of whole numbers, null where it leaves 64 bits."""

    is_fresh: ClassVar = True
    overwrites: ClassVar = True

    function: np.ufunc

    def __call__(self, inputs: Sequence[Cells], spare: NDArray[Any] | None = None) -> Cells:
        """Return the results, looked at one by one only where the largest inputs would leave 64 bits."""
        left, right = (cells.data for cells in inputs)
        if self._fits(left, right):
            return spoiled(self.function(left, right, out=spare), inputs, None, 0)
        roughly = self.function(left.astype(np.float64), right.astype(np.float64))
        data = self.function(left, right)
        # Leaving 64 bits changes a result by a multiple of 2**64.
        return spoiled(data, inputs, np.abs(data - roughly) > 2.0**62, TOO_LARGE)

    def _fits(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> bool:
        a, b = ((int(data.min(initial=0)), int(data.max(initial=0))) for data in (left, right))
        if self.function is np.multiply:
            ends = [one * other for one in a for other in b]
        elif self.function is np.add:
            ends = [a[0] + b[0], a[1] + b[1]]
        else:
            ends = [a[0] - b[1], a[1] - b[0]]
        return min(ends) >= _MINIMUM and max(ends) < -_MINIMUM


@dataclass(frozen=True)
class WholePower(Operation):
    """Whole numbers to a power of 0 or more, by repeated multiplication."""

    exponent: int

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the powers, null where they leave 64 bits."""
        times = Whole(np.multiply)
        square, left = inputs[0], self.exponent
        result = Cells(Numbers(np.ones(len(square), np.int64), square.valid), square.faults)
        while left:
            if left & 1:
                result = times((result, square))
            left >>= 1
            if left:
                square = times((square, square))
        return result


class Divide(Operation):
    """The quotient of two floats, null where the divisor is zero."""

    is_fresh: ClassVar = True
    overwrites: ClassVar = True
    may_overflow: ClassVar = True
    bears_infinity: ClassVar = (0,)

    def __call__(self, inputs: Sequence[Cells], spare: NDArray[Any] | None = None) -> Cells:
        """Return the quotients."""
        left, right = (cells.data for cells in inputs)
        zero = right == 0
        return spoiled(np.divide(left, right, out=spare), inputs, zero, DIVISION)

    def may_fail(self, inputs: Sequence[Scalar]) -> bool:
        """Return whether the divisor differs from row to row."""
        return inputs[1] is None


class FloorDivide(Operation):
    """The quotient rounded down, whole for whole numbers; null where the divisor is zero."""

    is_fresh: ClassVar = True
    may_overflow: ClassVar = True

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the quotients."""
        left, right = (cells.data for cells in inputs)
        made = spoiled(np.floor_divide(left, right), inputs, right == 0, DIVISION)
        if left.dtype != np.int64 or int(left.min(initial=0)) != _MINIMUM:
            return made
        return spoiled(made.data, [made], (left == _MINIMUM) & (right == -1), TOO_LARGE)

    def may_fail(self, inputs: Sequence[Scalar]) -> bool:
        """Return whether the divisor differs from row to row."""
        return inputs[1] is None


class Modulo(Operation):
    """What is left of a division rounded down: it has the divisor's sign, and is null where the divisor is zero."""

    is_fresh: ClassVar = True

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the remainders."""
        left, right = (cells.data for cells in inputs)
        if left.dtype == np.int64 and len(right) == 1:
            # NumPy divides by one whole number with vector instructions, but has none for the remainder.
            data = np.floor_divide(left, right)
            data *= right
            np.subtract(left, data, out=data)
        else:
            data = np.remainder(left, right)
        return spoiled(data, inputs, right == 0, DIVISION)

    def may_fail(self, inputs: Sequence[Scalar]) -> bool:
        """Return whether the divisor differs from row to row."""
        return inputs[1] is None


@dataclass(frozen=True)
class Rounded(Operation):
    """Floats rounded to places, half to even, as columns are."""

    is_fresh: ClassVar = True
    bears_infinity: ClassVar = (0,)

    places: int

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the rounded floats."""
        [cells] = inputs
        return Cells(Numbers(round_half_even(cells.data, self.places), cells.valid), cells.faults)


@dataclass(frozen=True)
class ToWhole(Operation):
    """Floats rounded to whole numbers, null where they leave 64 bits."""

    is_fresh: ClassVar = True

    way: str

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the whole numbers."""
        rounded = _ROUNDINGS[self.way](inputs[0].data)
        if rounded.min(initial=0) >= -(2.0**63) and rounded.max(initial=0) < 2.0**63:
            return spoiled(rounded.astype(np.int64), inputs, None, 0)
        bad = ~((rounded >= -(2.0**63)) & (rounded < 2.0**63))
        rounded[bad] = 0
        return spoiled(rounded.astype(np.int64), inputs, bad, TOO_LARGE)


@dataclass(frozen=True)
class Guarded(Operation):
    """A root or logarithm of floats, null where there is none."""

    name: str

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the function of each row."""
        data = inputs[0].data
        bad = data < 0 if self.name == "sqrt" else data <= 0
        if bad.any():
            data = np.where(bad, 1.0, data)
        return spoiled(self._of(data), inputs, bad, ROOT if self.name == "sqrt" else LOGARITHM)

    def _of(self, data: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.name == "sqrt":
            return np.sqrt(data)
        from datagen_chat.elementary import log, log10  # with the exact numbers that few formulas need

        return log(data) if self.name == "log" else log10(data)

    def may_fail(self, inputs: Sequence[Scalar]) -> bool:  # noqa: ARG002 - nothing is known of numbers in columns
        """Return True: a number in a column may have no root or logarithm."""
        return True


class Exponential(Operation):
    """e to the power of floats; too large ones are infinite, and looked for later."""

    is_fresh: ClassVar = True
    may_overflow: ClassVar = True

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the exponentials."""
        from datagen_chat.elementary import exp

        return Cells(Numbers(exp(inputs[0].data), inputs[0].valid), inputs[0].faults)


class Power(Operation):
    """Floats to the power of floats; null for a negative power of zero and a broken power of a negative number."""

    is_fresh: ClassVar = True
    may_overflow: ClassVar = True

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the powers; too large ones are infinite, and looked for later."""
        from datagen_chat.elementary import power

        base, exponent = np.broadcast_arrays(*(cells.data for cells in inputs))
        size = np.abs(base)
        is_zero, is_negative = size == 0, base < 0
        data = power(np.where(is_zero, 1.0, size) if is_zero.any() else size, exponent)
        if is_zero.any():
            data[is_zero] = np.where(exponent[is_zero] == 0, 1.0, 0.0)
        if not is_negative.any():
            return spoiled(data, inputs, is_zero & (exponent < 0), DIVISION)
        np.negative(data, out=data, where=is_negative & (np.remainder(exponent, 2) == 1))
        made = spoiled(data, inputs, is_negative & (np.rint(exponent) != exponent), BROKEN_POWER)
        return spoiled(made.data, [made], is_zero & (exponent < 0), DIVISION)

    def may_fail(self, inputs: Sequence[Scalar]) -> bool:
        """Return whether neither the base nor the exponent is known to be harmless."""
        base, exponent = inputs
        is_harmless = isinstance(exponent, float) and exponent >= 0 and exponent.is_integer()
        return not is_harmless and not (isinstance(base, float) and base > 0)
