"""What an expression makes at the ends of what its columns can hold: whether it fails there, and how far its values go."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from datagen_chat.expressions.kinds import dtype_of
from datagen_chat.expressions.meaning import Meaning
from datagen_chat.frozen import dataclass
from datagen_chat.values import Numbers, Text, Values, words_array
from datagen_chat.words import ColumnType

Ends = tuple[float, float]
EndsOf = Callable[[str | None, str], Ends | None]
"""The least and the greatest value of a column, times in units of their own; None for text."""

_ROWS = 1 << 10


@dataclass(frozen=True, slots=True)
class Probed:
    """Whether some row has no value though no column is null, and the least and the greatest value of the others."""

    fails: bool
    ends: Ends | None


def probe(meaning: Meaning, type_: ColumnType | None, ends_of: EndsOf) -> Probed:
    """Return what an expression makes for a column of a type where its columns are at their ends, in all combinations.

    Of more columns than ten, the first ten are combined; the others take both ends by turns.
    """
    evaluate = meaning.compile(type_)
    kinds = {(column.table, column.name): column.kind for column in meaning.columns()}
    columns = dict.fromkeys(evaluate.columns())
    rows = min(1 << len(columns), _ROWS)
    values: dict[tuple[str | None, str], Values] = {}
    for number, place in enumerate(columns):
        upper = (np.arange(rows) >> (number % 10)) & 1 == 1
        values[place] = _at(ends_of(*place), upper, dtype_of(kinds[place]))
    failed: list[str] = []
    made = evaluate(lambda table, name: values[table, name], rows, lambda what, _rows: failed.append(what))
    return Probed(bool(failed), _ends(made))


def _at(ends: Ends | None, upper: NDArray[np.bool_], dtype: type[np.generic]) -> Values:
    """Return the lower or the upper end for each row."""
    if ends is None:
        return Text(words_array(["a"]), np.zeros(len(upper), np.int8))
    low, high = (_held(end, dtype) for end in ends)
    return Numbers(np.where(upper, high, low).astype(dtype))


def _held(end: float, dtype: type[np.generic]) -> float | int:
    """Return the nearest number that the dtype holds."""
    return end if dtype is np.float64 else int(min(max(end, -(2.0**63)), 2.0**63 - 1024))


def _ends(made: Values) -> Ends | None:
    if isinstance(made, Text):
        return None
    data = made.data if made.valid is None else made.data[made.valid]
    return (float(data.min()), float(data.max())) if len(data) else None
