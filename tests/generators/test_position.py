"""Rows are numbered anew for each parent, in the order in which they stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.schema.read import read
from datagen_chat.schema.repair import repair
from tests.engine.test_keys import of, table
from tests.engine.test_rows import listed
from tests.verify import mutations as verify

PlanOf = Callable[..., Plan]
AT = "/nodes/1/columns/2/generator"


def orders(position: dict[str, Any] | None = None, *columns: dict[str, Any], **more: Any) -> dict[str, Any]:
    key = of("order_id", "int", lookup={"from": "order.order_id"})
    line = of("line_no", "int", **(position or {"position": {}})) | more.pop("column", {})
    fact = {"kind": "fact", "parents": ["order"], "fanout": {"distribution": "uniform", "min": 0, "max": 6}}
    nodes = [table("order", [], rows=500), table("line", [key, line, *columns], **fact) | more]
    return {"version": "1.0", "metadata": {"name": "orders"}, "nodes": nodes}


def numbered(plan: Plan, numbers: range | None = None) -> list[tuple[int, int]]:
    lines = plan.tables["line"]
    rows = lines.rows(range(lines.row_count) if numbers is None else numbers)
    return list(zip(listed(rows.values("order_id")), listed(rows.values("line_no")), strict=True))


@pytest.mark.parametrize(("start", "step"), [(1, 1), (0, 1), (10, 10), (5, -2)])
def test_the_rows_of_each_parent_are_counted(plan_of: PlanOf, start: int, step: int) -> None:
    seen: dict[int, int] = {}
    for order, number in numbered(plan_of(orders({"position": {"start": start, "step": step}}))):
        assert number == start + step * seen.get(order, 0)
        seen[order] = seen.get(order, 0) + 1
    assert set(seen.values()) == {1, 2, 3, 4, 5, 6}


def test_rows_in_the_middle_have_the_same_numbers(plan_of: PlanOf) -> None:
    plan = plan_of(orders())
    assert numbered(plan, range(333, 444)) == numbered(plan)[333:444]


def test_walks_are_counted_too(plan_of: PlanOf) -> None:
    states = {"a": {"dwell": {"distribution": "constant", "value": 1, "unit": "day"}, "next": {"a": 1}}}
    walk = {"initial": {"a": 1}, "states": states, "start": "2024-01-01T00:00:00Z", "end": "2024-01-05T00:00:00Z"}
    draft = orders(None, of("n", "int", state={"field": "index"}), state_transition_model=walk)
    del draft["nodes"][1]["fanout"]
    rows = plan_of(draft).tables["line"].rows(range(100))
    assert listed(rows.values("line_no")) == [index + 1 for index in listed(rows.values("n"))]


def test_a_number_and_its_parent_are_unique_together_and_a_number_alone_is_not() -> None:
    draft = orders()
    draft["constraints"] = {"unique": [["line.order_id", "line.line_no"]]}
    assert read(draft).errors == ()
    draft["constraints"] = {"unique": ["line.line_no"]}
    assert [problem.code for problem in read(draft).errors] == ["unique-not-made"]
    draft = orders()
    draft["nodes"][1]["pk"] = "line_no"
    assert "pk-not-unique" in {problem.code for problem in read(draft).errors}


def test_numbers_stay_within_what_the_fanout_allows() -> None:
    draft = orders()
    draft["constraints"] = {"ranges": [{"attr": "line.line_no", "min": 1, "max": 6}]}
    assert [problem for problem in read(draft).problems if "range" in problem.code] == []


@pytest.mark.parametrize(
    ("position", "at", "code"),
    [({"step": 0}, f"{AT}/position/step", "step-zero"), ({"step": 2**40}, f"{AT}/position", "sequence-too-large")],
)
def test_numbers_that_cannot_be_are_a_problem(position: dict[str, Any], at: str, code: str) -> None:
    assert [(problem.at, problem.code) for problem in read(orders({"position": position})).errors] == [(at, code)]


def test_rows_without_parents_are_told_to_use_a_sequence() -> None:
    draft = {"version": "1.0", "metadata": {"name": "x"}, "nodes": [table("a", [of("n", "int", position={})], rows=5)]}
    [problem] = read(draft).errors
    assert (problem.code, "sequence" in problem.hint) == ("no-parent", True)


@pytest.mark.parametrize(
    "anew", [{"per_parent": True}, {"per": "order"}, {"partition_by": "order_id"}, {"within": "order.order_id"}]
)
def test_a_sequence_that_begins_again_is_a_position(anew: dict[str, Any]) -> None:
    repaired = repair(orders({"sequence": {"start": 3} | anew}))
    assert repaired.draft["nodes"][1]["columns"][2]["generator"] == {"position": {"start": 3}}
    assert repaired.reading.errors == ()


@pytest.mark.parametrize("anew", [{"per": "order"}, {"partition_by": "order_id"}, {"of": "order"}])
def test_of_a_position_it_need_not_be_said_whose_rows_it_counts(anew: dict[str, Any]) -> None:
    repaired = repair(orders({"position": {"start": 3} | anew}))
    assert repaired.draft["nodes"][1]["columns"][2]["generator"] == {"position": {"start": 3}}
    assert repaired.reading.errors == ()


@pytest.mark.parametrize("word", ["sequence", "position"])
@pytest.mark.parametrize("anew", [{"per": "customer"}, {"per_parent": False}])
def test_what_is_said_otherwise_of_a_sequence_is_not_guessed(word: str, anew: dict[str, Any]) -> None:
    assert repair(orders({word: anew})).reading.errors != ()


def test_verification_finds_a_row_with_another_number(tmp_path: Path) -> None:
    draft = orders()
    verify.write(verify.dataset_of(draft), tmp_path)
    found = verify.verified(draft, tmp_path)
    assert (verify.failing(found), [finding.claim.kind for finding in found.findings].count("sequence")) == (set(), 3)
    verify.changed(tmp_path, "line", "SELECT * REPLACE (line_no + CAST(line_id = 25 AS INT) AS line_no) FROM line")
    assert verify.failing(verify.verified(draft, tmp_path)) == {("sequence", "line.line_no")}
