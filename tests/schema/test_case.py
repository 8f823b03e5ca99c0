"""Generators inside a case: mistakes at their places, dialects, differences, patches and names, as outside of one."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from datagen_chat.problems import parts_of, value_at
from datagen_chat.schema.change import difference
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.read import read
from datagen_chat.schema.rename import rename_column, rename_table
from datagen_chat.schema.repair import repair

Draft = dict[str, Any]
GONE = object()
AT = "/nodes/2/columns/3/generator/case"
TEN, TWO = {"constant": {"value": 10}}, {"choice": {"choices": [1, 2]}}
NORMAL = {"distribution": {"type": "normal", "params": {"mu": 3, "sigma": 1}}}


def make() -> Draft:
    """Return brands, products with a category, and sales whose amount is a case of the category."""

    def key(name: str) -> Draft:
        return {"name": f"{name}_id", "type": "int", "generator": {"sequence": {}}}

    def of(name: str, type_: str, generator: Draft, **more: Any) -> Draft:
        return {"name": name, "type": type_, "generator": generator, **more}

    amount = {"case": {"on": "category", "when": {"Books": dict(NORMAL), "Toys": dict(TEN)}, "else": dict(TWO)}}
    category = of("category", "string", {"choice": {"choices": ["Books", "Toys", "Food"]}})
    columns = [key("sale"), category, of("age", "int", {"choice": {"choices": [1, 2, 3]}}), of("amount", "float", amount)]
    brand = {"id": "brand", "kind": "entity", "pk": "brand_id", "rows": 5, "columns": [key("brand")]}
    item = {"id": "item", "kind": "entity", "pk": "item_id", "rows": 5, "columns": [key("item"), copy.deepcopy(category)]}
    sale = {"id": "sale", "kind": "entity", "pk": "sale_id", "rows": 50, "columns": columns}
    return copy.deepcopy({"version": "1.0", "metadata": {"name": "x"}, "nodes": [brand, item, sale]})


def written(at: str, value: Any, draft: Draft | None = None) -> Draft:
    draft = draft or make()
    path, _, last = at.rpartition("/")
    holder = value_at(draft, path)
    key = int(last) if isinstance(holder, list) else parts_of("/" + last)[0]
    if value is GONE:
        del holder[key]
    else:
        holder[key] = copy.deepcopy(value)
    return draft


MISTAKES = [
    # what is written, where, the problem's place, its code
    (f"{AT}/on", GONE, f"{AT}/on", "missing-key"),
    (f"{AT}/on", "kategory", f"{AT}/on", "unknown-column"),
    (f"{AT}/on", "brands.brand_id", f"{AT}/on", "unknown-reference"),
    (f"{AT}/on", "item.category", f"{AT}/on", "not-an-ancestor"),
    (f"{AT}/on", "a.b.c", f"{AT}/on", "bad-reference"),
    (f"{AT}/on", "amount", "/nodes/2/columns/3/generator", "column-cycle"),
    (f"{AT}/on", "age", f"{AT}/when/Books", "case-type"),
    (f"{AT}/when", GONE, f"{AT}/when", "missing-key"),
    (f"{AT}/when", {}, f"{AT}/when", "too-few-keys"),
    (f"{AT}/when", [{"if": "age > 2", "then": TEN}], f"{AT}/when", "wrong-type"),
    (f"{AT}/when/Bookz", TEN, f"{AT}/when/Bookz", "unknown-case"),
    (f"{AT}/when/Books", 7, f"{AT}/when/Books", "wrong-type"),
    (f"{AT}/when/Books", None, f"{AT}/when/Books", "null-value"),
    (f"{AT}/when/Books", {}, f"{AT}/when/Books", "too-few-keys"),
    (f"{AT}/when/Books", {"chioce": {}}, f"{AT}/when/Books/chioce", "unknown-generator"),
    (f"{AT}/when/Books", TEN | TWO, f"{AT}/when/Books", "too-many-keys"),
    (f"{AT}/when/Books/distribution/params/mu", "x", f"{AT}/when/Books/distribution/params/mu", "wrong-type"),
    (f"{AT}/when/Books/distribution/clamp", [9, 1], f"{AT}/when/Books/distribution/clamp", "empty-range"),
    (f"{AT}/when/Toys", {"constant": {"value": "ten"}}, f"{AT}/when/Toys/constant/value", "value-type"),
    (f"{AT}/when/Toys", {"uuid": {}}, f"{AT}/when/Toys/uuid", "generator-type"),
    (f"{AT}/when/Toys", {"constant": {"value": None}}, "/nodes/2/columns/3/generator", "null-not-allowed"),
    (f"{AT}/when/Toys", {"lookup": {"from": "brand.id"}}, f"{AT}/when/Toys/lookup/from", "unknown-reference"),
    (f"{AT}/when/Toys", {"lookup": {"from": "item.category"}}, f"{AT}/when/Toys/lookup/from", "lookup-type"),
    (
        "/nodes/2/columns/2/generator",
        {"case": {"on": "category", "when": {"Toys": {"lookup": {"from": "item.item_id", "distinct": True}}}, "else": TEN}},
        "/nodes/2/columns/2/generator/case/when/Toys/lookup",
        "case-of-rows",
    ),
    (f"{AT}/else/choice/weights", [1], f"{AT}/else/choice/weights", "weights-length"),
    (f"{AT}/else", GONE, "/nodes/2/columns/3/generator", "null-not-allowed"),
    (f"{AT}/otherwise", TEN, f"{AT}/otherwise", "unknown-key"),
    ("/nodes/2/pk", "amount", "/nodes/2/columns/3/generator", "pk-not-unique"),
]


def test_the_schema_is_valid():
    assert read(make()).problems == ()


@pytest.mark.parametrize(("at", "value", "place", "code"), MISTAKES)
def test_a_mistake_is_reported_at_its_place(at, value, place, code):
    reading = read(written(at, value))
    assert (place, code) in [(problem.at, problem.code) for problem in reading.errors]
    assert all(problem.hint and "\n" not in problem.message for problem in reading.errors)


def test_a_mistaken_value_names_the_nearest_one():
    [problem] = read(written(f"{AT}/when/Bookz", TEN)).errors
    assert problem.hint == 'Did you mean "Books"?'


def test_conditions_are_told_what_to_write_instead():
    for at, value in ((f"{AT}/when", [{"if": "age > 2", "then": TEN}]), (AT, [{"when": "age > 2", "then": TEN}])):
        [problem] = repair(written(at, value)).reading.errors
        assert (problem.at, problem.code) == (at, "wrong-type")
        assert "expression" in problem.hint


def test_a_branch_for_all_others_is_no_mistake_where_all_are_listed():
    assert read(written(f"{AT}/when/Food", TEN)).problems == ()


@pytest.mark.parametrize(("one", "other"), [("1", "1.0"), ("+2", "2")])
def test_a_value_that_stands_twice_is_a_mistake(one, other):
    reading = read(written(AT, {"on": "age", "when": {one: TEN, other: TWO}, "else": TEN}))
    assert [(problem.at, problem.code) for problem in reading.errors] == [(f"{AT}/when/{other}", "case-twice")]


def test_a_case_waits_for_the_columns_of_its_branches():
    draft = written("/nodes/2/columns/2/generator", {"case": {"on": "amount", "when": {"3": TEN}, "else": TEN}})
    draft["nodes"][2]["columns"][2]["type"] = "float"
    written(f"{AT}/when/Toys", {"case": {"on": "age", "when": {"10": TEN}, "else": TEN}}, draft)
    assert [problem.code for problem in read(draft).errors] == ["column-cycle"]


PLAIN = {"on": "category", "when": {"Books": TEN, "Toys": TWO}, "else": TEN}
DIALECT = [
    # where, what is written there, what stands there after the repair
    (f"{AT}/when/Books", 0.2, {"constant": {"value": 0.2}}),
    (f"{AT}/when/Books", [1, 2], TWO),
    (
        f"{AT}/when/Books",
        [{"value": 1, "weight": 3}, {"value": 2, "weight": 1}],
        {"choice": TWO["choice"] | {"weights": [3, 1]}},
    ),
    (f"{AT}/when/Books", {"1": 0.5, "2": 0.5}, {"choice": {"choices": [1, 2], "weights": [0.5, 0.5]}}),
    (f"{AT}/when/Books", {"choices": [1, 2]}, TWO),
    (f"{AT}/when/Books", {"choice": [1, 2]}, TWO),
    (f"{AT}/when/Books", {"generator": TWO}, TWO),
    (f"{AT}/when/Books", {"type": "choice", "choices": [1, 2]}, TWO),
    (f"{AT}/when/Books", {"type": "normal", "mu": 3, "sigma": 1}, NORMAL),
    (f"{AT}/when/Books", {"normal": {"mean": 3, "std": 1}}, NORMAL),
    (f"{AT}/when/Books", {"distribution": {"type": "normal", "mean": 3, "sd": 1}}, NORMAL),
    (f"{AT}/else", 10, TEN),
    (f"{AT}/else", ["1", "2"], TWO),
    (AT, {"column": "category", "cases": {"Books": TEN, "Toys": [1, 2]}, "default": 10}, PLAIN),
    (AT, {"by": "category", "branches": {"Books": TEN, "Toys": TWO}, "otherwise": TEN}, PLAIN),
    (AT, {"on": "category", "when": {"Books": TEN, "Toys": TWO, "default": TEN}}, PLAIN),
    (AT, {"on": "category", "when": {"Books": TEN, "Toys": TWO, "else": TEN}}, PLAIN),
    (AT, {"on": "category", "when": {"books": TEN, " TOYS": TWO}, "else": TEN}, PLAIN),
    (AT, {"category": {"Books": TEN, "Toys": TWO}, "else": TEN}, PLAIN),
    (AT, {"on": "category", "Books": TEN, "Toys": TWO, "else": TEN}, PLAIN),
    (AT, [{"when": "category == 'Books'", "then": 10}, {"when": 'category = "Toys"', "then": TWO}, {"else": TEN}], PLAIN),
    (f"{AT}/when", [{"value": "Books", "then": TEN}, {"value": "Toys", "generator": TWO}], PLAIN["when"]),
    (AT, {"when": [{"if": {"category": "Books"}, "then": TEN}, {"if": {"category": "Toys"}, "then": TWO}], "else": 10}, PLAIN),
    (
        AT,
        [{"when": "category in ('Books', 'Toys')", "then": TEN}, {"when": "else", "then": TWO}],
        {"on": "category", "when": {"Books": TEN, "Toys": TEN}, "else": TWO},
    ),
    ("/nodes/2/columns/3/generator", {"switch": PLAIN}, {"case": PLAIN}),
]


@pytest.mark.parametrize(("at", "value", "after"), DIALECT)
def test_a_dialect_becomes_a_case(at, value, after):
    draft = written(at, value)
    before = copy.deepcopy(draft)
    repaired = repair(draft)
    assert repaired.reading.errors == ()
    assert value_at(repaired.draft, at) == after
    assert repaired.mends
    assert draft == before


@pytest.mark.parametrize(
    "value",
    [
        [{"when": "category == 'Books'", "then": TEN}, {"when": "age == 2", "then": TWO}, {"else": TEN}],
        [{"when": "category == 'Books' and age == 2", "then": TEN}, {"else": TEN}],
        [{"when": "category != 'Books'", "then": TEN}, {"else": TEN}],
        [{"when": "category == 'Books'", "then": TEN}, {"when": "category == 'Books'", "then": TWO}, {"else": TEN}],
        [{"when": "category == 'Books'"}, {"else": TEN}],
    ],
)
def test_what_asks_for_more_than_values_of_one_column_stays_a_problem(value):
    assert [problem.code for problem in repair(written(AT, value)).reading.errors] == ["wrong-type"]


def test_a_bare_null_is_a_branch_of_nothing():
    draft = written(f"{AT}/when/Books", None)
    draft["nodes"][2]["columns"][3]["nullable"] = True
    repaired = repair(draft)
    assert repaired.reading.errors == ()
    assert value_at(repaired.draft, f"{AT}/when/Books") == {"constant": {"value": None}}


def amount(case: Draft) -> Draft:
    return {"nodes": {"sale": {"columns": {"amount": {"generator": {"case": case}}}}}}


EDITS = [
    ({"when": {"Books": {"distribution": {"params": {"mu": 3.2}}}}}, ["case Books: mu 3 → 3.2"]),
    ({"when": {"Toys": {"constant": {"value": 12}}}}, ["case Toys: value 10 → 12"]),
    ({"when": {"Toys": TWO}}, ["case Toys: constant 10 → choice 1/2"]),
    ({"when": {"Food": TEN}}, ["case Food added: constant 10"]),
    ({"when": {"Toys": None}}, ["case Toys removed (was constant 10)"]),
    ({"else": {"choice": {"choices": [1, 3]}}}, ["case else: choices 1/2 → 1/3"]),
    (
        {"when": {"Books": {"distribution": {"params": {"mu": 4}}}}, "else": TEN},
        ["case Books: mu 3 → 4", "case else: choice 1/2 → constant 10"],
    ),
    (
        {"when": {"Toys": {"case": {"on": "age", "when": {"1": TEN}, "else": TWO}}}},
        ["case Toys: constant 10 → case age, 1: constant 10, else choice 1/2"],
    ),
]


@pytest.mark.parametrize(("patch", "lines"), EDITS)
def test_a_patch_reaches_into_a_branch_and_is_told_in_one_line(patch, lines):
    patched = apply_patch(make(), amount(patch))
    assert patched.problems == ()
    assert read(patched.draft).errors == ()
    assert [str(change) for change in difference(make(), patched.draft)] == [f"sale.amount: {line}" for line in lines]


def test_a_change_far_inside_names_every_branch_above_it():
    inner = {"case": {"on": "age", "when": {"1": NORMAL}, "else": TWO}}
    before = written(f"{AT}/when/Toys", inner)
    after = written(f"{AT}/when/Toys/case/when/1/distribution/params/sigma", 2, copy.deepcopy(before))
    assert [str(change) for change in difference(before, after)] == ["sale.amount: case Toys: case 1: sigma 1 → 2"]


@pytest.mark.parametrize("name", ["choice", "type", "distribution", "generator", "on"])
def test_values_that_are_words_of_the_language_are_still_values(name):
    before = written(AT, {"on": "category", "when": {name: TEN}, "else": TEN})
    before["nodes"][2]["columns"][1]["generator"]["choice"]["choices"] = [name, "Toys"]
    after = apply_patch(before, amount({"when": {"Toys": TWO}}))
    assert value_at(after.draft, f"{AT}/when") == {name: TEN, "Toys": TWO}
    again = apply_patch(after.draft, amount({"when": {name: {"constant": {"value": 3}}}}))
    assert value_at(again.draft, f"{AT}/when/{name}") == {"constant": {"value": 3}}
    assert read(again.draft).errors == ()


def test_a_rename_reaches_the_column_that_decides_and_what_the_branches_read():
    draft = written(f"{AT}/when/Toys", {"lookup": {"from": "item.item_id", "on": "item_id"}})
    sale = draft["nodes"][2]["columns"]
    sale.append({"name": "item_id", "type": "int", "generator": {"lookup": {"from": "item.item_id"}}})
    nested = {
        "case": {"on": "item.category", "when": {"on": {"lookup": {"from": "item.item_id", "on": {"item_id": "item_id"}}}}}
    }
    written(f"{AT}/when/on", nested, draft)
    rename_column(draft, "sale", "item_id", "thing")
    rename_table(draft, "item", "article")
    rename_column(draft, "sale", "category", "kind")
    rename_column(draft, "article", "item_id", "article_id")
    case = value_at(draft, AT)
    assert case["on"] == "kind"
    assert case["when"]["Toys"] == {"lookup": {"from": "article.article_id", "on": "thing"}}
    assert case["when"]["on"]["case"]["on"] == "article.category"
    assert case["when"]["on"]["case"]["when"]["on"] == {"lookup": {"from": "article.article_id", "on": {"thing": "article_id"}}}


@pytest.mark.parametrize(("name", "codes"), [("1.0", []), ("1.25", ["unknown-case", "null-not-allowed"])])
def test_the_values_of_a_rounded_column_are_the_rounded_ones(name: str, codes: list[str]) -> None:
    draft = make()
    sale = draft["nodes"][2]["columns"]
    sale[2] = {"name": "age", "type": "float", "decimals": 0, "generator": {"choice": {"choices": [1.25, 0.75]}}}
    sale[3]["generator"] = {"case": {"on": "age", "when": {name: dict(TEN)}}}
    assert [problem.code for problem in read(draft).errors] == codes
