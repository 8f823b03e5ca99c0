"""What effects, trends and a parent's category or age do to the rows below: exact factors, and means and shares of counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.estimate import estimate
from datagen_chat.engine.plan import Plan
from datagen_chat.instants import DAY, parse_instant
from datagen_chat.modifiers._matching import Spans
from datagen_chat.problems import SchemaError
from datagen_chat.schema.read import read
from tests.engine.test_promises import column

PlanOf = Callable[..., Plan]
KEY = {"type": "int", "generator": {"sequence": {}}}
CUSTOMERS = 4000
START, END = "2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z"
FIRST_HALF = {"start": START, "end": "2024-06-30T00:00:00Z"}


def series(within: Any = "timeframe", freq: str = "H") -> dict[str, Any]:
    return {"type": "datetime", "generator": {"datetime_series": {"within": within, "freq": freq}}}


def shop(**more: dict[str, Any]) -> dict[str, Any]:
    """Return customers with orders and their items; `more` holds further keys of tables, by their names."""
    tier = {"name": "tier", "type": "string", "generator": {"choice": {"choices": ["vip", "usual", "rare"]}}}
    amount = {"name": "amount", "type": "float", "decimals": 6, "generator": {"constant": {"value": 100}}}
    listed = {
        "id": [1, 2, 3, 4],
        "tier": ["vip", "vip", "usual", "vip"],
        "since": ["2024-03-01T00:00:00Z", "2024-02-01T00:00:00Z", "2024-05-01T00:00:00Z", "2024-12-31T00:00:00Z"],
        "until": ["2024-03-31T00:00:00Z", "2024-04-30T00:00:00Z", "2024-05-31T00:00:00Z", "2024-12-01T00:00:00Z"],
        "factor": [2.0, 3.0, 0.5, 9.0],
    }
    types = {"id": "int", "tier": "string", "since": "datetime", "until": "datetime", "factor": "float"}
    promotion = [
        {"name": name, "type": types[name], "generator": {"enum_list": {"values": values}}} for name, values in listed.items()
    ]
    nodes = [
        {"id": "customer", "kind": "entity", "pk": "id", "rows": CUSTOMERS,
         "columns": [{"name": "id", **KEY}, tier, {"name": "signup", **series(FIRST_HALF, "D")}]},
        {"id": "promotion", "kind": "vocab", "pk": "id", "columns": promotion},
        {"id": "purchase", "kind": "fact", "pk": "id", "parents": ["customer"],
         "fanout": {"distribution": "poisson", "lambda": 6},
         "columns": [{"name": "id", **KEY}, {"name": "at", **series()}, amount]},
        {"id": "item", "kind": "fact", "pk": "id", "parents": ["purchase"], "fanout": {"distribution": "constant", "value": 2},
         "columns": [{"name": "id", **KEY}, {"name": "price", "type": "int", "generator": {"constant": {"value": 10}}}]},
    ]  # fmt: skip
    for node in nodes:
        node |= more.get(node["id"], {})
    return {
        "version": "1.0", "metadata": {"name": "shop"}, "timeframe": {"start": START, "end": END}, "nodes": nodes,
    }  # fmt: skip


def amounts(*changes: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the shop with modifiers of what a purchase costs."""
    schema = shop()
    schema["nodes"][2]["columns"][2]["modifiers"] = [{"transform": word, "args": args} for word, args in changes]
    return schema


def parents(plan: Plan, table: str) -> Any:
    owner = plan.tables[table]
    siblings = owner.rows(range(owner.row_count)).siblings()
    return siblings.parent.take(siblings.family)


def counts(plan: Plan, table: str, parent: str) -> Any:
    return np.bincount(parents(plan, table), minlength=plan.tables[parent].row_count)


# Trends


@pytest.mark.parametrize(
    ("args", "curve"),
    [
        ({"type": "linear", "growth_rate": 0.5}, lambda t: 1 + 0.5 * t),
        ({"type": "linear", "growth_rate": -0.9, "time_reference": "at"}, lambda t: 1 - 0.9 * t),
        ({"type": "exponential", "growth_rate": 0.08}, lambda t: 1.08**t),
        ({"type": "logarithmic", "params": {"a": 0.3, "b": 5}}, lambda t: 1 + 0.3 * math.log(1 + 5 * t)),
        ({"type": "logistic", "params": {"k": 12, "midpoint": 0.5}}, lambda t: 1 / (1 + math.exp(-12 * (t - 0.5)))),
    ],
)
def test_a_trend_multiplies_by_its_curve_at_the_rows_time(
    plan_of: PlanOf, args: dict[str, Any], curve: Callable[[float], float]
) -> None:
    plan = plan_of(amounts(("trend", args)))
    years = (column(plan, "purchase", "at") - parse_instant(START)) / (365.25 * DAY)
    wanted = [100 * curve(t) for t in years[:2000].tolist()]
    assert np.allclose(column(plan, "purchase", "amount")[:2000], wanted, rtol=0, atol=1e-6)


# Effects

WINDOW = {"start_col": "since", "end_col": "until"}


def expected(at: int, tier: str, *, by_tier: bool) -> float:
    """Return the factor of the first promotion that holds, by hand: the fourth one ends before it starts."""
    rows = [("vip", "03-01", "03-31", 2.0), ("vip", "02-01", "04-30", 3.0), ("usual", "05-01", "05-31", 0.5)]
    for whose, since, until, factor in rows:
        inside = parse_instant(f"2024-{since}T00:00:00Z") <= at <= parse_instant(f"2024-{until}T00:00:00Z")
        if inside and (whose == tier or not by_tier):
            return factor
    return 1.0


@pytest.mark.parametrize("by_tier", [False, True])
def test_an_effect_applies_the_first_row_that_matches_by_keys_and_time(plan_of: PlanOf, by_tier: bool) -> None:
    args = {"effect_table": "promotion", "window": WINDOW, "map": {"field": "factor"}}
    plan = plan_of(amounts(("effect", args | ({"on": {"customer.tier": "tier"}} if by_tier else {}))))
    tiers = np.array(column(plan, "customer", "tier"))[parents(plan, "purchase")].tolist()
    times = column(plan, "purchase", "at").tolist()
    wanted = [100 * expected(at, tier, by_tier=by_tier) for at, tier in zip(times, tiers, strict=True)]
    assert column(plan, "purchase", "amount").tolist() == wanted
    assert [(told.place, told.code, told.count) for told in plan.tellings.all] == [("purchase.amount", "window-order", 1)]


def test_an_effect_can_add_and_has_a_default(plan_of: PlanOf) -> None:
    args = {
        "effect_table": "promotion",
        "on": {"customer.tier": "tier"},
        "map": {"field": "factor", "op": "add", "default": -1},
    }
    plan = plan_of(amounts(("effect", args)))
    tiers = np.array(column(plan, "customer", "tier"))[parents(plan, "purchase")].tolist()
    wanted = [100 + {"vip": 2.0, "usual": 0.5}.get(tier, -1) for tier in tiers]
    assert column(plan, "purchase", "amount").tolist() == wanted


def test_windows_that_meet_are_swept_as_a_loop_would() -> None:
    draw = np.random.Generator(np.random.PCG64(1)).integers
    group, start = draw(0, 4, 60), draw(0, 100, 60)
    end = start + draw(-5, 40, 60)
    spans = Spans.of(group, start, end)
    asked = [(g, t) for g in range(5) for t in range(-3, 145)]
    found = spans.at(*(np.array(part) for part in zip(*asked, strict=True))).tolist()
    for (g, t), row in zip(asked, found, strict=True):
        matches = [k for k in range(60) if group[k] == g and start[k] <= t <= end[k]]
        assert row == min(matches, default=-1)


def test_an_effect_of_a_fact_scales_its_fanout_by_the_parents_time(plan_of: PlanOf) -> None:
    args = {"effect_table": "promotion", "window": WINDOW, "map": {"field": "factor"}}
    double = {"transform": "multiply", "args": {"factor": 2}}
    plan = plan_of(shop(purchase={"modifiers": [{"transform": "effect", "args": args}, double]}))
    made, times = counts(plan, "purchase", "customer"), column(plan, "customer", "signup").tolist()
    factors = np.array([2 * expected(at, "", by_tier=False) for at in times])
    for factor in np.unique(factors).tolist():
        chosen = made[factors == factor]
        assert abs(chosen.mean() - 6 * factor) < 4.5 * math.sqrt(6 * factor / len(chosen))


def test_a_fanout_that_is_multiplied_beyond_all_tables_is_a_problem(plan_of: PlanOf) -> None:
    huge = {"transform": "multiply", "args": {"factor": 1e300}}
    plan = plan_of(shop(purchase={"modifiers": [huge, huge]}))
    with pytest.raises(SchemaError, match="too much"):
        _ = plan.tables["purchase"].row_count


# Segments

SEGMENTS = {
    "segment_column": "tier",
    "behaviors": {"vip": {"fanout_multiplier": 2.5, "value_multiplier": 1.8}, "rare": {"fanout_multiplier": 0.25}},
    "applies_to_columns": ["amount", "price"],
}


def test_a_segment_scales_fanouts_and_values_of_all_facts_below(plan_of: PlanOf) -> None:
    plan = plan_of(shop(customer={"segment_behavior": SEGMENTS}))
    tiers, made = np.array(column(plan, "customer", "tier")), counts(plan, "purchase", "customer")
    items, owners = counts(plan, "item", "purchase"), tiers[parents(plan, "purchase")]
    for tier, factor in (("vip", 2.5), ("usual", 1.0), ("rare", 0.25)):
        chosen = made[tiers == tier]
        assert abs(chosen.mean() - 6 * factor) < 4.5 * math.sqrt(6 * factor / len(chosen))
        # Two items times the factor, rounded down or up by chance: the deviation is at most a half.
        assert abs(items[owners == tier].mean() - 2 * factor) <= 4.5 * 0.5 / math.sqrt(np.count_nonzero(owners == tier))
    assert set(zip(owners.tolist(), column(plan, "purchase", "amount").tolist(), strict=True)) == {
        ("vip", 180.0), ("usual", 100.0), ("rare", 100.0),
    }  # fmt: skip
    whose = owners[parents(plan, "item")]
    assert set(zip(whose.tolist(), column(plan, "item", "price").tolist(), strict=True)) == {
        ("vip", 18), ("usual", 10), ("rare", 10),
    }  # fmt: skip


def test_a_segment_leaves_every_other_column_as_it_was(plan_of: PlanOf) -> None:
    values = {"vip": {"value_multiplier": 1.8}}
    plain = plan_of(shop())
    scaled = plan_of(shop(customer={"segment_behavior": SEGMENTS | {"behaviors": values}}))
    assert (column(plain, "purchase", "at") == column(scaled, "purchase", "at")).all()
    assert (column(plain, "purchase", "amount") != column(scaled, "purchase", "amount")).any()


def test_the_expected_size_knows_of_multipliers() -> None:
    """2000 parents are sampled, so that the mean factor (1.25) is known within 4.5 · 0.94 / √2000."""
    dataset = read(shop(customer={"segment_behavior": SEGMENTS})).valid()
    assert abs(estimate(dataset).rows["purchase"] / (6 * CUSTOMERS) - 1.25) < 0.12


def test_an_exact_total_is_kept_and_spread_by_segments(plan_of: PlanOf) -> None:
    plan = plan_of(shop(customer={"segment_behavior": SEGMENTS}, purchase={"rows": 20_000}))
    tiers, made = np.array(column(plan, "customer", "tier")), counts(plan, "purchase", "customer")
    assert made.sum() == 20_000
    assert abs(made[tiers == "vip"].mean() / made[tiers == "usual"].mean() - 2.5) < 0.2


# Ages


def vintage(**curves: dict[str, Any]) -> dict[str, Any]:
    return {"vintage_behavior": {"created_at_column": "signup", "age_based_multipliers": curves}}


def test_the_fanout_follows_the_age_at_the_timeframes_end_and_no_time_precedes_its_parent(plan_of: PlanOf) -> None:
    linear = {"curve_type": "linear", "params": {"a": 0, "b": 0.25}}
    plan = plan_of(shop(customer=vintage(loyalty={"curve": linear, "time_unit": "month", "applies_to": "fanout"})))
    signup, made = column(plan, "customer", "signup"), counts(plan, "purchase", "customer")
    factors = 0.25 * (parse_instant(END) - signup) / (30 * DAY)
    # Poisson counts: the variance of their sum is the sum of their means.
    assert abs(made.sum() - 6 * factors.sum()) < 4.5 * math.sqrt(6 * factors.sum())
    assert (column(plan, "purchase", "at") >= signup[parents(plan, "purchase")]).all()


@pytest.mark.parametrize(
    ("curve", "at"),
    [
        ([1.0, 0.75, 0.5], lambda age: [1.0, 0.75, 0.5][min(math.floor(age), 2)]),
        ({"curve_type": "linear", "params": {"a": 1, "b": -0.2}}, lambda age: max(1 - 0.2 * age, 0)),
        ({"curve_type": "logarithmic", "params": {"a": 1, "b": 0.5}}, lambda age: 1 + 0.5 * math.log(age + 1)),
        ({"curve_type": "exponential", "params": {"a": 2, "b": -0.1}}, lambda age: 2 * math.exp(-0.1 * age)),
    ],
)
def test_values_follow_the_age_at_their_own_time(plan_of: PlanOf, curve: Any, at: Callable[[float], float]) -> None:
    plan = plan_of(shop(customer=vintage(worth={"curve": curve, "time_unit": "month", "applies_to": ["amount", "price"]})))
    born = column(plan, "customer", "signup")[parents(plan, "purchase")]
    ages = ((column(plan, "purchase", "at") - born) / (30 * DAY)).tolist()
    assert np.allclose(column(plan, "purchase", "amount"), [100 * at(age) for age in ages], rtol=0, atol=2e-6)
    whose = parents(plan, "item")
    assert column(plan, "item", "price").tolist() == [round(10 * at(ages[row])) for row in whose.tolist()]


def test_times_are_dense_where_a_list_curve_on_the_fanout_is_high(plan_of: PlanOf) -> None:
    curve = [1.0, 0.5, 0.25, 0.0]
    schema = shop(customer=vintage(decay={"curve": curve, "time_unit": "month", "applies_to": "fanout"}))
    schema["nodes"][0]["columns"][2]["generator"]["datetime_series"]["within"]["end"] = START  # all are equally old: no rows
    schema["nodes"][0]["vintage_behavior"]["age_based_multipliers"]["decay"]["curve"] = [*curve[:3], 0.001]
    schema["nodes"][2] |= {"rows": 60_000}
    plan = plan_of(schema)
    ages = (column(plan, "purchase", "at") - parse_instant(START)) // (30 * DAY)
    weights = np.array([1.0, 0.5, 0.25, 0.001 * (parse_instant(END) - parse_instant(START) - 90 * DAY) / (30 * DAY)])
    for month, share in enumerate((weights / weights.sum()).tolist()):
        seen = float((np.minimum(ages, 3) == month).mean())
        # Times stand on whole hours: a month's edge is off by at most one of its 720 ticks.
        assert abs(seen - share) < 4.5 * math.sqrt(share * (1 - share) / 60_000) + 1 / 720


def test_all_means_the_fanout_and_drawn_numbers_but_no_keys(plan_of: PlanOf) -> None:
    half = {"curve": [0.5], "applies_to": "all"}
    plan = plan_of(shop(customer=vintage(half=half)))
    assert set(column(plan, "purchase", "amount").tolist()) == {50.0}
    assert set(column(plan, "item", "price").tolist()) == {10}
    assert column(plan, "item", "id").tolist() == list(range(1, plan.tables["item"].row_count + 1))
    assert abs(plan.tables["purchase"].row_count - 3 * CUSTOMERS) < 4.5 * math.sqrt(3 * CUSTOMERS)


MISTAKES = [
    ({"customer": {"segment_behavior": {**SEGMENTS, "segment_column": "teir"}}},
     "/nodes/0/segment_behavior/segment_column", "unknown-column"),
    ({"customer": {"segment_behavior": {**SEGMENTS, "behaviors": {"vpi": {}}}}},
     "/nodes/0/segment_behavior/behaviors/vpi", "unknown-case"),
    ({"customer": {"segment_behavior": {"segment_column": "tier", "segments": {"vpi": {"base_probability": 0.1}}}}},
     "/nodes/0/segment_behavior/segments/vpi", "unknown-case"),
    ({"customer": {"segment_behavior": {**SEGMENTS, "applies_to_columns": ["amuont"]}}},
     "/nodes/0/segment_behavior/applies_to_columns/0", "unknown-column"),
    ({"customer": {"segment_behavior": {**SEGMENTS, "applies_to_columns": ["at"]}}},
     "/nodes/0/segment_behavior/applies_to_columns/0", "reference-type"),
    ({"customer": {"segment_behavior": {**SEGMENTS, "applies_to_columns": ["id"]}}},
     "/nodes/0/segment_behavior/applies_to_columns/0", "scaled-key"),
    ({"customer": {"segment_behavior": {**SEGMENTS, "applies_to_columns": []}}},
     "/nodes/0/segment_behavior/behaviors", "value-multiplier-unused"),
    ({"item": {"segment_behavior": {"segment_column": "id", "behaviors": {"7": {"fanout_multiplier": 2}}}}},
     "/nodes/3/segment_behavior/behaviors", "nothing-below"),
    ({"customer": {"vintage_behavior": {"created_at_column": "tier"}}},
     "/nodes/0/vintage_behavior/created_at_column", "reference-type"),
    ({"customer": vintage(x={"curve": [0, 0], "applies_to": "fanout"})},
     "/nodes/0/vintage_behavior/age_based_multipliers/x/curve", "weights-zero"),
    ({"customer": vintage(x={"curve": [1], "applies_to": "amuont"})},
     "/nodes/0/vintage_behavior/age_based_multipliers/x/applies_to", "unknown-column"),
    ({"purchase": {"modifiers": [{"transform": "jitter", "args": {"std": 1}}]}},
     "/nodes/2/modifiers/0/transform", "modifier-of-fanout"),
    ({"promotion": {"modifiers": [{"transform": "multiply", "args": {"factor": 2}}]}},
     "/nodes/1/modifiers/0/transform", "no-fanout"),
    ({"purchase": {"modifiers": [{"transform": "multiply", "args": {"factor": -2}}]}},
     "/nodes/2/modifiers/0/args/factor", "negative-factor"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "at", "code"), MISTAKES)
def test_a_mistake_in_a_behaviour_is_found_at_its_place(more: dict[str, Any], at: str, code: str) -> None:
    assert [(problem.at, problem.code) for problem in read(shop(**more)).errors] == [(at, code)]


CHANGES = [
    ("effect", {"effect_table": "promo", "window": WINDOW, "map": {"field": "factor"}}, "/map/field", "unknown-reference"),
    ("effect", {"effect_table": "promotion", "window": WINDOW, "map": {"field": "tier"}}, "/map/field", "reference-type"),
    ("effect", {"effect_table": "promotion", "on": {"at": "tier"}, "map": {"field": "factor"}}, "/on/at", "key-types"),
    ("effect", {"effect_table": "promotion", "map": {"field": "factor"}}, "", "matches-all"),
    ("trend", {"type": "exponential"}, "/growth_rate", "missing-parameter"),
    ("trend", {"growth_rate": 0.1, "params": {"a": 1}}, "/params/a", "unused-parameter"),
]


@pytest.mark.parametrize(("word", "args", "at", "code"), CHANGES)
def test_a_mistake_in_an_effect_or_a_trend_is_found_at_its_place(word: str, args: dict[str, Any], at: str, code: str) -> None:
    found = [(problem.at, problem.code) for problem in read(amounts((word, args))).errors]
    assert (f"/nodes/2/columns/2/modifiers/0/args{at}", code) in found


def test_rows_that_no_fanout_makes_are_noted() -> None:
    regular = {
        "name": "at",
        "type": "datetime",
        "generator": {"datetime_series": {"within": "timeframe", "spacing": "regular", "freq": "M"}},
    }
    schema = shop(customer={"segment_behavior": SEGMENTS})
    schema["nodes"][2]["columns"][1] = regular
    del schema["nodes"][2]["fanout"]
    notes = [(problem.at, problem.code) for problem in read(schema).notes]
    assert ("/nodes/0/segment_behavior/behaviors", "no-fanout") in notes
