"""Schemas for reviews: all that the tests know, and small ones that each ask for one remark."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from datagen_chat.advice import Advice, advise
from datagen_chat.conversation.events import SchemaAccepted
from datagen_chat.conversation.loop import replay
from datagen_chat.conversation.session import Session
from datagen_chat.conversation.transcript import parse
from datagen_chat.schema.read import read
from tests.conftest import DATA, SCHEMAS, draft

ROOT = Path(__file__).parents[2]
MONTH_END = "2024-01-30T23:00:00Z"
YEAR = {"start": "2024-01-01T00:00:00Z", "end": "2024-12-31T23:59:59Z"}
Draft = dict[str, Any]


def reviewed(schema: Draft) -> dict[str, Advice]:
    """Return the remarks on a valid draft by their codes."""
    reading = read(schema)
    assert reading.dataset is not None, reading.problems
    return {advice.code: advice for advice in advise(reading.dataset, most=1000)}


def column(name: str, type_: str, generator: Mapping[str, Any], **more: Any) -> Draft:
    return {"name": name, "type": type_, "generator": generator, **more}


def key(name: str) -> Draft:
    return column(name, "int", {"sequence": {"start": 1}})


def lookup(name: str, of: str, type_: str = "int", **more: Any) -> Draft:
    return column(name, type_, {"lookup": {"from": of, **more}})


def law(word: str, clamp: list[float] | None = None, **params: float) -> Draft:
    bounds = {} if clamp is None else {"clamp": clamp}
    return {"distribution": {"type": word, "params": params, **bounds}}


def times(start: str = YEAR["start"], end: str = YEAR["end"], freq: str = "H", **more: Any) -> Draft:
    return {"datetime_series": {"within": {"start": start, "end": end}, "freq": freq, **more}}


def entity(name: str, rows: int, *columns: Draft) -> Draft:
    return {"id": name, "kind": "entity", "pk": f"{name}_id", "rows": rows, "columns": [key(f"{name}_id"), *columns]}


def fact(name: str, parents: list[str], fanout: Draft | None, *columns: Draft, **more: Any) -> Draft:
    held = [lookup(f"{parents[0]}_id", f"{parents[0]}.{parents[0]}_id")] if parents else []
    own = {"fanout": fanout} if fanout else {}
    return {
        "id": name, "kind": "fact", "pk": f"{name}_id", "parents": parents, **own, **more,
        "columns": [key(f"{name}_id"), *held, *columns],
    }  # fmt: skip


def schema(*tables: Draft, **more: Any) -> Draft:
    keys = [
        {"from": f"{table['id']}.{column['name']}", "to": column["generator"]["lookup"]["from"]}
        for table in tables
        for column in table["columns"]
        if "lookup" in column["generator"] and column["name"].endswith("_id")
    ]
    constraints = {"foreign_keys": keys, **more.pop("constraints", {})}
    return {
        "version": "1.0",
        "metadata": {"name": "x"},
        "timeframe": YEAR,
        "constraints": constraints,
        **more,
        "nodes": [*tables],
    }


def one_each(mean: float) -> Draft:
    return {"distribution": "poisson", "lambda": mean}


PRODUCT = entity("product", 200, column("price", "float", law("lognormal", mu=3.5, sigma=0.8)))
ITEM = fact("order_item", ["order"], {**one_each(2.5), "min": 1}, lookup("product_id", "product.product_id"))


def with_columns(table: Draft, *columns: Draft) -> Draft:
    return {**table, "columns": [*table["columns"], *columns]}


PATTERN = {"pattern": {"regex": "[A-Z]\\d{3}"}}
WEIGHTS = {"choice": {"choices": ["new", "paid", "sent"], "weights": [0.5, 0.3, 0.15]}}

BOOKED = column("booked_at", "datetime", times())

FAULTY: Mapping[str, Draft] = {
    "without-lines": schema(entity("order", 1000), fact("order_item", ["order"], one_each(2.5))),
    "total-not-summed": schema(
        PRODUCT,
        entity("order", 100, column("total_amount", "float", law("normal", [0, 99], mu=80, sigma=9))),
        with_columns(ITEM, lookup("unit_price", "product.price", "float", on="product_id"),
                     column("quantity", "int", {"choice": {"choices": [1, 2, 3]}})),
    ),
    "price-unrelated": schema(
        PRODUCT, entity("order", 100), with_columns(ITEM, column("unit_price", "float", law("lognormal", mu=3.5, sigma=0.8)))
    ),
    "total-ignores-parts": schema(
        PRODUCT,
        entity("order", 100),
        with_columns(ITEM, lookup("unit_price", "product.price", "float", on="product_id"),
                     column("quantity", "int", {"choice": {"choices": [1, 2, 3]}}),
                     column("line_total", "float", law("uniform", low=1, high=101))),
    ),
    "before-parent": schema(
        entity("customer", 100, column("signup_date", "date", times(freq="D"))),
        fact("order", ["customer"], one_each(4), column("ordered_at", "datetime", times())),
    ),
    "after-target": schema(
        entity("flight", 90, column("departure_time", "datetime", times())),
        entity("guest", 100),
        fact("booking", ["guest"], one_each(4), lookup("flight_id", "flight.flight_id"), BOOKED),
    ),
    "end-before-start": schema(
        entity("booking", 500, column("start_date", "date", times(freq="D")), column("end_date", "date", times(freq="D")))
    ),
    "names-twice": schema(
        entity("plan", 3, column("name", "string", {"choice": {"choices": ["S", "M", "L"]}}),
               column("price", "float", {"choice": {"choices": [9, 29, 99]}}))
    ),
    "codes-twice": schema(entity("product", 200, column("sku", "string", PATTERN))),
    "clamp-heap": schema(entity("product", 200, column("price", "float", law("normal", [50, 200], mu=60, sigma=10)))),
    "negative": schema(entity("product", 200, column("price", "float", law("normal", mu=100, sigma=50)))),
    "weights-sum": schema(entity("order", 200, column("status", "string", WEIGHTS))),
    "key-undeclared": schema(entity("a", 9), fact("b", ["a"], None), constraints={"foreign_keys": []}),
    "key-not-looked-up": schema(
        entity("product", 200), entity("sale", 900, column("product_id", "int", law("uniform", low=1, high=300)))
    ),
    "looked-up-apart": schema(
        PRODUCT, entity("order", 100), with_columns(ITEM, lookup("unit_price", "product.price", "float"))
    ),
    "ticks-twice": schema(
        entity("device", 50), fact("reading", ["device"], one_each(700), column("at", "datetime", times(end=MONTH_END)))
    ),
    "without-held": schema(entity("user", 200), fact("subscription", ["user"], one_each(1.2))),
    "payments-not-monthly": schema(
        entity("subscription", 100, column("monthly_price", "float", {"choice": {"choices": [9, 29]}})),
        fact("payment", ["subscription"], one_each(8), column("paid_at", "date", times(freq="D"))),
    ),
    "bare-words": schema(entity("product", 200, column("name", "string", {"faker": {"method": "word"}}))),
    "age-ignores-birth": schema(
        entity("person", 100, column("born_on", "date", times("1960-01-01T00:00:00Z", "2000-01-01T00:00:00Z", "D")),
               column("age", "int", law("uniform", low=20, high=64)))
    ),
    "status-contradicted": schema(
        entity("order", 200, column("status", "string", {"choice": {"choices": ["paid", "cancelled"], "weights": [0.9, 0.1]}}),
               column("cancelled_at", "datetime", times()))
    ),
    "table-unused": schema(entity("a", 9), fact("b", ["a"], None), entity("country", 30)),
    "rows-contradict": schema(entity("a", 100), fact("b", ["a"], one_each(20), rows=100)),
}  # fmt: skip
"""A schema for each remark, which it must get."""


@cache
def known() -> Mapping[str, Draft]:
    """Return every valid schema that the tests know, by where it is from."""
    found = {name: draft(name) for name in SCHEMAS} | {f"faulty {code}": faulty for code, faulty in FAULTY.items()}
    files = [*sorted((ROOT / "transcripts").glob("*.md")), *sorted((DATA / "conversations").glob("[0-9]*.md"))]
    for path in files:
        found |= {f"{path.stem} {number}": accepted for number, accepted in enumerate(_accepted(path), 1)}
    return found


def _accepted(path: Path) -> Iterator[Draft]:
    """Yield the schemas that the conversations of a file come to."""
    for conversation in parse(path.read_text("utf-8")).conversations:
        for event in replay(Session(), conversation):
            if isinstance(event, SchemaAccepted):
                yield json.loads(json.dumps(event.version.draft))
