"""Statements over the turns of a conversation: the later one about the same thing counts."""

from __future__ import annotations

import pytest

from datagen_chat.asked.ledger import standing
from datagen_chat.asked.reading import read
from tests.asked.brief import brief


def stand(*messages: str) -> list[str]:
    found = standing([read(message) for message in messages])
    return [brief(entry.statement) + (f" (was {brief(entry.before)})" if entry.before else "") for entry in found]


def test_a_later_statement_about_the_same_thing_replaces_the_earlier_one() -> None:
    assert stand("price between 5 and 80", "make the price 10 to 500") == ["range price 10..500 (was range price 5..80)"]
    assert stand("500 customers, 9 plans", "1k customers") == [
        "count customers 1000 (was count customers 500)",
        "count plans 9",
    ]


def test_the_same_said_again_changes_nothing() -> None:
    assert stand("500 customers", "500 customers please") == ["count customers 500"]


def test_statements_about_other_things_stand_beside_each_other() -> None:
    assert stand("2 items per order", "2 orders per customer") == ["each items 2 per order", "each orders 2 per customer"]
    assert stand("at least one item per order", "at most 9 items per order") == [
        "each item 1.. per order",
        "each items ..9 per order",
    ]


def test_a_later_period_replaces_the_only_one() -> None:
    assert stand("orders from Jan 2024 to Dec 2024", "All of 2025") == [
        "period 2025-01-01..2025-12-31 (was period orders 2024-01-01..2024-12-31)"
    ]


def test_a_relative_change_withdraws_a_number() -> None:
    assert stand("4 customers, 3 plans", "one customer less, please") == ["count plans 3"]
    assert stand("4 customers", "20 more customers") == []
    assert stand("4 customers", "double the customers") == []
    assert stand("4 customers", "no more than 9 plans") == ["count customers 4", "count plans ..9"]


def test_what_was_removed_is_no_longer_asked_for() -> None:
    assert stand("60 lecturers and 9 courses", "remove the lecturers") == ["count courses 9"]


def test_a_message_that_says_two_numbers_of_the_same_states_neither() -> None:
    assert stand("200 customers in Germany and 300 customers in France") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("500 customers", "add 100 customers"),  # to those that there are
        ("500 customers", "remove 100 customers"),
        ("500 customers", "50 customers fewer"),
        ("500 customers", "50 customers more, please"),
        ("500 customers", "twice as many customers"),
        ("500 customers", "10x the customers"),
        ("500 customers", "10x everything"),
        ("500 customers", "make it all bigger"),
        ("500 customers", "that's too many customers"),
        ("500 customers", "we don't need customers"),
        ("500 customers", "rename customers to members"),
        ("1 to 5 items per order", "2 to 6 items"),  # in all, or for each?
        ("status: pending, shipped, delivered", "remove pending from the status"),
        ("prices from 5 to 80", "the prices are too high"),
        ("prices from 5 to 80", "double the prices"),
        ("prices from 5 to 80", "lower the prices"),
        ("prices from 5 to 80", "rename price to amount"),
        ("70% free, 20% pro, 10% enterprise", "more pro"),  # of all others there are fewer then
        ("at least one item per order", "some orders may have no items"),
        ("orders in 2024", "a longer period"),
        ("All of 2024", "start in March"),
        ("hourly readings", "make them daily"),
        ("unique emails", "emails may repeat"),
        ("unique emails", "emails don't have to be unique"),
    ],
)
def test_what_no_longer_holds_for_sure_is_no_longer_asked_for(before: str, after: str) -> None:
    assert stand(before, after) == []


def test_a_bound_takes_the_place_of_the_span_that_it_leaves() -> None:
    assert stand("prices from 5 to 80", "prices can be up to 100") == ["range prices ..100"]
    assert stand("prices up to 80", "prices from 5 to 100") == ["range prices 5..100"]
    assert stand("1 to 5 items per order", "up to 10 items per order") == ["each items ..10 per order"]
    assert stand("prices from 5 to 80", "prices up to 60") == ["range prices 5..80", "range prices ..60"]


def test_what_is_looked_at_is_no_statement() -> None:
    assert stand("500 customers", "you made 300 customers", "show me 10 customers") == ["count customers 500"]


def test_what_some_may_do_counts_nothing() -> None:
    assert stand("300 customers", "two customers can share an email") == ["count customers 300"]


def test_another_rhythm_of_all_takes_the_place_of_the_only_one() -> None:
    assert stand("hourly readings", "every 15 minutes instead") == ["rhythm all 900 s (was rhythm readings 3600 s)"]
    assert stand("hourly readings", "every hour") == ["rhythm readings 3600 s", "rhythm all 3600 s"]
