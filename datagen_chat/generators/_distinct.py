"""Values that never repeat: a number of its own for each row, out of as many as there are values."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import RowNumbers, numbers_of, uniform
from datagen_chat.generators.base.rows import Rows
from datagen_chat.generators.base.scope import Scope
from datagen_chat.problems import Problem, SchemaError


def distinct_numbers(scope: Scope, count: int) -> Callable[[Rows], NDArray[np.int64]]:
    """Return how to give each row a number below `count` that no other row has, in no order.

    Raises:
        SchemaError: when rows are made, if the table came out with more rows than there are numbers.
    """
    from datagen_chat.permutation import permutation  # only what must not repeat needs one

    order = permutation(scope.key("distinct"), count)
    return lambda rows: order.of(_within(scope, count, rows.numbers))


def distinct_order(scope: Scope, weights: Sequence[float]) -> Callable[[Rows], NDArray[np.int64]]:
    """Return how to give each row one of the places of the weights that no other row has: drawn by weight from those left.

    Raises:
        SchemaError: when rows are made, if the table came out with more rows than there are weights above zero.

    Source:
        Efraimidis and Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97 (2006).
    """
    drawn = uniform(scope.key("distinct"), range(len(weights))).tolist()
    waiting = [
        (-math.log1p(-share) / weight, place)
        for place, (share, weight) in enumerate(zip(drawn, weights, strict=True))
        if weight
    ]
    order = np.array([place for _, place in sorted(waiting)], dtype=np.int64)
    return lambda rows: order.take(_within(scope, len(order), rows.numbers))


def _within(scope: Scope, count: int, rows: RowNumbers) -> NDArray[np.int64]:
    """Return the row numbers, all of which are below `count`."""
    if _last(rows) >= count:
        name = f"{scope.table_name}.{scope.column_name}"
        message = f"{name} has only {count} different values, but {scope.table_name} came out with more rows."
        raise SchemaError([Problem("", "too-few-values", message, "Make fewer rows, or allow more values.")])
    return numbers_of(rows)


def _last(rows: RowNumbers) -> int:
    return rows.stop - 1 if isinstance(rows, range) else int(rows.max(initial=-1))
