"""An exact total of rows below a table whose own rows come by chance: it is made, or nothing is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.problems import Problem, SchemaError
from datagen_chat.schema.read import read
from tests.cli.running import datagen

KEY = {"name": "id", "type": "int", "generator": {"sequence": {}}}
TIER = {"name": "tier", "type": "string", "generator": {"choice": {"choices": ["a", "b"]}}}
DAYS = {
    "name": "day",
    "type": "date",
    "generator": {
        "datetime_series": {
            "within": {"start": "2024-01-01T00:00:00Z", "end": "2024-01-04T00:00:00Z"},
            "freq": "D",
            "distinct": True,
        }
    },
}
TWO, POISSON = {"distribution": "uniform", "min": 2, "max": 2}, {"distribution": "poisson", "lambda": 2}
BY_TIER = {"case": {"on": "tier", "when": {"a": POISSON}, "else": TWO}}


def shop(rows: int, fanout: dict[str, Any] | None, *more: dict[str, Any]) -> dict[str, Any]:
    """Return two customers with orders by chance, on average one for both, and an exact number of items of the orders."""
    customer = {"id": "customer", "kind": "entity", "pk": "id", "rows": 2, "columns": [KEY]}
    hung = [("order", "customer", [TIER]), ("item", "order", list(more))]
    order, item = (
        {"id": name, "kind": "fact", "pk": "id", "parents": [above], "columns": [KEY, _key(above), *columns]}
        for name, above, columns in hung
    )
    order["fanout"] = {"distribution": "poisson", "lambda": 0.5}
    item |= {"rows": rows} | ({} if fanout is None else {"fanout": fanout})
    keys = [{"from": f"{name}.{above}_id", "to": f"{above}.id"} for name, above, _ in hung]
    nodes = [customer, order, item]
    return {"version": "1.0", "metadata": {"name": "shop"}, "constraints": {"foreign_keys": keys}, "nodes": nodes}


def _key(above: str) -> dict[str, Any]:
    return {"name": f"{above}_id", "type": "int", "generator": {"lookup": {"from": f"{above}.id"}}}


def outcome(draft: dict[str, Any], seed: int) -> tuple[int, int | Problem]:
    """Return how many orders there are, and how many items, or why there are none."""
    plan = Plan(read(draft).valid(), seed)
    orders = plan.tables["order"].row_count
    try:
        return orders, plan.tables["item"].row_count
    except SchemaError as error:
        [problem] = error.problems
        return orders, problem


@pytest.mark.parametrize("fanout", [None, POISSON, {"distribution": "geometric", "mean": 2}, BY_TIER, TWO | {"max": 9}])
@pytest.mark.parametrize("more", [(), (DAYS,)])
def test_a_total_below_a_table_of_some_rows_is_made_and_below_an_empty_one_refused(
    fanout: dict[str, Any] | None, more: tuple[dict[str, Any], ...]
) -> None:
    draft, orders_seen = shop(3, fanout, *more), set[bool]()
    for seed in range(20):
        orders, items = outcome(draft, seed)
        orders_seen.add(orders > 0)
        if not orders:
            assert isinstance(items, Problem)
            assert (items.code, items.at) == ("rows-out-of-reach", "/nodes/2/rows")
            assert items.message == "item cannot have 3 rows: order, which they hang off, has none with this seed."
        else:
            assert items == 3 or (isinstance(items, Problem) and items.code == "rows-out-of-reach")
    assert orders_seen == {True, False}


@pytest.mark.parametrize(("rows", "allowed"), [(2, {1}), (4, {2}), (6, {3})])
def test_a_total_that_the_fanout_does_not_allow_for_the_parents_that_came_out_is_refused(rows: int, allowed: set[int]) -> None:
    """With exactly two items for each order, a total of 4 is one of two orders."""
    draft, made = shop(rows, TWO), set[int]()
    for seed in range(60):
        orders, items = outcome(draft, seed)
        if orders in allowed:
            assert items == rows
            made.add(orders)
        else:
            assert isinstance(items, Problem)
            assert items.code == "rows-out-of-reach"
    assert made == allowed


def test_no_rows_below_an_empty_table_are_a_total_that_is_made() -> None:
    for fanout in (POISSON, BY_TIER):
        assert {outcome(shop(0, fanout), seed)[1] for seed in range(20)} == {0}


def test_nothing_is_written_where_a_total_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text(json.dumps(shop(3, POISSON)))
    seed = next(seed for seed in range(20) if not outcome(shop(3, POISSON), seed)[0])
    done = datagen("generate", tmp_path / "shop.json", "-o", tmp_path / "out", "--seed", seed)
    assert done.returncode == 2
    assert "[rows-out-of-reach]" in done.stderr
    assert "or take another seed" in " ".join(done.stderr.split())
    assert not (tmp_path / "out").exists()
