"""Orders that no row could keep are problems, and say which words are against each other."""

from __future__ import annotations

from typing import Any

import pytest

from datagen_chat.schema.read import read

SPRING = {"start": "2024-03-01T00:00:00Z", "end": "2024-05-31T00:00:00Z"}
AUTUMN = {"start": "2024-09-01T00:00:00Z", "end": "2024-11-30T00:00:00Z"}


def times(shop: dict[str, Any], *orders: str, **windows: Any) -> dict[str, Any]:
    """Add times to the customers, and orders such as "a < b" between them."""
    columns = shop["nodes"][0]["columns"]
    columns += [
        {"name": name, "type": "datetime", "generator": {"datetime_series": {"within": within, "freq": "D"}}}
        for name, within in windows.items()
    ]
    parts = [order.split() for order in orders]
    shop["constraints"]["inequalities"] = [
        {"left": f"customer.{left}", "op": op, "right": f"customer.{right}"} for left, op, right in parts
    ]
    return shop


def told(draft: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem.at, problem.code) for problem in read(draft).errors]


def test_a_clamp_after_the_modifiers_that_leaves_nothing_of_the_laws_own_is_a_problem(shop: dict[str, Any]) -> None:
    price = shop["nodes"][1]["columns"][1]
    price["modifiers"] = [{"transform": "clamp", "args": {"min": 200, "max": 300}}]
    assert told(shop) == [("/nodes/1/columns/1/modifiers/0/args", "clamps-apart")]
    price["modifiers"] = [{"transform": "clamp", "args": {"min": 50, "max": 300}}]
    assert told(shop) == []


FREE = {"a": "timeframe", "b": "timeframe", "c": "timeframe"}
C = "/constraints/inequalities"


@pytest.mark.parametrize(
    ("orders", "places"),
    [
        (["a < b", "b < a"], [0, 1]),
        (["a < b", "a >= b"], [0]),
        (["a <= b", "b < c", "a >= c"], [1]),
        (["a < a"], [0]),
        (["a <= b", "b <= a"], []),
        (["a < b", "b < c", "a <= c"], []),
    ],
)
def test_a_ring_of_orders_with_a_strict_one_contradicts_itself(shop: Any, orders: list[str], places: list[int]) -> None:
    assert told(times(shop, *orders, **FREE)) == [(f"{C}/{place}", "orders-contradict") for place in places]


def test_the_message_names_the_orders_that_are_against_each_other(shop: Any) -> None:
    [problem] = read(times(shop, "a <= b", "b < c", "a >= c", **FREE)).errors
    assert "customer.b < customer.c contradicts customer.a >= customer.c and customer.a <= customer.b" in problem.message


def test_a_long_ring_of_orders_is_told_with_its_first_ones(shop: Any) -> None:
    ring = [{"left": f"t.c{k}", "op": "<", "right": f"t.c{(k + 1) % 300}"} for k in range(300)]
    shop["constraints"]["inequalities"] = ring
    messages = [problem.message for problem in read(shop).errors if problem.code == "orders-contradict"]
    assert messages[0].startswith("t.c0 < t.c1 contradicts t.c1 < t.c2 and t.c2 < t.c3 and ")
    assert messages[0].endswith(" and t.c10 < t.c11 and 289 more.")


@pytest.mark.parametrize(("order", "is_wrong"), [("late <= early", True), ("early < late", False), ("late > early", False)])
def test_windows_that_lie_apart_the_other_way_round_cannot_keep_an_order(shop: Any, order: str, is_wrong: bool) -> None:
    found = told(times(shop, order, early=SPRING, late=AUTUMN))
    assert found == ([(f"{C}/0", "orders-contradict")] if is_wrong else [])


@pytest.mark.parametrize(
    ("within", "is_wrong"),
    [
        ({"start": "2025-02-01T00:00:00Z", "end": "early"}, True),
        ({"start": "late", "end": "2024-06-01T00:00:00Z"}, True),
        ({"start": "late", "end": "early"}, True),
        ({"start": "2024-05-01T00:00:00Z", "end": "early"}, False),
        ({"start": "early", "end": "late"}, False),
        ({"start": "early", "end": "timeframe.end"}, False),
    ],
)
def test_a_window_that_is_empty_in_every_row_is_a_problem(shop: Any, within: Any, is_wrong: bool) -> None:
    found = told(times(shop, early=SPRING, late=AUTUMN, there=within))
    place = f"/nodes/0/columns/{len(shop['nodes'][0]['columns']) - 1}/generator/datetime_series/within"
    assert found == ([(place, "window-order")] if is_wrong else [])


@pytest.mark.parametrize(
    ("type_", "law", "clamp", "is_wrong"),
    [
        ("float", {"type": "normal", "params": {"mu": 5, "sigma": 1}}, [100, 200], True),
        ("float", {"type": "normal", "params": {"mu": 5, "sigma": 1}}, [7, 200], False),
        ("int", {"type": "uniform", "params": {"low": 1, "high": 5}}, [10, 20], True),
        ("int", {"type": "uniform", "params": {"low": 1, "high": 5}}, [5, 20], False),
        ("int", {"type": "poisson", "params": {"lambda": 3}}, [1000, 2000], True),
    ],
)
def test_a_clamp_that_a_law_never_reaches_is_a_problem(shop: Any, type_: str, law: Any, clamp: Any, is_wrong: bool) -> None:
    column = {"name": "n", "type": type_, "generator": {"distribution": {**law, "clamp": clamp}}}
    shop["nodes"][0]["columns"].append(column)
    codes = [problem.code for problem in read(shop).errors]
    assert codes == (["clamp-out-of-reach"] if is_wrong else [])
    column["modifiers"] = [{"transform": "multiply", "args": {"factor": 100}}]
    assert read(shop).errors == ()  # the clamp holds what the modifiers make of it


def test_a_unique_code_may_have_a_prefix(shop: Any) -> None:
    code = {"name": "code", "type": "string", "unique": True, "generator": {"pattern": {"regex": "[0-9]{6}"}}}
    shop["nodes"][0]["columns"].append(code | {"modifiers": [{"transform": "prefix", "args": {"text": "X-"}}]})
    assert read(shop).errors == ()


def number(name: str, **more: Any) -> dict[str, Any]:
    drawn = {"distribution": {"type": "uniform", "params": {"low": 0, "high": 9}}}
    return {"name": name, "type": "int", "generator": drawn} | more


@pytest.mark.parametrize("order", [("low", "<=", "high"), ("high", ">", "low")])
def test_numbers_in_an_order_that_nothing_keeps_are_told_the_formula_that_does(shop: dict[str, Any], order: Any) -> None:
    left, op, right = order
    shop["nodes"][0]["columns"] += [number("low"), number("high"), number("difference")]
    shop["constraints"]["inequalities"] = [{"left": f"customer.{left}", "op": op, "right": f"customer.{right}"}]

    [told] = [problem for problem in read(shop).notes if problem.code == "only-checked"]

    assert "datetime_series" not in told.hint
    assert 'make high {"expression": {"code": "low + difference"}}' in told.hint
    shop["nodes"][0]["columns"][-2]["generator"] = {"expression": {"code": "low + difference"}}
    assert "only-checked" not in [problem.code for problem in read(shop).problems]


def test_a_parents_number_above_its_childrens_is_made_from_the_parent(shop: dict[str, Any]) -> None:
    shop["nodes"][0]["columns"].append(number("most"))
    shop["nodes"][2]["columns"].append(number("taken"))
    shop["constraints"]["inequalities"] = [{"left": "order.taken", "op": "<=", "right": "customer.most"}]

    [told] = [problem for problem in read(shop).notes if problem.code == "only-checked"]

    assert 'make taken {"expression": {"code": "customer.most - difference"}}' in told.hint
