"""Walks: states follow each other, and a walk is the same however its rows are asked for."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import groupby, pairwise
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.plan import Plan, TablePlan
from datagen_chat.instants import DAY, HOUR, SECOND, parse_instant
from datagen_chat.unfoldings import _walks
from tests.engine.test_rows import listed
from tests.unfoldings.schemas import FUNNEL, KEY, PARCEL, funnelled, state, walked

PlanOf = Callable[..., Plan]
Row = dict[str, Any]
SEGMENTS = {"segment_variation": {"vip": {"transition_multiplier": 1.5}}}
PARTED = [
    (walked(parents=500), ("status", "before", "step", "entered_at", "exited_at")),
    (funnelled(FUNNEL | SEGMENTS, 1000), ("stage_name", "happened_at")),
]
END = parse_instant("2024-12-31T23:59:59Z")


def records(table: TablePlan, numbers: range | None = None) -> list[Row]:
    """Return rows as objects."""
    rows = table.rows(range(table.row_count) if numbers is None else numbers)
    columns = {name: listed(rows.values(name)) for name in table.samplers}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def walks(plan: Plan, table: str = "scan", key: str = "parcel_id") -> dict[int, list[Row]]:
    """Return the rows of each parent that has any."""
    return {parent: list(rows) for parent, rows in groupby(records(plan.tables[table]), lambda row: row[key])}


def without_ids(plan: Plan) -> dict[int, list[Row]]:
    return {parent: [row | {"scan_id": None} for row in rows] for parent, rows in walks(plan).items()}


@pytest.fixture(scope="module")
def plan(plan_of: PlanOf) -> Plan:
    return plan_of(walked())


def test_every_row_is_left_when_the_next_is_entered(plan: Plan) -> None:
    for rows in walks(plan).values():
        assert [row["exited_at"] for row in rows] == [*(row["entered_at"] for row in rows[1:]), None]
        assert [row["before"] for row in rows] == [None, *(row["status"] for row in rows[:-1])]
        assert [row["step"] for row in rows] == list(range(len(rows)))
        assert all(one["entered_at"] < other["entered_at"] for one, other in pairwise(rows))


def test_only_what_the_model_allows_follows_a_state(plan: Plan) -> None:
    pairs = {(one["status"], other["status"]) for rows in walks(plan).values() for one, other in pairwise(rows)}
    allowed = {(name, other) for name, each in PARCEL["states"].items() for other in each.get("next", ())}
    assert pairs <= allowed
    assert len(pairs) > 6


def test_a_walk_begins_in_an_initial_state_at_the_parents_own_time(plan: Plan) -> None:
    found, sent = walks(plan), listed(plan.tables["parcel"].rows(range(400)).values("sent_at"))
    assert len(found) == 400
    assert {rows[0]["status"] for rows in found.values()} == {"label", "depot"}
    assert [rows[0]["entered_at"] for _, rows in sorted(found.items())] == sent


def test_a_walk_ends_in_a_terminal_state_at_the_timeframes_end_or_after_max_rows(plan_of: PlanOf) -> None:
    model = copy.deepcopy(PARCEL) | {"max_rows": 5}
    found = walks(plan_of(walked(model, 3000)))
    lasting = [rows for rows in found.values() if rows[-1]["status"] not in ("done", "void") and len(rows) < 5]
    assert max(len(rows) for rows in found.values()) == 5
    assert all(row["entered_at"] <= END for rows in found.values() for row in rows)
    assert lasting
    assert all(END - rows[-1]["entered_at"] < 14 * DAY for rows in lasting)


def test_an_earlier_end_cuts_walks_and_changes_nothing_before_it(plan_of: PlanOf) -> None:
    end = "2024-06-30T12:00:00Z"
    whole, cut = (without_ids(plan_of(walked(copy.deepcopy(PARCEL) | more))) for more in ({}, {"end": end}))
    kept = {
        parent: entered
        for parent, rows in whole.items()
        if (entered := [row for row in rows if row["entered_at"] <= parse_instant(end)])
    }
    for rows in kept.values():
        rows[-1]["exited_at"] = None
    assert cut == kept
    assert any(len(rows) < len(whole[parent]) for parent, rows in kept.items())


def test_fewer_rows_are_the_first_ones_of_each_walk(plan_of: PlanOf) -> None:
    whole, short = (without_ids(plan_of(walked(copy.deepcopy(PARCEL) | {"max_rows": most}))) for most in (14, 3))
    cut = {parent: rows[:3] for parent, rows in whole.items()}
    for rows in cut.values():
        rows[-1]["exited_at"] = None
    assert short == cut


def test_more_parents_leave_the_walks_of_the_earlier_ones_as_they_are(plan_of: PlanOf) -> None:
    few = copy.deepcopy(PARCEL) | {"start": "2024-02-01T00:00:00Z"}
    some, more = (walks(plan_of(walked(few, parents))) for parents in (50, 200))
    assert {parent: rows for parent, rows in more.items() if parent < 50} == some


def test_how_long_a_state_lasts_does_not_decide_what_follows(plan_of: PlanOf) -> None:
    model = copy.deepcopy(PARCEL) | {"start": "2024-01-01T00:00:00Z", "end": "2099-01-01T00:00:00Z"}
    other = copy.deepcopy(model)
    other["states"]["depot"]["dwell"] = {"distribution": "constant", "value": 5, "unit": "minutes"}
    one, two = ([[row["status"] for row in rows] for rows in walks(plan_of(walked(m))).values()] for m in (model, other))
    assert one == two


@pytest.mark.parametrize("draft", [walked, funnelled], ids=["walk", "journey"])
def test_rows_are_the_same_in_pieces_and_scattered(plan_of: PlanOf, draft: Callable[[], dict[str, Any]]) -> None:
    table = plan_of(draft()).tables[draft()["nodes"][1]["id"]]
    whole, count = records(table), table.row_count
    cuts = [0, 1, 2, 3, count // 3, count // 3 + 1, count - 1, count]
    assert [row for a, b in pairwise(cuts) for row in records(table, range(a, b))] == whole
    numbers = np.array([count - 1, 5, 6, 7, 8, 0, 5, count // 2, count // 2 + 1, 3], dtype=np.int64)
    for name in table.samplers:
        assert listed(table.rows(numbers).values(name)) == [whole[number][name] for number in numbers.tolist()], name
        assert len(table.rows(range(0)).values(name)) == 0


def test_rows_beyond_one_block_of_parents_are_the_same_when_they_are_made_alone(plan_of: PlanOf) -> None:
    model = copy.deepcopy(PARCEL) | {"start": "2024-01-01T00:00:00Z"}
    draft = walked(model, 70_000)
    table = plan_of(draft).tables["scan"]
    last = range(table.row_count - 40, table.row_count)
    assert records(plan_of(draft).tables["scan"], last) == records(table)[-40:]
    assert {row["parcel_id"] for row in records(table, last)} > {69_999}


def test_walks_of_too_many_rows_to_hold_are_made_in_parts(plan_of: PlanOf, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.array([900, 2, 3, 4, 700, 2, 55, 800], dtype=np.int64)

    def made() -> list[list[Any]]:
        tables = [(plan_of(draft).tables[draft["nodes"][1]["id"]], columns) for draft, columns in PARTED]
        return [listed(table.rows(numbers).values(column)) for table, columns in tables for column in columns]

    whole = made()
    monkeypatch.setattr(_walks, "HELD_ROWS", 3)
    assert made() == whole


def test_the_seed_decides(plan_of: PlanOf) -> None:
    one, again, other = (records(plan_of(walked(), seed).tables["scan"]) for seed in (1, 1, 2))
    assert one == again
    assert [row["status"] for row in one] != [row["status"] for row in other]


def test_who_starts_after_the_end_or_never_has_no_rows(plan_of: PlanOf) -> None:
    choices = ["2024-03-01T00:00:00Z", "2025-01-01T00:00:00Z", None]
    draft = walked()
    draft["nodes"][0]["columns"][1] = {
        "name": "sent_at", "type": "datetime", "nullable": True, "generator": {"choice": {"choices": choices}}
    }  # fmt: skip
    plan = plan_of(draft)
    sent = listed(plan.tables["parcel"].rows(range(400)).values("sent_at"))
    assert set(walks(plan)) == {parent for parent, start in enumerate(sent) if start == parse_instant(choices[0])}


def test_a_date_that_ends_a_walk_means_its_whole_day(plan_of: PlanOf) -> None:
    draft = walked()
    draft["nodes"][0]["columns"] += [
        {"name": "start", "type": "date", "generator": {"choice": {"choices": ["2024-03-01T00:00:00Z"]}}},
        {
            "name": "stop",
            "type": "date",
            "nullable": True,
            "generator": {"choice": {"choices": ["2024-03-02T00:00:00Z", None]}},
        },
    ]
    draft["nodes"][1]["state_transition_model"] |= {"start": "start", "end": "parcel.stop"}
    plan = plan_of(draft)
    stops = plan.tables["parcel"].rows(range(400)).values("stop")
    begin = parse_instant("2024-03-01T00:00:00Z")
    last = {parent: rows[-1]["entered_at"] for parent, rows in walks(plan).items()}
    assert len(last) == 400
    assert max(at for parent, at in last.items() if listed(stops)[parent] is not None) >= begin + 2 * DAY - 2 * HOUR
    assert all(at < begin + 2 * DAY for parent, at in last.items() if listed(stops)[parent] is not None)
    assert max(at for parent, at in last.items() if listed(stops)[parent] is None) > begin + 3 * DAY


def test_a_formula_may_say_when_a_walk_starts_and_ends(plan_of: PlanOf) -> None:
    model = copy.deepcopy(PARCEL) | {"start": "sent_at + hours(2)", "end": "min(parcel.sent_at + days(1), timeframe.end)"}
    plan = plan_of(walked(model))
    sent = listed(plan.tables["parcel"].rows(range(400)).values("sent_at"))
    found = walks(plan)
    assert all(rows[0]["entered_at"] == sent[parent] + 2 * HOUR for parent, rows in found.items())
    assert all(rows[-1]["entered_at"] <= min(sent[parent] + DAY, END) for parent, rows in found.items())
    assert max(rows[-1]["entered_at"] - sent[parent] for parent, rows in found.items()) > DAY - HOUR


def test_a_walk_may_start_at_a_time_further_up(plan_of: PlanOf) -> None:
    draft = walked()
    box = {"id": "box", "kind": "fact", "pk": "box_id", "parents": ["parcel"], "columns": [{"name": "box_id", **KEY}]}
    box["fanout"] = {"distribution": "constant", "value": 2}
    draft["nodes"][1]["parents"] = ["box"]
    draft["nodes"].insert(1, box)
    plan = plan_of(draft)
    sent = listed(plan.tables["parcel"].rows(range(400)).values("sent_at"))
    first = [row for row in records(plan.tables["scan"]) if row["step"] == 0]
    assert [row["entered_at"] for row in first] == [start for start in sent for _ in range(2)]


def test_states_that_last_no_time_last_a_second(plan_of: PlanOf) -> None:
    model = {
        "initial": {"a": 1},
        "states": {"a": {"dwell": {"distribution": "normal", "mu": -5, "sigma": 2, "unit": "second"}, "next": {"a": 1}}},
        "max_rows": 20,
    }
    rows = next(iter(walks(plan_of(walked(model, 1))).values()))
    assert [other["entered_at"] - one["entered_at"] for one, other in pairwise(rows)] == [SECOND] * 19


def test_many_states_with_many_ways_go_on_as_few_do(plan_of: PlanOf) -> None:
    names = [f"s{number}" for number in range(300)]
    ways = {
        name: {"dwell": {"distribution": "constant", "value": 1, "unit": "hour"}, "next": {names[(k * 7 + 1) % 300]: 1}}
        for k, name in enumerate(names)
    }
    found = walks(plan_of(walked({"initial": {"s3": 1}, "states": ways, "max_rows": 6, "start": "timeframe.start"}, 3)))
    assert [row["status"] for row in found[2]] == ["s3", "s22", "s155", "s186", "s103", "s122"]  # k -> 7k + 1 mod 300


def test_a_walk_of_thousands_of_rows_is_made(plan_of: PlanOf) -> None:
    model = {
        "initial": {"on": 1},
        "states": {
            "on": {"dwell": {"distribution": "constant", "value": 1, "unit": "minute"}, "next": {"off": 1}},
            "off": {"dwell": {"distribution": "constant", "value": 2, "unit": "minute"}, "next": {"on": 1}},
        },
        "max_rows": 3_000,
        "start": "timeframe.start",
    }
    table = plan_of(walked(model, 2)).tables["scan"]
    assert table.row_count == 6_000
    assert records(table, range(2_999, 3_000))[0]["entered_at"] == parse_instant("2024-01-01T00:00:00Z") + 4_498 * 60 * SECOND


def test_a_date_column_holds_the_day(plan_of: PlanOf) -> None:
    draft = walked()
    draft["nodes"][1]["columns"].append({"name": "day", "type": "date", "generator": state("entered_at")})
    rows = records(plan_of(draft).tables["scan"])
    assert all(row["day"] == row["entered_at"] // DAY for row in rows)
