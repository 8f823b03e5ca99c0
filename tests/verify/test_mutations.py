"""Good data holds; data that is changed in one place breaks exactly the claims that the place is about."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import pytest

from datagen_chat.verify.claims import Verification
from tests.verify.mutations import changed, dataset_of, failing, verified, write

Json = dict[str, Any]


def column(name: str, type_: str, generator: Json, **more: Any) -> Json:
    return {"name": name, "type": type_, "generator": generator, **more}


def key(name: str) -> Json:
    return column(name, "int", {"sequence": {"start": 1}})


PRICE = {"mu": 2, "sigma": 0.5}
LATER = {"start": "customer.joined", "end": "2026-06-30T00:00:00Z"}
SHOP: Json = {
    "version": "1.0",
    "metadata": {"name": "shop"},
    "timeframe": {"start": "2025-01-01T00:00:00Z", "end": "2025-12-31T00:00:00Z"},
    "constraints": {
        "foreign_keys": [{"from": "order.customer_id", "to": "customer.customer_id"}],
        "unique": [{"table": "customer", "columns": ["house", "street"]}],
        "ranges": [{"attr": "customer.age", "min": 18, "max": 99}],
        "inequalities": [{"left": "customer.joined", "op": "<=", "right": "order.ordered_at"}],
        "pattern": [{"attr": "customer.code", "regex": "[A-Z]{2}\\d+"}],
        "enum": [{"attr": "order.status", "values": ["new", "paid", "sent"]}],
    },
    "nodes": [
        {
            "id": "customer",
            "kind": "entity",
            "pk": "customer_id",
            "rows": 400,
            "columns": [
                key("customer_id"),
                column("code", "string", {"pattern": {"regex": "[A-Z]{2}\\d{4}"}}),
                column("tier", "string", {"choice": {"choices": ["gold", "silver", "plain"], "weights": [0.1, 0.3, 0.6]}}),
                column("email", "string", {"faker": {"method": "email"}}, null_rate=0.2),
                column("age", "int", {"distribution": {"type": "uniform", "params": {"low": 18, "high": 90}}}),
                column("joined", "datetime", {"datetime_series": {"within": "timeframe", "freq": "H"}}),
                column("house", "int", {"distribution": {"type": "uniform", "params": {"low": 1, "high": 500}}}),
                column("street", "string", {"choice": {"choices": ["Elm", "Oak", "Ash", "Fir"]}}),
            ],
        },
        {
            "id": "product",
            "kind": "entity",
            "pk": "product_id",
            "rows": 50,
            "columns": [
                key("product_id"),
                column("price", "float", {"distribution": {"type": "lognormal", "params": PRICE, "clamp": [3, 90]}}),
            ],
        },
        {
            "id": "order",
            "kind": "fact",
            "pk": "order_id",
            "parents": ["customer"],
            "fanout": {"distribution": "poisson", "lambda": 4, "max": 12},
            "columns": [
                key("order_id"),
                column("customer_id", "int", {"lookup": {"from": "customer.customer_id"}}),
                column("ordered_at", "datetime", {"datetime_series": {"within": LATER, "freq": "min"}}),
                column("status", "string", {"choice": {"choices": ["new", "paid", "sent"], "weights": [1, 2, 7]}}),
                column("total", "float", {"aggregate": {"of": "item.line_total", "op": "sum"}}),
                column("lines", "int", {"aggregate": {"of": "item.item_id", "op": "count"}}),
            ],
        },
        {
            "id": "item",
            "kind": "fact",
            "pk": "item_id",
            "parents": ["order"],
            "fanout": {"distribution": "uniform", "min": 1, "max": 4},
            "columns": [
                key("item_id"),
                column("order_id", "int", {"lookup": {"from": "order.order_id"}}),
                column("product_id", "int", {"lookup": {"from": "product.product_id"}}),
                column("unit_price", "float", {"lookup": {"from": "product.price", "on": "product_id"}}),
                column("quantity", "int", {"choice": {"choices": [1, 2, 3]}}),
                column("line_total", "float", {"expression": {"code": "quantity * unit_price"}}),
            ],
        },
    ],
    "checks": [{"name": "customers", "sql": "SELECT count(*) FROM customer", "equals": 400}],
    "targets": {"mean_in_range": [{"table": "customer", "column": "age", "min": 40, "max": 70}]},
}  # fmt: skip


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write(dataset_of(SHOP), folder)
    return folder


@pytest.fixture
def data(shop: Path, tmp_path: Path) -> Path:
    """Return a folder with good data of its own."""
    return Path(shutil.copytree(shop, tmp_path / "data"))


def test_good_data_keeps_every_claim(data: Path) -> None:
    found = verified(SHOP, data)
    assert failing(found) == set()
    pair, window = {"customer.house", "customer.street"}, {"order.ordered_at"}  # drawn together; begins at a column
    assert {finding.claim.place for finding in found.of("skipped")} == pair | window
    assert {finding.claim.kind for finding in found.findings} == {
        "columns", "type", "rows", "null", "null-share", "primary-key", "foreign-key", "unique", "range", "clamp", "pattern",
        "enum", "inequality", "window", "ascending", "fanout", "fanout-mean", "fanout-shares", "shares", "law", "mean",
        "aggregate", "copy", "expression", "check", "target", "bounds", "sequence", "grid", "decimals",
    }  # fmt: skip


MUTATIONS: dict[str, tuple[str, str, set[tuple[str, str]]]] = {
    "a row is dropped": (
        "customer",
        "SELECT * FROM customer WHERE customer_id <> (SELECT max(customer_id) FROM customer)",
        {("rows", "customer"), ("check", "customers"), ("foreign-key", "order.customer_id")},
    ),
    "a key comes twice": (
        "customer",
        "SELECT * REPLACE (CASE WHEN customer_id = 400 THEN 399 ELSE customer_id END AS customer_id) FROM customer",
        {("primary-key", "customer.customer_id"), ("foreign-key", "order.customer_id")},
    ),
    "a key is null": (
        "item",
        "SELECT * REPLACE (nullif(item_id, 7) AS item_id) FROM item",
        {("null", "item.item_id"), ("aggregate", "order.lines")},
    ),
    "a foreign key leads nowhere": (
        "item",
        "SELECT * REPLACE (CASE WHEN item_id = 7 THEN 999 ELSE product_id END AS product_id) FROM item",
        {("foreign-key", "item.product_id")},
    ),
    "a pair comes twice": (
        "customer",
        "SELECT * REPLACE (CASE WHEN customer_id <= 2 THEN 1 ELSE house END AS house, "
        "CASE WHEN customer_id <= 2 THEN 'Elm' ELSE street END AS street) FROM customer WHERE house <> 1 OR street <> 'Elm'",
        {("unique", "customer (house, street)")},
    ),
    "a total is one cent off": (
        "order",
        'SELECT * REPLACE (CASE WHEN order_id = 7 THEN total + 0.01 ELSE total END AS total) FROM "order"',
        {("aggregate", "order.total")},
    ),
    "a count is one off": (
        "order",
        'SELECT * REPLACE (CASE WHEN order_id = 7 THEN lines + 1 ELSE lines END AS lines) FROM "order"',
        {("aggregate", "order.lines")},
    ),
    "a price is not that of its product": (
        "product",
        "SELECT * REPLACE (CASE WHEN product_id = 7 THEN price + 0.01 ELSE price END AS price) FROM product",
        {("copy", "item.unit_price")},
    ),
    "a product of two columns is one cent off": (
        "item",
        "SELECT * REPLACE (CASE item_id WHEN 1 THEN line_total + 0.01 ELSE line_total END AS line_total) FROM item",
        {("expression", "item.line_total"), ("aggregate", "order.total")},
    ),
    "a time precedes the parent's": (
        "order",
        'SELECT * REPLACE (CASE order_id WHEN 1 THEN ordered_at - INTERVAL 700 DAY ELSE ordered_at END AS ordered_at) '
        'FROM "order"',
        {("inequality", "order.ordered_at"), ("window", "order.ordered_at")},
    ),
    "a number leaves its range": (
        "customer",
        "SELECT * REPLACE (CASE WHEN customer_id = 7 THEN 200 ELSE age END AS age) FROM customer",
        {("range", "customer.age"), ("bounds", "customer.age")},
    ),
    "a number leaves its clamp": (
        "product",
        "SELECT * REPLACE (CASE WHEN product_id = 50 THEN 90.01 ELSE price END AS price) FROM product",
        {("clamp", "product.price"), ("copy", "item.unit_price")},
    ),
    "a text breaks its pattern": (
        "customer",
        "SELECT * REPLACE (CASE WHEN customer_id = 7 THEN 'AB12345' ELSE code END AS code) FROM customer",
        {("pattern", "customer.code")},
    ),
    "a value is none of the list": (
        "order",
        "SELECT * REPLACE (CASE WHEN order_id = 7 THEN 'lost' ELSE status END AS status) FROM \"order\"",
        {("enum", "order.status")},
    ),
    "shares are others": (
        "customer",
        "SELECT * REPLACE (CASE WHEN tier = 'silver' THEN 'gold' ELSE tier END AS tier) FROM customer",
        {("shares", "customer.tier")},
    ),
    "nulls are missing": (
        "customer",
        "SELECT * REPLACE (coalesce(email, 'a@example.org') AS email) FROM customer",
        {("null-share", "customer.email")},
    ),
    "a law is another one": (
        "customer",
        "SELECT * REPLACE (CASE WHEN age > 70 THEN age - 40 ELSE age END AS age) FROM customer",
        {("law", "customer.age"), ("mean", "customer.age")},
    ),
    "a parent has no rows": (
        "item",
        "SELECT * FROM item WHERE order_id <> 7",
        {("fanout", "item"), ("aggregate", "order.total"), ("aggregate", "order.lines"), ("sequence", "item.item_id")},
    ),
    "parents have too many rows": (
        "order",
        'SELECT * REPLACE (CASE WHEN customer_id < 200 THEN 200 ELSE customer_id END AS customer_id) FROM "order"',
        {("fanout", "order"), ("fanout-shares", "order"), ("inequality", "order.ordered_at"), ("ascending", "order.ordered_at"),
         ("window", "order.ordered_at")},
    ),
    "a column is of another type": (
        "customer",
        "SELECT * REPLACE (CAST(age AS VARCHAR) AS age) FROM customer",
        {("type", "customer.age"), ("target", "mean of customer.age")},
    ),
    "a column is missing": (
        "customer",
        "SELECT * EXCLUDE (age) FROM customer",
        {("columns", "customer"), ("target", "mean of customer.age")},
    ),
    "there is one more column": ("product", "SELECT *, 1 AS more FROM product", {("columns", "product")}),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_exactly_the_right_claim_fails_when(name: str, data: Path) -> None:
    table, sql, expected = MUTATIONS[name]
    changed(data, table, sql)
    assert failing(verified(SHOP, data)) == expected


def test_times_of_one_parent_that_do_not_ascend_are_found(data: Path) -> None:
    swapped = "CASE ordered_at WHEN f THEN l WHEN l THEN f ELSE ordered_at END AS ordered_at"
    ends = 'SELECT customer_id, min(ordered_at) AS f, max(ordered_at) AS l FROM "order" GROUP BY 1 HAVING f < l LIMIT 1'
    changed(data, "order", f'SELECT * EXCLUDE (f, l) REPLACE ({swapped}) FROM "order" LEFT JOIN ({ends}) USING (customer_id)')
    assert failing(verified(SHOP, data)) == {("ascending", "order.ordered_at")}


def test_offending_rows_come_with_their_keys_and_at_most_five(data: Path) -> None:
    changed(data, "customer", "SELECT * REPLACE (CASE WHEN customer_id < 9 THEN 5 ELSE age END AS age) FROM customer")
    [finding] = [one for one in verified(SHOP, data).failed if one.claim.kind == "range"]
    assert finding.columns == ("customer_id", "age")
    assert finding.rows == tuple((number, 5) for number in range(1, 6))
    assert (finding.wanted, finding.found) == ("no row", "8 rows")
    assert finding.claim.at == "/constraints/ranges/0"


def by_state(found: Verification, state: Any) -> set[tuple[str, str]]:
    return {(finding.claim.kind, finding.claim.place) for finding in found.of(state)}


def test_a_table_without_a_file_is_one_failing_line_and_what_needs_it_is_skipped(data: Path) -> None:
    (data / "product.parquet").unlink()
    found = verified(SHOP, data)
    assert failing(found) == {("table", "product")}
    assert ("foreign-key", "item.product_id") in by_state(found, "skipped")
    assert ("foreign-key", "item.order_id") in by_state(found, "holds")


def test_a_table_that_the_schema_does_not_have_fails(data: Path) -> None:
    shutil.copy(data / "product.parquet", data / "products.parquet")
    assert failing(verified(SHOP, data)) == {("table", "products")}


def test_a_check_that_does_not_run_is_unusable(data: Path) -> None:
    draft = copy.deepcopy(SHOP)
    draft["checks"] = [{"name": "odd", "sql": "SELECT nothing FROM customer", "equals": 1}]
    [finding] = verified(draft, data).failed
    assert (finding.state, finding.claim.kind, finding.claim.at) == ("unusable", "check", "/checks/0")


@pytest.mark.parametrize(
    ("sql", "more"),
    [("SELECT count(*) FROM customer GROUP BY tier", "rows"), ("SELECT 1, count(*) FROM customer", "columns")],
)
def test_a_check_that_compares_one_value_and_gives_several_is_unusable(sql: str, more: str, data: Path) -> None:
    draft = copy.deepcopy(SHOP)
    draft["checks"] = [{"name": "odd", "sql": sql, "min": 1}]
    [finding] = verified(draft, data).failed
    assert (finding.state, finding.found) == ("unusable", f"It gives several {more}, but one value is wanted.")


def test_rows_that_do_not_say_whose_they_are_are_not_counted_for_anybody(tmp_path: Path) -> None:
    """A key that is sometimes null leaves no fanout to be checked."""
    draft = copy.deepcopy(SHOP)
    item = next(table for table in draft["nodes"] if table["id"] == "item")
    next(each for each in item["columns"] if each["name"] == "order_id")["null_rate"] = 0.5
    write(dataset_of(draft), tmp_path, "parquet")
    found = verified(draft, tmp_path)
    assert "fanout" not in {finding.claim.kind for finding in found.failed}
    assert ("fanout", "item") in by_state(found, "skipped")


HOSTILE = ("it's", "'); DROP TABLE customer; --", 'a "b" \\', "x\\'y", "{}$1?", "é\n\t", "")


def test_texts_of_a_schema_stay_texts_in_its_sql(data: Path) -> None:
    draft = copy.deepcopy(SHOP)
    draft["nodes"][0]["columns"][2]["generator"] = {"choice": {"choices": list(HOSTILE)}}
    draft["constraints"]["enum"].append({"attr": "customer.tier", "values": list(HOSTILE)})
    draft["constraints"]["pattern"].append({"attr": "customer.tier", "regex": "[^|]*'?(?s:.*)"})
    write(dataset_of(draft), data)
    assert failing(verified(draft, data)) == set()


def test_rows_below_are_found_by_keys_that_every_row_has(tmp_path: Path) -> None:
    """A line that also names its customer, now and then, belongs to the customer of its order."""
    draft = copy.deepcopy(SHOP)
    tables = {table["id"]: table for table in draft["nodes"]}
    named = column("whose", "int", {"lookup": {"from": "order.customer_id"}}, null_rate=0.9)
    tables["item"]["columns"].append(named)
    tables["customer"]["columns"].append(column("lines", "int", {"aggregate": {"of": "item.item_id", "op": "count"}}))
    write(dataset_of(draft), tmp_path, "parquet")
    assert verified(draft, tmp_path).failed == ()


def test_values_that_several_rows_have_may_come_twice_where_the_rows_are_distinct(tmp_path: Path) -> None:
    draft = copy.deepcopy(SHOP)
    product, order = draft["nodes"][1], draft["nodes"][2]
    product["columns"].append(column("shelf", "int", {"choice": {"choices": [1, 2]}}))
    order["columns"].append(column("shelf", "int", {"lookup": {"from": "product.shelf", "distinct": True}}))
    write(dataset_of(draft), tmp_path)
    found = verified(draft, tmp_path)
    assert failing(found) == set()
    assert ("distinct", "order.shelf") in by_state(found, "skipped")


def test_a_value_of_no_row_is_found(tmp_path: Path) -> None:
    draft = copy.deepcopy(SHOP)
    item = next(table for table in draft["nodes"] if table["id"] == "item")
    key, price = (next(each for each in item["columns"] if each["name"] == name) for name in ("product_id", "unit_price"))
    key["null_rate"], price["nullable"] = 0.5, True
    item["columns"][-1]["nullable"] = True
    write(dataset_of(draft), tmp_path)
    assert failing(verified(draft, tmp_path)) == set()
    changed(
        tmp_path, "item", "SELECT * REPLACE (CASE WHEN product_id IS NULL THEN 5 ELSE unit_price END AS unit_price) FROM item"
    )
    assert ("copy", "item.unit_price") in failing(verified(draft, tmp_path))
