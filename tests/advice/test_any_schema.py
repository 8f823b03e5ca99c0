"""Any schema of the language, its tables and columns called what reviewers look at, can be reviewed, and each fix fits it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from datagen_chat.advice import advise
from datagen_chat.schema.patch import apply_patch
from datagen_chat.schema.read import read
from tests.whole.schemas import schemas

TABLES = ("order", "order_item", "payment", "subscription", "reading", "product", "plan", "invoice_line")
COLUMNS = {
    "int": ("quantity", "age", "order_id", "product_id", "total", "stock"),
    "float": ("price", "unit_price", "total_amount", "subtotal", "tax", "monthly_price", "line_total"),
    "string": ("name", "email", "sku", "username"),
    "datetime": ("start_date", "end_at", "created_at", "born_on", "ordered_at", "shipped_at"),
    "date": ("signup_date", "birth_date", "due_on", "issued_on", "end_date"),
}


@settings(max_examples=15, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))
@given(schemas(), st.randoms(use_true_random=False))
def test_any_schema_can_be_reviewed_and_its_fixes_settle_their_remarks(draft: dict[str, Any], chance: Any) -> None:
    draft = speaking(draft, chance)
    dataset = read(draft).dataset
    if dataset is None:
        return
    for advice in advise(dataset, most=1000):
        if advice.fix is not None:
            patched = apply_patch(draft, json.loads(json.dumps(advice.fix)))
            assert patched.problems == ()
            reading = read(patched.draft)
            assert reading.dataset is not None, (advice.message, reading.problems)
            assert advice.key not in {one.key for one in advise(reading.dataset, most=1000)}


def speaking(draft: dict[str, Any], chance: Any) -> dict[str, Any]:
    """Return a draft with other names for its tables and for most of its columns."""
    nodes = []
    for node, table in zip(draft["nodes"], chance.sample(TABLES, len(draft["nodes"])), strict=True):
        taken, columns = {column["name"] for column in node["columns"]}, []
        for column in node["columns"]:
            free = [name for name in COLUMNS.get(column["type"], ()) if name not in taken]
            if free and column["name"] != node["pk"]:
                taken.add(new := chance.choice(free))
                columns.append({"name": column["name"], "$rename": new})
        nodes.append({"id": node["id"], "$rename": table, "columns": columns})
    renamed: dict[str, Any] = apply_patch(draft, {"nodes": nodes}).draft
    return renamed
