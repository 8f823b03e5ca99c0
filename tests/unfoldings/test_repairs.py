"""Walks and journeys in other people's spelling come out in ours, and what could change their meaning stays a problem."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from datagen_chat.schema.repair import repair
from tests.conftest import GONE, written
from tests.unfoldings.schemas import DAY, funnelled, walked
from tests.unfoldings.test_problems import M, N, S

LAW = {"distribution": "exponential", "scale": 5, "unit": "day"}
WHOLE: dict[str, Any] = {
    "initial": {"a": 1.0},
    "states": {
        "a": {"dwell": LAW, "next": {"b": 0.5, "c": 0.5}},
        "b": {"dwell": LAW, "next": {"c": 1}},
        "c": {"terminal": True},
    },
}
A = f"{M}/states/a"

MODELS = [
    {"initial_state": "a", "states": WHOLE["states"]},
    {"initial": "a", "states": WHOLE["states"]},
    {"initial": ["a"], "states": WHOLE["states"]},
    {"initial": {"a": {"probability": 1.0}}, "states": WHOLE["states"]},
    {"start": "a", "states": WHOLE["states"]},
    {"states": WHOLE["states"]},
    {
        "initial": {"a": 1.0},
        "states": ["a", "b", "c"],
        "transitions": {"a": {"b": 0.5, "c": 0.5}, "b": {"c": 1}},
        "terminal_states": ["c"],
        "dwell": LAW,
    },
    {
        "initial": {"a": 1.0},
        "states": [{"name": "a", "dwell": LAW}, {"name": "b", "dwell": LAW}, {"name": "c"}],
        "transitions": [
            {"from": "a", "to": "b", "probability": 0.5},
            {"from": "a", "to": "c", "probability": 0.5},
            {"from": "b", "to": "c", "probability": 1},
        ],
    },
    {
        "initial": {"a": 1.0},
        "states": {
            "a": {"duration": LAW, "transitions": [{"state": "b", "p": 0.5}, {"state": "c", "p": 0.5}]},
            "b": {"stay": LAW, "to": "c"},
            "c": {"type": "terminal"},
        },
    },
    {
        "initial": {"a": 1.0},
        "states": {
            "a": {"dwell": LAW, "next": {"b": {"weight": 0.5}, "c": {"weight": 0.5}}},
            "b": {"dwell": LAW, "next": {"C": 1}},
            "c": {"final": True, "next": {}},
        },
    },
    {
        "initial": {"a": 1.0},
        "states": {"a": {"next": {"b": 0.5, "c": 0.5}}, "b": {"next": {"c": 1}}, "c": {}},
        "durations": {"a": LAW, "b": LAW},
    },
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: str(model)[:60])
def test_a_machine_in_another_shape_is_the_same_machine(model: dict[str, Any]) -> None:
    mended = repair(walked(copy.deepcopy(model)))
    assert mended.reading.dataset is not None
    assert mended.draft == walked(copy.deepcopy(WHOLE))
    assert mended.mends
    assert all(mend.text.endswith(".") for mend in mended.mends)


DWELLS = [
    # what is written, what stands there after the repair
    ({"dwell": 5, "unit": "days"}, {"distribution": "constant", "unit": "days", "value": 5}),
    ({"dwell": "3 days"}, {"distribution": "constant", "value": 3, "unit": "days"}),
    ({"dwell": "1-5 hours"}, {"distribution": "uniform", "min": 1, "max": 5, "unit": "hours"}),
    ({"dwell": "1.5 to 3 hrs"}, {"distribution": "uniform", "min": 1.5, "max": 3, "unit": "hour"}),
    ({"dwell": [1, 5], "dwell_unit": "day"}, {"distribution": "uniform", "unit": "day", "min": 1, "max": 5}),
    ({"dwell_days": 3}, {"distribution": "constant", "value": 3, "unit": "day"}),
    ({"duration_hours": [2, 4]}, {"distribution": "uniform", "min": 2, "max": 4, "unit": "hour"}),
    ({"min_days": 1, "max_days": 4}, {"distribution": "uniform", "min": 1, "max": 4, "unit": "day"}),
    ({"mean_hours": 6}, {"distribution": "exponential", "scale": 6, "unit": "hour"}),
    ({"dwell": {"min": 1, "max": 4, "unit": "day"}}, {"distribution": "uniform", "min": 1, "max": 4, "unit": "day"}),
    ({"dwell": {"min_days": 1, "max_days": 4}}, {"distribution": "uniform", "min": 1, "max": 4, "unit": "days"}),
    ({"dwell": {"mean": 4, "unit": "day"}}, {"distribution": "exponential", "scale": 4, "unit": "day"}),
    ({"dwell": DAY | {"unit": "d"}}, DAY),
    ({"dwell": {"distribution": "uniform", "low": 1, "high": 3, "unit": "day"}}, DAY),
    ({"dwell": {"type": "uniform", "min": 1, "max": 3, "units": "day"}}, DAY),
    ({"dwell": {"type": "uniform", "params": {"low": 1, "high": 3}, "unit": "day"}}, DAY),
    ({"dwell": {"distribution": {"type": "uniform", "params": {"min": 1, "max": 3}}, "unit": "day"}}, DAY),
    ({"dwell": {"uniform": {"min": 1, "max": 3}, "unit": "day"}}, DAY),
    ({"dwell": {"distribution": "exp", "mean": 5, "units": "hrs"}}, LAW | {"unit": "hour"}),
    ({"dwell": {"distribution": "exponential", "mean_days": 5}}, LAW | {"unit": "days"}),
    ({"dwell": {"distribution": "fixed", "days": 2}}, {"distribution": "constant", "value": 2, "unit": "days"}),
]


@pytest.mark.parametrize(("state", "dwell"), DWELLS, ids=lambda value: str(value)[:60])
def test_a_duration_in_another_shape_is_the_same_duration(state: dict[str, Any], dwell: dict[str, Any]) -> None:
    model = copy.deepcopy(WHOLE)
    model["states"]["a"] = {"next": {"b": 0.5, "c": 0.5}} | copy.deepcopy(state)
    mended = repair(walked(model))
    assert mended.reading.dataset is not None, mended.reading.errors
    assert mended.draft["nodes"][1]["state_transition_model"]["states"]["a"] == {"next": {"b": 0.5, "c": 0.5}, "dwell": dwell}


COLUMNS = [
    # the column's name and type, its generator as it is written, the field that it holds
    ("status", "string", {"state": "name"}, "name"),
    ("status", "string", {"state": {"field": "current_state"}}, "name"),
    ("status", "string", {"state": {}}, "name"),
    ("from_status", "string", {"state": {}}, "previous"),
    ("from_status", "string", {"state": {"field": "from_state"}}, "previous"),
    ("entered", "datetime", {"state": {"field": "start"}}, "entered_at"),
    ("entered", "datetime", {"state": {}}, "entered_at"),
    ("left_at", "datetime", {"state": {}}, "exited_at"),
    ("no", "int", {"state": {"field": "sequence"}}, "index"),
    ("status", "string", {"state": {"value": "name"}}, "name"),
]


@pytest.mark.parametrize(("name", "type_", "generator", "field"), COLUMNS, ids=lambda value: str(value)[:40])
def test_a_field_in_another_spelling_is_the_same_field(name: str, type_: str, generator: dict[str, Any], field: str) -> None:
    draft = walked()
    draft["nodes"][1]["columns"].append({"name": name, "type": type_, "generator": copy.deepcopy(generator)})
    del draft["nodes"][1]["columns"][3]
    mended = repair(draft)
    assert mended.reading.dataset is not None, mended.reading.errors
    column = mended.draft["nodes"][1]["columns"][-1]
    assert column["generator"] == {"state": {"field": field}}
    assert column.get("nullable", False) is (field in ("previous", "exited_at"))


STAGES = [
    ({"stages": {"visit": 1.0, "signup": 0.6}}, {"stages": [("visit", 1.0), ("signup", 0.6)]}),
    ({"stages": ["visit", "signup"], "transition_rates": [1.0, 0.6]}, {"stages": [("visit", 1.0), ("signup", 0.6)]}),
    ({"stages": ["visit", "signup"], "rates": {"signup": 0.6}}, {"stages": [("visit", None), ("signup", 0.6)]}),
    (
        {"steps": [{"name": "visit"}, {"name": "signup", "conversion_rate": 0.6}]},
        {"stages": [("visit", None), ("signup", 0.6)]},
    ),
]


@pytest.mark.parametrize(("config", "wanted"), STAGES, ids=lambda value: str(value)[:60])
def test_stages_in_another_shape_are_the_same_stages(config: dict[str, Any], wanted: dict[str, Any]) -> None:
    mended = repair(funnelled(copy.deepcopy(config)))
    assert mended.reading.dataset is not None, mended.reading.errors
    stages = mended.draft["nodes"][1]["stage_config"]["stages"]
    assert [(stage["stage_name"], stage.get("transition_rate")) for stage in stages] == wanted["stages"]


def test_a_bare_multiplier_is_named() -> None:
    mended = repair(written(funnelled(), f"{S}/segment_variation", {"vip": 1.3}))
    assert mended.draft["nodes"][1]["stage_config"]["segment_variation"] == {"vip": {"transition_multiplier": 1.3}}


LEFT = [
    # where, what is written: more than one meaning, or none
    (f"{M}/initial", ["label", "label"]),
    (f"{M}/initial", GONE),  # label and depot both are entered
    (f"{M}/transitions", {"label": {"depot": 1}}),  # label has a next already
    (f"{M}/states/van/dwell", "a while"),
    (f"{M}/states/van/dwell", {"unit": "day"}),
    (f"{M}/states/van/next", [{"to": "done"}, {"to": "shop"}]),
    (f"{M}/states/van/dwell_days", 3),  # beside a dwell
    (f"{M}/states/done/next", {"van": 1}),
    (f"{N}/fanout", {"distribution": "poisson", "lambda": 3}),
]


@pytest.mark.parametrize(("at", "value"), LEFT, ids=lambda value: str(value)[:40])
def test_what_has_no_single_meaning_stays_a_problem(at: str, value: Any) -> None:
    draft = walked()
    draft["nodes"][1]["state_transition_model"]["states"]["void"] = {"dwell": DAY, "next": {"label": 1}}
    assert repair(written(draft, at, copy.deepcopy(value))).reading.dataset is None
