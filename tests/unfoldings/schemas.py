"""Schemas whose rows a walk or a journey makes."""

from __future__ import annotations

import copy
from typing import Any

KEY = {"type": "int", "generator": {"sequence": {"start": 0}}}
DAY = {"distribution": "uniform", "min": 1, "max": 3, "unit": "day"}
PARCEL: dict[str, Any] = {
    "initial": {"label": 0.9, "depot": 0.1},
    "states": {
        "label": {
            "dwell": {"distribution": "uniform", "min": 1, "max": 10, "unit": "hours"},
            "next": {"depot": 0.98, "void": 0.02},
        },
        "depot": {"dwell": {"distribution": "exponential", "scale": 9, "unit": "hour"}, "next": {"van": 1}},
        "van": {
            "dwell": {"distribution": "lognormal", "mu": 1.2, "sigma": 0.5, "unit": "hours", "max": 12},
            "next": {"done": 0.7, "depot": 0.2, "shop": 0.1},
        },
        "shop": {"dwell": {"distribution": "poisson", "lambda": 2, "unit": "days"}, "next": {"done": 0.94, "void": 0.06}},
        "done": {"terminal": True},
        "void": {"terminal": True},
    },
    "max_rows": 14,
}
FUNNEL: dict[str, Any] = {
    "stages": [
        {"stage_name": "visit", "transition_rate": 1.0},
        {"stage_name": "signup", "transition_rate": 0.6, "mean_hours": 2},
        {"stage_name": "purchase", "transition_rate": 0.5},
    ]
}


def state(field: str) -> dict[str, Any]:
    """Return the generator of a field."""
    return {"state": {"field": field}}


def walked(model: dict[str, Any] | None = None, parents: int = 400, **table: Any) -> dict[str, Any]:
    """Return a schema of parcels and their scans."""
    start = {"name": "sent_at", "type": "datetime", "generator": {"datetime_series": {"within": "timeframe", "freq": "H"}}}
    scan = {
        "id": "scan",
        "kind": "fact",
        "pk": "scan_id",
        "parents": ["parcel"],
        "state_transition_model": PARCEL if model is None else model,
        "columns": [
            {"name": "scan_id", **KEY},
            {"name": "parcel_id", "type": "int", "generator": {"lookup": {"from": "parcel.parcel_id"}}},
            {"name": "step", "type": "int", "generator": state("index")},
            {"name": "status", "type": "string", "generator": state("name")},
            {"name": "before", "type": "string", "nullable": True, "generator": state("previous")},
            {"name": "entered_at", "type": "datetime", "generator": state("entered_at")},
            {"name": "exited_at", "type": "datetime", "nullable": True, "generator": state("exited_at")},
        ],
    }
    parcel = {
        "id": "parcel",
        "kind": "entity",
        "pk": "parcel_id",
        "rows": parents,
        "columns": [{"name": "parcel_id", **KEY}, start],
    }
    schema = {
        "version": "1.0",
        "metadata": {"name": "parcels"},
        "timeframe": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z"},
        "constraints": {"foreign_keys": [{"from": "scan.parcel_id", "to": "parcel.parcel_id"}]},
        "nodes": [parcel, scan | table],
    }
    return copy.deepcopy(schema)  # tests write into it


def funnelled(config: dict[str, Any] | None = None, parents: int = 400) -> dict[str, Any]:
    """Return a schema of users and their journeys."""
    tier = {"name": "tier", "type": "string", "generator": {"choice": {"choices": ["vip", "basic", "free"]}}}
    start = {"name": "created_at", "type": "datetime", "generator": {"datetime_series": {"within": "timeframe", "freq": "H"}}}
    choice = {"choice": {"choices": ["visit", "signup", "purchase"]}}
    journey = {
        "id": "journey",
        "kind": "fact",
        "pk": "event_id",
        "parents": ["user"],
        "stage_config": FUNNEL if config is None else config,
        "columns": [
            {"name": "event_id", **KEY},
            {"name": "user_id", "type": "int", "generator": {"lookup": {"from": "user.user_id"}}},
            {"name": "stage_name", "type": "string", "generator": choice},
            {"name": "stage_index", "type": "int", "generator": {"distribution": {"type": "poisson", "params": {"lambda": 1}}}},
            {"name": "happened_at", "type": "datetime", "generator": {"datetime_series": {"within": "timeframe"}}},
            {"name": "device", "type": "string", "generator": {"choice": {"choices": ["phone", "laptop"]}}},
        ],
    }
    user = {
        "id": "user",
        "kind": "entity",
        "pk": "user_id",
        "rows": parents,
        "columns": [{"name": "user_id", **KEY}, start, tier],
    }
    schema = {
        "version": "1.0",
        "metadata": {"name": "funnel"},
        "timeframe": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z"},
        "constraints": {"foreign_keys": [{"from": "journey.user_id", "to": "user.user_id"}]},
        "nodes": [user, journey],
    }
    return copy.deepcopy(schema)
