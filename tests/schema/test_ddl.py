"""Tables as SQL: a database takes the script, and then the rows, with all that it declares."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import duckdb
import pytest

from datagen_chat.conversation.extract import candidates
from datagen_chat.conversation.transcript import parse
from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.schema.ddl import create_tables
from datagen_chat.schema.dictionary import dictionary
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read
from datagen_chat.shipped import folder
from datagen_chat.sinks import sink
from tests.conversation.replies import SHOP, shop

FILES = sorted(folder("transcripts").glob("*.md"))


def last_datasets(path: Path) -> list[Dataset]:
    """Return the last schema of each conversation in a file."""
    found = []
    for conversation in parse(path.read_text("utf-8")).conversations:
        text = [turn.text for turn in conversation.turns if turn.role == "assistant"][-1]
        found.append(read(json.loads(candidates(text)[-1].text)).valid())
    return found


def declared(script: str, table: str) -> str:
    return script.partition(f'CREATE TABLE "{table}"')[2].partition(";")[0]


def by_one(rows: int) -> list[str]:
    """Return what picks one row after the other: DuckDB finds the key of a row of the same table in earlier statements only."""
    return [f"LIMIT 1 OFFSET {row}" for row in range(rows)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_database_takes_the_tables_and_then_the_rows(path: Path, tmp_path: Path) -> None:
    for number, dataset in enumerate(last_datasets(path)):
        script, plan, target = create_tables(dataset), Plan(dataset, 42), sink("parquet")
        rows = tmp_path / str(number)
        rows.mkdir()
        writer = target.create(rows, dataset_shape(plan))
        write_plan(plan, writer, parallel=False)
        writer.close()
        with duckdb.connect() as database:
            database.execute(script)
            order = [line.split('"')[1] for line in script.splitlines() if line.startswith("CREATE TABLE")]
            assert sorted(order) == sorted(table.id for table in dataset.nodes)
            for table in order:
                files = [str(rows / file) for file in writer.files(table)]
                points_at_itself = f'REFERENCES "{table}"' in declared(script, table)
                for part in by_one(plan.tables[table].row_count) if points_at_itself else [""]:
                    database.execute(f'INSERT INTO "{table}" SELECT * FROM read_parquet({files}) {part}')
        with sqlite3.connect(":memory:") as other:
            other.executescript(script)
        other.close()


def test_a_copied_number_has_the_type_of_its_source() -> None:
    draft = shop()
    price = {"name": "price", "type": "float", "decimals": 2, "generator": {"constant": {"value": 1.5}}}
    draft["nodes"][0]["columns"].append(price)
    paid = {"name": "paid", "type": "float", "generator": {"lookup": {"from": "customer.price", "on": "customer_id"}}}
    draft["nodes"][1]["columns"].append(paid)
    assert '"paid" NUMERIC(18, 2)' in create_tables(read(draft).valid())


def test_the_script_says_keys_types_and_nulls() -> None:
    draft = shop(nodes__1__columns__2__decimals=2, nodes__0__columns__1__null_rate=0.5)
    draft["nodes"].reverse()
    assert create_tables(read(draft).valid()) == (
        "-- Instants are in UTC.\n\n"
        'CREATE TABLE "customer" (\n  "customer_id" BIGINT PRIMARY KEY,\n  "tier" TEXT\n);\n\n'
        'CREATE TABLE "order" (\n  "order_id" BIGINT PRIMARY KEY,\n  "customer_id" BIGINT NOT NULL,\n'
        '  "amount" NUMERIC(18, 2) NOT NULL,\n'
        '  FOREIGN KEY ("customer_id") REFERENCES "customer" ("customer_id")\n);\n'
    )


def test_a_page_says_what_each_column_is() -> None:
    draft = shop(metadata__name="Shop | *a*", nodes__0__columns__1__null_rate=0.25)
    page = dictionary(
        read({**draft, "checks": [{"name": "n", "requirement": "four <b>", "sql": "SELECT 1", "equals": 1}]}).valid(), ROWS
    )
    assert page.startswith("# Shop \\| \\*a\\*\n\nFrom 2024-01-01 to 2024-12-31.")
    assert "## order\n\n8 rows; fact of customer.\n\n| column | type | key | how it is made |\n|---|---|---|---|\n" in page
    assert "| customer_id | int | → customer.customer_id | lookup customer.customer_id |\n" in page
    assert "| tier | string | 0.25 null | choice gold/base, weights 0.2/0.8 |\n" in page
    assert page.endswith("## What was asked for\n\n- four \\<b\\>\n")


ROWS = {"customer": "4", "order": "8"}


def test_the_page_of_a_schema_without_checks_ends_with_its_tables() -> None:
    assert "What was asked for" not in dictionary(read(SHOP).valid(), ROWS)


def test_a_column_whose_formula_can_fail_is_not_said_to_have_no_nulls() -> None:
    draft = shop()
    draft["nodes"][1]["columns"].append({"name": "part", "type": "float", "generator": {"expression": {"code": "1 / amount"}}})
    draft["nodes"][1]["columns"].append({"name": "twice", "type": "float", "generator": {"expression": {"code": "2 * amount"}}})
    dataset = read(draft).valid()

    assert '"part" DOUBLE PRECISION,' in create_tables(dataset)
    assert '"twice" DOUBLE PRECISION NOT NULL' in create_tables(dataset)
    assert "| part | float | may be null |" in dictionary(dataset, ROWS)
    assert "| twice | float |  |" in dictionary(dataset, ROWS)
