"""Tables and columns are found by what a person would call them, whatever a model does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from datagen_chat.evaluation.cases import Find
from datagen_chat.evaluation.finding import Finder, NotFoundError
from datagen_chat.schema.model import Dataset
from tests.conversation.replies import shop


def finder(draft: dict[str, Any], **finds: Any) -> Finder:
    return Finder(Dataset.model_validate(draft), {name: Find.model_validate(find) for name, find in finds.items()})


def tables(*names: str) -> dict[str, Any]:
    nodes = [
        {
            "id": name,
            "kind": "entity",
            "pk": "id",
            "rows": 1,
            "columns": [{"name": "id", "type": "int", "generator": {"sequence": {}}}],
        }
        for name in names
    ]
    return {"version": "1.0", "metadata": {"name": "stub"}, "nodes": nodes}


@pytest.mark.parametrize(
    ("there", "wanted", "found"),
    [
        (("order_item", "order"), ("order",), "order"),
        (("order_item", "orders"), ("order",), "orders"),
        (("order_item", "customer_order"), ("order",), "customer_order"),
        (("order_item",), ("order",), "order_item"),
        (("Companies",), ("company",), "Companies"),
        (("orderItems",), ("order item",), "orderItems"),
        (("line_item", "purchase"), ("order", "purchase"), "purchase"),
        (("fact_sales_2024",), ("sale",), "fact_sales_2024"),
        (("anything",), ("color", "*"), "anything"),
    ],
)
def test_the_nearest_name_is_meant(there: Sequence[str], wanted: Sequence[str], found: str) -> None:
    assert finder(tables(*there), it={"table": list(wanted)}).table("it").id == found


def test_columns_are_found_by_table_and_by_what_they_hold() -> None:
    known = finder(
        shop(),
        order={"table": ["order"]},
        customer={"table": ["client", "customer"]},
        total={"column": ["total", "amount"], "of": "order", "kind": "number"},
        tier={"column": ["loyalty", "tier"]},
        key={"key": "order"},
        link={"link": "order", "to": "customer"},
    )
    sql = known.sql("SELECT {total}, {tier}, {key}, {link} FROM {order} o, {customer} c WHERE x ~ '[0-9]{3}'")
    assert sql == """SELECT "amount", "tier", "order_id", "customer_id" FROM "order" o, "customer" c WHERE x ~ '[0-9]{3}'"""


@pytest.mark.parametrize(
    "find",
    [
        {"table": ["invoice"]},
        {"column": ["discount"], "of": "order"},
        {"column": ["tier"], "of": "customer", "kind": "number"},
        {"link": "customer", "to": "order"},
    ],
)
def test_what_is_not_there_is_said_to_be_missing(find: dict[str, Any]) -> None:
    known = finder(shop(), order={"table": ["order"]}, customer={"table": ["customer"]}, it=find)
    with pytest.raises(NotFoundError, match=r"there is no|no column"):
        known.name("it")
