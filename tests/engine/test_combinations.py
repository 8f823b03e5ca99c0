"""What must not repeat does not: alone, together, within a parent, whatever weighs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.problems import LimitError, SchemaError
from datagen_chat.schema.read import read
from tests.engine.test_promises import column
from tests.engine.test_rows import listed

PlanOf = Callable[..., Plan]
KEY = {"name": "id", "type": "int", "generator": {"sequence": {}}}


def lookup(name: str, source: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "int", "generator": {"lookup": {"from": source, **more}}}


def roles(weights: list[float] | None = None) -> dict[str, Any]:
    given: dict[str, Any] = {"choices": ["reader", "writer", "owner", "guest"]}
    return {"name": "role", "type": "string", "generator": {"choice": given | ({"weights": weights} if weights else {})}}


def entity(name: str, rows: int) -> dict[str, Any]:
    return {"id": name, "kind": "entity", "pk": "id", "rows": rows, "columns": [KEY]}


def school(fact: dict[str, Any], unique: list[Any] | None = None, **constraints: Any) -> dict[str, Any]:
    """Return a schema of 200 students, 30 courses and 4 terms, with one fact of the students."""
    node = {"id": "taken", "kind": "fact", "pk": "id", **fact}
    node["columns"] = [KEY, *fact["columns"]]
    nodes = [entity("student", 200), entity("course", 30), entity("term", 4), node]
    promised = constraints | ({"unique": unique} if unique else {})
    return {"version": "1.0", "metadata": {"name": "school"}, "constraints": promised, "nodes": nodes}


def tuples(plan: Plan, *names: str) -> list[tuple[Any, ...]]:
    return list(zip(*(listed_column(plan, name) for name in names), strict=True))


def listed_column(plan: Plan, name: str) -> list[Any]:
    table = plan.tables["taken"]
    return listed(table.rows(range(table.row_count)).values(name))


STUDENT = lookup("student", "student.id")
FAN = {"distribution": "poisson", "lambda": 25}
TOGETHER = {"table": "taken", "columns": ["student", "course", "term"]}
OF_STUDENT = {"parents": ["student"], "fanout": FAN}

DISTINCT = {
    "alike": [lookup("course", "course.id"), lookup("term", "term.id")],
    "popular": [lookup("course", "course.id", weights_kind="zipf@1.2"), lookup("term", "term.id")],
    "steep": [lookup("course", "course.id", weights_kind="zipf@3"), lookup("term", "term.id", weights_kind="zipf@2")],
}


@pytest.mark.parametrize("columns", DISTINCT.values(), ids=DISTINCT)
def test_no_combination_comes_twice_under_one_parent(plan_of: PlanOf, columns: list[dict[str, Any]]) -> None:
    found = tuples(plan_of(school(OF_STUDENT | {"columns": [STUDENT, *columns]}, [TOGETHER])), "student", "course", "term")
    assert len(set(found)) == len(found) > 4000


SEAT = {"pattern": {"regex": "([1-9]|1[0-9])[A-F]"}}  # 19 rows of 6 seats
NUMBER = {"distribution": {"type": "uniform", "params": {"low": 1, "high": 99}}}


@pytest.mark.parametrize(("type_", "generator", "count"), [("string", SEAT, 114), ("int", NUMBER, 99)], ids=["text", "number"])
def test_texts_and_numbers_do_not_repeat_under_one_parent(plan_of: PlanOf, type_: str, generator: Any, count: int) -> None:
    place = {"name": "place", "type": type_, "generator": generator}
    fact = {"parents": ["student"], "fanout": {"distribution": "constant", "value": 90}, "columns": [STUDENT, place]}
    plan = plan_of(school(fact, [{"table": "taken", "columns": ["student", "place"]}]))
    found = tuples(plan, "student", "place")
    assert len(set(found)) == len(found) == 200 * 90
    assert len({value for _, value in found}) == count  # all come, though each student has but 90


@pytest.mark.parametrize("weights", [None, [0.7, 0.2, 0.06, 0.04]])
def test_a_parent_can_have_every_value_there_is(plan_of: PlanOf, weights: list[float] | None) -> None:
    every = {"parents": ["student"], "fanout": {"distribution": "constant", "value": 4}, "columns": [STUDENT, roles(weights)]}
    found = tuples(plan_of(school(every, [["taken.student", "taken.role"]])), "student", "role")
    assert len(set(found)) == len(found) == 800


def test_likelier_values_are_taken_by_more_parents(plan_of: PlanOf) -> None:
    one_of = {
        "parents": ["student"],
        "fanout": {"distribution": "constant", "value": 1},
        "columns": [STUDENT, roles([8, 1, 1, 0])],
    }
    seen = Counter(role for _, role in tuples(plan_of(school(one_of, [["taken.student", "taken.role"]])), "student", "role"))
    # 200 draws of a share of 0.8: a standard error of 5.7.
    assert abs(seen["reader"] - 160) < 4 * 5.7
    assert seen["guest"] == 0


def test_parents_get_as_many_rows_as_there_is_room_for(plan_of: PlanOf) -> None:
    many = {"parents": ["student"], "fanout": {"distribution": "poisson", "lambda": 4}, "columns": [STUDENT, roles()]}
    plan = plan_of(school(many, [["taken.student", "taken.role"]]))
    found = Counter(column(plan, "taken", "student").tolist())
    assert max(found.values()) == 4
    assert [(told.place, told.code) for told in plan.tellings.all] == [("taken", "fanout-cut")]


def test_an_exact_total_finds_room_for_all_its_rows(plan_of: PlanOf) -> None:
    total = {"parents": ["student"], "rows": 790, "columns": [STUDENT, roles()]}
    found = tuples(plan_of(school(total, [["taken.student", "taken.role"]])), "student", "role")
    assert len(set(found)) == len(found) == 790


@pytest.mark.parametrize("kind", [None, "zipf@1.1"])
def test_combinations_of_a_table_without_parents_do_not_repeat(plan_of: PlanOf, kind: str | None) -> None:
    weighed = {} if kind is None else {"weights_kind": kind}
    alone = {"rows": 5000, "columns": [STUDENT, lookup("course", "course.id", **weighed)]}
    found = tuples(plan_of(school(alone, [["taken.student", "taken.course"]])), "student", "course")
    assert len(set(found)) == len(found) == 5000


def test_a_distinct_lookup_chooses_no_row_twice_within_a_parent(plan_of: PlanOf) -> None:
    columns = [STUDENT, lookup("course", "course.id", distinct=True, weights_kind="zipf@1")]
    found = tuples(plan_of(school(OF_STUDENT | {"columns": columns})), "student", "course")
    assert len(set(found)) == len(found)


def test_a_unique_lookup_gives_every_row_its_own(plan_of: PlanOf) -> None:
    alone = {"rows": 180, "columns": [STUDENT | {"unique": True}]}
    assert len(set(column(plan_of(school(alone)), "taken", "student").tolist())) == 180


def test_what_is_looked_up_by_a_distinct_key_belongs_to_its_row(plan_of: PlanOf) -> None:
    columns = [STUDENT, lookup("course", "course.id", distinct=True), lookup("again", "course.id", on="course")]
    plan = plan_of(school(OF_STUDENT | {"columns": columns}))
    assert (column(plan, "taken", "course") == column(plan, "taken", "again")).all()


def grown(parts: int, fact: dict[str, Any], unique: list[Any] | None = None) -> dict[str, Any]:
    """Return a schema whose fact has tables beside it whose numbers of rows only the draw says."""
    schema = school(fact, unique)
    for number in range(parts):
        own = lookup("term", "term.id")
        node = {"id": f"part{number}", "kind": "fact", "pk": "id", "parents": ["term"], "columns": [KEY, own]}
        schema["nodes"].insert(3, node | {"fanout": {"distribution": "poisson", "lambda": 3}})
    return schema


def test_a_distinct_lookup_chooses_no_row_twice_of_a_table_of_any_size(plan_of: PlanOf) -> None:
    fact = {"parents": ["student"], "fanout": {"distribution": "uniform", "min": 1, "max": 6}}
    columns = [STUDENT, lookup("part", "part0.id", distinct=True)]
    found = tuples(plan_of(grown(1, fact | {"columns": columns})), "student", "part")
    assert len(set(found)) == len(found) > 400


@pytest.mark.parametrize("count", [2, 3])
def test_no_combination_of_tables_of_any_size_comes_twice(count: int, plan_of: PlanOf) -> None:
    names = [f"part{number}" for number in range(count)]
    columns = [STUDENT, *(lookup(name, f"{name}.id") for name in names)]
    fact = {"parents": ["student"], "fanout": {"distribution": "constant", "value": 40}, "columns": columns}
    found = tuples(plan_of(grown(count, fact, [{"table": "taken", "columns": ["student", *names]}])), "student", *names)
    assert len(set(found)) == len(found) == 8000


def test_combinations_that_turn_out_too_many_to_be_numbered_are_a_problem(plan_of: PlanOf) -> None:
    wide = {"distribution": {"type": "uniform", "params": {"low": -(2**41), "high": 2**41 - 1}}}
    columns = [STUDENT, {"name": "x", "type": "int", "generator": wide}, lookup("part", "part0.id")]
    schema = grown(1, OF_STUDENT | {"columns": columns}, [{"table": "taken", "columns": ["student", "x", "part"]}])
    schema["nodes"][2]["rows"] = 400_000  # three parts each: 2**62.2 combinations
    with pytest.raises(LimitError, match="more than can be numbered"):
        listed_column(plan_of(schema), "x")


def test_a_distinct_lookup_stays_distinct_in_a_set_that_must_not_repeat(plan_of: PlanOf) -> None:
    columns = [STUDENT, lookup("course", "course.id", distinct=True), lookup("term", "term.id")]
    found = tuples(plan_of(school(OF_STUDENT | {"columns": columns}, [TOGETHER])), "student", "course")
    assert len(set(found)) == len(found) > 4000


def problems(schema: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem.at, problem.code) for problem in read(schema).errors]


def test_what_keeps_no_lookup_distinct_is_a_problem() -> None:
    columns = [STUDENT, lookup("course", "course.id", distinct=True), lookup("term", "term.id")]
    fact = {"parents": ["student"], "fanout": {"distribution": "uniform", "min": 0, "max": 3}, "columns": columns}
    assert problems(school(fact, [["taken.course", "taken.term"]])) == [("/nodes/3/columns/2", "unique-not-made")]


def titled(fact: dict[str, Any], unique: list[Any] | None = None) -> dict[str, Any]:
    """Return a schema whose courses share three titles."""
    schema = school(fact, unique)
    title = {"name": "title", "type": "string", "generator": {"choice": {"choices": ["Algebra", "Botany", "Chemistry"]}}}
    schema["nodes"][1]["columns"] = [KEY, title]
    return schema


def test_values_that_several_rows_have_are_not_taken_for_rows() -> None:
    title = {"name": "title", "type": "string", "generator": {"lookup": {"from": "course.title"}}}
    fact = {"parents": ["student"], "fanout": {"distribution": "constant", "value": 3}, "columns": [STUDENT, title]}
    assert problems(titled(fact, [["taken.student", "taken.title"]])) == [("/constraints/unique/0", "unique-not-made")]


def test_a_distinct_lookup_may_read_what_several_rows_have(plan_of: PlanOf) -> None:
    title = {"name": "title", "type": "string", "generator": {"lookup": {"from": "course.title", "distinct": True}}}
    fact = {"parents": ["student"], "fanout": {"distribution": "constant", "value": 30}, "columns": [STUDENT, title]}
    found = Counter(tuples(plan_of(titled(fact)), "student", "title"))
    assert all(found[student, "Algebra"] == found[1, "Algebra"] for student in range(1, 201))  # each takes all 30 courses


def test_popularity_follows_the_power_and_not_the_row_number(plan_of: PlanOf) -> None:
    alone = {"rows": 100_000, "columns": [lookup("course", "course.id", weights_kind="zipf@1")]}
    shares = np.bincount(column(plan_of(school(alone)), "taken", "course"), minlength=31)[1:] / 100_000
    harmonic = sum(1 / rank for rank in range(1, 31))
    ranked = np.sort(shares)[::-1]
    for rank in (1, 2, 10):
        expected = 1 / rank / harmonic
        assert abs(ranked[rank - 1] - expected) < 5 * np.sqrt(expected / 100_000) + 0.002
    assert shares.tolist() != ranked.tolist()


TWO = {"parents": ["course"], "fanout": FAN, "columns": [lookup("course", "course.id"), lookup("other", "course.id")]}


@pytest.mark.parametrize(
    ("op", "holds"), [("<", np.less), (">", np.greater), ("<=", np.less_equal), (None, np.not_equal)], ids=str
)
def test_a_second_key_of_an_ancestor_draws_another_row_as_declared(plan_of: PlanOf, op: str | None, holds: Any) -> None:
    promised = {"inequalities": [{"left": "taken.other", "op": op, "right": "taken.course"}]} if op else {}
    plan = plan_of(school(TWO, **promised))
    own, other = column(plan, "taken", "course"), column(plan, "taken", "other")
    assert holds(other, own).all()
    assert len(set(other.tolist())) > 20


def test_earlier_rows_do_not_repeat_either(plan_of: PlanOf) -> None:
    promised = {"inequalities": [{"left": "taken.other", "op": "<", "right": "taken.course"}]}
    plan = plan_of(school(TWO, [["taken.course", "taken.other"]], **promised))
    found = tuples(plan, "course", "other")
    assert len(set(found)) == len(found)
    assert all(other < own for own, other in found)


@pytest.mark.parametrize("columns", DISTINCT.values(), ids=DISTINCT)
def test_combinations_do_not_depend_on_how_rows_are_cut(plan_of: PlanOf, columns: list[dict[str, Any]]) -> None:
    written = school(OF_STUDENT | {"columns": [STUDENT, *columns]}, [TOGETHER])
    table, again = plan_of(written).tables["taken"], plan_of(written).tables["taken"]
    whole, cut = listed(table.rows(range(table.row_count)).values("course")), table.row_count // 3
    assert listed(again.rows(range(cut, table.row_count)).values("course")) == whole[cut:]
    numbers = np.array([cut, 5, table.row_count - 1, cut], dtype=np.int64)
    assert listed(again.rows(numbers).values("course")) == [whole[number] for number in numbers.tolist()]


SEAT = {"name": "seat", "type": "int", "generator": {"distribution": {"type": "uniform", "params": {"low": 1, "high": 180}}}}


def test_whole_numbers_do_not_repeat_where_they_must_not(plan_of: PlanOf) -> None:
    plan = plan_of(school({"rows": 180, "columns": [SEAT | {"unique": True}]}))
    assert sorted(column(plan, "taken", "seat").tolist()) == list(range(1, 181))


def test_no_seat_is_given_twice_within_one_parent(plan_of: PlanOf) -> None:
    columns = [lookup("course", "course.id"), SEAT]
    of_course = {"parents": ["course"], "fanout": {"distribution": "uniform", "min": 100, "max": 180}, "columns": columns}
    found = tuples(plan_of(school(of_course, [["taken.course", "taken.seat"]])), "course", "seat")
    assert len(set(found)) == len(found)
    assert {seat for _, seat in found} == set(range(1, 181))


COURSES = {
    "id": "course",
    "kind": "entity",
    "pk": "id",
    "rows": 30,
    "columns": [KEY, {"name": "level", "type": "int", "generator": {"choice": {"choices": [1, 2, 3]}}}],
}


def test_a_condition_leaves_only_the_rows_that_fulfil_it(plan_of: PlanOf) -> None:
    columns = [lookup("course", "course.id", where="level >= 2 and id != 7", weights_kind="zipf@1.2")]
    written = school({"rows": 3000, "columns": columns})
    written["nodes"][1] = COURSES
    plan = plan_of(written)
    levels, chosen = column(plan, "course", "level"), set(column(plan, "taken", "course").tolist())
    assert chosen == {row + 1 for row in range(30) if levels[row] >= 2 and row + 1 != 7}


def test_two_drawn_keys_differ_where_that_is_declared(plan_of: PlanOf) -> None:
    columns = [lookup("home", "course.id", weights_kind="zipf@1"), lookup("away", "course.id", weights_kind="zipf@1")]
    promised = {"inequalities": [{"left": "taken.home", "op": "!=", "right": "taken.away"}]}
    plan = plan_of(school({"rows": 3000, "columns": columns}, **promised))
    assert (column(plan, "taken", "home") != column(plan, "taken", "away")).all()
    free = plan_of(school({"rows": 3000, "columns": columns}))
    assert (column(free, "taken", "home") == column(free, "taken", "away")).any()


def test_a_drawn_key_stands_in_the_declared_order_to_another(plan_of: PlanOf) -> None:
    columns = [lookup("first", "course.id"), lookup("then", "course.id")]
    promised = {"inequalities": [{"left": "taken.then", "op": ">=", "right": "taken.first"}]}
    plan = plan_of(school({"rows": 3000, "columns": columns}, **promised))
    assert (column(plan, "taken", "then") >= column(plan, "taken", "first")).all()
    assert len(set(column(plan, "taken", "then").tolist())) > 20


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("level", "expression-type"),
        ("nothing > 1", "unknown-reference"),
        ("student.id > 1", "condition-elsewhere"),
        ("course.level = level", "condition-on-itself"),
        ("id > 1 and level == level", "condition-on-itself"),
        ("course.level > level", "condition-on-itself"),
        ("level >", "expression-syntax"),
    ],
)
def test_a_condition_that_cannot_be_is_a_problem(where: str, code: str) -> None:
    written = school({"rows": 30, "columns": [lookup("course", "course.id", where=where)]})
    written["nodes"][1] = COURSES
    assert code in [problem.code for problem in read(written).errors if problem.at.endswith("/lookup/where")]


@pytest.mark.parametrize("where", ["level == 4", "course.level > 1 and level < 2", "level is null", "1 = 2", "level in (4, 5)"])
def test_a_condition_that_no_known_value_fulfils_is_a_problem_before_the_first_row(where: str) -> None:
    written = school({"rows": 30, "columns": [lookup("course", "course.id", where=where)]})
    written["nodes"][1] = COURSES

    [problem] = read(written).errors

    assert (problem.at, problem.code) == ("/nodes/3/columns/1/generator/lookup/where", "condition-unfulfilled")


@pytest.mark.parametrize("where", ["level == 2 or level == 4", "id > 30 or level > 2", "not level == 1"])
def test_a_condition_that_some_value_may_fulfil_is_none(where: str) -> None:
    fact = {"rows": 30, "columns": [lookup("course", "course.id", where=where)]}
    written = school(fact)
    written["nodes"][1] = COURSES

    assert read(written).errors == ()


def test_values_that_do_not_fit_their_column_are_told_once_and_tried_in_no_condition() -> None:
    written = school({"rows": 30, "columns": [lookup("course", "course.id", where="level == 2")]})
    level = COURSES["columns"][1] | {"generator": {"choice": {"choices": [1, "two", 10**30]}}}
    written["nodes"][1] = COURSES | {"columns": [KEY, level]}

    assert {problem.at.partition("/choice")[0] for problem in read(written).errors} == {"/nodes/1/columns/1/generator"}


def test_a_condition_that_turns_out_to_hold_nowhere_says_whose_it_is() -> None:
    drawn = {"lookup": {"from": "course.id", "where": "id > 1000"}}
    case = {"case": {"on": "role", "when": {"reader": drawn}, "else": {"lookup": {"from": "course.id"}}}}
    written = school({"rows": 30, "columns": [roles(), {"name": "course", "type": "int", "generator": case}]})

    with pytest.raises(SchemaError) as caught:
        column(Plan(read(written).valid(), 1), "taken", "course")

    [problem] = caught.value.problems
    assert problem.at == "/nodes/3/columns/2/generator/case/when/reader/lookup/where"
    assert problem.message == 'taken.course is looked up where "id > 1000", but no row of course fulfils that.'


@pytest.mark.parametrize("where", ["level == taken.level", "course.level == level"])
def test_a_condition_on_the_own_row_is_told_the_match_that_does_it(where: str) -> None:
    own = {"name": "level", "type": "int", "generator": {"choice": {"choices": [1, 2, 3]}}}
    written = school({"rows": 30, "columns": [own, lookup("course", "course.id", where=where)]})
    written["nodes"][1] = COURSES

    [problem] = read(written).errors

    words, _, hint = problem.hint.partition(": ")
    assert words == "Leave that out of where, and write beside it"
    match = json.loads(hint.removesuffix("."))
    written["nodes"][3]["columns"][2]["generator"] = {"lookup": {"from": "course.id"} | match}
    assert read(written).errors == ()


U = "/constraints/unique/0"
FEW = {"parents": ["student"], "fanout": {"distribution": "constant", "value": 5}, "columns": [STUDENT, roles()]}
ALONE = {"rows": 6001, "columns": [STUDENT, lookup("course", "course.id")]}
AGE = {"name": "age", "type": "int", "generator": {"distribution": {"type": "normal", "params": {"mu": 1, "sigma": 1}}}}
MISTAKES = [
    ({"rows": 181, "columns": [SEAT]}, ["taken.seat"], U, "too-few-values", "only 180"),
    (FEW, [["taken.student", "taken.role"]], U, "too-few-values", "5 rows for each student"),
    (ALONE, [["taken.student", "taken.course"]], U, "too-few-values", "200 student × 30 course = 6000"),
    (OF_STUDENT | {"columns": [STUDENT, AGE]}, [["taken.student", "taken.age"]], U, "unique-not-made", "student, age"),
    ({"rows": 201, "columns": [STUDENT]}, ["taken.student"], U, "too-few-values", "only 200"),
    (ALONE, [["taken.student", "course.id"]], U, "unique-across-tables", "several tables"),
    (ALONE, [["taken.student", "taken.curse"]], U, "unknown-reference", "no column curse"),
]


@pytest.mark.parametrize(("fact", "unique", "place", "code", "words"), MISTAKES)
def test_what_cannot_be_unique_is_a_problem_that_names_the_numbers(
    fact: dict[str, Any], unique: list[Any], place: str, code: str, words: str
) -> None:
    found = [problem for problem in read(school(fact, unique)).errors if problem.code == code]
    assert place in [problem.at for problem in found]
    assert any(words in problem.message for problem in found)


@pytest.mark.parametrize(("where", "values"), [({}, 2), ({"where": "id > 29"}, 1)])
def test_a_walk_with_more_rows_than_there_are_combinations_is_a_problem(plan_of: PlanOf, where: Any, values: int) -> None:
    """A walk cannot be made shorter, as a fanout can."""
    step = {"dwell": {"distribution": "uniform", "min": 1, "max": 2, "unit": "hours"}}
    states = {"new": step | {"next": {"open": 1}}, "open": step | {"next": {"done": 1}}, "done": {"terminal": True}}
    walk = {"initial": {"new": 1}, "states": states, "start": "2024-01-01T00:00:00Z"}
    state = {"name": "state", "type": "string", "generator": {"state": {"field": "name"}}}
    columns = [STUDENT, lookup("course", "course.id", **where), state]
    fact = {"parents": ["student"], "state_transition_model": walk, "columns": columns}
    written = school(fact, [{"table": "taken", "columns": ["student", "course"]}])
    written["nodes"][1]["rows"] = 30 if where else values
    plan = plan_of(written)
    with pytest.raises(SchemaError) as caught:
        tuples(plan, "student", "course")
    (problem,) = caught.value.problems
    assert (problem.at, problem.code) == ("/constraints/unique/0", "too-few-values")
    assert f"a parent has 3 rows, but only {values} values of course" in problem.message


def test_a_column_of_two_sets_is_told_what_to_make_the_parent() -> None:
    sets = [["taken.course", "taken.seat"], ["taken.room", "taken.seat"]]
    fact = {"rows": 150, "columns": [lookup("course", "course.id"), lookup("room", "course.id"), SEAT]}
    [problem] = [problem for problem in read(school(fact, sets)).errors if problem.at == "/constraints/unique/1"]
    assert "seat is drawn for another such set" in problem.hint
    assert "the parent" in problem.hint
