"""The rows of a parent take popular rows of a table, none twice."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest

from datagen_chat.draws import below, key
from datagen_chat.generators.base import Siblings
from datagen_chat.popular_subsets import distinct_popular_rows
from datagen_chat.popularity import WeightsKind, choice_weights, popular_rows

STREAM, SPREAD = key(1, "distinct"), key(1, "spread")
Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
KINDS = [WeightsKind(), WeightsKind(1.2), WeightsKind(1.5, 0.6), WeightsKind(5.0)]


def families(count: Ints) -> Siblings:
    parents = np.arange(len(count))
    return Siblings(parents, np.cumsum(count) - count, count, np.repeat(parents, count))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("count", "size"), [(2, 5), (3, 5), (2, 7)])
def test_rows_are_taken_as_if_drawn_one_after_the_other_by_weight(kind: WeightsKind, count: int, size: int) -> None:
    weights, expected = choice_weights(kind, size), np.zeros(size)
    for order in permutations(range(size), count):
        chance, left = 1.0, 1.0
        for rank in order:
            chance *= weights[rank] / left
            left -= weights[rank]
        expected[list(order)] += chance
    parents = 20_000
    siblings = families(np.full(parents, count))
    taken = distinct_popular_rows(kind, size, SPREAD)(STREAM, range(parents * count), siblings)
    assert taken.inside.all()
    assert taken.unweighted == 0
    shares = np.sort(np.bincount(taken.things, minlength=size) / parents)
    deviations = np.sqrt(np.sort(expected) * (1 - np.sort(expected)) / parents)
    assert (np.abs(shares - np.sort(expected)) <= 5 * deviations + 1e-4).all()
    # In random order each place has the same rows: the first and the last hold the most popular one as often.
    first, last = (taken.things.reshape(parents, count)[:, place] == np.bincount(taken.things).argmax() for place in (0, -1))
    assert abs(first.mean() - last.mean()) < 5 * math.sqrt(2 * 0.25 / parents)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [30, 100_000])
def test_none_is_taken_twice_and_blocks_do_not_matter(kind: WeightsKind, size: int) -> None:
    count = below(key(2, "count"), range(60), 25)
    siblings, pick = families(count), distinct_popular_rows(kind, size, SPREAD)
    together = pick(STREAM, range(int(count.sum())), siblings)
    pairs = np.stack([siblings.family, together.things])
    assert np.unique(pairs, axis=1).shape[1] == count.sum()
    for parent in range(60):
        first, rows = siblings.first[[parent]], int(count[parent])
        alone = Siblings(np.array([parent]), first, count[[parent]], np.zeros(rows, dtype=np.int64))
        found = pick(STREAM, np.arange(first[0], first[0] + rows), alone)
        assert np.array_equal(found.things, together.things[siblings.family == parent])


def test_the_same_rows_are_popular_as_without_distinct() -> None:
    siblings = families(np.full(5000, 2))
    taken = distinct_popular_rows(WeightsKind(1.2), 10_000, SPREAD)(STREAM, range(10_000), siblings)
    drawn = popular_rows(WeightsKind(1.2), 10_000, SPREAD)(STREAM, range(10_000))
    assert np.bincount(taken.things).argmax() == np.bincount(drawn).argmax()


@pytest.mark.parametrize("kind", KINDS)
def test_rows_beyond_the_table_are_outside(kind: WeightsKind) -> None:
    taken = distinct_popular_rows(kind, 3, SPREAD)(STREAM, range(10), families(np.array([5, 5])))
    assert taken.inside.tolist() == [True, True, True, False, False] * 2
    assert sorted(taken.things[:3].tolist()) == [0, 1, 2]
