"""What every word of the language keeps: its example works, and it behaves as all words do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.engine.shapes import table_shape
from datagen_chat.fanouts import SPREADS
from datagen_chat.generators import GENERATORS
from datagen_chat.laws import LAWS
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read
from datagen_chat.schema.reference import reference
from datagen_chat.unfoldings import UNFOLDINGS
from datagen_chat.unfoldings.state_transition_model import StateTransitionModel
from datagen_chat.values import arrow
from datagen_chat.words import COLUMN_TYPES, Registered, Vocabulary
from tests.engine.test_rows import listed

WORDS: list[type[Registered]] = [*GENERATORS.values(), *LAWS.values(), *SPREADS.values(), *UNFOLDINGS.values()]
CASES = [(word, type_) for word, generator in GENERATORS.items() for type_ in generator.fills]


def host(generator: dict[str, Any], type_: str) -> dict[str, Any]:
    """Return a schema in which one column of a fact is made by the generator."""
    key = {"type": "int", "generator": {"sequence": {}}}
    walk = StateTransitionModel.example | {"start": "2024-01-01T00:00:00Z"}
    is_walked = any(GENERATORS[word].is_unfolded for word in generator)
    made = {"name": "x", "type": type_, "generator": generator}
    country = {"name": "country", "type": "string", "generator": {"choice": {"choices": ["DE", "US", "Japan"]}}}
    category = {"name": "category", "type": "string", "generator": {"choice": {"choices": ["Books", "Toys", "Garden"]}}}
    quantity = {"name": "quantity", "type": "int", "generator": {"choice": {"choices": [1, 2, 3]}}}
    price = {"name": "unit_price", "type": "float", "generator": {"choice": {"choices": [9.99, 0.5]}}}
    names = [{"name": name, "type": "string", "generator": {"faker": {"method": name}}} for name in ("first_name", "last_name")]
    below = {"id": "order_item", "kind": "fact", "pk": "order_item_id", "parents": ["thing"]}
    lines = {
        "fanout": {"distribution": "poisson", "lambda": 2},
        "columns": [key | {"name": "order_item_id"}, price | {"name": "line_total"}],
    }
    return {
        "version": "1.0",
        "metadata": {"name": "host"},
        "timeframe": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z"},
        "nodes": [
            {"id": "customer", "kind": "entity", "pk": "customer_id", "rows": 50, "columns": [key | {"name": "customer_id"}]},
            {
                "id": "thing",
                "kind": "fact",
                "pk": "thing_id",
                "parents": ["customer"],
                **({"state_transition_model": walk} if is_walked else {"fanout": {"distribution": "poisson", "lambda": 6}}),
                "columns": [key | {"name": "thing_id"}, country, made, category, quantity, price, *names],
            },
            below | lines,
        ],
    }


def fixed_host(generator: dict[str, Any], type_: str) -> dict[str, Any]:
    """Return the same schema with the column in a fixed list: a vocab of as many rows as the generator has values for."""
    schema = host(generator, type_)
    thing = schema["nodes"][1]
    schema["nodes"][1] = {"id": "thing", "kind": "vocab", "pk": "thing_id", "columns": thing["columns"]}
    return schema


def accepted(word: str, type_: str) -> Dataset | None:
    """Return the dataset in which the word's example stands in a fact, or else in a vocab, if either takes it."""
    example = dict(GENERATORS[word].example)
    return read(host(example, type_)).dataset or read(fixed_host(example, type_)).dataset


@pytest.mark.parametrize("word", sorted(GENERATORS))
def test_every_example_is_valid_in_some_type_that_the_generator_fills(word: str) -> None:
    assert any(accepted(word, type_) for type_ in GENERATORS[word].fills)


@pytest.mark.parametrize(("word", "type_"), CASES)
def test_an_accepted_example_fills_the_rows_with_the_declared_type(word: str, type_: str) -> None:
    dataset = accepted(word, type_)
    if dataset is None:
        problems = read(host(dict(GENERATORS[word].example), type_)).problems
        assert all(problem.at.startswith("/nodes/1/columns/2/") for problem in problems if problem.is_error)
        return
    table = Plan(dataset, 1).tables["thing"]
    values = table.rows(range(table.row_count)).values("x")
    shape = table_shape(table).columns[2]
    made = arrow(values, shape.arrow_type)
    assert pa.types.is_dictionary(made.type) == pa.types.is_dictionary(shape.arrow_type)
    assert pa.types.is_dictionary(made.type) or made.type == shape.arrow_type
    assert len(made) == table.row_count
    assert made.null_count == 0
    made.validate(full=True)


@pytest.mark.parametrize("word", sorted(GENERATORS))
def test_values_depend_on_nothing_but_seed_and_row(word: str) -> None:
    dataset = next(found for type_ in GENERATORS[word].fills if (found := accepted(word, type_)))
    first, again = (Plan(dataset, 5).tables["thing"] for _ in range(2))
    whole = listed(first.rows(range(first.row_count)).values("x"))
    half = first.row_count // 2
    numbers = np.array([half, 2, half, 0], dtype=np.int64)
    assert listed(again.rows(range(half, first.row_count)).values("x")) == whole[half:]
    assert listed(again.rows(numbers).values("x")) == [whole[number] for number in numbers.tolist()]


@pytest.mark.parametrize("word", WORDS, ids=lambda word: f"{word.__mro__[1].__name__}.{word.word}")
def test_every_word_and_argument_is_described_and_in_the_reference(word: type[Registered]) -> None:
    text = reference()
    assert word.__doc__
    assert word.word in text
    for name, field in word.arguments().items():
        assert field.description, (word.word, name)
        assert f"{name}" in text


@pytest.mark.parametrize("word", sorted(GENERATORS))
def test_a_generator_fills_only_types_that_exist(word: str) -> None:
    assert set(GENERATORS[word].fills) <= set(COLUMN_TYPES)


@pytest.mark.parametrize("word", sorted(GENERATORS))
def test_an_unknown_argument_is_a_problem_at_its_place(word: str) -> None:
    example = {word: dict(GENERATORS[word].example[word]) | {"no_such_argument": 1}}
    problems = read(host(example, GENERATORS[word].fills[0])).problems
    assert [p.at for p in problems if p.code == "unknown-key"] == [f"/nodes/1/columns/2/generator/{word}/no_such_argument"]


@pytest.mark.parametrize("words", [GENERATORS, LAWS, SPREADS, UNFOLDINGS])
def test_a_word_lives_in_the_module_of_its_name(words: Vocabulary[Any]) -> None:
    assert {word: cls.__module__.rpartition(".")[2] for word, cls in words.items()} == {word: word for word in words}


def test_a_word_is_known_before_its_module_is_imported_and_no_other_is() -> None:
    words: Vocabulary[Any] = Vocabulary("datagen_chat.laws")
    assert "normal" in words
    assert not {"base", "__init__", "_normal", "faker"} & set(words)
    with pytest.raises(KeyError, match="faker"):
        words["faker"]
