"""Promises about single columns: what makes no sense or is known to be broken is said, and draws keep to ranges."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.promises import enums, matching, patterns
from datagen_chat.schema.ranges import ranges
from datagen_chat.schema.read import read
from datagen_chat.schema.repair import repair
from tests.engine.test_promises import column

PlanOf = Callable[..., Plan]
NORMAL = {"type": "normal", "params": {"mu": 50, "sigma": 10}}
DAYS = {"datetime_series": {"within": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T00:00:00Z"}, "freq": "D"}}
COLUMNS: dict[str, dict[str, Any]] = {
    "id": {"type": "int", "generator": {"sequence": {}}},
    "status": {"type": "string", "generator": {"choice": {"choices": ["new", "paid"]}}},
    "other": {"type": "string", "generator": {"choice": {"choices": ["new", "paid", "shipped"]}}},
    "mail": {"type": "string", "generator": {"faker": {"method": "email"}}},
    "stars": {"type": "int", "generator": {"choice": {"choices": [1, 5]}}},
    "price": {"type": "float", "decimals": 2, "generator": {"distribution": NORMAL}},
    "held": {"type": "float", "generator": {"distribution": NORMAL | {"clamp": [20, 90]}}},
    "even": {"type": "float", "generator": {"distribution": {"type": "uniform", "params": {"low": 5, "high": 9}}}},
    "day": {"type": "date", "generator": DAYS},
    "seen": {"type": "datetime", "generator": DAYS},
    "open": {"type": "bool", "generator": {"bernoulli": {}}},
}


def schema(constraints: dict[str, Any] | None = None, **own: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with these constraints, and these of single columns."""
    columns = [{"name": name, **part} | ({"constraints": own[name]} if name in own else {}) for name, part in COLUMNS.items()]
    table = {"id": "t", "kind": "entity", "pk": "id", "rows": 2000, "columns": columns}
    return {"version": "1.0", "metadata": {"name": "x"}, "nodes": [table], "constraints": constraints or {}}


def at_and_code(draft: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem.at, problem.code) for problem in read(draft).problems]


KEPT = [
    ("pattern", {"attr": "t.status", "regex": "[a-z]+"}),
    ("pattern", {"attr": "t.mail", "regex": "[^@]+@[^@]+"}),
    ("pattern", {"attr": "t.status", "regex": "^(new|paid)$"}),
    ("enum", {"attr": "t.status", "values": ["paid", "new", "lost"]}),
    ("enum", {"attr": "t.status", "enum_ref": "t.other"}),
    ("enum", {"attr": "t.stars", "values": [1, 2, 3, 4, 5]}),
    ("enum", {"attr": "t.mail", "values": ["a"]}),
    ("ranges", {"attr": "t.stars", "min": 1, "max": 5}),
    ("ranges", {"attr": "t.stars", "min": 0.5}),
    ("ranges", {"attr": "t.held", "min": 20, "max": 90}),
    ("ranges", {"attr": "t.even", "min": 5, "max": 9}),
    ("ranges", {"attr": "t.day", "min": "2024-01-01T00:00:00Z", "max": "2024-12-31T00:00:00Z"}),
    ("ranges", {"attr": "t.seen", "max": "2024-12-31T00:00:00Z"}),
]


@pytest.mark.parametrize(("family", "rule"), KEPT)
def test_a_promise_that_nothing_is_known_to_break_is_no_problem(family: str, rule: dict[str, Any]) -> None:
    assert read(schema({family: [rule]})).problems == ()


BROKEN = [
    ("pattern", {"attr": "t.status", "regex": "new"}, "/regex", "pattern-broken", '"paid"'),
    ("pattern", {"attr": "t.status", "regex": "ne|paid"}, "/regex", "pattern-broken", '"new"'),
    ("pattern", {"attr": "t.status", "regex": "(?!x)new"}, "/regex", "bad-regex", "no regular expression"),
    ("pattern", {"attr": "t.status", "regex": "a)|(b"}, "/regex", "bad-regex", "no regular expression"),
    ("pattern", {"attr": "t.stars", "regex": "[0-9]"}, "/regex", "pattern-type", "type int"),
    ("pattern", {"attr": "t.state", "regex": "[0-9]"}, "/attr", "unknown-reference", "no column state"),
    ("enum", {"attr": "t.status", "values": ["new"]}, "/values", "enum-broken", '"paid"'),
    ("enum", {"attr": "t.stars", "values": [1, 2]}, "/values", "enum-broken", "5"),
    ("enum", {"attr": "t.stars", "values": [1, "5"]}, "/values/1", "enum-type", '"5"'),
    ("enum", {"attr": "t.other", "enum_ref": "t.status"}, "/enum_ref", "enum-broken", '"shipped"'),
    ("enum", {"attr": "t.status", "enum_ref": "t.stars"}, "/enum_ref", "enum-type", "type int"),
    ("enum", {"attr": "t.status", "enum_ref": "u.x"}, "/enum_ref", "unknown-reference", "no table u"),
    ("enum", {"attr": "t.status"}, "/values", "missing-key", "missing"),
    ("enum", {"attr": "t.status", "values": ["new", "paid"], "enum_ref": "t.other"}, "/enum_ref", "enum-twice", "both"),
    ("enum", {"attr": "u.status", "values": ["new"]}, "/attr", "unknown-reference", "no table u"),
    (
        "ranges",
        {"attr": "t.stars", "min": 1, "max": 4},
        "/max",
        "range-broken",
        "can be 5, which is above the max of its range",
    ),
    ("ranges", {"attr": "t.stars", "min": 2}, "/min", "range-broken", "can be 1, which is below"),
    ("ranges", {"attr": "t.held", "max": 80}, "/max", "range-broken", "can be 90"),
    ("ranges", {"attr": "t.day", "min": "2024-02-01T00:00:00Z"}, "/min", "range-broken", "can be 2024-01-01T00:00:00Z"),
    ("ranges", {"attr": "t.seen", "max": "2024-12-30T00:00:00Z"}, "/max", "range-broken", "can be 2024-12-31T00:00:00Z"),
    ("ranges", {"attr": "t.stars"}, "", "range-unbounded", "no bound"),
    ("ranges", {"attr": "t.stars", "min": 5, "max": 1}, "", "empty-range", "5 is above 1"),
    ("ranges", {"attr": "t.stars", "min": "1"}, "/min", "range-type", '"1"'),
    ("ranges", {"attr": "t.day", "max": 5}, "/max", "range-type", "type date"),
    ("ranges", {"attr": "t.status", "min": 1}, "/attr", "range-type", "type string"),
    ("ranges", {"attr": "t.rank", "min": 1}, "/attr", "unknown-reference", "no column rank"),
]


@pytest.mark.parametrize(("family", "rule", "place", "code", "said"), BROKEN)
def test_a_promise_that_makes_no_sense_or_is_broken_is_said(
    family: str, rule: dict[str, Any], place: str, code: str, said: str
) -> None:
    [problem] = read(schema({family: [rule]})).errors
    assert (problem.at, problem.code) == (f"/constraints/{family}/0{place}", code)
    assert said in problem.message
    assert problem.message.endswith(".")
    assert problem.hint


@pytest.mark.parametrize(
    ("rule", "key", "code"),
    [
        ({"pattern": "new"}, "pattern", "pattern-broken"),
        ({"pattern": "("}, "pattern", "bad-regex"),
        ({"enum": ["new"]}, "enum", "enum-broken"),
        ({"enum": ["new", 5]}, "enum/1", "enum-type"),
        ({"enum_ref": "t.mial"}, "enum_ref", "unknown-reference"),
    ],
)
def test_a_promise_of_the_column_itself_is_held_against_it(rule: dict[str, Any], key: str, code: str) -> None:
    assert at_and_code(schema(status=rule)) == [(f"/nodes/0/columns/1/constraints/{key}", code)]
    assert read(schema(status={"pattern": "[a-z]+", "enum": ["new", "paid"], "enum_ref": "t.other"})).problems == ()


def test_a_lookup_is_held_against_the_column_that_it_reads() -> None:
    draft = schema({"enum": [{"attr": "u.status", "values": ["new"]}]})
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    status = {"name": "status", "type": "string", "generator": {"lookup": {"from": "t.status"}}}
    draft["nodes"].append({"id": "u", "kind": "entity", "pk": "id", "rows": 5, "columns": [key, status]})
    assert at_and_code(draft) == [("/constraints/enum/0/values", "enum-broken")]


def test_a_draw_without_a_clamp_keeps_to_the_range_and_says_so(plan_of: PlanOf) -> None:
    free = column(plan_of(schema()), "t", "price")
    draft = schema({"ranges": [{"attr": "t.price", "min": 40.005, "max": 60}]})
    [note] = read(draft).problems
    assert (note.at, note.code, note.is_error) == ("/constraints/ranges/0", "range-clamps", False)
    assert "40.005 or 60" in note.message
    made = column(plan_of(draft), "t", "price")
    # The bound of 40.005 is no cent; the next one within is 40.01.
    assert (made == np.clip(free, 40.01, 60)).all()
    assert free.min() < 40
    assert free.max() > 60


def test_a_range_open_to_one_side_pulls_only_there(plan_of: PlanOf) -> None:
    free = column(plan_of(schema()), "t", "price")
    made = column(plan_of(schema({"ranges": [{"attr": "t.price", "min": 45}]})), "t", "price")
    assert (made == np.maximum(free, 45)).all()
    halves = [{"attr": "t.price", "min": 45}, {"attr": "t.price", "max": 55}]
    assert (column(plan_of(schema({"ranges": halves})), "t", "price") == np.clip(free, 45, 55)).all()


def test_a_range_holds_after_modifiers_and_in_the_branches_of_a_case(plan_of: PlanOf) -> None:
    draft = schema({"ranges": [{"attr": "t.price", "max": 55}, {"attr": "t.even", "max": 8}]})
    columns = {each["name"]: each for each in draft["nodes"][0]["columns"]}
    columns["price"]["modifiers"] = [{"transform": "multiply", "args": {"factor": 2}}]
    branch = dict(columns["even"]["generator"])
    columns["even"]["generator"] = {"case": {"on": "status", "when": {"new": branch}, "else": {"constant": {"value": 7}}}}
    assert {problem.code for problem in read(draft).problems} == {"range-clamps"}
    plan = plan_of(draft)
    assert column(plan, "t", "price").max() == 55
    assert column(plan, "t", "even").max() == 8


def test_a_lookup_of_a_draw_that_keeps_to_its_range_keeps_to_it_too() -> None:
    dice = {"distribution": {"type": "uniform", "params": {"low": 1, "high": 6}}}
    draft = schema({"ranges": [{"attr": "t.dice", "max": 4}, {"attr": "u.dice", "max": 4}]})
    draft["nodes"][0]["columns"].append({"name": "dice", "type": "int", "generator": dice})
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    read_there = {"name": "dice", "type": "int", "generator": {"lookup": {"from": "t.dice"}}}
    draft["nodes"].append({"id": "u", "kind": "entity", "pk": "id", "rows": 5, "columns": [key, read_there]})
    assert {problem.code for problem in read(draft).problems} == {"range-clamps"}
    del draft["constraints"]["ranges"][0]
    assert at_and_code(draft) == [("/constraints/ranges/0/max", "range-broken")]


def test_promises_can_be_listed() -> None:
    pattern = {"attr": "t.status", "regex": "[a-z]+"}
    enum = {"attr": "t.stars", "values": [1, 5]}
    bounds = {"attr": "t.day", "min": "1970-01-03T00:00:00Z"}
    draft = schema(
        {"pattern": [pattern], "enum": [enum], "ranges": [bounds]}, mail={"pattern": ".+@.+"}, status={"enum_ref": "t.other"}
    )
    dataset = read(draft).valid()
    assert [(promise.place[1], promise.regex) for promise in patterns(dataset)] == [("status", "[a-z]+"), ("mail", ".+@.+")]
    assert [(promise.place[1], promise.values, promise.source) for promise in enums(dataset)] == [
        ("stars", (1, 5), None),
        ("status", None, ("t", "other")),
    ]
    [found] = ranges(dataset)
    assert (found.place, found.low, found.high) == (("t", "day"), 2, float("inf"))


def test_a_renamed_column_is_followed_by_promises() -> None:
    draft = schema({"pattern": [{"attr": "t.status", "regex": "[a-z]+"}]}, status={"enum_ref": "t.other"})
    patch = {"nodes": {"t": {"columns": {"status": {"$rename": "state"}, "other": {"$rename": "another"}}}}}
    renamed = apply_patch(draft, patch).draft
    assert renamed["constraints"]["pattern"][0]["attr"] == "t.state"
    assert renamed["nodes"][0]["columns"][1]["constraints"] == {"enum_ref": "t.another"}


def test_an_expression_that_takes_other_engines_for_ever_is_matched_at_once() -> None:
    started = time.process_time()
    assert matching("(a|a)*(a|a)*b", ["a" * 5000, "aab"]) == [False, True]
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("family", "written", "mended"),
    [
        ("ranges", [{"column": "t.held", "min": 20}], {"attr": "t.held", "min": 20}),
        ("ranges", [{"table": "t", "column": "held", "min": 20}], {"attr": "t.held", "min": 20}),
        ("ranges", {"t.held": {"min": 20}}, {"attr": "t.held", "min": 20}),
        ("ranges", {"t.held": [20, 90]}, {"attr": "t.held", "min": 20, "max": 90}),
        ("ranges", [{"attr": "t.held", "min": "20"}], {"attr": "t.held", "min": 20}),
        ("ranges", [{"attr": "t.day", "min": "2024-01-01"}], {"attr": "t.day", "min": "2024-01-01T00:00:00Z"}),
        ("pattern", {"t.status": "[a-z]+"}, {"attr": "t.status", "regex": "[a-z]+"}),
        ("pattern", [{"table": "t", "column": "status", "pattern": "[a-z]+"}], {"attr": "t.status", "regex": "[a-z]+"}),
        ("enum", {"t.status": ["new", "paid"]}, {"attr": "t.status", "values": ["new", "paid"]}),
    ],
)
def test_a_promise_in_another_shape_is_mended(family: str, written: Any, mended: dict[str, Any]) -> None:
    repaired = repair(schema({family: written}))
    assert repaired.reading.errors == ()
    assert repaired.draft["constraints"][family] == [mended]


def test_a_promise_beside_a_generator_is_mended() -> None:
    draft = schema()
    columns = draft["nodes"][0]["columns"]
    columns[1] |= {"enum": ["new", "paid"], "regex": "[a-z]+"}
    columns[6] |= {"min": 20, "max": 90}
    repaired = repair(draft)
    assert repaired.reading.errors == ()
    assert repaired.draft["nodes"][0]["columns"][1]["constraints"] == {"enum": ["new", "paid"], "pattern": "[a-z]+"}
    assert repaired.draft["constraints"]["ranges"] == [{"attr": "t.held", "min": 20, "max": 90}]


def test_a_choice_that_does_not_fit_beside_a_list_is_a_problem_and_no_error(shop):
    shop["nodes"][2]["columns"][5]["generator"] = {"choice": {"choices": ["~500", "2024-02-01T00:00:00Z"]}}
    shop["constraints"]["enum"] = [{"attr": "order.ordered_at", "values": ["2024-02-01T00:00:00Z"]}]
    assert "choice-type" in [problem.code for problem in read(shop).errors]
