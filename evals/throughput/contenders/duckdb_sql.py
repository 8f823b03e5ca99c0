"""The e-commerce tables as someone who knows DuckDB well writes them.

Written to be fast, and tried against the alternatives: draws are hashes of the row number, because `random()` serialises
threads; a foreign key is one uniform draw over the parents, which gives each parent a Poisson number of children without
a join or an unnest; several threads scan a table of row numbers, because `range()` is read by one. `--tuned` writes
Parquet version 2 without dictionaries for random numbers.
"""

import argparse
import math
from itertools import accumulate
from pathlib import Path

import duckdb

FIRST = (
    "Ada Alan Amy Ben Carl Cora Dana Dora Earl Ella Emma Erik Eva Finn Fred Gail Gina Hal Hugo Ida Igor Iris Jack Jane Joan "
    "John Kate Kurt Lena Leo Lily Luke Maria Mark Mia Nina Noah Olga Otto Paul Peter Rita Rosa Ruth Sam Sara Tara Theo Tom "
    "Uma Vera Will Xena Yara Zoe"
)
LAST = (
    "Adams Baker Brown Clark Cook Cooper Davis Diaz Evans Fisher Ford Garcia Gray Green Hall Harris Hill Hughes Jackson "
    "James Jones Kelly King Lee Lewis Long Lopez Martin Miller Moore Morgan Murphy Nelson Parker Perez Price Reed Rivera "
    "Roberts Ross Scott Smith Stewart Taylor Thomas Turner Walker Ward White Wilson Wood Wright Young"
)
DOMAINS = "example.com example.net example.org"
WORDS = (
    "able about across action after again almost along answer around base beyond board born bring build call carry center "
    "change child choice claim close common cover create dark deal deep design draw drive early earth east effect energy "
    "enough enter event field figure final fine fire follow force form forward free friend front garden give glass goal "
    "green ground group grow guess hand happen hard heart heavy help high hold home hope hour house idea image inside issue "
    "join keep kind large later lead learn leave letter level light list live local long main maybe mean mind model moment "
    "money month music name near never next night north note offer often open order other paper part party peace place plan "
    "plant point power press quite range reach ready reason record rest right rise road rock role rule scene score season "
    "second sense serve share short show side sign simple site skill small sound south space speak stage stand start state "
    "stay step still store story street strong study style table take talk task term thing think third time today total "
    "tough town trade train travel treat trial true truth turn type under unit until value view visit voice wait walk wall "
    "watch water west white whole wide wind wish wonder word work world write year"
)


def draw(stream: int) -> str:
    """Return a uniform draw in [0, 1) for row `i`."""
    return f"(hash(i + {stream} * 1000000000000) * {2.0**-64!r})"


def below(stream: int, count: int) -> str:
    """Return a whole number in [0, count)."""
    return f"floor({draw(stream)} * {count})::BIGINT"


def one_of(stream: int, words: str) -> str:
    """Return one of some words."""
    values = words.split()
    return f"{values}[1 + {below(stream, len(values))}]"


def stepped(uniform: str, outcomes: dict[str, float]) -> str:
    """Return one of some outcomes with given weights; the last takes what is left."""
    *firsts, last = outcomes
    cases = zip(firsts, accumulate(outcomes.values()), strict=False)
    return "CASE " + " ".join(f"WHEN {uniform} < {edge!r} THEN {value}" for value, edge in cases) + f" ELSE {last} END"


def texts(weights: dict[str, float]) -> dict[str, float]:
    """Return the same outcomes as SQL texts."""
    return {f"'{text}'": weight for text, weight in weights.items()}


def lognormal(stream: int, mu: float, sigma: float, low: float, high: float) -> str:
    """Return a price: Box and Muller's normal, its exponential, clamped, in cents."""
    normal = f"sqrt(-2 * ln(1 - {draw(stream)})) * cos({2 * math.pi!r} * {draw(stream + 1)})"
    return f"round(least(greatest(exp({mu} + {sigma} * {normal}), {low}), {high}), 2)"


def instant(stream: int, ticks: int, seconds: int) -> str:
    """Return an instant of 2024 on a grid."""
    return f"make_timestamp(1704067200000000 + {below(stream, ticks)} * {seconds * 1_000_000})"


def quantities() -> dict[str, float]:
    """Return Poisson's law with mean 1.8, all below 1 and above 10 moved to the bound."""
    masses = [math.exp(-1.8) * 1.8**k / math.factorial(k) for k in range(11)]
    return {"1": masses[0] + masses[1]} | {str(k): masses[k] for k in range(2, 11)}


def queries(customers: int) -> dict[str, tuple[int, str]]:
    """Return the number of rows of each table, and its query over the row numbers `i` from 0."""
    products, orders = customers * 2 // 5, round(customers * 3.5)
    items = round(orders * 2.5)
    countries = {"US": 0.4, "UK": 0.2, "CA": 0.15, "AU": 0.15, "DE": 0.1}
    categories = {"Electronics": 0.3, "Clothing": 0.3, "Home": 0.25, "Books": 0.15}
    statuses = {"pending": 0.05, "processing": 0.1, "shipped": 0.2, "delivered": 0.6, "cancelled": 0.05}
    first, last = one_of(1, FIRST), one_of(2, LAST)
    return {
        "customer": (
            customers,
            f"""SELECT customer_id, lower(first) || '.' || lower(last) || number || '@' || domain AS email,
                first || ' ' || last AS name, {stepped("r", texts(countries))} AS country, signup_date
            FROM (SELECT i + 1 AS customer_id, {first} AS first, {last} AS last, {below(3, 1000)} AS number,
                {one_of(4, DOMAINS)} AS domain, {draw(5)} AS r, {instant(6, 366, 86400)} AS signup_date FROM source)""",
        ),
        "product": (
            products,
            f"""SELECT product_id, name, {stepped("r", texts(categories))} AS category, price
            FROM (SELECT i + 1000 AS product_id, {one_of(7, WORDS)} AS name, {draw(8)} AS r,
                {lognormal(9, 3.5, 0.8, 9.99, 999.99)} AS price FROM source)""",
        ),
        "order": (
            orders,
            f"""SELECT order_id, customer_id, order_date, {stepped("r", texts(statuses))} AS status, total_amount
            FROM (SELECT i + 10000 AS order_id, 1 + {below(11, customers)} AS customer_id,
                {instant(12, 8784, 3600)} AS order_date, {draw(13)} AS r,
                {lognormal(14, 4.2, 0.6, 20.0, 2000.0)} AS total_amount FROM source)""",
        ),
        "order_item": (
            items,
            f"""SELECT order_item_id, order_id, product_id, {stepped("r", quantities())} AS quantity, unit_price
            FROM (SELECT i + 1 AS order_item_id, 10000 + {below(16, orders)} AS order_id,
                1000 + {below(17, products)} AS product_id, {draw(18)} AS r,
                {lognormal(19, 3.5, 0.8, 9.99, 999.99)} AS unit_price FROM source)""",
        ),
    }


def main() -> None:
    """Write the four tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("customers", type=int)
    parser.add_argument("format", choices=["parquet", "csv"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--tuned", action="store_true")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    if given.threads:
        connection.execute(f"SET threads = {given.threads}")
    options = "FORMAT csv, HEADER" if given.format == "csv" else "FORMAT parquet"
    if given.tuned and given.format == "parquet":
        options += ", PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 2000"
    tables = queries(given.customers)
    several = connection.execute("SELECT current_setting('threads') > 1").fetchall()[0][0]
    if several:
        rows = max(rows for rows, _ in tables.values())
        connection.execute(f"CREATE TEMP TABLE numbers AS SELECT i FROM range({rows}) numbers(i)")
    for table, (rows, query) in tables.items():
        source = f"(SELECT i FROM numbers WHERE i < {rows})" if several else f"range({rows}) source(i)"
        path = given.folder / f"{table}.{given.format}"
        connection.execute(f"COPY ({query.replace('FROM source', f'FROM {source}')}) TO '{path}' ({options})")


if __name__ == "__main__":
    main()
