"""Mistakes in walks and journeys are found where they are, under the right code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.problems import Problem
from datagen_chat.schema.read import read
from tests.conftest import GONE, written
from tests.unfoldings.schemas import DAY, FUNNEL, funnelled, state, walked

N = "/nodes/1"
M, S = f"{N}/state_transition_model", f"{N}/stage_config"
CONSTANT = {"distribution": "constant", "value": 1}
BELL = {"distribution": "normal", "mu": 1, "sigma": 1, "unit": "day"}

MISTAKES = [
    # what is written, where, the problem's place, its code
    (f"{M}/initial", GONE, f"{M}/initial", "missing-key"),
    (f"{M}/initial", {}, f"{M}/initial", "too-few-keys"),
    (f"{M}/initial", {"label": -1}, f"{M}/initial/label", "too-small"),
    (f"{M}/initial", {"label": 0}, f"{M}/initial", "weights-zero"),
    (f"{M}/initial", {"labl": 1}, f"{M}/initial/labl", "unknown-state"),
    (f"{M}/states", {}, f"{M}/states", "too-few-keys"),
    (f"{M}/states/van/next", {"dnoe": 1}, f"{M}/states/van/next/dnoe", "unknown-state"),
    (f"{M}/states/van/next", {"done": 0, "shop": 0}, f"{M}/states/van/next", "weights-zero"),
    (f"{M}/states/van/next", GONE, f"{M}/states/van/next", "state-without-next"),
    (f"{M}/states/van/dwell", GONE, f"{M}/states/van/dwell", "missing-dwell"),
    (f"{M}/states/van/colour", "red", f"{M}/states/van/colour", "unknown-key"),
    (f"{M}/states/done/next", {"van": 1}, f"{M}/states/done/next", "terminal-with-next"),
    (f"{M}/states/van/dwell", {"min": 1}, f"{M}/states/van/dwell/distribution", "missing-key"),
    (f"{M}/states/van/dwell/distribution", "cauchy", f"{M}/states/van/dwell/distribution", "not-one-of"),
    (f"{M}/states/van/dwell/unit", "fortnight", f"{M}/states/van/dwell/unit", "not-one-of"),
    (f"{M}/states/label/dwell/low", 3, f"{M}/states/label/dwell/low", "unknown-key"),
    (f"{M}/states/label/dwell", DAY | {"max": 0.5}, f"{M}/states/label/dwell/max", "empty-range"),
    (f"{M}/states/van/dwell/min", 13, f"{M}/states/van/dwell/max", "empty-range"),
    (f"{M}/states/label/dwell", DAY | {"min": -3, "max": 0}, f"{M}/states/label/dwell", "dwell-not-positive"),
    (f"{M}/states/depot/dwell/rate", 1, f"{M}/states/depot/dwell/rate", "parameter-twice"),
    (f"{M}/max_rows", 0, f"{M}/max_rows", "too-small"),
    (f"{M}/max_rows", 10_001, f"{M}/max_rows", "too-large"),
    (f"{M}/start", "sent_a", f"{M}/start", "unknown-column"),
    (f"{M}/start", "parcel_id", f"{M}/start", "reference-type"),
    (f"{M}/start", "scan.entered_at", f"{M}/start", "not-an-ancestor"),
    (f"{M}/start", "7 days later", f"{M}/start", "bad-instant"),
    (f"{M}/start", "sent_a + days(1)", f"{M}/start", "unknown-column"),
    (f"{M}/start", "parcel_id + 1", f"{M}/start", "expression-type"),
    (f"{M}/end", "sent_at + (", f"{M}/end", "expression-syntax"),
    (f"{M}/start", "scan.entered_at", N, "column-cycle"),
    (f"{M}/end", "2024-02-30T00:00:00Z", f"{M}/end", "bad-instant"),
    (f"{M}/start", "2025-02-28T00:00:00Z", f"{M}/start", "window-order"),
    (f"{N}/fanout", CONSTANT, f"{N}/fanout", "rows-said-twice"),
    (f"{N}/rows", 500, f"{N}/rows", "rows-said-twice"),
    (f"{N}/stage_config", FUNNEL, f"{N}/stage_config", "rows-said-twice"),
    (f"{N}/parents", [], f"{N}/parents", "fanout-without-parents"),
    (f"{N}/kind", "entity", M, "not-a-fact"),
    (f"{N}/columns/3/type", "int", f"{N}/columns/3/generator/state/field", "state-type"),
    (f"{N}/columns/4/nullable", False, f"{N}/columns/4/generator", "null-not-allowed"),
    (f"{N}/columns/2/generator", state("dwell"), f"{N}/columns/2/generator/state/field", "not-one-of"),
    (M, GONE, f"{N}/columns/2/generator/state", "no-states"),
]  # fmt: skip

FUNNEL_MISTAKES = [
    (f"{S}/stages", [], f"{S}/stages", "too-few"),
    (f"{S}/stages/1/transition_rate", GONE, f"{S}/stages/1/transition_rate", "missing-rate"),
    (f"{S}/stages/1/transition_rate", 1.5, f"{S}/stages/1/transition_rate", "too-large"),
    (f"{S}/stages/1/stage_name", "visit", f"{S}/stages/1/stage_name", "duplicate-stage"),
    (f"{S}/segment_variation", {"gold": {"transition_multiplier": 2}}, f"{S}/segment_column", "no-segment-column"),
    (f"{S}/segment_column", "tier", f"{S}/segment_column", "segment-unused"),
    (f"{N}/columns/3/type", "string", f"{N}/columns/3/type", "state-type"),
    (f"{N}/columns/2/generator", {"state": {"field": "entered_at"}}, f"{N}/columns/2/generator/state/field", "state-type"),
]

NOTES = [
    (f"{M}/initial", {"label": 0.5, "depot": 0.2}, f"{M}/initial", "weights-sum"),
    (f"{M}/states/van/next", {"done": 0.5}, f"{M}/states/van/next", "weights-sum"),
    (f"{M}/states/attic", {"terminal": True}, f"{M}/states/attic", "state-unreachable"),
    (f"{M}/states/shop/next", {"shop": 1}, f"{M}/states/shop", "no-way-out"),
    (f"{M}/states/done/dwell", CONSTANT | {"unit": "day"}, f"{M}/states/done/dwell", "dwell-unused"),
    (f"{M}/states/van/dwell", CONSTANT, f"{M}/states/van/dwell/unit", "default-unit"),
    (f"{M}/states/van/dwell", BELL, f"{M}/states/van/dwell", "dwell-below-zero"),
]  # fmt: skip


def found(draft: dict[str, Any]) -> set[tuple[str, str]]:
    return {(problem.at, problem.code) for problem in read(draft).problems}


@pytest.mark.parametrize(("at", "value", "place", "code"), MISTAKES, ids=lambda value: str(value)[:40])
def test_a_mistake_in_a_walk_is_found_where_it_is(at: str, value: Any, place: str, code: str) -> None:
    draft = written(walked(), at, value)
    assert (place, code) in found(draft)
    assert any(problem.is_error for problem in read(draft).problems)


@pytest.mark.parametrize(("at", "value", "place", "code"), FUNNEL_MISTAKES, ids=lambda value: str(value)[:40])
def test_a_mistake_in_a_journey_is_found_where_it_is(at: str, value: Any, place: str, code: str) -> None:
    assert (place, code) in found(written(funnelled(), at, value))


@pytest.mark.parametrize(("at", "value", "place", "code"), NOTES, ids=lambda value: str(value)[:40])
def test_what_a_reader_would_stumble_over_is_a_note(at: str, value: Any, place: str, code: str) -> None:
    reading = read(written(walked(), at, value))
    assert reading.dataset is not None
    assert (place, code) in {(problem.at, problem.code) for problem in reading.notes}


def test_valid_walks_and_journeys_have_no_problem_but_that_columns_are_bound() -> None:
    assert read(walked()).problems == ()
    assert {problem.code for problem in read(funnelled()).problems} == {"bound-by-stages"}


def problem_of(draft: dict[str, Any], code: str) -> Problem:
    return next(problem for problem in read(draft).problems if problem.code == code)


def test_an_unknown_state_names_the_one_that_is_meant() -> None:
    problem = problem_of(written(walked(), f"{M}/states/van/next", {"dnoe": 1}), "unknown-state")
    assert problem.hint == 'Did you mean "done"?'


def test_a_segment_that_the_column_never_holds_is_found() -> None:
    variation = {"vip": {"transition_multiplier": 2}, "bsic": {"transition_multiplier": 2}}
    draft = written(funnelled(), f"{S}/segment_variation", variation)
    draft["nodes"][1]["stage_config"]["segment_column"] = "tier"
    problem = problem_of(draft, "unknown-segment")
    assert (problem.at, problem.hint) == (f"{S}/segment_variation/bsic", 'Did you mean "basic"?')


def test_the_first_of_several_times_is_the_start_and_that_is_said() -> None:
    draft = walked()
    draft["nodes"][0]["columns"].append(
        {"name": "paid_on", "type": "date", "generator": {"datetime_series": {"within": "timeframe"}}}
    )
    problem = problem_of(draft, "default-start")
    assert not problem.is_error
    assert "parcel.sent_at" in problem.message
    draft["nodes"][1]["state_transition_model"]["start"] = "sent_at"
    assert read(draft).problems == ()


def test_without_a_time_walks_start_with_the_timeframe_or_nothing_says_when() -> None:
    draft = walked()
    del draft["nodes"][0]["columns"][1]
    assert not problem_of(draft, "default-start").is_error
    del draft["timeframe"]
    assert problem_of(draft, "no-start").at == f"{M}/start"
    draft["nodes"][1]["state_transition_model"] |= {"start": "timeframe.start", "end": "timeframe.end"}
    assert {(p.at, p.code) for p in read(draft).errors} == {(f"{M}/{end}", "no-timeframe") for end in ("start", "end")}


def test_a_walk_without_a_terminal_state_and_without_an_end_is_noted() -> None:
    draft = walked()
    del draft["timeframe"]
    draft["nodes"][0]["columns"][1]["generator"] = {"choice": {"choices": ["2024-01-01T00:00:00Z"]}}
    draft["nodes"][1]["state_transition_model"] = {"initial": {"a": 1}, "states": {"a": {"dwell": DAY, "next": {"a": 1}}}}
    assert problem_of(draft, "no-way-out").message.endswith("goes on until 50 rows.")
    draft["nodes"][1]["state_transition_model"]["end"] = "2024-12-31T00:00:00Z"
    assert read(draft).problems == ()


def test_a_journey_without_a_column_for_its_stages_makes_its_rows_all_the_same() -> None:
    draft = funnelled()
    del draft["nodes"][1]["columns"][2:5]
    assert read(draft).dataset is not None


ORDERS = [
    ("scan.entered_at", ">=", "parcel.sent_at", True),
    ("parcel.sent_at", "<=", "scan.entered_at", True),
    ("scan.exited_at", ">", "scan.entered_at", True),
    ("scan.entered_at", "<=", "scan.exited_at", True),
    ("scan.entered_at", ">", "parcel.sent_at", False),
    ("scan.entered_at", ">", "scan.exited_at", False),
    ("scan.exited_at", ">", "parcel.sent_at", True),
    ("scan.exited_at", ">=", "scan.exited_at", False),
    ("scan.entered_at", "!=", "parcel.sent_at", False),
]


@pytest.mark.parametrize(("left", "op", "right", "is_kept"), ORDERS)
def test_an_order_that_every_walk_keeps_needs_no_draw(left: str, op: str, right: str, is_kept: bool) -> None:
    draft = walked()
    draft["constraints"]["inequalities"] = [{"left": left, "op": op, "right": right}]
    assert ("/constraints/inequalities/0", "only-checked") in found(draft) or is_kept
    assert read(draft).problems == () or not is_kept


LAST = {"aggregate": {"of": "scan.entered_at", "op": "max"}}
LOOKED_UP = {"lookup": {"from": "scan.entered_at"}}


@pytest.mark.parametrize("generator", [LAST, LOOKED_UP], ids=["aggregate", "lookup"])
def test_the_column_that_a_walk_starts_at_may_not_wait_for_the_walk(generator: dict[str, Any]) -> None:
    draft = walked()
    last = {"name": "last_scan", "type": "datetime", "generator": generator}
    draft["nodes"][0]["columns"].insert(1, last)
    assert not any(problem.is_error for problem in read(draft).problems)  # the walk starts at the next time
    draft["nodes"][1]["state_transition_model"]["start"] = "last_scan"
    problem = problem_of(draft, "column-cycle")
    assert problem.is_error
    assert all(name in problem.message for name in ("parcel.last_scan", "scan.entered_at", "rows of scan"))


def test_a_column_that_follows_from_the_walk_is_not_taken_as_its_start() -> None:
    draft = walked()
    draft["nodes"][0]["columns"][1:1] = [
        {"name": "last_scan", "type": "datetime", "generator": LAST},
        {"name": "due", "type": "datetime", "generator": {"expression": {"code": "last_scan + days(3)"}}},
    ]
    assert not any(problem.is_error or problem.code == "default-start" for problem in read(draft).problems)


def test_a_parent_may_count_its_walk(plan_of: Callable[..., Plan]) -> None:
    draft = walked()
    draft["nodes"][0]["columns"] += [
        {"name": "scans", "type": "int", "generator": {"aggregate": {"of": "scan.scan_id", "op": "count"}}},
        {"name": "last_scan", "type": "datetime", "generator": LAST},
    ]
    plan = plan_of(draft)
    parcel, scan = plan.tables["parcel"], plan.tables["scan"]
    scans = parcel.rows(range(400)).values("scans").data
    parents, entered = (scan.rows(range(scan.row_count)).values(name).data for name in ("parcel_id", "entered_at"))
    assert np.array_equal(scans, np.bincount(parents, minlength=400))
    last = [entered[parents == parent].max() for parent in range(400)]
    assert parcel.rows(range(400)).values("last_scan").data.tolist() == last
