"""Changes of walks and journeys are told in few words, and names change in them too."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from datagen_chat.preview import preview
from datagen_chat.schema.canonical import as_draft, schema_hash
from datagen_chat.schema.change import difference
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.read import read
from tests.unfoldings.schemas import FUNNEL, funnelled, state, walked
from tests.unfoldings.test_problems import M, S, written

CHANGES = [
    (walked, f"{M}/max_rows", 20, "scan: max_rows 14 → 20"),
    (walked, f"{M}/states/van/next/done", 0.6, "scan: van to done 0.7 → 0.6"),
    (walked, f"{M}/states/lost", {"terminal": True}, "scan: lost terminal true"),
    (funnelled, f"{S}/stages/1/transition_rate", 0.4, "journey: signup transition_rate 0.6 → 0.4"),
    (funnelled, f"{S}/end", "timeframe.end", "journey: end timeframe.end"),
]


@pytest.mark.parametrize(
    ("draft", "at", "value", "line"), CHANGES, ids=lambda value: getattr(value, "__name__", str(value))[:40]
)
def test_a_change_is_told_where_it_is(draft: Any, at: str, value: Any, line: str) -> None:
    assert [str(change) for change in difference(draft(), written(draft(), at, value))] == [line]


def test_another_stage_is_told_with_its_rate() -> None:
    longer = copy.deepcopy(FUNNEL)
    longer["stages"].append({"stage_name": "repeat", "transition_rate": 0.3})
    lines = [str(change) for change in difference(funnelled(), funnelled(longer))]
    assert lines == [
        "journey: stages visit/signup/purchase → visit/signup/purchase/repeat",
        "journey: repeat transition_rate 0.3",
    ]


def test_a_new_walk_is_told_in_one_line() -> None:
    without = walked()
    del without["nodes"][1]["state_transition_model"]
    assert [change.sort for change in difference(without, walked())] == ["added"]


@pytest.mark.parametrize("draft", [walked, funnelled])
def test_a_schema_comes_back_as_it_was_written(draft: Any) -> None:
    full = draft()
    key = "state_transition_model" if draft is walked else "stage_config"
    full["nodes"][1][key] |= {"start": "2024-03-01T00:00:00Z", "end": "timeframe.end"}
    dataset = read(full).valid()
    assert read(as_draft(dataset)).valid() == dataset
    assert as_draft(dataset)["nodes"][1][key]["start"] == "2024-03-01T00:00:00Z"
    assert schema_hash(as_draft(dataset)) == schema_hash(full)


def test_another_number_of_a_unit_is_the_same_unit() -> None:
    hours, hour = walked(), walked()
    for model, unit in ((hours, "hours"), (hour, "hour")):
        model["nodes"][1]["state_transition_model"]["states"]["label"]["dwell"]["unit"] = unit
    assert schema_hash(hours) == schema_hash(hour)


def test_a_new_name_of_a_column_reaches_the_start_and_the_segments() -> None:
    walk = written(walked(), f"{M}/start", "sent_at")
    patch = {"nodes": [{"id": "parcel", "columns": [{"name": "sent_at", "$rename": "posted_at"}]}]}
    assert apply_patch(walk, patch).draft["nodes"][1]["state_transition_model"]["start"] == "posted_at"
    walk = written(walked(), f"{M}/start", "parcel.sent_at")
    assert apply_patch(walk, patch).draft["nodes"][1]["state_transition_model"]["start"] == "parcel.posted_at"
    journey = written(funnelled(), f"{S}/segment_column", "tier")
    patch = {"nodes": [{"id": "user", "columns": [{"name": "tier", "$rename": "plan"}]}]}
    assert apply_patch(journey, patch).draft["nodes"][1]["stage_config"]["segment_column"] == "plan"


@pytest.mark.parametrize(("name", "field"), [("stage_name", "name"), ("stage_index", "index")])
def test_a_column_that_holds_a_stage_for_its_name_holds_it_under_another_name(name: str, field: str) -> None:
    before = funnelled()
    before["nodes"][1]["columns"][2]["generator"] = {"choice": {"choices": ["x", "y"]}}
    patch = {"nodes": [{"id": "journey", "columns": [{"name": name, "$rename": "reached"}]}]}
    after = apply_patch(before, patch).draft
    assert read(after).errors == ()
    assert next(column for column in after["nodes"][1]["columns"] if column["name"] == "reached")["generator"] == state(field)
    rows, same = (preview(read(draft).valid(), 1, 20).samples[1].rows for draft in (before, after))
    assert same == rows
    assert {value for row in rows for value in row} >= ({"visit", "signup"} if field == "name" else {0, 1})
