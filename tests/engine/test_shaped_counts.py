"""The number of a parent's rows follows what its own columns say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.estimate import estimate
from datagen_chat.engine.plan import Plan
from datagen_chat.problems import SchemaError
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read
from tests.engine.test_promises import column

PlanOf = Callable[..., Plan]
KEY = {"name": "id", "type": "int", "generator": {"sequence": {}}}
TIERS = {"choice": {"choices": ["Gold", "Silver", "Bronze"], "weights": [0.2, 0.3, 0.5]}}
GOLD, OTHERS = {"distribution": "poisson", "lambda": 9}, {"distribution": "uniform", "min": 1, "max": 5}


def shop(fanout: dict[str, Any], *, rows: int | None = None, customers: int = 20_000) -> dict[str, Any]:
    tier = {"name": "tier", "type": "string", "generator": TIERS}
    vip = {"name": "level", "type": "int", "generator": {"choice": {"choices": [1, 2, 3]}}}
    parent = {"id": "customer", "kind": "entity", "pk": "id", "rows": customers, "columns": [KEY, tier, vip]}
    key = {"name": "customer_id", "type": "int", "generator": {"lookup": {"from": "customer.id"}}}
    child: dict[str, Any] = {"id": "order", "kind": "fact", "pk": "id", "parents": ["customer"], "columns": [KEY, key]}
    child |= {"fanout": fanout} | ({} if rows is None else {"rows": rows})
    return {"version": "1.0", "metadata": {"name": "t"}, "nodes": [parent, child]}


BY_TIER = {"case": {"on": "customer.tier", "when": {"Gold": GOLD}, "else": OTHERS}}
NESTED = {
    "case": {
        "on": "tier",
        "when": {
            "Gold": {"case": {"on": "level", "when": {"1": {"distribution": "constant", "value": 0}}, "else": GOLD}},
            "Silver": OTHERS,
            "Bronze": {"distribution": "constant", "value": 2},
        },
    }
}


def counts(plan: Plan) -> np.ndarray[Any, Any]:
    """Return the number of orders of each customer."""
    return np.bincount(column(plan, "order", "customer_id") - 1, minlength=plan.tables["customer"].row_count)


def test_each_case_has_its_own_mean(plan_of: PlanOf) -> None:
    plan = plan_of(shop(BY_TIER))
    gold = np.array(column(plan, "customer", "tier")) == "Gold"
    drawn = counts(plan)
    # Within four standard errors of the mean: sqrt(9 / n) for a Poisson law of mean 9, sqrt(2 / n) for uniform 1..5.
    assert abs(drawn[gold].mean() - 9) < 4 * math.sqrt(9 / gold.sum())
    assert abs(drawn[~gold].mean() - 3) < 4 * math.sqrt(2 / (~gold).sum())
    assert set(drawn[~gold].tolist()) == {1, 2, 3, 4, 5}


def test_cases_nest(plan_of: PlanOf) -> None:
    plan = plan_of(shop(NESTED))
    tier, level, drawn = np.array(column(plan, "customer", "tier")), column(plan, "customer", "level"), counts(plan)
    assert set(drawn[(tier == "Gold") & (level == 1)].tolist()) == {0}
    assert set(drawn[tier == "Bronze"].tolist()) == {2}
    assert drawn[(tier == "Gold") & (level != 1)].mean() > 8


@pytest.mark.parametrize("rows", [60_000, 250_000])
def test_a_total_is_exact_and_keeps_the_ratio_of_the_cases(plan_of: PlanOf, rows: int) -> None:
    plan = plan_of(shop(BY_TIER, rows=rows))
    gold = np.array(column(plan, "customer", "tier")) == "Gold"
    drawn = counts(plan)
    assert drawn.sum() == rows
    ratio = drawn[gold].mean() / drawn[~gold].mean()
    # The ratio of two means, each with a relative error of about 1 / sqrt(rows of that kind).
    assert abs(ratio - 3) < 5 * 3 * math.sqrt(1 / drawn[gold].sum() + 1 / drawn[~gold].sum())


def test_editing_one_case_leaves_the_others_as_they_were(plan_of: PlanOf) -> None:
    other = {"case": {"on": "customer.tier", "when": {"Gold": {"distribution": "constant", "value": 1}}, "else": OTHERS}}
    before, after = plan_of(shop(BY_TIER)), plan_of(shop(other))
    gold = np.array(column(before, "customer", "tier")) == "Gold"
    assert (counts(before)[~gold] == counts(after)[~gold]).all()


def test_a_formula_over_the_parent_multiplies_the_mean(plan_of: PlanOf) -> None:
    plan = plan_of(shop({"distribution": "poisson", "lambda": 2, "scale": "if(tier = 'Gold', 3, 0.5) * customer.level"}))
    tier, level, drawn = np.array(column(plan, "customer", "tier")), column(plan, "customer", "level"), counts(plan)
    for chosen, mean in (((tier == "Gold") & (level == 3), 18), ((tier != "Gold") & (level == 2), 2)):
        assert abs(drawn[chosen].mean() - mean) < 4.5 * math.sqrt(mean / chosen.sum())


def test_a_formula_keeps_an_exact_total(plan_of: PlanOf) -> None:
    plan = plan_of(shop({"distribution": "geometric", "mean": 2, "scale": "level"}, rows=70_000))
    level, drawn = column(plan, "customer", "level"), counts(plan)
    assert drawn.sum() == 70_000
    # Geometric counts of mean m have a variance of m + m squared; levels 1 and 3 differ by the factor 3.
    one, three = drawn[level == 1], drawn[level == 3]
    error = 3 * math.sqrt((1 + 1 / one.mean()) / len(one) + (1 + 1 / three.mean()) / len(three))
    assert abs(three.mean() / one.mean() - 3) < 4.5 * error


def test_the_estimate_knows_the_cases() -> None:
    expected = estimate(Dataset.model_validate(shop(BY_TIER))).rows["order"]
    # 20 % of 20 000 have 9, the others 3; the estimate looks at 2 000 parents, whose mean has a deviation of about 0.08.
    assert expected == pytest.approx(20_000 * 4.2, rel=0.08)


def case(on: str, value: str, fanout: dict[str, Any]) -> dict[str, Any]:
    return {"case": {"on": on, "when": {value: fanout}, "else": OTHERS}}


MISTAKES = [
    ({"case": {"on": "customer.tier", "when": {"Gold": GOLD}}}, "/case/else", "missing-else"),
    (case("customer.tier", "Goldd", GOLD), "/case/when/Goldd", "unknown-case"),
    (case("customer.level", "x", GOLD), "/case/when/x", "case-type"),
    (case("customer.nothing", "x", GOLD), "/case/on", "unknown-reference"),
    (case("order.id", "1", GOLD), "/case/on", "not-an-ancestor"),
    ({"case": {"on": "tier", "when": {}}}, "/case/when", "too-few-keys"),
    (GOLD | {"scale": "tier"}, "/scale", "expression-type"),
    (GOLD | {"scale": "no_such * 2"}, "/scale", "unknown-column"),
    (GOLD | {"scale": "2 *"}, "/scale", "expression-syntax"),
    (case("tier", "Gold", {"distribution": "poison"}), "/case/when/Gold/distribution", "not-one-of"),
    (case("tier", "Gold", {"distribution": "uniform", "min": 5, "max": 1}), "/case/when/Gold/max", "empty-range"),
]


@pytest.mark.parametrize(("fanout", "place", "code"), MISTAKES)
def test_a_case_that_cannot_be_is_a_problem_at_its_place(fanout: dict[str, Any], place: str, code: str) -> None:
    found = read(shop(fanout)).errors
    assert (f"/nodes/1/fanout{place}", code) in [(problem.at, problem.code) for problem in found]


def test_a_total_leaves_every_parent_within_its_bounds_where_nothing_may_come_twice(plan_of: PlanOf) -> None:
    draft = shop({"distribution": "uniform", "min": 2, "max": 9}, rows=5_000, customers=900)
    shelf = {"id": "copy", "kind": "entity", "pk": "id", "rows": 320, "columns": [KEY]}
    book = {"name": "copy_id", "type": "int", "generator": {"lookup": {"from": "copy.id", "distinct": True}}}
    draft["nodes"][1]["columns"].append(book)
    draft["nodes"][1]["parents"].append("copy")
    drawn = counts(plan_of({**draft, "nodes": [shelf, *draft["nodes"]]}))
    assert drawn.sum() == 5_000
    assert (drawn.min(), drawn.max()) == (2, 9)


def test_the_estimate_asks_for_no_more_parents_than_there_are() -> None:
    written = shop(BY_TIER)
    del written["nodes"][0]["rows"]
    assert estimate(Dataset.model_validate(written)).rows["order"] == pytest.approx(4200, rel=0.1)


@pytest.mark.parametrize("scale", ["level * 100000000.0", "level * 60000.0"])
def test_multipliers_that_no_table_can_hold_are_a_problem_at_the_fanout(plan_of: PlanOf, scale: str) -> None:
    gold = {"distribution": "geometric", "mean": 9, "scale": scale}
    plan = plan_of(shop({"case": {"on": "tier", "when": {"Silver": OTHERS, "Gold": gold}, "else": OTHERS}}, customers=50))
    with pytest.raises(SchemaError) as caught:
        plan.tables["order"].row_count  # noqa: B018 - counts the rows
    assert [(problem.at, problem.code) for problem in caught.value.problems] == [
        ("/nodes/1/fanout/case/when/Gold", "fanout-too-wide")
    ]


def test_wide_fanouts_keep_their_mean_and_variance_between_factors_that_have_tables(plan_of: PlanOf) -> None:
    plan = plan_of(shop({"distribution": "geometric", "mean": 400, "scale": "0.78"}, customers=20_000))
    drawn = counts(plan)
    # A geometric law from 0 of mean m has the variance m + m² and a kurtosis of 9: four standard errors, and a hundredth
    # of the variance for the two neighbours.
    mean, variance = 312, 312 + 312**2
    assert abs(drawn.mean() - mean) < 4 * math.sqrt(variance / 20_000)
    assert abs(drawn.var() / variance - 1) < 4 * math.sqrt(8 / 20_000) + 0.01


def test_the_estimate_looks_at_parents_that_are_there_whatever_it_reads_of_them() -> None:
    """A case may depend on what is made of other rows below the parents, as an advert's end on its states."""
    written = shop(BY_TIER, customers=30)
    state = {"name": "state", "type": "string", "generator": {"choice": {"choices": ["open", "sold"]}}}
    ad = {"id": "ad", "kind": "fact", "pk": "id", "parents": ["customer"], "fanout": {"distribution": "constant", "value": 4}}
    last = {"name": "last", "type": "string", "nullable": True, "generator": {"aggregate": {"of": "step.state", "op": "last"}}}
    below = {"kind": "fact", "pk": "id", "parents": ["ad"], "columns": [KEY]}
    steps = {"id": "step", **below, "columns": [KEY, state], "fanout": {"distribution": "constant", "value": 2}}
    one, none = ({"distribution": "constant", "value": value} for value in (1, 0))
    sale = {"id": "sale", **below, "fanout": {"case": {"on": "ad.last", "when": {"sold": one}, "else": none}}}
    written["nodes"] += [ad | {"columns": [KEY, last]}, steps, sale]

    found = estimate(Dataset.model_validate(written)).rows

    assert found["step"] == 240
    assert abs(found["sale"] - 60) < 4 * math.sqrt(120 / 4)
