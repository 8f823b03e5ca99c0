"""A column made by a formula: what it refuses, what it reads, how its values become those of the column."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.engine.shapes import table_shape
from datagen_chat.problems import Problem, SchemaError
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read
from datagen_chat.schema.rename import rename_column, rename_table
from datagen_chat.schema.repair import repair
from tests.engine.test_rows import listed
from tests.engine.test_run import write

Draft = dict[str, Any]
AT = "/nodes/2/columns/8/generator/expression/code"


def drawn(name: str, type_: str, **generator: Any) -> Draft:
    return {"name": name, "type": type_, "generator": generator}


def key(name: str) -> Draft:
    return drawn(name, "int", sequence={})


def shop(code: str, type_: str = "float", **more: Any) -> Draft:
    """Return a schema in which `x` of an order, the last column, is made by a formula."""
    normal = {"type": "normal", "params": {"mu": 20, "sigma": 5}}
    customer = [
        key("customer_id"),
        drawn("tier", "string", choice={"choices": ["Gold", "Silver"]}),
        drawn("signed_up", "date", datetime_series={"within": "timeframe", "freq": "D"}),
        drawn("score", "int", choice={"choices": [1, 2, None]}) | {"nullable": True},
    ]
    order = [
        key("order_id"),
        drawn("customer_id", "int", lookup={"from": "customer.customer_id"}),
        drawn("product_id", "int", lookup={"from": "product.product_id"}),
        drawn("quantity", "int", choice={"choices": [0, 1, 2, 3]}),
        drawn("placed", "datetime", datetime_series={"within": "timeframe", "freq": "H"}),
        drawn("paid", "bool", bernoulli={"p": 0.7}),
        drawn("status", "string", choice={"choices": ["open", "sent"]}),
        drawn("note", "string", choice={"choices": ["a", None]}) | {"nullable": True},
        drawn("x", type_, expression={"code": code}) | more,
    ]
    product = [key("product_id"), drawn("price", "float", distribution=normal)]
    return {
        "version": "1.0",
        "metadata": {"name": "shop"},
        "timeframe": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:00:00Z"},
        "nodes": [
            {"id": "customer", "kind": "entity", "pk": "customer_id", "rows": 40, "columns": customer},
            {"id": "product", "kind": "entity", "pk": "product_id", "rows": 7, "columns": product},
            {
                "id": "order",
                "kind": "fact",
                "pk": "order_id",
                "parents": ["customer"],
                "fanout": {"distribution": "poisson", "lambda": 5},
                "columns": order,
            },
        ],
    }


def errors(draft: Draft) -> list[Problem]:
    return [problem for problem in read(draft).problems if problem.is_error]


def rows_of(draft: Draft, *columns: str, table: str = "order") -> list[tuple[Any, ...]]:
    reading = read(draft)
    assert reading.dataset is not None, reading.problems
    plan = Plan(reading.dataset, 3).tables[table]
    rows = plan.rows(range(plan.row_count))
    return list(zip(*(listed(rows.values(column)) for column in columns), strict=True))


@pytest.mark.parametrize(
    ("code", "type_", "problem", "message", "hint"),
    [
        ("1 +", "float", "expression-syntax", "column 4: Expected a value", "Write a value"),
        ("quantity + status", "float", "expression-kind", "column 1: + does not go", "Write concat(status, quantity)"),
        ("rond(quantity)", "float", "expression-function", "column 1: There is no function rond", 'Did you mean "round"?'),
        ("quantty * 2", "float", "unknown-column", "order has no column quantty.", 'Did you mean "quantity"?'),
        ("product.prise * 2", "float", "unknown-reference", "product has no column prise.", 'Did you mean "product.price"?'),
        (
            "quantity * 2",
            "string",
            "expression-type",
            "The formula makes int, which does not fit x of type string.",
            "Write concat",
        ),
        ("status", "float", "expression-type", "The formula makes text", "Set the column's type to string"),
        ("quantity", "bool", "expression-type", "The formula makes int", "Compare it, as in … > 0"),
        ("if(paid, 1, 2)", "bool", "expression-type", "The formula makes int", "Compare it"),
        ("timeframe.end - placed", "float", "expression-type", "The formula makes duration", "Divide by days(1)"),
        (
            "customer.signed_up - date('2024-01-01')",
            "int",
            "expression-type",
            "The formula makes duration",
            "Divide by days(1)",
        ),
        ("paid", "datetime", "expression-type", "The formula makes bool", "Set the column's type to bool"),
        ("x + 1", "float", "column-cycle", "order.x takes its values from itself.", "Make one of them"),
    ],
)
def test_a_mistake_is_told_at_the_formula(code: str, type_: str, problem: str, message: str, hint: str) -> None:
    [found] = errors(shop(code, type_))
    assert (found.code, found.at) == (problem, AT if problem != "column-cycle" else AT.removesuffix("/expression/code"))
    assert found.message.startswith(message)
    assert found.hint.startswith(hint)


@pytest.mark.parametrize(
    ("code", "type_", "why"),
    [
        ("note", "string", "its formula is null where note is"),
        ("customer.score * 2", "int", "its formula is null where customer.score is"),
        ("case when paid then 1 end", "int", "a CASE in its formula has no ELSE"),
        ("nullif(quantity, 0)", "int", "its formula makes nulls"),
        ("null", "string", "its formula makes nulls"),
    ],
)
def test_nulls_must_be_allowed(code: str, type_: str, why: str) -> None:
    [found] = errors(shop(code, type_))
    assert (found.code, found.message) == ("null-not-allowed", f"order.x is not nullable, but {why}.")
    assert errors(shop(code, type_, nullable=True)) == []


@pytest.mark.parametrize("code", ["coalesce(note, '')", "if(note is null, 'x', 'y')", "concat(quantity / 2, status)"])
def test_nulls_that_cannot_come_out_need_not_be_allowed(code: str) -> None:
    assert errors(shop(code, "string")) == []


def test_a_window_that_the_dataset_does_not_have_cannot_be_named() -> None:
    draft = shop("timeframe.end", "datetime")
    del draft["timeframe"]
    assert ("no-timeframe", AT) in [(problem.code, problem.at) for problem in errors(draft)]


def test_columns_of_the_row_of_its_parent_and_of_the_row_that_it_points_at_are_read() -> None:
    draft = shop("round(quantity * product.price * if(customer.tier == 'Gold', 0.9, 1.0), 2)")
    prices = dict(rows_of(draft, "product_id", "price", table="product"))
    tiers = dict(rows_of(draft, "customer_id", "tier", table="customer"))
    made = rows_of(draft, "x", "quantity", "product_id", "customer_id")
    assert len(made) > 100
    for x, quantity, product, customer in made:
        assert x == round(quantity * prices[product] * (0.9 if tiers[customer] == "Gold" else 1.0) * 100) / 100


def test_the_window_of_the_dataset_can_be_named() -> None:
    made = rows_of(shop("round((timeframe.end - placed) / hours(1))", "int"), "x", "placed")
    end = 1_735_686_000_000_000  # 2024-12-31T23:00:00Z
    assert all(x * 3_600_000_000 == end - placed for x, placed in made)


@pytest.mark.parametrize(
    ("code", "type_", "more", "expected"),
    [
        ("quantity / 2 + 0.25", "int", {}, lambda row: round(row["quantity"] / 2 + 0.25)),
        ("quantity", "float", {}, lambda row: float(row["quantity"])),
        ("paid", "int", {}, lambda row: int(row["paid"])),
        ("if(paid, 1, 0)", "bool", {}, lambda row: row["paid"]),
        ("quantity / 3", "float", {}, lambda row: round(row["quantity"] / 3, 2)),
        ("quantity / 3", "float", {"decimals": 4}, lambda row: round(row["quantity"] / 3, 4)),
        ("round(quantity / 3, 5)", "float", {}, lambda row: round(row["quantity"] / 3, 5)),
        ("placed", "date", {}, lambda row: row["placed"] // 86_400_000_000),
        ("customer.signed_up + days(quantity)", "date", {}, lambda row: row["signed_up"] + row["quantity"]),
        ("customer.signed_up", "datetime", {}, lambda row: row["signed_up"] * 86_400_000_000),
        ("concat(status, '-', quantity)", "string", {}, lambda row: f"{row['status']}-{row['quantity']}"),
        ("null", "string", {"nullable": True}, lambda row: None),
        ("null", "float", {"nullable": True}, lambda row: None),
        ("nullif(quantity, 0)", "int", {"nullable": True}, lambda row: row["quantity"] or None),
        ("null = null", "bool", {"nullable": True}, lambda row: None),
        ("null != (null)", "bool", {"nullable": True}, lambda row: None),
        ("if(null = null, 1, 2)", "int", {}, lambda row: 2),
        ("quantity = null", "bool", {}, lambda row: False),
    ],
)
def test_values_become_those_of_the_column(code: str, type_: str, more: Draft, expected: Callable[[Draft], Any]) -> None:
    draft = shop(code, type_, **more)
    draft["nodes"][2]["columns"].append(drawn("signed_up", "date", lookup={"from": "customer.signed_up"}))
    names = ["quantity", "paid", "placed", "status", "signed_up"]
    for x, *row in rows_of(draft, "x", *names):
        assert x == expected(dict(zip(names, row, strict=True)))


@pytest.mark.parametrize(
    ("code", "type_", "outcomes", "layout"),
    [
        ("if(quantity > 2, 'many', if(quantity > 0, 'few', 'none'))", "string", {"many", "few", "none"}, "category"),
        ("case when paid then status else 'unpaid' end", "string", {"open", "sent", "unpaid"}, "category"),
        ("case when paid then 1 end", "int", {1, None}, "category"),
        ("quantity > 1", "bool", {True, False}, "category"),
        ("quantity > 1", "int", {0, 1}, "category"),
        ("note == 'a'", "bool", {True, False, None}, "category"),
        ("upper(status)", "string", None, "plain"),
        ("quantity + 1", "int", None, "plain"),
        ("if(paid, 0.5, 1.5)", "float", None, "plain"),
    ],
)
def test_few_values_are_known_to_be_few(code: str, type_: str, outcomes: set[Any] | None, layout: str) -> None:
    reading = read(shop(code, type_, nullable=True))
    assert reading.dataset is not None, reading.problems
    table = Plan(reading.dataset, 3).tables["order"]
    found = table.plan.index.outcomes(("order", "x"))
    assert (None if found is None else set(found)) == outcomes
    assert found is None or type_ != "int" or not any(isinstance(value, bool) for value in found)
    assert table_shape(table).columns[8].layout == layout
    if outcomes is not None:
        assert {x for (x,) in rows_of(shop(code, type_, nullable=True), "x")} <= outcomes


def test_a_case_on_a_formula_knows_its_values() -> None:
    draft = shop("if(quantity > 2, 'many', 'few')", "string")
    draft["nodes"][2]["columns"].append(drawn("y", "string", faker={"method": "city", "locale_from": "x"}))
    assert [problem.code for problem in read(draft).problems if problem.at.endswith("/locale_from")] == []


@pytest.mark.parametrize(
    "generator",
    [
        {"expression": "quantity * 2"},
        {"expression": {"formula": "quantity * 2"}},
        {"formula": "quantity * 2"},
        {"computed": {"expr": "quantity * 2"}},
        {"type": "expression", "code": "quantity * 2"},
    ],
)
def test_other_spellings_are_repaired(generator: Draft) -> None:
    draft = shop("quantity")
    draft["nodes"][2]["columns"][8]["generator"] = generator
    assert repair(draft).draft["nodes"][2]["columns"][8]["generator"] == {"expression": {"code": "quantity * 2"}}


def test_renaming_reaches_into_formulas() -> None:
    draft = shop("quantity * product.price + quantity")
    draft["nodes"][0]["columns"].append(drawn("quantity", "int", expression={"code": "score"}) | {"nullable": True})
    rename_column(draft, "order", "quantity", "count")
    rename_column(draft, "product", "price", "case")
    rename_table(draft, "product", "item")
    assert draft["nodes"][2]["columns"][8]["generator"]["expression"]["code"] == "count * item.`case` + count"
    assert errors(draft) == []


def test_rows_without_a_value_are_null_and_told_once(tmp_path: Path) -> None:
    reading = read(shop("1 / quantity"))
    assert reading.dataset is not None, reading.problems
    plan = Plan(reading.dataset, 3)
    made = orders(plan, tmp_path, block_rows=50)
    zeros = sum(not quantity for (quantity,) in rows_of(shop("1 / quantity"), "quantity"))
    assert zeros > 10
    assert made["x"].null_count == zeros
    [told] = plan.tellings.all
    assert (told.place, told.code, told.count) == ("order.x", "expression-null", zeros)
    assert told.message == "The formula has no value: division by zero."


@pytest.mark.parametrize(
    ("code", "type_"),
    [
        ("exp(quantity * 1000)", "float"),
        ("quantity * 1e200 * product.price * 1e200", "float"),
        ("1.5 ** (quantity * 10000)", "float"),
        ("quantity * 3000000000 * 3000000000", "int"),
        ("quantity * 9e18", "int"),
        ("(quantity * 100) ** 20", "int"),
        ("round(quantity * 1e19)", "int"),
        ("placed + days(quantity * 1000000)", "datetime"),
        ("customer.signed_up - years(quantity * 5000)", "date"),
        ("quantity / (quantity - 1)", "float"),
        ("log(quantity)", "float"),
    ],
)
def test_what_can_become_too_large_or_leave_the_calendar_may_be_null(code: str, type_: str, tmp_path: Path) -> None:
    reading = read(shop(code, type_))
    assert reading.dataset is not None, reading.problems
    plan = Plan(reading.dataset, 3)
    assert [column.name for column in table_shape(plan.tables["order"]).columns if column.nullable] == ["note", "x"]
    made = orders(plan, tmp_path)
    [told] = plan.tellings.all
    assert made["x"].null_count == told.count > 10


@pytest.mark.parametrize(
    ("code", "type_"),
    [
        ("exp(quantity * 100)", "float"),
        ("quantity * 1e150 * product.price * 1e150", "float"),
        ("quantity * order_id * product_id * 1000000", "int"),
        ("placed + days(quantity * 100000)", "datetime"),
        ("customer.signed_up - years(quantity * 600)", "date"),
        ("if(quantity > 1, 1, exp(quantity * 600))", "float"),
        ("date_diff('day', customer.signed_up, placed)", "int"),
    ],
)
def test_what_always_has_a_value_is_never_null(code: str, type_: str, tmp_path: Path) -> None:
    reading = read(shop(code, type_))
    assert reading.dataset is not None, reading.problems
    plan = Plan(reading.dataset, 3)
    assert not table_shape(plan.tables["order"]).columns[-1].nullable
    assert orders(plan, tmp_path)["x"].null_count == 0
    assert plan.tellings.all == ()


def test_a_formula_that_can_become_too_large_is_no_unused_nullable() -> None:
    draft = shop("exp(quantity * 1000)", nullable=True)

    assert "nullable-unused" not in [problem.code for problem in read(draft).problems]


def test_how_far_a_column_goes_is_known_through_lookups_cases_and_formulas() -> None:
    draft = shop("placed + days(term)", "datetime")
    terms = {"Gold": {"lookup": {"from": "customer.years"}}, "Silver": {"expression": {"code": "customer.years * 300"}}}
    draft["nodes"][0]["columns"].append(
        drawn("years", "int", distribution={"type": "uniform", "params": {"low": 1, "high": 3}})
    )
    columns = draft["nodes"][2]["columns"]
    columns.insert(8, drawn("term", "int", case={"on": "customer.tier", "when": terms}))
    index = Index(read(draft).valid())

    assert index.ends(("order", "term")) == (1, 900)
    assert ("order", "x") not in index.failing
    columns[8]["generator"]["case"]["when"]["Silver"] = {"expression": {"code": "customer.years * 3000000"}}
    assert ("order", "x") in Index(read(draft).valid()).failing


def test_what_reads_a_column_that_may_fail_may_be_null_too(tmp_path: Path) -> None:
    draft = shop("1 / quantity")
    draft["nodes"][2]["columns"] += [
        drawn("y", "float", expression={"code": "x + 1"}),
        drawn("z", "int", expression={"code": "1"}),
    ]
    reading = read(draft)
    assert reading.dataset is not None, reading.problems
    plan = Plan(reading.dataset, 3)
    shapes = {column.name: column.nullable for column in table_shape(plan.tables["order"]).columns}
    assert (shapes["x"], shapes["y"], shapes["z"], shapes["quantity"]) == (True, True, False, False)
    made = orders(plan, tmp_path)
    assert made["y"].null_count == made["x"].null_count > 10


def test_a_null_that_nothing_said_could_be_stops_the_run(tmp_path: Path) -> None:
    draft = shop("size * size")
    size = drawn("size", "float", constant={"value": 1.0})
    draft["nodes"][2]["columns"].insert(8, size | {"modifiers": [{"transform": "multiply", "args": {"factor": 1e200}}]})
    reading = read(draft)
    assert reading.dataset is not None, reading.problems
    with pytest.raises(SchemaError) as caught:
        orders(Plan(reading.dataset, 3), tmp_path)
    [problem] = caught.value.problems
    assert (problem.code, problem.hint) == ("unforeseen-null", 'Add "nullable": true to x.')


def orders(plan: Plan, folder: Path, block_rows: int = 1 << 16) -> Any:
    """Return the order table as it was written and read back."""
    write(plan, folder, block_rows=block_rows)
    return pq.read_table(folder / "order.parquet")


def test_a_formula_of_random_numbers_has_their_moments(plan_of: Callable[..., Plan]) -> None:
    rows = 200_000
    normal = {"type": "normal", "params": {"mu": 10, "sigma": 2}}
    columns = [
        key("id"),
        drawn("a", "float", distribution=normal) | {"decimals": 6},
        drawn("b", "float", distribution=normal) | {"decimals": 6},
        drawn("sum", "float", expression={"code": "a + 3 * b"}) | {"decimals": 6},
        drawn("share", "bool", expression={"code": "a > b"}),
        drawn("square", "float", expression={"code": "((a - 10) / 2) ** 2"}) | {"decimals": 6},
    ]
    node = {"id": "t", "kind": "entity", "pk": "id", "rows": rows, "columns": columns}
    plan = plan_of({"version": "1.0", "metadata": {"name": "t"}, "nodes": [node]})
    made = plan.tables["t"].rows(range(rows))
    total, share, square = (np.array(listed(made.values(name))) for name in ("sum", "share", "square"))
    # Five standard errors: of a mean with deviation s, s / √rows; of a deviation of a normal, s / √(2 rows).
    deviation = math.sqrt(2**2 + 3**2 * 2**2)
    assert abs(total.mean() - 40) < 5 * deviation / math.sqrt(rows)
    assert abs(total.std() - deviation) < 5 * deviation / math.sqrt(2 * rows)
    assert abs(share.mean() - 0.5) < 5 * 0.5 / math.sqrt(rows)
    # A squared standard normal is chi-squared with one degree of freedom: mean 1, variance 2.
    assert abs(square.mean() - 1) < 5 * math.sqrt(2 / rows)


@pytest.mark.parametrize("step", ["", " + 1"])
def test_a_long_chain_of_formulas_is_made(step: str) -> None:
    chain = [drawn(f"c{k}", "int", expression={"code": f"c{k + 1}{step}"}) for k in range(300)]
    columns = [key("id"), *chain, drawn("c300", "int", expression={"code": "id"})]
    node = {"id": "t", "kind": "entity", "pk": "id", "rows": 3, "columns": columns}
    reading = read({"version": "1.0", "metadata": {"name": "t"}, "nodes": [node]})
    assert reading.dataset is not None, reading.problems
    added = 300 if step else 0
    rows = Plan(reading.dataset, 1).tables["t"].rows(range(3))
    assert listed(rows.values("c0")) == [added + 1, added + 2, added + 3]


def test_a_dataset_keeps_its_formulas() -> None:
    dataset = read(shop("quantity * 2")).dataset
    assert isinstance(dataset, Dataset)
    assert dataset.table("order").column("x").generator.model_dump(exclude_none=True) == {"code": "quantity * 2"}


def test_a_sum_of_many_answers_is_made(plan_of: Callable[..., Plan]) -> None:
    rows = plan_of(shop(" + ".join(["quantity"] * 150), "int")).tables["order"].rows(range(50))
    assert listed(rows.values("x")) == [150 * quantity for quantity in listed(rows.values("quantity"))]


@pytest.mark.parametrize("word", ["true", "false", "null", "None", "TRUE"])
def test_a_word_that_is_a_value_and_not_the_column_of_that_name_is_told(word: str) -> None:
    def told() -> list[str]:
        return [problem.at for problem in read(schema).problems if problem.code == "word-not-column"]

    schema = shop(f"if({word} is null, 1, 2)", "int")
    assert told() == []
    schema["nodes"][2]["columns"].insert(7, key(word))
    assert told() == ["/nodes/2/columns/9/generator/expression/code"]
    schema["nodes"][2]["columns"][9]["generator"] = {"expression": {"code": f"`{word}` + 1"}}
    assert told() == []
    assert read(schema).errors == ()
