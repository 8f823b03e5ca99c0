"""Fixed lists: the k-th row has the k-th value, lists go in step, and they say how many rows there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.estimate import estimate
from datagen_chat.engine.plan import Plan
from datagen_chat.schema.read import Reading, read
from tests.engine.test_promises import column
from tests.engine.test_rows import listed

PlanOf = Callable[..., Plan]
DAYS = ["2023-03-17T18:00:00Z", "2024-02-29T00:00:00Z", "1969-12-31T23:59:59Z"]
LISTS: dict[str, tuple[str, list[Any]]] = {
    "city": ("string", ["Köln", "Berlin", "Köln"]),
    "rank": ("int", [3, 1, 2]),
    "share": ("float", [0.125, 2, 1e-9]),
    "is_open": ("bool", [True, False, True]),
    "since": ("datetime", DAYS),
}


def vocab(lists: dict[str, tuple[str, list[Any]]], **more: Any) -> dict[str, Any]:
    """Return a schema with one vocab of these lists, and a fact below it."""
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    columns = [{"name": name, "type": type_, "generator": {"enum_list": {"values": v}}} for name, (type_, v) in lists.items()]
    place = {"id": "place", "kind": "vocab", "pk": "id", "columns": [key, *columns], **more}
    parts = {"parents": ["place"], "fanout": {"distribution": "uniform", "min": 2, "max": 6}, "columns": [key]}
    nodes = [place, {"id": "visit", "kind": "fact", "pk": "id", **parts}]
    return {"version": "1.0", "metadata": {"name": "t"}, "nodes": nodes}


def codes(reading: Reading) -> list[tuple[str, str]]:
    return [(problem.at, problem.code) for problem in reading.problems]


def test_lists_go_in_step_and_give_the_number_of_rows(plan_of: PlanOf) -> None:
    plan = plan_of(vocab(LISTS))
    assert plan.tables["place"].row_count == 3
    assert column(plan, "place", "city") == ["Köln", "Berlin", "Köln"]
    assert column(plan, "place", "rank").tolist() == [3, 1, 2]
    assert column(plan, "place", "share").tolist() == [0.125, 2, 1e-9]
    assert column(plan, "place", "is_open").tolist() == [True, False, True]
    assert column(plan, "place", "since").tolist() == np.array([d[:-1] for d in DAYS], "datetime64[us]").astype(int).tolist()


def test_whoever_counts_the_rows_of_a_list_counts_the_same() -> None:
    draft = vocab(LISTS)
    reading = read(draft)
    assert reading.problems == ()
    assert estimate(reading.valid()).rows == {"place": 3, "visit": 12}
    draft["nodes"][1]["rows"] = 19
    assert codes(read(draft)) == [("/nodes/1/rows", "rows-out-of-reach")]


def test_an_entity_may_be_a_list_too() -> None:
    assert read(vocab(LISTS, kind="entity")).problems == ()


def test_lists_of_different_length_are_named_together() -> None:
    [problem] = read(vocab(LISTS | {"code": ("string", ["a", "b", "c", "d"])})).errors
    assert problem.at == "/nodes/0/columns/6/generator/enum_list"
    assert "place.code lists 4 values, but place.city lists 3" in problem.message


@pytest.mark.parametrize(
    ("rows", "code", "said"),
    [(4, "list-too-short", "3 values, but place has 4 rows"), (2, "list-too-long", "the last 1 are not")],
)
def test_rows_that_the_list_does_not_have_are_an_error_and_values_left_over_a_note(rows: int, code: str, said: str) -> None:
    reading = read(vocab({"city": LISTS["city"]}, rows=rows))
    [problem] = reading.problems
    assert (problem.code, problem.is_error) == (code, rows > 3)
    assert said in problem.message


def test_a_vocab_without_rows_and_lists_needs_either() -> None:
    [problem] = read(vocab({})).errors
    assert (problem.at, problem.code) == ("/nodes/0/rows", "missing-rows")
    assert "enum_list" in problem.hint


def test_a_null_in_a_list_is_a_null_row(plan_of: PlanOf) -> None:
    draft = vocab({"city": ("string", ["a", None, "c"])})
    assert [problem.code for problem in read(draft).errors] == ["null-not-allowed"]
    draft["nodes"][0]["columns"][1]["nullable"] = True
    assert read(draft).problems == ()
    plan = plan_of(draft)
    assert listed(plan.tables["place"].rows(range(3)).values("city")) == ["a", None, "c"]


@pytest.mark.parametrize(
    ("type_", "values", "places", "is_distinct"),
    [
        ("string", ["a", "b"], {}, True),
        ("string", ["a", "a"], {}, False),
        ("datetime", ["2024-01-01T00:00Z", "2024-01-01T00:00:00Z"], {}, False),
        ("date", ["2024-01-01T00:00:00Z", "2024-01-01T12:00:00Z"], {}, False),
        ("float", [1.001, 1.002], {}, True),
        ("float", [1.001, 1.002], {"decimals": 2}, False),
        ("float", [1, 1.0], {}, False),
        ("int", [1, 2], {}, True),
    ],
)
def test_a_list_is_unique_when_no_value_stands_in_it_twice(
    type_: str, values: list[Any], places: dict[str, int], is_distinct: bool
) -> None:
    draft = vocab({"x": (type_, values)})
    draft["nodes"][0]["columns"][1] |= {"unique": True, **places}
    assert codes(read(draft)) == ([] if is_distinct else [("/nodes/0/columns/1/unique", "unique-not-made")])
