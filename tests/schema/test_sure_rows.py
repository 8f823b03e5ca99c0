"""How many rows chance surely makes is known before the first row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.schema.index import Index
from datagen_chat.schema.read import read
from datagen_chat.schema.row_ranges import sure_rows

HOURS_OF_2025 = 8760  # of a year that is no leap year
TIME = {"datetime_series": {"within": "timeframe", "freq": "H"}}


def node(name: str, columns: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    return {"id": name, "kind": "fact" if "parents" in more else "entity", "pk": "id", "columns": [key, *columns]} | more


def key_to(parent: str) -> dict[str, Any]:
    return {"name": f"{parent}_id", "type": "int", "generator": {"lookup": {"from": f"{parent}.id"}}}


def visits(columns: list[dict[str, Any]], fanout: dict[str, Any], unique: list[Any] | None = None) -> dict[str, Any]:
    return {
        "version": "1.0",
        "metadata": {"name": "visits"},
        "timeframe": {"start": "2025-01-01T00:00:00Z", "end": "2025-12-31T23:00:00Z"},
        "nodes": [
            node("site", [], rows=1000),
            node("visit", [key_to("site"), *columns], parents=["site"], fanout=fanout),
        ],
        "constraints": {"unique": unique or []},
    }


def hourly(**more: Any) -> dict[str, Any]:
    return {"name": "at", "type": "datetime", "generator": TIME, **more}


POISSON = {"distribution": "poisson", "lambda": 3000}
SIDE = {"name": "side", "type": "string", "generator": {"choice": {"choices": ["a", "b"]}}}


@pytest.mark.parametrize(
    ("columns", "unique", "at", "values"),
    [
        ([hourly(unique=True)], [], "/nodes/1/columns/2/unique", "only 8,760 different values"),
        ([hourly(), SIDE], [{"table": "visit", "columns": ["at", "side"]}], "/constraints/unique/0", "17520 values"),
    ],
)
def test_fewer_values_than_the_rows_that_chance_makes_are_a_problem(
    columns: list[dict[str, Any]], unique: list[Any], at: str, values: str
) -> None:
    (problem,) = read(visits(columns, POISSON, unique)).errors
    assert (problem.at.removesuffix("/unique"), problem.code) == (at.removesuffix("/unique"), "too-few-values")
    assert "about 3,000,000 rows" in problem.message
    assert values in problem.message


@pytest.mark.parametrize("mean", [8.0, HOURS_OF_2025 / 1000, 9.0])
def test_rows_that_chance_may_keep_below_the_values_are_none(mean: float) -> None:
    assert read(visits([hourly(unique=True)], {"distribution": "poisson", "lambda": mean})).errors == ()


def test_rows_that_their_parents_leave_no_room_for_are_not_counted() -> None:
    """Each site has room for two visits, and so 2,000 of them for 8,760 hours."""
    sides = [{"table": "visit", "columns": ["site_id", "side"]}]
    assert read(visits([hourly(unique=True), SIDE], POISSON, sides)).errors == ()


@pytest.mark.parametrize(
    ("fanout", "mean"),
    [
        ({"distribution": "poisson", "lambda": 3}, 3),
        ({"distribution": "poisson", "lambda": 3, "max": 1}, 0.9502),  # 1 - e^-3
        ({"distribution": "geometric", "mean": 5}, 5),
        ({"distribution": "uniform", "min": 0, "max": 4}, 2),
        ({"distribution": "constant", "value": 7}, 7),
        ({"distribution": "choice", "values": [0, 100], "weights": [9, 1]}, 10),
    ],
)
def test_no_seed_makes_fewer_rows_than_are_sure(plan_of: Callable[..., Plan], fanout: dict[str, Any], mean: float) -> None:
    draft = visits([], fanout)
    draft["nodes"].append(node("step", [key_to("visit")], parents=["visit"], fanout={"distribution": "poisson", "lambda": 2}))
    index = Index(read(draft).valid())
    about, fewest = sure_rows(index, "step")
    assert about == pytest.approx(2000 * mean, rel=1e-3)
    for seed in range(5):
        made = plan_of(draft, seed=seed).tables["step"].row_count
        assert fewest <= made
        assert made == pytest.approx(about, rel=0.5)  # 5 standard errors of the widest: the square root of 9 / 1000 · 5
