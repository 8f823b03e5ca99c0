import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from evals.throughput.check import RejectedError, check_ecommerce
from evals.throughput.registry import SCRIPTS
from evals.throughput.workload import Size

SIZE = Size(10_000)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "output"
    script = str(SCRIPTS / "duckdb_sql.py")
    subprocess.run([sys.executable, script, str(SIZE.customers), "parquet", str(folder), "--threads", "1"], check=True)
    return folder


def test_what_was_made_is_counted(made: Path) -> None:
    # 1143 customers, 457 products, 4000 orders and 10 000 items, of 5, 4, 5 and 5 columns.
    counted = check_ecommerce(made, "parquet", SIZE)

    assert counted.rows == pytest.approx(1_143 + 457 + 4_000 + 10_000, abs=5)
    assert counted.cells == pytest.approx(1_143 * 5 + 457 * 4 + 4_000 * 5 + 10_000 * 5, abs=25)


@pytest.mark.parametrize(
    ("table", "query", "reason"),
    [
        ("order_item", "SELECT * FROM t LIMIT 5000", "order_item has 5000 rows"),
        ("order", "SELECT * EXCLUDE status FROM t", "order has not the columns"),
        ("order", "SELECT * REPLACE (999999 AS customer_id) FROM t", "SELECT customer_id"),
        ("order", "SELECT * REPLACE (1 AS customer_id) FROM t", "count(DISTINCT customer_id)"),
        ("customer", "SELECT * REPLACE (1 AS customer_id) FROM t", "count(DISTINCT customer_id)"),
        ("customer", "SELECT * REPLACE ('a@b.org' AS email) FROM t", "approx_count_distinct(email)"),
        ("customer", "SELECT * REPLACE (NULL AS country) FROM t", "country IN"),
        ("customer", "SELECT * REPLACE ('US' AS country) FROM t", "country = 'US'"),
        ("product", "SELECT * REPLACE (5.0 AS price) FROM t", "price BETWEEN"),
        ("product", "SELECT * REPLACE (20.0 AS price) FROM t", "price <="),
        ("order", "SELECT * REPLACE (TIMESTAMP '2024-01-01' AS order_date) FROM t", "order_date"),
        ("order_item", "SELECT * REPLACE (3 AS quantity) FROM t", "quantity <= 1"),
    ],
)
def test_an_output_that_holds_less_is_rejected(made: Path, tmp_path: Path, table: str, query: str, reason: str) -> None:
    spoiled = shutil.copytree(made, tmp_path / "spoiled")
    path = spoiled / f"{table}.parquet"
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE t AS FROM read_parquet('{path}')")

    connection.execute(f"COPY ({query}) TO '{path}'")

    with pytest.raises(RejectedError) as error:
        check_ecommerce(spoiled, "parquet", SIZE)
    assert reason in str(error.value)


def test_a_missing_table_is_rejected(made: Path, tmp_path: Path) -> None:
    spoiled = shutil.copytree(made, tmp_path / "spoiled")
    (spoiled / "product.parquet").unlink()

    with pytest.raises(RejectedError, match="there is no table product"):
        check_ecommerce(spoiled, "parquet", SIZE)


def test_a_table_in_parts_is_one_table(made: Path, tmp_path: Path) -> None:
    parts = shutil.copytree(made, tmp_path / "parts")
    whole = parts / "order.parquet"
    (parts / "order").mkdir()
    connection = duckdb.connect()
    for part, condition in enumerate(["order_id < 12000", "order_id >= 12000"]):
        connection.execute(f"COPY (FROM read_parquet('{whole}') WHERE {condition}) TO '{parts}/order/part-{part:05}.parquet'")
    whole.unlink()

    assert check_ecommerce(parts, "parquet", SIZE) == check_ecommerce(made, "parquet", SIZE)
