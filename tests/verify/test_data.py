"""Which files are taken for the data of a schema, where no manifest says so, and what is said of the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from datagen_chat.sinks.manifest import MANIFEST, FileEntry, Manifest, TableEntry, write_manifest
from datagen_chat.verify.data import DataError, find_data

TABLES = ("customer", "order")


def folder(path: Path, *names: str) -> Path:
    """Return a folder with empty files."""
    for name in names:
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).touch()
    return path


def refused(path: Path, format_: str | None = None) -> tuple[str, str, str]:
    """Return code, message and hint of the problem that there is; the message without the folder."""
    with pytest.raises(DataError) as caught:
        find_data(path, TABLES, format_)
    [problem] = caught.value.problems
    assert problem.message.startswith(str(path))
    return problem.code, problem.message.removeprefix(f"{path} "), problem.hint


def test_a_table_in_several_formats_is_asked_about(tmp_path: Path) -> None:
    folder(tmp_path, "customer.csv", "customer.parquet", "order.csv", "order.parquet", "other.jsonl")
    words = "holds customer as Parquet and as CSV, and so is 1 other table."
    assert refused(tmp_path) == ("several-formats", words, "Say which is meant: --format parquet or --format csv.")


@pytest.mark.parametrize("format_", ["csv", "parquet"])
def test_the_format_that_is_named_is_read_and_the_files_of_others_are_told(tmp_path: Path, format_: str) -> None:
    folder(tmp_path, "customer.csv", "customer.parquet", "order.csv", "order/part-00000.parquet", "notes.txt")
    data = find_data(tmp_path, TABLES, format_)
    assert data.format == format_
    read = {file.relative_to(tmp_path).as_posix() for files in data.files.values() for file in files}
    if format_ == "csv":
        assert read == {"customer.csv", "order.csv"}
        assert data.left_out == ("customer.parquet", "order/part-*.parquet")
    else:
        assert read == {"customer.parquet", "order/part-00000.parquet"}
        assert data.notes == ("The data is read as Parquet, so that other files are left out: customer.csv, order.csv.",)


def test_tables_in_formats_of_their_own_are_told_where_they_are_left_out(tmp_path: Path) -> None:
    folder(tmp_path, "customer.parquet", "order.csv", "shop.duckdb")
    data = find_data(tmp_path, TABLES)
    assert list(data.files) == ["customer"]
    assert data.left_out == ("order.csv", "shop.duckdb")
    assert find_data(tmp_path, TABLES, "duckdb").left_out == ("customer.parquet", "order.csv")


def test_a_file_beside_parts_of_the_same_table_is_asked_about(tmp_path: Path) -> None:
    folder(tmp_path, "customer.csv", "order.csv", "order/part-00000.csv")
    words = "holds order twice: as order.csv, and as parts in the folder order."
    assert refused(tmp_path) == ("several-files", words, "Move away what is not meant.")


def test_several_databases_are_asked_about(tmp_path: Path) -> None:
    folder(tmp_path, "a.duckdb", "b.duckdb")
    words = "holds several DuckDB databases: a.duckdb, b.duckdb."
    assert refused(tmp_path) == ("several-files", words, "Name the one that is meant, with its folder.")


@pytest.mark.parametrize(
    ("format_", "words", "hint"),
    [
        ("jsonl", "holds no data of this schema as JSON Lines.", "Name a folder with customer.jsonl."),
        ("duckdb", "holds no data of this schema as a DuckDB database.", "Name a folder with one DuckDB database."),
    ],
)
def test_a_format_that_is_not_there_is_a_problem(tmp_path: Path, format_: str, words: str, hint: str) -> None:
    folder(tmp_path, "customer.csv", "order.csv")
    assert refused(tmp_path, format_) == ("no-data", words, hint)


def test_a_database_is_no_other_format(tmp_path: Path) -> None:
    file = folder(tmp_path, "shop.duckdb") / "shop.duckdb"
    code, words, _ = refused(file, "csv")
    assert (code, words) == ("not-together", "is a DuckDB database, and not CSV.")
    assert find_data(file, TABLES, "duckdb").format == "duckdb"


def test_files_that_changed_since_they_were_written_are_told(tmp_path: Path) -> None:
    tables = []
    for name in TABLES:
        (tmp_path / f"{name}.csv").write_text("id\n1\n")
        tables.append(TableEntry(name, 1, (), (FileEntry(f"{name}.csv", 5),), ""))
    write_manifest(Manifest("shop", "csv", "", 1, {}, tuple(tables)), tmp_path / MANIFEST)
    assert find_data(tmp_path, TABLES).notes == ()
    (tmp_path / "order.csv").write_text("id\n1\n2\n")
    assert find_data(tmp_path, TABLES).notes == ("Files have other sizes than when they were written: order.csv.",)
