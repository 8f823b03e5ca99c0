"""Bad input: exit code 2, and a problem that a person can act on."""

from __future__ import annotations

import json
import resource
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import ECOMMERCE, Done, command, datagen, environment
from tests.conversation.replies import SHOP, shop

WINDOW = {"start": "2024-12-31T00:00:00Z", "end": "2024-01-01T00:00:00Z"}
KEY = {"name": "i", "type": "int", "generator": {"sequence": {}}}
CYCLE = [
    {"id": "a", "kind": "fact", "pk": "i", "parents": ["b"], "columns": [KEY]},
    {"id": "b", "kind": "fact", "pk": "i", "parents": ["a"], "columns": [KEY]},
]
TIER = "nodes__0__columns__1__generator"


BAD: dict[str, tuple[str | bytes | dict[str, Any], str, str]] = {
    # what is in the file, the problem's code, its pointer
    "not JSON": (b"version: 1.0\nnodes: []\n", "", ""),
    "empty": (b"", "empty", ""),
    "not UTF-8": (b'{"name": "caf\xe9"}', "not-utf8", ""),
    "a schema of another language": ('{"openapi": "3.1.0", "paths": {}}', "not-a-schema", ""),
    "an unknown key": (shop(nodes__0__colour="red"), "unknown-key", "/nodes/0/colour"),
    "an unknown generator": (shop(**{TIER: {"telepathy": {}}}), "unknown-generator", "/nodes/0/columns/1/generator/telepathy"),
    "a wrong type": (shop(nodes__0__rows="many"), "wrong-type", "/nodes/0/rows"),
    "weights that do not match": (
        shop(**{TIER: {"choice": {"choices": ["a", "b", "c"], "weights": [0.5, 0.5]}}}),
        "weights-length",
        "/nodes/0/columns/1/generator/choice/weights",
    ),
    "a dangling reference": (
        shop(nodes__1__columns__1__generator={"lookup": {"from": "visitor.badge"}}),
        "unknown-reference",
        "/nodes/1/columns/1/generator/lookup/from",
    ),
    "a cycle": (shop(nodes=CYCLE, constraints={}), "table-cycle", "/nodes/"),
    "two tables of one name": (shop(nodes=[SHOP["nodes"][0]] * 2, constraints={}), "duplicate-table", "/nodes/1/id"),
    "a name that is no identifier": (shop(nodes__0__columns__1__name="; DROP TABLE"), "bad-name", "/nodes/0/columns/1/name"),
    "a window that ends before it starts": (shop(timeframe=WINDOW), "window-order", "/timeframe"),
    "a million characters": (shop(nodes__0__description="x" * 1_000_000), "too-long", "/nodes/0/description"),
    "10 000 tables": (shop(nodes=[{"id": "a"}] * 10_000), "too-many-tables", "/nodes"),
}


def assert_told(done: Done | subprocess.CompletedProcess[str], code: str, place: str = "") -> None:
    """Check the exit code, and that the problem is told with its code and place; at least one line says what to do."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    lines = done.stderr.rstrip("\n").split("\n")
    assert any(f"[{code}" in line for line in lines), done.stderr
    assert place in "".join(line.strip() for line in lines), done.stderr
    assert len(lines) >= 3
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("name", BAD)
def test_a_bad_schema_is_told_with_place_code_and_hint(tmp_path: Path, name: str) -> None:
    content, code, place = BAD[name]
    path = tmp_path / "bad.json"
    text = json.dumps(content) if isinstance(content, dict) else content
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert_told(datagen("validate", path), code, place)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("validate", "ecomerce.json"), "no-such-file"),
        (("generate", "."), "is-a-folder"),
        (("sample", ECOMMERCE, "--table", "ordr"), "unknown-table"),
        (("sample", ECOMMERCE, "--table", "order", "--rows", "99999:"), "no-such-row"),
        (("sample", ECOMMERCE, "--rows", "0:2", "-n", "5"), "not-together"),
        (("sample", ECOMMERCE, "--format", "csv"), "no-table"),
        (("generate", ECOMMERCE, "--max-rows", "1k"), "too-many-rows"),
        (("chat", "--conversation", "1"), "no-transcript"),
        (("chat", "--from-transcript", ECOMMERCE, "--model", "openai:gpt"), "not-together"),
        (("chat", "a shop", "-m", "a shop"), "not-together"),
        (("chat", "--from-transcript", ECOMMERCE), "no-conversation"),
    ],
)
def test_bad_arguments_are_told_with_code_and_hint(tmp_path: Path, arguments: tuple[object, ...], code: str) -> None:
    (tmp_path / "ecommerce.json").write_text("{}")
    assert_told(datagen(*arguments, cwd=tmp_path), code)


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("generat", "x.json"), "generate"),
        (("sample", "x.json", "--tabel", "order"), "--table"),
        (("generate", "x.json", "--format", "parket"), "--help"),
        (("generate", "x.json", "--seed", "luck"), "--help"),
        (("sample", "x.json", "--rows", "9:3"), "--help"),
        (("chat", "--conversation", "0"), "--help"),
    ],
)
def test_bad_usage_names_what_was_meant_or_where_to_read_on(arguments: tuple[str, ...], meant: str) -> None:
    done = datagen(*arguments)
    assert done.returncode == 2
    assert meant in done.stderr
    assert "Try: datagen" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("generate", ECOMMERCE, "-o"),
        ("validate", ECOMMERCE, "--data", "output", "--report"),
        ("chat", "-m", "a shop", "--model", "random:1", "--transcript"),
        ("chat", "--from-transcript", "shop.md", "--save"),
    ],
)
@pytest.mark.parametrize("place", ["-", ""])
def test_nothing_is_written_to_a_place_called_as_a_stream_or_not_at_all(
    tmp_path: Path, arguments: tuple[object, ...], place: str
) -> None:
    done = datagen(*arguments, place, cwd=tmp_path)
    assert done.returncode == 2
    assert f"argument {'-o/--output' if arguments[-1] == '-o' else arguments[-1]}: " in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("content", "code"), [(b"", "empty"), (b"a\0b", "not-text")])
def test_a_file_without_text_is_told_what_it_should_hold(tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "file").write_bytes(content)
    for arguments, meant in ((("validate",), "a schema"), (("chat", "--from-transcript"), "a conversation")):
        done = datagen(*arguments, tmp_path / "file")
        assert_told(done, code)
        assert meant in done.stderr


def test_data_that_is_a_file_is_not_called_missing() -> None:
    done = datagen("validate", ECOMMERCE, "--data", ECOMMERCE)
    assert_told(done, "no-data")
    assert "is neither a folder nor a DuckDB database" in " ".join(done.stderr.split())


def test_more_rows_than_any_sample_takes_are_refused_with_the_most_that_it_does() -> None:
    done = datagen("sample", ECOMMERCE, "--table", "order", "--format", "csv", "-n", "2M")
    assert done.returncode == 2
    assert "2000000 is not between 1 and 1000000" in " ".join(done.stderr.split())


def test_fifty_billion_rows_are_refused_with_an_estimate(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    path.write_text(json.dumps(shop(nodes__0__rows=50_000_000_000)))
    done = datagen("generate", path, "-o", tmp_path / "out")
    assert_told(done, "too-many-rows", "/nodes")
    assert "150.0 G rows" in done.stderr
    assert "--max-rows" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_row_too_many_is_told_with_figures_that_differ(tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text(json.dumps(shop(nodes__0__rows=33_333_334)))
    done = datagen("generate", tmp_path / "shop.json", "-o", tmp_path / "out")
    assert_told(done, "too-many-rows", "/nodes")
    told = " ".join(done.stderr.split())
    assert "about 100,000,002 rows" in told
    assert "the limit is 100,000,000 rows" in told


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    assert_told(datagen("generate", ECOMMERCE, "-o", tmp_path / "out"), "not-a-folder")
    assert (tmp_path / "out").read_text() == "a file"


def test_files_that_are_not_ours_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "order.parquet").write_text("mine")
    assert_told(datagen("generate", ECOMMERCE, "-o", tmp_path), "in-the-way")
    assert [path.name for path in tmp_path.iterdir()] == ["order.parquet"]


def limited(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_disk_that_takes_no_more_is_told_and_left_as_it_was(tmp_path: Path) -> None:
    done = subprocess.run(
        command("generate", ECOMMERCE, "-o", tmp_path / "out", "--format", "csv"),
        env=environment(),
        preexec_fn=limited(50_000),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert_told(done, "file-too-large")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("arguments", [("sample", ECOMMERCE), ("schema",)])
def test_a_full_disk_behind_standard_output_is_told(arguments: tuple[object, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command(*arguments), env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr.strip().endswith("cannot be written: No space left on device.")


def test_an_error_in_datagen_itself_is_one_line_that_says_what_to_do() -> None:
    code = "import sys, datagen_chat.cli as c; c.command_line = lambda: 1 / 0; sys.exit(c.main([]))"
    options: dict[str, Any] = {"capture_output": True, "text": True, "check": False}
    python = command()[0]
    done = subprocess.run([python, "-c", code], env=environment(), **options)
    assert done.returncode == 70
    assert done.stderr.count("\n") == 1
    assert "ZeroDivisionError" in done.stderr
    assert "DATAGEN_DEBUG=1" in done.stderr
    assert "Traceback" in subprocess.run([python, "-c", code], env=environment(DATAGEN_DEBUG="1"), **options).stderr


def test_a_conversation_without_a_schema_that_was_to_be_saved_is_told(tmp_path: Path) -> None:
    (tmp_path / "talk.md").write_text("**User:** hello\n\n**LLM:** What shall it be about?\n", "utf-8")
    done = datagen("chat", "--from-transcript", "talk.md", "--save", "schemas", cwd=tmp_path)
    assert (done.returncode, "[nothing-to-save]" in done.stderr) == (2, True)
    assert not (tmp_path / "schemas").exists()


@pytest.mark.parametrize(("turn", "is_replayed"), [("Here it is:\n", False), ("**LLM:** Here it is:\n", True)])
def test_a_schema_in_prose_is_told_how_to_be_read(tmp_path: Path, turn: str, is_replayed: bool) -> None:
    schema = Path(ECOMMERCE).read_text("utf-8")
    (tmp_path / "reply.md").write_text(f"{turn}\n```json\n{schema}\n```\n", "utf-8")
    done = datagen("validate", "reply.md", cwd=tmp_path)
    assert (done.returncode, "--from-transcript" in done.stdout + done.stderr) == (2, is_replayed)
