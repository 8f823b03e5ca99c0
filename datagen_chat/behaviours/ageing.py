"""Times that are denser while their parents are young, or old."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datagen_chat.generators.base.facts import Facts
from datagen_chat.generators.base.rows import Rows
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.datetime_series import DatetimeSeries, Instants, Reshaping
from datagen_chat.modifiers._times import compile_time

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class AgeingSeries(DatetimeSeries):
    """Times whose density follows a step for each unit of a parent's age."""

    carrier: str
    created: str
    steps: tuple[float, ...]
    unit: int

    def _is_listable(self, facts: Facts) -> bool:  # noqa: ARG002
        """Return that the age of the parent has a say."""
        return False

    def _fixed(self, scope: Scope, ticks: object) -> Instants:  # noqa: ARG002
        """Return the times of windows that begin alike but whose parents have different ages."""
        return self._by_parent(scope, self._windows(scope.above(), scope, scope.bounds))

    def reshaping(self, scope: Scope) -> Reshaping:
        """Return how shares become shares of the window's span in which the steps have them."""
        born, unit, area = compile_time(scope.above(), (self.carrier, self.created)), self.unit, Area(self.steps)

        def reshape(parents: Rows, first: Ints, last: Ints, shares: Floats, family: Ints) -> Floats:
            start, known = born(parents)
            low, high = ((end - start) / unit for end in (first, last))
            before, upto = area.below(low), area.below(high)
            whole = (upto - before > 0) & (high > low)
            whole = whole if known is None else whole & known
            width = np.where(high > low, high - low, 1.0)
            age = area.age(before.take(family) + shares * (upto - before).take(family))
            moved = (age - low.take(family)) / width.take(family)
            return np.where(whole.take(family), np.clip(moved, 0.0, 1.0 - 2.0**-53), shares)

        return reshape


class Area:
    """The area below steps of one unit each; before age 0 the first step goes on, and after the last one the last.

    >>> area = Area((1.0, 0.5))
    >>> area.below(np.array([-1.0, 0.5, 3.0])).tolist(), area.age(np.array([-1.0, 0.5, 2.0])).tolist()
    ([-1.0, 0.5, 2.0], [-1.0, 0.5, 3.0])
    """

    def __init__(self, steps: tuple[float, ...]) -> None:
        self._heights = np.array(steps, dtype=np.float64)
        self._edges = np.concatenate([[0.0], np.cumsum(self._heights[:-1])])  # shape (steps,): the area before each step

    def below(self, ages: Floats) -> Floats:
        """Return the area before each age."""
        step = np.clip(np.floor(ages), 0, len(self._heights) - 1).astype(np.int64)
        return self._edges.take(step) + (ages - step) * self._heights.take(step)

    def age(self, areas: Floats) -> Floats:
        """Return the age before which each area lies; within a step of height 0 there is none, and the next one begins."""
        step = np.clip(self._edges.searchsorted(areas, side="right") - 1, 0, len(self._heights) - 1)
        height = self._heights.take(step)
        within = (areas - self._edges.take(step)) / np.where(height > 0, height, 1.0)
        return np.asarray(step + within)
