"""What single remarks take into account, and what they leave alone."""

from __future__ import annotations

from typing import Any

import pytest

from datagen_chat.schema.patch import apply_patch
from tests.advice.schemas import (
    FAULTY,
    ITEM,
    PRODUCT,
    Draft,
    column,
    entity,
    fact,
    law,
    lookup,
    one_each,
    reviewed,
    schema,
    times,
    with_columns,
)

STAY = (column("check_in", "date", times(freq="D")), column("check_out", "date", times(freq="D")))


def generator(advice: Any, table: int = 0, place: int = 0) -> Draft:
    found: Draft = advice.fix["nodes"][table]["columns"][place]["generator"]
    return found


def test_a_length_of_time_in_the_row_gives_its_end() -> None:
    nights = column("nights", "int", law("poisson", [1, 14], **{"lambda": 4}))
    advice = reviewed(schema(entity("stay", 500, *STAY, nights)))["end-before-start"]
    assert generator(advice) == {"expression": {"code": "check_in + days(nights)"}}


def test_rows_without_a_time_are_not_counted_as_out_of_order() -> None:
    out = {**STAY[1], "null_rate": 0.8}
    assert "10 % of the rows" in reviewed(schema(entity("stay", 500, STAY[0], out)))["end-before-start"].message


@pytest.mark.parametrize(
    "more",
    [
        {"constraints": {"inequalities": [{"left": "stay.check_in", "op": "<=", "right": "stay.check_out"}]}},
        {"constraints": {"inequalities": [{"left": "stay.check_out", "op": ">", "right": "stay.check_in"}]}},
    ],
)
def test_an_order_that_is_promised_is_no_remark(more: Draft) -> None:
    assert reviewed(schema(entity("stay", 500, *STAY), **more)) == {}


def test_times_that_cannot_overlap_are_no_remark() -> None:
    joined = column("joined_on", "date", times("2020-01-01T00:00:00Z", "2023-12-31T00:00:00Z", "D"))
    assert (
        reviewed(
            schema(entity("member", 50, joined), fact("loan", ["member"], None, column("lent_on", "date", times(freq="D"))))
        )
        == {}
    )


def test_a_window_that_begins_at_the_parents_time_is_no_remark() -> None:
    within = {"datetime_series": {"within": {"start": "customer.signup_date", "end": "timeframe.end"}, "freq": "H"}}
    customer = entity("customer", 100, column("signup_date", "date", times(freq="D")))
    assert reviewed(schema(customer, fact("order", ["customer"], one_each(4), column("ordered_at", "datetime", within)))) == {}


def test_customers_without_orders_are_no_remark() -> None:
    assert reviewed(schema(entity("customer", 100), fact("order", ["customer"], one_each(1.5)))) == {}


def test_a_total_is_the_sum_of_what_it_is_named_after() -> None:
    cost = column("cost", "float", law("gamma", shape=2, scale=40))
    admission = entity("admission", 90, column("total_cost", "float", law("lognormal", mu=8, sigma=1)))
    advice = reviewed(schema(admission, fact("treatment", ["admission"], one_each(3), cost)))["total-not-summed"]
    assert generator(advice) == {"aggregate": {"of": "treatment.cost", "op": "sum"}}


ARTIKEL = entity("artikel", 200, column("preis", "float", law("uniform", low=10, high=30), decimals=2))
MENGE = column("menge", "int", {"choice": {"choices": [1, 2, 3]}})
EINZELPREIS = lookup("einzelpreis", "artikel.preis", "float", on="artikel_id")
BESTELLT = column("bestellt_am", "datetime", times())


def amount(name: str, low: float, high: float) -> Draft:
    return column(name, "float", law("uniform", low=low, high=high), decimals=2)


def zeile(above: str, *columns: Draft, least: int = 1) -> Draft:
    fanout = {**one_each(2.5), "min": least}
    return fact("zeile", [above], fanout, lookup("artikel_id", "artikel.artikel_id"), *columns)


def test_lines_of_an_order_are_known_by_their_columns_in_any_language() -> None:
    order = entity("bestellung", 100, BESTELLT, amount("versand", 3, 9), amount("gesamt", 50, 150))
    draft = schema(ARTIKEL, order, zeile("bestellung", MENGE, EINZELPREIS))
    advice = reviewed(draft)["total-not-summed"]
    assert advice.place == "bestellung.gesamt"
    assert "its mean is 100, that of the sums" in advice.message  # (50 + 150) / 2; about 2.5 lines of 2 at 20 each
    assert "lines of 40" in advice.message
    assert advice.remedy == "Sum the lines: menge × einzelpreis of zeile."
    assert generator(advice) == {"expression": {"code": "menge * einzelpreis"}}
    assert generator(advice, 1) == {"aggregate": {"of": "zeile.line_total", "op": "sum"}}
    assert advice.fix is not None
    assert reviewed(apply_patch(draft, advice.fix).draft) == {}


def test_what_a_line_comes_to_already_is_what_is_summed() -> None:
    comes_to = column("betrag", "float", {"expression": {"code": "round(einzelpreis * menge, 2)"}}, decimals=2)
    order = entity("bestellung", 100, BESTELLT, amount("gesamt", 50, 150))
    advice = reviewed(schema(ARTIKEL, order, zeile("bestellung", MENGE, EINZELPREIS, comes_to)))["total-not-summed"]
    assert generator(advice) == {"aggregate": {"of": "zeile.betrag", "op": "sum"}}


def billed(lines: str, *columns: Draft) -> Draft:
    """Return orders with a total of their own, and what hangs off them in a table of a name."""
    orders = fact("orders", ["customer"], one_each(3), amount("total", 10, 200))
    return schema(entity("customer", 100), orders, fact(lines, ["orders"], one_each(1.2), *columns))


@pytest.mark.parametrize("name", ["line_total", "amount"])
@pytest.mark.parametrize("lines", ["order_items", "order_line", "orderline", "line", "lines", "invoice_line", "zeile"])
def test_amounts_below_a_fact_with_a_total_are_its_lines_whatever_they_are_called(lines: str, name: str) -> None:
    draft = billed(lines, amount(name, 5, 60))
    found = reviewed(draft)
    assert list(found) == ["total-not-summed", "without-lines"]
    assert f"orders.total is drawn, not summed over {lines}" in found["total-not-summed"].message
    assert found["without-lines"].message.startswith("30 % of the rows of orders")  # exp(-1.2)
    fix = found["total-not-summed"].fix
    assert fix is not None
    assert list(reviewed(apply_patch(draft, fix).draft)) == ["without-lines"]


def test_amounts_below_a_fact_that_have_a_time_of_their_own_are_no_lines() -> None:
    assert reviewed(billed("payment", amount("amount", 5, 60), column("paid_at", "datetime", times()))) == {}


def test_an_order_that_is_the_sum_of_what_hangs_off_it_should_have_lines() -> None:
    comes_to = column("betrag", "float", {"expression": {"code": "menge * einzelpreis"}}, decimals=2)
    total = column("gesamt", "float", {"aggregate": {"of": "zeile.betrag", "op": "sum"}}, decimals=2)
    lines = zeile("bestellung", MENGE, EINZELPREIS, comes_to, least=0)
    found = reviewed(schema(ARTIKEL, entity("bestellung", 100, BESTELLT, total), lines))
    assert list(found) == ["without-lines"]
    assert "8.2 % of the rows of bestellung" in found["without-lines"].message  # exp(-2.5)


@pytest.mark.parametrize(
    "draft",
    [
        # the purchases of a customer have a time of their own, and need not be there
        schema(
            ARTIKEL,
            entity("kunde", 100, column("seit", "date", times(freq="D")), amount("umsatz", 50, 150)),
            zeile(
                "kunde",
                MENGE,
                EINZELPREIS,
                column(
                    "am", "date", {"datetime_series": {"within": {"start": "kunde.seit", "end": "timeframe.end"}, "freq": "D"}}
                ),
                least=0,
            ),
        ),
        # what a product is sold for in larger numbers is no line of it
        schema(ARTIKEL, entity("angebot", 100, amount("wert", 50, 150)), zeile("angebot", MENGE, EINZELPREIS, least=0)),
        # a number of another size is no total
        schema(ARTIKEL, entity("bestellung", 100, BESTELLT, amount("rabatt", 0, 1)), zeile("bestellung", MENGE, EINZELPREIS)),
        # nor are two that could be one
        schema(
            ARTIKEL,
            entity("bestellung", 100, BESTELLT, amount("gesamt", 50, 150), amount("gewicht", 60, 160)),
            zeile("bestellung", MENGE, EINZELPREIS),
        ),
        # a place in a row is no quantity
        schema(
            ARTIKEL,
            entity("bestellung", 100, BESTELLT, amount("gesamt", 50, 150)),
            zeile("bestellung", {**MENGE, "name": "position"}, EINZELPREIS),
        ),
    ],
    ids=["with a time", "above without a time", "of another size", "two of them", "a place"],
)
def test_what_is_not_surely_a_line_is_no_remark(draft: Draft) -> None:
    assert reviewed(draft) == {}


def test_a_total_beside_a_subtotal_is_not_the_sum_of_the_lines() -> None:
    parts = [column(name, "float", law("uniform", low=1, high=9)) for name in ("subtotal", "tax", "shipping", "total")]
    price = lookup("price", "product.price", "float", on="product_id")
    found = reviewed(schema(PRODUCT, entity("order", 90, *parts), {**ITEM, "columns": [*ITEM["columns"], price]}))
    assert found["total-not-summed"].place == "order.subtotal"
    assert generator(found["total-ignores-parts"]) == {"expression": {"code": "subtotal + tax + shipping"}}


@pytest.mark.parametrize("name", ["shipping_cost", "price_note", "discount_rate"])
def test_another_kind_of_price_is_not_taken_for_the_products(name: str) -> None:
    drawn = column(name, "float", law("lognormal", mu=3.5, sigma=0.8))
    assert reviewed(schema(PRODUCT, entity("order", 90), {**ITEM, "columns": [*ITEM["columns"], drawn]})) == {}


def test_a_remark_on_a_draw_gives_way_to_one_that_replaces_it() -> None:
    unit_price = column("unit_price", "float", law("lognormal", [30, 90], mu=3.5, sigma=0.8))
    found = reviewed(schema(PRODUCT, entity("order", 90), {**ITEM, "columns": [*ITEM["columns"], unit_price]}))
    assert list(found) == ["price-unrelated"]


def test_a_series_with_room_keeps_its_number_of_rows() -> None:
    sparse = fact("reading", ["device"], one_each(400), column("at", "datetime", times(end="2024-01-30T23:00:00Z")))
    assert generator(reviewed(schema(entity("device", 9), sparse))["ticks-twice"]) == {"datetime_series": {"distinct": True}}
    full = reviewed(schema(entity("device", 9), {**sparse, "fanout": one_each(719)}))["ticks-twice"].fix
    assert full is not None
    assert full["nodes"][0]["fanout"] is None


def test_events_on_days_are_no_series() -> None:
    events = fact("visit", ["patient"], one_each(6), column("visited_on", "date", times(freq="D")))
    assert reviewed(schema(entity("patient", 300), events)) == {}


def test_what_stands_in_a_check_is_in_use() -> None:
    assert "table-unused" in reviewed(FAULTY["table-unused"])
    check = {"name": "countries", "sql": "SELECT count(*) FROM country", "equals": 30}
    assert reviewed({**FAULTY["table-unused"], "checks": [check]}) == {}


@pytest.mark.parametrize("weights", [[3, 2, 1], [10, 10, 9], [0.5, 0.3, 0.2], [50, 30, 20]])
def test_relative_weights_and_whole_shares_are_no_remark(weights: list[float]) -> None:
    status = column("status", "string", {"choice": {"choices": ["new", "paid", "sent"], "weights": weights}})
    assert reviewed(schema(entity("order", 200, status))) == {}


STATUS = column("status", "string", {"choice": {"choices": ["paid", "cancelled"], "weights": [0.9, 0.1]}})


def test_a_time_that_follows_a_status_keeps_its_window_and_a_flag_compares() -> None:
    never = reviewed(schema(entity("order", 200, STATUS, column("cancelled_at", "date", times(freq="D"), null_rate=0.5))))
    assert "in 45 %" in never["status-contradicted"].message
    assert generator(never["status-contradicted"])["case"]["when"] == {"cancelled": times(freq="D")}
    flag = reviewed(schema(entity("order", 200, STATUS, column("is_cancelled", "bool", {"bernoulli": {"p": 0.1}}))))
    assert "in 18 %" in flag["status-contradicted"].message
    assert generator(flag["status-contradicted"]) == {"expression": {"code": "status = 'cancelled'"}}


def test_a_time_that_others_follow_is_no_remark() -> None:
    assert reviewed(schema(entity("order", 200, STATUS, column("paid_at", "datetime", times())))) == {}


def test_a_range_cuts_as_a_clamp_does() -> None:
    height = column("height", "float", law("normal", mu=170, sigma=10))
    bounds = {"ranges": [{"attr": "person.height", "min": 160, "max": 220}]}
    advice = reviewed(schema(entity("person", 500, height), constraints=bounds))["clamp-heap"]
    assert "The range of person.height cuts 16 % of the values" in advice.message
    assert generator(advice) == {"distribution": {"clamp": [160, 220], "truncate": True}}


def test_a_payment_whose_time_is_its_parents_is_no_remark() -> None:
    price = column("monthly_price", "float", {"choice": {"choices": [9, 29]}})
    parent = entity("subscription", 100, price, column("started_at", "datetime", times()))
    assert reviewed(schema(parent, fact("payment", ["subscription"], one_each(8)))) == {}


def test_a_price_alone_is_no_part_of_a_total() -> None:
    drawn = [column(name, "float", law("uniform", low=1, high=9)) for name in ("fee", "total")]
    assert reviewed(schema(entity("order", 90, *drawn))) == {}


def test_what_another_column_correlates_with_is_not_replaced() -> None:
    bound = {
        "distribution": {"type": "normal", "params": {"mu": 5, "sigma": 1}, "correlate": {"with": "unit_price", "rho": 0.5}}
    }
    lines = [column("unit_price", "float", law("lognormal", mu=3.5, sigma=0.8)), column("wear", "float", bound)]
    found = reviewed(schema(PRODUCT, entity("order", 90), {**ITEM, "columns": [*ITEM["columns"], *lines]}))
    assert found["price-unrelated"].fix is None


def test_many_values_are_thinned_before_they_are_multiplied() -> None:
    quantity = column("quantity", "int", law("poisson", **{"lambda": 5_000_000}))
    choices = column("unit_price", "float", {"choice": {"choices": [k / 8 for k in range(8, 20_008)]}})
    line = with_columns(ITEM, quantity, choices, column("line_total", "float", law("uniform", low=1, high=9)))
    # A product of 5,000,000 pieces at (1 + 2501) / 2 each.
    assert "that of the product 6,25" in reviewed(schema(PRODUCT, entity("order", 9), line))["total-ignores-parts"].message


def test_a_length_of_something_else_gives_no_end() -> None:
    days = column("notice_days", "int", law("poisson", [1, 14], **{"lambda": 4}))
    assert "constraints" in (reviewed(schema(entity("stay", 500, *STAY, days)))["end-before-start"].fix or {})


def test_windows_without_room_for_an_order_get_no_fix() -> None:
    late = column("departure_time", "datetime", times("2023-01-01T00:00:00Z", "2024-06-30T00:00:00Z"))
    booked = fact(
        "booking", ["guest"], one_each(4), lookup("flight_id", "flight.flight_id"), column("booked_at", "datetime", times())
    )
    assert reviewed(schema(entity("flight", 90, late), entity("guest", 100), booked))["after-target"].fix is None


def test_a_column_that_another_one_reads_is_not_made_nullable() -> None:
    late = column("late", "bool", {"expression": {"code": "cancelled_at > date '2024-06-30'"}})
    cancelled = column("cancelled_at", "datetime", times())
    assert reviewed(schema(entity("order", 200, STATUS, cancelled)))["status-contradicted"].fix is not None
    assert reviewed(schema(entity("order", 200, STATUS, cancelled, late)))["status-contradicted"].fix is None
