"""Modifiers in other people's spelling come out in ours; what is unclear stays a problem."""

from __future__ import annotations

from typing import Any

import pytest

from datagen_chat.schema.change import difference
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.read import read
from datagen_chat.schema.repair import repair

PRICE, COUNTRY, PLACED = (1, 1), (0, 2), (2, -1)


def with_modifiers(shop: dict[str, Any], place: tuple[int, int], modifiers: Any) -> dict[str, Any]:
    table, column = place
    shop["nodes"][table]["columns"][column]["modifiers"] = modifiers
    return shop


JITTER = {"transform": "jitter", "args": {"std": 0.6}}
DIALECT = [
    (PRICE, [{"transform": "jitter", "args": {"sigma": 0.6}}], [JITTER]),
    (PRICE, [{"type": "jitter", "params": {"stddev": "0.6"}}], [JITTER]),
    (PRICE, [{"name": "noise", "std": 0.6}], [JITTER]),
    (PRICE, JITTER, [JITTER]),
    (PRICE, [{"jitter": {"std": 0.6}}], [JITTER]),
    (PRICE, [{"jitter": 0.6}], [JITTER]),
    (PRICE, {"jitter": {"std": 0.6}, "round": {"decimals": 1}}, [JITTER, {"transform": "round", "args": {"places": 1}}]),
    (PRICE, ["round"], [{"transform": "round"}]),
    (PRICE, "round", [{"transform": "round"}]),
    (PRICE, [{"transform": "multiply", "factor": 1.1}], [{"transform": "multiply", "args": {"factor": 1.1}}]),
    (PRICE, [{"transform": "scale", "args": {"value": 1.1}}], [{"transform": "multiply", "args": {"factor": 1.1}}]),
    (PRICE, [{"transform": "offset", "args": {"amount": 2}}], [{"transform": "add", "args": {"value": 2}}]),
    (PRICE, [{"transform": "clip", "args": {"low": 5}}], [{"transform": "clamp", "args": {"min": 5}}]),
    (
        PRICE,
        [{"transform": "jitter", "args": {"std": 0.1, "mode": "multiplicative"}}],
        [{"transform": "jitter", "args": {"std": 0.1, "mode": "mul"}}],
    ),
    (
        PRICE,
        [{"transform": "outliers", "args": {"probability": 0.01, "mode": "up"}}],
        [{"transform": "outliers", "args": {"rate": 0.01, "mode": "spike"}}],
    ),
    (
        COUNTRY,
        [{"transform": "map_values", "args": {"US": "United States", "DE": "Germany"}}],
        [{"transform": "map_values", "args": {"mapping": {"US": "United States", "DE": "Germany"}}}],
    ),
    (
        COUNTRY,
        [{"transform": "map_values", "args": {"US": "United States", "default": "abroad"}}],
        [{"transform": "map_values", "args": {"mapping": {"US": "United States"}, "default": "abroad"}}],
    ),
    (COUNTRY, [{"transform": "lowercase"}], [{"transform": "lower"}]),
    (
        PLACED,
        [{"transform": "time_jitter", "args": {"std_hours": 2}}],
        [{"transform": "time_jitter", "args": {"std_minutes": 120}}],
    ),
    (
        PLACED,
        [{"transform": "seasonality", "args": {"dimension": "day_of_week", "factors": [1, 1, 1, 1, 1, 2, 2]}}],
        [{"transform": "seasonality", "args": {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 2, 2]}}],
    ),
]


@pytest.mark.parametrize(("place", "written", "mended"), DIALECT)
def test_a_dialect_of_modifiers_is_mended_and_told(
    shop: dict[str, Any], place: tuple[int, int], written: Any, mended: Any
) -> None:
    shop["nodes"][2]["columns"].append(
        {"name": "placed", "type": "datetime", "generator": {"datetime_series": {"within": "timeframe"}}}
    )
    repaired = repair(with_modifiers(shop, place, written))
    assert repaired.reading.errors == ()
    table, column = place
    assert repaired.draft["nodes"][table]["columns"][column]["modifiers"] == mended
    assert repaired.mends


@pytest.mark.parametrize(
    "written",
    [
        [{"transform": "shimmer"}],
        [{"jitter": {"std": 1}, "round": {}, "name": "both"}],
        [{"transform": "jitter", "std": 1, "args": {"std": 2}}],
        [{"transform": "outliers", "args": {"rate": 0.1, "mode": "sideways"}}],
        [{"transform": "time_jitter", "args": {"std_fortnights": 2}}],
    ],
)
def test_what_is_unclear_stays_a_problem(shop: dict[str, Any], written: Any) -> None:
    assert repair(with_modifiers(shop, PRICE, written)).reading.errors


CHANGES = [
    ([JITTER], [{"transform": "jitter", "args": {"std": 0.8}}], ["product.price: jitter std 0.6 → 0.8"]),
    ([], [JITTER], ["product.price: jitter std 0.6"]),
    ([JITTER], [], ["product.price: no jitter std 0.6 any more"]),
    ([JITTER, {"transform": "round"}], [{"transform": "round"}, JITTER], ["product.price: modifiers in another order"]),
    (
        [{"transform": "map_values", "args": {"mapping": {"1": 10, "2": 20}}}],
        [{"transform": "map_values", "args": {"mapping": {"1": 10, "2": 25}}}],
        ["product.price: map_values 2 20 → 25"],
    ),
]


@pytest.mark.parametrize(("before", "after", "lines"), CHANGES)
def test_a_changed_modifier_is_told_by_its_word(shop: dict[str, Any], before: Any, after: Any, lines: list[str]) -> None:
    patched = apply_patch(shop, {"nodes": {"product": {"columns": {"price": {"modifiers": after}}}}})
    assert [str(change) for change in difference(with_modifiers(shop, PRICE, before), patched.draft)] == lines


def test_a_changed_behaviour_is_told_by_its_segment(shop: dict[str, Any]) -> None:
    behaviour = {"segment_column": "country", "behaviors": {"US": {"fanout_multiplier": 2}}}
    shop["nodes"][0]["segment_behavior"] = behaviour
    patch = {"nodes": {"customer": {"segment_behavior": {"behaviors": {"US": {"fanout_multiplier": 3}}}}}}
    lines = [str(change) for change in difference(shop, apply_patch(shop, patch).draft)]
    assert lines == ["customer: US fanout_multiplier 2 → 3"]


def test_a_renamed_column_is_followed_into_behaviours_and_effects(shop: dict[str, Any]) -> None:
    effect = {"effect_table": "product", "on": {"product_id": "product_id"}, "map": {"field": "price"}}
    shop["nodes"][2]["columns"][4]["modifiers"] = [{"transform": "effect", "args": effect}]
    shop["nodes"][0]["segment_behavior"] = {"segment_column": "country", "behaviors": {"US": {"fanout_multiplier": 2}}}
    renamed = {
        "customer": {"columns": {"country": {"$rename": "land"}}},
        "product": {"columns": {"price": {"$rename": "cost"}}},
    }
    draft = apply_patch(apply_patch(shop, {"nodes": renamed}).draft, {"nodes": {"product": {"$rename": "article"}}}).draft
    assert read(draft).errors == ()
    assert draft["nodes"][0]["segment_behavior"]["segment_column"] == "land"
    args = draft["nodes"][2]["columns"][4]["modifiers"][0]["args"]
    assert (args["effect_table"], args["map"]["field"]) == ("article", "cost")


def test_a_renamed_column_is_followed_into_modifiers(shop: dict[str, Any]) -> None:
    at = {"name": "at", "type": "datetime", "generator": {"datetime_series": {"within": "timeframe"}}}
    shop["nodes"][1]["columns"].append(at)
    season = {"transform": "seasonality", "args": {"dimension": "dow", "weights": [1] * 7, "on": "at"}}
    with_modifiers(shop, PRICE, [season])
    patched = apply_patch(shop, {"nodes": {"product": {"columns": {"at": {"$rename": "listed_at"}}}}})
    assert read(patched.draft).errors == ()
    assert patched.draft["nodes"][1]["columns"][1]["modifiers"][0]["args"]["on"] == "listed_at"
