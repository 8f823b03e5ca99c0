"""Ticks of a parent's window for its rows: in ascending order, and none twice.

Without patterns any set of ticks is equally likely; with patterns ticks are drawn one after the other by weight, each from
those that are left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, uniform
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.rows import Siblings
from datagen_chat.instants import Step, calendar, tick_at, tick_counts
from datagen_chat.ticks import Pattern
from datagen_chat.urns import take_distinct, take_evenly
from datagen_chat.window_weights import Spans, WindowTable, relative_weights, window_table
from datagen_chat.windows import WindowTicks

Ints = NDArray[np.int64]


def distinct_ticks(
    key: Key,
    rows: RowNumbers,
    siblings: Siblings,
    start: Ints,
    end: Ints,
    step: Step,
    patterns: tuple[Pattern, ...] = (),
) -> WindowTicks:
    """Return a tick for each row, ascending among the rows of a parent, and none twice.

    Args:
        key: the stream of draws.
        rows: the row numbers.
        siblings: where the rows stand among the rows of their parents.
        start: the first instant, and first tick, of the window of each parent in `siblings`.
        end: the last instant of each of these windows.
        step: the distance of two ticks.
        patterns: weights that multiply.

    Rows beyond the number of ticks are not inside. Unweighted are the rows of parents with more rows than ticks of positive
    weight, whose other ticks are equally likely then; `urns.Taken` says what else.
    """
    if patterns:
        taken = take_distinct(key, rows, siblings, _windows(start, end, step, patterns), ascending=True)
    else:
        taken = take_evenly(key, rows, siblings, tick_counts(start, end, step), ascending=True)
    instants = tick_at(start.take(siblings.family), taken.things, step)
    return WindowTicks(instants, taken.inside, taken.unweighted)


@dataclass(frozen=True, slots=True, eq=False)
class _Windows:
    """Windows as urns of ticks."""

    sizes: Ints
    spans: Spans
    table: WindowTable
    step: Step
    patterns: tuple[Pattern, ...]

    def take(self, chosen: Ints) -> _Windows:
        return _Windows(self.sizes.take(chosen), self.spans.take(chosen), self.table, self.step, self.patterns)

    def is_empty(self) -> NDArray[np.bool_]:
        return self.spans.span <= 0

    def draw(self, key: Key, urn: Ints, names: Ints) -> Ints:
        start, instants = self.spans.start.take(urn), self.table.ticks(self.spans.take(urn), uniform(key, names))
        if self.step.length:
            return np.asarray((instants - start) // self.step.length)
        return (calendar(instants)[0] - calendar(start)[0]) // self.step.months

    def heavy(self, count: Ints) -> Ints:  # noqa: ARG002 - any tick may weigh something
        return self.sizes

    def weights(self, urn: Ints, thing: Ints) -> NDArray[np.float64]:
        return relative_weights(self.patterns, tick_at(self.spans.start.take(urn), thing, self.step))


def _windows(start: Ints, end: Ints, step: Step, patterns: tuple[Pattern, ...]) -> _Windows:
    sizes, table = tick_counts(start, end, step), window_table(step, patterns)
    spans = table.spans(start, tick_at(start, np.maximum(sizes - 1, 0), step), sizes)
    return _Windows(sizes, spans, table, step, patterns)
