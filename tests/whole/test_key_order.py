"""Objects of JSON have no order: what is drawn does not depend on the order in which their keys are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from datagen_chat.engine.plan import Plan
from datagen_chat.problems import SchemaError
from datagen_chat.schema.canonical import schema_hash
from datagen_chat.schema.read import read
from datagen_chat.schema.repair import repair
from tests.advice.schemas import column, entity, fact, known, one_each, schema
from tests.unfoldings.schemas import funnelled, walked
from tests.whole.promises import digests
from tests.whole.schemas import schemas

Json = dict[str, Any]

CURVES = {
    "fades": {"curve": [1.0, 0.7, 0.3, 0.1], "applies_to": "all"},
    "grows": {"curve": [0.3, 1.1, 1.7], "applies_to": "all"},
    "bends": {"curve": [0.1, 0.7, 0.9], "applies_to": ["amount"]},
}
BORN = {"datetime_series": {"within": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-01T00:00:00Z"}}}
SOLD = {"datetime_series": {"within": "timeframe"}}
PRICE = {"distribution": {"type": "lognormal", "params": {"mu": 3, "sigma": 0.5}}}


def aged() -> Json:
    """Return a schema in which several curves lead the same rows."""
    customer = entity("customer", 80, column("born_at", "datetime", BORN))
    customer["vintage_behavior"] = {"created_at_column": "born_at", "age_based_multipliers": CURVES}
    sale = fact("sale", ["customer"], one_each(5), column("sold_at", "datetime", SOLD), column("amount", "float", PRICE))
    return schema(customer, sale) | {"timeframe": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z"}}


def weighed(generator: Json) -> Json:
    """Return a schema with a column whose generator is written in another dialect."""
    return schema(entity("thing", 300, column("grade", "string", generator)))


DRAFTS: Mapping[str, Json] = {"walk": walked(), "funnel": funnelled(), "ages": aged()}
WEIGHTS = {"b": 0.5, "c": 0.3, "a": 0.2}
DIALECTS: Mapping[str, Json] = {
    "choices": {"choice": {"choices": WEIGHTS}},
    "weights": {"choice": {"weights": WEIGHTS}},
    "choice": {"choice": WEIGHTS},
    "branch": {"case": {"on": "kind", "when": {"x": WEIGHTS, "y": {"constant": {"value": "c"}}}}},
}


def reversed_keys(value: Any) -> Any:
    """Return a JSON value with the keys of every object turned round."""
    if isinstance(value, dict):
        return {key: reversed_keys(part) for key, part in reversed(value.items())}
    return [reversed_keys(part) for part in value] if isinstance(value, list) else value


def made(draft: Json) -> Mapping[str, str]:
    """Return the content hashes of the tables of a valid draft."""
    dataset = read(draft).dataset
    assert dataset is not None
    return digests(Plan(dataset, 42))


@pytest.mark.parametrize("name", [*known(), *DRAFTS])
def test_the_order_of_keys_changes_no_rows(name: str) -> None:
    draft = {**known(), **DRAFTS}[name]
    turned = reversed_keys(draft)
    assert schema_hash(turned) == schema_hash(draft)
    assert made(turned) == made(draft)


@pytest.mark.parametrize("name", DIALECTS)
def test_weights_by_name_come_to_the_same_whatever_the_order_of_their_keys(name: str) -> None:
    draft = weighed(DIALECTS[name])
    draft["nodes"][0]["columns"].append(column("kind", "string", {"choice": {"choices": ["x", "y"]}}))
    mended, turned = repair(draft).draft, repair(reversed_keys(draft)).draft
    assert schema_hash(mended) == schema_hash(turned)
    assert made(mended) == made(turned)


@settings(max_examples=15, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))
@given(schemas())
def test_the_order_of_keys_changes_no_rows_of_any_schema(draft: Json) -> None:
    reading, turned = read(draft), read(reversed_keys(draft))
    assert (reading.dataset is None) == (turned.dataset is None)
    if reading.dataset is None or turned.dataset is None:
        return
    try:
        rows = digests(Plan(reading.dataset, 42))
    except SchemaError:  # only the rows decide it, and they decide it for both
        with pytest.raises(SchemaError):
            digests(Plan(turned.dataset, 42))
        return
    assert digests(Plan(turned.dataset, 42)) == rows
