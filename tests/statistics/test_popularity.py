"""Weights fall off as their kind says, for lists and for tables of any size."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from datagen_chat.draws import key
from datagen_chat.popularity import (
    WeightsKind,
    canonical_weights_kind,
    choice_weights,
    popular_rows,
    power_sum,
    ranker,
    read_weights_kind,
)
from datagen_chat.problems import Problem

DRAWS, SPREAD = key(1, "draws"), key(1, "spread")
MANY = 1_000_000


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("uniform", WeightsKind()),
        ("zipf@1.2", WeightsKind(1.2)),
        ("zipf@0", WeightsKind(0.0)),
        ("head_tail@{0.6,1.5}", WeightsKind(1.5, 0.6)),
        ("head_tail@{1, 2}", WeightsKind(2.0, 1.0)),
    ],
)
def test_a_kind_is_read(text: str, kind: WeightsKind) -> None:
    assert read_weights_kind(text) == kind


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("zipf", '"zipf@1"'),
        ("zipf@", '"zipf@1"'),
        ("zipf(1.1)", '"zipf@1.1"'),
        ("pareto@1.2", '"head_tail@{0.6,1.5}"'),
        ("zipf@-1", '"zipf@1.2"'),
        ("zipf@9", "from 0 to 5"),
        ("head_tail@{1.6,1.5}", "from 0 to 1"),
        ("", '"uniform"'),
    ],
)
def test_what_is_no_kind_is_a_problem_that_says_what_to_write(text: str, hint: str) -> None:
    found = read_weights_kind(text)
    assert isinstance(found, Problem)
    assert found.code == "weights-kind"
    assert hint in found.hint


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("zipf(1.2)", "zipf@1.2"),
        ("Zipf:1.2", "zipf@1.2"),
        ("zipf-1.2", "zipf@1.2"),
        ("zipf@a=.5", "zipf@0.5"),
        ("power law 2", "zipf@2"),
        ({"zipf": 1.2}, "zipf@1.2"),
        ({"kind": "zipf", "alpha": 1.2}, "zipf@1.2"),
        ({"zipf": {"s": 1.2}}, "zipf@1.2"),
        ("head_tail(0.6, 1.5)", "head_tail@{0.6,1.5}"),
        ({"head_tail": {"alpha": 1.5, "share": 0.6}}, "head_tail@{0.6,1.5}"),
        ("equal", "uniform"),
        ("zipf", "zipf@1"),
        ("zipf@-1", None),
        ("pareto@1", None),
        ({"zipf": True}, None),
        ({}, None),
        (3, None),
    ],
)
def test_other_spellings_are_understood_where_they_are_certain(written: object, meant: str | None) -> None:
    assert canonical_weights_kind(written) == meant


@given(st.text("zipfheadtailuniform_@{}().,:= -0123456789\n٣é", max_size=60))
def test_any_text_is_a_kind_or_a_problem(text: str) -> None:
    assert isinstance(read_weights_kind(text), WeightsKind | Problem)
    meant = canonical_weights_kind(text)
    assert meant is None or canonical_weights_kind(meant) == meant


def test_weights_of_choices_are_those_of_the_definition() -> None:
    assert choice_weights(WeightsKind(), 4) == (0.25,) * 4
    assert choice_weights(WeightsKind(2.0), 3) == pytest.approx((36 / 49, 9 / 49, 4 / 49))
    # Two of ten share 0.6; the other eight share 0.4 as 1, 1/2, … 1/8, which add up to 761 / 280.
    tail = [0.4 * 280 / 761 / rank for rank in range(1, 9)]
    assert choice_weights(WeightsKind(1.0, 0.6), 10) == pytest.approx((0.3, 0.3, *tail))
    assert choice_weights(WeightsKind(1.0, 0.6), 1) == (1.0,)
    assert choice_weights(WeightsKind(1.0, 0.6), 2) == pytest.approx((0.6, 0.4))


@pytest.mark.parametrize("exponent", [0.0, 0.3, 1.0, 1.0000001, 1.7, 5.0])
def test_sums_of_many_ranks_are_differences_of_the_zeta_function(exponent: float) -> None:
    listed = math.fsum(math.pow(rank, -exponent) for rank in range(1001, 30_001))
    assert power_sum(exponent, 1000, 30_000) == pytest.approx(listed, rel=1e-12)
    if exponent > 1.5:
        exact = special.zeta(exponent, 1001) - special.zeta(exponent, 10**9 + 1)
        assert power_sum(exponent, 1000, 10**9) == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("count", [3, 4096, 4097, 200_000])
@pytest.mark.parametrize("kind", [WeightsKind(), WeightsKind(0.5), WeightsKind(1.0), WeightsKind(2.5), WeightsKind(1.5, 0.6)])
def test_ranks_are_drawn_as_often_as_they_weigh(kind: WeightsKind, count: int) -> None:
    ranks = ranker(kind, count)(DRAWS, range(MANY))
    assert ranks.min() >= 0
    assert ranks.max() < count
    weights = np.array(choice_weights(kind, count))
    # Ranks side by side in cells that are expected to hold at least some 100 draws; chi-square at a level of 1e-6.
    cells = np.minimum((np.cumsum(weights) - weights) * 1000, 999).astype(int)
    expected = np.bincount(cells, weights * MANY, minlength=1000)
    found, kept = np.bincount(cells.take(ranks), minlength=1000), expected > 100
    assert stats.chisquare(found[kept], expected[kept] * (found[kept].sum() / expected[kept].sum())).pvalue > 1e-6


@pytest.mark.parametrize("exponent", [0.7, 1.0, 1.3, 5.0])
def test_a_billion_ranks_follow_the_law_by_octaves(exponent: float) -> None:
    ranks = ranker(WeightsKind(exponent), 10**9)(DRAWS, range(MANY)) + 1
    ends = [2**octave for octave in range(29)] + [10**9]
    head = [math.fsum(math.pow(rank, -exponent) for rank in range(1, min(end, 1024) + 1)) for end in ends]
    sums = np.array(
        [below + (power_sum(exponent, 1024, end) if end > 1024 else 0) for below, end in zip(head, ends, strict=True)]
    )
    shares = sums / sums[-1]
    found = np.array([(ranks <= end).mean() for end in ends])
    # Shares are off by five deviations at most, and a share of 1 not at all.
    assert (np.abs(found - shares) <= 5 * np.sqrt(shares * (1 - shares) / MANY) + 1e-9).all()


def test_popular_rows_stand_anywhere_and_are_the_same_in_every_block() -> None:
    count = 10_000
    draw = popular_rows(WeightsKind(1.2), count, SPREAD)
    whole = draw(DRAWS, range(300_000))
    assert np.array_equal(draw(DRAWS, range(1000, 1010)), whole[1000:1010])
    assert np.array_equal(draw(DRAWS, np.array([7, 250_000])), whole[[7, 250_000]])
    times = np.bincount(whole, minlength=count)
    popular = np.argsort(-times)[:100]
    assert times[popular[0]] > 0.1 * len(whole)
    # The mean of 100 random places among n deviates from the middle by n / sqrt(12 * 100).
    assert abs(popular.mean() - count / 2) < 5 * count / math.sqrt(1200)
    other = popular_rows(WeightsKind(1.2), count, key(1, "other"))(DRAWS, range(300_000))
    assert np.bincount(other).argmax() != popular[0]


@pytest.mark.parametrize("kind", [WeightsKind(), WeightsKind(1.2), WeightsKind(1.2, 0.5)])
def test_one_row_is_all_there_is(kind: WeightsKind) -> None:
    assert popular_rows(kind, 1, SPREAD)(DRAWS, range(10)).tolist() == [0] * 10
