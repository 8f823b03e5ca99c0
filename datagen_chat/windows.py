"""Ticks within windows that differ from row to row: each window has a grid of its own, which starts where it starts."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.instants import Step, tick_at, tick_counts
from datagen_chat.ticks import Pattern
from datagen_chat.window_weights import window_table

__all__ = ["WindowTicks", "tick_at", "tick_counts", "window_ticks"]


@dataclass(frozen=True, slots=True, eq=False)
class WindowTicks:
    """What `window_ticks` found.

    `instants` holds one tick for each row, and the window's start where the window holds none: there `inside` is False.
    `unweighted` counts the rows whose window holds ticks but none of positive weight, or reaches beyond the years that are
    weighed; all its ticks are equally likely then.
    """

    instants: NDArray[np.int64]
    inside: NDArray[np.bool_]
    unweighted: int


def window_ticks(
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    step: Step,
    patterns: tuple[Pattern, ...],
    shares: NDArray[np.float64],
    family: NDArray[np.int64] | None = None,
) -> WindowTicks:
    """Return one tick of each row's window.

    Args:
        start: the first instant of each window, in microseconds; also the first tick.
        end: the last instant of each window.
        step: the distance of two ticks.
        patterns: weights by hour, weekday and month, which multiply; a tick weighs what its own time says.
        shares: which tick: the share, in [0, 1), of the window's weight that lies before it. Ascending shares of one window
            get ascending ticks.
        family: which of the windows is each row's, where several rows share one; else every row has its own.
    """
    count = tick_counts(start, end, step)
    has_ticks = count > 0
    inside = np.ones(len(shares), np.bool_) if has_ticks.all() else _of_rows(has_ticks, family)
    if not patterns:
        return WindowTicks(_even(_of_rows(start, family), _of_rows(count, family), step, shares), inside, 0)
    table = window_table(step, patterns)
    spans = table.spans(start, tick_at(start, np.maximum(count - 1, 0), step), count)
    is_weighed = (spans.span > 0) & has_ticks
    spans = spans if family is None else spans.take(family)
    if is_weighed.all():
        return WindowTicks(table.ticks(spans, shares), inside, 0)
    instants = _even(_of_rows(start, family), _of_rows(count, family), step, shares)
    weighed = _of_rows(is_weighed, family)
    chosen = np.flatnonzero(weighed)
    instants[chosen] = table.ticks(spans.take(chosen), shares.take(chosen))
    return WindowTicks(instants, inside, int(np.count_nonzero(inside & ~weighed)))


def _of_rows(windows: NDArray[Any], family: NDArray[np.int64] | None) -> NDArray[Any]:
    """Return what each row's window has."""
    return windows if family is None else windows.take(family)


def _even(start: NDArray[np.int64], count: NDArray[np.int64], step: Step, shares: NDArray[np.float64]) -> NDArray[np.int64]:
    ticks = (shares * count).astype(np.int64)
    np.minimum(ticks, count - 1, out=ticks)
    np.maximum(ticks, 0, out=ticks)
    return tick_at(start, ticks, step)
