"""The e-commerce tables as a script with Faker or mimesis makes them: a loop per table, a call per value."""

import argparse
import csv
import math
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

START = datetime(2024, 1, 1, tzinfo=UTC)
COLUMNS = {
    "customer": ["customer_id", "email", "name", "country", "signup_date"],
    "product": ["product_id", "name", "category", "price"],
    "order": ["order_id", "customer_id", "order_date", "status", "total_amount"],
    "order_item": ["order_item_id", "order_id", "product_id", "quantity", "unit_price"],
}
Call = Callable[[], str]
Row = tuple[Any, ...]


def callables(library: str) -> tuple[Call, Call, Call]:
    """Return what makes an email address, a name and a word."""
    if library == "faker":
        from faker import Faker

        fake = Faker()
        Faker.seed(42)
        return fake.email, fake.name, fake.word
    from mimesis import Person, Text
    from mimesis.locales import Locale

    person, text = Person(Locale.EN, seed=42), Text(Locale.EN, seed=42)
    return person.email, person.full_name, text.word


def poisson(mean: float) -> int:
    """Return a count, by multiplying uniforms."""
    limit, count, product = math.exp(-mean), 0, random.random()
    while product > limit:
        count += 1
        product *= random.random()
    return count


def amount(mu: float, sigma: float, low: float, high: float) -> float:
    """Return a price in cents."""
    return round(min(max(random.lognormvariate(mu, sigma), low), high), 2)


def customers(count: int, email: Call, name: Call) -> Iterator[Row]:
    """Yield customers."""
    for number in range(1, count + 1):
        country = random.choices(["US", "UK", "CA", "AU", "DE"], [0.4, 0.2, 0.15, 0.15, 0.1])[0]
        yield number, email(), name(), country, START + timedelta(days=random.randrange(366))


def products(count: int, word: Call) -> Iterator[Row]:
    """Yield products."""
    for number in range(1000, 1000 + count):
        category = random.choices(["Electronics", "Clothing", "Home", "Books"], [0.3, 0.3, 0.25, 0.15])[0]
        yield number, word(), category, amount(3.5, 0.8, 9.99, 999.99)


def orders(customers: int) -> Iterator[Row]:
    """Yield each customer's orders."""
    number = 10000
    statuses = ["pending", "processing", "shipped", "delivered", "cancelled"]
    for customer in range(1, customers + 1):
        for _ in range(poisson(3.5)):
            status = random.choices(statuses, [0.05, 0.1, 0.2, 0.6, 0.05])[0]
            yield number, customer, START + timedelta(hours=random.randrange(8784)), status, amount(4.2, 0.6, 20.0, 2000.0)
            number += 1


def order_items(orders: int, products: int) -> Iterator[Row]:
    """Yield each order's items."""
    number = 1
    for order in range(10000, 10000 + orders):
        for _ in range(poisson(2.5)):
            quantity = min(max(poisson(1.8), 1), 10)
            yield number, order, 1000 + random.randrange(products), quantity, amount(3.5, 0.8, 9.99, 999.99)
            number += 1


def write(rows: Iterator[Row], table: str, format_: str, folder: Path) -> int:
    """Write one table; return its number of rows."""
    path = folder / f"{table}.{format_}"
    if format_ == "parquet":
        columns = [list(column) for column in zip(*rows, strict=True)]
        pq.write_table(pa.table(dict(zip(COLUMNS[table], columns, strict=True))), path)
        return len(columns[0])
    count = 0
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS[table])
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def main() -> None:
    """Write the four tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("library", choices=["faker", "mimesis"])
    parser.add_argument("customers", type=int)
    parser.add_argument("format", choices=["parquet", "csv"])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    random.seed(42)
    email, name, word = callables(given.library)
    product_count = given.customers * 2 // 5
    write(customers(given.customers, email, name), "customer", given.format, given.folder)
    write(products(product_count, word), "product", given.format, given.folder)
    order_count = write(orders(given.customers), "order", given.format, given.folder)
    write(order_items(order_count, product_count), "order_item", given.format, given.folder)


if __name__ == "__main__":
    main()
