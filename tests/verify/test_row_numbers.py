"""What is said of the order of rows is asked where their keys tell it, whichever way these count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.verify.mutations import changed, dataset_of, failing, verified, write

Json = dict[str, Any]
UP, DOWN, WIDE = ({"sequence": {"start": start, "step": step}} for start, step in ((5, 2), (900, -3), (-(9 * 10**18), 10**17)))


def column(name: str, type_: str, generator: Json) -> Json:
    return {"name": name, "type": type_, "generator": generator}


def shop(key: Json, type_: str = "int") -> Json:
    """Return a schema of customers with three orders each, which have such keys."""
    ends = [
        column(f"{op}_{name}", type_, {"aggregate": {"of": f"order.{name}", "op": op}})
        for op in ("first", "last")
        for name, type_ in (("amount", "int"), ("at", "datetime"))
    ]
    orders = [
        column("id", type_, key),
        column("customer_id", "int", {"lookup": {"from": "customer.id"}}),
        column("amount", "int", {"distribution": {"type": "uniform", "params": {"low": 1, "high": 1000}}}),
        column("at", "datetime", {"datetime_series": {"within": "timeframe", "freq": "min"}}),
        column("place", "int", {"sequence": {"start": 0}}),
    ]
    fanout = {"distribution": "constant", "value": 3}
    return {
        "version": "1.0",
        "metadata": {"name": "shop"},
        "timeframe": {"start": "2025-01-01T00:00:00Z", "end": "2025-12-31T00:00:00Z"},
        "nodes": [
            {"id": "customer", "kind": "entity", "pk": "id", "rows": 40, "columns": [column("id", "int", UP), *ends]},
            {"id": "order", "kind": "fact", "pk": "id", "parents": ["customer"], "fanout": fanout, "columns": orders},
        ],
    }


@pytest.mark.parametrize("key", [UP, DOWN, WIDE], ids=str)
def test_what_goes_by_the_order_of_rows_is_asked(key: Json, tmp_path: Path) -> None:
    draft = shop(key)
    write(dataset_of(draft), tmp_path)
    found = verified(draft, tmp_path)
    assert failing(found) == set()
    asked = {(one.claim.kind, one.claim.place) for one in found.of("holds")}
    ends = {("aggregate", f"customer.{op}_{name}") for op in ("first", "last") for name in ("amount", "at")}
    assert ends | {("ascending", "order.at"), ("sequence", "order.place"), ("sequence", "order.id")} <= asked


def test_what_goes_by_the_order_of_rows_is_not_asked_where_keys_do_not_say_it(tmp_path: Path) -> None:
    draft = shop({"uuid": {}}, "string")
    write(dataset_of(draft), tmp_path)
    found = verified(draft, tmp_path)
    assert failing(found) == set()
    assert {one.claim.kind for one in found.of("skipped")} == {"aggregate", "ascending", "sequence"}


@pytest.mark.parametrize("key", [UP, DOWN], ids=str)
def test_times_that_go_back_and_ends_that_are_others_are_found(key: Json, tmp_path: Path) -> None:
    draft = shop(key)
    write(dataset_of(draft), tmp_path)
    swapped = '(SELECT "at" FROM "order" WHERE place = 1 - o.place)'
    sql = f'SELECT * REPLACE (CASE WHEN place < 2 THEN {swapped} ELSE "at" END AS "at") FROM "order" AS o'
    changed(tmp_path, "order", sql)
    assert failing(verified(draft, tmp_path)) == {("ascending", "order.at"), ("aggregate", "customer.first_at")}
