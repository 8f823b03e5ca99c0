"""Ranges and inequalities that nothing but chance keeps: rows that break them are counted while they are written."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.instants import DAY
from datagen_chat.schema.bounds import meets, place_of
from datagen_chat.schema.index import Place
from datagen_chat.values import Numbers

if TYPE_CHECKING:
    from datagen_chat.engine.plan import TablePlan

Holds = Callable[[NDArray[Any], NDArray[Any]], NDArray[np.bool_]]
_HOLDS: Mapping[str, Holds] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True, eq=False)
class Promise:
    """An order of two columns, seen from the rows of the table that leads to both."""

    place: str
    text: str
    left: Sampler
    right: Sampler
    holds: Holds

    def broken(self, rows: Rows) -> int:
        """Return how many of the rows break it; null breaks nothing."""
        left, right = self.left(rows), self.right(rows)
        if not isinstance(left, Numbers) or not isinstance(right, Numbers):
            return 0
        wrong = ~self.holds(left.data, right.data)
        for valid in (left.valid, right.valid):
            if valid is not None:
                wrong &= valid
        return int(np.count_nonzero(wrong))


def promises(table: TablePlan) -> tuple[Promise, ...]:
    """Return the inequalities that the rows of a table can be held against, and that no draw keeps."""
    return tuple(_promises(table))


def _promises(table: TablePlan) -> Iterator[Promise]:
    index = table.plan.index
    kept = {bound.at for place, bounds in index.bounds.items() for bound in bounds if not index.columns[place].modifiers}
    for k, inequality in enumerate(index.dataset.constraints.inequalities):
        left, right = place_of(inequality.left), place_of(inequality.right)
        if left is None or right is None or f"/constraints/inequalities/{k}" in kept:
            continue
        own = left if meets(left[0], right[0], index) else right
        if own[0] == table.name:
            text = f"{inequality.left} {inequality.op} {inequality.right} does not hold."
            yield Promise(".".join(own), text, _reader(table, left), _reader(table, right), _HOLDS[inequality.op])


def _reader(table: TablePlan, place: Place) -> Sampler:
    """Return how to read a column of a row, or of one that it leads to; days are read as instants."""
    scope = table.table_scope()
    read = scope.reader(place[0], place[1])
    if scope.type_of(*place) != "date":
        return read

    def sample(rows: Rows) -> Numbers:
        days = read(rows)
        assert isinstance(days, Numbers)
        return Numbers(days.data * DAY, days.valid)

    return sample
