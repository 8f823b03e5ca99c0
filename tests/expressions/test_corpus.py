"""The expressions that models write of themselves: each has the kind that its column needs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from datagen_chat.expressions import Expression, Meaning, parse
from datagen_chat.expressions.kinds import Kind
from datagen_chat.words import ColumnType

CORPUS = Path(__file__).parents[1] / "data" / "conversations"

COLUMNS: dict[str, ColumnType] = (
    dict.fromkeys(["unit_price", "base_price_eur", "weight_kg", "discount", "duration_min", "grade", "temperature_c",
                   "device.base_temperature", "device.base_humidity"], "float")
    | dict.fromkeys(["quantity", "days_to_subscribe", "is_cancelled", "device_id", "promised_days", "is_delivered",
                     "level_number", "lifetime_days", "level_offset", "session.day_number", "passed", "ects"], "int")
    | dict.fromkeys(["state", "status", "exam_status"], "string")
    | dict.fromkeys(["users.signed_up_at", "last_event_at", "observed_until", "last_scan_at", "created_at", "promised_at",
                     "activity_date", "started_at"], "datetime")
    | dict.fromkeys(["install_date", "player.install_date", "player.last_active_date"], "date")
)  # type: ignore[assignment]  # fmt: skip

WRITTEN: list[tuple[str, Kind]] = [
    ("round(quantity * unit_price, 2)", "float"),
    ("users.signed_up_at + days(days_to_subscribe)", "datetime"),
    ("if(is_cancelled == 1, min(last_event_at, observed_until), observed_until)", "datetime"),
    ("if(state == 'cancelled', 1, 0)", "int"),
    ("device.base_humidity - 1.5 * (temperature_c - device.base_temperature)", "float"),
    ("if(device_id % 5 == 0, 'unstable', 'stable')", "text"),
    ("round((base_price_eur + 0.35 * weight_kg) * (1 - discount), 2)", "float"),
    ("round((last_scan_at - created_at) / days(1), 2)", "float"),
    ("if(is_delivered == 1, if(last_scan_at <= promised_at, 1, 0), 0)", "int"),
    ("install_date + days(lifetime_days)", "date"),
    ("activity_date + days(0.999)", "datetime"),
    ("player.last_active_date + days(0.999)", "datetime"),
    ("round((activity_date - player.install_date) / days(1))", "int"),
    ("started_at + days(duration_min / 1440)", "datetime"),
    ("max(1, min(200, round(session.day_number * 3.5) + level_offset))", "int"),
    ("if(level_number <= 20, 'a', if(level_number <= 60, 'b', if(level_number <= 110, 'c', 'd')))", "text"),
    ("if(exam_status == 'graded', if(grade <= 4.0, 1, 0), 0)", "int"),
    ("passed * ects", "int"),
    # Other models' habits: the same thoughts in Python, C and SQL.
    ("quantity * unit_price * (1 - discount) if quantity > 0 else 0", "float"),
    ("CASE WHEN status = 'delivered' THEN last_scan_at ELSE NULL END", "datetime"),
    ("status == 'a' && quantity > 2 ? unit_price : 0", "float"),
    ("(last_scan_at - created_at) > days(3) or last_scan_at is null", "bool"),
    ("concat(upper(left(status, 1)), substring(status, 2))", "text"),
    ("created_at >= '2024-01-01' and dow(created_at) in [5, 6]", "bool"),
]


def kind_of(code: str) -> Kind:
    expression = parse(code)
    assert isinstance(expression, Expression), expression
    understood = expression.understand(lambda table, name: COLUMNS.get(name if table is None else f"{table}.{name}"))
    assert isinstance(understood, Meaning), understood
    return understood.kind


@pytest.mark.parametrize(("code", "kind"), WRITTEN)
def test_an_expression_of_a_model_has_its_kind(code: str, kind: Kind) -> None:
    assert kind_of(code) == kind


def test_every_expression_of_the_corpus_has_a_kind() -> None:
    written = [
        code
        for path in CORPUS.glob("[0-9]*.md")
        for code in re.findall(r'"expression": *\{"code": *("(?:[^"\\]|\\.)*")', path.read_text())
    ]
    assert len(written) > 30
    assert {kind_of(json.loads(code)) for code in written} == {"float", "int", "text", "datetime", "date"}
