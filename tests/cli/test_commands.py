"""The commands, each as its users run it."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from datagen_chat import __version__
from datagen_chat.generators import GENERATORS
from datagen_chat.laws import LAWS
from tests.cli.running import ECOMMERCE, EXAMPLE, datagen, environment, loaded
from tests.conversation.replies import SHOP, shop

SLOW = {"pandas", "faker", "jsonschema", "openai", "anthropic", "httpx2", "duckdb"}
# Parts of ours that a valid schema of plain words, written as JSON, has no need of.
SPARE = {
    f"datagen_chat.{part}"
    for part in (
        "conversation.extract",
        "conversation.tokens",
        "distinct_ticks",
        "faking.kernels",
        "faking.pooled",
        "permutation",
        "schema.explain",
        "schema.json_schema",
        "schema.reference",
        "schema.repair",
        "sinks.csv",
        "sinks.duckdb",
        "sinks.jsonl",
        "windows",
    )
}
# Words that rules about whole schemas, or the engine, know by name; any other is imported when a schema says it.
RULED = {"choice", "datetime_series", "faker", "lookup", "sequence"}


def test_the_demo_can_be_followed_to_its_files(tmp_path: Path) -> None:
    chat = datagen("chat", "--from-transcript", EXAMPLE, "--save", "schemas", cwd=tmp_path)
    assert (chat.returncode, chat.stderr) == (0, "")
    saved = sorted(path.name for path in (tmp_path / "schemas").iterdir())
    assert saved == ["e-commerce-platform.json", "iot-sensor-network.json", "saas-subscription-tracker.json"]
    made = datagen("generate", "schemas/e-commerce-platform.json", cwd=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    assert "datagen generate schemas/e-commerce-platform.json --seed 42 -o output" in made.stdout
    manifest = json.loads((tmp_path / "output" / "manifest.json").read_text())
    assert {table["name"]: table["rows"] for table in manifest["tables"]}["customer"] == 500


def test_the_command_for_the_same_rows_allows_as_many_and_says_what_it_reads(tmp_path: Path) -> None:
    arguments = ("--max-rows", "200M", "-o", tmp_path / "out")
    done = datagen("generate", "-", *arguments, stdin=json.dumps(SHOP).encode())
    assert "The same rows again, from the same standard input:" in done.stdout
    assert f"datagen generate - --seed 42 -o {tmp_path / 'out'} --max-rows 200000000" in done.stdout


def test_sampled_rows_are_rows_of_the_full_dataset(tmp_path: Path) -> None:
    datagen("generate", ECOMMERCE, "--seed", "7", "-o", tmp_path, "--format", "csv")
    sampled = datagen("sample", ECOMMERCE, "--seed", "7", "--table", "order_item", "--rows", "1000:1003", "--format", "csv")
    lines = (tmp_path / "order_item.csv").read_text().splitlines()
    assert sampled.stdout.splitlines() == [lines[0], *lines[1001:1004]]


def test_json_lines_are_one_object_for_each_row() -> None:
    done = datagen("sample", ECOMMERCE, "--table", "product", "-n", "3", "--format", "jsonl")
    assert [json.loads(line)["product_id"] for line in done.stdout.splitlines()] == [1000, 1001, 1002]


@pytest.mark.parametrize(
    ("rows", "first", "count"), [("10:12", 10, 2), (":3", 0, 3), ("7", 7, 1), ("7:", 7, 5), ("195:999", 195, 5)]
)
def test_rows_are_named_from_nought_and_end_before_the_second_number(rows: str, first: int, count: int) -> None:
    done = datagen("sample", ECOMMERCE, "--table", "product", "--format", "csv", "--rows", rows)
    found = [int(row["product_id"]) - 1000 for row in csv.DictReader(io.StringIO(done.stdout))]
    assert found == list(range(first, first + count))


@pytest.mark.parametrize("format_", ["parquet", "csv", "jsonl", "duckdb"])
def test_every_format_is_written_and_summed_up(tmp_path: Path, format_: str) -> None:
    path = tmp_path / "shop.json"
    path.write_text(json.dumps(SHOP))
    done = datagen("generate", path, "-o", tmp_path / "out", "--format", format_, "--block-rows", "3", "--workers", "2")
    assert done.returncode == 0
    assert done.stdout.startswith("Shop — 12 rows in ")
    if format_ == "duckdb":
        [database] = (tmp_path / "out").glob("*.duckdb")
        with duckdb.connect(str(database), read_only=True) as connection:
            assert connection.execute('SELECT count(*) FROM "order"').fetchone() == (8,)


def test_a_valid_schema_is_called_so_with_its_tables() -> None:
    done = datagen("validate", ECOMMERCE)
    assert done.returncode == 0
    assert "ecommerce.json is valid: E-commerce Platform — 4 tables, ≈6,820 rows" in " ".join(done.stdout.split())
    assert "order_id → order" in done.stdout
    assert re.search(r"About [\d.]+ kB as Parquet: order_item [\d.]+ kB, order [\d.]+ kB, customer \d", done.stdout)


def test_problems_come_as_json_for_programs() -> None:
    good = datagen("validate", "-", "--json", stdin=json.dumps(SHOP).encode())
    assert (good.returncode, json.loads(good.stdout)["valid"]) == (0, True)
    bad = datagen("validate", "-", "--json", stdin=json.dumps(shop(nodes__0__rows=-1)).encode())
    report = json.loads(bad.stdout)
    assert (bad.returncode, report["valid"]) == (2, False)
    [problem] = report["problems"]
    assert problem["at"] == "/nodes/0/rows"
    assert problem["place"] == "customer → rows"
    assert set(problem) == {"severity", "code", "at", "place", "message", "hint"}


def test_a_valid_schema_is_reviewed_unless_that_is_left_out() -> None:
    said = " ".join(datagen("validate", ECOMMERCE).stdout.split())
    assert "A reviewer would say" in said
    assert "8.2 % of the rows of order have no row in order_item: about 144 of 1,750." in said
    assert "reviewer" not in datagen("validate", ECOMMERCE, "--no-advice").stdout
    report = json.loads(datagen("validate", ECOMMERCE, "--json").stdout)
    [lines] = [remark for remark in report["advice"] if remark["code"] == "without-lines"]
    assert lines["fix"] == {"nodes": [{"id": "order_item", "fanout": {"min": 1}}]}
    assert (lines["at"], lines["place"]) == ("/nodes/3/fanout", "order_item")
    assert "advice" not in json.loads(datagen("validate", ECOMMERCE, "--json", "--no-advice").stdout)
    assert set(report["tables"]["product"]) == {"rows", "exact", "bytes"}


@pytest.mark.parametrize("name", ["ecommerce", "saas", "iot"])
def test_about_as_many_bytes_are_expected_as_are_written(name: str, tmp_path: Path) -> None:
    schema = ECOMMERCE.with_name(f"{name}.json")
    expected = sum(table["bytes"] for table in json.loads(datagen("validate", schema, "--json").stdout)["tables"].values())
    datagen("generate", schema, "-o", tmp_path)
    written = sum(path.stat().st_size for path in tmp_path.glob("*.parquet"))
    # Rows are few here, and every file has a head of some hundreds of bytes: within a half.
    assert expected == pytest.approx(written, rel=0.5)


def test_what_is_mended_is_said_and_strict_refuses_it(tmp_path: Path) -> None:
    path = tmp_path / "dialect.json"
    path.write_text("// a shop\n" + json.dumps(SHOP).replace('"nodes"', '"tables"'))
    mended = datagen("validate", path)
    assert mended.returncode == 0
    assert "read: a comment at line 1" in mended.stderr
    assert 'mended: tables: Renamed "tables" to "nodes".' in mended.stderr
    assert datagen("validate", path, "--strict").returncode == 2


@pytest.mark.parametrize("number", [2, 9])
def test_one_conversation_of_a_file_can_be_chosen(number: int) -> None:
    done = datagen("chat", "--from-transcript", EXAMPLE, "--conversation", number)
    assert done.returncode == (0 if number == 2 else 2)
    assert ("SaaS Subscription Tracker" in done.stdout) == (number == 2)
    assert ("1: Example 1" in done.stderr) == (number == 9)


def test_a_conversation_that_ends_invalid_exits_with_4(tmp_path: Path) -> None:
    path = tmp_path / "chat.md"
    path.write_text(f"**User:** a shop\n\n**LLM:** Here:\n\n```json\n{json.dumps(shop(nodes__0__rows=-1))}\n```\n")
    done = datagen("chat", "--from-transcript", path)
    assert done.returncode == 4
    assert "The schema is not valid: 1 problem." in done.stdout


def test_saving_replaces_schemas_of_the_same_dataset_and_nothing_else(tmp_path: Path) -> None:
    transcript = tmp_path / "chat.md"
    named = shop(metadata__name="../package")
    transcript.write_text(f"**User:** a shop\n\n**LLM:** Here:\n\n```json\n{json.dumps(named)}\n```\n")
    target = tmp_path / "package.json"
    for before in ('{"dependencies": {}}', '{"version": "1.0", "metadata": {"name": "Package"}, "nodes": []}'):
        target.write_text(before)
        assert datagen("chat", "--from-transcript", transcript, "--save", tmp_path).returncode == 2
        assert target.read_text() == before
    target.write_text('{"version": "1.0", "metadata": {"name": "../package"}, "nodes": []}')
    done = datagen("chat", "--from-transcript", transcript, "--save", tmp_path)
    assert (done.returncode, "Replaced" in done.stdout) == (0, True)
    assert json.loads(target.read_text())["nodes"] == named["nodes"]


def test_the_json_schema_is_written_whole() -> None:
    schema = json.loads(datagen("schema").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    assert "nodes" in schema["properties"]


def test_it_says_its_version() -> None:
    assert datagen("--version").stdout == f"datagen {__version__}\n"


def test_help_stands_alone_and_imports_next_to_nothing() -> None:
    code, modules = loaded("--help")
    assert code == 0
    assert modules & (SLOW | {"numpy", "pyarrow", "pydantic", "rich"}) == set()


def test_a_schema_loads_only_the_words_that_it_says(tmp_path: Path) -> None:
    table = {"id": "t", "kind": "entity", "pk": "id", "columns": [{"name": "id", "type": "int", "generator": {"sequence": {}}}]}
    schema = tmp_path / "t.json"
    schema.write_text(json.dumps({"version": "1.0", "metadata": {"name": "t"}, "nodes": [table]}))
    code, modules = loaded("sample", schema)
    assert code == 0
    assert "datagen_chat.generators.sequence" in modules
    assert modules & {f"datagen_chat.generators.{word}" for word in set(GENERATORS) - RULED} == set()
    assert modules & {f"datagen_chat.laws.{law}" for law in set(LAWS) - {"normal", "poisson"}} == set()


@pytest.mark.parametrize("command", ["validate", "sample"])
def test_a_command_imports_no_more_than_it_needs(command: str) -> None:
    code, modules = loaded(command, ECOMMERCE)
    assert code == 0
    assert modules & (SLOW | SPARE) == set()


def test_a_schema_is_checked_without_arrow_and_what_makes_rows() -> None:
    code, modules = loaded("validate", ECOMMERCE)
    assert code == 0
    assert modules & {"pyarrow", "datagen_chat.engine.plan", "datagen_chat.preview", "datagen_chat.sinks"} == set()


def test_generating_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    code, modules = loaded("generate", ECOMMERCE, "-o", tmp_path)
    assert code == 0
    assert modules & (SLOW | SPARE | {"concurrent", "difflib", "logging", "ssl"}) == set()
    assert "datagen_chat.verify.claims" not in modules


def test_cases_formulas_and_modifiers_of_texts_import_nothing_slow(tmp_path: Path) -> None:
    generators = {
        "kind": {"choice": {"choices": ["a", "b"]}},
        "own": {
            "case": {"on": "kind", "when": {"a": {"choice": {"choices": ["x"]}}}, "else": {"pattern": {"regex": "[A-Z]{4}"}}}
        },
        "both": {"expression": {"code": "concat(kind, '-', own)"}},
        "named": {"choice": {"choices": ["x", "y"]}},
    }
    columns: list[Any] = [{"name": "id", "type": "int", "generator": {"sequence": {}}}]
    columns += [{"name": name, "type": "string", "generator": generator} for name, generator in generators.items()]
    columns[-1]["modifiers"] = [{"transform": "prefix", "args": {"text": "<"}}, {"transform": "suffix", "args": {"text": ">"}}]
    table = {"id": "t", "kind": "entity", "pk": "id", "rows": 100_000, "columns": columns}
    schema = tmp_path / "t.json"
    schema.write_text(json.dumps({"version": "1.0", "metadata": {"name": "t"}, "nodes": [table]}))
    code, modules = loaded("generate", schema, "-o", tmp_path / "made")
    assert code == 0
    assert modules & SLOW == set()


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux lists a process's threads")
def test_a_small_command_starts_no_thread_for_each_core() -> None:
    """Arrow may have one of its own."""
    code = f"from datagen_chat.cli import main; main(['sample', {str(ECOMMERCE)!r}])"
    count = "import os, sys; print(len(os.listdir('/proc/self/task')), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{count}"], env=environment(), capture_output=True, text=True, check=True
    )
    assert int(done.stderr) <= 2
