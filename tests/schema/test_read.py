"""One row per mistake: what is done to a valid schema, where the problem is reported, under which code."""

from __future__ import annotations

import time
from typing import Any

import pytest

from datagen_chat.problems import SchemaError
from datagen_chat.schema.read import read
from tests.conftest import GONE, written

C, P, F = "/nodes/0/columns", "/nodes/1/columns", "/nodes/2/columns"
N, FK = "/nodes/2/fanout", "/constraints/foreign_keys"
HOUR = {"pattern": {"dimension": "hour", "weights": [1] * 7}}

MISTAKES = [
    # what is written, where, the problem's place, its code
    ("/version", "2.0", "/version", "not-one-of"),
    ("/version", GONE, "/version", "missing-key"),
    ("/version", 1, "/version", "wrong-type"),
    ("/metadata", GONE, "/metadata", "missing-key"),
    ("/metadata/name", "", "/metadata/name", "too-short"),
    ("/metadata/owner", 3, "/metadata/owner", "wrong-type"),
    ("/nodes", [], "/nodes", "too-few"),
    ("/nodes", "customer", "/nodes", "wrong-type"),
    ("/seed", 42, "/seed", "unknown-key"),
    ("/timeframe", None, "/timeframe", "null-value"),
    ("/timeframe/end", GONE, "/timeframe/end", "missing-key"),
    ("/timeframe/start", "2024-01-01", "/timeframe/start", "bad-instant"),
    ("/timeframe/start", "2024-02-30T00:00:00Z", "/timeframe/start", "bad-instant"),
    ("/timeframe/start", "2024-01-01T00:00:00Z\n", "/timeframe/start", "bad-instant"),
    ("/timeframe/start", "2025-06-01T00:00:00Z", "/timeframe", "window-order"),
    ("/timeframe/freq", "often", "/timeframe/freq", "bad-frequency"),
    ("/timeframe", GONE, f"{F}/5/generator/datetime_series/within", "no-timeframe"),
    ("/nodes/0/id", "my table", "/nodes/0/id", "bad-name"),
    ("/nodes/0/id", "a" * 64, "/nodes/0/id", "bad-name"),
    ("/nodes/0/kind", "table", "/nodes/0/kind", "not-one-of"),
    ("/nodes/0/kind", GONE, "/nodes/0/kind", "missing-key"),
    ("/nodes/0/pk", GONE, "/nodes/0/pk", "missing-key"),
    ("/nodes/0/pk", "id", "/nodes/0/pk", "unknown-pk"),
    ("/nodes/0/pk", "country", f"{C}/2/generator", "too-few-values"),
    ("/nodes/0/rows", -1, "/nodes/0/rows", "too-small"),
    ("/nodes/0/rows", 1.5, "/nodes/0/rows", "wrong-type"),
    ("/nodes/0/rows", "many", "/nodes/0/rows", "wrong-type"),
    ("/nodes/0/rows", 10**13, "/nodes/0/rows", "too-large"),
    ("/nodes/0/rows", None, "/nodes/0/rows", "null-value"),
    ("/nodes/0/colums", [], "/nodes/0/colums", "unknown-key"),
    ("/nodes/0/columns", [], "/nodes/0/columns", "too-few"),
    ("/nodes/0/columns", GONE, "/nodes/0/columns", "missing-key"),
    ("/nodes/0/parents", ["product"], "/nodes/0/parents", "not-a-fact"),
    ("/nodes/0/fanout", {"distribution": "constant", "value": 1}, "/nodes/0/fanout", "not-a-fact"),
    ("/nodes/1/id", "Customer", "/nodes/1/id", "duplicate-table"),
    ("/nodes/1/rows", 0, f"{F}/2/generator/lookup/from", "empty-table"),
    ("/nodes/2/parents", ["customers"], "/nodes/2/parents/0", "unknown-table"),
    ("/nodes/2/parents", ["customer", "customer"], "/nodes/2/parents/1", "repeated-parent"),
    ("/nodes/2/parents", ["order"], "/nodes/2/parents/0", "table-cycle"),
    ("/nodes/2/parents", [], "/nodes/2/fanout", "fanout-without-parents"),
    ("/nodes/2/rows", 5000, "/nodes/2/rows", "rows-out-of-reach"),
    ("/nodes/2/rows", 499, "/nodes/2/rows", "rows-out-of-reach"),
    ("/nodes/2/fanout", "many", "/nodes/2/fanout", "wrong-type"),
    ("/nodes/2/fanout", {}, "/nodes/2/fanout/distribution", "missing-key"),
    ("/nodes/2/fanout/distribution", "normal", "/nodes/2/fanout/distribution", "not-one-of"),
    ("/nodes/2/fanout/max", GONE, "/nodes/2/fanout/max", "missing-key"),
    ("/nodes/2/fanout/max", 0, "/nodes/2/fanout/max", "empty-range"),
    ("/nodes/2/fanout/lambda", 3, "/nodes/2/fanout/lambda", "unknown-key"),
    ("/nodes/2/fanout/clamp", [1], "/nodes/2/fanout/clamp", "too-few"),
    ("/constraints/ranges", [{"attr": "product.price", "min": 1, "max": None}], "/constraints/ranges/0/max", "null-value"),
    ("/checks", [{"name": "n", "sql": "SELECT 1", "equals": None}], "/checks/0/equals", "null-value"),
    ("/nodes/2/fanout", {"distribution": "choice", "values": [1, 2], "weights": [1]}, f"{N}/weights", "weights-length"),
    ("/nodes/2/fanout", {"distribution": "choice", "values": [1], "weights": [1, 1]}, f"{N}/weights", "weights-length"),
    ("/nodes/2/fanout", {"distribution": "choice", "values": [1, 2], "weights": [0, 0]}, f"{N}/weights", "weights-zero"),
    ("/nodes/2/fanout", {"distribution": "choice", "values": [1, 10**12]}, f"{N}/values", "range-too-wide"),
    (f"{C}/1/name", "customer_id", f"{C}/1/name", "duplicate-column"),
    (f"{C}/1/name", "COUNTRY", f"{C}/2/name", "duplicate-column"),
    (f"{C}/1/name", GONE, f"{C}/1/name", "missing-key"),
    (f"{C}/1/type", "varchar", f"{C}/1/type", "not-one-of"),
    (f"{C}/0/type", "string", f"{C}/0/type", "generator-type"),
    (f"{C}/0/generator", {"choice": {"choices": [1, "x"]}}, f"{C}/0/generator/choice/choices/1", "choice-type"),
    (f"{C}/0/generator", {"lookup": {"from": "a.b"}}, f"{C}/0/generator/lookup/from", "unknown-reference"),
    (f"{C}/0/nullable", True, f"{C}/0/nullable", "pk-nullable"),
    (f"{C}/0/null_rate", 0.1, f"{C}/0/null_rate", "pk-nullable"),
    (f"{C}/0/decimals", 2, f"{C}/0/decimals", "decimals-type"),
    (f"{C}/0/generator/sequence/step", 0, f"{C}/0/generator/sequence/step", "step-zero"),
    (f"{C}/1/null_rate", 1.5, f"{C}/1/null_rate", "too-large"),
    (f"{C}/1/generator", GONE, f"{C}/1/generator", "missing-key"),
    (f"{C}/1/generator", {}, f"{C}/1/generator", "too-few-keys"),
    (f"{C}/1/generator", "email", f"{C}/1/generator", "wrong-type"),
    (f"{C}/1/generator", {"emial": {}}, f"{C}/1/generator/emial", "unknown-generator"),
    (f"{C}/1/generator", {"type": "faker", "method": "email"}, f"{C}/1/generator", "too-many-keys"),
    (f"{C}/1/generator/faker/method", GONE, f"{C}/1/generator/faker/method", "missing-key"),
    (f"{C}/1/generator/faker/methd", "x", f"{C}/1/generator/faker/methd", "unknown-key"),
    (f"{C}/1/generator/faker/locale_from", "land", f"{C}/1/generator/faker/locale_from", "unknown-column"),
    (f"{C}/1/generator/faker/locale_from", "order.order_id", f"{C}/1/generator/faker/locale_from", "not-an-ancestor"),
    (f"{C}/1/generator/faker/locale_from", "customer_id", f"{C}/1/generator/faker/locale_from", "reference-type"),
    (f"{C}/1/generator/faker/locale_from", "email", f"{C}/1/generator", "column-cycle"),
    (f"{C}/2/generator/choice/choices", [], f"{C}/2/generator/choice/choices", "too-few"),
    (f"{C}/2/generator/choice/choices", "US", f"{C}/2/generator/choice/choices", "wrong-type"),
    (f"{C}/2/generator/choice/choices/1", None, f"{C}/2/generator", "null-not-allowed"),
    (f"{C}/2/generator/choice/choices/1", 7, f"{C}/2/generator/choice/choices/1", "choice-type"),
    (f"{C}/2/generator/choice/choices/1", {}, f"{C}/2/generator/choice/choices/1", "wrong-type"),
    (f"{C}/2/generator", {"choice": {}}, f"{C}/2/generator/choice/choices", "missing-key"),
    (f"{C}/2/generator/choice/choices_ref", "customer.email", f"{C}/2/generator/choice/choices_ref", "choices-twice"),
    (f"{C}/2/generator/choice/weights_kind", "zipf@1.2", f"{C}/2/generator/choice/weights_kind", "weights-twice"),
    (f"{C}/2/generator/choice/weights_kind", "zipf", f"{C}/2/generator/choice/weights_kind", "bad-weights-kind"),
    (f"{C}/2/generator/choice/weights_kind", "zipf@9", f"{C}/2/generator/choice/weights_kind", "weights-kind"),
    (f"{F}/2/generator/lookup/weights_kind", "zipf@9", f"{F}/2/generator/lookup/weights_kind", "weights-kind"),
    (f"{C}/2/generator", {"choice": {"choices_ref": "product.price"}}, f"{C}/2/generator/choice/choices_ref", "choice-type"),
    (f"{C}/2/generator", {"choice": {"choices_ref": "plan.name"}}, f"{C}/2/generator/choice/choices_ref", "unknown-reference"),
    (f"{P}/1/generator", {"choice": {"choices_ref": "product.price"}}, f"{P}/1/generator", "column-cycle"),
    (
        f"{F}/4/generator",
        {"choice": {"choices_ref": "product.product_id", "weights": [1, 2]}},
        f"{F}/4/generator/choice/weights",
        "weights-length",
    ),
    (
        f"{P}/1/generator",
        {"choice": {"choices_ref": "order.quantity", "weights": [1, 2]}},
        f"{P}/1/generator/choice/weights",
        "weights-length",
    ),
    (f"{C}/2/generator/choice/weights", [0.5], f"{C}/2/generator/choice/weights", "weights-length"),
    (f"{C}/2/generator/choice/weights", [0, 0], f"{C}/2/generator/choice/weights", "weights-zero"),
    (f"{C}/2/generator/choice/weights/0", -1, f"{C}/2/generator/choice/weights/0", "too-small"),
    (f"{C}/2/generator", {"constant": {"value": 5}}, f"{C}/2/generator/constant/value", "value-type"),
    (f"{C}/2/generator", {"constant": {"value": None}}, f"{C}/2/generator", "null-not-allowed"),
    (f"{C}/2/generator", {"faker": {"method": "null_boolean"}}, f"{C}/2/generator", "null-not-allowed"),
    (f"{C}/2/generator", {"constant": {"value": "a", "comment": None}}, f"{C}/2/generator/constant/comment", "null-value"),
    (f"{C}/2/generator", {"constant": {}}, f"{C}/2/generator/constant/value", "missing-key"),
    (
        f"{C}/2/generator",
        {"faker": {"method": "name", "locale": "xx_XX"}},
        f"{C}/2/generator/faker/locale",
        "unknown-faker-locale",
    ),
    (f"{C}/2/generator", {"bernoulli": {"p": 0.5}}, f"{C}/2/type", "generator-type"),
    (f"{C}/0/generator", {"bernoulli": {"p": 0.5}}, f"{C}/0/generator", "pk-not-unique"),
    (f"{C}/0/generator", {"choice": {"choices": [1, 2, 3]}}, f"{C}/0/generator", "too-few-values"),
    (f"{C}/0/generator", {"choice": {"choices": [1, 2, 2]}}, f"{C}/0/generator", "pk-not-unique"),
    (f"{C}/0/generator", {"constant": {"value": 5}}, f"{C}/0/generator", "too-few-values"),
    (f"{C}/0/generator", {"pattern": {"regex": "[0-9]{3}"}}, f"{C}/0/type", "generator-type"),
    (f"{C}/2/generator", {"pattern": {"regex": "[0-9"}}, f"{C}/2/generator/pattern/regex", "pattern-syntax"),
    (f"{C}/2/generator", {"pattern": {}}, f"{C}/2/generator/pattern/regex", "missing-key"),
    (f"{C}/0/generator", {"uuid": {}}, f"{C}/0/type", "generator-type"),
    (f"{C}/2/generator", {"enum_list": {"values": ["a", "b"]}}, f"{C}/2/generator/enum_list/values", "list-too-short"),
    (f"{C}/2/generator", {"enum_list": {"values": []}}, f"{C}/2/generator/enum_list/values", "too-few"),
    (f"{F}/4/generator", {"enum_list": {"values": [1, "b"]}}, f"{F}/4/generator/enum_list/values/1", "value-type"),
    (f"{F}/4/generator", {"enum_list": {"values": [1, 2]}}, f"{F}/4/generator/enum_list/values", "list-too-short"),
    (f"{P}/1/decimals", 20, f"{P}/1/decimals", "too-large"),
    (f"{P}/1/generator/distribution/type", "gaussian", f"{P}/1/generator/distribution/type", "not-one-of"),
    (f"{P}/1/generator/distribution/params/mean", 1, f"{P}/1/generator/distribution/params/mean", "unknown-key"),
    (f"{P}/1/generator/distribution/params/sigma", 0, f"{P}/1/generator/distribution/params/sigma", "too-small"),
    (f"{P}/1/generator/distribution/params/mu", "x", f"{P}/1/generator/distribution/params/mu", "wrong-type"),
    (f"{P}/1/generator/distribution/params/mu", 800, f"{P}/1/generator/distribution/params/mu", "law-too-large"),
    (f"{P}/1/generator/distribution/clamp", [9, 1], f"{P}/1/generator/distribution/clamp", "empty-range"),
    (f"{F}/5/generator/datetime_series/within", "2024", f"{F}/5/generator/datetime_series/within", "bad-window"),
    (
        f"{F}/5/generator/datetime_series/pattern",
        HOUR["pattern"],
        f"{F}/5/generator/datetime_series/pattern/weights",
        "weights-length",
    ),
    (f"{F}/1/generator/lookup/from", "customer", f"{F}/1/generator/lookup/from", "bad-reference"),
    (f"{F}/1/generator/lookup/from", "customers.customer_id", f"{F}/1/generator/lookup/from", "unknown-reference"),
    (f"{F}/1/generator/lookup/from", "customer.id", f"{F}/1/generator/lookup/from", "unknown-reference"),
    (f"{F}/1/type", "string", f"{F}/1/generator/lookup/from", "lookup-type"),
    (f"{F}/2/generator/lookup/from", "customer.phone", f"{F}/2/generator", "null-not-allowed"),
    (f"{F}/3/generator/lookup/on", "product", f"{F}/3/generator/lookup/on", "unknown-column"),
    (f"{F}/3/generator/lookup/on", "customer_id", f"{F}/3/generator/lookup/on", "not-a-key"),
    (f"{F}/3/generator/lookup/on", "quantity", f"{F}/3/generator/lookup/on", "not-a-key"),
    (f"{F}/3/generator/lookup/on", {"product_id": "sku"}, f"{F}/3/generator/lookup/on/product_id", "unknown-reference"),
    (f"{F}/3/generator/lookup/on", {"product_id": "price"}, f"{F}/3/generator/lookup/on", "not-a-key"),
    (f"{F}/2/generator/lookup/from", "order.product_id", f"{F}/2/generator", "column-cycle"),
    (f"{P}/0/generator", {"lookup": {"from": "order.product_id"}}, f"{P}/0/generator", "column-cycle"),
    (f"{FK}/0/to", "customer.id", f"{FK}/0/to", "unknown-reference"),
    (f"{FK}/0/from", "orders.customer_id", f"{FK}/0/from", "unknown-reference"),
    (f"{FK}/0/to", "customer.country", f"{FK}/0", "key-types"),
    (f"{FK}/0/to", "product.product_id", f"{FK}/0/from", "key-not-looked-up"),
    (f"{FK}/0/from", "order.quantity", f"{FK}/0/from", "key-not-looked-up"),
    (f"{FK}/1/from", GONE, f"{FK}/1/from", "missing-key"),
    (f"{FK}/0", {"from": "order.unit_price", "to": "product.price"}, f"{FK}/0/to", "not-a-key"),
    (f"{C}/3/nullable", False, f"{C}/3/null_rate", "null-contradiction"),
    ("/constraints/unique", ["order.quantity"], "/constraints/unique/0", "unique-not-made"),
    ("/constraints/unique", ["customer.emial"], "/constraints/unique/0", "unknown-reference"),
]

NOTES = [
    ("/nodes/0/rows", GONE, "/nodes/0/rows", "default-rows"),
    (f"{C}/1/nullable", True, f"{C}/1/nullable", "nullable-unused"),
    (f"{C}/2/generator/choice/weights", [0.7, 0.2], f"{C}/2/generator/choice/weights", "weights-sum"),
    (
        f"{FK}",
        [{"from": "order.product_id", "to": "product.product_id"}],
        f"{F}/1/generator/lookup/from",
        "foreign-key-inferred",
    ),
]


def test_a_valid_schema_has_no_problems(shop):
    reading = read(shop)
    assert reading.problems == ()
    assert reading.valid().table("order").column("quantity").type == "int"


@pytest.mark.parametrize(("at", "value", "place", "code"), MISTAKES)
def test_a_mistake_is_reported_at_its_place(shop, at, value, place, code):
    reading = read(written(shop, at, value))
    assert reading.dataset is None
    assert (place, code) in [(problem.at, problem.code) for problem in reading.errors]


@pytest.mark.parametrize(("at", "value", "place", "code"), NOTES)
def test_a_note_leaves_the_schema_valid(shop, at, value, place, code):
    reading = read(written(shop, at, value))
    assert reading.dataset is not None
    assert (place, code) in [(problem.at, problem.code) for problem in reading.notes]


@pytest.mark.parametrize(("at", "value"), [(row[0], row[1]) for row in MISTAKES])
def test_a_problem_says_what_and_what_instead(shop, at, value):
    for problem in read(written(shop, at, value)).errors:
        assert problem.message.endswith(".")
        assert problem.hint
        assert "\n" not in problem.message + problem.hint
        assert len(problem.message) < 500


def test_the_seed_schemas_are_valid(seeds):
    for seed in seeds:
        reading = read(seed)
        assert reading.dataset is not None
        assert reading.errors == ()


@pytest.mark.parametrize(
    "document",
    [
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "properties": {"a": {}}},
        {"openapi": "3.1.0", "paths": {}},
        {"order_items": [{"product": "A"}, {"product": "B"}]},
        {},
        [],
        [{"id": "customer"}],
        "CREATE TABLE customer (id int)",
        7,
        None,
        True,
    ],
)
def test_another_language_is_one_problem(document):
    [problem] = read(document).problems
    assert problem.code == "not-a-schema"


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ({"nodes": [{"id": f"t{k}"} for k in range(10_000)]}, "too-many-tables"),
        ({"nodes": [{"id": "t", "columns": [{"name": f"c{k}"} for k in range(1_001)]}]}, "too-many-columns"),
        ({"nodes": [{"id": "t" * 1_000_000}]}, "too-long"),
        ({"nodes": [{"t" * 1_000_000: 1}]}, "too-long"),
        ({"nodes": [list(range(600_000))]}, "too-many-values"),
        ({"nodes": [10**400]}, "not-a-number"),
        ({"nodes": [float("nan")]}, "not-a-number"),
        ({"nodes": ["\ud800"]}, "not-text"),
        ({"nodes": [{1: 2}]}, "not-json"),
        ({"nodes": [object()]}, "not-json"),
    ],
)
def test_what_is_too_large_or_no_json_is_said_at_once(document, code):
    started = time.process_time()
    problems = read(document).problems
    assert {problem.code for problem in problems} == {code}
    assert all(len(problem.message) < 200 for problem in problems)
    assert time.process_time() - started < 2


def test_what_is_nested_too_deep_is_said():
    deep: Any = 1
    for _ in range(5_000):
        deep = [deep]
    assert [problem.code for problem in read({"nodes": deep}).problems] == ["too-deep"]


def test_a_cycle_is_named_column_by_column(shop):
    shop["nodes"][0]["columns"].append({"name": "last", "type": "int", "generator": {"lookup": {"from": "product.best"}}})
    shop["nodes"][1]["columns"].append({"name": "best", "type": "int", "generator": {"lookup": {"from": "customer.last"}}})
    [problem] = read(shop).errors
    assert "customer.last → product.best → customer.last" in problem.message


def test_a_tree_may_look_up_its_own_key(shop):
    lookup = {"lookup": {"from": "customer.customer_id"}}
    shop["nodes"][0]["columns"].append({"name": "referred_by", "type": "int", "nullable": True, "generator": lookup})
    assert read(shop).errors == ()


def test_a_one_to_one_child_may_have_its_parents_key(shop):
    order = shop["nodes"][2]
    order["pk"] = "customer_id"
    order["fanout"] = {"distribution": "constant", "value": 1}
    assert read(shop).errors == ()
    del order["fanout"]
    assert read(shop).errors == ()


def test_an_unreachable_total_names_the_numbers(shop):
    shop["nodes"][2]["rows"] = 5000
    [problem] = read(shop).errors
    assert "5000" in problem.message
    assert "500" in problem.message
    assert "at most 5 each" in problem.message


def test_other_names_and_near_names_are_in_the_hint(shop):
    shop["nodes"][0]["primary_key"] = shop["nodes"][0].pop("pk")
    shop["nodes"][2]["columns"][1]["generator"]["lookup"]["fromm"] = "x"
    hints = {problem.at: problem.hint for problem in read(shop).errors}
    assert hints["/nodes/0/primary_key"] == 'Write "pk" instead.'
    assert "from" in hints["/nodes/2/columns/1/generator/lookup/fromm"]


def test_an_invalid_schema_raises_its_problems(shop):
    del shop["nodes"][0]["pk"]
    with pytest.raises(SchemaError, match="pk is missing"):
        read(shop).valid()


def test_a_second_column_of_the_name_of_a_key_is_told_even_if_it_looks_up_nothing(shop):
    shop["constraints"] = {}
    shop["nodes"][2]["columns"][4]["name"] = "customer_id"
    assert [(problem.at, problem.code) for problem in read(shop).errors] == [(f"{F}/4/name", "duplicate-column")]


def test_an_order_of_columns_that_only_a_second_table_of_the_same_name_has_is_told(shop):
    shop["nodes"][0]["id"] = "order"
    shop["constraints"]["inequalities"] = [{"left": "order.ordered_at", "op": "<=", "right": "order.unit_price"}]
    assert "duplicate-table" in {problem.code for problem in read(shop).errors}


def test_a_long_chain_of_lookups_is_no_mistake():
    tables = [
        {
            "id": f"t{k}",
            "kind": "entity",
            "pk": "id",
            "rows": 2,
            "columns": [
                {"name": "id", "type": "int", "generator": {"sequence": {}}},
                {"name": "v", "type": "int", "generator": {"lookup": {"from": f"t{k + 1}.v"}} if k < 499 else {"sequence": {}}},
            ],
        }
        for k in range(500)
    ]
    assert read({"version": "1.0", "metadata": {"name": "chain"}, "nodes": tables}).errors == ()


def test_a_key_that_was_itself_looked_up_still_leads_to_its_table(shop):
    keyed = {"name": "region_id", "type": "int", "generator": {"sequence": {}}}
    shop["nodes"].append({"id": "region", "kind": "entity", "pk": "region_id", "rows": 3, "columns": [keyed]})
    own = {"name": "region_id", "type": "int", "generator": {"lookup": {"from": "region.region_id"}}}
    shop["nodes"][0]["columns"].append(own)
    orders = shop["nodes"][2]["columns"]
    orders.append({**own, "generator": {"lookup": {"from": "customer.region_id", "on": "customer_id"}}})
    orders.append({"name": "region", "type": "int", "generator": {"lookup": {"from": "region.region_id", "on": "region_id"}}})
    assert not read(shop).errors


def test_a_country_without_a_locale_is_pointed_out(shop):
    shop["nodes"][0]["columns"][2]["generator"]["choice"]["choices"] = ["DE", "Atlantis"]
    shop["nodes"][0]["columns"][1]["generator"]["faker"]["locale_from"] = "country"
    [note] = [problem for problem in read(shop).notes if problem.code == "unknown-country"]
    assert "Atlantis" in note.message
    assert note.at == "/nodes/0/columns/1/generator/faker/locale_from"


def test_hours_cannot_weigh_a_grid_of_days(shop):
    pattern = {"dimension": "hour", "weights": [1] * 24}
    series = {"datetime_series": {"within": "timeframe", "freq": "D", "pattern": pattern}}
    shop["nodes"][0]["columns"].append({"name": "joined", "type": "datetime", "generator": series})
    assert "pattern-no-effect" in {problem.code for problem in read(shop).notes}


def test_a_logarithm_that_looks_like_a_price_is_pointed_out(shop):
    law = {"type": "lognormal", "params": {"mu": 50, "sigma": 0.5}}
    shop["nodes"][1]["columns"][1]["generator"] = {"distribution": law}
    [note] = [problem for problem in read(shop).notes if problem.code == "lognormal-scale"]
    assert "mu 3.91" in note.hint


def test_a_second_key_of_the_same_parent_is_pointed_out(shop):
    shop["nodes"][2]["columns"].append({**shop["nodes"][2]["columns"][1], "name": "referred_by"})
    [note] = [problem for problem in read(shop).notes if problem.code == "second-key"]
    assert "order.referred_by draws another row of customer" in note.message


@pytest.mark.parametrize(("name", "is_told"), [("author_id", True), ("customer_id", False)])
def test_a_key_with_a_role_that_is_the_ancestors_is_told(shop, name, is_told) -> None:
    key = {"name": "comment_id", "type": "int", "generator": {"sequence": {}}}
    author = {"name": name, "type": "int", "generator": {"lookup": {"from": "customer.customer_id"}}}
    comment = {"id": "comment", "kind": "fact", "pk": "comment_id", "parents": ["order", "customer"], "columns": [key, author]}
    shop["nodes"].append(comment)
    assert ("own-ancestor" in [problem.code for problem in read(shop).notes]) == is_told
    author["generator"]["lookup"]["weights_kind"] = "uniform"
    assert "own-ancestor" not in [problem.code for problem in read(shop).notes]


CHECKS = [
    ({"name": "n", "sql": " ", "equals": 1}, "empty-sql"),
    ({"name": "n", "sql": "SELECT 1", "between": [5, 1]}, "empty-range"),
    ({"name": "n", "sql": "SELECT 1"}, "check-without-result"),
]


@pytest.mark.parametrize(("check", "code"), CHECKS)
def test_a_check_that_says_nothing_is_a_problem(shop, check, code):
    shop["checks"] = [check]
    assert [(problem.at.startswith("/checks/0"), problem.code) for problem in read(shop).errors] == [(True, code)]


def test_two_ranges_without_a_common_value_are_a_problem(shop):
    shop["constraints"]["ranges"] = [{"attr": "product.price", "min": 5}, {"attr": "product.price", "max": 2}]
    assert "empty-range" in [problem.code for problem in read(shop).errors]


@pytest.mark.parametrize(("type_", "odd"), [("date", "unknown"), ("datetime", 5), ("int", "many"), ("float", True)])
def test_a_value_of_another_type_is_told_where_its_column_has_a_range_too(shop, type_, odd):
    shop["nodes"][1]["columns"].append({"name": "x", "type": type_, "generator": {"choice": {"choices": [odd]}}})
    bound = 3 if type_ in ("int", "float") else "2024-01-01T00:00:00Z"
    shop["constraints"]["ranges"] = [{"attr": "product.x", "min": bound}]
    assert [problem.code for problem in read(shop).errors] == ["choice-type"]


def test_a_total_needs_parents_to_hang_off(shop):
    shop["nodes"][0]["rows"] = 0
    shop["nodes"][2] |= {"rows": 5}
    shop["nodes"][2].pop("fanout", None)
    assert ("/nodes/2/rows", "rows-out-of-reach") in [(problem.at, problem.code) for problem in read(shop).errors]


def test_a_column_whose_formula_can_fail_may_say_that_it_is_nullable(shop):
    share = {"name": "share", "type": "float", "nullable": True, "generator": {"expression": {"code": "1 / (order_id - 3)"}}}
    shop["nodes"][2]["columns"].append(share)
    assert "nullable-unused" not in [problem.code for problem in read(shop).notes]


def test_the_rows_of_an_empty_table_have_no_children_however_many_each_could_have() -> None:
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    parent = {"id": "a", "kind": "entity", "pk": "id", "rows": 0, "columns": [key]}
    child = {"id": "b", "kind": "fact", "pk": "id", "parents": ["a"], "fanout": {"distribution": "poisson", "lambda": 3}}
    result = read({"version": "1.0", "metadata": {"name": "empty"}, "nodes": [parent, child | {"columns": [key]}]})
    assert result.problems == ()
