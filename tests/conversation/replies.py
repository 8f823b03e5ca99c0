"""Small schemas, and replies that hold them, for tests of turns and screens."""

from __future__ import annotations

import json
from typing import Any

SHOP: dict[str, Any] = {
    "version": "1.0",
    "metadata": {"name": "Shop"},
    "timeframe": {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T00:00:00Z", "freq": "D"},
    "constraints": {"foreign_keys": [{"from": "order.customer_id", "to": "customer.customer_id"}]},
    "nodes": [
        {
            "id": "customer",
            "kind": "entity",
            "pk": "customer_id",
            "rows": 4,
            "columns": [
                {"name": "customer_id", "type": "int", "generator": {"sequence": {}}},
                {
                    "name": "tier",
                    "type": "string",
                    "generator": {"choice": {"choices": ["gold", "base"], "weights": [0.2, 0.8]}},
                },
            ],
        },
        {
            "id": "order",
            "kind": "fact",
            "pk": "order_id",
            "parents": ["customer"],
            "fanout": {"distribution": "constant", "value": 2},
            "columns": [
                {"name": "order_id", "type": "int", "generator": {"sequence": {"start": 100}}},
                {"name": "customer_id", "type": "int", "generator": {"lookup": {"from": "customer.customer_id"}}},
                {
                    "name": "amount",
                    "type": "float",
                    "generator": {"distribution": {"type": "uniform", "params": {"low": 1, "high": 9}}},
                },
            ],
        },
    ],
}


def shop(**changes: Any) -> dict[str, Any]:
    """Return the shop with the values at these dotted paths replaced, such as `nodes__0__rows=5`."""
    draft = json.loads(json.dumps(SHOP))
    for path, value in changes.items():
        *above, last = [int(part) if part.isdecimal() else part for part in path.split("__")]
        holder = draft
        for part in above:
            holder = holder[part]
        holder[last] = value
    return draft  # type: ignore[no-any-return]


def reply(draft: Any, before: str = "Here it is:", after: str = "") -> str:
    """Return a reply that holds a draft in a fence."""
    text = draft if isinstance(draft, str) else json.dumps(draft, indent=2)
    return f"{before}\n\n```json\n{text}\n```\n\n{after}".strip()
