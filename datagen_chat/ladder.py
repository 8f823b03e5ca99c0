"""Which of many steps a height falls on, when each step is a whole number high."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_LEAST_CELLS = 12


class Ladder:
    """Steps of whole heights, some of them zero, on top of each other.

    A guide says for each of some twice as many cells which step its lowest height falls on; most heights of the cell fall
    on it or on the next, and only the others are searched, unless no cell has any.
    """

    def __init__(self, heights: NDArray[np.int64]) -> None:
        self.below = np.concatenate([[0], np.cumsum(heights)])
        self.total = int(self.below[-1])
        cells = max((len(heights) * 2).bit_length(), _LEAST_CELLS)
        self._shift = max(self.total.bit_length() - cells, 0)
        self._ends = np.append(self.below[1:], np.iinfo(np.int64).max)  # beyond the top there is one step without end
        # The step that a cell begins on is the number of ends up to there: far faster counted than searched.
        first_beyond = (self.below[1:] + ((1 << self._shift) - 1)) >> self._shift
        count = (self.total >> self._shift) + 1
        lowest = np.cumsum(np.bincount(first_beyond, minlength=count)[:count])
        self._is_fine = bool((np.diff(lowest) <= 1).all()) and lowest[-1] >= len(heights) - 1
        self._guide = lowest.astype(np.int32)

    def step_at(self, heights: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the step that each height from 0 to below the total falls on: the one that ends above it."""
        step = self._guide.take(heights >> self._shift).astype(np.int64)
        step += self._ends.take(step) <= heights
        if not self._is_fine:
            above = np.flatnonzero(self._ends.take(step) <= heights)
            step[above] = self._ends.searchsorted(heights.take(above), side="right")
        return step
