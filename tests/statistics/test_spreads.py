"""Fanouts have the probabilities that they promise, and a factor multiplies their mean."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from datagen_chat.draws import key
from datagen_chat.engine.fanout import bounded_masses, exact_counts, shifted_masses
from datagen_chat.fanouts import SPREADS, Spread
from datagen_chat.laws.base import Masses

CASES: list[tuple[str, dict[str, Any]]] = [
    ("poisson", {"lambda": 3.5}),
    ("geometric", {"mean": 2.5}),
    ("negative_binomial", {"mean": 4, "dispersion": 0.8}),
    ("uniform", {"min": 1, "max": 5}),
    ("constant", {"value": 3}),
    ("choice", {"values": [1, 6, 12], "weights": [0.5, 0.2, 0.3]}),
    ("choice", {"values": [4, 2, 4]}),
]


def spread(word: str, arguments: dict[str, Any]) -> Spread:
    return SPREADS[word].model_validate(arguments)


def mean_of(masses: Masses) -> float:
    return math.fsum(share * number for number, share in enumerate(masses.shares, masses.first))


@pytest.mark.parametrize(("word", "arguments"), CASES)
@pytest.mark.parametrize("factor", [0, 0.1, 0.5, 1, 1.3, 2, 7.77])
def test_a_factor_multiplies_the_mean(word: str, arguments: dict[str, Any], factor: float) -> None:
    made = spread(word, arguments)
    masses = bounded_masses(made, made.masses(factor))
    assert math.fsum(masses.shares) == pytest.approx(1, abs=1e-9)
    assert mean_of(masses) == pytest.approx(made.mean() * factor, abs=1e-8)


@settings(max_examples=100, deadline=None)
@given(values=st.lists(st.integers(0, 50), min_size=1, max_size=9), factor=st.floats(0, 20))
def test_a_number_times_a_factor_becomes_one_of_its_neighbours(values: list[int], factor: float) -> None:
    masses = spread("choice", {"values": values}).masses(factor)
    near = {end for value in values for end in (math.floor(value * factor), math.ceil(value * factor))}
    assert {number for number, share in enumerate(masses.shares, masses.first) if share > 0} <= near
    assert mean_of(masses) == pytest.approx(factor * sum(values) / len(values), abs=1e-9)


def test_min_and_max_of_a_uniform_fanout_are_multiplied_and_its_clamp_is_not() -> None:
    free, held = spread("uniform", {"min": 2, "max": 4}), spread("uniform", {"min": 2, "max": 4, "clamp": [0, 9]})
    assert bounded_masses(free, free.masses(3)) == Masses(6, (1 / 3, 0, 0, 1 / 3, 0, 0, 1 / 3))
    assert bounded_masses(held, held.masses(3)).shares == pytest.approx((1 / 3, 0, 0, 2 / 3))


@pytest.mark.parametrize(("word", "arguments"), [case for case in CASES if case[0] != "uniform"])
def test_bounds_of_other_fanouts_hold_whatever_the_factor(word: str, arguments: dict[str, Any]) -> None:
    made = spread(word, arguments | {"min": 2, "max": 7})
    masses = bounded_masses(made, made.masses(4))
    assert masses.first >= 2
    assert masses.first + len(masses.shares) - 1 <= 7


@pytest.mark.parametrize(
    ("word", "arguments", "exact"),
    [
        ("geometric", {"mean": 2.5}, stats.nbinom(1, 1 / 3.5)),
        ("geometric", {"mean": 0}, stats.nbinom(1, 1)),
        ("negative_binomial", {"mean": 4, "dispersion": 0.8}, stats.nbinom(0.8, 0.8 / 4.8)),
        ("negative_binomial", {"mean": 80, "dispersion": 20}, stats.nbinom(20, 0.2)),
    ],
)
def test_probabilities_are_those_of_the_exact_law(word: str, arguments: dict[str, Any], exact: Any) -> None:
    masses = spread(word, arguments).masses()
    numbers = np.arange(masses.first, masses.first + len(masses.shares))
    assert masses.shares == pytest.approx(exact.pmf(numbers), rel=1e-8)
    assert exact.cdf(numbers[-1]) > 1 - 2**-33


@pytest.mark.parametrize(("word", "arguments"), CASES)
@pytest.mark.parametrize("rows", [900, 1000, 1500])
def test_every_fanout_can_be_made_to_add_up(word: str, arguments: dict[str, Any], rows: int) -> None:
    counts = exact_counts(spread(word, arguments), key(1, "c", "", "fanout"), 300, rows)(0)
    assert counts.sum() == rows
    assert counts.min() >= 0


@pytest.mark.parametrize(
    ("word", "arguments", "at", "code"),
    [
        ("choice", {"values": [1, 2], "weights": [1]}, "/weights", "weights-length"),
        ("choice", {"values": [1, 2], "weights": [0, 0]}, "/weights", "weights-zero"),
        ("choice", {"values": [1, 10**9]}, "/values", "range-too-wide"),
        ("negative_binomial", {"mean": 1e9, "dispersion": 0.1}, "", "law-too-wide"),
        ("geometric", {"mean": 3, "min": 5, "max": 2}, "/max", "empty-range"),
    ],
)
def test_arguments_that_do_not_go_together_are_a_problem_at_their_place(
    word: str, arguments: dict[str, Any], at: str, code: str
) -> None:
    assert [(problem.at, problem.code) for problem in spread(word, arguments).check()] == [(at, code)]


@pytest.mark.parametrize(("word", "arguments"), [("uniform", {"min": 0, "max": 10**6}), ("geometric", {"mean": 10_000})])
def test_a_factor_that_no_table_can_hold_is_an_error(word: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="too"):
        spread(word, arguments).masses(1000)


def test_what_a_choice_can_reach_is_what_has_weight_within_the_bounds() -> None:
    assert spread("choice", {"values": [9, 1, 5], "weights": [0, 1, 1]}).reach() == (1, 5)
    assert spread("choice", {"values": [9, 1, 5], "min": 2, "max": 8}).reach() == (2, 8)


@pytest.mark.parametrize(
    ("mean", "dispersion", "most"), [(400, 0.01, 1000), (50_000, 0.05, 500_000), (1e7, 50, 10**6), (1e6, 3, 100), (3e5, 0.3, 0)]
)
def test_a_law_too_wide_for_a_table_has_what_lies_above_the_bound_at_the_bound(
    mean: float, dispersion: float, most: int
) -> None:
    made = spread("negative_binomial", {"mean": mean, "dispersion": dispersion, "max": most})
    assert list(made.check()) == []
    masses = made.masses()
    exact = stats.nbinom(dispersion, dispersion / (mean + dispersion))
    wanted = exact.pmf(np.arange(masses.first, most + 1))
    wanted[-1] = exact.sf(most - 1)
    assert masses.shares == pytest.approx(wanted, abs=1e-9)


@pytest.mark.parametrize(
    ("word", "arguments", "parents", "rows"),
    [
        ("geometric", {"mean": 2.5}, 1, 5000),
        ("negative_binomial", {"mean": 4, "dispersion": 0.01}, 100, 40_000),
        ("negative_binomial", {"mean": 4, "dispersion": 0.1}, 1, 5000),
    ],
)
def test_few_parents_can_have_all_rows_of_an_uneven_fanout(
    word: str, arguments: dict[str, Any], parents: int, rows: int
) -> None:
    counts = exact_counts(spread(word, arguments), key(1, "c", "", "fanout"), parents, rows)(0)
    assert counts.sum() == rows
    assert counts.min() >= 0


@pytest.mark.parametrize("mean", [0.2, 1.7, 2.5, 4.1, 4.9])
def test_a_total_tilts_the_numbers_of_rows_exponentially(mean: float) -> None:
    masses = shifted_masses(spread("uniform", {"min": 0, "max": 5}), mean, 1000)
    ratios = [after / before for before, after in itertools.pairwise(masses.shares)]
    assert mean_of(masses) == pytest.approx(mean, rel=1e-11)
    assert ratios == pytest.approx([ratios[0]] * 5, rel=1e-9)
