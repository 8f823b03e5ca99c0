"""A keyed permutation takes each number below n to another one, evenly, and back."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.draws import Key, below, bits, key
from datagen_chat.permutation import LISTED, permuted, permuted_each, unpermuted

KEYS = st.integers(0, 2**64 - 1).map(Key)
SMALL = st.one_of(st.integers(1, 300), st.sampled_from([LISTED, LISTED + 1, 4225, 5000, 10_007]))


@given(KEYS, SMALL)
def test_every_number_is_the_image_of_exactly_one(stream: Key, count: int) -> None:
    assert np.array_equal(np.sort(permuted(stream, range(count), count)), np.arange(count))
    each = permuted_each(np.full(count, stream, dtype=np.uint64), np.arange(count), np.full(count, count))
    assert np.array_equal(np.sort(each), np.arange(count))


@pytest.mark.parametrize("count", [1, 2, 3, 1000, 10**6, 2**28, 2**28 + 1, 2**40, 2**63 - 1, 2**63])
def test_going_back_returns_to_where_one_came_from(count: int) -> None:
    numbers = np.append(below(key(1, "numbers"), range(1000), count), [0, count - 1])
    images = permuted(key(1, "there"), numbers, count)
    assert (images >= 0).all()
    assert int(images.max()) < count
    assert np.array_equal(unpermuted(key(1, "there"), images, count), numbers)


@pytest.mark.parametrize("count", [2, 3, 10, 16, 17, 30, 100])
def test_each_image_of_a_number_is_equally_likely_over_keys(count: int) -> None:
    keys = bits(key(2, "keys"), range(50_000))
    images = permuted_each(keys, np.full(len(keys), count - 1), np.full(len(keys), count))
    assert even(np.bincount(images, minlength=count))


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_each_order_of_a_few_numbers_is_equally_likely_over_keys(count: int) -> None:
    keys = bits(key(3, "keys"), range(60_000))
    images = [permuted_each(keys, np.full(len(keys), number), np.full(len(keys), count)) for number in range(count)]
    orders = np.unique(np.stack(images), axis=1, return_counts=True)[1]
    assert len(orders) == math.factorial(count)
    assert even(orders)


@pytest.mark.parametrize("count", [10**6, 2**28, 2**40])
def test_a_run_of_neighbours_is_spread_evenly(count: int) -> None:
    images = permuted(key(4, "run"), range(500_000, 520_000), count)
    assert even(np.bincount(images * 100 // count, minlength=100))


@pytest.mark.parametrize("count", [6000, 10**6, 2**40])
@pytest.mark.parametrize("lag", [1, 2, "root"])
def test_numbers_that_are_close_go_to_places_that_have_nothing_to_do_with_each_other(count: int, lag: int | str) -> None:
    distance = lag if isinstance(lag, int) else math.isqrt(count - 1) + 1
    numbers = below(key(4, "numbers"), range(200_000), count - distance)
    here, there = (permuted(key(4, "close"), each, count) / count - 0.5 for each in (numbers, numbers + distance))
    # The correlation of independent numbers has a deviation of one over the root of how many pairs there are.
    assert abs(float((here * there).mean() * 12)) < 5 / math.sqrt(min(len(numbers), count))


def test_another_key_is_another_permutation() -> None:
    for count in (1000, 10**6):
        same = permuted(key(1, "a"), range(1000), count) == permuted(key(1, "b"), range(1000), count)
        assert same.sum() < 10  # one is expected among a thousand at most


def test_a_number_alone_goes_where_it_goes_among_others() -> None:
    keys, counts = bits(key(5, "keys"), range(300)), below(key(5, "counts"), range(300), 5000) + 1
    numbers = counts - 1
    together = permuted_each(keys, numbers, counts)
    alone = [int(permuted_each(keys[i : i + 1], numbers[i : i + 1], counts[i : i + 1])[0]) for i in range(300)]
    assert together.tolist() == alone
    assert int(permuted(key(6, "x"), np.array([77]), 10**6)[0]) == int(permuted(key(6, "x"), range(100), 10**6)[77])


def even(counts: np.ndarray[tuple[int], np.dtype[np.int64]]) -> bool:
    """Whether counts of equally likely things look it: chi-square within five deviations, sqrt(2 * freedom) each."""
    expected, freedom = counts.sum() / len(counts), len(counts) - 1
    return bool(abs(((counts - expected) ** 2 / expected).sum() - freedom) < 5 * math.sqrt(2 * freedom))
