"""The texts made of a schema and of the language: canonical, pretty, and the reference."""

from __future__ import annotations

import copy
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datagen_chat.expressions import FUNCTIONS
from datagen_chat.fanouts import SPREADS
from datagen_chat.generators import GENERATORS
from datagen_chat.laws import LAWS
from datagen_chat.schema.canonical import as_draft, canonical, dump, schema_hash
from datagen_chat.schema.change import difference
from datagen_chat.schema.places import schema_at
from datagen_chat.schema.read import read
from datagen_chat.schema.reference import of_word, reference


def test_a_dataset_written_and_read_is_the_same(shop, seeds):
    for draft in (shop, *seeds):
        dataset = read(draft).valid()
        assert read(as_draft(dataset)).dataset == dataset


def test_the_hash_does_not_depend_on_spelling(shop):
    other = copy.deepcopy(shop)
    other["nodes"][0] = dict(reversed(other["nodes"][0].items())) | {"comment": "Who buys."}
    other["nodes"][1]["columns"][0]["generator"]["sequence"]["step"] = 1
    other["nodes"][1]["columns"][1]["generator"]["distribution"]["clamp"] = [1.0, 99.0]
    other["metadata"]["description"] = "A shop."
    other["timeframe"]["start"] = "2024-01-01T00:00Z"
    assert schema_hash(other) == schema_hash(shop) == schema_hash(read(shop).valid())
    assert re.fullmatch("[0-9a-f]{64}", schema_hash(shop))


@pytest.mark.parametrize(
    "spelled",
    [
        ["order.customer_id", "order.order_id"],
        {"table": "order", "columns": ["customer_id", "order_id"]},
        {"table": "order", "columns": ["order.customer_id", "order_id"]},
    ],
)
def test_a_unique_set_is_written_and_hashed_the_same_however_it_was_spelled(shop, spelled):
    shop["constraints"]["unique"] = [spelled]
    dataset = read(shop).valid()
    assert as_draft(dataset)["constraints"]["unique"] == [{"table": "order", "columns": ["customer_id", "order_id"]}]
    assert read(as_draft(dataset)).dataset == dataset
    assert difference(shop, dataset) == ()


def test_the_hash_depends_on_what_makes_rows(shop):
    before = schema_hash(shop)
    shop["nodes"][0]["rows"] = 501
    assert schema_hash(shop) != before


def test_the_canonical_text_is_one_line_of_json(shop):
    assert "\n" not in canonical(shop)
    assert read(json.loads(canonical(shop).replace('{"constraints"', '{"metadata":{"name":"x"},"constraints"', 1))).errors == ()


def test_the_seed_schemas_are_printed_as_they_were_written(seeds):
    for seed in seeds:
        assert json.loads(dump(seed)) == seed
    assert '        {"name": "email", "type": "string", "generator": {"faker": {"method": "email"}}},\n' in dump(seeds[0])


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["nodes", "columns", "constraints", "x"]), inner, max_size=3)
    ),
    max_leaves=20,
)


@settings(max_examples=200, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(anything)
def test_what_is_printed_parses_back(document):
    assert json.loads(dump(document)) == document
    assert len(schema_hash(document)) == 64


def test_every_word_and_argument_is_in_the_reference():
    text = reference()
    for words in (GENERATORS, LAWS, SPREADS):
        for word, cls in words.items():
            assert word in text
            assert all(f"{name}" in text for name in cls.arguments())
            assert json.dumps(cls.example, ensure_ascii=False) in text
    assert of_word("generator", "choice") in text


def test_every_function_of_formulas_is_in_the_reference():
    text = reference()
    assert [function.signature for function in FUNCTIONS.values() if f"`{function.signature}`" not in text] == []


def test_the_reference_fits_a_prompt():
    assert len(reference()) / 4 < 7_200
    assert len(reference(compact=True)) / 4 < 1_700


def test_the_compact_reference_names_every_argument():
    text = reference(compact=True)
    for words in (GENERATORS, LAWS, SPREADS):
        for word, cls in words.items():
            assert word in text
            assert all(name in text for name, field in cls.arguments().items() if field.is_required())


def test_every_place_of_a_draft_has_its_schema(shop):
    assert schema_at(shop, "/nodes/1/columns/1/generator/distribution/params/mu")["type"] == "number"
    assert schema_at(shop, "/nodes/2/fanout/min")["minimum"] == 0
    assert schema_at(shop, "/nodes/2/columns/3/generator/lookup/on")["type"] == ["string", "object"]
    assert schema_at(shop, "/nodes/0/colour") == {}
