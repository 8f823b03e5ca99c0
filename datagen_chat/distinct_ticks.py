"""Ticks of a parent's window for its rows: in ascending order, and none twice.

Without patterns any set of ticks is equally likely. With patterns ticks are drawn one after the other by weight, each from
those that are left. Where there are many more ticks than rows, every row draws a tick, and rows that drew the same one
draw again. Where there are not, or where that does not end, it is one waiting time for each tick: the rows take the ticks
that come first.

Source:
    Efraimidis and Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97 (2006).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, bits, numbers_of, uniform
from datagen_chat.draws import key as make_key
from datagen_chat.generators.base import Siblings
from datagen_chat.instants import Step, tick_at, tick_counts
from datagen_chat.subsets import distinct_subset, sorted_within
from datagen_chat.tables import Quantiles
from datagen_chat.ticks import Pattern
from datagen_chat.window_weights import relative_weights, window_table
from datagen_chat.windows import WindowTicks

_CROWDED, _LISTED = 2, 1 << 18
_TOGETHER = 1 << 20
_NEVER = 2.0**200  # longer than any waiting time of a tick with a weight
_WAIT = make_key(0, "distinct ticks", "wait")
_ROUND_KEYS = tuple(make_key(0, "distinct ticks", str(number)) for number in range(32))
_32 = np.uint64(32)

Ints = NDArray[np.int64]
_Law = Callable[["_Families", Step, tuple[Pattern, ...]], tuple[Ints, NDArray[np.bool_]]]


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
    weight, whose other ticks are equally likely then, and of parents with more than a million rows.
    """
    groups = list(_groups(np.arange(len(siblings.count)), siblings.count))
    if len(groups) == 1:
        return _together(key, numbers_of(rows), siblings, start, end, step, patterns)
    found = WindowTicks(start.take(siblings.family), np.zeros(len(rows), dtype=np.bool_), 0)
    for group in groups:
        row = np.flatnonzero((siblings.family >= group[0]) & (siblings.family <= group[-1]))
        parent, first, count = (each.take(group) for each in (siblings.parent, siblings.first, siblings.count))
        some = Siblings(parent, first, count, siblings.family.take(row) - group[0])
        part = _together(key, numbers_of(rows).take(row), some, start.take(group), end.take(group), step, patterns)
        found.instants[row], found.inside[row] = part.instants, part.inside
        found = replace(found, unweighted=found.unweighted + part.unweighted)
    return found


def _together(
    key: Key, rows: Ints, siblings: Siblings, start: Ints, end: Ints, step: Step, patterns: tuple[Pattern, ...]
) -> WindowTicks:
    """Return what `distinct_ticks` does, for parents that together have not too many rows."""
    ticks = tick_counts(start, end, step)
    families = _Families(bits(key, siblings.parent), start, ticks, np.minimum(siblings.count, ticks))
    family, rank = siblings.family, rows - siblings.first.take(siblings.family)
    instants, inside = start.take(family), rank < ticks.take(family)
    drawn = _weighed(families, step, patterns) if patterns else _nothing(len(ticks))
    is_drawn = drawn.is_set.take(family)
    row = np.flatnonzero(inside & is_drawn)
    instants[row] = drawn.ticks.take(drawn.first.take(family.take(row)) + rank.take(row))
    row = np.flatnonzero(inside & ~is_drawn)
    if len(row):
        fitting = Siblings(siblings.parent, siblings.first, families.count, family.take(row))
        numbers = distinct_subset(key, rows.take(row), fitting, np.maximum(ticks, 1), ascending=True)
        instants[row] = tick_at(instants.take(row), numbers, step)
    return WindowTicks(instants, inside, int(np.count_nonzero(inside & drawn.is_even.take(family))))


@dataclass(frozen=True, slots=True, eq=False)
class _Families:
    """The windows of parents: their keys, first ticks, numbers of ticks, and how many distinct ones are wanted."""

    key: NDArray[np.uint64]
    start: Ints
    ticks: Ints
    count: Ints

    def take(self, chosen: Ints) -> _Families:
        return _Families(self.key.take(chosen), self.start.take(chosen), self.ticks.take(chosen), self.count.take(chosen))


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """The ticks of those families that `is_set` marks, ascending; those of a family begin at `first`.

    `is_even` marks the families whose ticks are not drawn by weight, or not only.
    """

    ticks: Ints
    first: Ints
    is_set: NDArray[np.bool_]
    is_even: NDArray[np.bool_]


def _nothing(size: int) -> _Drawn:
    none = np.zeros(size, dtype=np.bool_)
    return _Drawn(np.zeros(0, dtype=np.int64), np.zeros(size, dtype=np.int64), none, none)


def _weighed(families: _Families, step: Step, patterns: tuple[Pattern, ...]) -> _Drawn:
    """Return what is drawn by weight: all families but those with very many rows, or with too many in too many ticks."""
    is_set = families.count <= _TOGETHER
    wanted = families.count * is_set
    first = np.cumsum(wanted) - wanted
    drawn = _Drawn(np.zeros(int(wanted.sum()), dtype=np.int64), first, is_set, ~is_set)

    def draw(chosen: Ints, law: _Law) -> Ints:
        group = families.take(chosen)
        found, lacking = law(group, step, patterns)
        drawn.ticks[_places(first.take(chosen), group.count)] = found
        drawn.is_even[chosen] = lacking
        return chosen[lacking]

    is_crowded = (families.ticks <= _CROWDED * families.count) & (families.ticks <= _LISTED)
    failed = draw(np.flatnonzero(is_set & ~is_crowded), _redrawn)
    is_set[failed] = False
    is_crowded[failed] = families.ticks.take(failed) <= _LISTED
    for chosen in _groups(np.flatnonzero(is_crowded), families.ticks):
        draw(chosen, _first_to_come)
        is_set[chosen] = True
    return drawn


def _groups(chosen: Ints, sizes: Ints) -> Iterator[Ints]:
    """Yield neighbouring families whose sizes add up to not too much."""
    upto = np.cumsum(sizes.take(chosen))
    cuts = np.flatnonzero(np.diff(upto // _TOGETHER)) + 1
    yield from (group for group in np.split(chosen, cuts) if len(group))


def _places(first: Ints, count: Ints) -> Ints:
    """Return the numbers from each first on, as many as its count."""
    return np.asarray(np.arange(int(count.sum())) + np.repeat(first - (np.cumsum(count) - count), count))


@cache
def _waiting() -> Quantiles:
    return Quantiles(lambda shares: [-math.log1p(-share) for share in shares])


def _first_to_come(families: _Families, step: Step, patterns: tuple[Pattern, ...]) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the ticks with the shortest waiting times, by family, and which families have too few of positive weight."""
    family = np.repeat(np.arange(len(families.ticks)), families.ticks)
    tick = _places(np.zeros_like(families.ticks), families.ticks)
    instants = tick_at(families.start.take(family), tick, step)
    weights = relative_weights(patterns, instants)
    drawn = bits(_WAIT, (families.key.take(family) + tick.view(np.uint64)).view(np.int64))
    times = _waiting().sample((drawn >> _32).astype(np.uint32))
    is_light = weights == 0
    times = np.where(is_light, times * _NEVER, times / np.where(is_light, 1.0, weights))
    order = np.lexsort((times, family))
    chosen = np.sort(order[tick < families.count.take(family)])
    positive = families.ticks - np.bincount(family[is_light], minlength=len(families.ticks))
    return instants.take(chosen), np.asarray(positive < families.count)


def _redrawn(families: _Families, step: Step, patterns: tuple[Pattern, ...]) -> tuple[Ints, NDArray[np.bool_]]:
    """Return ticks that are drawn until they differ, by family, and which families have some that still do not."""
    table = window_table(step, patterns)
    last = tick_at(families.start, np.maximum(families.ticks - 1, 0), step)
    spans = table.spans(families.start, last, families.ticks)
    lacking = spans.span <= 0
    family = np.repeat(np.arange(len(families.count)), families.count)
    rank = _places(np.zeros_like(families.count), families.count)
    ticks = families.start.take(family)
    again = rows = np.flatnonzero(~lacking.take(family))
    for key in _ROUND_KEYS:
        if not len(again):
            break
        own = family.take(again)
        shares = uniform(key, (families.key.take(own) + rank.take(again).view(np.uint64)).view(np.int64))
        ticks[again] = table.ticks(spans.take(own), shares)
        rows, again = _sort_rows(ticks, family, rows)
    lacking[family.take(again)] = True
    return ticks, lacking


def _sort_rows(ticks: Ints, family: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Put the ticks of some families into order, in place; return the rows of those that have equal ones, and these."""
    own, lowest = family.take(rows), ticks.take(rows).min()
    ordered = sorted_within(own, ticks.take(rows) - lowest) + lowest
    ticks[rows] = ordered
    again = rows[1:][(ordered[1:] == ordered[:-1]) & (own[1:] == own[:-1])]
    is_settled = np.ones(int(own[-1]) + 1, dtype=np.bool_)
    is_settled[family.take(again)] = False
    return rows[~is_settled.take(own)], again
