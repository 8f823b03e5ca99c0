"""What the parts of an expression have while it is evaluated: values, and which rows are null because something went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.values import Mask, Numbers, Text, Values

Faults = NDArray[np.uint8]

FAULTS = (
    "",
    "division by zero",
    "the square root of a negative number",
    "the logarithm of zero or of a negative number",
    "a broken power of a negative number",
    "a number too large to hold",
    "a time outside the years 1 to 9999",
    "a text of more than 10000 bytes",
)
"""What can go wrong in a row; `Cells.faults` holds their numbers."""

DIVISION, ROOT, LOGARITHM, BROKEN_POWER, TOO_LARGE, OUT_OF_TIME, TOO_LONG = range(1, len(FAULTS))


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """The values of a part of an expression: one for each row, or a single one that stands for all.

    `faults` holds for each row the number of what went wrong in it, 0 for nothing; None when nothing did in any.
    """

    values: Values
    faults: Faults | None = None

    @property
    def data(self) -> NDArray[Any]:
        """The numbers."""
        return cast("Numbers", self.values).data

    @property
    def text(self) -> Text:
        """The texts."""
        return cast("Text", self.values)

    @property
    def valid(self) -> Mask | None:
        """Where the values are not null."""
        return self.values.valid

    def __len__(self) -> int:
        return len(self.values)


def rows_of(inputs: Sequence[Cells]) -> int:
    """Return the number of rows of what is made of inputs, single values among them."""
    return int(np.broadcast_shapes(*((len(cells),) for cells in inputs))[0])


def spread(values: Values, rows: int) -> Values:
    """Return values, a single one as so many rows."""
    if len(values) == rows:
        return values
    valid = None if values.valid is None else np.broadcast_to(values.valid, rows)
    if isinstance(values, Numbers):
        return Numbers(np.broadcast_to(values.data, rows), valid)
    assert values.codes is not None
    return Text(values.words, np.broadcast_to(values.codes, rows), valid)


def valid_in_all(inputs: Sequence[Cells]) -> Mask | None:
    """Return where no input is null."""
    valid = None
    for cells in inputs:
        if cells.valid is not None:
            valid = cells.valid if valid is None else valid & cells.valid
    return valid


def faults_of(inputs: Sequence[Cells]) -> Faults | None:
    """Return what went wrong in any input."""
    faults = None
    for cells in inputs:
        if cells.faults is not None:
            faults = cells.faults if faults is None else np.maximum(faults, cells.faults)
    return faults


def where_null(faults: Faults | None, valid: Mask | None) -> Faults | None:
    """Return faults without those of rows whose value is not null, so that they did no harm."""
    if faults is None or valid is None:
        return None
    left = np.where(valid, np.uint8(0), faults)
    return left if left.any() else None


def spoiled(data: NDArray[Any], inputs: Sequence[Cells], bad: Mask | None, fault: int) -> Cells:
    """Return numbers made of inputs, null where an input is, and null with a fault where `bad`.

    `data` is overwritten where it is bad: what stands in a null is never looked at, but must not spread.
    """
    if bad is None or not bad.any():
        return Cells(Numbers(data, valid_in_all(inputs)), faults_of(inputs))
    bad = np.broadcast_to(bad, data.shape)
    data[bad] = 0
    valid, faults = judged(inputs, bad, fault)
    return Cells(Numbers(data, valid), faults)


def judged(inputs: Sequence[Cells], bad: Mask, fault: int) -> tuple[Mask, Faults | None]:
    """Return where what is made of inputs is not null when it is also null where `bad`, and what went wrong in it."""
    valid, faults = valid_in_all(inputs), faults_of(inputs)
    marks = np.where(bad if valid is None else bad & valid, np.uint8(fault), np.uint8(0))
    if marks.any():
        faults = marks if faults is None else np.maximum(faults, marks)
    return ~bad if valid is None else valid & ~bad, faults
