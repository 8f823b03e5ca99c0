"""Differences are told by name; patches merge by name, and a rename reaches every reference."""

from __future__ import annotations

import copy
import json
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagen_chat.schema import queries
from datagen_chat.schema.change import difference, in_words
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.read import read
from datagen_chat.schema.repair import repair
from datagen_chat.sql import KEYWORDS

EDITS = [
    ({"nodes": [{"id": "product", "rows": 30}]}, ["product: rows 20 → 30"]),
    (
        {"nodes": [{"id": "customer", "columns": [{"name": "country", "generator": {"choice": {"weights": [0.5, 0.5]}}}]}]},
        ["customer.country: weights 0.7/0.3 → 0.5/0.5"],
    ),
    (
        {"nodes": [{"id": "customer", "columns": [{"name": "country", "generator": {"faker": {"method": "country"}}}]}]},
        ["customer.country: choice US/DE, weights 0.7/0.3 → faker country"],
    ),
    (
        {"nodes": [{"id": "product", "columns": [{"name": "price", "generator": {"distribution": {"clamp": [10, 500]}}}]}]},
        ["product.price: clamp 1/99 → 10/500"],
    ),
    (
        {"nodes": [{"id": "product", "columns": [{"name": "price", "generator": {"distribution": {"params": {"mu": 4}}}}]}]},
        ["product.price: mu 3.5 → 4"],
    ),
    (
        {
            "nodes": [
                {"id": "order", "columns": [{"name": "note", "type": "string", "generator": {"faker": {"method": "sentence"}}}]}
            ]
        },
        ["order.note: added: string from faker sentence"],
    ),
    ({"nodes": {"order": {"columns": {"quantity": None}}}}, ["order.quantity: removed"]),
    ({"nodes": [{"id": "order", "columns": [{"name": "quantity", "$delete": True}]}]}, ["order.quantity: removed"]),
    (
        {"nodes": [{"id": "customer", "columns": [{"name": "phone", "null_rate": None}]}]},
        ["customer.phone: no null_rate any more (was 0.2)"],
    ),
    (
        {"nodes": [{"id": "order", "fanout": {"distribution": "poisson", "lambda": 3}}]},
        ["order: fanout uniform, min 1, max 5 → poisson, lambda 3"],
    ),
    ({"nodes": [{"id": "order", "fanout": {"max": 9}}]}, ["order: fanout uniform, min 1, max 5 → uniform, min 1, max 9"]),
    ({"timeframe": {"end": "2025-12-31T23:59:59Z"}}, ["timeframe: end 2024-12-31T23:59:59Z → 2025-12-31T23:59:59Z"]),
    ({"metadata": {"name": "Store"}}, ["metadata: name Shop → Store"]),
    (
        {"constraints": {"foreign_keys": [{"from": "order.customer_id", "to": "customer.customer_id"}]}},
        ["foreign key order.product_id → product.product_id removed"],
    ),
]


@pytest.mark.parametrize(("patch", "lines"), EDITS)
def test_an_edit_is_told_in_one_line(shop, patch, lines):
    patched = apply_patch(shop, patch)
    assert patched.problems == ()
    assert read(patched.draft).errors == ()
    assert [str(change) for change in difference(shop, patched.draft)] == lines


def test_a_schema_does_not_differ_from_itself(shop, seeds):
    for draft in (shop, *seeds):
        assert difference(draft, copy.deepcopy(draft)) == ()
        assert difference(draft, read(draft).dataset) == ()


def test_spelling_out_a_default_is_no_change(shop):
    plain = copy.deepcopy(shop)
    shop["nodes"][1]["columns"][0]["generator"]["sequence"]["step"] = 1
    shop["nodes"][0]["columns"][1]["nullable"] = False
    assert difference(plain, shop) == ()


def test_before_the_first_schema_everything_is_new(shop):
    lines = [str(change) for change in difference(None, shop)]
    assert "customer: added: entity with 4 columns" in lines
    assert "order: added: fact under customer with 6 columns" in lines


def test_a_vanished_table_is_seen(shop):
    smaller = copy.deepcopy(shop)
    del smaller["nodes"][1]
    assert "product: removed" in [str(change) for change in difference(shop, smaller)]


def test_another_order_is_told_once(shop):
    moved = copy.deepcopy(shop)
    moved["nodes"][0]["columns"].reverse()
    moved["nodes"].reverse()
    assert [str(change) for change in difference(shop, moved)] == [
        "customer: columns in another order",
        "tables in another order",
    ]


def test_a_renamed_column_keeps_its_references(shop):
    patch = {"nodes": [{"id": "product", "columns": [{"name": "product_id", "$rename": "sku"}]}]}
    draft = apply_patch(shop, patch).draft
    assert read(draft).errors == ()
    assert draft["nodes"][1]["pk"] == "sku"
    assert draft["nodes"][2]["columns"][2]["generator"] == {"lookup": {"from": "product.sku"}}
    assert draft["constraints"]["foreign_keys"][1] == {"from": "order.product_id", "to": "product.sku"}


def test_a_renamed_key_column_is_followed_by_on(shop):
    patch = {"nodes": {"order": {"columns": {"product_id": {"$rename": "item_id"}}}}}
    draft = apply_patch(shop, patch).draft
    assert read(draft).errors == ()
    assert draft["nodes"][2]["columns"][3]["generator"]["lookup"]["on"] == "item_id"
    shop["nodes"][2]["columns"][3]["generator"]["lookup"]["on"] = {"product_id": "product_id"}
    draft = apply_patch(
        shop, patch | {"nodes": {"product": {"columns": {"product_id": {"$rename": "sku"}}}, **patch["nodes"]}}
    ).draft
    assert read(draft).errors == ()
    assert draft["nodes"][2]["columns"][3]["generator"]["lookup"]["on"] == {"item_id": "sku"}


def test_a_renamed_table_keeps_its_references(shop):
    shop["constraints"]["unique"] = ["customer.customer_id"]
    shop["nodes"][2]["columns"].append(
        {"name": "name", "type": "string", "generator": {"faker": {"method": "name", "locale_from": "customer.country"}}}
    )
    draft = apply_patch(shop, {"nodes": [{"id": "customer", "$rename": "client"}]}).draft
    assert read(draft).errors == ()
    assert "customer." not in json.dumps(draft)
    assert draft["nodes"][2]["parents"] == ["client"]


def test_a_renamed_column_or_table_is_followed_by_templates(shop):
    code = {"template": {"format": "{order.order_id:05}-{quantity}-{customer.country} {{quantity}}"}}
    shop["nodes"][2]["columns"].append({"name": "code", "type": "string", "generator": code})
    patch = {
        "nodes": {
            "order": {"$rename": "sale", "columns": {"order_id": {"$rename": "id"}, "quantity": {"$rename": "amount"}}},
            "customer": {"$rename": "client", "columns": {"country": {"$rename": "land"}}},
        }
    }
    draft = apply_patch(shop, patch).draft
    wanted = "{sale.id:05}-{amount}-{client.land} {{quantity}}"
    assert draft["nodes"][2]["columns"][6]["generator"]["template"]["format"] == wanted


def test_renames_reach_the_queries_of_checks_and_no_texts_in_them(shop):
    shop["checks"] = [
        {"name": "a", "sql": 'SELECT count(*) FROM "order" o JOIN customer USING (customer_id) WHERE o.quantity > 1', "min": 1},
        {"name": "b", "sql": "SELECT sum(Quantity) FROM \"order\" WHERE 'quantity' = 'order'", "min": 1},
        {"name": "c", "sql": 'SELECT o.product_id, p.product_id FROM "order" AS o, product p', "min": 1},
        {"name": "d", "sql": "SELECT max(price) FROM product", "min": 1},
    ]
    patch = {"order": {"$rename": "sale", "columns": {"quantity": {"$rename": "pieces"}}}}
    patch["product"] = {"columns": {"product_id": {"$rename": "sku"}}}
    draft = apply_patch(shop, {"nodes": patch}).draft
    assert [check["sql"] for check in draft["checks"]] == [
        'SELECT count(*) FROM "sale" o JOIN customer USING (customer_id) WHERE o.pieces > 1',
        "SELECT sum(pieces) FROM \"sale\" WHERE 'quantity' = 'order'",
        'SELECT o.product_id, p.sku FROM "sale" AS o, product p',
        "SELECT max(price) FROM product",
    ]


def test_keywords_of_queries_are_no_names_and_names_like_keywords_stand_in_quotes(shop):
    sql = 'SELECT count(*) FROM "order" GROUP BY order_id ORDER BY price'
    assert queries.rename_table(sql, "order", "sale", ()) == sql.replace('"order"', '"sale"')
    assert queries.rename_table("SELECT a.x FROM a", "a", "group", ()) == 'SELECT "group".x FROM "group"'
    assert queries.rename_column("SELECT x FROM a ORDER BY a.x", "a", "x", "Order", {"a": ["x"]}) == (
        'SELECT "Order" FROM a ORDER BY a."Order"'
    )
    assert queries.rename_column("SELECT a.desc FROM a ORDER BY 1 DESC", "a", "desc", "x", {"a": ["desc"]}) == (
        "SELECT a.x FROM a ORDER BY 1 DESC"
    )


def test_keywords_are_those_that_a_database_takes_for_no_name():
    with duckdb.connect() as database:

        def takes(query: str) -> bool:
            try:
                database.execute(query)
            except duckdb.Error:
                return False
            return True

        found = {word for (word,) in database.execute("SELECT keyword_name FROM duckdb_keywords()").fetchall()}
        names = {
            word
            for word in found
            if takes(f'WITH t AS (SELECT 1 AS "{word}") SELECT {word} FROM t')
            and takes(f'WITH "{word}" AS (SELECT 1 AS a) SELECT {word}.a FROM {word}')
        }
    assert found - names == KEYWORDS


def test_renames_reach_the_constraints(shop):
    shop["constraints"] |= {
        "unique": [{"table": "order", "columns": ["customer_id", "order.ordered_at"]}],
        "inequalities": [{"left": "order.quantity", "op": "<=", "right": "order.order_id"}],
    }
    patch = {"order": {"$rename": "sale", "columns": {"quantity": {"$rename": "pieces"}, "customer_id": {"$rename": "buyer"}}}}
    made = apply_patch(shop, {"nodes": patch}).draft["constraints"]
    assert made["unique"] == [{"table": "sale", "columns": ["buyer", "sale.ordered_at"]}]
    assert made["inequalities"] == [{"left": "sale.pieces", "op": "<=", "right": "sale.order_id"}]


def test_a_renamed_column_is_followed_by_behaviours_of_the_tables_above_only(shop):
    shop["nodes"][0] |= {
        "segment_behavior": {"segment_column": "country", "applies_to_columns": ["quantity"]},
        "vintage_behavior": {
            "created_at_column": "at",
            "age_based_multipliers": {
                "one": {"curve": [1], "applies_to": "quantity"},
                "all": {"curve": [1], "applies_to": ["fanout", "quantity"]},
            },
        },
    }

    def applied(draft):
        customer = draft["nodes"][0]
        curves = customer["vintage_behavior"]["age_based_multipliers"]
        return customer["segment_behavior"]["applies_to_columns"], curves["one"]["applies_to"], curves["all"]["applies_to"]

    below = {"nodes": {"order": {"columns": {"quantity": {"$rename": "pieces"}}}}}
    assert applied(apply_patch(shop, below).draft) == (["pieces"], "pieces", ["fanout", "pieces"])
    shop["nodes"][0]["columns"][1]["name"] = "quantity"
    own = {"nodes": {"customer": {"columns": {"quantity": {"$rename": "email"}}}}}
    assert applied(apply_patch(shop, own).draft) == applied(shop)
    shop["nodes"].append({**shop["nodes"][2], "id": "offer"})
    both = (["quantity", "pieces"], ["quantity", "pieces"], ["fanout", "quantity", "pieces"])
    assert applied(apply_patch(shop, below).draft) == both


def test_a_text_that_only_looks_like_a_reference_is_left_alone(shop):
    shop["nodes"][0]["columns"][2]["generator"]["choice"]["choices"] = ["customer.phone", "DE"]
    draft = apply_patch(shop, {"nodes": [{"id": "customer", "$rename": "client"}]}).draft
    assert draft["nodes"][0]["columns"][2]["generator"]["choice"]["choices"] == ["customer.phone", "DE"]


def test_tables_that_are_not_named_stay_as_they_are(shop):
    patch = {"nodes": [{"id": "order", "columns": [{"name": "quantity", "type": "float"}]}]}
    draft = apply_patch(shop, patch).draft
    assert [json.dumps(table) for table in draft["nodes"][:2]] == [json.dumps(table) for table in shop["nodes"][:2]]


def test_the_draft_given_is_not_edited(shop):
    text = json.dumps(shop)
    apply_patch(shop, {"nodes": [{"id": "order", "$rename": "sale", "columns": [{"name": "quantity", "type": "float"}]}]})
    assert json.dumps(shop) == text


QUANTITY, FLOAT = {"name": "quantity", "type": "int"}, {"name": "quantity", "type": "float"}


@pytest.mark.parametrize(
    ("patch", "at", "code"),
    [
        ([], "", "not-a-patch"),
        ("rows", "", "not-a-patch"),
        ({"seed": None}, "/seed", "nothing-to-delete"),
        ({"nodes": {"ordr": None}}, "/nodes/ordr", "nothing-to-delete"),
        ({"nodes": [{"id": "order", "columns": {"qty": None}}]}, "/nodes/0/columns/qty", "nothing-to-delete"),
        ({"nodes": [{"id": "order", "pk": None, "rows": None}]}, "/nodes/0/rows", "nothing-to-delete"),
        ({"nodes": [{"rows": 5}]}, "/nodes/0", "unnamed"),
        ({"nodes": [5]}, "/nodes/0", "unnamed"),
        ({"nodes": {"order": 5}}, "/nodes/order", "wrong-type"),
        ({"nodes": {"sale": {"$rename": "x"}}}, "/nodes/sale", "nothing-to-rename"),
        ({"nodes": {"order": {"$rename": "customer"}}}, "/nodes/order/$rename", "bad-rename"),
        ({"nodes": {"order": {"$rename": 5}}}, "/nodes/order/$rename", "bad-rename"),
        ({"timeframe": {"$rename": "window"}}, "/timeframe/$rename", "bad-rename"),
        ({"nodes": [{"id": "order", "$delete": True, "rows": 5}]}, "/nodes/0", "bad-delete"),
        ({"timeframe": {"$delete": True}}, "/timeframe/$delete", "bad-delete"),
        ({"nodes": [{"id": "order", "$delete": "true"}]}, "/nodes/0/$delete", "bad-delete"),
        ({"nodes": [{"id": "product", "rows": 5}, {"id": "product", "rows": 6}]}, "/nodes/1", "named-twice"),
        ({"nodes": [{"id": "product", "rows": 5}], "tables": [{"id": "product", "rows": 6}]}, "/tables/0", "named-twice"),
        ({"nodes": [{"id": "order"}, {"id": "order", "$delete": True}]}, "/nodes/1", "named-twice"),
        ({"nodes": [{"id": "order", "$rename": "sale"}, {"id": "order", "pk": "order_id"}]}, "/nodes/1", "named-twice"),
        ({"nodes": [{"id": "sale", "rows": 5}, {"id": "sale", "rows": 6}]}, "/nodes/1", "named-twice"),
        ({"nodes": [{"id": "order", "columns": [QUANTITY, FLOAT]}]}, "/nodes/0/columns/1", "named-twice"),
        ({"nodes": [{"id": "order", "columns": [each]} for each in (QUANTITY, FLOAT)]}, "/nodes/1/columns/0", "named-twice"),
    ],
)
def test_what_a_patch_cannot_do_is_a_problem_and_changes_nothing(shop, patch, at, code):
    patched = apply_patch(shop, patch)
    assert [(problem.at, problem.code) for problem in patched.problems] == [(at, code)]
    assert patched.draft == shop


def test_what_stands_twice_in_a_patch_without_contradiction_counts_once_and_whole(shop):
    twice = [{"id": "product", "rows": 5}, {"id": "product", "rows": 5, "columns": [{"name": "price", "null_rate": 0.1}]}]
    assert apply_patch(shop, {"nodes": twice}) == apply_patch(shop, {"nodes": twice[1:]})
    renamed = [{"id": "product", "$rename": "ware"}, {"id": "ware", "rows": 5}]
    assert apply_patch(shop, {"nodes": renamed}) == apply_patch(shop, {"nodes": [renamed[0] | {"rows": 5}]})


names = st.sampled_from(
    [
        "nodes",
        "columns",
        "id",
        "name",
        "customer",
        "order",
        "product",
        "price",
        "country",
        "quantity",
        "generator",
        "choice",
        "choices",
        "weights",
        "lookup",
        "from",
        "on",
        "fanout",
        "$rename",
        "$delete",
        "pk",
        "parents",
        "rows",
        "constraints",
        "foreign_keys",
        "unique",
        "timeframe",
        "metadata",
        "tables",
        "fields",
        "distribution",
        "type",
        "params",
    ]
)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | names
anything = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names | st.text(max_size=3), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=400, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_patch_of_any_draft_is_answered(new_shop, data):
    draft: Any = data.draw(st.builds(new_shop) | anything)
    patched = apply_patch(draft, data.draw(anything))
    difference(draft, patched.draft)
    again = apply_patch(patched.draft, {})
    assert again.problems or again.draft == patched.draft


@settings(max_examples=200, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_only_what_a_patch_names_is_told(new_shop, data):
    table = data.draw(st.sampled_from(new_shop()["nodes"]))
    column = data.draw(st.sampled_from(table["columns"]))
    part = data.draw(
        st.fixed_dictionaries(
            {}, optional={"comment": st.text(min_size=1), "null_rate": st.floats(0.01, 1), "nullable": st.just(True)}
        )
    )
    patched = apply_patch(new_shop(), {"nodes": [{"id": table["id"], "columns": [{"name": column["name"], **part}]}]})
    assert {change.place for change in difference(new_shop(), patched.draft)} <= {f"{table['id']}.{column['name']}"}


def test_a_long_list_names_the_entries_that_changed(shop):
    old, new = copy.deepcopy(shop), copy.deepcopy(shop)
    column = next(column for column in new["nodes"][2]["columns"] if "datetime_series" in column["generator"])
    twin = next(column for column in old["nodes"][2]["columns"] if "datetime_series" in column["generator"])
    hours, months = {"dimension": "hour", "weights": [1] * 24}, {"dimension": "month", "weights": [1] * 12}
    twin["generator"]["datetime_series"]["patterns"] = [hours, months]
    column["generator"]["datetime_series"]["patterns"] = [hours, {**months, "weights": [1] * 10 + [2, 3]}]
    [change] = difference(old, new)
    assert change.text == "month weights #11 1 → 2; #12 1 → 3 (of 12)"


def test_new_choices_do_not_keep_the_weights_of_the_old(shop):
    patch = {
        "nodes": [{"id": "customer", "columns": [{"name": "country", "generator": {"choice": {"choices": ["FR", "IT"]}}}]}]
    }
    column = apply_patch(shop, patch).draft["nodes"][0]["columns"][2]
    assert column["generator"] == {"choice": {"choices": ["FR", "IT"]}}


def test_checks_are_compared_by_name(shop):
    old = {"name": "customers", "requirement": "500 customers", "sql": "SELECT count(*) FROM customer", "equals": 500}
    before = shop | {"checks": [old, {**old, "name": "gone"}]}
    new = {"name": "prices", "requirement": "1 to 99", "sql": "SELECT max(price) FROM product", "max": 99}
    after = shop | {"checks": [{**old, "equals": 600}, new]}
    assert [str(change) for change in difference(before, after)] == [
        "check gone removed",
        "check customers: equals 500 → 600",
        "check prices added: 1 to 99",
    ]


def test_the_cases_of_a_fanout_are_told_by_their_values(shop):
    spread = {
        "case": {"on": "tier", "when": {"gold": {"distribution": "poisson", "lambda": 9}}, "else": shop["nodes"][2]["fanout"]}
    }
    assert in_words(spread).startswith("case tier, gold: poisson, lambda 9, else ")


@pytest.mark.parametrize("law", [{"type": "uniform", "low": 10, "high": 500}, {"low": 10, "high": 500}])
def test_flat_parameters_in_a_change_are_never_bounds_of_the_old_law(shop, law):
    shop["nodes"][1]["columns"][1]["generator"] = {"distribution": {"type": "uniform", "params": {"low": 1, "high": 99}}}
    patch = {"nodes": [{"id": "product", "columns": [{"name": "price", "generator": {"distribution": law}}]}]}
    repaired = repair(apply_patch(shop, patch).draft)
    meant = {"distribution": {"type": "uniform", "params": {"low": 10, "high": 500}}}
    assert repaired.reading.dataset is None or repaired.draft["nodes"][1]["columns"][1]["generator"] == meant


def test_constraints_are_told_one_by_one(shop):
    new = copy.deepcopy(shop)
    new["constraints"]["inequalities"] = [{"left": "order.quantity", "op": "<=", "right": "order.order_id"}]
    assert [str(change) for change in difference(shop, new)] == ["inequality order.quantity <= order.order_id added"]
