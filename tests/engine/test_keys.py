"""A key leads to its row, however it came to be: copied, copied again, or written out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.keys import key_finder
from datagen_chat.engine.plan import Plan
from datagen_chat.schema.read import read
from datagen_chat.values import Text, words_array
from tests.engine.test_rows import listed

PLANS = [19.0, 59.0, 249.0]


def table(name: str, columns: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    key = {"name": f"{name}_id", "type": "int", "generator": {"sequence": {"start": 11, "step": 2}}}
    return {"id": name, "kind": "entity", "pk": f"{name}_id", "columns": [key, *columns]} | more


def of(name: str, type_: str, **generator: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, "generator": generator}


def shop(plan_id: dict[str, Any], *columns: dict[str, Any]) -> dict[str, Any]:
    """Return plans with a price each, and subscriptions whose plan is made by `plan_id`."""
    price = of("price", "float", distribution={"type": "uniform", "params": {"low": 1, "high": 1000}})
    subscription = table("subscription", [of("plan_id", "int", **plan_id), *columns], rows=500)
    return {
        "version": "1.0",
        "metadata": {"name": "shop"},
        "constraints": {"foreign_keys": [{"from": "subscription.plan_id", "to": "plan.plan_id"}]},
        "nodes": [table("plan", [price], rows=3), subscription],
    }


def test_written_keys_are_foreign_keys_and_lead_to_their_rows() -> None:
    draft = shop({"choice": {"choices": [15, 11, 13]}}, of("price", "float", lookup={"from": "plan.price", "on": "plan_id"}))
    plan = Plan(read(draft).valid(), 3)
    prices = dict(zip([11, 13, 15], listed(plan.tables["plan"].rows(range(3)).values("price")), strict=True))
    rows = plan.tables["subscription"].rows(range(500))
    assert listed(rows.values("price")) == [prices[key] for key in listed(rows.values("plan_id"))]


@pytest.mark.parametrize("choices", [[11, 12], [11, 17], [9, 11], [11, -1]])
def test_written_keys_that_need_not_exist_are_no_foreign_keys(choices: list[int]) -> None:
    draft = shop({"choice": {"choices": choices}})
    assert [problem.code for problem in read(draft).errors] == ["key-not-looked-up"]


def test_a_key_that_modifiers_change_is_not_copied() -> None:
    draft = shop({"lookup": {"from": "plan.plan_id"}})
    draft["nodes"][1]["columns"][1]["modifiers"] = [{"transform": "multiply", "args": {"factor": 2}}]
    assert [problem.code for problem in read(draft).errors] == ["key-not-looked-up"]


def test_a_key_copied_along_the_parents_follows_them() -> None:
    draft = shop({"lookup": {"from": "plan.plan_id"}})
    fact = {"kind": "fact", "fanout": {"distribution": "constant", "value": 2}}
    owner = [of("subscription_id", "int", lookup={"from": "subscription.subscription_id"})]
    payment = table("payment", owner, parents=["subscription"], **fact)
    payer = of("subscription_id", "int", lookup={"from": "payment.subscription_id", "on": "payment_id"})
    any_one = of("other_id", "int", lookup={"from": "plan.plan_id"})
    refund = table("refund", [of("payment_id", "int", lookup={"from": "payment.payment_id"}), payer, any_one], **fact)
    draft["nodes"] += [payment, refund | {"parents": ["payment"], "pk": "refund_id"}]
    index = Plan(read(draft).valid(), 1).index
    assert index.follows(("refund", "payment_id"), "payment")
    assert index.follows(("refund", "subscription_id"), "subscription")
    assert not index.follows(("refund", "other_id"), "plan")


CODES = ["VIE", "BCN", "ATH", "LIS"]
BY_CODE = {"on": {"code": "iata"}}


def flights(code: dict[str, Any], iata: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """Return airports, and routes that find theirs by its code."""
    airport = table("airport", [of("iata", "string", **(iata or {"enum_list": {"values": CODES}}))], kind="vocab", rows=4)
    found = [of("airport_id", "int", lookup={"from": "airport.airport_id"} | BY_CODE), *more.pop("columns", [])]
    route = table("route", [{"name": "code", "type": "string", "generator": code} | more, *found], rows=40)
    return {"version": "1.0", "metadata": {"name": "flights"}, "nodes": [airport, route]}


@pytest.mark.parametrize(
    "code",
    [
        {"choice": {"choices": ["VIE", "LIS", "VIE"]}},
        {"case": {"on": "route_id", "when": {"11": {"constant": {"value": "ATH"}}}, "else": {"choice": {"choices": CODES}}}},
    ],
)
def test_a_row_is_found_by_any_column_that_has_the_value_once(code: dict[str, Any]) -> None:
    rows = Plan(read(flights(code)).valid(), 3).tables["route"].rows(range(40))
    assert listed(rows.values("airport_id")) == [11 + 2 * CODES.index(code) for code in listed(rows.values("code"))]


def test_values_may_be_matched_with_a_choice_which_is_then_drawn_without_repetition() -> None:
    draft = flights({"choice": {"choices": CODES}}, {"choice": {"choices": CODES}})
    draft["nodes"][0]["kind"] = "entity"
    plan = Plan(read(draft).valid(), 3)
    codes = listed(plan.tables["airport"].rows(range(4)).values("iata"))
    assert sorted(codes) == sorted(CODES)
    rows = plan.tables["route"].rows(range(40))
    assert listed(rows.values("airport_id")) == [11 + 2 * codes.index(code) for code in listed(rows.values("code"))]


def test_a_null_is_matched_with_nothing() -> None:
    draft = flights({"choice": {"choices": CODES}}, null_rate=0.5, nullable=True)
    draft["nodes"][1]["columns"][2]["nullable"] = True
    rows = Plan(read(draft).valid(), 3).tables["route"].rows(range(40))
    assert [code is None for code in listed(rows.values("code"))] == [key is None for key in listed(rows.values("airport_id"))]


@pytest.mark.parametrize(
    ("code", "iata", "problem"),
    [
        ({"choice": {"choices": ["VIE", "ROM"]}}, None, "not-a-key"),
        ({"pattern": {"regex": "[A-Z]{3}"}}, None, "not-a-key"),
        ({"choice": {"choices": CODES}}, {"enum_list": {"values": [*CODES[:3], "VIE"]}}, "unique-not-made"),
        ({"choice": {"choices": CODES}}, {"faker": {"method": "sentence"}}, "not-a-key"),
    ],
)
def test_a_value_that_need_not_be_there_once_leads_to_no_row(
    code: dict[str, Any], iata: dict[str, Any] | None, problem: str
) -> None:
    problems = read(flights(code, iata)).errors
    assert [(each.at, each.code) for each in problems] == [("/nodes/1/columns/2/generator/lookup/on", problem)]


@pytest.mark.parametrize(("decimals", "codes"), [(1, []), (0, ["not-a-key"])])
def test_values_that_are_rounded_are_none_of_those_that_are_not(decimals: int, codes: list[str]) -> None:
    draft = flights({"choice": {"choices": [0.1, 0.3]}}, {"enum_list": {"values": [0.1, 0.2, 0.3, 0.4]}}, decimals=decimals)
    for table_ in draft["nodes"]:
        table_["columns"][1]["type"] = "float"
    assert [problem.code for problem in read(draft).errors] == codes


@pytest.mark.parametrize(("decimals", "codes"), [(2, []), (1, ["key-not-looked-up"])])
def test_a_key_that_is_copied_with_fewer_decimals_is_none(decimals: int, codes: list[str]) -> None:
    rate = of("rate", "float", enum_list={"values": [0.25, 0.5, 0.75]})
    copied = of("rate", "float", lookup={"from": "plan.rate"}) | {"decimals": decimals}
    draft = shop({"lookup": {"from": "plan.plan_id"}}, copied)
    draft["nodes"][0]["columns"].append(rate)
    draft["constraints"]["foreign_keys"].append({"from": "subscription.rate", "to": "plan.rate"})
    draft["constraints"]["unique"] = ["plan.rate"]
    assert [problem.code for problem in read(draft).errors] == codes


def test_a_column_that_rows_are_found_by_does_not_wait_for_what_is_found() -> None:
    draft = flights({"choice": {"choices": CODES}})
    city = of("name", "string", lookup={"from": "route.code", "on": {"hub": "label"}})
    draft["nodes"][0]["columns"] += [of("hub", "string", choice={"choices": ["x", "y"]}), city]
    x, y = {"constant": {"value": "x"}}, {"constant": {"value": "y"}}
    label = of("label", "string", case={"on": "airport_name", "when": {"VIE": y}, "else": x})
    name = of("airport_name", "string", lookup={"from": "airport.name", "on": "airport_id"})
    draft["nodes"][1]["columns"] += [name, label]
    assert "column-cycle" in {problem.code for problem in read(draft).errors}


def test_keys_that_do_not_count_up_are_found_among_all() -> None:
    draft = shop({"lookup": {"from": "plan.plan_id"}})
    plan = Plan(read(draft).valid(), 1).tables["plan"]
    prices = plan.rows(range(3)).values("price")
    backwards = np.array([2, 0, 1, 2])
    assert key_finder(plan, "price")(prices.take(backwards)).tolist() == [2, 0, 1, 2]


def test_texts_are_found_among_all() -> None:
    draft = shop({"lookup": {"from": "plan.plan_id"}})
    draft["nodes"][0]["columns"].append(of("name", "string", faker={"method": "email"}))
    plan = Plan(read(draft).valid(), 1).tables["plan"]
    names = listed(plan.rows(range(3)).values("name"))
    assert key_finder(plan, "name")(Text(words_array([names[1], names[2], names[0], names[1]]))).tolist() == [1, 2, 0, 1]


def test_a_key_that_is_missing_leads_nowhere_even_to_an_ancestor() -> None:
    draft = shop({"lookup": {"from": "plan.plan_id"}})
    owner = of("subscription_id", "int", lookup={"from": "subscription.subscription_id"}) | {"null_rate": 0.5}
    bought = of("plan_id", "int", lookup={"from": "subscription.plan_id", "on": "subscription_id"}) | {"nullable": True}
    payment = table("payment", [owner, bought], kind="fact", parents=["subscription"])
    draft["nodes"].append({key: value for key, value in payment.items() if key != "rows"})
    rows = Plan(read(draft).valid(), 1).tables["payment"].rows(range(500))
    keys, plans = listed(rows.values("subscription_id")), listed(rows.values("plan_id"))
    assert {(key is None, plan is None) for key, plan in zip(keys, plans, strict=True)} == {(True, True), (False, False)}


def test_a_key_of_a_table_without_rows_leads_to_nothing() -> None:
    """The last row below is a key of that table, by which an order is held against it."""
    at, later = ({"constant": {"value": f"2024-01-0{day}T00:00:00Z"}} for day in (1, 5))
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    last = {"name": "last", "type": "int", "nullable": True, "generator": {"aggregate": {"of": "b.id", "op": "max"}}}
    draft = {
        "version": "1.0",
        "metadata": {"name": "none"},
        "constraints": {"inequalities": [{"left": "a.at", "op": "<", "right": "b.at"}]},
        "nodes": [
            {
                "id": "a",
                "kind": "entity",
                "pk": "id",
                "rows": 2,
                "columns": [key, last, {"name": "at", "type": "datetime", "generator": at}],
            },
            {
                "id": "b",
                "kind": "fact",
                "pk": "id",
                "parents": ["a"],
                "fanout": {"distribution": "constant", "value": 0},
                "columns": [
                    key,
                    {"name": "a_id", "type": "int", "generator": {"lookup": {"from": "a.id"}}},
                    {"name": "at", "type": "datetime", "generator": later},
                ],
            },
        ],
    }
    plan = Plan(read(draft).valid(), 42)
    assert [promise.broken(plan.tables["a"].rows(range(2))) for promise in plan.tables["a"].promises] == [0]


def routes(ends: list[tuple[str, str]], *unique: str) -> dict[str, Any]:
    """Return routes that are written out, from and to airports that are found by their codes."""
    draft = flights({"enum_list": {"values": [begin for begin, _ in ends]}})
    to = of("to_code", "string", enum_list={"values": [end for _, end in ends]})
    found = of("to_id", "int", lookup={"from": "airport.airport_id", "on": {"to_code": "iata"}})
    draft["nodes"][1] |= {"kind": "vocab", "rows": len(ends)}
    draft["nodes"][1]["columns"] += [to, found]
    draft["constraints"] = {"unique": [[f"route.{name}" for name in unique]]}
    return draft


WAYS = [("VIE", "BCN"), ("VIE", "ATH"), ("BCN", "VIE"), ("LIS", "BCN")]


@pytest.mark.parametrize("unique", [("code", "to_code"), ("airport_id", "to_id"), ("code", "to_id")])
def test_rows_that_are_written_out_may_be_claimed_to_differ_where_they_do(unique: tuple[str, ...]) -> None:
    assert read(routes(WAYS, *unique)).errors == ()
    [problem] = read(routes([*WAYS, WAYS[1]], *unique)).errors
    assert (problem.at, problem.code) == ("/constraints/unique/0", "unique-not-made")


def test_what_a_missing_key_of_a_table_without_rows_leads_to_is_null() -> None:
    last = of("last_id", "int", aggregate={"of": "visit.visit_id", "op": "max"}) | {"nullable": True}
    found = of("last_note", "int", lookup={"from": "visit.note", "on": "last_id"}) | {"nullable": True}
    visit = table("visit", [of("note", "int", constant={"value": 3})], kind="fact", parents=["person"])
    draft = {
        "version": "1.0",
        "metadata": {"name": "none"},
        "constraints": {"foreign_keys": [{"from": "person.last_id", "to": "visit.visit_id"}]},
        "nodes": [
            table("person", [last, found], rows=2),
            visit | {"fanout": {"distribution": "poisson", "lambda": 1e-9}},
        ],
    }
    rows = Plan(read(draft).valid(), 42).tables["person"].rows(range(2))
    assert listed(rows.values("last_note")) == [None, None]
