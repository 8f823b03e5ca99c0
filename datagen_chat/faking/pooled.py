"""Real Faker calls, for what can neither be computed nor traced: a pool of values, each made when a row first asks for it."""

from __future__ import annotations

import contextlib
import datetime
import math
import threading
from collections.abc import Callable
from functools import cached_property
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, below, key
from datagen_chat.faking.oracle import seeded
from datagen_chat.faking.real import FAILURES
from datagen_chat.faking.source import Kind
from datagen_chat.faking.times import DAY, EPOCH, MICROSECOND
from datagen_chat.values import Numbers, Text, Values, code_type, words_array

SIZE = 1 << 14
ATTEMPTS = 64
"""Draws for one entry, where Faker stumbles over some, or makes what a column cannot hold."""
_NULLS: dict[Kind, Any] = {"string": "", "int": 0, "float": 0.0, "bool": False, "datetime": 0, "date": 0}
_TYPES: dict[Kind, Any] = {"int": np.int64, "float": np.float64, "bool": np.bool_, "datetime": np.int64, "date": np.int64}


class Unstorable(Exception):  # noqa: N818 -- a draw like others that fail: what Faker makes here, as a clause after its name
    """A column cannot hold what Faker made."""


class Pooled:
    """One of 16,384 real values for each row.

    Entry i is made by real Faker with randomness seeded by the key and i alone, so it does not matter which entries were
    made, or when. `make` returns a function that makes a value from a `Random`; it is asked for when first needed.
    """

    def __init__(self, key: Key, kind: Kind, make: Callable[[], Callable[[Random], Any]]) -> None:
        self.key, self._kind, self._make = key, kind, make
        self._lock = threading.Lock()
        self._entries: list[Any] = [None] * SIZE
        self._made = np.zeros(SIZE, np.bool_)
        self._values: Values | None = None

    @property
    def kind(self) -> Kind:
        """The column type of the values."""
        return self._kind

    @cached_property
    def _call(self) -> Callable[[Random], Any]:
        return self._make()

    def sample(self, rows: RowNumbers) -> Values:
        """Return the values of these rows."""
        entries = below(self.key, rows, SIZE)
        return self._filled(entries).take(entries)

    def _filled(self, entries: NDArray[np.int64]) -> Values:
        """Return the pool with at least these entries made."""
        with self._lock:
            wanted = np.zeros(SIZE, np.bool_)
            wanted[entries] = True
            missing = np.flatnonzero(wanted & ~self._made)
            for entry in missing.tolist():
                self._entries[entry] = self._one(entry)
            if len(missing) or self._values is None:
                self._made |= wanted
                self._values = _packed(self._entries, self._made, self._kind)
            return self._values

    def _one(self, entry: int) -> Any:
        """Return the value of an entry; a draw that fails is drawn anew."""
        for attempt in range(ATTEMPTS):
            with contextlib.suppress(*FAILURES):
                return stored(self._call(seeded(key(self.key, "entry", str(entry), str(attempt)))), self._kind)
        return stored(self._call(seeded(key(self.key, "entry", str(entry)))), self._kind)


def _packed(entries: list[Any], made: NDArray[np.bool_], kind: Kind) -> Values:
    null = _NULLS[kind]
    valid = np.array([entry is not None for entry in entries]) | ~made
    whole = [null if entry is None else entry for entry in entries]
    mask = None if valid.all() else valid
    if kind != "string":
        return Numbers(np.array(whole, _TYPES[kind]), mask)
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(word, len(numbers)) for word in whole]
    return Text(words_array(list(numbers)), np.array(codes, code_type(len(numbers))), mask)


def stored(value: Any, kind: Kind) -> Any:
    """Return a value of Faker's as it is stored in a column of this kind; None is null.

    Raises:
        Unstorable: a column of this kind cannot hold it.
    """
    if value is None:
        return None
    if isinstance(value, bytes):
        raise Unstorable("makes bytes, which are no text")
    if kind == "string":
        return str(value).encode("utf-8", "replace").decode()
    if kind == "datetime":
        return (value - EPOCH) // MICROSECOND
    if kind == "date":
        return (value - EPOCH.date()) // DAY
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    number = {"int": int, "float": float, "bool": bool}[kind](value)
    if not -(1 << 63) <= number < 1 << 63 if kind == "int" else not math.isfinite(number):
        raise Unstorable(f"makes numbers that no {kind} of 64 bits holds")
    return number
