"""What a column holds, in words for somebody who does not know the language."""

from __future__ import annotations

from typing import Any

import pytest

from datagen_chat.generators import GENERATORS
from datagen_chat.report.sentences import sentence
from datagen_chat.schema.canonical import as_draft, shortest
from datagen_chat.schema.model import Column, Dataset


def told(generator: dict[str, Any], type_: str = "string", above: tuple[str, ...] = (), **more: Any) -> str:
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    column = {"name": "x", "type": type_, "generator": generator, **more}
    table = {"id": "t", "kind": "entity", "pk": "id", "columns": [key, column]}
    dataset = Dataset.model_validate({"version": "1.0", "metadata": {"name": "d"}, "nodes": [table]})
    return sentence(dataset.nodes[0].columns[1], shortest(as_draft(dataset))["nodes"][0]["columns"][1], above)


@pytest.mark.parametrize(
    ("generator", "type_", "words"),
    [
        ({"sequence": {"start": 100, "step": 5}}, "int", "Whole numbers from 100 on in steps of 5."),
        ({"bernoulli": {"p": 0.2}}, "bool", "True in 20 % of the rows."),
        ({"choice": {"choices": ["a", "b"], "weights": [3, 1]}}, "string", "One of a (75 %) and b (25 %)."),
        (
            {"distribution": {"type": "lognormal", "params": {"mu": 2, "sigma": 0.5}, "clamp": [1, 9]}},
            "float",
            "A lognormal number, mu 2, sigma 0.5, pulled to 1 to 9.",
        ),
        (
            {"datetime_series": {"within": {"start": "2025-01-01T00:00:00Z", "end": "begun_at"}, "freq": "15min"}},
            "datetime",
            "A time of 2025-01-01 to begun_at, to the 15min.",
        ),
        (
            {"lookup": {"from": "product.price", "on": "product_id"}},
            "float",
            "The price of the product that product_id points at.",
        ),
        ({"lookup": {"from": "product.price"}}, "float", "The price of a row of product."),
        ({"lookup": {"from": "order.paid"}}, "float", "The paid of the row's order."),
        (
            {"lookup": {"from": "product.price", "match": {"order.paid": "price"}}},
            "float",
            "The price of a row of product, of those whose price is order.paid.",
        ),
        (
            {"case": {"on": "kind", "when": {"a": {"constant": {"value": "x"}}}, "else": {"pattern": {"regex": "[A-Z]"}}}},
            "string",
            'By kind: a: always "x"; else text that matches [A-Z].',
        ),
        ({"aggregate": {"of": "item.total", "op": "sum"}}, "float", "The sum of item.total over the rows below."),
        ({"expression": {"code": "a * b"}}, "float", "Computed as a * b."),
    ],
)
def test_a_generator_is_told_in_plain_words(generator: dict[str, Any], type_: str, words: str) -> None:
    assert told(generator, type_, above=("order",)) == words


def test_modifiers_are_told_in_their_order() -> None:
    changes = [{"transform": "lower"}, {"transform": "prefix", "args": {"text": "hq-"}}]
    assert told({"pattern": {"regex": "[A-Z]"}}, modifiers=changes) == "Text that matches [A-Z], then lower, then prefix (hq-)."


@pytest.mark.parametrize("word", GENERATORS)
def test_every_generator_says_something(word: str) -> None:
    example = dict(GENERATORS[word].example)
    column = Column.model_validate({"name": "x", "type": GENERATORS[word].fills[0], "generator": example})
    words = sentence(column, as_draft(column))  # type: ignore[arg-type] # a column is written as a dataset is
    assert words[0].isupper()
    assert words.endswith(".")
