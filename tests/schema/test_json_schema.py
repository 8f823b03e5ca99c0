"""The derived JSON Schema says what the models say, at the exact place."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from datagen_chat.fanouts import SPREADS
from datagen_chat.generators import GENERATORS
from datagen_chat.laws import LAWS
from datagen_chat.modifiers import MODIFIERS
from datagen_chat.problems import parts_of, pointer
from datagen_chat.schema.explain import explain
from datagen_chat.schema.json_schema import formats, json_schema
from datagen_chat.schema.limits import check_size
from datagen_chat.schema.model import Dataset
from datagen_chat.unfoldings import UNFOLDINGS
from datagen_chat.unfoldings._dwell import DWELLS


def keys_in(value: Any) -> set[str]:
    """Return the keywords of a schema; the names of properties are none."""
    if isinstance(value, dict):
        parts = [*value.get("properties", {}).values(), *(part for key, part in value.items() if key != "properties")]
        return set(value) | {key for part in parts for key in keys_in(part)}
    return {key for part in value for key in keys_in(part)} if isinstance(value, list) else set()


def test_it_is_a_valid_schema_without_unions():
    schema = json_schema()
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert not keys_in(schema) & {"oneOf", "anyOf", "also", "synonyms", "family", "ge", "le", "gt", "named_by", "default"}
    assert json.loads(json.dumps(schema)) == schema


def test_it_accepts_the_seed_schemas(seeds):
    validator = Draft202012Validator(json_schema(), format_checker=formats())
    for seed in seeds:
        assert list(validator.iter_errors(seed)) == []


def test_every_word_is_in_it():
    properties = json_schema()["$defs"]
    assert set(properties["generator"]["properties"]) == set(GENERATORS)
    assert set(properties["fanout"]["properties"]["distribution"]["enum"]) == set(SPREADS)
    assert set(properties["Change"]["properties"]["transform"]["enum"]) == set(MODIFIERS)
    assert set(properties["dwell"]["properties"]["distribution"]["enum"]) == set(DWELLS) == {*LAWS, "constant"}
    assert {f"unfolding_{word}" for word in UNFOLDINGS} < set(properties)
    assert set(properties["generator_distribution"]["properties"]["type"]["enum"]) == set(LAWS)


def test_every_description_reaches_it():
    generator = json_schema()["$defs"]["generator_choice"]
    assert generator["description"].startswith("One of a list")
    assert generator["properties"]["weights"]["description"]


@pytest.mark.parametrize(
    ("text", "is_instant"), [("2024-01-01T00:00:00Z", True), ("2024-02-30T00:00:00Z", False), ("2024-01-01", False)]
)
def test_instants_are_a_format(text, is_instant):
    assert formats().conforms(text, "instant") is is_instant


def test_the_example_of_every_generator_has_the_right_shape(shop):
    for cls in GENERATORS.values():
        draft = copy.deepcopy(shop)
        draft["nodes"][0]["columns"][1]["generator"] = dict(cls.example)
        assert explain(draft) == ()


def slots(value: Any, at: str = "") -> list[str]:
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [place for key, part in parts for place in slots(part, at + pointer(key))]
    return [at, *below] if at else below


SCALARS = [None, True, False, 0, 1, -1, 1.0, 1.5, -0.0, 2**63, 10**12 + 1, 1e301, 10**301, 1e308]
TEXTS = ["", "a", "a\n", "a.b", "a.b\n", "customer_id", "timeframe", "H", "15min", "x" * 64, "x" * 10_000, "1.0", "é"]
TEXTS += ["2024-01-01T00:00:00Z", "2024-13-01T00:00:00Z", "2024-01-01T00:00:00Z\n"]
LISTS = [[], [1, 2], ["a"], [[1]], [None]]
OBJECTS = [
    {},
    {"": None},
    {"a": 1},
    {"product_id": "x"},
    {"product_id": "x y"},
    {"from": "a.b"},
    {"uniform": 1},
    {"sequence": {}},
    {"sequence": {}, "choice": {}},
    {"choice": {"choices": [1, None, "x", True]}},
    {"case": {"on": "a", "when": {"b": {"choice": {"choices": [1]}}}}},
    {"b": {"sequence": {}}, "c": {"uniform": 1}},
    {"distribution": "constant"},
    {"distribution": "constant", "value": 1.0},
    {"distribution": {"type": "normal", "params": {"mu": 1}}},
    {"distribution": "uniform", "min": 1, "max": 2, "unit": "weeks"},
    {"distribution": "normal", "mu": 1, "sigma": 1, "unit": "day"},
    {"a": True},
]
INTERESTING = st.sampled_from([*SCALARS, *TEXTS, *LISTS, *OBJECTS])
KEYS = st.sampled_from(
    [
        "comment",
        "description",
        "name",
        "from_",
        "lambda_",
        "from",
        "min",
        "type",
        "params",
        "also",
        "on",
        "pattern",
        "args",
        "else",
        "else_",
        "when",
        "unit",
        "low",
        "max",
        "value",
        "next",
        "mean",
        "mean_",
    ]
)
EXTRAS = [
    (
        "/nodes/0/columns/1/generator",
        {"faker": {"method": "email", "locale": "de_DE", "args": {"safe": True, "domains": ["a", 1]}}},
    ),
    (
        "/nodes/2/columns/5/generator",
        {"datetime_series": {"within": {"start": "2024-01-01T00:00:00Z", "end": "2024-02-01T00:00:00Z"}}},
    ),
    (
        "/nodes/2/columns/5/generator",
        {"datetime_series": {"within": "timeframe", "pattern": {"dimension": "dow", "weights": [1] * 7}}},
    ),
    ("/nodes/2/columns/3/generator", {"lookup": {"from": "product.price", "on": {"product_id": "product_id"}}}),
    ("/nodes/2/columns/4/generator", {"distribution": {"type": "uniform", "params": {"low": 1, "high": 2}, "clamp": [1, 2]}}),
    ("/nodes/2/fanout", {"distribution": "poisson", "lambda": 2, "clamp": [1, 4], "min": 1}),
    ("/nodes/2/fanout", {"distribution": "constant", "value": 2}),
    ("/constraints/unique", ["order.order_id"]),
    (
        "/nodes/1/columns/1/generator",
        {
            "case": {
                "on": "product_id",
                "when": {"": {"sequence": {}}, "a/b": {"case": {"on": "t.c", "when": {"x": {"uuid": {}}}}}},
            }
        },
    ),
    (
        "/nodes/2/columns/4/generator",
        {"case": {"on": "x", "when": {"1": {"constant": {"value": None}}}, "else": {"sequence": {}}}},
    ),
    ("/targets", {"weekend_share": [{"table": "order", "timestamp": "at", "min": 0.2}]}),
    (
        "/targets",
        {
            "mean_in_range": [{"table": "order", "column": "x", "max": 2}],
            "composite_effect": [{"table": "a", "metric": "b", "influences": ["c", "d.e"], "tolerance": {"mae": 1}}],
        },
    ),
    ("/dag", [["customer"], ["order"]]),
    (
        "/nodes/2/modifiers",
        [{"transform": "effect", "args": {"effect_table": "product", "on": {"a.b": "c"}, "map": {"field": "price"}}}],
    ),
    (
        "/nodes/0/segment_behavior",
        {"segment_column": "country", "behaviors": {"US": {"fanout_multiplier": 2}}, "segments": {"DE": {}}},
    ),
    (
        "/nodes/0/vintage_behavior",
        {
            "created_at_column": "at",
            "age_based_multipliers": {
                "a": {"curve": [1, 0.5], "applies_to": "fanout"},
                "b": {"curve": {"curve_type": "linear", "params": {"a": 1, "b": 2}}, "applies_to": ["x"], "time_unit": "day"},
            },
        },
    ),
    ("/nodes/1/columns/1/modifiers", [{"transform": "round"}, {"transform": "jitter", "args": {"std": 0.6, "mode": "mul"}}]),
    (
        "/nodes/0/columns/2/modifiers",
        [{"transform": "map_values", "args": {"mapping": {"US": "a", "DE": None}, "default": "b"}}, {"transform": "upper"}],
    ),
    (
        "/nodes/1/columns/1/modifiers",
        [
            {
                "transform": "outliers",
                "args": {"rate": 0.1, "magnitude_dist": {"type": "normal", "params": {"mu": 1, "sigma": 1}}},
            }
        ],
    ),
    ("/nodes/2/state_transition_model", UNFOLDINGS["state_transition_model"].example),
    ("/nodes/2/stage_config", UNFOLDINGS["stage_config"].example),
    (
        "/nodes/2/state_transition_model",
        {
            "initial": {"a": 1},
            "states": {
                "a": {
                    "dwell": {"distribution": "gamma", "shape": 2, "mean": 3, "unit": "hours", "clamp": [1, 4]},
                    "next": {"b": 1},
                },
                "b": {"dwell": {"distribution": "poisson", "lambda": 2, "min": 1, "max": 3}, "next": {"a": 0.5, "b": 0.5}},
                "c": {"dwell": {"distribution": "constant", "value": 1}, "terminal": False},
            },
            "start": "2024-01-01T00:00:00Z",
            "end": "timeframe.end",
        },
    ),
]


def put(draft: Any, at: str, value: Any) -> None:
    holder = draft
    *path, last = parts_of(at)
    for part in path:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    holder[int(last) if isinstance(holder, list) else last] = value


@settings(max_examples=1500, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_models_and_the_json_schema_agree(new_shop, data):
    draft = new_shop()
    for at, value in data.draw(st.lists(st.sampled_from(EXTRAS), max_size=3)):
        put(draft, at, copy.deepcopy(value))
    at = data.draw(st.sampled_from(slots(draft)))
    if data.draw(st.booleans()):
        at = at.rpartition("/")[0] + "/" + data.draw(KEYS)
    value = data.draw(INTERESTING)
    try:
        put(draft, at, copy.deepcopy(value))
    except ValueError:  # a key in a list
        return
    if check_size(draft):
        return
    try:
        Dataset.model_validate(draft)
        accepted = True
    except ValidationError:
        accepted = False
    assert (explain(draft) == ()) is accepted
