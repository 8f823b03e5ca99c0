"""Questions that come from a model reach the data, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datagen_chat.verify.locked import LONGEST, Locked, RefusedError, locked


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Locked]:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"x": pa.array([1, 2, 3, 4], pa.int64())}), path)
    (tmp_path / "secret.csv").write_text("a\n1\n")
    with locked([f"CREATE VIEW \"order\" AS SELECT * FROM read_parquet(['{path}'])"], [path], seconds=0.3) as found:
        yield found


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        ('SELECT sum(x) FROM "order"', (10,)),
        ('WITH a AS (SELECT x FROM "order") SELECT max(x) FROM a', (4,)),
        ('SELECT x FROM "order" WHERE x > 9', None),
        ("SELECT date_part('month', TIMESTAMPTZ '2025-03-01 00:30:00+00')", (3,)),
    ],
)
def test_one_select_is_answered(database: Locked, sql: str, row: tuple[int, ...] | None) -> None:
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
        "SELECT ?",
        "SELECT nothing",
        "SELECT",
        "SELECT " + "(" * 5000 + "1" + ")" * 5000,
        "SELECT '" + "a" * LONGEST + "'",
    ],
)
def test_anything_else_is_refused_and_the_next_question_is_answered(database: Locked, sql: str, tmp_path: Path) -> None:
    files = sorted(tmp_path.rglob("*"))
    with pytest.raises(RefusedError):
        database.ask(sql.replace("{folder}", str(tmp_path)))
    assert database.ask('SELECT count(*) FROM "order"') == (4,)
    assert sorted(tmp_path.rglob("*")) == files


@pytest.mark.parametrize(
    "sql",
    ["SELECT count(*) FROM range(1000000000000) a", "SELECT max(a.i * b.i) FROM range(9999999) a(i), range(9999999) b(i)"],
)
def test_what_takes_too_long_is_interrupted(database: Locked, sql: str) -> None:
    with pytest.raises(RefusedError, match="longer"):
        database.ask(sql)
    assert database.ask("SELECT 1") == (1,)


def test_what_needs_too_much_memory_is_refused(database: Locked) -> None:
    with pytest.raises(RefusedError):
        database.ask("SELECT length(repeat('a', 3000000000))")
    assert database.ask("SELECT 1") == (1,)
