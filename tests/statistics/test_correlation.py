"""Columns that correlate share their normal scores as closely as they say, and keep their own laws."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats

from datagen_chat.draws import bits32, key
from datagen_chat.engine.plan import Plan
from datagen_chat.schema.read import read
from datagen_chat.scores import draws_of, scores_of
from tests.engine.test_promises import column
from tests.statistics.test_generators import ROWS, table, within
from tests.statistics.test_tables import EVERYWHERE

PlanOf = Callable[..., Plan]
NORMAL = {"type": "normal", "params": {"mu": 0, "sigma": 1}}
INCOME = {"type": "lognormal", "params": {"mu": 10, "sigma": 0.6}}


def named(name: str, generator: dict[str, Any], type_: str = "float", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, "generator": {"distribution": generator}} | more


def along(generator: dict[str, Any], rho: float, other: str = "income") -> dict[str, Any]:
    return generator | {"correlate": {"with": other, "rho": rho}}


def spearman(rho: float) -> float:
    """Return Spearman's correlation under the Gaussian copula (Kruskal, JASA 53, 1958)."""
    return 6 / math.pi * math.asin(rho / 2)


def drawn(plan_of: PlanOf, *columns: dict[str, Any]) -> list[Any]:
    plan = plan_of(table(list(columns)))
    return [plan.tables["t"].rows(range(ROWS)).values(each["name"]).data for each in columns]


# The standard error of Spearman's correlation is at most that at 0, 1 / sqrt(n - 1).
TOLERANCE = 4.5 / math.sqrt(ROWS - 1)


@pytest.mark.parametrize("rho", [-1, -0.7, 0, 0.3, 0.6, 0.95, 1])
def test_ranks_correlate_as_the_copula_says(plan_of: PlanOf, rho: float) -> None:
    income, spending = drawn(
        plan_of, named("income", INCOME), named("x", along({"type": "gamma", "params": {"shape": 2, "scale": 50}}, rho))
    )
    assert abs(stats.spearmanr(income, spending).statistic - spearman(rho)) < TOLERANCE


@pytest.mark.parametrize(
    ("type_", "generator", "exact"),
    [
        ("float", {"type": "lognormal", "params": {"mu": 3.5, "sigma": 0.8}}, stats.lognorm(0.8, scale=math.exp(3.5))),
        ("float", {"type": "pareto", "params": {"alpha": 2.5, "minimum": 10}}, stats.pareto(2.5, scale=10)),
        ("int", {"type": "uniform", "params": {"low": 0, "high": 10**12}}, stats.uniform(0, 1e12)),
    ],
)
def test_a_correlated_column_keeps_its_own_law(plan_of: PlanOf, type_: str, generator: Any, exact: Any) -> None:
    places = {"decimals": 9} if type_ == "float" else {}
    _, made = drawn(plan_of, named("income", INCOME), named("x", along(generator, 0.8), type_, **places))
    for share in (0.0005, 0.01, 0.2, 0.5, 0.8, 0.99, 0.9995):
        assert within((made <= exact.ppf(share)).mean(), share)


def test_whole_numbers_keep_their_frequencies(plan_of: PlanOf) -> None:
    generator = along({"type": "poisson", "params": {"lambda": 2}}, 0.8)
    _, made = drawn(plan_of, named("income", INCOME), named("x", generator, "int"))
    assert all(within((made == number).mean(), stats.poisson(2).pmf(number)) for number in range(8))


@pytest.mark.parametrize(
    ("type_", "other"),
    [
        ("float", INCOME | {"clamp": [20_000, 25_000]}),
        ("float", INCOME | {"clamp": [20_000, 25_000], "truncate": True}),
        ("int", {"type": "poisson", "params": {"lambda": 1}}),
        ("int", {"type": "uniform", "params": {"low": 1, "high": 6}}),
        ("int", {"type": "uniform", "params": {"low": 1, "high": 10**15}}),
    ],
)
def test_the_score_behind_a_value_counts_not_what_became_of_it(plan_of: PlanOf, type_: str, other: dict[str, Any]) -> None:
    """Where rho is 1, the other column has the quantile that this one has, before any clamp and rounding."""
    first, second = drawn(plan_of, named("income", other, type_), named("x", along(NORMAL, 1), decimals=9))
    order = np.argsort(second, kind="stable")
    assert (np.diff(first[order]) >= 0).mean() > 1 - 1e-4  # equal scores but for the last bits of their tables


def test_a_chain_correlates_by_the_product(plan_of: PlanOf) -> None:
    first, middle, last = drawn(
        plan_of, named("a", NORMAL), named("b", along(NORMAL, 0.8, "a")), named("c", along(NORMAL, 0.5, "b"))
    )
    for one, other, rho in ((first, middle, 0.8), (middle, last, 0.5), (first, last, 0.4)):
        assert abs(stats.spearmanr(one, other).statistic - spearman(rho)) < TOLERANCE


def test_correlating_a_column_leaves_the_other_as_it_was(plan_of: PlanOf) -> None:
    [alone] = drawn(plan_of, named("income", INCOME))
    beside, _ = drawn(plan_of, named("income", INCOME), named("x", along(NORMAL, 0.9)))
    assert (alone == beside).all()


def family(correlate: dict[str, Any], *, parents: bool) -> dict[str, Any]:
    """Return customers with an income, and orders that hang off them or look them up."""
    schema = table([named("income", INCOME)], rows=5000)
    columns: list[dict[str, Any]] = [
        {"name": "id", "type": "int", "generator": {"sequence": {}}},
        {"name": "t_id", "type": "int", "generator": {"lookup": {"from": "t.id"}}},
        named("total", NORMAL | {"correlate": correlate}, decimals=9),
        {"name": "income", "type": "float", "generator": {"lookup": {"from": "t.income", "on": "t_id"}}},
    ]
    child: dict[str, Any] = {"id": "c", "kind": "fact", "pk": "id", "columns": columns}
    child |= {"parents": ["t"], "fanout": {"distribution": "poisson", "lambda": 9}} if parents else {"rows": 45_000}
    schema["nodes"].append(child)
    return schema


@pytest.mark.parametrize("parents", [True, False])
def test_a_row_goes_along_with_its_parent_or_the_row_that_it_points_at(plan_of: PlanOf, parents: bool) -> None:
    plan = plan_of(family({"with": "t.income", "rho": 0.7}, parents=parents))
    income, total = column(plan, "c", "income"), column(plan, "c", "total")
    # Nine rows share one income: the 5000 incomes bound the error.
    assert abs(stats.spearmanr(income, total).statistic - spearman(0.7)) < 4.5 / math.sqrt(5000)


def test_any_rows_are_the_same_as_those_of_the_whole(plan_of: PlanOf) -> None:
    plan = plan_of(family({"with": "t.income", "rho": 0.7}, parents=True))
    rows = np.array([40_000, 7, 40_000, 12_345])
    again = plan_of(family({"with": "t.income", "rho": 0.7}, parents=True))
    assert (again.tables["c"].rows(rows).values("total").data == column(plan, "c", "total")[rows]).all()


def codes(*columns: dict[str, Any]) -> list[tuple[str, str]]:
    problems = read(table(list(columns))).errors
    return [(problem.at.removeprefix("/nodes/0/columns/"), problem.code) for problem in problems]


AT = "generator/distribution/correlate"


@pytest.mark.parametrize(
    ("correlate", "expected"),
    [
        ({"with": "id", "rho": 0.5}, (f"2/{AT}/with", "no-scores")),
        ({"with": "nowhere", "rho": 0.5}, (f"2/{AT}/with", "unknown-column")),
        ({"with": "other.income", "rho": 0.5}, (f"2/{AT}/with", "unknown-reference")),
        ({"with": "x", "rho": 0.5}, ("2/generator", "column-cycle")),
        ({"with": "income", "rho": 1.5}, (f"2/{AT}/rho", "too-large")),
        ({"with": "income"}, (f"2/{AT}/rho", "missing-key")),
    ],
)
def test_what_cannot_be_correlated_is_a_problem_at_its_place(correlate: dict[str, Any], expected: tuple[str, str]) -> None:
    assert codes(named("income", INCOME), named("x", NORMAL | {"correlate": correlate})) == [expected]


def test_columns_that_correlate_in_a_circle_are_named() -> None:
    found = codes(named("a", along(NORMAL, 0.5, "b")), named("b", along(NORMAL, 0.5, "a")))
    assert [code for _, code in found] == ["column-cycle"]


def chain(length: int) -> list[dict[str, Any]]:
    later = [named(f"c{number}", along(NORMAL, 0.9, f"c{number - 1}")) for number in range(1, length)]
    return [*reversed(later), named("c0", NORMAL)]


def test_a_chain_of_fifty_is_drawn_and_a_longer_one_is_a_problem_at_each_column_beyond(plan_of: PlanOf) -> None:
    plan = plan_of(table(chain(51), rows=10))
    assert len(plan.tables["t"].rows(range(10)).values("c50").data) == 10
    assert codes(*chain(60))[-1] == (f"{60 - 51}/{AT}/with", "chain-too-long")
    assert len(codes(*chain(53))) == 2


def test_scores_are_normal_and_lead_back_to_their_draws() -> None:
    ascending = np.sort(EVERYWHERE)
    scores = scores_of(ascending)
    back = draws_of(scores)
    assert (np.diff(scores) >= 0).all()
    assert (np.diff(back.astype(np.int64)) >= 0).all()
    shares = (ascending + 0.5) / 2**32
    assert np.abs(stats.norm.cdf(scores) - shares).max() < 1e-5
    assert np.abs((back + 0.5) / 2**32 - shares).max() < 1e-5


def test_a_share_is_right_to_the_end_of_its_tail() -> None:
    scores = np.linspace(-6, 6, 20_001)
    shares = (draws_of(scores) + 0.5) / 2**32
    low, high = scores < -1, scores > 1
    # Half a draw in the tail's 2**32 comes on top of the table's relative error.
    assert (np.abs(shares - stats.norm.cdf(scores))[low] < 1e-4 * stats.norm.cdf(scores)[low] + 2**-32).all()
    assert (np.abs(1 - shares - stats.norm.sf(scores))[high] < 1e-4 * stats.norm.sf(scores)[high] + 2**-32).all()


def test_scores_beyond_all_draws_are_the_outermost() -> None:
    assert draws_of(np.array([-1e9, -7.0, 7.0, 1e9])).tolist() == [0, 0, 2**32 - 1, 2**32 - 1]


def test_shares_of_many_scores_are_uniform() -> None:
    made = draws_of(scores_of(bits32(key(1, "uniform"), range(1_000_000))))
    counts = np.bincount(made >> np.uint32(22), minlength=1024)
    assert stats.chisquare(counts).pvalue > 1e-6
