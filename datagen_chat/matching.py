"""Rows of a table that have the same values as other rows in some columns: found for whole columns at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.values import Numbers, Text, Values, arrow, coded, places_in, unique

Ints = NDArray[np.int64]
NONE = -1
"""What stands for no row."""


class Codes:
    """The different values of a key column, numbered."""

    def __init__(self, theirs: Values) -> None:
        self._words: pa.StringArray | None = None
        if isinstance(theirs, Text):
            self._words = unique(arrow(Text(theirs.words, theirs.codes), pa.string()))
            self.size = len(self._words)
        else:
            self._numbers = np.unique(theirs.data)
            self.size = len(self._numbers)

    def of(self, values: Values) -> Ints:
        """Return the number of each value; NONE where it is null, or no value of the key."""
        if self._words is not None:
            assert isinstance(values, Text)
            text = coded(values)
            assert text.codes is not None
            found = places_in(self._words, text.words).take(text.codes)
        else:
            assert isinstance(values, Numbers)
            place = np.minimum(self._numbers.searchsorted(values.data), max(self.size - 1, 0))
            found = np.where(self._numbers.take(place) == values.data, place, NONE) if self.size else np.full(len(values), NONE)
        return found if values.valid is None else np.where(values.valid, found, NONE)


class Keys:
    """The combinations of key values that some rows have, numbered."""

    def __init__(self, theirs: Sequence[Values], rows: int) -> None:
        self._codes = [Codes(values) for values in theirs]
        self._known: list[Ints] = []
        self.groups = np.zeros(rows, dtype=np.int64)
        for codes, values in zip(self._codes, theirs, strict=True):
            joined = _joined(self.groups, codes.of(values), codes.size)
            known = np.unique(joined[joined >= 0])
            self._known.append(known)
            self.groups = _numbered(joined, known)

    def of(self, values: Sequence[Values], rows: int) -> Ints:
        """Return the number of each row's combination; NONE where no row has it."""
        groups = np.zeros(rows, dtype=np.int64)
        for codes, known, each in zip(self._codes, self._known, values, strict=True):
            groups = _numbered(_joined(groups, codes.of(each), codes.size), known)
        return groups


def _joined(groups: Ints, codes: Ints, size: int) -> Ints:
    """Return one number for each pair; both have few values, so that 64 bits are enough."""
    return np.where((groups < 0) | (codes < 0), NONE, groups * max(size, 1) + codes)


def _numbered(joined: Ints, known: Ints) -> Ints:
    if not len(known):
        return np.full(len(joined), NONE)
    place = np.minimum(known.searchsorted(joined), len(known) - 1)
    return np.where(known.take(place) == joined, place, NONE)
