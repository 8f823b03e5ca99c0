"""Tables draw what the laws say, down to their tails."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from datagen_chat.draws import bits32, key
from datagen_chat.laws import LAWS
from datagen_chat.laws.base import Masses
from datagen_chat.tables import Discrete, Quantiles, clamped_masses

EVERYWHERE = np.concatenate(
    [
        np.arange(0, 2**32, 16411, dtype=np.uint64),
        np.arange(0, 2**24, 127, dtype=np.uint64),
        2**32 - 1 - np.arange(0, 2**24, 127, dtype=np.uint64),
    ]
).astype(np.uint32)

CONTINUOUS = [
    ("normal", {"mu": 5, "sigma": 3}, stats.norm(5, 3)),
    ("lognormal", {"mu": 3.5, "sigma": 0.8}, stats.lognorm(0.8, scale=math.exp(3.5))),
    ("uniform", {"low": -2, "high": 7}, stats.uniform(-2, 9)),
    ("exponential", {"scale": 12}, stats.expon(scale=12)),
    ("exponential", {"rate": 0.25}, stats.expon(scale=4)),
    ("gamma", {"shape": 0.4, "scale": 3}, stats.gamma(0.4, scale=3)),
    ("gamma", {"shape": 9, "mean": 18}, stats.gamma(9, scale=2)),
    ("gamma", {"shape": 2000, "rate": 4}, stats.gamma(2000, scale=0.25)),
    ("beta", {"alpha": 2, "beta": 5}, stats.beta(2, 5)),
    ("beta", {"alpha": 0.5, "beta": 3, "high": 4}, stats.beta(0.5, 3, 0, 4)),
    ("weibull", {"shape": 0.7, "scale": 900}, stats.weibull_min(0.7, scale=900)),
    ("weibull", {"shape": 5, "scale": 2}, stats.weibull_min(5, scale=2)),
    ("pareto", {"alpha": 2.5, "minimum": 10}, stats.pareto(2.5, scale=10)),
    ("pareto", {"alpha": 1.1, "minimum": 3}, stats.pareto(1.1, scale=3)),
    ("triangular", {"low": 5, "mode": 8, "high": 20}, stats.triang(0.2, 5, 15)),
    ("triangular", {"low": 0, "mode": 0, "high": 1}, stats.triang(0, 0, 1)),
    ("loguniform", {"low": 1, "high": 1000}, stats.loguniform(1, 1000)),
    ("student_t", {"df": 4, "mu": 1, "sigma": 1.5}, stats.t(4, 1, 1.5)),
    ("student_t", {"df": 1.5}, stats.t(1.5)),
]
DISCRETE = [
    ("poisson", {"lambda": 0.3}, stats.poisson(0.3)),
    ("poisson", {"lambda": 40}, stats.poisson(40)),
    ("poisson", {"lambda": 20_000}, stats.poisson(20_000)),
    ("binomial", {"n": 20, "p": 0.3}, stats.binom(20, 0.3)),
    ("binomial", {"n": 1, "p": 0.5}, stats.binom(1, 0.5)),
    ("binomial", {"n": 100_000, "p": 0.999}, stats.binom(100_000, 0.999)),
    ("geometric", {"p": 0.4}, stats.geom(0.4)),
    ("geometric", {"p": 0.001}, stats.geom(0.001)),
    ("negative_binomial", {"mean": 4, "dispersion": 1.5}, stats.nbinom(1.5, 1.5 / 5.5)),
    ("negative_binomial", {"mean": 300, "dispersion": 0.05}, stats.nbinom(0.05, 0.05 / 300.05)),
    ("negative_binomial", {"p": 0.2, "dispersion": 30}, stats.nbinom(30, 0.2)),
    ("zipf", {"alpha": 1.1, "n": 100}, stats.zipfian(1.1, 100)),
    ("zipf", {"alpha": 0, "n": 7}, stats.zipfian(0, 7)),
]


@pytest.mark.parametrize(("word", "params", "exact"), CONTINUOUS)
def test_continuous_tables_follow_the_exact_law_to_1e_5(word: str, params: dict[str, Any], exact: Any) -> None:
    drawn = Quantiles(LAWS[word].model_validate(params).quantiles).sample(EVERYWHERE)
    assert np.abs(exact.cdf(drawn) - (EVERYWHERE + 0.5) / 2**32).max() < 1e-5


@pytest.mark.parametrize(("word", "params", "exact"), CONTINUOUS)
def test_tails_keep_their_shape_to_the_last_draw(word: str, params: dict[str, Any], exact: Any) -> None:
    distance = np.arange(0, 2**23, 97, dtype=np.uint64)
    table = Quantiles(LAWS[word].model_validate(params).quantiles)
    shares = (distance + 0.5) / 2**32
    low, high = table.sample(distance.astype(np.uint32)), table.sample((2**32 - 1 - distance).astype(np.uint32))
    # The relative error of a tail's probability; one draw more or less at the very end is a relative 2/3.
    assert np.abs(exact.cdf(low) / shares - 1).max() < 1e-4
    assert np.abs(exact.sf(high) / shares - 1).max() < 1e-4


@pytest.mark.parametrize(("word", "params", "exact"), CONTINUOUS)
def test_a_larger_draw_never_gives_a_smaller_value(word: str, params: dict[str, Any], exact: Any) -> None:
    drawn = Quantiles(LAWS[word].model_validate(params).quantiles).sample(np.sort(EVERYWHERE))
    assert (np.diff(drawn) >= 0).all()
    assert exact is not None


ENDS = np.array([0, 1, 2, 6, 2**23, 2**24 - 1, 2**24, 2**31, 2**32 - 2**23 - 1, 2**32 - 3, 2**32 - 2, 2**32 - 1], np.uint32)


@pytest.mark.parametrize(("word", "params", "exact"), [each for each in CONTINUOUS if LAWS[each[0]].is_pointwise])
def test_few_draws_ask_for_few_quantiles_and_come_to_the_same(word: str, params: dict[str, Any], exact: Any) -> None:
    law, asked = LAWS[word].model_validate(params), list[int]()

    def quantiles(shares: tuple[float, ...]) -> list[float]:
        asked.append(len(shares))
        return law.quantiles(shares)

    few, whole = Quantiles(quantiles, is_pointwise=True), Quantiles(law.quantiles)
    for drawn in (ENDS, bits32(key(1, word), range(500)), bits32(key(2, word), range(0))):
        assert few.sample(drawn).tobytes() == whole.sample(drawn).tobytes()
    assert max(asked) <= 2 * 500
    drawn = bits32(key(3, word), range(5000))
    assert few.sample(drawn).tobytes() == whole.sample(drawn).tobytes()
    assert exact is not None


@pytest.mark.parametrize(("word", "params", "exact"), CONTINUOUS + DISCRETE)
def test_laws_know_their_moments(word: str, params: dict[str, Any], exact: Any) -> None:
    law = LAWS[word].model_validate(params)
    assert law.mean() == pytest.approx(exact.mean())
    # SciPy calls an infinite deviation nan where there is no mean.
    assert law.deviation() == pytest.approx(exact.std() if math.isfinite(exact.std()) else math.inf)


@pytest.mark.parametrize(("word", "params", "exact"), DISCRETE)
def test_masses_are_those_of_the_exact_law(word: str, params: dict[str, Any], exact: Any) -> None:
    masses = LAWS[word].model_validate(params).masses()
    numbers = np.arange(masses.first, masses.first + len(masses.shares))
    assert np.allclose(masses.shares, exact.pmf(numbers), atol=1e-12, rtol=1e-8)
    assert 1 - 2**-33 < math.fsum(masses.shares) < 1 + 1e-9


@pytest.mark.parametrize(
    "shares", [(0.7, 0.3), (0, 1, 0), (1,), tuple(range(1, 9)), tuple(range(1, 300)), (0, 0, 5, *(0,) * 20, 2, 0)]
)
def test_discrete_tables_cut_the_draws_at_the_exact_shares(shares: tuple[float, ...]) -> None:
    table = Discrete(shares)
    edges = np.cumsum(shares) / sum(shares)
    near = np.concatenate([np.round(edges[:-1] * 2**32).astype(np.int64) + step for step in (-2, -1, 0, 1, 2)])
    drawn = np.unique(np.clip(np.concatenate([near, EVERYWHERE[::100].astype(np.int64)]), 0, 2**32 - 1)).astype(np.uint32)
    expected = np.searchsorted(np.round(edges[:-1] * 2**32), drawn, side="right")
    assert (table.sample(drawn) == np.minimum(expected, max(k for k, share in enumerate(shares) if share > 0))).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1000), min_size=1, max_size=400).filter(lambda shares: sum(shares) > 1e-3))
def test_an_outcome_without_weight_is_never_drawn(shares: list[float]) -> None:
    drawn = Discrete(shares).sample(bits32(key(1, "weights"), range(2000)))
    assert all(shares[outcome] > 0 for outcome in np.unique(drawn).tolist())
    extremes = Discrete(shares).sample(np.array([0, 2**32 - 1], dtype=np.uint32))
    assert all(shares[outcome] > 0 or shares[outcome] / sum(shares) > 0 for outcome in extremes.tolist())


def test_a_clamp_moves_probability_to_the_nearest_number_within() -> None:
    masses = clamped_masses(Masses(0, (0.1, 0.2, 0.3, 0.4)), (0.5, 2))
    assert masses.first == 1
    assert masses.shares == pytest.approx((0.3, 0.7))


def test_a_clamp_beyond_the_support_leaves_one_number() -> None:
    assert clamped_masses(Masses(0, (0.5, 0.5)), (10, 20)) == Masses(10, (1.0,))
