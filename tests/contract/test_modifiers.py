"""What every modifier keeps: its example changes values of every type that it takes, the same however rows are cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.engine.shapes import table_shape
from datagen_chat.modifiers import MODIFIERS
from datagen_chat.schema.explain import explain
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read
from datagen_chat.schema.reference import of_word, reference
from datagen_chat.values import arrow
from datagen_chat.words import COLUMN_TYPES
from tests.contract.test_words import host
from tests.engine.test_rows import listed

TIMES = {"datetime_series": {"within": "timeframe", "freq": "min"}}
BEFORE: dict[str, dict[str, Any]] = {
    "int": {"distribution": {"type": "poisson", "params": {"lambda": 30}}},
    "float": {"distribution": {"type": "normal", "params": {"mu": 50, "sigma": 10}}},
    "string": {"choice": {"choices": ["iOS", "Android"]}},
    "bool": {"bernoulli": {"p": 0.5}},
    "datetime": TIMES,
    "date": TIMES,
}
WORDS = sorted(MODIFIERS)


def _listed(name: str, type_: str, values: list[Any]) -> dict[str, Any]:
    return {"name": name, "type": type_, "generator": {"enum_list": {"values": values}}}


PROMOTION = {
    "id": "promotion",
    "kind": "vocab",
    "pk": "product_id",
    "columns": [
        _listed("product_id", "int", [1, 2]),
        _listed("starts_at", "datetime", ["2024-01-01T00:00:00Z", "2024-06-01T00:00:00Z"]),
        _listed("ends_at", "datetime", ["2024-07-01T00:00:00Z", "2024-09-01T00:00:00Z"]),
        _listed("factor", "float", [0.8, 2.0]),
    ],
}


def modified(word: str, type_: str, made: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a schema in which a modifier's example changes a column that would otherwise be of the type `made`."""
    schema = host(BEFORE[made or type_], type_)
    columns = schema["nodes"][1]["columns"]
    columns.insert(1, {"name": "at", "type": "datetime", "generator": TIMES})
    columns.append({"name": "product_id", "type": "int", "generator": {"choice": {"choices": [1, 2, 3]}}})
    schema["nodes"].append(PROMOTION)
    [changed] = [column for column in columns if column["name"] == "x"]
    columns.remove(changed)
    columns.append(changed | {"modifiers": [dict(MODIFIERS[word].example)], **more})
    return schema


def accepted(word: str, **more: Any) -> list[Dataset]:
    """Return the datasets in which a modifier's example is valid: for each type that it takes, and each that it could make."""
    tried = [
        read(modified(word, type_, made, **more)) for made in MODIFIERS[word].takes for type_ in dict.fromkeys((made, "string"))
    ]
    return [reading.dataset for reading in tried if reading.dataset]


def sampled(dataset: Dataset, rows: range | np.ndarray | None = None) -> list[Any]:
    table = Plan(dataset, 5).tables["thing"]
    return listed(table.rows(range(table.row_count) if rows is None else rows).values("x"))


@pytest.mark.parametrize("word", WORDS)
def test_an_example_has_the_right_shape_and_is_valid_for_some_column(word: str) -> None:
    assert explain(modified(word, MODIFIERS[word].takes[0])) == ()
    assert accepted(word)


@pytest.mark.parametrize("word", WORDS)
def test_an_example_leaves_values_of_the_columns_type(word: str) -> None:
    for dataset in accepted(word):
        table = Plan(dataset, 5).tables["thing"]
        shape = table_shape(table).columns[-1]
        made = arrow(table.rows(range(table.row_count)).values("x"), shape.arrow_type)
        made.validate(full=True)
        assert made.null_count == 0
        assert len(made) == table.row_count > 100


@pytest.mark.parametrize("word", WORDS)
def test_changed_values_do_not_depend_on_how_rows_are_cut(word: str) -> None:
    for dataset in accepted(word):
        whole = sampled(dataset)
        half = len(whole) // 2
        numbers = np.array([half, 2, half, 0], dtype=np.int64)
        assert sampled(dataset, range(half, len(whole))) == whole[half:]
        assert sampled(dataset, numbers) == [whole[number] for number in numbers.tolist()]


@pytest.mark.parametrize("word", WORDS)
def test_null_stays_null(word: str) -> None:
    """The generator's own nulls come out where they went in, whatever the modifier does to other values."""
    for made in MODIFIERS[word].takes:
        nulls = {"choice": {"choices": [None]}}
        schema = modified(word, made)
        schema["nodes"][1]["columns"][-1] |= {"generator": nulls, "nullable": True}
        dataset = read(schema).dataset
        if dataset is not None:
            assert set(sampled(dataset)) == {None}


@pytest.mark.parametrize("word", WORDS)
def test_every_modifier_and_argument_is_described_and_in_the_reference(word: str) -> None:
    text, entry = reference(), of_word("modifier", word)
    assert entry in text
    assert MODIFIERS[word].__doc__
    for name, field in MODIFIERS[word].arguments().items():
        assert field.description, (word, name)
        assert f"`{name}`" in entry
    assert word in reference(compact=True)


@pytest.mark.parametrize("word", WORDS)
def test_an_unknown_argument_is_a_problem_at_its_place(word: str) -> None:
    schema = modified(word, MODIFIERS[word].takes[0])
    change = schema["nodes"][1]["columns"][-1]["modifiers"][0]
    change["args"] = dict(change.get("args", {})) | {"no_such_argument": 1}
    problems = read(schema).problems
    place = f"/nodes/1/columns/{len(schema['nodes'][1]['columns']) - 1}/modifiers/0/args/no_such_argument"
    assert [problem.at for problem in problems if problem.code == "unknown-key"] == [place]


@pytest.mark.parametrize("word", WORDS)
def test_a_type_that_a_modifier_does_not_take_is_a_problem(word: str) -> None:
    for type_ in set(COLUMN_TYPES) - set(MODIFIERS[word].takes):
        assert "modifier-type" in [problem.code for problem in read(modified(word, type_)).problems], type_


def test_a_modifier_lives_in_the_module_of_its_name() -> None:
    assert {word: cls.__module__.rpartition(".")[2] for word, cls in MODIFIERS.items()} == {word: word for word in WORDS}
