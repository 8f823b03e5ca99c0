"""Draws without replacement, by weight: the rows of a parent take things out of an urn of their own.

It is as if things were drawn one after the other by weight, each from those that are left. Where there are many more things
than rows, every row draws one, and rows that drew the same draw again. Where there are not, or where that does not end, it
is one waiting time for each thing: the rows take what comes first.

Source:
    Efraimidis and Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97 (2006).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, bits, numbers_of
from datagen_chat.draws import key as make_key
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.rows import Siblings
from datagen_chat.permutation import permuted_each
from datagen_chat.subsets import distinct_subset, sorted_within
from datagen_chat.tables import Quantiles

_CROWDED, _MANY_TIMES, _FEW = 2, 64, 1 << 12
_TOGETHER = 1 << 20
_NEVER = 2.0**200  # longer than any waiting time of a thing with a weight
_WAIT = make_key(0, "urns", "wait")
_ROUND_KEYS = tuple(make_key(0, "urns", str(number)) for number in range(32))
_32 = np.uint64(32)

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
_Law = Callable[["Urns", "_Wanted"], tuple[Ints, Mask]]


class Urns(Protocol):
    """What the rows of some parents draw from: one urn for each parent, its things numbered from 0 on."""

    @property
    def sizes(self) -> Ints:
        """How many things each urn holds."""

    def take(self, chosen: Ints) -> Self:
        """Return some of the urns."""

    def is_empty(self) -> Mask:
        """Return which urns hold nothing that `draw` could draw."""

    def draw(self, key: Key, urn: Ints, names: Ints) -> Ints:
        """Return a thing out of each of these urns, drawn by weight and put back; a draw depends on the key and its name."""

    def heavy(self, count: Ints) -> Ints:
        """Return how many of the first things of each urn may be taken when `count` are; what comes after weighs too little."""

    def weights(self, urn: Ints, thing: Ints) -> NDArray[np.float64]:
        """Return what these things of these urns weigh: 0, or from 2**-130 to 2**64."""


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """What the rows took.

    `things` is 0 where the urn holds fewer things than its parent has rows before this one: there `inside` is False.
    `unweighted` counts the rows of parents for whom weights did not suffice: that have more rows than things of positive
    weight, or nearly so many and very many things, or more than a million rows. Other things are equally likely then.
    """

    things: Ints
    inside: Mask
    unweighted: int


def take_distinct(key: Key, rows: RowNumbers, siblings: Siblings, urns: Urns, *, ascending: bool) -> Taken:
    """Return a thing for each row, none twice among the rows of a parent.

    Args:
        key: the stream of draws.
        rows: the row numbers.
        siblings: where the rows stand among the rows of their parents.
        urns: what the rows of each parent in `siblings` draw from.
        ascending: whether the rows of a parent have their things in ascending order, not in random order.
    """
    taken = Taken(np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.bool_), 0)
    numbers = numbers_of(rows)
    for group in _groups(np.arange(len(siblings.count)), siblings.count):
        row = np.flatnonzero((siblings.family >= group[0]) & (siblings.family <= group[-1]))
        parent, first, count = (each.take(group) for each in (siblings.parent, siblings.first, siblings.count))
        some = Siblings(parent, first, count, siblings.family.take(row) - group[0])
        part = _taken(key, numbers.take(row), some, urns.take(group), ascending)
        taken.things[row], taken.inside[row] = part.things, part.inside
        taken = replace(taken, unweighted=taken.unweighted + part.unweighted)
    return taken


def take_evenly(key: Key, rows: RowNumbers, siblings: Siblings, sizes: Ints, *, ascending: bool) -> Taken:
    """Return what `take_distinct` does where all things of an urn are equally likely; `sizes` is how many each holds."""
    numbers = numbers_of(rows)
    inside = numbers - siblings.first.take(siblings.family) < sizes.take(siblings.family)
    row = np.flatnonzero(inside)
    things = np.zeros_like(numbers)
    if len(row):
        count = np.minimum(siblings.count, sizes)
        fitting = Siblings(siblings.parent, siblings.first, count, siblings.family.take(row))
        things[row] = distinct_subset(key, numbers.take(row), fitting, np.maximum(sizes, 1), ascending=ascending)
    return Taken(things, inside, 0)


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """The keys of parents, and how many things they take."""

    key: NDArray[np.uint64]
    count: Ints

    def take(self, chosen: Ints) -> _Wanted:
        return _Wanted(self.key.take(chosen), self.count.take(chosen))


def _taken(key: Key, rows: Ints, siblings: Siblings, urns: Urns, ascending: bool) -> Taken:
    """Return what `take_distinct` does, for parents that together have not too many rows."""
    family, sizes = siblings.family, urns.sizes
    wanted = _Wanted(bits(key, siblings.parent), np.minimum(siblings.count, sizes))
    drawn = _drawn(urns, wanted)
    rank = rows - siblings.first.take(family)
    inside, is_drawn = rank < sizes.take(family), drawn.is_set.take(family)
    things = np.zeros_like(rank)
    row = np.flatnonzero(inside & is_drawn)
    own, rank = family.take(row), rank.take(row)
    if not ascending:
        rank = permuted_each(wanted.key.take(own), rank, wanted.count.take(own))
    things[row] = drawn.things.take(drawn.first.take(own) + rank)
    row = np.flatnonzero(~is_drawn)
    rest = replace(siblings, family=family.take(row))
    things[row] = take_evenly(key, rows.take(row), rest, sizes, ascending=ascending).things
    return Taken(things, inside, int(np.count_nonzero(inside & drawn.is_even.take(family))))


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """The things of those parents that `is_set` marks, ascending; those of a parent begin at `first`.

    `is_even` marks the parents whose things are not drawn by weight, or not only.
    """

    things: Ints
    first: Ints
    is_set: Mask
    is_even: Mask


def _drawn(urns: Urns, wanted: _Wanted) -> _Drawn:
    """Return what is drawn by weight: for all parents but those with very many rows, or too many among too many things."""
    is_set = wanted.count <= _TOGETHER
    counts = wanted.count * is_set
    first = np.cumsum(counts) - counts
    drawn = _Drawn(np.zeros(int(counts.sum()), dtype=np.int64), first, is_set, ~is_set)

    def draw(chosen: Ints, law: _Law) -> Ints:
        some = wanted.take(chosen)
        found, lacking = law(urns.take(chosen), some)
        drawn.things[_places(first.take(chosen), some.count)] = found
        drawn.is_even[chosen] = lacking
        return chosen[lacking]

    heavy = urns.heavy(wanted.count)
    is_listed = is_set & (heavy <= _CROWDED * wanted.count)
    failed = draw(np.flatnonzero(is_set & ~is_listed), _redrawn)
    is_set[failed] = False
    is_listed[failed] = ((heavy <= _FEW + _MANY_TIMES * wanted.count) & ~urns.is_empty()).take(failed)
    for chosen in _groups(np.flatnonzero(is_listed), heavy):
        draw(chosen, _first_to_come)
        is_set[chosen] = True
    return drawn


def _groups(chosen: Ints, sizes: Ints) -> Iterator[Ints]:
    """Yield neighbours whose sizes add up to not too much."""
    upto = np.cumsum(sizes.take(chosen))
    cuts = np.flatnonzero(np.diff(upto // _TOGETHER)) + 1
    yield from (group for group in np.split(chosen, cuts) if len(group))


def _places(first: Ints, count: Ints) -> Ints:
    """Return the numbers from each first on, as many as its count."""
    return np.asarray(np.arange(int(count.sum())) + np.repeat(first - (np.cumsum(count) - count), count))


@cache
def _waiting() -> Quantiles:
    return Quantiles(lambda shares: [-math.log1p(-share) for share in shares])


def _first_to_come(urns: Urns, wanted: _Wanted) -> tuple[Ints, Mask]:
    """Return the things with the shortest waiting times, by urn, and which urns have too few of positive weight."""
    sizes = urns.heavy(wanted.count)
    urn = np.repeat(np.arange(len(sizes)), sizes)
    thing = _places(np.zeros_like(sizes), sizes)
    weights = urns.weights(urn, thing)
    drawn = bits(_WAIT, (wanted.key.take(urn) + thing.view(np.uint64)).view(np.int64))
    times = _waiting().sample((drawn >> _32).astype(np.uint32))
    is_light = weights == 0
    times = np.where(is_light, times * _NEVER, times / np.where(is_light, 1.0, weights))
    order = np.lexsort((times, urn))
    chosen = np.sort(order[thing < wanted.count.take(urn)])
    positive = sizes - np.bincount(urn[is_light], minlength=len(sizes))
    return thing.take(chosen), np.asarray(positive < wanted.count)


def _redrawn(urns: Urns, wanted: _Wanted) -> tuple[Ints, Mask]:
    """Return things that are drawn until they differ, by urn, and which urns have some that still do not."""
    lacking = urns.is_empty()
    urn = np.repeat(np.arange(len(lacking)), wanted.count)
    rank = _places(np.zeros_like(wanted.count), wanted.count)
    things = np.zeros(len(urn), dtype=np.int64)
    again = rows = np.flatnonzero(~lacking.take(urn))
    for key in _ROUND_KEYS:
        if not len(again):
            break
        own = urn.take(again)
        things[again] = urns.draw(key, own, (wanted.key.take(own) + rank.take(again).view(np.uint64)).view(np.int64))
        rows, again = _sort_rows(things, urn, rows)
    lacking[urn.take(again)] = True
    return things, lacking


def _sort_rows(things: Ints, urn: Ints, rows: Ints) -> tuple[Ints, Ints]:
    """Put the things of some urns into order, in place; return the rows of those urns that have equal ones, and these."""
    own = urn.take(rows)
    ordered = sorted_within(own, things.take(rows))
    things[rows] = ordered
    again = rows[1:][(ordered[1:] == ordered[:-1]) & (own[1:] == own[:-1])]
    is_settled = np.ones(int(own[-1]) + 1, dtype=np.bool_)
    is_settled[urn.take(again)] = False
    return rows[~is_settled.take(own)], again
