"""Rows of a small table that match by keys and by a window of time: found for whole columns at once."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.matching import NONE
from datagen_chat.values import Mask, Values

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """From when on which row counts, for each group: `row` from `start` to the next entry of the same group.

    All have shape (spans,), in ascending order of group and start; where `row` is NONE, no window is open.
    """

    group: Ints
    start: Ints
    row: Ints

    @staticmethod
    def of(group: Ints, start: Ints, end: Ints) -> Spans:
        """Return the spans of windows, both ends included; where several are open, the lowest row number counts."""
        rows = np.flatnonzero((group >= 0) & (end >= start))
        rows = rows[np.lexsort((start[rows], group[rows]))]
        group, start, end = group[rows], start[rows], end[rows]
        meets = (group[1:] == group[:-1]) & (start[1:] <= end[:-1])
        if meets.any():
            return _swept(group, start, end, rows)
        # Every window is followed by nothing, which begins just after its end.
        return Spans(
            np.repeat(group, 2),
            np.stack([start, end + 1], axis=1).reshape(-1),
            np.stack([rows, np.full(len(rows), NONE)], axis=1).reshape(-1),
        )

    def at(self, group: Ints, when: Ints) -> Ints:
        """Return the row that counts for each group and time, or NONE."""
        if not len(self.group):
            return np.full(len(group), NONE)
        moments = np.unique(self.start)
        width = len(moments) + 1
        own = self.group * width + moments.searchsorted(self.start, side="right")
        place = own.searchsorted(group * width + moments.searchsorted(when, side="right"), side="right") - 1
        found = np.maximum(place, 0)
        return np.where((place >= 0) & (self.group.take(found) == group), self.row.take(found), NONE)


def _swept(group: Ints, start: Ints, end: Ints, rows: Ints) -> Spans:
    """Return the spans of windows that meet: a sweep over their ends, once, for a table that is small."""
    found: list[tuple[int, int, int]] = []
    for number in np.unique(group).tolist():
        chosen = group == number
        windows = list(zip(start[chosen].tolist(), end[chosen].tolist(), rows[chosen].tolist(), strict=True))
        moments = sorted({moment for low, high, _ in windows for moment in (low, high + 1)})
        is_open: list[tuple[int, int]] = []
        next_one = 0
        for moment in moments:
            while next_one < len(windows) and windows[next_one][0] <= moment:
                heapq.heappush(is_open, (windows[next_one][2], windows[next_one][1]))
                next_one += 1
            while is_open and is_open[0][1] < moment:
                heapq.heappop(is_open)
            found.append((number, moment, is_open[0][0] if is_open else NONE))
    return Spans(*(np.array(part, dtype=np.int64) for part in zip(*found, strict=True)))


def known_of(values: Values) -> Mask:
    """Return which values are not null."""
    return np.ones(len(values), np.bool_) if values.valid is None else values.valid
