"""The rows of a parent get distinct numbers; which ones is as likely for all."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from datagen_chat.draws import below, key
from datagen_chat.generators.base.rows import Siblings
from datagen_chat.subsets import PART, distinct_subset, hypergeometric

STREAM = key(1, "subset")
Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def families(count: Ints) -> Siblings:
    """Return parents 0, 1, … with these numbers of rows, all rows in question."""
    parents = np.arange(len(count))
    return Siblings(parents, np.cumsum(count) - count, count, np.repeat(parents, count))


def equal(parents: int, count: int, bound: int, *, ascending: bool) -> Ints:
    siblings = families(np.full(parents, count))
    return distinct_subset(STREAM, range(parents * count), siblings, bound, ascending=ascending).reshape(parents, count)


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("count", range(1, 8))
def test_every_number_is_chosen_equally_often(count: int, ascending: bool) -> None:
    found = equal(20_000, count, 7, ascending=ascending)
    assert (np.diff(np.sort(found, axis=1), axis=1) > 0).all()
    share, shares = count / 7, np.bincount(found.ravel(), minlength=7) / len(found)
    # The share of a number that is chosen or not has a deviation of sqrt(p (1 - p) / parents).
    assert np.abs(shares - share).max() <= 5 * math.sqrt(share * (1 - share) / len(found))


@pytest.mark.parametrize(("count", "bound"), [(39, 40), (20, 40), (3, 10**12), (1, 1)])
def test_ascending_numbers_ascend_below_the_bound(count: int, bound: int) -> None:
    found = equal(500, count, bound, ascending=True)
    assert (np.diff(found, axis=1) > 0).all()
    assert found.min() >= 0
    assert found.max() < bound
    assert abs(found.mean() / bound - 0.5 + 0.5 / bound) < 5 * 0.3 / math.sqrt(found.size)  # a uniform deviates by 0.29


def test_numbers_in_random_order_are_those_in_ascending_order() -> None:
    mixed, ordered = (equal(300, 20, 500, ascending=ascending) for ascending in (False, True))
    assert np.array_equal(np.sort(mixed, axis=1), ordered)
    assert 0.4 < (np.diff(mixed, axis=1) > 0).mean() < 0.6


@pytest.mark.parametrize("ascending", [True, False])
def test_each_parent_has_a_bound_of_its_own_and_numbers_of_its_own(ascending: bool) -> None:
    count = below(key(2, "count"), range(400), 30)
    count[7] = PART * 3 + 5
    bound = count + below(key(2, "bound"), range(400), 50) + (count == 0)
    siblings = families(count)
    together = distinct_subset(STREAM, range(int(count.sum())), siblings, bound, ascending=ascending)
    assert (together < bound.take(siblings.family)).all()
    for parent in (0, 7, 8, 399):
        first, own = int(siblings.first[parent]), np.array([int(count[parent])])
        alone = Siblings(np.array([parent]), np.array([first]), own, np.zeros(own[0], dtype=np.int64))
        rows = range(first, first + int(own[0]))
        found = distinct_subset(STREAM, rows, alone, bound[[parent]], ascending=ascending)
        assert np.array_equal(found, together[rows.start : rows.stop])


def test_some_rows_of_a_large_family_are_those_of_the_whole() -> None:
    count, bound = 100_000, 300_000
    whole = equal(1, count, bound, ascending=True)[0]
    rows = np.array([99_999, 5, 40_000, 5, 40_001])
    siblings = Siblings(np.array([0]), np.array([0]), np.array([count]), np.zeros(5, dtype=np.int64))
    assert np.array_equal(distinct_subset(STREAM, rows, siblings, bound, ascending=True), whole[rows])


def test_a_large_family_is_spread_evenly_and_has_the_gaps_of_random_numbers() -> None:
    count, bound = 100_000, 300_000
    whole = equal(1, count, bound, ascending=True)[0]
    assert (np.diff(whole) > 0).all()
    cells = np.bincount(whole // 3000, minlength=100)
    # Cells of 3000 numbers hold 1000 of them, with a variance of 1000 * (2 / 3).
    assert abs(((cells - 1000) ** 2 / (1000 * 2 / 3)).sum() - 99) < 5 * math.sqrt(2 * 99)
    for gap in (1, 2, 3):
        share = (2 / 3) ** (gap - 1) / 3
        assert abs((np.diff(whole) == gap).mean() - share) < 5 * math.sqrt(share * (1 - share) / count)


def test_a_billion_rows_cost_no_more_than_those_that_are_asked_for() -> None:
    rows = np.arange(700_000_000, 700_000_100)
    siblings = Siblings(np.array([0]), np.array([0]), np.array([10**9]), np.zeros(100, dtype=np.int64))
    found = distinct_subset(STREAM, rows, siblings, 2 * 10**9, ascending=True)
    assert (np.diff(found) > 0).all()
    # The k-th of n among N deviates from 2 k by sqrt(k (n - k) / n * (N / n) * (N / n - 1)).
    assert abs(int(found[0]) - 2 * 700_000_000) < 5 * math.sqrt(0.7 * 0.3 * 1e9 * 2)


@pytest.mark.parametrize(
    ("size", "marked", "count"), [(100, 50, 30), (1001, 500, 999), (10_000, 5000, 5000), (10**6, 5 * 10**5, 9)]
)
def test_halves_are_split_by_the_hypergeometric_law(size: int, marked: int, count: int) -> None:
    law = stats.hypergeom(size, marked, count)
    for share in (1e-9, 0.011, 0.3, 0.501, 0.777, 0.9999):
        assert hypergeometric(share, size, marked, count) == int(law.ppf(share))
