"""Generators, fanouts and formulas as models write them come out as the language has them; what can mean two things stays."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from datagen_chat.schema.read import read
from datagen_chat.schema.repair import Repaired, repair

Generator = dict[str, Any]
START, END = "2024-02-01T00:00:00Z", "2024-02-29T00:00:00Z"
WINDOW = {"datetime_series": {"within": {"start": START, "end": END}}}


def with_column(shop: dict[str, Any], table: int, type_: str, generator: Any, **more: Any) -> Repaired:
    shop["nodes"][table]["columns"].append({"name": "added", "type": type_, "generator": generator} | more)
    return repair(shop)


def added(repaired: Repaired, table: int) -> dict[str, Any]:
    assert repaired.reading.errors == ()
    assert repaired.mends
    found: dict[str, Any] = repaired.draft["nodes"][table]["columns"][-1]
    return found


@pytest.mark.parametrize(
    ("type_", "written", "meant"),
    [
        ("datetime", {"datetime_series": {"start": START, "end": END}}, WINDOW),
        ("datetime", {"datetime_series": {"start_date": "2024-02-01", "end_date": END}}, WINDOW),
        (
            "datetime",
            {"datetime_series": {"within": {"start": START, "end": "timeframe"}}},
            {"datetime_series": {"within": {"start": START, "end": "timeframe.end"}}},
        ),
        ("date", {"type": "date", "start": START, "end": END}, WINDOW),
        ("string", {"choice": {"choices": ["a", "b"], "weights": ["60%", "40 %"]}}, None),
        ("bool", {"bernoulli": {"p": "2.5%"}}, {"bernoulli": {"p": 0.025}}),
        ("string", {"uuid": 4}, {"uuid": {}}),
        ("string", {"faker": {"method": "full_name"}}, {"faker": {"method": "name"}}),
        ("string", {"template": {"format": "f'{country}: {email}'"}}, {"template": {"format": "{country}: {email}"}}),
        ("string", {"template": {"format": "{country.lower()}"}}, {"template": {"format": "{country:lower}"}}),
        (
            "float",
            {"distribution": {"type": "normal", "params": {"mu": 5, "sigma": 2}, "clamp": "[0, 10]"}},
            {"distribution": {"type": "normal", "params": {"mu": 5, "sigma": 2}, "clamp": [0, 10]}},
        ),
        (
            "float",
            {"distribution": {"type": "normal", "params": {"mu": 5, "sigma": 2}, "clamp": [0, None]}},
            {"distribution": {"type": "normal", "params": {"mu": 5, "sigma": 2}, "clamp": [0, 1e12]}},
        ),
        (
            "int",
            {"distribution": {"type": "poisson", "params": {"lambda": 2.5}, "min": 1}},
            {"distribution": {"type": "poisson", "params": {"lambda": 2.5}, "clamp": [1, 1e12]}},
        ),
    ],
)
def test_a_generator_in_another_shape_is_mended(shop, type_, written, meant) -> None:
    column = added(with_column(shop, 0, type_, written), 0)
    assert column["generator"] == (meant or {"choice": {"choices": ["a", "b"], "weights": [0.6, 0.4]}})


@pytest.mark.parametrize(
    ("code", "type_", "meant"),
    [
        ("count(order)", "int", {"of": "order.order_id", "op": "count"}),
        ("COUNT(order.*)", "int", {"of": "order.order_id", "op": "count"}),
        ("SUM(order.product_id)", "int", {"of": "order.product_id", "op": "sum"}),
        ("COALESCE(SUM(order.product_id), 0)", "int", {"of": "order.product_id", "op": "sum"}),
        ("ROUND(AVG(order.product_id), 1)", "float", {"of": "order.product_id", "op": "mean"}),
        ("max(order.product_id)", "int", {"of": "order.product_id", "op": "max"}),
        ("SUM(CASE WHEN order.product_id > 5 THEN 1 ELSE 0 END)", "int", {"of": "order.order_id", "op": "count"}),
        ("sum(if(order.product_id > 5, order.product_id, 0))", "int", {"of": "order.product_id", "op": "sum"}),
    ],
)
def test_a_formula_over_the_rows_below_alone_is_an_aggregate(shop, code, type_, meant) -> None:
    column = added(with_column(shop, 0, type_, {"expression": {"code": code}}, nullable=True), 0)
    where = {"where": "order.product_id > 5"} if ">" in code else {}
    assert column["generator"] == {"aggregate": meant | where}
    assert column.get("decimals") == (1 if "ROUND" in code else None)


@pytest.mark.parametrize(
    "code", ["sum(order.product_id) / 2", "sum(product_id)", "sum(order.product_id + 1)", "median(order.product_id)"]
)
def test_a_formula_that_is_more_than_one_aggregate_stays_a_problem(shop, code) -> None:
    repaired = with_column(shop, 0, "float", {"expression": {"code": code}})
    assert repaired.reading.errors
    assert repaired.draft["nodes"][0]["columns"][-1]["generator"] == {"expression": {"code": code}}


def test_means_of_no_rows_may_be_null_and_what_is_made_from_them_at_the_price_of_few_readings(shop) -> None:
    mean = {"type": "float", "generator": {"aggregate": {"of": "order.product_id", "op": "mean"}}}
    shop["nodes"][2]["fanout"] = {"distribution": "poisson", "lambda": 1}
    for k in range(40):
        half = {"type": "float", "generator": {"expression": {"code": f"m{k} / 2"}}}
        shop["nodes"][0]["columns"] += [{"name": f"m{k}"} | mean, {"name": f"h{k}"} | half]
    repaired, readings = counted(lambda: repair(shop), read)
    assert repaired.reading.errors == ()
    made = repaired.draft["nodes"][0]["columns"][-80:]
    assert all(column["nullable"] is True for column in made)
    assert len(repaired.mends) == 40
    assert readings < 10


def counted(call: Callable[[], Any], function: Callable[..., Any]) -> tuple[Any, int]:
    """Return what a call returns, and how often a function was called meanwhile."""
    found = 0

    def seen(frame: Any, event: str, _: Any) -> None:
        nonlocal found
        found += event == "call" and frame.f_code is function.__code__  # type: ignore[attr-defined]

    sys.setprofile(seen)
    try:
        return call(), found
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ({"poisson": 3}, {"distribution": "poisson", "lambda": 3}),
        ({"expression": "customer_id % 3"}, {"distribution": "constant", "value": 1, "scale": "customer_id % 3"}),
        ({"distribution": "bernoulli", "p": 0.7}, {"distribution": "choice", "values": [0, 1], "weights": [0.3, 0.7]}),
    ],
)
def test_a_fanout_in_another_shape_is_mended(shop, written, meant) -> None:
    shop["nodes"][2]["fanout"] = written
    repaired = repair(shop)
    assert repaired.reading.errors == ()
    assert repaired.draft["nodes"][2]["fanout"] == meant


def test_numbers_in_the_branches_of_a_fanout_are_mended(shop) -> None:
    branches = {"US": 0, "DE": [1, 5]}
    shop["nodes"][2]["fanout"] = {"case": {"on": "country", "when": branches, "else": 2}}
    repaired = repair(shop)
    assert repaired.reading.errors == ()
    case = repaired.draft["nodes"][2]["fanout"]["case"]
    assert case["when"]["US"] == {"distribution": "constant", "value": 0}
    assert case["when"]["DE"] == {"distribution": "uniform", "min": 1, "max": 5}
    assert case["else"] == {"distribution": "constant", "value": 2}


def test_a_lookup_with_a_weight_for_each_row_is_a_choice_of_them(shop) -> None:
    shop["nodes"][1]["rows"] = 3
    key = shop["nodes"][2]["columns"][2]
    assert key["generator"]["lookup"]["from"] == "product.product_id"
    key["generator"]["lookup"]["weights"] = [5, 3, 2]
    repaired = repair(shop)
    assert repaired.reading.errors == ()
    made = repaired.draft["nodes"][2]["columns"][2]["generator"]
    assert made == {"choice": {"choices_ref": "product.product_id", "weights": [5, 3, 2]}}


def test_the_table_of_columns_that_are_unique_together_is_found(shop) -> None:
    shop["constraints"]["unique"] = [{"columns": ["order.order_id", "order.product_id"]}]
    repaired = repair(shop)
    assert repaired.reading.errors == ()
    assert repaired.draft["constraints"]["unique"] == [{"table": "order", "columns": ["order_id", "product_id"]}]


@pytest.mark.parametrize(
    ("type_", "written", "meant"),
    [
        ("string", {"expression": {"code": "upper(country)"}}, {"expression": {"code": "upper(customer.country)"}}),
        (
            "string",
            {"case": {"on": "country", "when": {"US": {"constant": {"value": "a"}}}, "else": {"constant": {"value": "b"}}}},
            {
                "case": {
                    "on": "customer.country",
                    "when": {"US": {"constant": {"value": "a"}}},
                    "else": {"constant": {"value": "b"}},
                }
            },
        ),
    ],
)
def test_a_column_that_only_the_parent_has_is_written_with_its_table(shop, type_, written, meant) -> None:
    assert added(with_column(shop, 2, type_, written), 2)["generator"] == meant


def test_a_column_that_only_another_table_has_is_not_taken_for_the_parents(shop) -> None:
    assert with_column(shop, 2, "float", {"expression": {"code": "price * 2"}}).reading.errors


def test_a_gamma_law_with_a_beta_can_mean_two_things(shop) -> None:
    law = {"type": "gamma", "params": {"alpha": 2, "beta": 40}}
    assert with_column(shop, 0, "float", {"distribution": law}).reading.errors


@pytest.mark.parametrize("where", ["product_id != first_id", "product.product_id <> order.first_id", "first_id != product_id"])
def test_a_key_that_differs_from_another_of_its_row_is_an_inequality(shop, where) -> None:
    order = shop["nodes"][2]
    order["columns"].insert(2, {"name": "first_id", "type": "int", "generator": {"lookup": {"from": "product.product_id"}}})
    order["columns"][3]["generator"]["lookup"]["where"] = where
    repaired = repair(shop)
    assert repaired.reading.errors == ()
    assert repaired.draft["nodes"][2]["columns"][3]["generator"] == {"lookup": {"from": "product.product_id"}}
    rule = {"left": "order.product_id", "op": "!=", "right": "order.first_id"}
    assert repaired.draft["constraints"]["inequalities"] == [rule]


@pytest.mark.parametrize("rows", [3, None])
def test_the_choices_of_a_vocab_with_a_value_for_each_row_are_its_rows(shop, rows) -> None:
    names, prices = ["starter", "pro", "business"], [9, 29, 99]
    plan = {
        "id": "plan",
        "kind": "vocab",
        "pk": "plan_id",
        "columns": [
            {"name": "plan_id", "type": "string", "generator": {"choice": {"choices": names}}},
            {"name": "price", "type": "float", "generator": {"choice": {"choices": prices}}},
            {"name": "is_sold", "type": "bool", "generator": {"bernoulli": {"p": 0.5}}},
        ],
    }
    shop["nodes"].append(plan | ({} if rows is None else {"rows": rows}))
    repaired = repair(shop)
    assert repaired.reading.errors == ()
    made = [column["generator"] for column in repaired.draft["nodes"][3]["columns"]]
    assert made == [{"enum_list": {"values": names}}, {"enum_list": {"values": prices}}, {"bernoulli": {"p": 0.5}}]


def test_a_choice_in_a_vocab_that_has_weights_or_fewer_values_is_drawn(shop) -> None:
    column = {"name": "c", "type": "string", "generator": {"choice": {"choices": ["a", "b"], "weights": [0.7, 0.3]}}}
    other = {"name": "d", "type": "string", "generator": {"choice": {"choices": ["a", "b", "c"]}}}
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    shop["nodes"].append({"id": "v", "kind": "vocab", "pk": "id", "rows": 2, "columns": [key, column, other]})
    assert repair(shop).mends == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [("<>", "!="), ("≠", "!="), ("=<", "<="), ("≤", "<="), ("=>", ">="), (" ≥ ", ">="), ("=", "=="), ("less than", "<")],
)
def test_signs_of_other_languages_compare_columns(shop, written, meant) -> None:
    shop["nodes"][2]["columns"].append({"name": "low", "type": "int", "generator": {"sequence": {}}})
    shop["nodes"][2]["columns"].append({"name": "high", "type": "int", "generator": {"sequence": {}}})
    shop["constraints"]["inequalities"] = [{"left": "order.low", "op": written, "right": "order.high"}]
    repaired = repair(shop)
    assert repaired.draft["constraints"]["inequalities"][0]["op"] == meant
    assert [mend.text for mend in repaired.mends] == [f'Wrote the sign "{written}" as "{meant}".']


@pytest.mark.parametrize(
    ("written", "meant"),
    [("de-DE", "de_DE"), ("en_UK", "en_GB"), ("en-uk", "en_GB"), ("ja", "ja_JP"), ("PT_br", "pt_BR"), ("zh-Hans-CN", "zh_CN")],
)
def test_a_language_tag_is_the_locale_that_it_means(shop, written, meant) -> None:
    made = added(with_column(shop, 0, "string", {"faker": {"method": "name", "locale": written}}), 0)
    assert made["generator"] == {"faker": {"method": "name", "locale": meant}}


def test_an_empty_locale_is_left_out(shop) -> None:
    repaired = with_column(shop, 0, "string", {"faker": {"method": "name", "locale": ""}})
    assert added(repaired, 0)["generator"] == {"faker": {"method": "name"}}
    assert [mend.text for mend in repaired.mends] == ['Left out "locale", which was empty.']


@pytest.mark.parametrize("written", ["pt", "zh", "en_JP", "Atlantis"])
def test_a_language_of_several_countries_and_an_unknown_country_are_no_locale(shop, written) -> None:
    repaired = with_column(shop, 0, "string", {"faker": {"method": "name", "locale": written}})
    assert [problem.code for problem in repaired.reading.errors] == ["unknown-faker-locale"]
