"""Any rows can be made alone: in one piece, in several, or scattered, always with the same values."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen_chat.engine.plan import HELD_ROWS, Plan
from datagen_chat.schema.model import Dataset
from datagen_chat.values import Values
from tests.conftest import SCHEMAS, draft
from tests.engine.test_promises import column, words_of

PlanOf = Callable[..., Plan]


def listed(values: Values) -> list[Any]:
    """Return values as plain Python values, None for nulls."""
    if not hasattr(values, "data"):
        return words_of(values)
    found = values.data.tolist()
    return found if values.valid is None else [v if ok else None for v, ok in zip(found, values.valid, strict=True)]


@pytest.fixture(scope="module", params=SCHEMAS)
def plan(request: pytest.FixtureRequest, plan_of: PlanOf) -> Plan:
    return plan_of(draft(request.param))


def test_a_split_anywhere_changes_nothing(plan: Plan) -> None:
    for table in plan.tables.values():
        whole = table.rows(range(table.row_count))
        cuts = sorted({0, 1, table.row_count // 3, table.row_count // 3 + 1, table.row_count})
        for name in table.samplers:
            pieces = [listed(table.rows(range(a, b)).values(name)) for a, b in pairwise(cuts)]
            assert [value for piece in pieces for value in piece] == listed(whole.values(name)), (table.name, name)


def test_scattered_rows_are_the_rows_of_the_whole(plan: Plan) -> None:
    for table in plan.tables.values():
        numbers = np.array([table.row_count - 1, 0, table.row_count // 2, 0, table.row_count // 3], dtype=np.int64)
        whole, some = table.rows(range(table.row_count)), table.rows(numbers)
        for name in table.samplers:
            assert listed(some.values(name)) == [listed(whole.values(name))[n] for n in numbers], (table.name, name)


def test_no_rows_are_made_without_complaint(plan: Plan) -> None:
    for table in plan.tables.values():
        for name in table.samplers:
            assert len(table.rows(range(0)).values(name)) == 0


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_cut_of_a_long_parent_gives_the_same_ordered_times(data: st.DataObject) -> None:
    plan = _long_parents()
    table = plan.tables["event"]
    whole = table.rows(range(table.row_count)).values("at").data
    start = data.draw(st.integers(0, table.row_count - 1))
    stop = data.draw(st.integers(start + 1, min(table.row_count, start + 9000)))
    assert (table.rows(range(start, stop)).values("at").data == whole[start:stop]).all()
    numbers = np.array(data.draw(st.lists(st.integers(0, table.row_count - 1), min_size=1, max_size=50)), dtype=np.int64)
    assert (table.rows(numbers).values("at").data == whole[numbers]).all()


def _long_parents() -> Plan:
    return Plan(
        Dataset.model_validate(
            {
                "version": "1.0",
                "metadata": {"name": "long"},
                "nodes": [
                    {"id": "host", "kind": "entity", "pk": "id", "rows": 5, "columns": [_id()]},
                    {
                        "id": "event",
                        "kind": "fact",
                        "pk": "id",
                        "parents": ["host"],
                        "fanout": {"distribution": "uniform", "min": 1000, "max": 6000},
                        "columns": [_id(), {"name": "at", "type": "datetime", "generator": _seconds()}],
                    },
                ],
            }
        ),
        7,
    )


def _id() -> dict[str, Any]:
    return {"name": "id", "type": "int", "generator": {"sequence": {}}}


def _seconds() -> dict[str, Any]:
    window = {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z"}
    return {"datetime_series": {"within": window, "freq": "s"}}


def _family(rows: int) -> dict[str, Any]:
    """Return a schema with a tree, a popular table larger than what is held, and keys that are followed twice."""
    lookup = {"name": "city_id", "type": "int", "generator": {"lookup": {"from": "city.id"}}}
    return {
        "version": "1.0",
        "metadata": {"name": "family"},
        "nodes": [
            {
                "id": "city",
                "kind": "entity",
                "pk": "id",
                "rows": rows,
                "columns": [
                    {"name": "id", "type": "int", "generator": {"sequence": {"start": 100, "step": 3}}},
                    {"name": "size", "type": "float", "generator": _normal()},
                ],
            },
            {
                "id": "person",
                "kind": "entity",
                "pk": "id",
                "rows": 400,
                "columns": [
                    _id(),
                    lookup,
                    {"name": "city_size", "type": "float", "generator": {"lookup": {"from": "city.size", "on": "city_id"}}},
                    {"name": "boss", "type": "int", "nullable": True, "generator": {"lookup": {"from": "person.id"}}},
                    {
                        "name": "boss_city",
                        "type": "int",
                        "nullable": True,
                        "generator": {"lookup": {"from": "person.city_id", "on": "boss"}},
                    },
                ],
            },
            {
                "id": "visit",
                "kind": "fact",
                "pk": "id",
                "parents": ["person"],
                "fanout": {"distribution": "poisson", "lambda": 2},
                "columns": [
                    _id(),
                    {"name": "person_id", "type": "int", "generator": {"lookup": {"from": "person.id"}}},
                    {"name": "home", "type": "int", "generator": {"lookup": {"from": "person.city_id", "on": "person_id"}}},
                    {"name": "home_size", "type": "float", "generator": {"lookup": {"from": "city.size", "on": "home"}}},
                ],
            },
        ],
    }


def _normal() -> dict[str, Any]:
    return {"distribution": {"type": "normal", "params": {"mu": 0, "sigma": 100}}}


@pytest.mark.parametrize("rows", [50, HELD_ROWS + 5000])
def test_on_takes_the_value_from_the_row_that_the_key_points_at(plan_of: PlanOf, rows: int) -> None:
    plan = plan_of(_family(rows))
    sizes = dict(zip(column(plan, "city", "id").tolist(), column(plan, "city", "size").tolist(), strict=True))
    assert [sizes[key] for key in column(plan, "person", "city_id").tolist()] == column(plan, "person", "city_size").tolist()
    assert [sizes[key] for key in column(plan, "visit", "home").tolist()] == column(plan, "visit", "home_size").tolist()


def test_a_lookup_into_its_own_table_makes_a_tree(plan_of: PlanOf) -> None:
    plan = plan_of(_family(50))
    rows = plan.tables["person"].rows(range(400))
    bosses, cities = listed(rows.values("boss")), listed(rows.values("city_id"))
    assert bosses[0] is None
    assert all(boss < own for own, boss in enumerate(bosses[1:], 2))
    assert listed(rows.values("boss_city")) == [None, *(cities[boss - 1] for boss in bosses[1:])]


def test_a_root_that_cannot_be_null_points_at_itself(plan_of: PlanOf) -> None:
    written = _family(50)
    written["nodes"][1]["columns"][3]["nullable"] = False
    assert column(plan_of(written), "person", "boss")[0] == 1


def test_null_rates_are_met_within_four_standard_errors(plan_of: PlanOf) -> None:
    written = _family(50)
    written["nodes"][0] |= {"rows": 40_000}
    written["nodes"][0]["columns"][1]["null_rate"] = 0.2
    table = plan_of(written).tables["city"]
    valid = table.rows(range(40_000)).values("size").valid
    assert valid is not None
    assert abs((~valid).mean() - 0.2) < 4 * (0.2 * 0.8 / 40_000) ** 0.5


def test_nulls_do_not_change_the_other_values(plan_of: PlanOf) -> None:
    written = _family(50)
    before = column(plan_of(written), "city", "size")
    written["nodes"][0]["columns"][1]["null_rate"] = 0.5
    after = plan_of(written).tables["city"].rows(range(50)).values("size")
    assert after.valid is not None
    assert (before == after.data)[after.valid].all()
