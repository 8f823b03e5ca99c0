"""What a check wants, against what its query gives."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from datagen_chat.schema.model import Check
from datagen_chat.verify.checks import holds, wanted


@pytest.mark.parametrize(
    ("bounds", "row", "expected"),
    [
        ({"equals": 5}, (5,), True),
        ({"equals": 5}, (5.0,), True),
        ({"equals": 5}, (6,), False),
        ({"equals": True}, (1,), False),
        ({"equals": "a"}, ("a",), True),
        ({"equals": "2025-01-01T00:00:00Z"}, (datetime(2025, 1, 1, tzinfo=UTC),), True),
        ({"equals": "2025-01-01"}, (datetime(2025, 1, 1),), True),
        ({"equals": "2025-01-01 00:00:00"}, (date(2025, 1, 1),), True),
        ({"equals": "2025-01-01"}, (datetime(2025, 1, 1, 10),), False),
        ({"between": (0.1, 0.2)}, (0.2,), True),
        ({"between": (0.1, 0.2)}, (0.3,), False),
        ({"between": (0.1, 0.2)}, (None,), False),
        ({"between": (0.1, 0.2)}, None, False),
        ({"min": 3}, (Decimal("3.5"),), True),
        ({"max": 3}, (3.5,), False),
        ({"min": 3}, ("many",), False),
        ({"empty": True}, None, True),
        ({"empty": True}, (1,), False),
        ({"empty": False}, None, False),
        ({}, (True,), True),
        ({}, (0,), False),
        ({}, None, False),
    ],
)
def test_a_check_holds_when_its_query_gives_what_it_wants(bounds: dict[str, Any], row: Any, expected: bool) -> None:
    assert holds(Check(name="a", sql="SELECT 1", **bounds), row) is expected


def test_what_is_wanted_is_said_in_words() -> None:
    assert wanted(Check(name="a", sql="SELECT 1", min=1, max=2.5)) == "at least 1 and at most 2.5"
    assert wanted(Check(name="a", sql="SELECT 1", empty=True)) == "no row"
    assert wanted(Check(name="a", sql="SELECT 1", between=(1_234_567, 2e7))) == "1234567 to 20000000"
