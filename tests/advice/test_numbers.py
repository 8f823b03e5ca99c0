"""The numbers in remarks: those that a hand, or SciPy, comes to, and those that the data shows."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from datagen_chat.engine.plan import Plan
from datagen_chat.instants import DAY
from datagen_chat.schema.model import Dataset
from datagen_chat.values import Text
from tests.advice.schemas import FAULTY, PRODUCT, Draft, column, entity, fact, law, lookup, one_each, reviewed, schema, times

Columns = Mapping[str, Mapping[str, NDArray[np.float64]]]

# By hand or, where a name of SciPy stands, by it; as they are written, with two digits.
BY_HAND = {
    "without-lines": ("8.2 %", "82 of 1,000"),  # exp(-2.5)
    "before-parent": ("50 %", "199 of 400"),  # (1 - 1/366) / 2
    "after-target": ("50 %", "200 of 400"),
    "end-before-start": ("50 %",),  # (1 - 1/366) / 2
    "names-twice": ("78 %", "2.1 different"),  # 1 - 3!/27; 3 (1 - (2/3)^3)
    "codes-twice": ("53 %",),  # 200 · 199 / 2 / 26000 = 0.765; 1 - exp(-0.765)
    "clamp-heap": ("16 % are pulled to 50", "32 rows"),  # Φ(-1)
    "negative": ("2.3 %", "about 4.6 rows"),  # Φ(-2)
    "weights-sum": ("0.95", "53 % instead of 50 %"),  # 0.5 / 0.95
    "ticks-twice": ("36 % fall", "38 % of the ticks"),  # 1 - 720/700 (1 - (719/720)^700); (719/720)^700
    "looked-up-apart": ("99.5 %",),  # 1 - 1/200
    "without-held": ("30 %", "60 of 200"),  # exp(-1.2)
    "payments-not-monthly": ("25 %",),  # 1 - 12/8 (1 - (11/12)^8)
    "bare-words": ("181 different",),  # 971 (1 - (970/971)^200)
    "age-ignores-birth": ("2.2 % of 100",),  # both spread evenly: over 45 ages, of which 40 can be right
    "status-contradicted": ("in 10 %", "in 90 %", "180 of 200"),
    "rows-contradict": ("100 rows", "comes to 2,000"),
    "total-ignores-parts": ("mean is 51",),  # (1 + 101) / 2
}


@pytest.mark.parametrize("code", BY_HAND)
def test_a_remark_holds_the_number_that_follows_by_hand(code: str) -> None:
    message = reviewed(FAULTY[code])[code].message
    assert [part for part in BY_HAND[code] if part not in message] == []


def test_a_price_is_near_another_as_often_as_two_lognormals_are() -> None:
    # The logarithm of the ratio is normal with the deviation 0.8 √2; within 10 % it lies from ln 0.9 to ln 1.1.
    near = np.diff(stats.norm.cdf(np.log([0.9, 1.1]) / (0.8 * math.sqrt(2))))[0]
    assert f"only {100 * near:.2g} %" in reviewed(FAULTY["price-unrelated"])["price-unrelated"].message


def test_the_mean_of_sums_is_that_of_lines_times_quantity_times_price() -> None:
    # 2.5 lines with a minimum of 1 are 2.5 + exp(-2.5); a price has the mean exp(3.5 + 0.8² / 2), a quantity 2.
    lines, price = 2.5 + math.exp(-2.5), math.exp(3.5 + 0.32)
    message = reviewed(FAULTY["total-not-summed"])["total-not-summed"].message
    # The mean price comes from 400 quantiles, whose upper tail is cut short: 1 % less.
    found = float(message.split("that of the sums ")[1].split()[0])
    assert found == pytest.approx(lines * 2 * price, rel=0.01)
    assert f"({lines:.1f} lines" in message


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "it_IT", "tr_TR"])
def test_user_names_come_twice_as_often_as_is_said(locale: str) -> None:
    rows = 60_000
    draft = schema(entity("player", rows, column("username", "string", {"faker": {"method": "user_name", "locale": locale}})))
    names = Plan(Dataset.model_validate(draft), 7).tables["player"].rows(range(rows)).values("username")
    assert isinstance(names, Text)
    plain = names.words.to_numpy(zero_copy_only=False)
    _, counts = np.unique(plain if names.codes is None else plain[names.codes], return_counts=True)
    pairs = float((counts * (counts - 1) / 2).sum())
    stated = reviewed(draft)["codes-twice"].message.split()[1]
    # Thousands of pairs, many of which share a frequent name: within a tenth.
    assert float(stated.replace(",", "")) == pytest.approx(pairs, rel=0.1)


def test_e_mails_of_several_countries_come_twice_less_often() -> None:
    # Half of the rows in each of two countries, and three domains: 2000 · 1999 / 2 · 0.25 (2.1e-5 + 9.4e-6) / 3 pairs.
    country = column("country", "string", {"choice": {"choices": ["US", "DE"]}})
    email = column("email", "string", {"faker": {"method": "email", "locale_from": "country"}})
    assert "About 5.1 pairs of the 2,000" in reviewed(schema(entity("user", 2000, country, email)))["codes-twice"].message
    assert reviewed(schema(entity("user", 2000, country, {**email, "unique": True}))) == {}


GOLD = {
    "case": {
        "on": "tier",
        "when": {"gold": one_each(3)},
        "else": {"distribution": "choice", "values": [0, 4], "weights": [1, 3]},
    }
}
TIER = column("tier", "string", {"choice": {"choices": ["gold", "plain"], "weights": [0.25, 0.75]}})
DECEMBER = {"dimension": "month", "weights": [1] * 11 + [4]}
BUSY = [1.0] * 8 + [4.0] * 10 + [1.0] * 6
CASES: Mapping[str, Draft] = {
    "without-lines": schema(entity("order", 4000, TIER), fact("order_item", ["order"], GOLD)),
    "before-parent": schema(
        entity("customer", 400, column("signed_up_at", "datetime", times("2023-06-01T00:00:00Z", "2024-09-30T00:00:00Z"))),
        fact("order", ["customer"], one_each(20), column("at", "datetime", times(pattern=DECEMBER))),
    ),
    "end-before-start": schema(
        entity("stay", 5000, column("check_in", "date", times(freq="D")),
               column("check_out", "date", times(start="2024-05-01T00:00:00Z", freq="D")))
    ),
    "clamp-heap": schema(entity("product", 5000, column("price", "int", law("gamma", [2, 90], shape=2, scale=2)))),
    "negative": schema(entity("product", 5000, column("price", "float", law("student_t", df=4, mu=20, sigma=12)))),
    "ticks-twice": schema(
        entity("device", 60),
        fact("reading", ["device"], one_each(300),
             column("at", "datetime", times(end="2024-01-15T23:00:00Z", pattern={"dimension": "hour", "weights": BUSY}))),
    ),
    "price-unrelated": schema(
        PRODUCT, entity("order", 2000),
        fact("order_item", ["order"], {**one_each(2.5), "min": 1}, lookup("product_id", "product.product_id"),
             column("unit_price", "float", law("lognormal", [5, 200], mu=3.2, sigma=0.5))),
    ),
    "weights-sum": schema(
        entity("order", 5000, column("status", "string", {"choice": {"choices": ["a", "b"], "weights": [0.6, 0.5]}}))
    ),
}  # fmt: skip
"""Other schemas for some remarks, of which the first share that they state is measured."""


def _without_lines(rows: Columns) -> tuple[float, int]:
    return 1 - len(np.unique(rows["order_item"]["order_id"])) / 4000, 4000


def _before_parent(rows: Columns) -> tuple[float, int]:
    signed = rows["customer"]["signed_up_at"][rows["order"]["customer_id"].astype(int) - 1]
    # The orders of a customer share the day that the customer signed up: there are as many chances as customers.
    return float((rows["order"]["at"] < signed).mean()), 400


def _end_before_start(rows: Columns) -> tuple[float, int]:
    return float((rows["stay"]["check_out"] < rows["stay"]["check_in"]).mean()), 5000


def _clamp_heap(rows: Columns) -> tuple[float, int]:
    plain = Plan(
        Dataset.model_validate(schema(entity("product", 5000, column("price", "int", law("gamma", shape=2, scale=2))))), 7
    )
    drawn = np.asarray(plain.tables["product"].rows(range(5000)).values("price").data)
    return float(((drawn < 2) | (drawn > 90)).mean()), 5000


def _negative(rows: Columns) -> tuple[float, int]:
    return float((rows["product"]["price"] < 0).mean()), 5000


def _ticks_twice(rows: Columns) -> tuple[float, int]:
    readings = rows["reading"]
    different = np.unique(readings["device_id"] * 1e6 + readings["at"] // (DAY // 24) % 1e6)
    return 1 - len(different) / len(readings["at"]), len(readings["at"])


def _price_unrelated(rows: Columns) -> tuple[float, int]:
    price = rows["product"]["price"][rows["order_item"]["product_id"].astype(int) - 1]
    # Each of 200 products stands for some lines: there are not as many chances as lines.
    return float((np.abs(rows["order_item"]["unit_price"] - price) <= 0.1 * price).mean()), 800


def _weights_sum(rows: Columns) -> tuple[float, int]:
    return float((rows["order"]["status"] == 0).mean()), 5000


MEASURES: Mapping[str, Callable[[Columns], tuple[float, int]]] = {
    "without-lines": _without_lines,
    "before-parent": _before_parent,
    "end-before-start": _end_before_start,
    "clamp-heap": _clamp_heap,
    "negative": _negative,
    "ticks-twice": _ticks_twice,
    "price-unrelated": _price_unrelated,
    "weights-sum": _weights_sum,
}


@pytest.mark.parametrize("code", CASES)
def test_a_remark_states_the_share_that_the_data_has(code: str) -> None:
    draft = CASES[code]
    found = re.search(r"([0-9.]+) %", reviewed(draft)[code].message)
    assert found is not None
    stated = float(found[1]) / 100
    measured, chances = MEASURES[code](_made(draft))
    # Four standard errors of a share, and half of the last of two digits.
    assert measured == pytest.approx(stated, abs=4 * math.sqrt(stated * (1 - stated) / chances) + 0.05 * stated)


def _made(draft: Draft) -> Columns:
    """Return all rows of a dataset: numbers, times as such, texts by their codes."""
    plan = Plan(Dataset.model_validate(draft), 7)
    found: dict[str, dict[str, NDArray[np.float64]]] = {}
    for name, table in plan.tables.items():
        rows = table.rows(range(table.row_count))
        made = {column.name: rows.values(column.name) for column in table.table.columns}
        found[name] = {
            name: np.asarray(getattr(values, "data", getattr(values, "codes", None)), float) for name, values in made.items()
        }
    return found


@pytest.mark.parametrize("more", [{}, {"nullable": True}])
def test_parents_without_rows_are_counted_where_the_fanout_alone_makes_them(more: Draft) -> None:
    own = lookup("supplier_id", "supplier.supplier_id")
    match = {"lookup": {"from": "part.part_id", "match": {"order.supplier_id": "supplier_id"}}}
    item = fact("order_item", ["order"], one_each(2.5), column("part_id", "int", match) | more)
    found = reviewed(schema(entity("supplier", 20), entity("part", 25, own), entity("order", 1000, own), item))
    assert ("without-lines" in found) is bool(more)
