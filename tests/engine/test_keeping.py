"""Columns that other tables read: kept or made again, they are the same."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.keeping import Kept, Shelf
from datagen_chat.engine.plan import Plan, TablePlan
from datagen_chat.generators.base.rows import Rows
from datagen_chat.schema.read import read
from datagen_chat.values import Numbers, Values
from tests.engine.test_rows import listed

ROWS = 70_000  # more than are held for lookups without being asked for


def column(name: str, type_: str, generator: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, "generator": generator, **rest}


def always(value: int) -> dict[str, Any]:
    return {"distribution": "constant", "value": value}


def planned(room: int) -> Plan:
    """Return customers with orders, whose columns read those of customers above and of friends that are looked up."""
    draw = {"distribution": {"type": "uniform", "params": {"low": 0, "high": 1}}}
    window = {"start": "customer.since", "end": "timeframe.end"}
    customer = [
        column("id", "int", {"sequence": {}}),
        column("tier", "string", {"choice": {"choices": ["a", "b"]}}, null_rate=0.1),
        column("since", "datetime", {"datetime_series": {"within": "timeframe", "freq": "min"}}),
        column("discount", "float", draw, null_rate=0.3),
    ]
    order = [
        column("id", "int", {"sequence": {}}),
        column("customer_id", "int", {"lookup": {"from": "customer.id"}}),
        column("at", "datetime", {"datetime_series": {"within": window}}),
        column("tier", "string", {"lookup": {"from": "customer.tier"}}, nullable=True),
        column("friend_id", "int", {"lookup": {"from": "friend.id"}}),
        column("theirs", "float", {"lookup": {"from": "friend.discount", "on": "friend_id"}}, nullable=True),
    ]
    fanout = {"case": {"on": "customer.tier", "when": {"a": always(2)}, "else": always(1)}}
    nodes = [
        {"id": "customer", "kind": "entity", "pk": "id", "rows": ROWS, "columns": customer},
        {"id": "friend", "kind": "entity", "pk": "id", "rows": ROWS, "columns": customer},
        {"id": "order", "kind": "fact", "pk": "id", "parents": ["customer"], "fanout": fanout, "columns": order},
    ]
    timeframe = {"start": "2024-01-01T00:00:00Z", "end": "2025-01-01T00:00:00Z", "freq": "H"}
    draft = {"version": "1.0", "metadata": {"name": "shop"}, "timeframe": timeframe, "nodes": nodes}
    plan = Plan(read(draft).valid(), 7)
    plan.shelf = Shelf(room)
    return plan


def everything(plan: Plan, table: str, step: int) -> dict[str, list[Any]]:
    owner = plan.tables[table]
    made: dict[str, list[Any]] = {name: [] for name in owner.samplers}
    for start in range(0, owner.row_count, step):
        rows = owner.rows(range(start, min(start + step, owner.row_count)))
        for name, values in made.items():
            values += listed(rows.values(name))
    return made


@pytest.mark.parametrize("tables", [("customer", "friend", "order"), ("order", "friend", "customer", "order")])
def test_what_is_kept_is_what_would_be_made_again(tables: tuple[str, ...]) -> None:
    keeping, forgetting = planned(1 << 25), planned(0)
    for table in tables:
        assert everything(keeping, table, 30_000) == everything(forgetting, table, 50_001)


def counting(plan: Plan) -> tuple[TablePlan, list[int], Kept]:
    table, asked = plan.tables["customer"], list[int]()
    sampler = table.samplers["discount"]

    def made(rows: Rows) -> Values:
        asked.append(len(rows))
        return sampler(rows)

    return table, asked, Kept(table, made)


def test_rows_that_were_made_in_order_are_not_made_again() -> None:
    table, asked, kept = counting(planned(1 << 25))
    for block in (range(20_000), range(10_000, 40_000)):
        kept(table.rows(block))
    kept(table.rows(range(5, 39_000)))
    kept(table.rows(np.array([39_999, 3])))
    assert asked == [20_000, 30_000]


def test_rows_here_and_there_are_made_apart_until_as_many_were_asked_for_as_there_are() -> None:
    table, asked, kept = counting(planned(1 << 25))
    some = np.arange(0, ROWS, 7)
    for _ in range(20):
        kept(table.rows(some))
    assert sum(asked) <= 2 * ROWS
    assert listed(kept(table.rows(some))) == listed(table.rows(range(ROWS)).values("discount").take(some))


def test_a_plan_keeps_no_more_than_it_has_room_for() -> None:
    plan = planned(ROWS * 8 - 1)
    table, asked, kept = counting(plan)
    for _ in range(2):
        kept(table.rows(range(ROWS)))
    assert asked == [ROWS, ROWS]
    assert plan.shelf.take(ROWS * 8 - 1)


def test_a_table_that_is_written_makes_its_own_rows() -> None:
    plan = planned(1 << 25)
    table, asked, kept = counting(plan)
    kept(table.rows(range(10)))
    with plan.tellings.of_table("order"):
        kept(table.rows(range(10)))
    with plan.tellings.of_table("customer"):
        kept(table.rows(range(10)))
    assert asked == [10, 10]


def test_values_of_another_kind_are_not_kept_and_leave_their_room() -> None:
    plan = planned(ROWS * 8)
    table = plan.tables["customer"]
    kinds = iter([np.int64, np.float64, np.int64, np.int64])
    kept = Kept(table, lambda rows: Numbers(np.zeros(len(rows), next(kinds))))
    made = [kept(table.rows(block)) for block in (range(5), range(5, 10), range(5), range(5))]
    assert [values.data.dtype for values in made if isinstance(values, Numbers)] == [np.int64, np.float64, np.int64, np.int64]
    assert plan.shelf.take(ROWS * 8)


def test_a_column_is_read_while_another_worker_gives_up_keeping_it() -> None:
    table = planned(1 << 25).tables["customer"]
    kinds = {0: np.int64, 5: np.float64}
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(1) as pool:
            for _ in range(300):
                kept = Kept(table, lambda rows: Numbers(np.full(len(rows), 7, kinds[rows.numbers[0]])))
                kept(table.rows(range(5)))
                given_up = pool.submit(kept, table.rows(range(5, 10)))
                while not given_up.done():
                    assert listed(kept(table.rows(range(5)))) == [7] * 5
    finally:
        sys.setswitchinterval(before)


def test_an_estimate_may_ask_for_more_rows_than_a_kept_column_has() -> None:
    """It asks for the first two thousand parents, before anybody has counted them."""
    key = column("id", "int", {"sequence": {}})
    size = column("size", "float", {"distribution": {"type": "normal", "params": {"mu": 5, "sigma": 1}}}, decimals=2)
    read_on = column("size", "float", {"expression": {"code": "order.size"}}, decimals=2)
    dataset = read(
        {
            "version": "1.0",
            "metadata": {"name": "t"},
            "nodes": [
                {"id": "customer", "kind": "entity", "pk": "id", "rows": 9, "columns": [key]},
                {
                    "id": "order",
                    "kind": "fact",
                    "pk": "id",
                    "parents": ["customer"],
                    "fanout": always(2),
                    "columns": [key, size],
                },
                {
                    "id": "line",
                    "kind": "fact",
                    "pk": "id",
                    "parents": ["order"],
                    "fanout": always(2),
                    "columns": [key, read_on],
                },
            ],
        }
    ).valid()
    plan = Plan(dataset, 1)
    orders, lines = plan.tables["order"], plan.tables["line"]
    before = listed(orders.rows(range(orders.row_count)).values("size"))
    lines.rows(range(2)).values("size")
    assert listed(orders.rows(range(2000)).values("size"))[:18] == before
    assert listed(lines.rows(range(36)).values("size"))[::2] == before
