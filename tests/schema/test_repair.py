"""Dialects come out in our spelling, and what could change the meaning stays a problem."""

from __future__ import annotations

import copy
import json
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagen_chat.problems import parts_of, pointer
from datagen_chat.schema.read import read
from datagen_chat.schema.repair import repair
from tests.conftest import GONE, written

C, P, F = "/nodes/0/columns", "/nodes/1/columns", "/nodes/2/columns"
FK = "/constraints/foreign_keys"
EMAIL = {"faker": {"method": "email"}}
AT_DOMAIN = {"faker": {"method": "email", "args": {"domain": "a.example"}}}
EMAIL_COLUMN = {"name": "email", "type": "string"}
UNIQUE_EMAIL = EMAIL_COLUMN | {"generator": {"faker": {"method": "email", "args": {}}}, "unique": True}
LOOKUP = {"lookup": {"from": "customer.customer_id"}}
COUNTRY = {"choice": {"choices": ["US", "DE"], "weights": [0.7, 0.3]}}
BY_NAME = {"choice": {"choices": ["DE", "US"], "weights": [0.3, 0.7]}}
ZIPF = {"choice": {"choices": ["US", "DE"], "weights_kind": "zipf@1.2"}}
ZIPF_LOOKUP = {"lookup": {"from": "customer.customer_id", "weights_kind": "zipf@1.2"}}
CONSTANT = {"constant": {"value": "EUR"}}
NORMAL = {"distribution": {"type": "normal", "params": {"mu": 5, "sigma": 2}}}
UNIFORM = {"distribution": "uniform", "min": 1, "max": 5}
PRICE = {"distribution": {"type": "lognormal", "params": {"mu": 3.5, "sigma": 0.8}, "clamp": [1, 99]}}

DIALECT = [
    # where, what is written there, what stands there after the repair
    ("/version", 1, "1.0"),
    ("/version", 1.0, "1.0"),
    ("/version", GONE, "1.0"),
    ("/metadata", GONE, {"name": "dataset"}),
    ("/metadata", {"title": "Shop"}, {"name": "Shop"}),
    ("/metadata", {"name": "Shop", "tags": ["a", "b"], "edition": 2}, {"name": "Shop", "tags": "a, b", "edition": "2"}),
    ("/timeframe/start", "2024-01-01", "2024-01-01T00:00:00Z"),
    ("/timeframe/end", "2024-12-31", "2024-12-31T23:59:59Z"),
    ("/timeframe/end", "2024-12-31T23:59:59", "2024-12-31T23:59:59Z"),
    ("/timeframe/end", "2024-12-31 23:59:59", "2024-12-31T23:59:59Z"),
    ("/timeframe/end", "2024-12-31T23:59:59+02:00", "2024-12-31T21:59:59Z"),
    ("/timeframe/freq", "hourly", "H"),
    ("/timeframe/freq", "1 hour", "H"),
    ("/timeframe/freq", "15 minutes", "15min"),
    (
        "/timeframe",
        {"from": "2024-01-01", "to": "2024-12-31"},
        {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z"},
    ),
    (f"{FK}/0", "order.customer_id -> customer.customer_id", {"from": "order.customer_id", "to": "customer.customer_id"}),
    (
        f"{FK}/0",
        {"child": "order.customer_id", "parent": "customer.customer_id"},
        {"from": "order.customer_id", "to": "customer.customer_id"},
    ),
    (
        f"{FK}/0",
        {"table": "order", "column": "customer_id", "references": "customer.customer_id"},
        {"from": "order.customer_id", "to": "customer.customer_id"},
    ),
    (
        f"{FK}/0",
        {"table": "order", "column": "customer_id", "references": {"table": "customer", "column": "customer_id"}},
        {"from": "order.customer_id", "to": "customer.customer_id"},
    ),
    (
        f"{FK}/0",
        {"from": "customer.customer_id", "to": "order.customer_id"},
        {"from": "order.customer_id", "to": "customer.customer_id"},
    ),
    ("/nodes/0/kind", GONE, "entity"),
    ("/nodes/0/kind", "Entity", "entity"),
    ("/nodes/0/kind", "dimension", "entity"),
    ("/nodes/2/kind", GONE, "fact"),
    ("/nodes/0/pk", GONE, "customer_id"),
    ("/nodes/0/pk", ["customer_id"], "customer_id"),
    ("/nodes/0/pk", "customer.customer_id", "customer_id"),
    ("/nodes/0/rows", "500", 500),
    ("/nodes/2/rows", None, GONE),
    ("/nodes/2/parents", "customer", ["customer"]),
    ("/nodes/2/parents", [{"table": "customer"}], ["customer"]),
    ("/nodes/2/parents", ["Customer"], ["customer"]),
    ("/nodes/2/fanout", 5, {"distribution": "constant", "value": 5}),
    ("/nodes/2/fanout", "1-5", UNIFORM),
    ("/nodes/2/fanout", [1, 5], UNIFORM),
    ("/nodes/2/fanout", {"min": 1, "max": 5}, UNIFORM),
    ("/nodes/2/fanout", {"type": "uniform", "min": 1, "max": 5}, UNIFORM),
    ("/nodes/2/fanout", {"distribution": {"type": "uniform", "min": 1, "max": 5}}, UNIFORM),
    ("/nodes/2/fanout", {"distribution": {"type": "uniform", "params": {"low": 1, "high": 5}}}, UNIFORM),
    ("/nodes/2/fanout", {"distribution": "uniform", "params": {"min": 1, "max": 5}}, UNIFORM),
    ("/nodes/2/fanout", {"distribution": "uniform", "low": "1", "high": "5"}, UNIFORM),
    ("/nodes/2/fanout", {"uniform": {"min": 1, "max": 5}}, UNIFORM),
    ("/nodes/2/fanout", {"type": "poisson", "mean": 3}, {"distribution": "poisson", "lambda": 3}),
    (f"{C}/0/type", "integer", "int"),
    (f"{C}/0/type", "number", "int"),
    (f"{C}/0/type", "BIGINT", "int"),
    (f"{C}/1/type", "varchar(255)", "string"),
    (f"{C}/1/type", "text", "string"),
    (f"{C}/1/type", ["string"], "string"),
    (f"{C}/1/type", GONE, GONE),
    (f"{C}/2/type", GONE, "string"),
    (f"{P}/1/type", "decimal(10,2)", "float"),
    (f"{F}/1/type", "number", "int"),
    (f"{F}/5/type", "timestamp", "datetime"),
    (f"{C}/1/nullable", "true", True),
    (f"{C}/1/nullable", None, GONE),
    (f"{C}/3/null_rate", "0.2", 0.2),
    (f"{C}/1/generator", {"type": "faker", "method": "email"}, EMAIL),
    (f"{C}/1/generator", {"type": "faker", "params": {"method": "email"}}, EMAIL),
    (f"{C}/1/generator", {"faker": "email"}, EMAIL),
    (f"{C}/1/generator", "faker.email", EMAIL),
    (f"{C}/1/generator", {"method": "email"}, EMAIL),
    (f"{C}/1/generator", {"faker": {"type": "email"}}, EMAIL),
    (f"{C}/1/generator", {"faker": "email", "locale": "de_DE"}, {"faker": {"method": "email", "locale": "de_DE"}}),
    (f"{C}/1/generator", {"faker": {"method": "email"}, "modifiers": []}, EMAIL),
    (f"{C}/1/generator", {"faker": {"method": "email", "modifiers": []}}, EMAIL),
    (f"{C}/1", EMAIL_COLUMN | {"generator": {"faker": {"method": "email", "args": {"unique": True}}}}, UNIQUE_EMAIL),
    (f"{C}/1/generator", {"faker": {"method": "email", "unique": False}}, EMAIL),
    (
        f"{C}/3",
        {"name": "stars", "type": "int", "generator": {"faker": {"method": "random_element", "elements": [1, 2]}}},
        {"name": "stars", "type": "int", "generator": {"choice": {"choices": [1, 2]}}},
    ),
    (f"{C}/1/generator", {"faker": {"method": "email", "domain": "a.example"}}, AT_DOMAIN),
    (f"{C}/0/generator", {"sequence": None}, {"sequence": {}}),
    (f"{C}/0/generator", {"sequence": 1}, {"sequence": {"start": 1}}),
    (f"{C}/0/generator", {"autoincrement": {"start": 1}}, {"sequence": {"start": 1}}),
    (f"{C}/2/generator", {"choice": ["US", "DE"]}, {"choice": {"choices": ["US", "DE"]}}),
    (f"{C}/2/generator", {"choice": {"US": 0.7, "DE": 0.3}}, BY_NAME),
    (f"{C}/2/generator", {"choice": {"choices": {"US": 0.7, "DE": 0.3}}}, BY_NAME),
    (f"{C}/2/generator", {"choice": {"choices": ["US", "DE"], "weights": {"DE": 0.3, "US": 0.7}}}, COUNTRY),
    (f"{C}/2/generator", {"choice": {"values": ["US", "DE"], "probabilities": [0.7, 0.3]}}, COUNTRY),
    (
        f"{C}/2/generator",
        {"choice": {"choices": [{"value": "US", "weight": 0.7}, {"value": "DE", "weight": 0.3}]}},
        COUNTRY,
    ),
    (f"{C}/2/generator", {"type": "choice", "choices": ["US", "DE"], "weights": [0.7, 0.3]}, COUNTRY),
    (f"{C}/2/generator/choice/choices", [1, 2], ["1", "2"]),
    (f"{C}/2/generator", {"values": ["US", "DE"]}, {"choice": {"choices": ["US", "DE"]}}),
    (f"{C}/2/generator", {"enum": ["US", "DE"]}, {"choice": {"choices": ["US", "DE"]}}),
    (f"{C}/2/generator", {"choice": {"choices": ["US", "DE"], "weights": "zipf(1.2)"}}, ZIPF),
    (f"{C}/2/generator", {"choice": {"choices": ["US", "DE"], "weights": {"kind": "zipf", "alpha": 1.2}}}, ZIPF),
    (f"{C}/2/generator", {"choice": {"choices": ["US", "DE"], "weights_kind": "Zipf 1.2"}}, ZIPF),
    (f"{C}/2/generator", {"choice": {"choices": ["US", "DE"], "weights_kind": {"zipf": 1.2}}}, ZIPF),
    (f"{F}/1/generator", {"lookup": {"from": "customer.customer_id", "weights": "zipf(1.2)"}}, ZIPF_LOOKUP),
    (f"{P}/1/generator", {"choice": {"choices": "product.product_id"}}, {"choice": {"choices_ref": "product.product_id"}}),
    (f"{P}/1/generator", {"choice": {"ref": "product.product_id"}}, {"choice": {"choices_ref": "product.product_id"}}),
    (f"{C}/2/generator", {"constant": "EUR"}, CONSTANT),
    (f"{C}/2/generator", {"pattern": "[A-Z]{3}"}, {"pattern": {"regex": "[A-Z]{3}"}}),
    (f"{C}/2/generator", {"regex": "[A-Z]{3}"}, {"pattern": {"regex": "[A-Z]{3}"}}),
    (f"{C}/2/generator", {"regexify": {"pattern": "[A-Z]{3}"}}, {"pattern": {"regex": "[A-Z]{3}"}}),
    (f"{C}/2/generator", {"type": "regex", "pattern": "[A-Z]{3}"}, {"pattern": {"regex": "[A-Z]{3}"}}),
    (f"{C}/2/generator", {"fixed": {"value": "EUR"}}, CONSTANT),
    (f"{C}/2/generator", {"literal": "EUR"}, CONSTANT),
    (f"{C}/2/generator", {"type": "static", "value": "EUR"}, CONSTANT),
    (f"{C}/2/generator", {"value": "EUR"}, CONSTANT),
    (f"{C}/2/generator", {"constant": 5}, {"constant": {"value": "5"}}),
    (f"{C}/3/generator", {"constant": None}, {"constant": {"value": None}}),
    (f"{C}/2/generator", "uuid4", {"uuid": {}}),
    (f"{C}/2/generator", {"guid": {}}, {"uuid": {}}),
    (f"{C}/2/generator", {"uuid": {"version": None}}, {"uuid": {}}),
    (f"{F}/4/generator", {"boolean": {"probability": 0.2}}, {"bernoulli": {"p": 0.2}}),
    (f"{F}/4/generator", {"bernoulli": 0.2}, {"bernoulli": {"p": 0.2}}),
    (f"{F}/4/generator", "boolean", {"bernoulli": {}}),
    (f"{P}/1/generator", {"distribution": "normal", "params": {"mean": 5, "std": 2}}, NORMAL),
    (f"{P}/1/generator", {"distribution": {"type": "normal", "mu": 5, "sigma": 2}}, NORMAL),
    (f"{P}/1/generator", {"distribution": {"type": "gaussian", "params": {"loc": 5, "scale": 2}}}, NORMAL),
    (f"{P}/1/generator", {"type": "normal", "mu": 5, "sigma": 2}, NORMAL),
    (f"{P}/1/generator", {"normal": {"mu": 5, "sigma": 2}}, NORMAL),
    (
        f"{P}/1/generator",
        {"distribution": {"type": "lognormal", "params": {"mu": 3.5, "sigma": 0.8, "min": 1, "max": 99}}},
        PRICE,
    ),
    (f"{P}/1/generator/distribution/clamp", {"min": 1, "max": 99}, [1, 99]),
    (f"{P}/1/generator/distribution/params/mu", "3.5", 3.5),
    (f"{F}/1/generator", {"lookup": "customer.customer_id"}, LOOKUP),
    (f"{F}/1/generator", {"foreign_key": "customer.customer_id"}, LOOKUP),
    (f"{F}/1/generator", {"lookup": {"table": "customer", "column": "customer_id"}}, LOOKUP),
    (f"{F}/1/generator", {"lookup": {"from": "customer"}}, LOOKUP),
    (f"{F}/1/generator", {"lookup": {"from": "customer.pk"}}, LOOKUP),
    (f"{F}/1/generator", {"lookup": {"from": "Customer.Customer_ID"}}, LOOKUP),
    (f"{F}/1/generator", {"method": "lookup", "from": "customer.customer_id"}, LOOKUP),
    (
        f"{F}/5/generator/datetime_series/within",
        ["2024-01-01", "2024-12-31"],
        {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z"},
    ),
    (f"{F}/5/generator/datetime_series/within", "TimeFrame", "timeframe"),
    (
        f"{F}/5/generator",
        {"datetime_series": {"range": "timeframe", "frequency": "day"}},
        {"datetime_series": {"within": "timeframe", "freq": "D"}},
    ),
]

UNCHANGED = [
    ("/nodes/0/rows", "1,000"),
    ("/nodes/0/rows", "many"),
    ("/seed", 42),
    ("/nodes/0/indexes", ["email"]),
    ("/nodes/2/fanout", 3.5),
    ("/nodes/2/parents", ["customers"]),
    (f"{C}/1/type", "blob"),
    (f"{C}/1/generator", {"pattern": {"regex": "[a-z]+"}}),
    (f"{C}/2/generator/choice/weights", [0.5, 0.3, 0.2]),
    (f"{P}/1/generator/distribution/type", "weird"),
    ("/timeframe/start", "last year"),
    ("/timeframe/start", "2024-02-30"),
]


def standing(draft: Any, at: str) -> Any:
    for part in parts_of(at):
        draft = draft[int(part)] if isinstance(draft, list) else draft.get(part, GONE)
    return draft


@pytest.mark.parametrize(("at", "value", "mended"), [row for row in DIALECT if row[2] is not GONE or row[1] is None])
def test_a_dialect_is_mended_and_told(shop, at, value, mended):
    repaired = repair(written(shop, at, value))
    assert repaired.reading.errors == ()
    assert standing(repaired.draft, at) == mended
    assert repaired.mends
    assert all(mend.text.endswith(".") for mend in repaired.mends)


@pytest.mark.parametrize(("at", "value"), UNCHANGED)
def test_what_could_change_the_meaning_stays_a_problem(shop, at, value):
    draft = written(shop, at, value)
    repaired = repair(draft)
    assert repaired.reading.errors
    assert repaired.draft == draft
    assert repaired.mends == ()


def test_other_names_of_tables_and_columns_are_mended(shop):
    spelled = {
        "name": "Shop",
        "tables": {
            table["id"]: {
                "type": table["kind"],
                "primary_key": table["pk"],
                **({"count": table["rows"]} if "rows" in table else {}),
                **({"parent": table["parents"][0], "cardinality": table["fanout"]} if "parents" in table else {}),
                "fields": {
                    column["name"]: {key: value for key, value in column.items() if key != "name"}
                    for column in table["columns"]
                },
            }
            for table in shop["nodes"]
        },
        "timeframe": shop["timeframe"],
        "relationships": shop["constraints"]["foreign_keys"],
    }
    repaired = repair(spelled)
    assert repaired.reading.errors == ()
    assert read(repaired.draft).dataset == read(shop).dataset


def test_arguments_beside_the_generator_move_into_it(shop):
    column = shop["nodes"][0]["columns"][2]
    column["generator"] = {"choice": {}}
    column |= {"choices": ["US", "DE"], "weights": [0.7, 0.3]}
    assert standing(repair(shop).draft, f"{C}/2/generator") == COUNTRY


def test_a_column_without_a_generator_gathers_its_arguments(shop):
    column = shop["nodes"][0]["columns"][2]
    del column["generator"]
    column |= {"choices": ["US", "DE"], "weights": [0.7, 0.3]}
    assert standing(repair(shop).draft, f"{C}/2/generator") == COUNTRY


@pytest.mark.parametrize(
    "generator",
    [
        {"enum": ["a", "b"]},
        {"values": ["a", "b"]},
        {"enum": {"values": ["a", "b"]}},
        {"enum_list": ["a", "b"]},
        {"type": "enum_list", "values": ["a", "b"]},
        {"enum_list": {"items": ["a", "b"]}},
    ],
)
def test_the_list_of_a_vocab_is_the_list_itself(shop, generator):
    key = {"name": "plan_id", "type": "int", "generator": {"sequence": {}}}
    column = {"name": "plan", "type": "string", "generator": generator}
    shop["nodes"].append({"id": "plan", "kind": "vocab", "pk": "plan_id", "columns": [key, column]})
    repaired = repair(shop)
    assert standing(repaired.draft, "/nodes/3/columns/1/generator") == {"enum_list": {"values": ["a", "b"]}}
    assert repaired.reading.errors == ()


@pytest.mark.parametrize(
    "generator",
    [
        {"template": "{country}-{email}"},
        {"format": "{country}-{email}"},
        {"type": "template", "template": "{country}-{email}"},
        {"template": {"format": "{{country}}-{{ email }}"}},
        {"template": {"format": "${country}-${email}"}},
        {"template": {"format": "%(country)s-%(email)s"}},
        {"template": {"format": "<country>-<email>"}},
        {"template": {"format": "$country-$email"}},
        {"template": {"format": "{Country}-{EMAIL}"}},
        {"template": {"format": ["country", "-", "email"]}},
        {"concat": ["country", "-", "email"]},
        {"concat": {"columns": ["country", "email"], "separator": "-"}},
    ],
)
def test_a_template_in_other_signs_is_mended(shop, generator):
    shop["nodes"][0]["columns"].append({"name": "label", "type": "string", "generator": generator})
    repaired = repair(shop)
    assert repaired.reading.errors == ()
    assert standing(repaired.draft, f"{C}/4/generator") == {"template": {"format": "{country}-{email}"}}


def test_equal_columns_are_one(shop):
    columns = shop["nodes"][0]["columns"]
    wanted = copy.deepcopy(shop)
    columns += [copy.deepcopy(columns[1]), copy.deepcopy(columns[1])]
    assert repair(shop).draft == wanted


def test_a_valid_draft_comes_back_as_it_is(shop, seeds):
    for draft in (shop, *seeds):
        text = json.dumps(draft)
        repaired = repair(draft)
        assert json.dumps(repaired.draft) == text
        assert repaired.mends == ()


def test_the_draft_given_stays_as_it_is(shop):
    draft = written(shop, "/nodes/2/fanout", 5)
    text = json.dumps(draft)
    repair(draft)
    assert json.dumps(draft) == text


def test_many_equal_slips_are_mended_quickly():
    tables = [
        {
            "name": f"t{k}",
            "primary_key": "id",
            "count": "10",
            "fields": [
                {"name": "id", "type": "integer", "generator": {"type": "sequence"}},
                *({"name": f"c{j}", "type": "varchar(20)", "generator": {"faker": "word"}} for j in range(9)),
            ],
        }
        for k in range(40)
    ]
    started = time.process_time()
    repaired = repair({"tables": tables})
    assert repaired.reading.errors == ()
    assert len(repaired.mends) > 200
    assert time.process_time() - started < 4


def test_a_hopeless_edit_does_not_keep_the_others_back(shop):
    shop["nodes"][2]["fanout"] = 5
    shop["nodes"][0]["rows"] = "1,000"
    repaired = repair(shop)
    assert standing(repaired.draft, "/nodes/2/fanout") == {"distribution": "constant", "value": 5}
    assert [problem.at for problem in repaired.reading.errors] == ["/nodes/0/rows"]


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
WORDS = """
version metadata name nodes tables id kind pk rows parents fanout columns fields type generator distribution params min max
sequence choice choices weights faker method lookup from on constraints foreign_keys to unique timeframe start end freq within
datetime_series clamp nullable null_rate decimals title value weight references table column customer order 1.0 uniform normal
customer.customer_id 2024-01-01 -> 5 1-5 true int string entity fact locale_from pattern dimension
"""
words = st.sampled_from(WORDS.split())
anything = st.recursive(
    scalars | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=4), inner, max_size=5),
    max_leaves=25,
)


@settings(max_examples=250, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(anything)
def test_any_json_is_answered(document):
    repaired = repair(document)
    assert (repaired.reading.dataset is None) == bool(repaired.reading.errors)
    if not repaired.mends:
        assert repaired.draft == document or document != document


def places(value: Any, at: str = "") -> list[str]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [place for key, part in parts for place in places(part, at + pointer(key))]
    return [at, *below] if at else below


@settings(max_examples=400, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_repair_never_makes_a_draft_worse(data):
    from datagen_chat.schema.repair import _measure

    draft = data.draw(st.builds(make_draft))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.sampled_from(places(draft)))
        draft = written(draft, at, data.draw(st.just(GONE) | anything))
        if not isinstance(draft, dict) or not places(draft):
            break
    before = read(draft)
    repaired = repair(draft)
    assert _measure(repaired.reading) <= _measure(before)
    assert bool(repaired.mends) == (_measure(repaired.reading) < _measure(before))
    assert repair(repaired.draft).draft == repaired.draft


def make_draft() -> dict[str, Any]:
    column = {"name": "id", "type": "int", "generator": {"sequence": {"start": 1}}}
    customer = [
        column,
        {"name": "country", "type": "string", "generator": COUNTRY},
        {"name": "score", "type": "float", "generator": NORMAL},
        {"name": "seen", "type": "datetime", "generator": {"datetime_series": {"within": "timeframe", "freq": "D"}}},
    ]
    order = [column, {"name": "customer_id", "type": "int", "generator": {"lookup": {"from": "customer.id"}}}]
    draft = {
        "version": "1.0",
        "metadata": {"name": "Shop"},
        "timeframe": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z"},
        "constraints": {"foreign_keys": [{"from": "order.customer_id", "to": "customer.id"}], "unique": ["order.id"]},
        "nodes": [
            {"id": "customer", "kind": "entity", "pk": "id", "rows": 10, "columns": customer},
            {"id": "order", "kind": "fact", "pk": "id", "parents": ["customer"], "fanout": UNIFORM, "columns": order},
        ],
    }
    copied: dict[str, Any] = json.loads(json.dumps(draft))
    return copied


@pytest.mark.parametrize("text", ["1.000", "1,000", "12.500.000"])
def test_a_number_that_half_of_the_world_reads_otherwise_stays_in_its_quotes(shop, text):
    shop["nodes"][0]["rows"] = text
    assert repair(shop).draft["nodes"][0]["rows"] == text


def test_a_mean_and_deviation_are_not_taken_for_those_of_the_logarithm(shop):
    law = {"type": "lognormal", "params": {"mean": 50, "std": 20}}
    shop["nodes"][1]["columns"][1]["generator"] = {"distribution": law}
    assert repair(shop).reading.dataset is None


@pytest.mark.parametrize("generator", [{"lookup": {"from": "customer.customer_id"}}, {"enum_list": {"values": ["a", "b"]}}])
def test_the_kind_of_a_table_that_may_be_of_several_is_not_guessed(shop, generator):
    columns = [
        {"name": "id", "type": "int", "generator": {"sequence": {}}},
        {"name": "x", "type": "int", "generator": generator},
    ]
    shop["nodes"].append({"id": "thing", "pk": "id", "columns": columns})
    repaired = repair(shop)
    assert ("/nodes/3/kind", "missing-key") in [(problem.at, problem.code) for problem in repaired.reading.errors]


@pytest.mark.parametrize(
    "generator",
    [
        {"datetime_series": {"within": "timeframe", "freq": "D"}},
        {"choice": {"choices": ["2024-01-05T00:00:00Z", "2024-02-05"]}},
    ],
)
def test_a_type_that_the_generator_leaves_open_is_not_guessed(shop, generator):
    shop["nodes"][0]["columns"].append({"name": "x", "generator": generator})
    repaired = repair(shop)
    assert ("/nodes/0/columns/4/type", "missing-key") in [(problem.at, problem.code) for problem in repaired.reading.errors]
