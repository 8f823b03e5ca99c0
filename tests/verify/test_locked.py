"""Questions that come from a model reach the data, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datagen_chat.verify.locked import LONGEST, Locked, RefusedError, locked


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    pq.write_table(pa.table({"x": pa.array([1, 2, 3, 4], pa.int64())}), folder / "t.parquet")
    (folder / "secret.csv").write_text("a\n1\n")
    return folder


@contextmanager
def opened(folder: Path, seconds: float) -> Iterator[Locked]:
    path = folder / "t.parquet"
    with locked([f"CREATE VIEW \"order\" AS SELECT * FROM read_parquet(['{path}'])"], [path], seconds) as found:
        yield found


@pytest.fixture(scope="module")
def database(folder: Path) -> Iterator[Locked]:
    with opened(folder, 30) as found:
        yield found


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        ('SELECT sum(x) FROM "order"', (10,)),
        ('WITH a AS (SELECT x FROM "order") SELECT max(x) FROM a', (4,)),
        ('SELECT x FROM "order" WHERE x > 9', None),
        ('FROM "ORDER" SELECT count(*)', (4,)),
        ("SELECT count(*) FROM range(7) r, (VALUES (1), (2)) v", (14,)),
        ("WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t WHERE i < 9) SELECT max(i) FROM t", (9,)),
        ('SELECT x FROM "order" QUALIFY row_number() OVER (ORDER BY x DESC) = 1', (4,)),
        ("SELECT date_part('month', TIMESTAMPTZ '2025-03-01 00:30:00+00')", (3,)),
        ("SELECT TIMESTAMP '2025-03-01 00:30:00'", (datetime(2025, 3, 1, 0, 30),)),
        ("SELECT DATE '2025-03-01'", (date(2025, 3, 1),)),
        ("SELECT 0.5::DECIMAL(9, 2)", (Decimal("0.50"),)),
        ("SELECT NULL", (None,)),
    ],
)
def test_one_select_is_answered(database: Locked, sql: str, row: tuple[Any, ...] | None) -> None:
    assert database.ask(sql) == row


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "SELECT 1; SELECT 2",
        'SELECT 1; DROP TABLE "order"',
        "CREATE TABLE b AS SELECT 1",
        'DELETE FROM "order"',
        "ATTACH 'b.db'",
        "COPY \"order\" TO 'out.csv'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 8",
        "PRAGMA database_list",
        "CALL pragma_version()",
        "EXPLAIN SELECT 1",
        "SELECT * FROM '{folder}/secret.csv'",
        "SELECT * FROM read_csv('{folder}/secret.csv')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM 'https://example.com/a.parquet'",
        "SELECT * FROM Path",
        "SELECT * FROM query('DELETE FROM \"order\"')",
        "SELECT * FROM query_table('order')",
        "SELECT * FROM duckdb_views()",
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM pg_catalog.pg_class",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM system.main.duckdb_views",
        "SELECT (WITH duckdb_views AS (SELECT 1 AS x) SELECT x FROM duckdb_views), * FROM duckdb_views",
        'SELECT (WITH "{folder}/t.parquet" AS (SELECT 1 AS x) SELECT 1), * FROM "{folder}/t.parquet"',
        "SELECT * FROM parquet_metadata('{folder}/t.parquet')",
        "SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT 1'))",
        "SELECT * FROM arrow_scan(1, 2, 3)",
        "SELECT current_setting('memory_limit')",
        "SELECT list_transform([1], x -> current_setting('memory_limit'))",
        "SELECT 'memory_limit'.current_setting()",
        "SELECT getenv('HOME')",
        "SELECT getvariable('a')",
        "SELECT pg_sleep(1)",
        'DESCRIBE "order"',
        "SELECT * FROM (SHOW TABLES)",
        "SELECT ?",
        "SELECT nothing",
        "SELECT",
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
        "SELECT '" + "a" * LONGEST + "'",
    ],
)
def test_anything_else_is_refused_and_the_next_question_is_answered(database: Locked, sql: str, folder: Path) -> None:
    files = sorted(folder.rglob("*"))
    with pytest.raises(RefusedError):
        database.ask(sql.replace("{folder}", str(folder)))
    assert database.ask('SELECT count(*) FROM "order"') == (4,)
    assert sorted(folder.rglob("*")) == files


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(1000000000000) a",
        "SELECT max(a.i * b.i) FROM range(9999999) a(i), range(9999999) b(i)",
        "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT count(*) FROM t",
    ],
)
def test_what_takes_too_long_is_interrupted(folder: Path, sql: str) -> None:
    with opened(folder, 2) as database:
        with pytest.raises(RefusedError, match="longer"):
            database.ask(sql)
        assert answered(database, "SELECT 1") == (1,)


def answered(database: Locked, sql: str) -> tuple[Any, ...] | None:
    """Return an answer, asking again where a busy machine takes longer than the little time that the database has."""
    for _ in range(20):
        with suppress(RefusedError):
            return database.ask(sql)
    raise AssertionError(f"{sql} is not answered")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT length(repeat('a', 3000000000))",
        "SELECT len(range(3000000000))",
        "SELECT list_resize([1], 3000000000)",
        "SELECT length(string_agg(repeat('x', 1000000), '')) FROM range(100000)",
    ],
)
def test_what_needs_too_much_memory_is_refused(database: Locked, sql: str) -> None:
    with pytest.raises(RefusedError):
        database.ask(sql)
    assert database.ask("SELECT 1") == (1,)


def test_an_error_does_not_tell_where_the_files_are(folder: Path) -> None:
    path = folder / "gone.parquet"
    path.write_bytes((folder / "t.parquet").read_bytes())
    with locked([f"CREATE VIEW gone AS SELECT * FROM read_parquet(['{path}'])"], [path]) as database:
        database.start()
        assert database.ask("SELECT count(*) FROM gone") == (4,)
        path.unlink()
        with pytest.raises(RefusedError) as refused:
            database.ask("SELECT sum(x) FROM gone")
    assert str(folder) not in str(refused.value)


def test_a_process_that_was_ended_is_started_again(database: Locked) -> None:
    database.end()
    assert database.ask("SELECT 1") == (1,)


def test_the_environment_with_its_keys_stays_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    with opened(folder, 30) as database:
        database.start()
        assert database.ask("SELECT 1") == (1,)
        assert database.process_id is not None
        environment = Path(f"/proc/{database.process_id}/environ")
        assert not environment.exists() or b"secret" not in environment.read_bytes()
