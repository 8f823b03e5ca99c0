"""Times lie in the windows of their own parents: between columns, after what they must follow, tick by tick."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.instants import DAY, HOUR, parse_instant
from datagen_chat.schema.read import read
from datagen_chat.schema.repair import repair
from datagen_chat.sinks import sink
from datagen_chat.ticks import part_of
from tests.engine.test_promises import column
from tests.engine.test_rows import listed
from tests.statistics.test_generators import table

PlanOf = Callable[..., Plan]
KEY = {"name": "id", "type": "int", "generator": {"sequence": {}}}
YEAR = {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z"}
SHORT = {"start": "2024-01-01T00:00:00Z", "end": "2024-07-01T00:00:00Z"}


def shop(child: dict[str, Any], *, rows: int = 400, **more: Any) -> dict[str, Any]:
    """Return a schema of customers who sign up in 2024 and stay until a later day, with one child table."""
    signup = {"datetime_series": {"within": "timeframe", "freq": "min"}}
    until = {"datetime_series": {"within": {"start": "signup", "end": "timeframe.end"}, "freq": "D"}}
    parent = {
        "id": "customer",
        "kind": "entity",
        "pk": "id",
        "rows": rows,
        "columns": [
            KEY,
            {"name": "signup", "type": "datetime", "generator": signup},
            {"name": "until", "type": "datetime", "generator": until},
        ],
    }
    key = {"name": "customer_id", "type": "int", "generator": {"lookup": {"from": "customer.id"}}}
    node = {"id": "visit", "kind": "fact", "pk": "id", "parents": ["customer"], **child}
    node["columns"] = [KEY, key, *child["columns"]]
    return {"version": "1.0", "metadata": {"name": "t"}, "timeframe": YEAR, "nodes": [parent, node]} | more


def at(generator: dict[str, Any], name: str = "at", type_: str = "datetime", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, "generator": {"datetime_series": generator}, **more}


BETWEEN = {"start": "customer.signup", "end": "customer.until"}
MANY = {"distribution": "poisson", "lambda": 6}


def families(plan: Plan, name: str = "at") -> list[tuple[int, list[int]]]:
    """Return each customer's row number and the times of its visits."""
    owners, times = column(plan, "visit", "customer_id"), column(plan, "visit", name)
    return [(int(owner) - 1, times[owners == owner].tolist()) for owner in np.unique(owners)]


def test_times_lie_between_the_columns_and_ascend(plan_of: PlanOf) -> None:
    plan = plan_of(shop({"fanout": MANY, "columns": [at({"within": BETWEEN, "freq": "h"})]}))
    start, end = column(plan, "customer", "signup"), column(plan, "customer", "until")
    for owner, times in families(plan):
        assert start[owner] <= times[0]
        assert times[-1] <= end[owner]
        assert times == sorted(times)
        assert all((time - start[owner]) % HOUR == 0 for time in times)


def test_hours_without_weight_never_come_in_any_window(plan_of: PlanOf) -> None:
    pattern = {"dimension": "hour", "weights": [0] * 8 + [1] * 10 + [0] * 6}
    until = {"start": "customer.signup", "end": "timeframe.end"}
    plan = plan_of(shop({"fanout": MANY, "columns": [at({"within": until, "freq": "7min", "pattern": pattern})]}))
    long_enough = column(plan, "customer", "signup") < parse_instant("2024-12-30T00:00:00Z")
    hours = [time // HOUR % 24 for owner, times in families(plan) if long_enough[owner] for time in times]
    assert set(hours) == set(range(8, 18))


def test_without_a_fanout_every_tick_of_the_window_is_one_row(plan_of: PlanOf) -> None:
    plan = plan_of(shop({"columns": [at({"within": BETWEEN, "freq": "D", "spacing": "regular"})]}))
    start, end = column(plan, "customer", "signup"), column(plan, "customer", "until")
    expected = np.maximum((end - start) // DAY + 1, 0)
    assert plan.tables["visit"].row_count == expected.sum()
    for owner, times in families(plan):
        assert times == list(range(start[owner], end[owner] + 1, DAY))


def test_monthly_ticks_keep_the_day_or_the_last_one_of_the_month(plan_of: PlanOf) -> None:
    written = shop({"columns": [at({"within": BETWEEN, "freq": "M", "spacing": "regular"})]}, rows=1)
    signup = {"choice": {"choices": ["2024-01-31T10:00:00Z"]}}
    until = {"choice": {"choices": ["2024-05-31T09:00:00Z"]}}
    written["nodes"][0]["columns"][1]["generator"], written["nodes"][0]["columns"][2]["generator"] = signup, until
    [(_, times)] = families(plan_of(written))
    assert len(times) == 4
    assert times == [parse_instant(f"2024-{day}T10:00:00Z") for day in ("01-31", "02-29", "03-31", "04-30")]


def test_a_window_that_ends_before_it_starts_has_no_ticks(plan_of: PlanOf) -> None:
    backwards = {"start": "customer.until", "end": "customer.signup"}
    written = shop({"columns": [at({"within": backwards, "freq": "D", "spacing": "regular"})]})
    plan = plan_of(written)
    start, end = column(plan, "customer", "until"), column(plan, "customer", "signup")
    assert plan.tables["visit"].row_count == np.count_nonzero(start == end)


def test_no_tick_comes_twice_where_ticks_are_distinct(plan_of: PlanOf) -> None:
    columns = [at({"within": BETWEEN, "freq": "D", "distinct": True}, type_="datetime")]
    plan = plan_of(shop({"fanout": {"distribution": "poisson", "lambda": 40}, "columns": columns}))
    start, end = column(plan, "customer", "signup"), column(plan, "customer", "until")
    room = np.maximum((end - start) // DAY + 1, 0)
    for owner, times in families(plan):
        assert all(one < other for one, other in pairwise(times))
        assert len(times) <= room[owner]
    assert [told.code for told in plan.tellings.all] == ["fanout-cut"]


def test_an_end_can_be_a_formula(plan_of: PlanOf) -> None:
    week = {"start": "customer.signup + days(1)", "end": "min(customer.signup + days(8), timeframe.end)"}
    plan = plan_of(shop({"fanout": MANY, "columns": [at({"within": week, "freq": "h"})]}))
    start, last = column(plan, "customer", "signup") + DAY, parse_instant("2024-12-31T23:59:59Z")
    for owner, times in families(plan):
        assert start[owner] > last or start[owner] <= times[0]
        assert start[owner] > last or times[-1] <= min(start[owner] + 7 * DAY, last)
        assert times == sorted(times)


@pytest.mark.parametrize("op", [">=", ">"])
def test_a_declared_order_bounds_the_draw_on_the_grid(plan_of: PlanOf, op: str) -> None:
    promised = {"inequalities": [{"left": "visit.at", "op": op, "right": "customer.signup"}]}
    plan = plan_of(shop({"fanout": MANY, "columns": [at({"within": "timeframe", "freq": "h"})]}, constraints=promised))
    start = column(plan, "customer", "signup")
    for owner, times in families(plan):
        last = parse_instant("2024-12-31T23:00:00Z")
        assert start[owner] > last or (times[0] > start[owner] if op == ">" else times[0] >= start[owner])
        assert start[owner] > last or all(time % HOUR == 0 for time in times)


def test_the_later_of_two_columns_of_a_row_follows_the_earlier(plan_of: PlanOf) -> None:
    promised = {"inequalities": [{"left": "visit.at", "op": "<=", "right": "visit.left"}]}
    columns = [at({"within": "timeframe", "freq": "h"}), at({"within": "timeframe", "freq": "min"}, "left")]
    plan = plan_of(shop({"fanout": MANY, "columns": columns}, constraints=promised))
    assert (column(plan, "visit", "at") <= column(plan, "visit", "left")).all()
    free = plan_of(shop({"fanout": MANY, "columns": columns}))
    assert (column(plan, "visit", "at") == column(free, "visit", "at")).all()


def test_a_day_after_an_instant_begins_after_it(plan_of: PlanOf) -> None:
    promised = {"inequalities": [{"left": "visit.day", "op": ">=", "right": "customer.signup"}]}
    columns = [at({"within": "timeframe", "freq": "D"}, "day", "date")]
    plan = plan_of(shop({"fanout": MANY, "columns": columns}, constraints=promised))
    start = column(plan, "customer", "signup")
    last = parse_instant("2024-12-31T00:00:00Z")
    assert all(start[owner] > last or day * DAY >= start[owner] for owner, days in families(plan, "day") for day in days)


def test_a_time_is_bound_by_that_of_its_parent_even_where_the_parent_looks_back(plan_of: PlanOf) -> None:
    last = {"name": "last_visit", "type": "int", "nullable": True, "generator": {"aggregate": {"of": "visit.id", "op": "last"}}}
    promised = {"inequalities": [{"left": "visit.at", "op": ">=", "right": "customer.signup"}]}
    written = shop({"fanout": MANY, "columns": [at({"within": "timeframe", "freq": "h"})]}, constraints=promised)
    written["nodes"][0]["columns"].append(last)
    plan = plan_of(written)
    start, end = column(plan, "customer", "signup"), parse_instant("2024-12-31T23:00:00Z")
    assert all(times[0] >= start[owner] or start[owner] > end for owner, times in families(plan))


def test_an_order_that_would_make_two_columns_wait_for_each_other_is_left_to_the_check(plan_of: PlanOf) -> None:
    promised = {"inequalities": [{"left": "customer.signup", "op": "<=", "right": "customer.until"}]}
    written = shop({"fanout": MANY, "columns": []}, constraints=promised)
    plan = plan_of(written)
    assert (column(plan, "customer", "signup") <= column(plan, "customer", "until")).all()


@pytest.mark.parametrize("more", [{"distinct": True}, {"spacing": "regular"}])
def test_ticks_that_rows_share_out_are_bound_by_no_column_of_a_single_row(plan_of: PlanOf, more: dict[str, Any]) -> None:
    """A bound that differs from row to row would make the ticks depend on how rows are cut."""
    when = {
        "name": "when",
        "type": "datetime",
        "generator": {"choice": {"choices": ["2024-03-01T00:00:00Z", "2024-05-01T00:00:00Z"]}},
    }
    promised = {"inequalities": [{"left": "visit.at", "op": ">", "right": "visit.when"}]}
    fanout = {"fanout": {"distribution": "constant", "value": 2}} if "distinct" in more else {}
    written = shop(
        fanout | {"columns": [at({"within": "timeframe", "freq": "ME"} | more), when]}, rows=30, constraints=promised
    )
    assert "only-checked" in [problem.code for problem in read(written).notes]
    plan = plan_of(written)
    visits, whole = plan.tables["visit"], column(plan, "visit", "at").tolist()
    alone = [listed(visits.rows(range(row, row + 1)).values("at"))[0] for row in range(visits.row_count)]
    assert alone == whole


def test_an_empty_window_gives_null_where_that_is_allowed_and_its_start_elsewhere(plan_of: PlanOf) -> None:
    never = {"start": "customer.signup", "end": "2023-06-01T00:00:00Z"}
    columns = [at({"within": never, "freq": "D"}), at({"within": never, "freq": "D"}, "maybe", nullable=True)]
    plan = plan_of(shop({"fanout": MANY, "columns": columns}))
    rows = plan.tables["visit"].rows(range(plan.tables["visit"].row_count))
    assert set(listed(rows.values("maybe"))) == {None}
    owners = column(plan, "visit", "customer_id") - 1
    assert (column(plan, "visit", "at") == column(plan, "customer", "signup")[owners]).all()
    assert {told.code for told in plan.tellings.all} == {"empty-window"}


WINDOWED = [
    {"within": BETWEEN, "freq": "h"},
    {"within": BETWEEN, "freq": "min", "pattern": {"dimension": "dow", "weights": [1, 2, 3, 4, 5, 6, 7]}},
    {"within": BETWEEN, "freq": "D", "distinct": True},
    {"within": BETWEEN, "freq": "W", "spacing": "regular"},
]


@pytest.mark.parametrize("generator", WINDOWED, ids=lambda generator: "-".join(map(str, generator.values()))[-20:])
def test_windows_do_not_depend_on_how_rows_are_cut(plan_of: PlanOf, generator: dict[str, Any]) -> None:
    written = shop({"fanout": MANY, "columns": [at(generator)]})
    table, again = plan_of(written).tables["visit"], plan_of(written).tables["visit"]
    whole = listed(table.rows(range(table.row_count)).values("at"))
    cut = table.row_count // 2 + 1
    parts = [listed(again.rows(part).values("at")) for part in (range(cut, table.row_count), range(cut))]
    assert parts[1] + parts[0] == whole
    numbers = np.array([cut, 3, cut, 0], dtype=np.int64)
    assert listed(again.rows(numbers).values("at")) == [whole[number] for number in numbers.tolist()]


MISTAKES = [
    ({"within": {"start": "customer.signup", "end": "customer.name"}, "freq": "D"}, "/within/end", "unknown-reference"),
    ({"within": {"start": "customer.id", "end": "timeframe.end"}, "freq": "D"}, "/within/start", "expression-type"),
    ({"within": {"start": "other", "end": "timeframe.end"}, "freq": "D", "distinct": True}, "/within/start", "window-per-row"),
    ({"within": {"start": "at", "end": "timeframe.end"}, "freq": "D"}, "", "column-cycle"),
    ({"within": {"start": "2024-13-01", "end": "timeframe.end"}, "freq": "D"}, "/within/start", "bad-instant"),
    (
        {"within": BETWEEN, "spacing": "regular", "pattern": {"dimension": "dow", "weights": [1] * 7}},
        "/spacing",
        "pattern-no-effect",
    ),
]


@pytest.mark.parametrize(("generator", "place", "code"), MISTAKES)
def test_a_window_that_cannot_be_is_a_problem_at_its_place(generator: dict[str, Any], place: str, code: str) -> None:
    columns = [at(generator), at({"within": "timeframe", "freq": "D"}, "other")]
    found = read(shop({"fanout": MANY, "columns": columns})).errors
    word = "" if code == "column-cycle" else "/datetime_series"
    assert (f"/nodes/1/columns/2/generator{word}{place}", code) in [(problem.at, problem.code) for problem in found]


WEEKDAYS = {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 0, 0]}
SUMMER = {"dimension": "month", "weights": [0, 0, 0, 0, 0, 3, 2, 1, 0, 0, 0, 0]}
OPEN = {"dimension": "hour", "weights": [0] * 9 + [1] * 8 + [0] * 7}
LEFT_OUT = [
    ("D", [WEEKDAYS]),
    ("2D", [WEEKDAYS]),
    ("h", [OPEN, WEEKDAYS]),
    ("15min", [OPEN]),
    ("MS", [SUMMER]),
    ("12h", [SUMMER]),
]


@pytest.mark.parametrize(("freq", "patterns"), LEFT_OUT, ids=str)
def test_regular_times_take_every_tick_that_weighs_something(plan_of: PlanOf, freq: str, patterns: list[Any]) -> None:
    regular = {"within": BETWEEN, "freq": freq, "spacing": "regular"}
    every = families(plan_of(shop({"columns": [at(regular)]}, rows=40)))
    found = dict(families(plan_of(shop({"columns": [at(regular | {"patterns": patterns})]}, rows=40))))
    weights = [np.array(pattern["weights"]) for pattern in patterns]
    for owner, times in every:
        parts = [part_of(pattern["dimension"], np.array(times)) for pattern in patterns]
        kept = np.all([weight[part] > 0 for weight, part in zip(weights, parts, strict=True)], axis=0)
        assert found.get(owner, []) == np.array(times)[kept].tolist()
    assert found


def test_business_days_of_a_fixed_window_are_all_there(plan_of: PlanOf) -> None:
    prices = at({"within": "timeframe", "freq": "B", "spacing": "regular"})
    repaired = repair(shop({"columns": [prices]}, rows=3))
    assert [mend.code for mend in repaired.mends if "weekends" in mend.text] == ["bad-frequency"]
    # 2024 had 262 days from Monday to Friday.
    assert [len(times) for _, times in families(plan_of(repaired.draft))] == [262, 262, 262]


def test_distinct_times_leave_out_what_weighs_nothing_and_rows_beyond(plan_of: PlanOf) -> None:
    many = {"distribution": "constant", "value": 300}
    plan = plan_of(
        shop({"fanout": many, "columns": [at({"within": BETWEEN, "freq": "D", "distinct": True, "pattern": WEEKDAYS})]})
    )
    start, end = column(plan, "customer", "signup"), column(plan, "customer", "until")
    for owner, times in families(plan):
        ticks = np.arange(start[owner], end[owner] + 1, DAY)
        weekdays = ticks[(ticks // DAY + 3) % 7 < 5]
        assert set(times) <= set(weekdays.tolist())
        assert len(times) == min(300, len(weekdays))


def test_a_time_whose_window_begins_at_nothing_is_nothing(plan_of: PlanOf) -> None:
    window = {"start": "customer.until", "end": "customer.until + days(5)"}
    written = shop({"fanout": MANY, "columns": [at({"within": window, "freq": "min"}, nullable=True)]})
    written["nodes"][0]["columns"][2]["null_rate"] = 0.4
    plan = plan_of(written)
    until, owners = plan.tables["customer"].rows(range(400)).values("until"), column(plan, "visit", "customer_id") - 1
    found = plan.tables["visit"].rows(range(len(owners))).values("at")
    assert found.valid.tolist() == until.valid[owners].tolist()
    late = found.data[found.valid] - until.data[owners][found.valid]
    assert late.min() >= 0
    assert late.max() <= 5 * DAY
    assert "empty-window" not in {told.code for told in plan.tellings.all}  # that is what was asked for


def test_a_parent_whose_window_begins_at_nothing_has_no_ticks(plan_of: PlanOf) -> None:
    window = {"start": "customer.until", "end": "timeframe.end"}
    written = shop({"columns": [at({"within": window, "freq": "MS", "spacing": "regular"})]})
    written["nodes"][0]["columns"][2]["null_rate"] = 0.4
    plan = plan_of(written)
    until = plan.tables["customer"].rows(range(400)).values("until")
    assert set(column(plan, "visit", "customer_id") - 1) == set(np.flatnonzero(until.valid).tolist())


def test_a_time_that_may_have_nothing_to_begin_at_is_allowed_to_be_null() -> None:
    written = shop({"fanout": MANY, "columns": [at({"within": {"start": "customer.until", "end": "timeframe.end"}})]})
    written["nodes"][0]["columns"][2]["null_rate"] = 0.4
    assert [(problem.at, problem.code) for problem in read(written).errors] == [
        ("/nodes/1/columns/2/generator", "null-not-allowed")
    ]
    repaired = repair(written)
    assert repaired.draft["nodes"][1]["columns"][2]["nullable"] is True
    assert "may be null" in repaired.mends[0].text


CHAINS = [("datetime", "D"), ("date", "D"), ("datetime", "36h"), ("datetime", "MS")]


@pytest.mark.parametrize(("type_", "freq"), CHAINS)
@pytest.mark.parametrize("names", ["abc", "cba"], ids=["earlier first", "later first"])
def test_a_chain_of_orders_leaves_room_for_all_its_times(plan_of: PlanOf, type_: str, freq: str, names: str) -> None:
    columns = [at({"within": "timeframe", "freq": freq}, name, type_) for name in names]
    orders = [{"left": f"visit.{left}", "op": "<", "right": f"visit.{right}"} for left, right in pairwise("abc")]
    plan = plan_of(shop({"fanout": MANY, "columns": columns}, constraints={"inequalities": orders}, timeframe=SHORT))
    a, b, c = (column(plan, "visit", name) for name in "abc")
    assert (a < b).all()
    assert (b < c).all()
    assert not plan.tellings.all
    assert len(set(a.tolist())) > 2


def test_orders_without_effect_on_the_window_leave_the_rows_as_they_were(plan_of: PlanOf) -> None:
    columns = [at({"within": "timeframe", "freq": "h"}, name) for name in "ab"]
    orders = {"inequalities": [{"left": "visit.a", "op": "<=", "right": "visit.b"}]}
    free = plan_of(shop({"fanout": MANY, "columns": columns}))
    kept = plan_of(shop({"fanout": MANY, "columns": columns}, constraints=orders))
    assert column(free, "visit", "a").tolist() == column(kept, "visit", "a").tolist()


LATER = {"left": "visit.spent", "op": ">=", "right": "visit.planned"}


def test_an_order_that_no_draw_keeps_is_said_before_and_counted_after(plan_of: PlanOf, tmp_path: Path) -> None:
    spent = {"name": "spent", "type": "int", "generator": {"choice": {"choices": [1, 2]}}}
    planned = {"name": "planned", "type": "int", "null_rate": 0.5, "generator": {"choice": {"choices": [1, 2, 3]}}}
    written = shop({"fanout": MANY, "columns": [spent, planned]}, constraints={"inequalities": [LATER]})
    assert "only-checked" in [problem.code for problem in read(written).notes]
    plan, target = plan_of(written), sink("parquet")
    writer = target.create(tmp_path, dataset_shape(plan))
    write_plan(plan, writer, parallel=True, workers=2)
    rows = plan.tables["visit"].rows(range(plan.tables["visit"].row_count))
    pairs = zip(listed(rows.values("spent")), listed(rows.values("planned")), strict=True)
    broken = sum(planned is not None and spent < planned for spent, planned in pairs)
    assert [(told.place, told.code, told.count) for told in plan.tellings.all] == [("visit.spent", "promise-broken", broken)]


def test_an_order_that_a_later_shift_undoes_is_counted(plan_of: PlanOf, tmp_path: Path) -> None:
    shift = [{"transform": "time_jitter", "args": {"std_minutes": 60 * 24 * 60}}]
    promised = {"inequalities": [{"left": "visit.at", "op": ">=", "right": "customer.signup"}]}
    columns = [at({"within": "timeframe", "freq": "h"}, modifiers=shift)]
    plan = plan_of(shop({"fanout": MANY, "columns": columns}, constraints=promised))
    write_plan(plan, sink("parquet").create(tmp_path, dataset_shape(plan)), parallel=False)
    signup = column(plan, "customer", "signup")
    broken = sum(time < signup[owner] for owner, times in families(plan) for time in times)
    assert broken > 0
    told = [(told.place, told.code, told.count) for told in plan.tellings.all if told.code == "promise-broken"]
    assert told == [("visit.at", "promise-broken", broken)]


ORDERS = [
    ({"left": "visit.spent", "op": "<", "right": "visit.nothing"}, "/right", "unknown-reference"),
    ({"left": "visit.spent", "op": "<", "right": "5"}, "/right", "bad-reference"),
    ({"left": "visit.spent", "op": "<", "right": "customer.signup"}, "", "inequality-types"),
    ({"left": "visit.spent", "op": "<", "right": "other.id"}, "", "inequality-apart"),
]


@pytest.mark.parametrize(("order", "place", "code"), ORDERS)
def test_an_order_that_says_nothing_is_a_problem_at_its_place(order: dict[str, str], place: str, code: str) -> None:
    spent = {"name": "spent", "type": "int", "generator": {"choice": {"choices": [1, 2]}}}
    written = shop({"fanout": MANY, "columns": [spent]}, constraints={"inequalities": [order]})
    written["nodes"].append({"id": "other", "kind": "entity", "pk": "id", "rows": 3, "columns": [KEY]})
    found = [(problem.at, problem.code) for problem in read(written).errors]
    assert (f"/constraints/inequalities/0{place}", code) in found


@pytest.mark.parametrize("more", [{}, {"distinct": True}, {"spacing": "regular"}], ids=str)
def test_weights_that_are_not_as_many_as_the_hours_are_a_problem_and_no_error(more: dict[str, Any]) -> None:
    series = {"within": "timeframe", "freq": "h", "pattern": {"dimension": "hour", "weights": [1] * 21}} | more
    for unique in ([], [["visit.customer_id", "visit.at"]]):
        found = read(shop({"columns": [at(series)]}, constraints={"unique": unique})).errors
        assert "/nodes/1/columns/2/generator/datetime_series/pattern/weights" in [problem.at for problem in found]


DECEMBER = {"start": "2025-12-01T00:00:00Z", "end": "2025-12-31T00:00:00Z"}
NO_WEEKENDS = {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 0, 0]}


def calendar(rows: int, **arguments: Any) -> dict[str, Any]:
    """Return a schema of one table that hangs off no other, with days of December 2025."""
    day = {"name": "day", "type": "date", "generator": {"datetime_series": {"within": DECEMBER, "freq": "D", **arguments}}}
    node = {"id": "calendar", "kind": "entity", "pk": "id", "rows": rows, "columns": [KEY, day]}
    return {"version": "1.0", "metadata": {"name": "t"}, "timeframe": YEAR, "nodes": [node]}


def test_distinct_days_without_a_parent_stay_within_the_window(plan_of: PlanOf) -> None:
    days = column(plan_of(calendar(31, distinct=True)), "calendar", "day").tolist()
    first = parse_instant("2025-12-01T00:00:00Z") // DAY
    assert sorted(days) == list(range(first, first + 31))
    assert days != sorted(days)


def test_distinct_days_without_a_parent_follow_their_weights(plan_of: PlanOf) -> None:
    days = column(plan_of(calendar(23, distinct=True, pattern=NO_WEEKENDS)), "calendar", "day")
    assert len(set(days.tolist())) == 23
    assert ((days + 3) % 7 < 5).all()  # 1970-01-01 was a Thursday


def test_regular_days_without_a_parent_are_a_calendar(plan_of: PlanOf) -> None:
    days = column(plan_of(calendar(31, spacing="regular")), "calendar", "day").tolist()
    first = parse_instant("2025-12-01T00:00:00Z") // DAY
    assert days == list(range(first, first + 31))


@pytest.mark.parametrize(
    ("rows", "arguments", "ticks"),
    [(32, {"distinct": True}, 31), (24, {"distinct": True, "pattern": NO_WEEKENDS}, 23), (40, {"spacing": "regular"}, 31)],
)
def test_more_rows_than_ticks_are_a_problem_that_names_both(rows: int, arguments: dict[str, Any], ticks: int) -> None:
    [problem] = read(calendar(rows, **arguments)).errors
    assert problem.code == "too-few-ticks"
    assert f"at least {rows} rows" in problem.message
    assert f"only {ticks} ticks" in problem.message


def test_a_fanout_that_never_fits_the_window_is_a_problem() -> None:
    weekly = {"within": "timeframe", "freq": "W", "distinct": True}
    written = shop({"fanout": {"distribution": "constant", "value": 60}, "columns": [at(weekly)]})
    assert "too-few-ticks" in [problem.code for problem in read(written).errors]


@pytest.mark.parametrize(
    ("freq", "start", "days"),
    [
        ("ME", "2024-01-01", "last days of months"),
        ("ME", "2024-01-30", "last days of months"),
        ("2MS", "2024-01-15", "first days of months"),
        ("QS", "2024-02-01", "first days of quarters"),
        ("QE", "2024-01-31", "last days of quarters"),
        ("YE", "2024-01-31", "last days of years"),
        ("ME", "2024-01-31", ""),
        ("MS", "2024-03-01", ""),
        ("QS", "2024-04-01", ""),
        ("QE", "2023-12-31", ""),
        ("YS", "2024-01-01", ""),
        ("M", "2024-01-15", ""),
        ("ms", "2024-01-15", ""),
    ],
)
def test_days_that_a_step_names_and_its_window_does_not_meet_are_told(freq: str, start: str, days: str) -> None:
    window = {"start": f"{start}T00:00:00Z", "end": f"{start}T00:10:00Z" if freq == "ms" else "2025-12-31T23:00:00Z"}
    series = {"datetime_series": {"within": window, "freq": freq}}
    reading = read(table([{"name": "at", "type": "datetime", "generator": series}]))
    assert reading.errors == ()
    assert [(note.code, days in note.message) for note in reading.notes] == ([("days-missed", True)] if days else [])
