"""Which branch of a case each value takes: values are compared with the branches' names in their written form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from datagen_chat.instants import DAY, parse_instant
from datagen_chat.problems import Problem, did_you_mean, pointer, shown
from datagen_chat.values import Text, Values, coded, places_in, words_array
from datagen_chat.words import ColumnType, Scalar


class Branches:
    """The branches of a case by their names; `branch_of` numbers them as they are given, -1 being none of them."""

    def __init__(self, names: Sequence[str], type_: ColumnType) -> None:
        self.names = tuple(names)
        self._words = words_array(list(names))
        plain = [(value, branch) for branch, name in enumerate(names) if (value := as_written(name, type_)) is not None]
        self._values = np.array(sorted(value for value, _ in plain), dtype=np.float64 if type_ == "float" else np.int64)
        self._order = np.array([branch for _, branch in sorted(plain)] + [-1], dtype=np.int64)

    def of(self, values: Values) -> NDArray[np.int64]:
        """Return the branch of each value, shape (rows,); null takes none."""
        found = self._of_text(values) if isinstance(values, Text) else self._of_numbers(values.data)
        if values.valid is not None:
            found[~values.valid] = -1
        return found

    def _of_text(self, values: Text) -> NDArray[np.int64]:
        text = coded(values)
        assert text.codes is not None
        return places_in(self._words, text.words).take(text.codes)

    def _of_numbers(self, data: NDArray[np.generic]) -> NDArray[np.int64]:
        if not len(self._values):
            return np.full(len(data), -1, dtype=np.int64)
        plain = data.astype(self._values.dtype)
        place = np.minimum(self._values.searchsorted(plain), len(self._values) - 1)
        return np.where(self._values.take(place) == plain, self._order.take(place), -1)


def check_names(names: Iterable[str], type_: ColumnType, outcomes: Sequence[Scalar] | None) -> Iterator[Problem]:
    """Yield the names that no value of a column can take, given its values where they are known; under "when"."""
    known = None if outcomes is None else {_written(value, type_) for value in outcomes}
    for name in names:
        at = pointer("when", name)
        if type_ != "string" and as_written(name, type_) is None:
            message = f"{shown(name)} cannot be a value of a column of type {type_}."
            yield Problem(at, "case-type", message, f"Write cases that are values of type {type_}.")
        elif known is not None and _canonical(name, type_) not in known:
            hint = did_you_mean(name, known) or f"Its values are {', '.join(sorted(known)[:12])}."
            yield Problem(at, "unknown-case", f"No row has the value {shown(name)}.", hint)


def covers(names: Iterable[str], type_: ColumnType, outcomes: Sequence[Scalar] | None) -> bool:
    """Return whether every value that a column can have, null included, is among the names."""
    written = {_canonical(name, type_) for name in names}
    if type_ == "bool" and outcomes is None:
        return written >= {"true", "false"}
    return outcomes is not None and None not in outcomes and {_written(value, type_) for value in outcomes} <= written


def _canonical(name: str, type_: ColumnType) -> str:
    """Return a branch's name as `_written` writes the value that it stands for."""
    value = name if type_ == "string" else as_written(name, type_)
    return _written(bool(value) if type_ == "bool" and value is not None else value, "string")


def _written(value: Scalar, type_: ColumnType) -> str:
    if isinstance(value, str) and type_ in ("date", "datetime"):
        value = as_written(value, type_)
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f"{value:g}" if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)


def as_written(name: str, type_: ColumnType) -> float | int | None:
    """Return the value that a branch's name writes, as a column of this type holds it; None when it writes none.

    >>> as_written("true", "bool"), as_written("5", "int"), as_written("1970-01-02", "date"), as_written("x", "int")
    (1, 5, 1, None)
    """
    text = name.strip()
    if type_ == "bool":
        return {"true": 1, "false": 0, "1": 1, "0": 0, "yes": 1, "no": 0}.get(text.lower())
    try:
        if type_ in ("date", "datetime"):
            instant = parse_instant(text if "T" in text else f"{text}T00:00:00Z")
            return instant // DAY if type_ == "date" else instant
        number = float(text)
    except ValueError:
        return None
    if type_ == "int":
        return int(number) if number.is_integer() and abs(number) < 2**63 else None
    return number if type_ == "float" else None
