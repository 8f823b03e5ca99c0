"""What every dataset keeps: counts, keys, bounds and windows of the three schemas that the product began with."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.instants import HOUR, parse_instant
from datagen_chat.values import Numbers, Text, Values
from tests.conftest import SCHEMAS, draft

PlanOf = Callable[..., Plan]


def column(plan: Plan, table: str, name: str) -> Any:
    """Return a whole column: an array of numbers, or a list of words."""
    owner = plan.tables[table]
    values = owner.rows(range(owner.row_count)).values(name)
    return values.data if isinstance(values, Numbers) else words_of(values)


def words_of(values: Values) -> list[str | None]:
    assert isinstance(values, Text)
    taken = values.words if values.codes is None else values.words.take(values.codes)
    words = taken.to_pylist()
    if values.valid is not None:
        words = [word if is_valid else None for word, is_valid in zip(words, values.valid, strict=True)]
    return words


@pytest.mark.parametrize(
    ("name", "rows"),
    [("ecommerce", {"customer": 500, "product": 200}), ("saas", {"user": 200, "plan": 3}), ("iot", {"device": 50})],
)
def test_entities_have_exactly_the_rows_that_were_asked(plan_of: PlanOf, name: str, rows: dict[str, int]) -> None:
    plan = plan_of(draft(name))
    assert {table: plan.tables[table].row_count for table in rows} == rows


@pytest.mark.parametrize(
    ("name", "table", "parent", "mean", "variance", "low", "high"),
    [
        ("ecommerce", "order", "customer", 3.5, 3.5, 0, math.inf),
        ("ecommerce", "order_item", "order", 2.5, 2.5, 0, math.inf),
        ("saas", "subscription", "user", 1.2, 1.2, 0, math.inf),
        ("saas", "payment", "subscription", 8.0, 8.0, 0, math.inf),
        ("iot", "reading", "device", 710.0, (21**2 - 1) / 12, 700, 720),
    ],
)
def test_fanouts_stay_within_bounds_and_four_standard_errors_of_their_mean(
    plan_of: PlanOf, name: str, table: str, parent: str, mean: float, variance: float, low: float, high: float
) -> None:
    plan = plan_of(draft(name))
    parents = plan.tables[parent].row_count
    counts = np.bincount(_parents(plan, table), minlength=parents)
    assert len(counts) == parents
    assert counts.min() >= low
    assert counts.max() <= high
    assert abs(counts.mean() - mean) < 4 * math.sqrt(variance / parents)


def _parents(plan: Plan, table: str) -> np.ndarray[Any, Any]:
    owner = plan.tables[table]
    siblings = owner.rows(range(owner.row_count)).siblings()
    return siblings.parent[siblings.family]


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_foreign_key_holds(plan_of: PlanOf, name: str) -> None:
    plan = plan_of(draft(name))
    for key in plan.dataset.constraints.foreign_keys:
        children, parents = column(plan, *key.from_.split(".")), column(plan, *key.to.split("."))
        assert np.isin(children, parents).all(), key


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_primary_key_is_unique(plan_of: PlanOf, name: str) -> None:
    plan = plan_of(draft(name))
    for table in plan.dataset.nodes:
        keys = column(plan, table.id, table.pk)
        assert len(np.unique(keys)) == len(keys)


@pytest.mark.parametrize("name", SCHEMAS)
def test_clamps_and_choices_are_respected(plan_of: PlanOf, name: str) -> None:
    written = draft(name)
    plan = plan_of(written)
    tried = 0
    for node in written["nodes"]:
        for each in node["columns"]:
            [(word, arguments)] = each["generator"].items()
            if "clamp" in arguments:
                values = column(plan, node["id"], each["name"])
                assert values.min() >= arguments["clamp"][0]
                assert values.max() <= arguments["clamp"][1]
                tried += 1
            if word == "choice":
                assert set(column(plan, node["id"], each["name"])) <= set(arguments["choices"])
                tried += 1
    assert tried >= 4


@pytest.mark.parametrize("name", SCHEMAS)
def test_times_lie_on_their_grid_and_inside_their_window(plan_of: PlanOf, name: str) -> None:
    written = draft(name)
    plan = plan_of(written)
    steps = {"H": HOUR, "D": 24 * HOUR}
    for node in written["nodes"]:
        for each in node["columns"]:
            series = each["generator"].get("datetime_series")
            if series:
                values = column(plan, node["id"], each["name"])
                start, end = parse_instant(series["within"]["start"]), parse_instant(series["within"]["end"])
                assert values.min() >= start
                assert values.max() <= end
                assert ((values - start) % steps[series["freq"]] == 0).all()


def test_children_are_contiguous_and_in_the_order_of_their_parents(plan_of: PlanOf) -> None:
    plan = plan_of(draft("ecommerce"))
    assert (np.diff(column(plan, "order_item", "order_id")) >= 0).all()


def test_times_of_one_parents_rows_ascend(plan_of: PlanOf) -> None:
    plan = plan_of(draft("iot"))
    devices, times = column(plan, "reading", "device_id"), column(plan, "reading", "timestamp")
    same_device = np.diff(devices) == 0
    assert (np.diff(times)[same_device] >= 0).all()
    assert len(np.unique(times[devices == devices[0]])) > 300


def test_a_different_seed_gives_different_rows(plan_of: PlanOf) -> None:
    first, second = (plan_of(draft("ecommerce"), seed) for seed in (1, 2))
    assert (column(first, "product", "price") != column(second, "product", "price")).mean() > 0.8


def test_removing_a_column_leaves_all_others_as_they_were(plan_of: PlanOf) -> None:
    written = draft("ecommerce")
    full = plan_of(written)
    written["nodes"][2]["columns"] = [each for each in written["nodes"][2]["columns"] if each["name"] != "status"]
    written["nodes"][1]["columns"] = [each for each in written["nodes"][1]["columns"] if each["name"] != "category"]
    less = plan_of(written)
    for table in written["nodes"]:
        for each in table["columns"]:
            before, after = (column(plan, table["id"], each["name"]) for plan in (full, less))
            assert list(before) == list(after)


def test_more_parents_keep_the_earlier_rows(plan_of: PlanOf) -> None:
    written = draft("ecommerce")
    few = plan_of(written)
    written["nodes"][0]["rows"] = 1000
    many = plan_of(written)
    rows = few.tables["order"].row_count
    for name in ("customer_id", "order_date", "status", "total_amount"):
        assert list(column(few, "order", name)) == list(column(many, "order", name)[:rows])
