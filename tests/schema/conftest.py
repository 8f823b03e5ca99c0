"""A small valid schema, fresh for every test, and the seed's own ones."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DOCUMENT = Path(__file__).parents[1] / "data" / "example_conversation.md"


def make_shop() -> dict[str, Any]:
    return {
        "version": "1.0",
        "metadata": {"name": "Shop"},
        "timeframe": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z", "freq": "H"},
        "constraints": {
            "foreign_keys": [
                {"from": "order.customer_id", "to": "customer.customer_id"},
                {"from": "order.product_id", "to": "product.product_id"},
            ]
        },
        "nodes": [
            {
                "id": "customer",
                "kind": "entity",
                "pk": "customer_id",
                "rows": 500,
                "columns": [
                    {"name": "customer_id", "type": "int", "generator": {"sequence": {"start": 1, "step": 1}}},
                    {"name": "email", "type": "string", "generator": {"faker": {"method": "email"}}},
                    {
                        "name": "country",
                        "type": "string",
                        "generator": {"choice": {"choices": ["US", "DE"], "weights": [0.7, 0.3]}},
                    },
                    {
                        "name": "phone",
                        "type": "string",
                        "nullable": True,
                        "null_rate": 0.2,
                        "generator": {"faker": {"method": "phone_number"}},
                    },
                ],
            },
            {
                "id": "product",
                "kind": "entity",
                "pk": "product_id",
                "rows": 20,
                "columns": [
                    {"name": "product_id", "type": "int", "generator": {"sequence": {"start": 100}}},
                    {
                        "name": "price",
                        "type": "float",
                        "decimals": 2,
                        "generator": {
                            "distribution": {"type": "lognormal", "params": {"mu": 3.5, "sigma": 0.8}, "clamp": [1, 99]}
                        },
                    },
                ],
            },
            {
                "id": "order",
                "kind": "fact",
                "pk": "order_id",
                "parents": ["customer"],
                "fanout": {"distribution": "uniform", "min": 1, "max": 5},
                "columns": [
                    {"name": "order_id", "type": "int", "generator": {"sequence": {}}},
                    {"name": "customer_id", "type": "int", "generator": {"lookup": {"from": "customer.customer_id"}}},
                    {"name": "product_id", "type": "int", "generator": {"lookup": {"from": "product.product_id"}}},
                    {
                        "name": "unit_price",
                        "type": "float",
                        "generator": {"lookup": {"from": "product.price", "on": "product_id"}},
                    },
                    {
                        "name": "quantity",
                        "type": "int",
                        "generator": {"distribution": {"type": "poisson", "params": {"lambda": 2}}},
                    },
                    {
                        "name": "ordered_at",
                        "type": "datetime",
                        "generator": {"datetime_series": {"within": "timeframe", "freq": "H"}},
                    },
                ],
            },
        ],
    }


def read_seeds() -> list[dict[str, Any]]:
    text = DOCUMENT.read_text(encoding="utf-8")
    return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL)]


@pytest.fixture
def shop() -> dict[str, Any]:
    return make_shop()


@pytest.fixture(scope="session")
def new_shop() -> Callable[[], dict[str, Any]]:
    """Return how to make the schema anew, for tests that need it many times."""
    return make_shop


@pytest.fixture
def seeds() -> list[dict[str, Any]]:
    return read_seeds()
