"""Rows found by their keys: by arithmetic where keys count up, else among all keys of the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.generators.sequence import Sequence
from datagen_chat.values import Numbers, Text, Values, arrow, coded, places_in

if TYPE_CHECKING:
    from datagen_chat.engine.plan import TablePlan

Found = NDArray[np.int64]
Finder = Callable[[Values], Found]


def key_finder(table: TablePlan, column: str) -> Finder:
    """Return how to find the row of a table that has a key, for each of some keys; for what is none, any row."""
    held, count = table.columns[column], table.row_count
    key = held.generator
    if isinstance(key, Sequence) and not held.modifiers:
        return lambda values: np.clip((_whole(values) - key.start) // key.step, 0, max(count - 1, 0))
    keys = table.rows(range(count)).values(column)
    return _text_finder(keys) if isinstance(keys, Text) else _number_finder(keys.data)


def _whole(values: Values) -> Found:
    assert isinstance(values, Numbers)
    return values.data.astype(np.int64)


def _number_finder(keys: NDArray[np.int64]) -> Finder:
    order = np.argsort(keys, kind="stable")
    ascending = keys.take(order)

    def find(values: Values) -> Found:
        assert isinstance(values, Numbers)
        return order.take(ascending.searchsorted(values.data).clip(max=max(len(keys) - 1, 0)))

    return find


def _text_finder(keys: Text) -> Finder:
    words = arrow(keys, pa.string())

    def find(values: Values) -> Found:
        assert isinstance(values, Text)
        text = coded(values)
        assert text.codes is not None
        return np.maximum(places_in(words, text.words), 0).take(text.codes)

    return find
