"""What a reviewer must not say: a wrong remark is worse than none, and its fix would spoil the schema."""

from __future__ import annotations

import pytest

from tests.advice.schemas import Draft, column, entity, fact, law, lookup, reviewed, schema, times

POISSON = {"distribution": "poisson", "lambda": 3}
PRICE = law("uniform", low=5, high=500)


@pytest.mark.parametrize(
    ("planned", "start", "booking", "booked"),
    [
        ("flight", "departure_at", "booking", "booked_at"),
        ("event", "starts_at", "ticket", "sold_at"),
        ("course", "start_date", "enrollment", "enrolled_at"),
        ("webinar", "start_time", "registration", "created_at"),
    ],
)
def test_what_is_planned_is_booked_before_it_starts(planned: str, start: str, booking: str, booked: str) -> None:
    parent = entity(planned, 30, column(start, "datetime", times())) | {"kind": "fact"}
    child = fact(booking, [planned], POISSON, column(booked, "datetime", times()))
    assert "before-parent" not in reviewed(schema(parent, child))


def test_a_booking_comes_after_its_customer_all_the_same() -> None:
    parent = entity("customer", 30, column("registered_at", "datetime", times()))
    child = fact("booking", ["customer"], POISSON, column("booked_at", "datetime", times()))
    assert "before-parent" in reviewed(schema(parent, child))


@pytest.mark.parametrize(
    "pair", [("next_order_date", "last_delivery_date"), ("start_date", "previous_end_date"), ("last_started_at", "ended_at")]
)
def test_times_of_different_rounds_come_in_no_order(pair: tuple[str, str]) -> None:
    rows = entity("member", 30, *(column(name, "datetime", times()) for name in pair))
    assert "end-before-start" not in reviewed(schema(rows))


@pytest.mark.parametrize("name", ["job_title", "first_name", "country_code", "city_name"])
def test_what_a_few_rows_may_share_is_not_their_name(name: str) -> None:
    drawn = {"choice": {"choices": [f"{k}" for k in range(12)]}}
    assert "names-twice" not in reviewed(schema(entity("employee", 10, column(name, "string", drawn))))
    assert "names-twice" in reviewed(schema(entity("employee", 10, column("employee_name", "string", drawn))))


@pytest.mark.parametrize("name", ["name", "code", "title"])
def test_a_key_that_is_called_what_many_things_are_is_no_other_tables_column(name: str) -> None:
    listed = column(name, "string", {"enum_list": {"values": ["a", "b"]}})
    vocab: Draft = {"id": "category", "kind": "vocab", "pk": name, "columns": [listed]}
    other = entity(
        "customer", 30, column(name, "string", {"faker": {"method": "name"}}), lookup("of", f"category.{name}", "string")
    )
    assert "key-not-looked-up" not in reviewed(schema(vocab, other))


@pytest.mark.parametrize("name", ["growth_rate", "net_income", "delay_minutes", "utc_offset_hours", "price_change_rate"])
def test_what_may_be_below_zero_is_no_mistake(name: str) -> None:
    assert "negative" not in reviewed(schema(entity("company", 30, column(name, "float", law("normal", mu=1, sigma=5)))))


@pytest.mark.parametrize(
    ("table", "own", "listed"),
    [("price_history", "price", "price"), ("offer", "price", "price"), ("sale", "sale_price", "list_price")],
)
def test_prices_that_are_others_on_purpose_are_not_those_that_are_listed(table: str, own: str, listed: str) -> None:
    product = entity("product", 30, column(listed, "float", PRICE))
    other = entity(table, 90, lookup("product_id", "product.product_id"), column(own, "float", PRICE))
    assert "price-unrelated" not in reviewed(schema(product, other))


def test_a_weight_of_one_beside_others_is_no_share() -> None:
    drawn = {"choice": {"choices": ["a", "b", "c"], "weights": [1, 0.1, 0.05]}}
    assert "weights-sum" not in reviewed(schema(entity("a", 30, column("x", "string", drawn))))
