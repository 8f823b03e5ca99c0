"""Operations that decide: truth values of three kinds, and rows taken from one of several columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from datagen_chat.expressions.cells import Cells, Faults, faults_of, rows_of, spread, where_null
from datagen_chat.expressions.core import Operation
from datagen_chat.frozen import dataclass
from datagen_chat.selection import Joiner, picked
from datagen_chat.values import Mask, Numbers, masked


@dataclass(frozen=True)
class Both(Operation):
    """`and`, or its mirror image `or`: one operand can decide alone, though the other is null."""

    is_strict: ClassVar = False

    deciding: bool  # the truth value that decides alone: false for `and`, true for `or`

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the truth values."""
        left, right = inputs
        data = left.data | right.data if self.deciding else left.data & right.data
        if left.valid is None and right.valid is None:
            return Cells(Numbers(data))
        decided = self._decides(left) | self._decides(right)
        valid = decided | (_known(left) & _known(right))
        return Cells(Numbers(data, valid), where_null(faults_of(inputs), valid))

    def _decides(self, cells: Cells) -> Mask:
        found = cells.data if self.deciding else ~cells.data
        return found if cells.valid is None else found & cells.valid


class IsMissing(Operation):
    """Whether a value is null."""

    is_fresh: ClassVar = True
    is_strict: ClassVar = False

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the truth values."""
        [cells] = inputs
        return Cells(Numbers(np.zeros(len(cells), np.bool_) if cells.valid is None else ~cells.valid))

    def can_be_null(self, inputs: Sequence[bool]) -> bool:  # noqa: ARG002 - whatever they are
        """Return False: it is known."""
        return False


@dataclass(frozen=True)
class Select(Operation):
    """Conditions, then as many values and one more: the value whose condition is the first that holds, else the last.

    A condition that is null does not hold. One that is null because something went wrong keeps its fault: it decided.
    """

    is_strict: ClassVar = False

    conditions: int
    join: Joiner = field(default_factory=Joiner, compare=False)

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the selected values."""
        conditions, parts = inputs[: self.conditions], inputs[self.conditions :]
        which = _first_true(conditions)
        values = picked([part.values for part in parts], which, self.join)
        return Cells(values, _either(_picked_faults(parts, which), _faults_that_decided(conditions, which)))

    def can_be_null(self, inputs: Sequence[bool]) -> bool:
        """Return whether any of the values can be null."""
        return any(inputs[self.conditions :])


@dataclass(frozen=True)
class FirstKnown(Operation):
    """The first of several values that is not null."""

    is_strict: ClassVar = False

    join: Joiner = field(default_factory=Joiner, compare=False)

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the values."""
        rows = rows_of(inputs)
        which = np.zeros(rows, _number_type(len(inputs)))
        none_yet = np.ones(rows, np.bool_)
        for cells in inputs[:-1]:
            none_yet &= ~_known(cells)
            which += none_yet.view(np.int8)
        values = picked([cells.values for cells in inputs], which, self.join)
        return Cells(values, where_null(faults_of(inputs), values.valid))

    def can_be_null(self, inputs: Sequence[bool]) -> bool:
        """Return whether all of the values can be null."""
        return all(inputs)


@dataclass(frozen=True)
class Extreme(Operation):
    """The lesser or greater of two numbers, or the one that is not null."""

    is_strict: ClassVar = False
    is_fresh: ClassVar = True
    overwrites: ClassVar = True

    function: np.ufunc

    def __call__(self, inputs: Sequence[Cells], spare: NDArray[Any] | None = None) -> Cells:
        """Return the numbers."""
        left, right = inputs
        if left.valid is None and right.valid is None:
            return Cells(Numbers(self.function(left.data, right.data, out=spare)), faults_of(inputs))
        data = self.function(left.data, right.data)
        np.copyto(data, left.data, where=~_known(right))
        np.copyto(data, right.data, where=~_known(left))
        return Cells(Numbers(data, np.broadcast_to(_known(left) | _known(right), data.shape)), faults_of(inputs))

    def can_be_null(self, inputs: Sequence[bool]) -> bool:
        """Return whether all of the values can be null."""
        return all(inputs)


class Unless(Operation):
    """The first input, null where the second, a condition, holds."""

    is_strict: ClassVar = False

    def make(self, inputs: Sequence[Cells]) -> Cells:
        """Return the values."""
        cells, condition = inputs
        rows = rows_of(inputs)
        return Cells(masked(spread(cells.values, rows), np.broadcast_to(~_holds(condition), rows)), cells.faults)

    def can_be_null(self, inputs: Sequence[bool]) -> bool:  # noqa: ARG002 - whatever they are
        """Return True: nothing says that the condition never holds."""
        return True


def _known(cells: Cells) -> Mask:
    return np.ones(1, np.bool_) if cells.valid is None else cells.valid


def _number_type(count: int) -> type[np.signedinteger[Any]]:
    return np.int8 if count <= 1 << 7 else np.int16


def _first_true(conditions: Sequence[Cells]) -> NDArray[Any]:
    """Return for each row the number of the first condition that holds, or how many there are."""
    rows, count = rows_of(conditions), len(conditions)
    if count == 1:
        return ~_holds(conditions[0])
    which = np.zeros(rows, _number_type(count + 1))
    none_yet = np.ones(rows, np.bool_)
    for cells in conditions:
        none_yet &= ~_holds(cells)
        which += none_yet.view(np.int8)
    return which


def _holds(cells: Cells) -> Mask:
    found: Mask = cells.data
    return found if cells.valid is None else found & cells.valid


def _faults_that_decided(conditions: Sequence[Cells], which: NDArray[Any]) -> Faults | None:
    """Return what went wrong in conditions that were asked, because none before them held."""
    faults = None
    for number, cells in enumerate(conditions):
        if cells.faults is not None:
            faults = _either(faults, np.where(which > number, cells.faults, np.uint8(0)))
    return faults


def _picked_faults(parts: Sequence[Cells], which: NDArray[Any]) -> Faults | None:
    if all(part.faults is None for part in parts):
        return None
    none = np.zeros(1, np.uint8)
    made = picked([Numbers(none if part.faults is None else part.faults) for part in parts], which)
    assert isinstance(made, Numbers)
    return made.data


def _either(first: Faults | None, second: Faults | None) -> Faults | None:
    if first is None or second is None:
        return second if first is None else first
    return np.maximum(first, second)
