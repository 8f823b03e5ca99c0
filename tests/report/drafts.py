"""Schemas that reports are made of."""

from __future__ import annotations

from typing import Any

HOSTILE = """</script><script>alert(1)</script><img src=x onerror=alert(2)>"'&amp;{{7*7}}\u202e\x1b[31m"""
"""A text that would run, end an element, hide something or command a terminal, wherever it is not taken for text."""

BIKES: dict[str, Any] = {
    "version": "1.0",
    "metadata": {"name": "bikes", "description": "Bikes and who rented them."},
    "timeframe": {"start": "2025-03-03T00:00:00Z", "end": "2025-03-30T23:59:59Z"},
    "constraints": {"foreign_keys": [{"from": "rental.bike_id", "to": "bike.bike_id"}]},
    "nodes": [
        {
            "id": "bike",
            "kind": "entity",
            "pk": "bike_id",
            "rows": 120,
            "description": "What is rented.",
            "columns": [
                {"name": "bike_id", "type": "int", "generator": {"sequence": {"start": 1}}},
                {
                    "name": "model",
                    "type": "string",
                    "description": "How it is built.",
                    "generator": {"choice": {"choices": ["city", "cargo", "e-bike"], "weights": [0.6, 0.1, 0.3]}},
                },
                {"name": "gears", "type": "int", "generator": {"choice": {"choices": [7, 3, 21]}}},
                {"name": "is_new", "type": "bool", "null_rate": 0.25, "generator": {"bernoulli": {"p": 0.4}}},
                {"name": "frame", "type": "string", "unique": True, "generator": {"pattern": {"regex": "F-\\d{5}"}}},
            ],
        },
        {
            "id": "rental",
            "kind": "fact",
            "pk": "rental_id",
            "parents": ["bike"],
            "fanout": {"distribution": "uniform", "min": 2, "max": 5},
            "columns": [
                {"name": "rental_id", "type": "int", "generator": {"sequence": {"start": 1}}},
                {"name": "bike_id", "type": "int", "generator": {"lookup": {"from": "bike.bike_id"}}},
                {
                    "name": "started_at",
                    "type": "datetime",
                    "generator": {"datetime_series": {"within": "timeframe", "freq": "h"}},
                },
                {
                    "name": "hours",
                    "type": "int",
                    "generator": {"distribution": {"type": "uniform", "params": {"low": 1, "high": 6}}},
                },
                {
                    "name": "price",
                    "type": "float",
                    "decimals": 2,
                    "generator": {"distribution": {"type": "normal", "params": {"mu": 20, "sigma": 5}, "clamp": [8, 32]}},
                },
                {"name": "total", "type": "float", "generator": {"expression": {"code": "hours * price"}}},
            ],
        },
    ],
}


def hostile() -> dict[str, Any]:
    """Return a schema whose texts and values are attacks; names of tables and columns cannot be."""
    column = {"name": "x", "type": "string", "description": HOSTILE, "generator": {"choice": {"choices": [HOSTILE, "plain"]}}}
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    prefixed = {
        "name": "y",
        "type": "string",
        "generator": {"constant": {"value": HOSTILE}},
        "modifiers": [{"transform": "prefix", "args": {"prefix": HOSTILE}}],
    }
    table = {"id": "t", "kind": "entity", "pk": "id", "rows": 40, "description": HOSTILE, "columns": [key, column, prefixed]}
    check = {"name": HOSTILE, "requirement": HOSTILE, "sql": "SELECT '</script>' AS \"<b>\"", "equals": HOSTILE}
    return {"version": "1.0", "metadata": {"name": HOSTILE, "description": HOSTILE}, "nodes": [table], "checks": [check]}
