"""Times that must not repeat together with other columns: drawn so, in order, and weighed as they are told to be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.schema.read import read
from datagen_chat.schema.repair import repair
from tests.engine.test_combinations import KEY, STUDENT, lookup, roles, school, tuples
from tests.engine.test_promises import column

PlanOf = Callable[..., Plan]
JANUARY = {"start": "2025-01-01T00:00:00Z", "end": "2025-01-31T00:00:00Z"}  # a Wednesday first; 31 days, 8 of a weekend
WORKDAYS = {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 0, 0]}
TOGETHER = ["taken.student", "taken.role", "taken.day"]
ROOM = ["course", "role", "day"]
ROOMS = [f"taken.{name}" for name in ROOM]


def day(within: Any = JANUARY, type_: str = "datetime", **more: Any) -> dict[str, Any]:
    return {"name": "day", "type": type_, "generator": {"datetime_series": {"within": within, "freq": "D", **more}}}


def of_student(count: int, *columns: dict[str, Any], unique: list[Any], born: Any = None) -> dict[str, Any]:
    fan = {"distribution": "constant", "value": count}
    written = school({"parents": ["student"], "fanout": fan, "columns": [STUDENT, *columns]}, unique)
    if born is not None:
        written["nodes"][0]["columns"].append({"name": "born", "type": "datetime", "generator": born})
    return written


WINDOWS = {
    "alike": ([day()], None),
    "days": ([day(type_="date")], None),
    "weighed times": ([day(pattern=WORKDAYS)], None),
    "own windows": (
        [day({"start": "student.born", "end": "2025-03-01T00:00:00Z"})],
        {"datetime_series": {"within": JANUARY, "freq": "D"}},
    ),
}


@pytest.mark.parametrize("weights", [None, [8, 4, 2, 1]])
@pytest.mark.parametrize(("times", "born"), WINDOWS.values(), ids=WINDOWS)
def test_times_and_choices_do_not_repeat_together_and_times_ascend(
    plan_of: PlanOf, times: list[dict[str, Any]], born: Any, weights: list[float] | None
) -> None:
    written = of_student(60, roles(weights), *times, unique=[TOGETHER], born=born)
    found = tuples(plan_of(written), "student", "role", "day")
    assert len(set(found)) == len(found) == 200 * 60  # more rows than days, and than roles
    of_each: dict[Any, list[Any]] = {}
    for student, _, when in found:
        of_each.setdefault(student, []).append(when)
    assert all(before <= after for times_ in of_each.values() for before, after in pairwise(times_))


def test_likelier_roles_and_days_come_more_often(plan_of: PlanOf) -> None:
    plan = plan_of(of_student(3, roles([6, 2, 1, 1]), day(pattern=WORKDAYS), unique=[TOGETHER]))
    found = [(role, datetime.fromtimestamp(when / 10**6, UTC)) for role, when in tuples(plan, "role", "day")]
    count = Counter(role for role, _ in found)
    # 600 draws of a share of 0.6: a standard error of 12; three of 92 combinations without repetition change it by far less.
    assert abs(count["reader"] - 360) < 5 * 12
    assert all(when.weekday() < 5 for _, when in found)
    weeks = Counter(when.day <= 15 for _, when in found)
    # 11 of the 23 workdays lie in the first half: a standard error of 12.2.
    assert abs(weeks[True] - 600 * 11 / 23) < 5 * 12.2


def test_a_set_of_a_parent_and_a_time_takes_no_tick_twice(plan_of: PlanOf) -> None:
    found = tuples(plan_of(of_student(31, day(), unique=[["taken.student", "taken.day"]])), "student", "day")
    assert len(set(found)) == len(found) == 200 * 31


def test_rows_made_alone_are_those_of_the_whole(plan_of: PlanOf) -> None:
    written = of_student(60, roles([8, 4, 2, 1]), day(pattern=WORKDAYS), unique=[TOGETHER])
    table, again = plan_of(written).tables["taken"], plan_of(written).tables["taken"]
    whole = table.rows(range(table.row_count)).values("day")
    numbers = np.array([7001, 5, table.row_count - 1], dtype=np.int64)
    assert again.rows(numbers).values("day").data.tolist() == whole.data[numbers].tolist()


def test_a_unique_time_of_a_table_that_stands_alone_never_repeats(plan_of: PlanOf) -> None:
    written = school({"rows": 23, "columns": [day(pattern=WORKDAYS) | {"unique": True}]})
    days = column(plan_of(written), "taken", "day")
    assert len(set(days.tolist())) == 23  # every workday of the month


def test_values_that_are_not_null_do_not_repeat_either(plan_of: PlanOf) -> None:
    written = school({"rows": 30, "columns": [STUDENT | {"unique": True, "null_rate": 0.3}]})
    written["nodes"][0]["rows"] = 30
    values = plan_of(written).tables["taken"].rows(range(30)).values("student")
    kept = values.data[values.valid] if values.valid is not None else values.data
    assert 10 < len(kept) < 30
    assert len(set(kept.tolist())) == len(kept)


def test_a_set_without_the_parent_holds_in_the_whole_table_and_times_ascend_within_each_parent(plan_of: PlanOf) -> None:
    for times in (day(), day(pattern=WORKDAYS)):
        found = tuples(plan_of(of_student(2, roles(), times, lookup("course", "course.id"), unique=[ROOMS])), *ROOM)
        assert len(set(found)) == len(found) == 400
        owners: dict[Any, list[Any]] = {}
        for (*_, when), owner in zip(found, [row // 2 for row in range(400)], strict=True):
            owners.setdefault(owner, []).append(when)
        assert all(first <= second for first, second in owners.values())


def test_a_unique_time_below_parents_never_repeats_and_ascends_within_each(plan_of: PlanOf) -> None:
    hours = {"datetime_series": {"within": JANUARY, "freq": "h"}}
    written = of_student(3, {"name": "at", "type": "datetime", "unique": True, "generator": hours}, unique=["taken.id"])
    times = column(plan_of(written), "taken", "at")
    assert len(set(times.tolist())) == 600  # of 721 hours
    assert (np.diff(times.reshape(200, 3), axis=1) > 0).all()


def test_what_weighs_nothing_never_comes_though_few_values_are_left(plan_of: PlanOf) -> None:
    written = of_student(69, roles([1, 1, 1, 0]), day(pattern=WORKDAYS), unique=[TOGETHER])
    found = tuples(plan_of(written), "student", "role", "day")
    assert len(set(found)) == 200 * 69  # three roles on 23 workdays: all there are
    assert {role for _, role, _ in found} == {"reader", "writer", "owner"}
    assert all(datetime.fromtimestamp(when / 10**6, UTC).weekday() < 5 for _, _, when in found)


NUMBERS = [
    (of_student(70, roles([1, 1, 1, 0]), day(pattern=WORKDAYS), unique=[TOGETHER]), "only 3 role × 23 day = 69"),
    (of_student(40, day(), unique=[["taken.student", "taken.day"]]), "40 rows for each student, but day has only 31"),
    (of_student(130, roles(), day(), unique=[TOGETHER]), "130 rows for each student, but there are only 4 role × 31 day = 124"),
    (
        school({"rows": 24, "columns": [day(pattern=WORKDAYS) | {"unique": True}]}),
        "24 rows, but its datetime_series makes only 23",
    ),
]


@pytest.mark.parametrize(("written", "words"), NUMBERS)
def test_too_few_ticks_are_a_problem_before_the_first_row(written: dict[str, Any], words: str) -> None:
    assert [problem.code for problem in read(written).errors] == ["too-few-values"]
    assert words in read(written).errors[0].message


@pytest.mark.parametrize("entry", [["taken.student", "taken.day"], {"table": "taken", "columns": ["student", "day"]}], ids=str)
def test_times_that_nothing_keeps_apart_are_made_distinct(plan_of: PlanOf, entry: Any) -> None:
    born = {"datetime_series": {"within": JANUARY, "freq": "D"}}
    weighed = day({"start": "student.born", "end": "2025-04-01T00:00:00Z"}, pattern=WORKDAYS)
    written = of_student(12, weighed, unique=[entry], born=born)
    [problem] = read(written).errors
    assert (problem.code, "distinct" in problem.hint) == ("unique-not-made", True)
    repaired = repair(written)
    assert [mend.code for mend in repaired.mends] == ["unique-not-made"]
    found = tuples(plan_of(repaired.draft), "student", "day")
    assert len(set(found)) == len(found) > 2000


def test_a_column_that_cannot_be_counted_off_is_named() -> None:
    number = {"name": "tax_no", "type": "string", "generator": {"faker": {"method": "ssn"}}}
    written = school({"rows": 30, "columns": [roles(), number]}, [["taken.role", "taken.tax_no"]])
    [problem] = read(written).errors
    assert "Only role is kept apart, not tax_no" in problem.hint
    number["unique"] = True
    assert read(written).errors == ()


def test_a_window_and_a_number_of_rows_that_wait_for_each_other_are_told() -> None:
    written = of_student(3, roles(), day({"start": "2025-01-01T00:00:00Z", "end": "student.born"}), unique=[TOGETHER])
    seen = {"name": "seen", "type": "int", "generator": {"aggregate": {"of": "taken.id", "op": "count"}}}
    born = {"expression": {"code": "days(seen) + '2025-02-01T00:00:00Z'"}}
    written["nodes"][0]["columns"] = [KEY, seen, {"name": "born", "type": "datetime", "generator": born}]
    assert "column-cycle" in {problem.code for problem in read(written).errors}


def test_a_time_that_is_distinct_within_a_parent_is_told_to_leave_that_for_a_set_of_the_whole_table() -> None:
    course = lookup("course", "course.id")
    written = of_student(5, course, day(distinct=True), unique=[["taken.course", "taken.day"]])
    written["nodes"][3]["rows"] = 800
    [problem] = read(written).errors
    assert (problem.code, 'Remove "distinct" from day' in problem.hint) == ("too-few-values", True)
    del written["nodes"][3]["columns"][-1]["generator"]["datetime_series"]["distinct"]
    assert read(written).errors == ()
