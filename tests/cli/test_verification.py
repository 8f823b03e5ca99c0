"""Data held against its schema on the command line: what is shown, written, and the exit code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.cli.running import datagen
from tests.engine.test_keys import of, table
from tests.verify.mutations import changed, dataset_of, write
from tests.verify.test_mutations import SHOP


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("schema") / "shop.json"
    path.write_text(json.dumps(SHOP))
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    write(dataset_of(SHOP), folder)
    return folder


def report(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def test_generate_verifies_what_it_wrote_and_writes_a_report_beside_it(schema: Path, tmp_path: Path) -> None:
    done = datagen("generate", schema, "-o", tmp_path / "out", "--format", "csv", "--verify", "--seed", "7")
    assert done.returncode == 0, done.stderr
    assert "shop keeps its schema: " in done.stdout
    found = report(tmp_path / "out" / "report.json")
    assert (found["datagen_report"], found["holds"], found["data"]["seed"]) == (1, True, 7)
    assert found["counts"]["fails"] == found["counts"]["unusable"] == 0
    again = datagen("generate", schema, "-o", tmp_path / "out", "--format", "csv", "--verify", "--seed", "7")
    assert again.returncode == 0
    assert report(tmp_path / "out" / "report.json") == found


def test_new_data_leaves_no_report_on_what_was_there_before(schema: Path, tmp_path: Path) -> None:
    assert datagen("generate", schema, "-o", tmp_path / "out", "--verify").returncode == 0
    assert datagen("generate", schema, "-o", tmp_path / "out", "--seed", "9").returncode == 0
    assert not (tmp_path / "out" / "report.json").exists()


def test_a_report_without_data_is_wrong_input(schema: Path, tmp_path: Path) -> None:
    done = datagen("validate", schema, "--report", tmp_path / "proof.json")
    assert done.returncode == 2
    assert "Add --data FOLDER." in done.stderr


def test_data_is_not_reviewed_so_that_leaving_the_review_out_is_wrong_input(schema: Path, data: Path) -> None:
    done = datagen("validate", schema, "--data", data, "--no-advice")
    assert done.returncode == 2
    assert "--no-advice has no effect with --data" in done.stderr


def test_data_that_does_not_keep_its_schema_is_exit_code_1_with_its_rows_and_sql(schema: Path, data: Path) -> None:
    changed(data, "customer", "SELECT * REPLACE (CASE WHEN customer_id = 7 THEN 200 ELSE age END AS age) FROM customer")
    done = datagen("validate", schema, "--data", data)
    assert done.returncode == 1
    assert done.stdout.startswith("FAILS  customer.age is at least 18 and at most 99\n  found 1 row; wanted no row\n")
    sql = 'SELECT "customer_id", "age" FROM "customer" WHERE ("age" < 18 OR "age" > 99)'
    assert sql in " ".join(done.stdout.split())
    assert "shop does not keep its schema: " in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    [claim, bounds] = [claim for claim in report(data / "report.json")["claims"] if claim["state"] == "fails"]
    assert (claim["kind"], claim["at"], claim["rows"]) == ("range", "/constraints/ranges/0", [[7, 200]])
    assert (bounds["kind"], bounds["place"], bounds["rows"]) == ("bounds", "customer.age", [[7, 200]])


@pytest.mark.parametrize("format_", ["parquet", "csv", "jsonl", "duckdb"])
def test_each_claim_runs_as_it_is_written_after_the_preamble(schema: Path, tmp_path: Path, format_: str) -> None:
    write(dataset_of(SHOP), tmp_path / "data", format_)
    done = datagen("validate", schema, "--data", tmp_path / "data", "--report", tmp_path / "proof.json", "--json")
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)
    assert report(tmp_path / "proof.json") == found
    with duckdb.connect() as connection:
        for statement in found["preamble"]:
            connection.execute(statement)
        asked = [claim["sql"] for claim in found["claims"] if claim["sql"]]
        assert len(asked) > 80
        for sql in asked:
            connection.execute(sql).fetchall()


def test_parts_of_a_table_and_a_database_file_are_read(schema: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    write(dataset_of(SHOP), folder)
    (folder / "item").mkdir()
    with duckdb.connect() as connection:
        for part, rows in enumerate(("item_id <= 1000", "item_id > 1000")):
            source = f"SELECT * FROM read_parquet('{folder}/item.parquet') WHERE {rows}"
            connection.execute(f"COPY ({source}) TO '{folder}/item/part-0000{part}.parquet'")
    (folder / "item.parquet").unlink()
    assert datagen("validate", schema, "--data", folder).returncode == 0
    write(dataset_of(SHOP), tmp_path / "db", "duckdb")
    [file] = (tmp_path / "db").iterdir()
    assert datagen("validate", schema, "--data", file).returncode == 0
    assert report(tmp_path / "db" / "report.json")["holds"]


def test_data_of_another_schema_is_noted(schema: Path, tmp_path: Path) -> None:
    assert datagen("generate", schema, "-o", tmp_path / "out").returncode == 0
    other = tmp_path / "other.json"
    other.write_text(json.dumps(SHOP | {"checks": []}))
    done = datagen("validate", other, "--data", tmp_path / "out")
    assert done.returncode == 0
    assert "The data was made from another schema." in done.stderr


@pytest.mark.parametrize("name", ["nowhere", "empty"])
def test_no_data_at_all_is_wrong_input(schema: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    done = datagen("validate", schema, "--data", tmp_path / name)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["validate", "report"])
def test_data_that_cannot_be_read_is_wrong_input(schema: Path, data: Path, command: str) -> None:
    (data / "customer.parquet").write_bytes(b"PAR1 and then nothing of use")
    done = datagen(command, schema, "--data", data, *(["-o", data / "page.html"] if command == "report" else []))
    assert (done.returncode, done.stdout) == (2, "")
    told = "".join(done.stderr.split())  # without spaces, because a long path is broken anywhere
    assert "customer.parquetcannotberead:itbreaksoff" in told
    assert "Writethedataagain" in told
    assert "[unreadable-data]" in told
    assert not (data / "page.html").exists()


def test_of_data_in_two_formats_the_one_that_is_named_is_held_against_the_schema(schema: Path, data: Path) -> None:
    write(dataset_of(SHOP), data, "csv")
    (data / "customer.csv").write_text("customer_id\n1\n")
    asked = datagen("validate", schema, "--data", data)
    assert asked.returncode == 2
    assert "[several-formats]" in asked.stderr
    parquet = datagen("validate", schema, "--data", data, "--format", "parquet")
    assert parquet.returncode == 0
    assert "other files are left out: customer.csv, item.csv, order.csv, product.csv" in " ".join(parquet.stderr.split())
    assert any("customer.csv" in note for note in report(data / "report.json")["notes"])
    assert datagen("validate", schema, "--data", data, "--format", "csv").returncode == 1
    page = datagen("report", schema, "--data", data, "--format", "parquet", "-o", data / "page.html")
    assert page.returncode == 0
    assert "other files are left out: customer.csv" in (data / "page.html").read_text("utf-8")


def test_the_format_of_data_that_is_not_named_is_wrong_input(schema: Path) -> None:
    done = datagen("validate", schema, "--format", "csv")
    assert done.returncode == 2
    assert "Add --data FOLDER." in done.stderr


def test_another_format_than_that_of_the_manifest_is_read_where_it_is_named(schema: Path, tmp_path: Path) -> None:
    assert datagen("generate", schema, "-o", tmp_path / "out").returncode == 0
    write(dataset_of(SHOP), tmp_path / "out", "csv")
    for format_ in ("parquet", "csv"):
        proof = tmp_path / f"{format_}.json"
        done = datagen("validate", schema, "--data", tmp_path / "out", "--format", format_, "--report", proof)
        assert done.returncode == 0
        assert report(proof)["data"]["format"] == format_
    assert datagen("validate", schema, "--data", tmp_path / "out").returncode == 0


def test_a_file_that_is_no_report_is_not_written_over(schema: Path, data: Path) -> None:
    kept = data / "report.json"
    kept.write_text('{"of": "somebody else"}')
    done = datagen("validate", schema, "--data", data)
    assert done.returncode == 0
    assert "it is no report" in done.stderr
    assert kept.read_text() == '{"of": "somebody else"}'
    assert datagen("validate", schema, "--data", data, "--report", kept).returncode == 2
    shutil.rmtree(data)


def test_hostile_values_reach_the_terminal_clean(schema: Path, data: Path) -> None:
    changed(
        data,
        "customer",
        "SELECT * REPLACE (CASE WHEN customer_id = 7 THEN chr(27) || '[31mX' ELSE code END AS code) FROM customer",
    )
    done = datagen("validate", schema, "--data", data)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout


def test_long_values_of_a_schema_are_shown_in_short_and_written_in_full(tmp_path: Path) -> None:
    value = "it's " * 900
    column = of("word", "string", choice={"choices": [value, "b"]})
    draft = {"version": "1.0", "metadata": {"name": "long"}, "nodes": [table("a", [column], rows=90)]}
    (tmp_path / "long.json").write_text(json.dumps(draft))
    write(dataset_of(draft), tmp_path / "data")
    changed(tmp_path / "data", "a", "SELECT * REPLACE ('z' AS word) FROM a")
    done = datagen("validate", tmp_path / "long.json", "--data", tmp_path / "data")
    assert done.returncode == 1
    assert len(done.stdout) < 4000
    assert "…', 'b')" in done.stdout
    found = report(tmp_path / "data" / "report.json")["claims"]
    assert any(value.replace("'", "''") in claim["sql"] for claim in found)


def test_checks_that_cannot_be_asked_are_told_before_there_is_any_data(tmp_path: Path) -> None:
    path = tmp_path / "shop.json"
    path.write_text(json.dumps(SHOP | {"checks": [{"name": "x", "sql": 'SELECT nope FROM "order"', "equals": 1}]}))
    shown = datagen("validate", path)
    assert shown.returncode == 2
    assert "[check-unusable] at /checks/0/sql" in shown.stderr
    listed = json.loads(datagen("validate", path, "--json").stdout)
    assert (listed["valid"], listed["problems"][-1]["at"]) == (False, "/checks/0/sql")
    made = datagen("generate", path, "-o", tmp_path / "out", "--verify")
    assert (made.returncode, (tmp_path / "out").exists()) == (2, False)
    assert "[check-unusable] at /checks/0/sql" in made.stderr
    assert datagen("generate", path, "-o", tmp_path / "out").returncode == 0
