"""Targets become SQL that says of the data what they ask for; the dag is held against what depends on what."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.engine.shapes import table_shape
from datagen_chat.schema.change import difference
from datagen_chat.schema.index import Index
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.read import read
from datagen_chat.schema.repair import repair
from datagen_chat.schema.target_checks import target_checks
from datagen_chat.values import Numbers, arrow

TARGETS = {
    "weekend_share": [{"table": "order", "timestamp": "placed_at", "min": 0.2, "max": 0.4}],
    "mean_in_range": [{"name": "price", "table": "order", "column": "quantity", "max": 9}],
    "composite_effect": [
        {
            "table": "order",
            "metric": "total",
            "influences": ["quantity", "product.price"],
            "tolerance": {"mae": 0.02, "mape": 0.1},
        }
    ],
}


@pytest.fixture
def priced(shop: dict[str, Any]) -> dict[str, Any]:
    """Return the shop with times and totals of its orders, and targets."""
    columns = shop["nodes"][2]["columns"]
    columns[:] = [column for column in columns if column["name"] not in ("placed_at", "quantity")]
    columns += [
        {"name": "placed_at", "type": "datetime", "generator": {"datetime_series": {"within": "timeframe"}}},
        {"name": "quantity", "type": "int", "generator": {"choice": {"choices": [1, 2, 5]}}},
        {"name": "total", "type": "float", "decimals": 2, "generator": {"expression": {"code": "quantity * product.price"}}},
    ]
    return shop | {"targets": TARGETS}


def answers(draft: dict[str, Any], path: Path, type_: str) -> list[float]:
    """Return what the SQL of all targets gives, its times stored as this type."""
    dataset = read(draft).valid()
    plan = Plan(dataset, 3)
    with duckdb.connect(str(path / "data.duckdb")) as connection:
        for name, table in plan.tables.items():
            rows = table.rows(range(table.row_count))
            shapes = table_shape(table).columns
            made = {shape.name: arrow(rows.values(shape.name), shape.arrow_type) for shape in shapes}
            connection.register("made", pa.table(made))
            replaced = "* REPLACE (CAST(placed_at AS TIMESTAMP) AS placed_at)" if name == "order" and type_ == "plain" else "*"
            connection.execute(f'CREATE TABLE "{name}" AS SELECT {replaced} FROM made')
        return [connection.execute(check.sql).fetchall()[0][0] for _, check in target_checks(Index(dataset))]


@pytest.mark.parametrize("type_", ["zoned", "plain"])
def test_targets_are_what_a_loop_over_the_rows_gives(priced: dict[str, Any], tmp_path: Path, type_: str) -> None:
    weekends, mean, error, share = answers(priced, tmp_path, type_)
    order = Plan(read(priced).valid(), 3).tables["order"]
    rows = order.rows(range(order.row_count))
    placed, quantity = rows.values("placed_at"), rows.values("quantity")
    assert isinstance(placed, Numbers)
    assert isinstance(quantity, Numbers)
    days = [datetime.fromtimestamp(at / 1e6, UTC).weekday() for at in placed.data.tolist()]
    assert weekends == pytest.approx(np.mean([day >= 5 for day in days]))
    assert mean == pytest.approx(quantity.data.mean())
    assert 0 <= error <= 0.005
    assert 0 <= share < 0.001


def test_bounds_become_those_of_the_checks(priced: dict[str, Any]) -> None:
    found = [(at, check.min, check.max) for at, check in target_checks(Index(read(priced).valid()))]
    assert found == [
        ("/targets/weekend_share/0", 0.2, 0.4),
        ("/targets/mean_in_range/0", None, 9.0),
        ("/targets/composite_effect/0", None, 0.02),
        ("/targets/composite_effect/0", None, 0.1),
    ]


MISTAKES = [
    ("weekend_share", {"table": "ordr", "timestamp": "placed_at", "min": 0.1}, "/table", "unknown-table"),
    ("weekend_share", {"table": "order", "timestamp": "total", "min": 0.1}, "/timestamp", "reference-type"),
    ("weekend_share", {"table": "order", "timestamp": "placed_at"}, "", "no-bounds"),
    ("mean_in_range", {"table": "order", "column": "totl", "min": 1}, "/column", "unknown-column"),
    ("mean_in_range", {"table": "order", "column": "total", "min": 3, "max": 1}, "/max", "empty-range"),
    ("composite_effect", {"table": "order", "metric": "total", "influences": ["quantity"], "tolerance": {}},
     "/tolerance", "no-bounds"),
    ("composite_effect", {"table": "product", "metric": "price", "influences": ["order.total"], "tolerance": {"mae": 1}},
     "/influences/0", "not-an-ancestor"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "target", "at", "code"), MISTAKES)
def test_a_mistake_in_a_target_is_found_at_its_place(
    priced: dict[str, Any], kind: str, target: dict[str, Any], at: str, code: str
) -> None:
    priced["targets"] = {kind: [target]}
    assert [(problem.at, problem.code) for problem in read(priced).errors] == [(f"/targets/{kind}/0{at}", code)]


@pytest.mark.parametrize(
    "written",
    [
        {"weekend_share": TARGETS["weekend_share"][0]},
        [{"type": "weekend_share", **TARGETS["weekend_share"][0]}],
        {"weekend_share": [{"table": "order", "column": "placed_at", "at_least": "0.2", "max": 0.4}]},
    ],
)
def test_targets_in_other_shapes_are_mended(priced: dict[str, Any], written: Any) -> None:
    priced["targets"] = written
    repaired = repair(priced)
    assert repaired.reading.errors == ()
    assert repaired.draft["targets"] == {"weekend_share": TARGETS["weekend_share"]}


def test_renamed_tables_and_columns_are_followed_into_targets_and_the_dag(priced: dict[str, Any]) -> None:
    priced["dag"] = [["customer", "product"], ["order"]]
    patch = {"nodes": {"order": {"$rename": "sale", "columns": {"placed_at": {"$rename": "sold_at"}}}}}
    patched = apply_patch(priced, patch)
    assert read(patched.draft).errors == ()
    assert patched.draft["targets"]["weekend_share"][0]["table"] == "sale"
    assert patched.draft["targets"]["weekend_share"][0]["timestamp"] == "sold_at"
    assert patched.draft["dag"] == [["customer", "product"], ["sale"]]
    assert difference(priced, patched.draft)


DAGS = [
    ([["customer", "product"], ["order"]], []),
    ([["customer"], ["order"]], []),
    ([], []),
    ([["order"], ["customer", "product"]], [("/dag/0/0", "dag-order")]),
    ([["customer", "order"], ["product"]], [("/dag/0/1", "dag-order")]),
    ([["customer", "ordr"]], [("/dag/0/1", "unknown-table")]),
    ([["customer"], ["customer"]], [("/dag/1/0", "repeated-table")]),
]


@pytest.mark.parametrize(("dag", "problems"), DAGS)
def test_the_dag_is_held_against_what_tables_depend_on(
    shop: dict[str, Any], dag: list[list[str]], problems: list[tuple[str, str]]
) -> None:
    assert [(problem.at, problem.code) for problem in read(shop | {"dag": dag}).errors] == problems
