"""The e-commerce tables as a misata schema: its own simulator and sinks, no model, as its command line uses them.

Batches are ten times its default, which it is faster with. `total_amount` has another name until it is written, because
misata would replace a column of that name by the sum of the order's lines, which is slower and not what is asked for.
"""

import argparse
from pathlib import Path
from typing import Any

from misata.schema import Column, Relationship, SchemaConfig, Table
from misata.simulator import DataSimulator
from misata.sinks import open_sink

YEAR = {"start": "2024-01-01", "end": "2024-12-31"}
PRICE = {"distribution": "lognormal", "mu": 3.5, "sigma": 0.8, "min": 9.99, "max": 999.99, "decimals": 2}
TOTAL = {"distribution": "lognormal", "mu": 4.2, "sigma": 0.6, "min": 20.0, "max": 2000.0, "decimals": 2}
BATCH_ROWS = 100_000


def column(name: str, type_: str, **params: Any) -> Column:
    """Return a column."""
    return Column(name=name, type=type_, distribution_params=params)


def key(name: str, start: int, rows: int) -> Column:
    """Return a primary key; misata shuffles it."""
    return Column(name=name, type="int", unique=True, distribution_params={"min": start, "max": start + rows - 1})


def choice(name: str, weights: dict[str, float]) -> Column:
    """Return a category."""
    return column(name, "categorical", choices=list(weights), probabilities=list(weights.values()))


def link(parent: str, child: str, name: str) -> Relationship:
    """Return a foreign key with the same name on both sides."""
    return Relationship(parent_table=parent, child_table=child, parent_key=name, child_key=name)


def schema(customers: int) -> SchemaConfig:
    """Return the schema."""
    rows = {"customer": customers, "product": customers * 2 // 5, "order": round(customers * 3.5)}
    rows["order_item"] = round(rows["order"] * 2.5)
    statuses = {"pending": 0.05, "processing": 0.1, "shipped": 0.2, "delivered": 0.6, "cancelled": 0.05}
    columns = {
        "customer": [
            key("customer_id", 1, rows["customer"]),
            column("email", "text", text_type="email"),
            column("name", "text", text_type="name"),
            choice("country", {"US": 0.4, "UK": 0.2, "CA": 0.15, "AU": 0.15, "DE": 0.1}),
            column("signup_date", "date", **YEAR),
        ],
        "product": [
            key("product_id", 1000, rows["product"]),
            column("name", "text", text_type="word"),
            choice("category", {"Electronics": 0.3, "Clothing": 0.3, "Home": 0.25, "Books": 0.15}),
            column("price", "float", **PRICE),
        ],
        "order": [
            key("order_id", 10000, rows["order"]),
            column("customer_id", "foreign_key", sampling="uniform"),
            column("order_date", "datetime", **YEAR),
            choice("status", statuses),
            column("basket", "float", **TOTAL),
        ],
        "order_item": [
            key("order_item_id", 1, rows["order_item"]),
            column("order_id", "foreign_key", sampling="uniform"),
            column("product_id", "foreign_key", sampling="uniform"),
            column("quantity", "int", distribution="poisson", **{"lambda": 1.8, "min": 1, "max": 10}),
            column("unit_price", "float", **PRICE),
        ],
    }
    return SchemaConfig(
        name="E-commerce Platform",
        seed=42,
        tables=[Table(name=name, row_count=count) for name, count in rows.items()],
        columns=columns,
        relationships=[
            link("customer", "order", "customer_id"),
            link("order", "order_item", "order_id"),
            link("product", "order_item", "product_id"),
        ],
    )


def main() -> None:
    """Write the four tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("customers", type=int)
    parser.add_argument("format", choices=["parquet", "csv"])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    dataset = schema(given.customers)
    simulator = DataSimulator(dataset, batch_size=BATCH_ROWS)
    with open_sink(given.format, given.folder, dataset) as sink:
        for table, batch in simulator.generate_all(bounded_memory=True):
            sink.write(table, batch.rename(columns={"basket": "total_amount"}))


if __name__ == "__main__":
    main()
