"""Journeys: stages in order until one is not reached, in the columns that the language binds."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from datagen_chat.engine.plan import Plan
from datagen_chat.instants import parse_instant
from datagen_chat.schema.read import read
from tests.engine.test_rows import listed
from tests.unfoldings.schemas import FUNNEL, funnelled, state
from tests.unfoldings.test_walks import records, walks

PlanOf = Callable[..., Plan]
NAMES = ["visit", "signup", "purchase"]


def test_stages_come_in_order_from_the_first_with_their_numbers_and_rising_times(plan_of: PlanOf) -> None:
    found = walks(plan_of(funnelled()), "journey", "user_id")
    assert len(found) == 400
    assert {len(rows) for rows in found.values()} == {1, 2, 3}
    for rows in found.values():
        assert [row["stage_name"] for row in rows] == NAMES[: len(rows)]
        assert [row["stage_index"] for row in rows] == list(range(len(rows)))
        assert all(one["happened_at"] < other["happened_at"] for one, other in pairwise(rows))


def test_the_first_stage_has_the_parents_time(plan_of: PlanOf) -> None:
    plan = plan_of(funnelled())
    created = listed(plan.tables["user"].rows(range(400)).values("created_at"))
    assert [rows[0]["happened_at"] for _, rows in sorted(walks(plan, "journey", "user_id").items())] == created


def test_the_other_columns_are_made_as_usual(plan_of: PlanOf) -> None:
    assert {row["device"] for row in records(plan_of(funnelled()).tables["journey"])} == {"phone", "laptop"}


def test_rates_of_one_and_of_nothing_are_certain(plan_of: PlanOf) -> None:
    for rate, stages in ((1.0, 3), (0.0, 1)):
        config = {"stages": [{"stage_name": name, "transition_rate": rate} for name in NAMES]}
        assert plan_of(funnelled(config)).tables["journey"].row_count == 400 * stages


def test_the_first_choice_that_has_the_first_stage_is_bound_where_no_column_is_called_stage_name(plan_of: PlanOf) -> None:
    draft = funnelled()
    draft["nodes"][1]["columns"][2]["name"] = "step"
    found = walks(plan_of(draft), "journey", "user_id")
    assert all([row["step"] for row in rows] == NAMES[: len(rows)] for rows in found.values())


def test_a_field_that_a_column_reads_is_bound_to_no_other(plan_of: PlanOf) -> None:
    draft = funnelled()
    created = {"name": "created_at", "type": "datetime", "generator": {"lookup": {"from": "user.created_at"}}}
    columns = draft["nodes"][1]["columns"]
    columns[4]["generator"] = state("entered_at")
    columns.insert(2, created)
    found = walks(plan_of(draft), "journey", "user_id")
    assert all(len({row["created_at"] for row in rows}) == 1 for rows in found.values())
    assert all(rows[0]["happened_at"] == rows[0]["created_at"] for rows in found.values())
    assert not any(p.at == "/nodes/1/columns/5/generator" for p in read(draft).problems)


def test_binding_is_said(plan_of: PlanOf) -> None:
    notes = [problem for problem in read(funnelled()).problems if problem.code == "bound-by-stages"]
    assert [problem.at for problem in notes] == [f"/nodes/1/columns/{column}/generator" for column in (2, 3, 4)]
    assert not any(problem.is_error for problem in notes)
    assert "stage_name" in notes[0].message


def test_an_end_cuts_journeys_off_and_nothing_else_does(plan_of: PlanOf) -> None:
    end = parse_instant("2024-12-31T23:59:59Z")
    open_, cut = (records(plan_of(funnelled(FUNNEL | more, 4000)).tables["journey"]) for more in ({}, {"end": "timeframe.end"}))
    assert max(row["happened_at"] for row in open_) > end
    kept = [row for row in open_ if row["happened_at"] <= end]
    assert [(row["user_id"], row["happened_at"]) for row in cut] == [(row["user_id"], row["happened_at"]) for row in kept]


def test_another_stage_leaves_the_draws_of_the_others(plan_of: PlanOf) -> None:
    longer = {"stages": [*FUNNEL["stages"], {"stage_name": "repeat", "transition_rate": 0.5}]}
    one, two = (records(plan_of(funnelled(config)).tables["journey"]) for config in (FUNNEL, longer))
    seen = [(row["user_id"], row["stage_name"], row["happened_at"]) for row in one]
    assert [(row["user_id"], row["stage_name"], row["happened_at"]) for row in two if row["stage_name"] != "repeat"] == seen
