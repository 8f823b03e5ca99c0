"""The shipped conversations: what is read from them is what a person reads, and their schemas hold it."""

from __future__ import annotations

from datagen_chat.asked.ledger import MISSED
from datagen_chat.conversation.events import Stated
from datagen_chat.conversation.loop import replay
from datagen_chat.conversation.session import Session
from datagen_chat.conversation.transcript import parse
from datagen_chat.shipped import folder

# Read by hand.
STATED = {
    "ecommerce": [
        "Customers, products, orders",
        "400 customers",
        "60 coffees",
        "5-6 orders a year",
        "All of 2025",
        "Prices are too low for what we sell now, make it 12 to 60",
        "november and december are a third of our year",
        "2 promotions",
        "rate an order 1-5",
    ],
    "iot": [
        "hourly readings",
        "24 rooms",
        "20 power meters",
        "one or two motion sensors per room",
        "Every hour",
        "September 2025",
    ],
    "saas": [
        "SaaS: users, plans, subscriptions, and the monthly payments",
        "monthly payments",
        "300 users",
        "one or two subscriptions each",
        "about two thirds convert",
        "2024 and 2025",
        "Failure rate is more like 8%",
    ],
}


def test_what_the_shipped_conversations_state_is_read_and_nothing_of_it_is_missed() -> None:
    found: dict[str, list[str]] = {}
    for path in sorted(folder("transcripts").glob("*.md")):
        for conversation in parse(path.read_text("utf-8")).conversations:
            *_, last = [event for event in replay(Session(), conversation) if isinstance(event, Stated)] or [Stated(())]
            assert [line.quote for line in last.lines if line.tie.state in MISSED] == []
            found[path.stem] = [line.quote for line in last.lines]
    assert {name: found[name] for name in STATED} == STATED
