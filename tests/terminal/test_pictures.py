"""Pictures made of characters: the tables as a tree, and bars beside sample rows."""

from __future__ import annotations

from collections import Counter
from io import BytesIO, TextIOWrapper
from itertools import pairwise
from typing import Any

import pytest
from rich.cells import cell_len

from datagen_chat.engine.estimate import Count
from datagen_chat.outlines import outline
from datagen_chat.preview import Preview, Sample, preview, sample
from datagen_chat.schema.read import read
from datagen_chat.sinks.base import ColumnShape
from datagen_chat.terminal.schema import draw_sample
from datagen_chat.terminal.screen import Screen
from datagen_chat.terminal.tree import draw_tree
from datagen_chat.values import Text, words_array
from tests.conftest import draft
from tests.terminal.screens import drawn

KEY = {"name": "id", "type": "int", "generator": {"sequence": {}}}


def table(name: str, *columns: dict[str, Any], parents: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    kind = {"kind": "fact", "parents": list(parents)} if parents else {"kind": "entity", "rows": 100}
    return {"id": name, "pk": "id", "columns": [KEY, *columns], **kind, **more}


def key(name: str, of: str) -> dict[str, Any]:
    return {"name": name, "type": "int", "generator": {"lookup": {"from": f"{of}.id"}}}


def read_tables(*tables: dict[str, Any]) -> Any:
    return read({"version": "1.0", "metadata": {"name": "d"}, "nodes": list(tables)}).valid()


SHOP = read_tables(
    table("customer"),
    table("order", key("customer_id", "customer"), parents=("customer",), fanout={"distribution": "constant", "value": 3}),
    table("item", key("order_id", "order"), key("product_id", "product"), parents=("order",)),
    table("visit", key("customer_id", "customer"), parents=("customer",)),
    table("product"),
)
COUNTS = {
    "customer": Count(100),
    "order": Count(300),
    "item": Count(450, is_exact=False),
    "visit": Count(100),
    "product": Count(40),
}


def test_every_table_stands_below_its_first_parent_with_arrows_to_the_others() -> None:
    assert drawn(lambda screen: draw_tree(screen, SHOP, COUNTS)).split("\n") == [
        "  customer  100 rows",
        "  ├─ order  300 rows, 3 each",
        "  │  └─ item  ≈450 rows, 1.5 each  product_id → product",
        "  └─ visit  100 rows, 1 each",
        "  product  40 rows",
        "",
    ]


def test_many_rows_of_each_parent_are_told_in_thousands() -> None:
    many = COUNTS | {"customer": Count(1000), "order": Count(3_000_583, is_exact=False)}
    assert "  ├─ order  ≈3,000,000 rows, 3,000 each" in drawn(lambda screen: draw_tree(screen, SHOP, many)).split("\n")


def test_what_does_not_fit_beside_a_table_stands_below_it() -> None:
    assert drawn(lambda screen: draw_tree(screen, SHOP, COUNTS), 34).split("\n")[2:5] == [
        "  │  └─ item  ≈450 rows, 1.5 each",
        "  │        product_id → product",
        "  └─ visit  100 rows, 1 each",
    ]


@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
def test_a_tree_is_never_wider_than_the_screen(width: int) -> None:
    names = [f"{'t' * 50}{number}" for number in range(30)]
    chain = [table(names[0]), *(table(name, parents=(above,)) for above, name in pairwise(names))]
    counts = {name: Count(10**9, is_exact=False) for name in names}
    shown = drawn(lambda screen: draw_tree(screen, read_tables(*chain), counts), width)
    assert max(cell_len(line) for line in shown.split("\n")) <= width
    assert shown.count("└─") >= 12


def test_a_table_alone_is_no_tree_and_hundreds_are_counted() -> None:
    assert drawn(lambda screen: draw_tree(screen, read_tables(table("one")), {"one": Count(1)})) == ""
    many = [table(f"t{number}") for number in range(400)]
    shown = drawn(lambda screen: draw_tree(screen, read_tables(*many), {each["id"]: Count(1) for each in many}))
    assert shown.endswith("  … and 340 more tables.\n")


def test_an_encoding_without_lines_and_blocks_gets_others() -> None:
    file = TextIOWrapper(BytesIO(), "ascii", errors="strict")
    draw_tree(Screen(file), SHOP, {**COUNTS, "item": Count(450)})
    draw_sample(Screen(file), Sample("t", (ColumnShape("amount", "int"),), 0, ((1,),), ((1, 8, 4),), 500), Count(900), "")
    file.flush()
    lines = file.buffer.getvalue().decode().split("\n")  # type: ignore[attr-defined] # a BytesIO, as above
    assert lines[2] == "  |  `- item  450 rows, 1.5 each  product_id > product"
    assert lines[8] == "     _#-"


def test_outlines_are_the_counts_of_the_first_rows() -> None:
    """Of the shop's orders: the statuses, and the amounts in eight steps from the least to the greatest."""
    shown = preview(read(draft("ecommerce")).valid(), seed=42)
    many = sample_of(shown, "order")
    plan_rows = sampled("ecommerce", "order", many.outlined)
    names = [shape.name for shape in many.columns]
    outlines = dict(zip(names, many.outlines, strict=True))
    statuses = Counter(row[names.index("status")] for row in plan_rows)
    assert outlines["status"] == tuple(sorted(statuses.values(), reverse=True))
    amounts = [row[names.index("total_amount")] for row in plan_rows]
    low, step = min(amounts), (max(amounts) - min(amounts)) / 8
    places = Counter(min(int((amount - low) / step), 7) for amount in amounts)
    assert outlines["total_amount"] == tuple(places[number] for number in range(8))


def sample_of(shown: Preview, name: str) -> Sample:
    return next(each for each in shown.samples if each.table == name)


def sampled(schema: str, name: str, rows: int) -> tuple[tuple[Any, ...], ...]:
    from datagen_chat.engine.plan import Plan

    return sample(Plan(read(draft(schema)).valid(), 42).tables[name], range(rows)).rows


def test_keys_have_no_bars_and_neither_have_tables_of_few_rows() -> None:
    shown = preview(SHOP, seed=42)
    assert [each.outlines for each in shown.samples if each.table == "order"] == [((), ())]
    few = preview(read_tables(table("few", {"name": "x", "type": "bool", "generator": {"bernoulli": {}}}, rows=19)), seed=42)
    assert few.samples[0].outlines == ()


def test_bars_say_which_rows_they_show_and_stand_only_where_there_is_room() -> None:
    shapes = (ColumnShape("amount", "int"), ColumnShape("is_new", "bool"), ColumnShape("k", "int"))
    rows = Sample("t", shapes, 0, ((12, True, 1), (7, False, 2)), ((1, 2, 4, 8, 8, 4, 2, 1), (300, 200), (1, 2, 3)), 500)
    wide = drawn(lambda screen: draw_sample(screen, rows, Count(9000), "")).split("\n")
    assert wide[0] == "t  the first 2 of 9,000 rows; bars of the first 500"
    assert wide[3] == "    ▂██▂  █▆"  # steps of two, because the column is six wide
    long = Sample("t", (*shapes[:2], ColumnShape("a" * 20, "int")), 0, rows.rows, rows.outlines, 500)
    assert "bars" not in drawn(lambda screen: draw_sample(screen, long, Count(9000), ""), 20)  # there the rows stand on end
    every = Sample("t", shapes[:1], 0, ((12,),), ((1, 2),), 30)
    assert drawn(lambda screen: draw_sample(screen, every, Count(30), "")).startswith("t  the first of 30 rows; bars of all\n")


def test_nothing_is_told_of_rows_that_only_bars_are_drawn_of() -> None:
    """The tenth row divides by zero, and is not among the five that are shown."""
    formula = {"name": "x", "type": "float", "generator": {"expression": {"code": "1 / (id - 10)"}}, "nullable": True}
    shown = preview(read_tables(table("t", formula)), seed=42)
    assert len(shown.samples[0].outlines[1]) == 8
    assert shown.told == ()


def test_a_pool_that_holds_a_word_twice_gives_it_one_bar() -> None:
    import numpy as np

    assert outline(Text(words_array(["a", "b", "a"]), np.array([0, 1, 2, 2]))) == (3, 1)
