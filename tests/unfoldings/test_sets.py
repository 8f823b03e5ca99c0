"""Sets of columns that no two rows of a walk or a journey share, by what a walk is, need nothing to be drawn for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.schema.read import read
from tests.unfoldings.schemas import DAY, funnelled, walked
from tests.unfoldings.test_walks import records

AHEAD = {
    "initial": {"new": 1},
    "states": {
        "new": {"dwell": DAY, "next": {"paid": 0.8, "gone": 0.2, "new": 0}},
        "paid": {"dwell": DAY, "next": {"sent": 0.9, "gone": 0.1}},
        "sent": {"terminal": True},
        "gone": {"terminal": True},
    },
}
PREFIXED = [{"transform": "prefix", "args": {"text": "s-"}}]
MERGED = [{"transform": "map_values", "args": {"mapping": {"gone": "sent"}}}]


def claimed(draft: dict[str, Any], *columns: str, **of_last: Any) -> dict[str, Any]:
    """Return a schema that says so of columns of its second table, the last of them changed."""
    table = draft["nodes"][1]
    draft["constraints"]["unique"] = [[f"{table['id']}.{column}" for column in columns]]
    next(column for column in table["columns"] if column["name"] == columns[-1]).update(of_last)
    return draft


HOLDS = [
    claimed(walked(), "parcel_id", "step"),
    claimed(walked(), "parcel_id", "entered_at"),
    claimed(walked(AHEAD), "parcel_id", "status"),
    claimed(walked(AHEAD), "parcel_id", "status", modifiers=PREFIXED),
    claimed(funnelled(), "user_id", "stage_name"),
    claimed(funnelled(), "user_id", "stage_index"),
    claimed(funnelled(), "user_id", "device", "happened_at"),
]
DOES_NOT = [
    claimed(walked(), "parcel_id", "status"),
    claimed(walked(), "parcel_id", "before"),
    claimed(walked(AHEAD), "parcel_id", "status", modifiers=MERGED),
    claimed(walked(), "parcel_id", "entered_at", type="date"),
    claimed(walked(), "status", "step"),
]


@pytest.mark.parametrize("draft", HOLDS)
def test_what_a_walk_keeps_apart_may_be_claimed(plan_of: Callable[..., Plan], draft: dict[str, Any]) -> None:
    assert [problem for problem in read(draft).problems if problem.code != "bound-by-stages"] == []
    table = draft["nodes"][1]["id"]
    columns = [name.removeprefix(f"{table}.") for name in draft["constraints"]["unique"][0]]
    rows = [tuple(row[column] for column in columns) for row in records(plan_of(draft).tables[table])]
    assert len(rows) > 400
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("draft", DOES_NOT)
def test_what_a_walk_may_repeat_is_a_problem(draft: dict[str, Any]) -> None:
    assert [problem.code for problem in read(draft).errors] == ["unique-not-made"]


def test_a_claim_beside_an_unknown_state_is_read_to_the_end() -> None:
    draft = claimed(walked({**AHEAD, "initial": {"nwe": 1}}), "parcel_id", "status")
    draft["nodes"][1]["state_transition_model"]["states"]["paid"]["next"] = {"snet": 1}
    assert [problem.code for problem in read(draft).errors] == ["unknown-state", "unknown-state"]
