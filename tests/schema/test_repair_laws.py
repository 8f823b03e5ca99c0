"""Laws, fanouts and correlations in the spellings of other libraries come out in ours."""

from __future__ import annotations

from typing import Any

import pytest

from datagen_chat.schema.repair import repair

PRICE = {"type": "lognormal", "params": {"mu": 3.5, "sigma": 0.8}}


def law(word: str, **params: Any) -> dict[str, Any]:
    return {"distribution": {"type": word, "params": params}}


def mended(shop: dict[str, Any], generator: Any) -> Any:
    columns = shop["nodes"][1]["columns"]
    columns.append({"name": "x", "type": "float", "generator": generator})
    repaired = repair(shop)
    assert repaired.reading.dataset is not None, repaired.reading.errors
    return repaired.draft["nodes"][1]["columns"][-1]["generator"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"exponential": {"lambda": 0.2}}, law("exponential", rate=0.2)),
        (law("exponential", mean=5), law("exponential", scale=5)),
        (law("expon", scale=5), law("exponential", scale=5)),
        ({"type": "exponential", "scale": 5}, law("exponential", scale=5)),
        (law("gamma", alpha=2, theta=3), law("gamma", shape=2, scale=3)),
        (law("gamma", a=2, scale=3), law("gamma", shape=2, scale=3)),
        (law("gamma", k=2, mean=6), law("gamma", shape=2, mean=6)),
        (law("beta", a=2, b=5), law("beta", alpha=2, beta=5)),
        (law("beta", a=2, b=5, min=1, max=10), law("beta", alpha=2, beta=5, low=1, high=10)),
        (law("weibull_min", c=1.5, scale=10), law("weibull", shape=1.5, scale=10)),
        (law("weibull", k=1.5, **{"lambda": 10}), law("weibull", shape=1.5, scale=10)),
        (law("pareto", b=1.5, scale=10), law("pareto", alpha=1.5, minimum=10)),
        (law("pareto", alpha=1.5, xm=10), law("pareto", alpha=1.5, minimum=10)),
        (law("triang", left=1, mode=2, right=3), law("triangular", low=1, mode=2, high=3)),
        (law("triangular", min=1, peak=2, max=3), law("triangular", low=1, mode=2, high=3)),
        (law("binom", n=10, prob=0.2), law("binomial", n=10, p=0.2)),
        (law("geom", p=0.2), law("geometric", p=0.2)),
        (law("zipfian", a=1.2, n=50), law("zipf", alpha=1.2, n=50)),
        (law("t", df=3, loc=1, scale=2), law("student_t", df=3, mu=1, sigma=2)),
        (law("Student-T", nu=3), law("student_t", df=3)),
        (law("nbinom", n=3, p=0.2), law("negative_binomial", dispersion=3, p=0.2)),
        (law("negative binomial", mu=3, r=2), law("negative_binomial", mean=3, dispersion=2)),
        (law("reciprocal", a=1, b=10), law("loguniform", low=1, high=10)),
    ],
)
def test_laws_of_other_libraries_are_ours(shop: dict[str, Any], written: Any, expected: Any) -> None:
    assert mended(shop, written) == expected


def test_an_upper_bound_of_a_pareto_law_is_its_clamp_and_the_minimum_stays(shop: dict[str, Any]) -> None:
    expected = {"distribution": {"type": "pareto", "params": {"alpha": 1.5, "minimum": 10}, "clamp": [10, 1000]}}
    assert mended(shop, law("pareto", alpha=1.5, min=10, max=1000)) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"correlation": {"column": "price", "r": 0.5}}, {"correlate": {"with": "price", "rho": 0.5}}),
        ({"correlate": {"with": "Price", "rho": "0.5"}}, {"correlate": {"with": "price", "rho": 0.5}}),
        ({"clip": [1, 9], "truncated": "true"}, {"clamp": [1, 9], "truncate": True}),
    ],
)
def test_options_of_a_distribution_by_other_names_are_ours(shop: dict[str, Any], written: Any, expected: Any) -> None:
    assert mended(shop, {"distribution": PRICE | written}) == {"distribution": PRICE | expected}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"type": "geom", "mean": 2}, {"distribution": "geometric", "mean": 2}),
        ({"distribution": "nbinom", "mu": 3, "r": 1}, {"distribution": "negative_binomial", "mean": 3, "dispersion": 1}),
        (
            {"distribution": "categorical", "choices": [1, 2], "probabilities": [0.5, 0.5]},
            {"distribution": "choice", "values": [1, 2], "weights": [0.5, 0.5]},
        ),
        ({"values": [1, 2], "weights": [1, 3]}, {"distribution": "choice", "values": [1, 2], "weights": [1, 3]}),
        ({"mean": 3, "dispersion": 2}, {"distribution": "negative_binomial", "mean": 3, "dispersion": 2}),
    ],
)
def test_fanouts_of_other_libraries_are_ours(shop: dict[str, Any], written: Any, expected: Any) -> None:
    shop["nodes"][2]["fanout"] = written
    repaired = repair(shop)
    assert repaired.reading.dataset is not None, repaired.reading.errors
    assert repaired.draft["nodes"][2]["fanout"] == expected


@pytest.mark.parametrize(
    "params",
    [
        {"type": "exponential", "params": {"scale": 5, "rate": 3}},
        {"type": "gamma", "params": {"alpha": 2, "beta": 3}},
        {"type": "zipf", "params": {"a": 2}},
    ],
)
def test_what_two_libraries_mean_differently_stays_a_problem(shop: dict[str, Any], params: dict[str, Any]) -> None:
    """numpy, Python and statisticians disagree on what gamma's beta is; numpy's zipf has no end."""
    shop["nodes"][1]["columns"].append({"name": "x", "type": "float", "generator": {"distribution": params}})
    assert repair(shop).reading.dataset is None


def test_the_mean_alone_leaves_a_fanout_open(shop: dict[str, Any]) -> None:
    """It could be geometric, and poisson by another name."""
    shop["nodes"][2]["fanout"] = {"mean": 3}
    assert repair(shop).reading.dataset is None
