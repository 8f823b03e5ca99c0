"""Expectations that are easily written wrong: they hold on data made as the person said, and fail on other data."""

from __future__ import annotations

import pytest

from datagen_chat.evaluation.cases import read_cases
from datagen_chat.shipped import folder
from tests.evaluation.stubs import failing

CASES = {case.id: case for case in read_cases(folder("evals") / "cases")}
MACHINES = "One machine has about 10 % defects, the others about 2 %."
NIGHT = "TIMESTAMPTZ '2024-03-04 00:00:00Z'"
SOUND: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
    "factory-quality": (
        [
            "INSERT INTO machine SELECT i FROM range(8) r(i)",
            "INSERT INTO batch SELECT i, i % 8 FROM range(400) r(i)",
            "INSERT INTO part SELECT i, CAST(i % (CASE WHEN (i // 50) % 8 = 1 THEN 10 ELSE 50 END) = 0 AS VARCHAR), i // 50"
            " FROM range(20000) r(i)",
        ],
        [
            (
                "UPDATE part SET is_defective = 'false' WHERE part_key % 50 > 0",
                "One machine has about 10 % defects, the others about 2 %.",
            ),
            ("DELETE FROM part WHERE part_key = 7", "A batch has 50 parts."),
        ],
    ),
    "meters-quarter-hours": (
        [
            "INSERT INTO meter SELECT i FROM range(20) r(i)",
            "INSERT INTO reading SELECT i, 1 + (i // 4) % 24 / 24, "
            f"{NIGHT} + to_minutes(15 * (i % 672)), i // 672 FROM range(13440) r(i)",
        ],
        [
            ("DELETE FROM reading WHERE reading_key = 5", "Each has 672 readings."),
            ("UPDATE reading SET consumption_kwh = -0.1 WHERE reading_key = 5", "Consumption is never negative."),
            ("UPDATE reading SET timestamp = timestamp + INTERVAL 1 MINUTE", "They are a quarter of an hour apart."),
            ("UPDATE reading SET timestamp = timestamp + INTERVAL 1 DAY", "They are of that week."),
            ("UPDATE reading SET consumption_kwh = 1", "Evenings take more than nights."),
        ],
    ),
    "friends-network": (
        [
            "INSERT INTO person SELECT i FROM range(500) r(i)",
            "INSERT INTO follow SELECT i, CAST(i // 8 AS VARCHAR), "
            "CAST((i // 8 + 1 + i % 8) % 500 AS VARCHAR) FROM range(4000) r(i)",
            "INSERT INTO post SELECT i, i % 7 FROM range(1500) r(i)",
        ],
        [
            ("UPDATE follow SET followee_id = follower_id WHERE follow_key = 9", "Nobody follows themselves."),
            ("UPDATE follow SET followee_id = 'x' WHERE follow_key IN (8, 9)", "Nobody follows the same person twice."),
        ],
    ),
    "people-by-age": (
        [
            "INSERT INTO person SELECT i, CASE WHEN i % 5 = 0 THEN i % 18 WHEN i % 5 = 1 THEN 65 + i % 40 ELSE 18 + i % 47 END,"
            " CASE WHEN i % 2 = 0 THEN 'f' ELSE 'm' END, CASE WHEN i % 5 = 0 THEN NULL ELSE 30000 END FROM range(10000) r(i)",
        ],
        [
            ("UPDATE person SET income = 10 WHERE age < 18", "Nobody under 18 has an income."),
            ("UPDATE person SET income = NULL WHERE person_key = 1", "Everyone else has one."),
            ("UPDATE person SET age = age + 5 WHERE age > 100", "Ages are from 0 to 105."),
            ("UPDATE person SET sex = 'f' WHERE person_key % 5 = 1", "There are two sexes, about half each."),
        ],
    ),
    "auction-bids": (
        [
            "INSERT INTO auction SELECT i FROM range(200) r(i)",
            "INSERT INTO bidder SELECT i FROM range(80) r(i)",
            f"INSERT INTO bid SELECT i, 10 + i % 5, {NIGHT} + to_minutes(i % 5), i // 5, i % 80 FROM range(1000) r(i)",
        ],
        [
            ("UPDATE bid SET amount = 20 - amount WHERE bid_key < 5", "Bids go up over time."),
            ("DELETE FROM bid WHERE bid_key < 4", "Each has 2 to 10 bids."),
        ],
    ),
    "tickets-states": (
        [
            "INSERT INTO agent SELECT i FROM range(30) r(i)",
            "INSERT INTO ticket SELECT i FROM range(1500) r(i)",
            f"INSERT INTO ticket_history SELECT i, ['open', 'in_progress', 'resolved'][i % 3 + 1], {NIGHT} + to_hours(i % 3),"
            " i // 3 FROM range(4500) r(i)",
        ],
        [
            ("UPDATE ticket_history SET state = 'resolved' WHERE ticket_history_key = 3", "Every ticket starts as open."),
            ("DELETE FROM ticket_history WHERE of_ticket = 7", "Every ticket has a history."),
            ("UPDATE ticket_history SET state = 'lost' WHERE ticket_history_key = 4", "States are those four."),
        ],
    ),
    "insurance-claims": (
        [
            "INSERT INTO policy SELECT i, 5000 + i * 50, TIMESTAMPTZ '2022-01-01 00:00:00Z' + to_days(i % 365)"
            " FROM range(800) r(i)",
            "INSERT INTO claim SELECT policy_key, coverage / 2, start_date + INTERVAL 200 DAY, policy_key FROM policy"
            " WHERE policy_key % 4 = 0",
        ],
        [
            ("UPDATE claim SET amount = 60000 WHERE claim_key = 4", "No claim is larger than its coverage."),
            ("UPDATE claim SET filed_at = filed_at - INTERVAL 1 YEAR", "Claims are filed while the policy runs."),
            ("DELETE FROM claim WHERE claim_key % 8 = 0", "About every fourth policy has a claim."),
        ],
    ),
}


@pytest.mark.parametrize("name", SOUND)
def test_expectations_hold_on_data_that_is_as_the_person_said_and_fail_on_other_data(name: str) -> None:
    right, wrong = SOUND[name]
    assert failing(CASES[name], *right) == []
    for statement, what in wrong:
        assert what in failing(CASES[name], *right, statement)
