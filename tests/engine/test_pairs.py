"""Two keys of one table in a row stand in their order, and no pair of them comes twice where it must not."""

from __future__ import annotations

import itertools
import operator
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from datagen_chat.draws import bits32, key
from datagen_chat.engine.pairs import factors
from datagen_chat.engine.plan import Plan
from datagen_chat.generators.base.rows import Numbering
from datagen_chat.schema.combinations import Combination
from datagen_chat.schema.read import read
from datagen_chat.tables import Discrete
from datagen_chat.values import Numbers
from tests.engine.test_combinations import lookup, school, tuples

PlanOf = Callable[..., Plan]
ORDERS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "!=": operator.ne}
BOTH = ["taken.first", "taken.second"]


def pairs(
    order: str, *, rows: int, unique: list[str] | None = None, courses: int = 5, extra: Any = (), **more: Any
) -> dict[str, Any]:
    columns = [lookup("first", "course.id", **more), lookup("second", "course.id", **more), *extra]
    rule = {"left": "taken.first", "op": order, "right": "taken.second"}
    draft = school({"rows": rows, "columns": columns}, unique and [unique], inequalities=[rule])
    draft["nodes"][1]["rows"] = courses
    return draft


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("unique", [BOTH, BOTH[::-1]])
def test_every_pair_in_an_order_can_come_once(plan_of: PlanOf, order: str, unique: list[str]) -> None:
    every = [pair for pair in itertools.product(range(1, 6), repeat=2) if ORDERS[order](*pair)]
    found = tuples(plan_of(pairs(order, rows=len(every), unique=unique)), "first", "second")
    assert sorted(found) == sorted(every)
    more = read(pairs(order, rows=len(every) + 1, unique=unique))
    assert [(problem.code, problem.at) for problem in more.errors] == [("too-few-values", "/constraints/unique/0")]
    assert f"{len(every)} pairs of" in more.errors[0].message


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("courses", [2, 3, 500])
def test_two_drawn_keys_stand_in_their_order(plan_of: PlanOf, order: str, courses: int) -> None:
    found = tuples(plan_of(pairs(order, rows=4000, courses=courses)), "first", "second")
    assert all(ORDERS[order](*pair) and max(pair) <= courses for pair in found)


@pytest.mark.parametrize("order", ORDERS)
def test_all_pairs_are_equally_likely(plan_of: PlanOf, order: str) -> None:
    drawn: Counter[tuple[int, int]] = Counter()
    for seed in range(600):
        drawn.update(tuples(plan_of(pairs(order, rows=4, unique=BOTH), seed), "first", "second"))
    every = [pair for pair in itertools.product(range(1, 6), repeat=2) if ORDERS[order](*pair)]
    # Each seed takes 4 of n pairs: a count's variance is that of 600 draws with probability 4 / n; five standard errors.
    share = 4 / len(every)
    assert all(abs(drawn[pair] - 600 * share) < 5 * np.sqrt(600 * share * (1 - share)) for pair in every)


def test_popular_keys_are_popular_in_pairs_that_do_not_repeat(plan_of: PlanOf) -> None:
    draft = pairs("!=", rows=300, unique=BOTH, courses=60, weights_kind="zipf@1.2")
    found = tuples(plan_of(draft), "first", "second")
    assert len(set(found)) == 300
    assert all(first != second for first, second in found)
    most = sorted(Counter(first for first, _ in found).values(), reverse=True)
    assert most[0] > 15  # alike they would have 5 each; the most popular one can have 59
    assert len(most) > 20


def test_pairs_are_told_apart_by_further_columns(plan_of: PlanOf) -> None:
    term = lookup("term", "term.id")
    draft = pairs("!=", rows=80, unique=[*BOTH, "taken.term"], extra=[term])
    found = tuples(plan_of(draft), "first", "second", "term")
    assert sorted(found) == sorted((a, b, c) for a, b in itertools.permutations(range(1, 6), 2) for c in range(1, 5))


def test_pairs_do_not_repeat_within_a_parent(plan_of: PlanOf) -> None:
    draft = pairs("<", rows=1, unique=["taken.student", *BOTH], courses=4, extra=[lookup("student", "student.id")])
    del draft["nodes"][3]["rows"]
    draft["nodes"][3] |= {"parents": ["student"], "fanout": {"distribution": "constant", "value": 6}}
    found = tuples(plan_of(draft), "student", "first", "second")
    assert sorted(found) == sorted((s, *pair) for s in range(1, 201) for pair in itertools.combinations(range(1, 5), 2))


def test_three_keys_in_a_row_leave_room_for_each_other(plan_of: PlanOf) -> None:
    rule = {"left": "taken.second", "op": "<", "right": "taken.third"}
    draft = pairs("<", rows=3000, courses=3, extra=[lookup("third", "course.id")])
    draft["constraints"]["inequalities"].append(rule)
    assert set(tuples(plan_of(draft), "first", "second", "third")) == {(1, 2, 3)}
    draft["nodes"][1]["rows"] = 2
    assert ("too-few-values", "/nodes/3/columns/1/generator/lookup") in [(p.code, p.at) for p in read(draft).errors]


def test_keys_that_do_not_ascend_are_not_said_to_be_kept_in_order() -> None:
    draft = pairs("<", rows=20)
    draft["nodes"][1]["columns"] = [{"name": "id", "type": "int", "generator": {"sequence": {"start": 100, "step": -1}}}]
    assert "only-checked" in [problem.code for problem in read(draft).notes]


def test_an_entity_of_one_row_has_no_pairs() -> None:
    assert "too-few-values" in [problem.code for problem in read(pairs("<", rows=20, courses=1)).errors]


def test_two_keys_that_nothing_relates_are_said_to_draw_the_same_rows() -> None:
    free = pairs("!=", rows=20)
    del free["constraints"]["inequalities"]
    [told] = [problem for problem in read(free).notes if problem.code == "second-key"]
    assert told.at == "/nodes/3/columns/2/generator/lookup/from"
    assert "can hold the same one" in told.message
    assert '"op": "!="' in (told.hint or "")


def test_a_set_that_holds_another_one_needs_nothing_more(plan_of: PlanOf) -> None:
    draft = pairs("!=", rows=20, unique=[*BOTH, "taken.term"], extra=[lookup("term", "term.id")])
    draft["constraints"]["unique"] += [BOTH, BOTH[::-1]]
    found = tuples(plan_of(draft), "first", "second")
    assert sorted(found) == sorted(itertools.permutations(range(1, 6), 2))


def test_a_promise_that_is_said_twice_is_told() -> None:
    draft = pairs("!=", rows=20, unique=BOTH)
    draft["constraints"]["unique"].append(BOTH[::-1])
    draft["constraints"]["foreign_keys"] = [{"from": "taken.first", "to": "course.id"}] * 2
    told = [(problem.at, problem.code) for problem in read(draft).notes if problem.code == "said-twice"]
    assert told == [("/constraints/foreign_keys/1", "said-twice"), ("/constraints/unique/1", "said-twice")]


OTHER = {"alike": {}, "popular": {"weights_kind": "zipf@1"}, "some": {"where": "id > 3"}}


@pytest.mark.parametrize("more", OTHER.values(), ids=OTHER)
@pytest.mark.parametrize("distinct", [True, False])
def test_other_rows_than_the_own_ancestors_do_not_repeat(plan_of: PlanOf, more: dict[str, Any], distinct: bool) -> None:
    columns = [lookup("own", "student.id"), lookup("other", "student.id", **more, **({"distinct": True} if distinct else {}))]
    fact = {"parents": ["student"], "fanout": {"distribution": "constant", "value": 9}, "columns": columns}
    draft = school(fact, [] if distinct else [["taken.own", "taken.other"]])
    draft["nodes"][0]["rows"] = 14
    found = tuples(plan_of(draft), "own", "other")
    assert len(set(found)) == len(found) == 14 * 9
    assert all(own != other for own, other in found)
    if "where" in more:
        assert {other for _, other in found} == set(range(4, 15))


def test_what_is_left_out_leaves_the_weights_of_others_as_they_are() -> None:
    table = Discrete([0.5, 0.3, 0.2])
    numbering = Numbering(
        3,
        lambda _rows, numbers: Numbers(numbers),
        sizes=lambda parents: np.full(len(parents), 2),
        draw=lambda stream, names: table.sample(bits32(stream, names)).astype(np.int64),
        weights=lambda: np.array([0.5, 0.3, 0.2]),
        left_out=lambda parents: np.ones(len(parents), dtype=np.int64),
    )
    [factor] = factors(Combination("", "t", ("other",), per_parent=True), [numbering])
    names, out = np.arange(20_000), np.ones(20_000, dtype=np.int64)
    drawn = factor.draw(key(1, "t"), names, np.full(20_000, 2), out)
    # Of 0 and 2 the first comes with probability 5 / 7; four standard errors.
    assert abs((drawn == 0).mean() - 5 / 7) < 4 * np.sqrt(10 / 49 / 20_000)
    assert set(drawn.tolist()) == {0, 1}
    assert factor.weigh(np.array([0, 1]), np.array([1, 1])).tolist() == pytest.approx([1.0, 0.4])


@pytest.mark.parametrize("unique", [["taken.other", "taken.term"], ["taken.other"]])
def test_a_second_key_of_an_ancestor_is_not_said_to_be_kept_apart_in_a_whole_table(unique: list[str]) -> None:
    columns = [lookup("own", "student.id"), lookup("other", "student.id"), lookup("term", "term.id")]
    draft = school({"parents": ["student"], "columns": columns}, [unique])
    assert {problem.code for problem in read(draft).errors} <= {"too-few-values", "unique-not-made"}
    assert read(draft).errors
