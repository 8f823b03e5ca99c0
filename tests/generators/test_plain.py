"""Constants, truth values and identifiers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import RFC_4122, UUID

import numpy as np
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.schema.read import read
from tests.engine.test_promises import column
from tests.engine.test_rows import listed
from tests.statistics.test_generators import table

PlanOf = Callable[..., Plan]


def rows_of(plan_of: PlanOf, type_: str, generator: dict[str, Any], rows: int = 5, **more: Any) -> list[Any]:
    plan = plan_of(table([{"name": "x", "type": type_, "generator": generator, **more}], rows))
    return listed(plan.tables["t"].rows(range(rows)).values("x"))


@pytest.mark.parametrize(
    ("type_", "value", "held"),
    [
        ("string", "EUR", "EUR"),
        ("string", "", ""),
        ("int", 7, 7),
        ("float", 7, 7.0),
        ("bool", False, False),
        ("datetime", "1970-01-01T00:00:01Z", 1_000_000),
        ("date", "1970-01-03T00:00:00Z", 2),
    ],
)
def test_a_constant_stands_in_every_row(plan_of: PlanOf, type_: str, value: Any, held: Any) -> None:
    made = rows_of(plan_of, type_, {"constant": {"value": value}})
    assert made == [held] * 5
    assert {type(one) for one in made} == {type(held)}


@pytest.mark.parametrize("type_", ["string", "int", "float", "bool", "datetime", "date"])
def test_a_constant_null_is_null_in_every_row(plan_of: PlanOf, type_: str) -> None:
    assert rows_of(plan_of, type_, {"constant": {"value": None}}, nullable=True) == [None] * 5


@pytest.mark.parametrize(("p", "value"), [(0, 0), (1, 1)])
def test_what_never_or_always_happens_does_so_in_every_row(plan_of: PlanOf, p: int, value: int) -> None:
    assert rows_of(plan_of, "bool", {"bernoulli": {"p": p}}, 10_000) == [bool(value)] * 10_000
    assert rows_of(plan_of, "int", {"bernoulli": {"p": p}}, 10_000) == [value] * 10_000


def test_an_identifier_is_a_random_one_of_version_4_and_never_comes_twice(plan_of: PlanOf) -> None:
    made = rows_of(plan_of, "string", {"uuid": {}}, 20_000)
    found = [UUID(text) for text in made]
    assert [str(one) for one in found] == made
    assert {(one.version, one.variant) for one in found} == {(4, RFC_4122)}
    assert len(set(made)) == len(made)


def test_every_free_bit_of_an_identifier_is_set_in_half_of_the_rows(plan_of: PlanOf) -> None:
    rows = 20_000
    whole = np.array([list(UUID(text).bytes) for text in rows_of(plan_of, "string", {"uuid": {}}, rows)], np.uint8)
    shares = np.unpackbits(whole, axis=1).mean(axis=0)
    free = np.delete(shares, [48, 49, 50, 51, 64, 65])
    assert len(free) == 122
    # 122 bits, each a share of 1/2 of 20 000 rows: five standard errors.
    assert np.abs(free - 0.5).max() < 5 * 0.5 / rows**0.5


def test_an_identifier_can_be_a_key() -> None:
    draft = table([{"name": "x", "type": "string", "generator": {"uuid": {}}}])
    draft["nodes"][0]["pk"] = "x"
    assert read(draft).problems == ()


def test_scattered_identifiers_are_those_of_the_whole(plan_of: PlanOf) -> None:
    plan = plan_of(table([{"name": "x", "type": "string", "generator": {"uuid": {}}}], 100))
    whole = column(plan, "t", "x")
    assert listed(plan.tables["t"].rows(np.array([99, 3, 3])).values("x")) == [whole[99], whole[3], whole[3]]


@pytest.mark.parametrize(
    ("generator", "type_", "most"),
    [
        ({"pattern": {"regex": "[ab]{2}"}}, "string", 4),
        ({"pattern": {"regex": "[a-z]{12}"}}, "string", 6),
        ({"bernoulli": {"p": 0.9}}, "bool", 2),
        ({"bernoulli": {"p": 0.1}}, "int", 2),
        ({"bernoulli": {"p": 1}}, "bool", 1),
        ({"constant": {"value": "x"}}, "string", 1),
    ],
)
def test_values_do_not_repeat_within_a_parent_where_they_must_not(
    plan_of: PlanOf, generator: dict[str, Any], type_: str, most: int
) -> None:
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    above = {"name": "t_id", "type": "int", "generator": {"lookup": {"from": "t.id"}}}
    part = {"id": "part", "kind": "fact", "pk": "id", "parents": ["t"], "columns": [key, above]}
    draft = table([], 40)
    draft["nodes"].append(part | {"fanout": {"distribution": "uniform", "min": 0, "max": most}})
    part["columns"].append({"name": "x", "type": type_, "generator": generator})
    draft["constraints"] = {"unique": [["part.t_id", "part.x"]]}
    assert read(draft).errors == ()
    rows = plan_of(draft).tables["part"]
    made = rows.rows(range(rows.row_count))
    pairs = list(zip(listed(made.values("t_id")), listed(made.values("x")), strict=True))
    assert len(set(pairs)) == len(pairs) > 0
