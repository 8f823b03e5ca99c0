"""The rows of a parent are ordered uniform draws, whatever their number."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from datagen_chat.draws import key
from datagen_chat.generators.base.rows import Siblings
from datagen_chat.order import BUCKET, ordered_uniform

SPACING, LAST = key(1, "spacing"), key(1, "last")


def equal_families(parents: int, count: int, only: slice = slice(None)) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the ordered draws of parents with `count` rows each, shape (parents, count), or of some ranks only."""
    parent = np.repeat(np.arange(parents), len(range(count)[only]))
    first = parent * count
    rows = first + np.tile(np.arange(count)[only], parents)
    siblings = Siblings(parent, first, np.full(len(parent), count), np.arange(len(parent)))
    return ordered_uniform(SPACING, LAST, rows, siblings).reshape(parents, -1)


@pytest.mark.parametrize("count", [1, 2, 5, 50])
def test_the_kth_of_n_follows_its_beta_law(count: int) -> None:
    draws = equal_families(4000, count)
    for rank in {0, count // 2, count - 1}:
        # Kolmogorov-Smirnov at a level of 1e-6; the order statistic of rank k of n is Beta(k + 1, n - k).
        assert stats.kstest(draws[:, rank], stats.beta(rank + 1, count - rank).cdf).pvalue > 1e-6


@pytest.mark.parametrize("count", [BUCKET - 1, BUCKET, BUCKET + 1, 3 * BUCKET + 200])
@pytest.mark.parametrize("rank", [0, 500, BUCKET - 1])
def test_long_families_follow_the_same_law_across_their_buckets(count: int, rank: int) -> None:
    rank = min(rank, count - 1)
    draws = equal_families(1500, count, slice(rank, rank + 1))[:, 0]
    assert stats.kstest(draws, stats.beta(rank + 1, count - rank).cdf).pvalue > 1e-6


def test_the_last_bucket_ends_where_it_should() -> None:
    count = 2 * BUCKET + 300
    last = equal_families(1500, count, slice(count - 1, count))[:, 0]
    assert stats.kstest(last, stats.beta(count, 1).cdf).pvalue > 1e-6


@pytest.mark.parametrize("count", [3, 200, 3 * BUCKET + 5])
def test_draws_ascend_within_a_parent_and_stay_within_0_and_1(count: int) -> None:
    draws = equal_families(20, count)
    assert (np.diff(draws, axis=1) >= 0).all()
    assert draws.min() >= 0
    assert draws.max() < 1


def test_all_rows_together_are_uniform() -> None:
    draws = equal_families(3, 40_000).ravel()
    counts = np.bincount((draws * 100).astype(int), minlength=100)
    expected = len(draws) / 100
    assert abs(((counts - expected) ** 2 / expected).sum() - 99) < 5 * math.sqrt(2 * 99)


def test_families_of_different_sizes_do_not_disturb_each_other() -> None:
    alone = equal_families(1, 7)[0]
    siblings = Siblings(np.arange(2), np.array([0, 7]), np.array([7, 5000]), np.repeat([0, 1], [7, 5000]))
    together = ordered_uniform(SPACING, LAST, range(5007), siblings)
    assert (together[:7] == alone).all()
