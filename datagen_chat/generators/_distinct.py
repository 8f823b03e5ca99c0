"""Values that never repeat: a number of its own for each row, out of as many as there are values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import RowNumbers, numbers_of
from datagen_chat.generators.base import Rows, Scope
from datagen_chat.permutation import permutation
from datagen_chat.problems import Problem, SchemaError

LARGEST = 1 << 62
"""A capacity that no table reaches."""


def distinct_numbers(scope: Scope, count: int) -> Callable[[Rows], NDArray[np.int64]]:
    """Return how to give each row a number below `count` that no other row has, in no order.

    Raises:
        SchemaError: when rows are made, if the table came out with more rows than there are numbers.
    """
    order = permutation(scope.key("distinct"), count)

    def sample(rows: Rows) -> NDArray[np.int64]:
        if _last(rows.numbers) >= count:
            name = f"{scope.table_name}.{scope.column_name}"
            message = f"{name} has only {count} different values, but {scope.table_name} came out with more rows."
            raise SchemaError([Problem("", "too-few-values", message, "Make fewer rows, or allow more values.")])
        return order.of(numbers_of(rows.numbers))

    return sample


def _last(rows: RowNumbers) -> int:
    return rows.stop - 1 if isinstance(rows, range) else int(rows.max(initial=-1))
