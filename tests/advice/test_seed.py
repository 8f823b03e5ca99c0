"""What a person would say of the three schemas that everything began with; and nothing of those that do it right."""

from __future__ import annotations

import pytest

from datagen_chat.advice import advise
from datagen_chat.schema.read import read
from tests.advice.schemas import known
from tests.conftest import draft

SAID = {
    "ecommerce": [
        ("total-not-summed", "order.total_amount"),
        ("price-unrelated", "order_item.unit_price"),
        ("without-lines", "order_item"),
        ("before-parent", "order.order_date"),
        ("codes-twice", "customer.email"),
        ("bare-words", "product.name"),
        ("clamp-heap", "product.price"),
        ("clamp-heap", "order_item.quantity"),
    ],
    "saas": [
        ("price-unrelated", "payment.amount"),
        ("names-twice", "plan.name"),
        ("before-parent", "subscription.start_date"),
        ("before-parent", "payment.payment_date"),
        ("payments-not-monthly", "payment.payment_date"),
        ("codes-twice", "user.email"),
        ("without-held", "subscription"),
    ],
    "iot": [("ticks-twice", "reading.timestamp")],
}


@pytest.mark.parametrize("name", SAID)
def test_a_seed_schema_gets_the_remarks_of_a_person_in_their_order(name: str) -> None:
    dataset = read(draft(name)).dataset
    assert dataset is not None
    assert [(advice.code, advice.place) for advice in advise(dataset)] == SAID[name]


# Read one by one: the only remarks that hold there.
RIGHT = {
    ("07-logistics 1", "clamp-heap", "shipment.weight_kg (Paket XL)"),
    ("08-gaming 1", "codes-twice", "player.username"),
    ("08-gaming 2", "codes-twice", "player.username"),
}


def test_schemas_that_do_it_right_get_no_remark() -> None:
    found = set()
    for name, schema in known().items():
        if name not in SAID and not name.startswith("faulty"):
            dataset = read(schema).dataset
            assert dataset is not None
            found |= {(name, advice.code, advice.place) for advice in advise(dataset) if not advice.is_noted}
    assert found == RIGHT


def test_a_dozen_remarks_are_made_at_most_and_the_heaviest_first() -> None:
    columns = [{**column, "name": f"price_{k}"} for column in draft("ecommerce")["nodes"][1]["columns"][-1:] for k in range(20)]
    crowded = draft("ecommerce")
    crowded["nodes"][1]["columns"] += columns
    dataset = read(crowded).dataset
    assert dataset is not None
    found = advise(dataset)
    assert len(found) == 12
    assert [advice.weight for advice in found] == sorted((advice.weight for advice in found), reverse=True)
