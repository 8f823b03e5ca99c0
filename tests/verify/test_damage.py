"""Files of data that cannot be read: one problem for each, in plain words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from datagen_chat.problems import ProblemsError
from datagen_chat.verify.damage import unreadable
from datagen_chat.verify.data import DataError, find_data
from tests.verify.mutations import dataset_of, failing, verified, write
from tests.verify.test_mutations import SHOP

FORMATS = ("parquet", "csv", "jsonl", "duckdb")
BYTES = bytes(range(256)) * 400


def turned(content: bytes) -> bytes:
    """Return a file of which every bit of some bytes is another: of the first page of Parquet, in the middle of others."""
    begin = 4 if content.startswith(b"PAR1") else len(content) // 3
    return content[:begin] + bytes(byte ^ 0xFF for byte in content[begin : begin + 2000]) + content[begin + 2000 :]


CUT = {
    "parquet": "breaks off",
    "csv": "has 6 values, but there are 8 columns",  # the half of the file ends within a line
    "jsonl": "is not a JSON object",
    "duckdb": "are damaged",
}
NO_SUCH = {
    "parquet": "it is no Parquet file",
    "csv": "its first line names no columns",
    "jsonl": "line 1 is not a JSON object",
    "duckdb": "it is no DuckDB database",
}
TURNED = {
    "parquet": "it is damaged, or of a kind that DuckDB cannot read",
    "csv": "is not UTF-8",
    "jsonl": "is not UTF-8",
    "duckdb": "are damaged",
}


def customers(folder: Path, format_: str) -> Path:
    """Return the file with the customers of a shop that was written."""
    write(dataset_of(SHOP), folder, format_)
    return folder / ("shop.duckdb" if format_ == "duckdb" else f"customer.{format_}")


def told(folder: Path, file: Path) -> str:
    """Return what is said of one file that cannot be read; each problem is about it."""
    with pytest.raises(DataError) as caught:
        verified(SHOP, folder)
    problems = caught.value.problems
    assert {problem.code for problem in problems} == {"unreadable-data"}
    assert all(problem.message.startswith(f"{file} cannot be read: ") and problem.hint for problem in problems)
    assert not any(raw in problem.message for problem in problems for raw in ("Error", "LINE 1", "read_", "SELECT"))
    return problems[0].message


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (lambda content: content[: len(content) // 2], CUT),
        (lambda _: BYTES, NO_SUCH),
        (lambda content: bytes(len(content)), NO_SUCH),
        (turned, TURNED),
    ],
    ids=["cut", "bytes", "zeros", "turned"],
)
def test_a_damaged_file_is_named_with_what_is_wrong(
    tmp_path: Path, format_: str, changed: Callable[[bytes], bytes], words: dict[str, str]
) -> None:
    file = customers(tmp_path, format_)
    file.write_bytes(changed(file.read_bytes()))
    assert words[format_] in told(tmp_path, file)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_folder_in_place_of_a_file_is_named(tmp_path: Path, format_: str) -> None:
    file = customers(tmp_path, format_)
    file.unlink()
    file.mkdir()
    assert told(tmp_path, file).endswith("it is a folder.")


@pytest.mark.parametrize("format_", ["parquet", "csv", "duckdb"])
def test_an_empty_file_is_named(tmp_path: Path, format_: str) -> None:
    file = customers(tmp_path, format_)
    file.write_bytes(b"")
    assert "it is empty" in told(tmp_path, file)


def test_an_empty_file_of_json_lines_is_a_table_without_rows(tmp_path: Path) -> None:
    customers(tmp_path, "jsonl").write_bytes(b"")
    assert ("rows", "customer") in failing(verified(SHOP, tmp_path))


@pytest.mark.parametrize(
    ("format_", "more", "words"),
    [
        ("csv", b'401,A,"b\n', "line 402 has a quotation mark that is not closed"),
        ("csv", b"401,A,b\xe9,,20,2024-01-01T00:00:00Z,1,a\n", "line 402 is not UTF-8"),
        ("jsonl", b"[1, 2]\n", "line 401 is not a JSON object"),
        ("jsonl", b'{"customer_id": 401, "code": "\xe9"}\n', "line 401 is not UTF-8"),
    ],
)
def test_the_line_that_cannot_be_read_is_named(tmp_path: Path, format_: str, more: bytes, words: str) -> None:
    file = customers(tmp_path, format_)
    file.write_bytes(file.read_bytes() + more)
    assert words in told(tmp_path, file)


def test_every_damaged_file_is_named(tmp_path: Path) -> None:
    write(dataset_of(SHOP), tmp_path)
    for name in ("order", "product"):
        (tmp_path / f"{name}.parquet").write_bytes(b"PAR1 and then nothing of use")
    with pytest.raises(DataError) as caught:
        verified(SHOP, tmp_path)
    assert [problem.message.split(" cannot")[0] for problem in caught.value.problems] == [
        str(tmp_path / f"{name}.parquet") for name in ("product", "order")
    ]


def test_of_parts_the_damaged_one_is_named_and_one_with_other_columns(tmp_path: Path) -> None:
    write(dataset_of(SHOP), tmp_path)
    parts = tmp_path / "customer"
    parts.mkdir()
    (tmp_path / "customer.parquet").rename(parts / "part-00000.parquet")
    second = parts / "part-00001.parquet"
    second.write_bytes(turned((parts / "part-00000.parquet").read_bytes()))
    assert "it is damaged" in told(tmp_path, second)
    duckdb.sql("SELECT 'one' AS customer_id, 2 AS more").write_parquet(str(second))
    assert "it has other columns, or other types, than part-00000.parquet" in told(tmp_path, second)


@contextmanager
def without_rights(path: Path) -> Iterator[None]:
    """Let nobody read a file, this process neither."""
    path.chmod(0)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
        path.chmod(0o600)


def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    file = customers(tmp_path, "csv")
    data = find_data(tmp_path, ["customer", "product"])
    with without_rights(file):
        assert ("no-permission", f"{file} cannot be read: permission is denied.") in {
            (problem.code, problem.message) for problem in unreadable(data)
        }


def test_a_manifest_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").mkdir()
    with pytest.raises(ProblemsError) as caught:
        find_data(tmp_path, ["customer"])
    assert "manifest.json cannot be read" in str(caught.value)
