"""Choices: read from a small table, weighed by rank, or each taken once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.problems import SchemaError
from datagen_chat.schema.read import read
from tests.engine.test_promises import column
from tests.engine.test_rows import listed
from tests.statistics.test_generators import within

PlanOf = Callable[..., Plan]
KEY = {"name": "id", "type": "int", "generator": {"sequence": {}}}


def schema(generator: dict[str, Any], rows: int, type_: str = "string", **more: Any) -> dict[str, Any]:
    """Return a schema with a vocab of four plans, and a table with a column that the generator makes."""
    names = {"name": "name", "type": "string", "generator": {"enum_list": {"values": ["free", "basic", "pro", "max"]}}}
    prices = {"name": "price", "type": "float", "generator": {"enum_list": {"values": [0, 9.99, 19.5, 99]}}}
    x = {"name": "x", "type": type_, "generator": generator, **more}
    nodes = [
        {"id": "plan", "kind": "vocab", "pk": "id", "columns": [KEY, names, prices]},
        {"id": "t", "kind": "entity", "pk": "id", "rows": rows, "columns": [KEY, x]},
    ]
    return {"version": "1.0", "metadata": {"name": "t"}, "nodes": nodes}


def made(plan_of: PlanOf, generator: dict[str, Any], rows: int, type_: str = "string", **more: Any) -> Any:
    draft = schema({"choice": generator}, rows, type_, **more)
    assert read(draft).problems == ()
    return column(plan_of(draft), "t", "x")


@pytest.mark.parametrize(
    ("weights", "shares"),
    [
        ({}, [1 / 4] * 4),
        ({"weights": [4, 3, 2, 1]}, [0.4, 0.3, 0.2, 0.1]),
        # 1 / 1, 1 / 2, 1 / 3, 1 / 4 by Zipf's law: their sum is 25 / 12.
        ({"weights_kind": "zipf@1"}, [12 / 25, 6 / 25, 4 / 25, 3 / 25]),
        ({"weights_kind": "uniform"}, [1 / 4] * 4),
        # The first fifth, at least one, has 0.7; the others share 0.3 as 1, 1 / 4 and 1 / 9: their sum is 49 / 36.
        ({"weights_kind": "head_tail@{0.7,2}"}, [0.7, 0.3 * 36 / 49, 0.3 * 9 / 49, 0.3 * 4 / 49]),
    ],
)
@pytest.mark.parametrize("is_read", [False, True])
def test_choices_of_a_list_or_a_table_have_their_shares(
    plan_of: PlanOf, weights: dict[str, Any], shares: list[float], is_read: bool
) -> None:
    rows, names = 60_000, ["free", "basic", "pro", "max"]
    given = {"choices_ref": "plan.name"} if is_read else {"choices": names}
    seen = Counter(made(plan_of, given | weights, rows))
    assert all(within(seen[name] / rows, share, rows) for name, share in zip(names, shares, strict=True))


def test_numbers_can_be_read_too(plan_of: PlanOf) -> None:
    assert set(made(plan_of, {"choices_ref": "plan.price"}, 200, "float").tolist()) == {0.0, 9.99, 19.5, 99.0}


def test_choices_of_a_table_do_not_follow_the_own_ancestor(plan_of: PlanOf) -> None:
    draft = schema({"choice": {"choices_ref": "plan.name"}}, 400)
    del draft["nodes"][1]["rows"]
    draft["nodes"][1] |= {"kind": "fact", "parents": ["plan"], "fanout": {"distribution": "constant", "value": 1000}}
    seen = column(plan_of(draft), "t", "x")
    assert all(len(set(seen[start : start + 1000])) == 4 for start in range(0, 4000, 1000))


def test_where_no_choice_may_repeat_each_is_taken_once(plan_of: PlanOf) -> None:
    names = [f"n{k}" for k in range(500)]
    taken = made(plan_of, {"choices": names}, 500, unique=True)
    assert sorted(taken) == sorted(names)
    assert taken != names
    assert sorted(made(plan_of, {"choices": names}, 7, unique=True))[0] in names


def test_where_no_row_may_repeat_each_is_taken_once(plan_of: PlanOf) -> None:
    draft = schema({"choice": {"choices_ref": "plan.id"}}, 4, "int", unique=True)
    assert [problem for problem in read(draft).problems if problem.is_error] == []
    assert sorted(column(plan_of(draft), "t", "x").tolist()) == [1, 2, 3, 4]
    draft["nodes"][1]["rows"] = 5
    [problem] = read(draft).errors
    assert problem.code == "too-few-values"
    assert "only 4 different" in problem.message


def test_a_column_that_repeats_cannot_be_chosen_from_once_each() -> None:
    draft = schema({"choice": {"choices_ref": "plan.name"}}, 4, unique=True)
    draft["nodes"][0]["columns"][1]["generator"]["enum_list"]["values"][1] = "free"
    assert [problem.code for problem in read(draft).errors] == ["unique-not-made"]


def test_weights_without_repetition_say_who_comes_first(plan_of: PlanOf) -> None:
    """Drawn one after the other by weight, "a" comes before "b" in 9 of 10 orders, whatever else there is."""
    names = ["a", "b", "c"]
    given = {"choices": names, "weights": [0.9, 0.1, 0]}
    draft = schema({"choice": given}, 2, unique=True)
    assert read(draft).problems == ()
    firsts = [column(plan_of(draft, seed), "t", "x")[0] for seed in range(400)]
    assert abs(firsts.count("a") / 400 - 0.9) < 4.5 * math.sqrt(0.9 * 0.1 / 400)
    draft["nodes"][1]["rows"] = 3
    assert [problem.code for problem in read(draft).errors] == ["too-few-values"]


@pytest.mark.parametrize("more", [{}, {"weights": [1, 2, 3, 4]}])
def test_choices_once_each_can_be_made_in_any_pieces(plan_of: PlanOf, more: dict[str, Any]) -> None:
    draft = schema({"choice": {"choices": ["a", "b", "c", "d"]} | more}, 4, unique=True)
    owner = plan_of(draft).tables["t"]
    whole = listed(owner.rows(range(4)).values("x"))
    assert listed(owner.rows(range(2, 4)).values("x")) == whole[2:]
    assert listed(owner.rows(np.array([3, 0, 3])).values("x")) == [whole[3], whole[0], whole[3]]


def test_an_empty_table_to_choose_from_is_said(plan_of: PlanOf) -> None:
    draft = schema({"choice": {"choices_ref": "note.id"}}, 4, "int")
    fanout = {"distribution": "poisson", "lambda": 1e-9}
    draft["nodes"].append({"id": "note", "kind": "fact", "pk": "id", "parents": ["plan"], "fanout": fanout, "columns": [KEY]})
    owner = plan_of(draft).tables["t"]
    assert len(owner.rows(range(0)).values("x")) == 0
    with pytest.raises(SchemaError, match="without any rows"):
        owner.rows(range(4)).values("x")
    draft["nodes"][2] |= {"kind": "entity", "rows": 0, "parents": []}
    del draft["nodes"][2]["fanout"]
    assert [problem.code for problem in read(draft).errors] == ["empty-table"]


def test_a_large_table_is_looked_up_instead() -> None:
    draft = schema({"choice": {"choices_ref": "plan.id"}}, 4, "int")
    draft["nodes"][0] |= {"kind": "entity", "rows": 200_000, "columns": [KEY]}
    [problem] = read(draft).errors
    assert (problem.code, '{"lookup": {"from": "plan.id"}}' in problem.hint) == ("too-many-choices", True)
