"""Laws give exact quantiles, bounded tables, and columns with the moments and frequencies that they promise."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from datagen_chat.engine.plan import Plan
from datagen_chat.laws import LAWS, Law
from datagen_chat.laws._recursion import WIDEST
from datagen_chat.schema.read import read
from tests.statistics.test_generators import ROWS, made, table, within

PlanOf = Callable[..., Plan]
SHARES = (2.0**-33, 1e-7, 1e-4, 0.01, 0.2, 0.5, 0.77, 0.99, 0.9999, 1 - 1e-7, 1 - 2.0**-33)


def law(word: str, params: dict[str, Any]) -> Law:
    return LAWS[word].model_validate(params)


def column_of(generator: dict[str, Any], type_: str = "float") -> dict[str, Any]:
    return table([{"name": "x", "type": type_, "generator": {"distribution": generator}}], rows=10)


def codes(generator: dict[str, Any], type_: str = "float") -> list[tuple[str, str]]:
    """Return where in the distribution, and by what codes, a schema with it is wrong."""
    problems = read(column_of(generator, type_)).errors
    return [(problem.at.removeprefix("/nodes/0/columns/1/generator/distribution"), problem.code) for problem in problems]


@pytest.mark.parametrize("shape", [0.05, 0.3, 1, 2, 7.3, 100, 1e4])
def test_gamma_quantiles_are_exact(shape: float) -> None:
    ours = law("gamma", {"shape": shape, "scale": 2}).quantiles(SHARES)
    assert ours == pytest.approx(stats.gamma(shape, scale=2).ppf(SHARES), rel=1e-10)


def test_gamma_quantiles_of_a_huge_shape_are_those_of_the_expansion() -> None:
    # Cornish and Fisher's expansion; SciPy's lower tail is off by 1e-5 at this shape.
    for share in SHARES:
        z, root = stats.norm.ppf(share), 1e4
        expected = 1e8 + z * root + (z * z - 1) / 3 + (z**3 - 7 * z) / (36 * root)
        assert law("gamma", {"shape": 1e8, "scale": 1}).quantile(share) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(
    ("alpha", "beta"), [(0.05, 0.05), (0.5, 0.5), (1, 1), (2, 5), (30, 0.2), (1e4, 3), (1e4, 1e4), (1, 1e6)]
)
def test_beta_quantiles_are_exact(alpha: float, beta: float) -> None:
    ours = law("beta", {"alpha": alpha, "beta": beta}).quantiles(SHARES)
    assert ours == pytest.approx(stats.beta(alpha, beta).ppf(SHARES), rel=1e-10)


@pytest.mark.parametrize("df", [0.1, 0.5, 1, 2.5, 4, 30, 1e6])
def test_student_t_quantiles_are_exact(df: float) -> None:
    ours = law("student_t", {"df": df}).quantiles(SHARES)
    # Near an upper end SciPy's ppf has no more digits than 1 - share; the law is symmetric.
    expected = [stats.t(df).ppf(share) if share <= 0.5 else -stats.t(df).ppf(1 - share) for share in SHARES]
    assert ours == pytest.approx(expected, rel=1e-10, abs=1e-12)


CONTINUOUS = sorted(word for word, cls in LAWS.items() if not cls.discrete)


@pytest.mark.parametrize("word", CONTINUOUS)
def test_a_share_and_its_quantile_agree(word: str) -> None:
    made_by = law(word, dict(LAWS[word].example))
    assert [made_by.share(made_by.quantile(share)) for share in SHARES] == pytest.approx(SHARES, rel=1e-5, abs=1e-15)
    assert list(SHARES) == pytest.approx([made_by.share(value) for value in made_by.quantiles(SHARES)], abs=1e-12)


@pytest.mark.parametrize("word", CONTINUOUS)
def test_nothing_lies_beyond_the_support(word: str) -> None:
    made_by = law(word, dict(LAWS[word].example))
    assert made_by.share(-1e9) <= 1e-20
    assert made_by.share(1e18) == pytest.approx(1, abs=1e-20)


shapes = st.floats(1e-3, 1e8)


@settings(max_examples=40, deadline=None)
@given(alpha=shapes, beta=shapes, df=st.floats(0.1, 1e8))
def test_quantiles_ascend_for_all_parameters(alpha: float, beta: float, df: float) -> None:
    for word, params in (
        ("gamma", {"shape": alpha, "mean": beta}),
        ("beta", {"alpha": alpha, "beta": beta}),
        ("student_t", {"df": df}),
    ):
        values = law(word, params).quantiles(SHARES)
        assert all(map(math.isfinite, values))
        assert values == sorted(values)


EXTREMES: list[tuple[str, dict[str, Any]]] = [
    ("poisson", {"lambda": 1e9}),
    ("binomial", {"n": 10**9, "p": 0.5}),
    ("binomial", {"n": 10**12, "p": 1e-12}),
    ("geometric", {"p": 1e-4}),
    ("negative_binomial", {"mean": 1e5, "dispersion": 30}),
    ("negative_binomial", {"mean": 3, "dispersion": 1e300}),
    ("zipf", {"alpha": 3, "n": 1_000_000}),
]


@pytest.mark.parametrize(("word", "params"), EXTREMES)
def test_the_widest_laws_have_bounded_tables_with_the_right_mean(word: str, params: dict[str, Any]) -> None:
    wide = law(word, params)
    assert not list(wide.check())
    masses = wide.masses()
    assert len(masses.shares) <= WIDEST
    mean = masses.first + math.fsum(k * share for k, share in enumerate(masses.shares))
    assert mean == pytest.approx(wide.mean(), rel=1e-6)


@pytest.mark.parametrize(
    ("word", "params"),
    [
        ("binomial", {"n": 10**12, "p": 0.5}),
        ("geometric", {"p": 1e-9}),
        ("negative_binomial", {"mean": 1e9, "dispersion": 1}),
        ("negative_binomial", {"mean": 1e300, "dispersion": 1e-300}),
    ],
)
def test_a_law_too_wide_for_a_table_is_a_problem_that_names_another(word: str, params: dict[str, Any]) -> None:
    [problem] = law(word, params).check()
    assert problem.code == "law-too-wide"
    assert problem.hint.startswith("Use ")


@pytest.mark.parametrize(
    ("word", "params", "at", "code"),
    [
        ("exponential", {}, "", "missing-parameter"),
        ("exponential", {"scale": 2, "rate": 0.5}, "/rate", "parameter-twice"),
        ("gamma", {"shape": 2}, "", "missing-parameter"),
        ("gamma", {"shape": 2, "scale": 1, "mean": 2}, "/mean", "parameter-twice"),
        ("negative_binomial", {"dispersion": 2}, "", "missing-parameter"),
        ("negative_binomial", {"dispersion": 2, "mean": 1, "p": 0.5}, "/p", "parameter-twice"),
        ("beta", {"alpha": 1, "beta": 1, "low": 3, "high": 3}, "/high", "empty-range"),
        ("triangular", {"low": 3, "mode": 3, "high": 3}, "/high", "empty-range"),
        ("triangular", {"low": 3, "mode": 9, "high": 5}, "/mode", "mode-outside"),
        ("loguniform", {"low": 3, "high": 2}, "/high", "empty-range"),
        ("geometric", {"p": 1e-9}, "", "law-too-wide"),
        ("pareto", {"alpha": 0.05, "minimum": 1e200}, "", "law-too-large"),
        ("weibull", {"shape": 0.05, "scale": 1e299}, "", "law-too-large"),
        ("student_t", {"df": 0.1, "sigma": 1e250}, "", "law-too-large"),
    ],
)
def test_parameters_that_do_not_go_together_are_a_problem_at_their_place(
    word: str, params: dict[str, Any], at: str, code: str
) -> None:
    assert codes({"type": word, "params": params}) == [(f"/params{at}", code)]


@pytest.mark.parametrize(
    ("word", "params", "at"),
    [
        ("binomial", {"n": 10, "p": 1.5}, "/p"),
        ("geometric", {"p": 0}, "/p"),
        ("zipf", {"alpha": -1, "n": 10}, "/alpha"),
        ("zipf", {"alpha": 1, "n": 10**7}, "/n"),
        ("weibull", {"shape": 0, "scale": 1}, "/shape"),
        ("pareto", {"alpha": 1, "minimum": 0}, "/minimum"),
        ("student_t", {"df": 0}, "/df"),
        ("loguniform", {"low": 0, "high": 1}, "/low"),
    ],
)
def test_a_parameter_out_of_its_range_is_a_problem_at_its_place(word: str, params: dict[str, Any], at: str) -> None:
    assert [place for place, _ in codes({"type": word, "params": params})] == [f"/params{at}"]


@pytest.mark.parametrize(
    ("word", "params", "number"),
    [
        ("binomial", {"n": 9, "p": 1}, 9),
        ("binomial", {"n": 9, "p": 0}, 0),
        ("binomial", {"n": 0, "p": 0.5}, 0),
        ("geometric", {"p": 1}, 1),
        ("poisson", {"lambda": 0}, 0),
        ("negative_binomial", {"mean": 0, "dispersion": 2}, 0),
        ("zipf", {"alpha": 2, "n": 1}, 1),
    ],
)
def test_a_law_without_chance_gives_its_only_number(word: str, params: dict[str, Any], number: int) -> None:
    masses = law(word, params).masses()
    assert (masses.first, masses.shares[0]) == (number, 1)
    assert law(word, params).deviation() == 0


def test_a_lognormal_beyond_floats_has_a_mean_and_a_deviation_still() -> None:
    vanishing, endless = (law("lognormal", {"mu": -1e300, "sigma": sigma}) for sigma in (100, 1e299))
    assert (vanishing.mean(), vanishing.deviation()) == (0, 0)
    assert (endless.mean(), endless.deviation()) == (math.inf, math.inf)


def test_next_to_nothing_of_a_wide_beta_lies_beside_its_low_end() -> None:
    assert law("beta", {"alpha": 0.05, "beta": 10, "low": -1e-300, "high": 1e150}).share(0) == 0


def test_a_heavy_tail_in_an_int_column_is_a_problem_unless_it_is_clamped() -> None:
    heavy = {"type": "pareto", "params": {"alpha": 0.3, "minimum": 1}}
    assert codes(heavy, "int") == [("/params", "law-too-large")]
    assert codes(heavy | {"clamp": [1, 1000]}, "int") == []


@pytest.mark.parametrize(
    ("word", "params", "exact"),
    [
        ("binomial", {"n": 12, "p": 0.3}, stats.binom(12, 0.3)),
        ("geometric", {"p": 0.4}, stats.geom(0.4)),
        ("negative_binomial", {"mean": 4, "dispersion": 1.5}, stats.nbinom(1.5, 1.5 / 5.5)),
        ("zipf", {"alpha": 1.1, "n": 40}, stats.zipfian(1.1, 40)),
    ],
)
@pytest.mark.parametrize("type_", ["int", "float"])
def test_whole_numbers_have_their_frequencies(plan_of: PlanOf, word: str, params: Any, exact: Any, type_: str) -> None:
    drawn = made(plan_of, type_, {"distribution": {"type": word, "params": params}})
    for number in range(int(drawn.max()) + 1):
        assert within((drawn == number).mean(), exact.pmf(number))


@pytest.mark.parametrize(
    ("word", "params", "exact"),
    [
        ("exponential", {"scale": 12}, stats.expon(scale=12)),
        ("gamma", {"shape": 2, "scale": 15}, stats.gamma(2, scale=15)),
        ("beta", {"alpha": 2, "beta": 5}, stats.beta(2, 5)),
        ("weibull", {"shape": 1.8, "scale": 900}, stats.weibull_min(1.8, scale=900)),
        ("pareto", {"alpha": 9, "minimum": 10}, stats.pareto(9, scale=10)),
        ("triangular", {"low": 5, "mode": 8, "high": 20}, stats.triang(0.2, 5, 15)),
        ("loguniform", {"low": 1, "high": 1000}, stats.loguniform(1, 1000)),
        ("student_t", {"df": 9, "sigma": 1.5}, stats.t(9, 0, 1.5)),
    ],
)
def test_columns_have_the_moments_and_quantiles_of_their_law(plan_of: PlanOf, word: str, params: Any, exact: Any) -> None:
    drawn = made(plan_of, "float", {"distribution": {"type": word, "params": params}}, decimals=9)
    deviation, kurtosis = exact.std(), float(exact.stats(moments="k")) + 3
    assert abs(drawn.mean() - exact.mean()) < 4.5 * deviation / math.sqrt(ROWS)
    # The standard error of a variance is var · sqrt((kurtosis - 1) / n); half of that, relative, for a deviation.
    assert abs(drawn.std() / deviation - 1) < 4.5 * math.sqrt((kurtosis - 1) / ROWS) / 2
    for share in (0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999):
        assert within((drawn <= exact.ppf(share)).mean(), share)


@pytest.mark.parametrize(
    ("params", "digits"),
    [
        ({"type": "pareto", "params": {"alpha": 1, "minimum": 0.001}}, 5),  # 0.0012 to 0.0063: half of it is 0.0026
        ({"type": "beta", "params": {"alpha": 2, "beta": 5}}, 3),  # a deviation of 0.16
        ({"type": "student_t", "params": {"df": 1, "sigma": 0.01}}, 4),  # from -0.018 to 0.018
        ({"type": "exponential", "params": {"scale": 500}}, 2),
        ({"type": "pareto", "params": {"alpha": 1, "minimum": 10}}, 2),
        ({"type": "beta", "params": {"alpha": 2, "beta": 5, "high": 100}}, 2),
    ],
)
def test_decimals_leave_three_digits_of_where_most_values_are(plan_of: PlanOf, params: dict[str, Any], digits: int) -> None:
    drawn = made(plan_of, "float", {"distribution": params})[:2000]
    assert (drawn == np.round(drawn, digits)).all()
    assert (drawn != np.round(drawn, digits - 1)).mean() > 0.8
