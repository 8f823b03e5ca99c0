"""Which rows hang off which parent, and how many there are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen_chat.draws import key
from datagen_chat.engine.fanout import (
    KEPT_BYTES,
    PARENT_BLOCK,
    Fanout,
    bounded_masses,
    drawn_counts,
    exact_counts,
    kept,
    topped_up,
)
from datagen_chat.fanouts import SPREADS, Spread
from datagen_chat.fanouts.constant import ConstantSpread
from datagen_chat.fanouts.poisson import PoissonSpread
from datagen_chat.fanouts.uniform import UniformSpread

KEY = key(1, "child", "", "fanout")


def poisson(mean: float, at_least: int = 0) -> Spread:
    return PoissonSpread.model_validate({"lambda": mean, "min": at_least})


def fanout(spread: Spread, parents: int) -> Fanout:
    return Fanout(drawn_counts(bounded_masses(spread, spread.masses()), KEY, parents), parents)


def all_counts(spread: Spread, parents: int, rows: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    counts = exact_counts(spread, KEY, parents, rows)
    return np.concatenate([counts(number) for number in range(-(-parents // PARENT_BLOCK))])


@settings(max_examples=60, deadline=None)
@given(mean=st.floats(0.05, 6), parents=st.integers(1, 400), data=st.data())
def test_ranges_and_scattered_rows_name_the_same_parents(mean: float, parents: int, data: st.DataObject) -> None:
    tree = fanout(poisson(mean), parents)
    if not tree.total:
        return
    start = data.draw(st.integers(0, tree.total - 1))
    rows = range(start, data.draw(st.integers(start + 1, tree.total)))
    family = tree.family(rows)
    index = family.parents_of(rows)
    parent, first, count = tree.places(np.arange(rows.start, rows.stop))
    assert (index + family.first_parent == parent).all()
    assert (family.starts[index] == first).all()
    assert (family.counts[index] == count).all()
    assert ((first <= np.arange(rows.start, rows.stop)) & (np.arange(rows.start, rows.stop) < first + count)).all()


def test_many_blocks_of_parents_keep_rows_in_order() -> None:
    tree = fanout(poisson(0.7), 3 * PARENT_BLOCK + 17)
    rows = range(tree.total - 100_000, tree.total)
    family = tree.family(rows)
    parents = family.parents_of(rows) + family.first_parent
    assert (np.diff(parents) >= 0).all()
    assert parents[-1] < tree.parents
    some = np.array([0, rows.start, tree.total - 1, PARENT_BLOCK])
    assert (tree.places(some)[0] == [tree.places(np.array([row]))[0][0] for row in some]).all()


def test_a_row_beyond_the_last_is_an_error() -> None:
    tree = fanout(ConstantSpread(value=2), 10)
    assert tree.total == 20
    with pytest.raises(IndexError):
        tree.family(range(15, 21))


@pytest.mark.parametrize(
    ("spread", "parents", "rows", "low", "high"),
    [
        (poisson(3.5), 500, 1750, 0, math.inf),
        (poisson(3.5), 500, 50_000, 0, math.inf),
        (poisson(3.5, at_least=1), 500, 777, 1, math.inf),
        (poisson(100), 1, 1000, 0, math.inf),
        (UniformSpread(min=0, max=1), 50_000, 5000, 0, 1),
        (UniformSpread(min=1, max=5), 300, 1500, 1, 5),
        (UniformSpread(min=1, max=5), 300, 300, 1, 5),
        (UniformSpread(min=1, max=5), 300, 901, 1, 5),
        (ConstantSpread(value=3), 70_000, 200_001, 2, 3),
        (ConstantSpread(value=1), 7, 1000, 142, 143),
        (poisson(2), 10, 0, 0, 0),
        (poisson(0.001), 3, 4000, 0, math.inf),
    ],
)
def test_an_exact_total_is_met_within_the_bounds(spread: Spread, parents: int, rows: int, low: float, high: float) -> None:
    counts = all_counts(spread, parents, rows)
    assert counts.sum() == rows
    assert counts.min() >= low
    assert counts.max() <= high


@pytest.mark.parametrize(
    ("drawn", "rows", "low", "high", "wanted"),
    [
        ([0, 900_000], 100_000, 0, None, [0, 100_000]),
        ([5, 9, 700_000], 100_012, 4, None, [4, 4, 100_004]),
        ([1, 1, 1], 3_000_004, 0, None, [1_000_001, 1_000_001, 1_000_002]),
        ([1, 1, 1, 1], 500_004, 0, [1, 500_000, 2, 7], [1, 499_994, 2, 7]),
        ([0, 0, 0], 600_001, 0, [10, 300_000, 400_000], [10, 299_995, 299_996]),
    ],
)
def test_a_total_far_from_what_was_drawn_is_met_at_once(
    drawn: list[int], rows: int, low: int, high: list[int] | None, wanted: list[int]
) -> None:
    most = None if high is None else lambda _number: np.array(high)
    counts = topped_up(lambda _number: np.array(drawn), len(drawn), rows, low, most)
    assert counts(0).tolist() == wanted


def test_a_total_that_no_parent_has_room_for_is_an_error() -> None:
    with pytest.raises(ValueError, match="room"):
        topped_up(lambda _number: np.zeros(3, np.int64), 3, 500_007, 0, lambda _number: np.array([1, 500_000, 5]))


def test_an_exact_total_keeps_the_shape_of_the_fanout() -> None:
    counts = all_counts(poisson(3.5), 100_000, 700_000)
    # A Poisson variance of 7 has a standard error of sqrt((7 + 2 * 49) / 100000) = 0.032.
    assert abs(counts.var() - 7) < 4 * 0.032


@pytest.mark.parametrize("rows", [299, 1501])
def test_a_total_that_the_bounds_forbid_is_an_error(rows: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        exact_counts(UniformSpread(min=1, max=5), KEY, 300, rows)


@pytest.mark.parametrize("word", sorted(SPREADS))
def test_a_fanout_draws_what_its_probabilities_say(word: str) -> None:
    arguments = {name: value for name, value in SPREADS[word].example.items() if name != "distribution"}
    spread = SPREADS[word].model_validate(arguments)
    counts = drawn_counts(bounded_masses(spread, spread.masses()), KEY, 60_000)(0)
    masses = spread.masses()
    for place, share in enumerate(masses.shares):
        seen = (counts == masses.first + place).mean()
        assert abs(seen - share) <= 4.5 * math.sqrt(share * (1 - share) / 60_000) + 1e-4
    assert abs(counts.mean() - spread.mean()) < 0.05


def test_costly_counts_are_made_once_while_they_take_little_memory() -> None:
    made: list[int] = []

    def costly(number: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        made.append(number)
        return np.arange(number, number + 300, dtype=np.int64)

    counts = kept(costly)
    for _ in range(2):
        assert [counts(number).tolist() for number in (0, 5)] == [list(range(300)), list(range(5, 305))]
        assert counts(5).dtype == np.int64
    assert made == [0, 5]


def test_counts_beyond_that_memory_are_made_again() -> None:
    large = np.full(KEPT_BYTES // 2, 300, dtype=np.int64)  # two bytes each
    counts = kept(lambda number: large + number)
    assert counts(0)[-1] == 300
    assert counts(1)[0] == counts(1)[-1] == 301
