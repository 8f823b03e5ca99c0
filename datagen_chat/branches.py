"""Which branch of a case each value takes: values are compared with the branches' names in their written form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.instants import DAY, parse_instant
from datagen_chat.problems import Problem, did_you_mean, pointer, shown
from datagen_chat.values import Numbers, Text, Values, code_type, places_in, words_array
from datagen_chat.words import ColumnType, Scalar

if TYPE_CHECKING:
    import pyarrow as pa

_DENSE = 1 << 16
_WHOLE = re.compile(r"[+-]?[0-9]{1,19}(\.0*)?", re.ASCII)
_SHOWN = 12

Numbered = NDArray[np.signedinteger[Any]]


class Branches:
    """The branches of a case by their names; `of` numbers them as they are given, -1 being none of them."""

    def __init__(self, names: Sequence[str], type_: ColumnType) -> None:
        self.names = tuple(names)
        self._number = _Texts(names) if type_ == "string" else _numbers(names, type_)

    def of(self, values: Values) -> Numbered:
        """Return the branch of each value, in the smallest dtype that holds all, shape (rows,); null takes none."""
        found = self._number(values)
        return found if values.valid is None else np.where(values.valid, found, found.dtype.type(-1))


class _Texts:
    """Numbers texts; the words of a pool are looked up once for as long as the same pool comes."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names, self._dtype = words_array(list(names)), code_type(len(names))
        self._last: tuple[pa.StringArray, Numbered] | None = None

    def __call__(self, values: Values) -> Numbered:
        assert isinstance(values, Text)
        found = self._of_words(values.words)
        return found if values.codes is None else found.take(values.codes)

    def _of_words(self, words: pa.StringArray) -> Numbered:
        last = self._last
        if last is None or last[0] is not words:
            last = self._last = words, places_in(self._names, words).astype(self._dtype)
        return last[1]


def _numbers(names: Sequence[str], type_: ColumnType) -> Callable[[Values], Numbered]:
    """Return how to number values that are no text; a name that is none of the type's is never met."""
    branches = {value: number for number, name in enumerate(names) if (value := as_written(name, type_)) is not None}
    dtype = code_type(len(names))
    if not branches:
        return lambda values: np.full(len(values), -1, dtype)
    low, span = min(branches), int(max(branches) - min(branches)) + 1
    return _sparse(branches, dtype) if type_ == "float" or span > _DENSE else _dense(branches, int(low), span, dtype)


def _dense(branches: dict[float | int, int], low: int, span: int, dtype: Any) -> Callable[[Values], Numbered]:
    """Return how to number whole numbers that lie close together: by a table of all between the first and the last."""
    table = np.full(span + 1, -1, dtype)
    table[np.array(list(branches), np.int64) - low] = list(branches.values())

    def number(values: Values) -> Numbered:
        assert isinstance(values, Numbers)
        distance = (values.data.astype(np.int64) - low).view(np.uint64)  # what lies below the first is then far above
        return table.take(np.minimum(distance, np.uint64(span)).view(np.int64))

    return number


def _sparse(branches: dict[float | int, int], dtype: Any) -> Callable[[Values], Numbered]:
    written = np.array(sorted(branches))
    numbers = np.array([branches[value] for value in sorted(branches)], dtype)

    def number(values: Values) -> Numbered:
        assert isinstance(values, Numbers)
        place = np.minimum(written.searchsorted(values.data), len(written) - 1)
        return np.where(written.take(place) == values.data, numbers.take(place), numbers.dtype.type(-1))

    return number


def check_names(names: Iterable[str], type_: ColumnType, outcomes: Sequence[Scalar] | None) -> Iterator[Problem]:
    """Yield the names that no value of a column can take, given its values where they are known; under "when"."""
    known = None if outcomes is None else {_written(value, type_) for value in outcomes if value is not None}
    seen: dict[str, str] = {}
    for name in names:
        at, canonical = pointer("when", name), _canonical(name, type_)
        first = seen.setdefault(canonical, name)
        if type_ != "string" and as_written(name, type_) is None:
            message = f"{shown(name)} cannot be a value of a column of type {type_}."
            yield Problem(at, "case-type", message, f"Write cases that are values of type {type_}.")
        elif first != name:
            yield Problem(at, "case-twice", f"{shown(name)} and {shown(first)} are the same value.", "Keep one of them.")
        elif known is None and name == "else":
            yield Problem(at, "unknown-case", "else stands among the values.", "Write else beside when.")
        elif known is not None and canonical not in known:
            yield Problem(at, "unknown-case", f"No row has the value {shown(name)}.", _meant(name, known))


def _meant(name: str, known: set[str]) -> str:
    """Return a hint that names the value that a name is nearest to, letters' case apart, else all values."""
    alike = sorted(value for value in known if value.strip().lower() == name.strip().lower())
    return did_you_mean(alike[0] if alike else name, known) or f"Its values are {_listed(known)}."


def _listed(known: set[str]) -> str:
    return ", ".join(sorted(known)[:_SHOWN]) + (" …" if len(known) > _SHOWN else "")


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
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)


def as_written(name: str, type_: ColumnType) -> float | int | None:
    """Return the value that a branch's name writes, as a column of this type holds it; None when it writes none.

    >>> as_written("true", "bool"), as_written("5", "int"), as_written("1970-01-02", "date"), as_written("x", "int")
    (1, 5, 1, None)
    """
    text = name.strip()
    if type_ == "bool":
        return {"true": 1, "false": 0, "1": 1, "0": 0, "yes": 1, "no": 0}.get(text.lower())
    if type_ == "int":
        number = int(text.partition(".")[0]) if _WHOLE.fullmatch(text) else None
        return number if number is not None and -(2**63) <= number < 2**63 else None
    try:
        if type_ in ("date", "datetime"):
            instant = parse_instant(text if "T" in text else f"{text}T00:00:00Z")
            return instant // DAY if type_ == "date" else instant
        return float(text) if type_ == "float" else None
    except ValueError:
        return None
