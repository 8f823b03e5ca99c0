"""Data in text: what is written is read as it is meant, and what is written otherwise is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.verify.mutations import failing, verified


def people(*columns: dict[str, Any], rows: int = 3) -> dict[str, Any]:
    """Return a schema of one table with a key and some columns."""
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    node = {"id": "person", "kind": "entity", "pk": "id", "rows": rows, "columns": [key, *columns]}
    return {"version": "1.0", "metadata": {"name": "people"}, "nodes": [node]}


def test_line_feeds_within_quotes_are_read_in_files_of_any_size(tmp_path: Path) -> None:
    address = "\n".join(f"line {number}, {'x' * 30}" for number in range(5))
    draft = people({"name": "address", "type": "string", "generator": {"constant": {"value": address}}}, rows=100_000)
    with (tmp_path / "person.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("id,address\n")
        file.writelines(f'{number},"{address}"\n' for number in range(1, 100_001))
    assert failing(verified(draft, tmp_path)) == set()


VALUES = people(
    {"name": "size", "type": "float", "generator": {"distribution": {"type": "normal", "params": {"mu": 0, "sigma": 9}}}},
    {"name": "is_new", "type": "bool", "generator": {"expression": {"code": "id > 1"}}},
    {"name": "born", "type": "datetime", "generator": {"expression": {"code": "datetime('2024-01-05T10:00:00Z') + days(id)"}}},
)  # fmt: skip


def rows_of(size: str = "1.5", is_new: str = "true", born: str = "2024-01-07T10:00:00Z") -> str:
    """Return CSV whose second row has these values."""
    rows = ("1,0.1,false,2024-01-06T10:00:00Z", f"2,{size},{is_new},{born}", "3,2.0,true,2024-01-08T10:00:00Z")
    return "\n".join(("id,size,is_new,born", *rows, ""))


@pytest.mark.parametrize(
    "value",
    [
        {"size": "1.5e0"},
        {"size": "+.5"},
        {"size": "-3."},
        {"is_new": "TRUE"},
        {"born": "2024-01-07 10:00:00"},
        {"born": "2024-01-07T12:00:00+02:00"},
        {"born": "2024/01/07 10:00"},
    ],
    ids=str,
)
def test_a_value_may_be_written_in_several_ways(value: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text(rows_of(**value))
    assert failing(verified(VALUES, tmp_path)) == set()


@pytest.mark.parametrize(
    "value",
    [
        {"size": "1_000"},
        {"size": " 1.5"},
        {"size": '"1,5"'},
        {"size": "0x1p3"},
        {"is_new": "1"},
        {"born": "epoch"},
        {"born": "infinity"},
        {"born": "07.01.2024 10:00"},
        {"born": "1704621600"},
    ],
    ids=str,
)
def test_a_text_that_is_no_value_of_its_type_is_found(value: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text(rows_of(**value))
    [name] = value
    assert ("type", f"person.{name}") in failing(verified(VALUES, tmp_path))


def test_a_column_that_the_header_gives_no_name_is_one_too_many(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [1, 2, 3]})
    frame.to_csv(tmp_path / "person.csv")  # with its index
    [finding] = verified(people(), tmp_path).failed
    assert (finding.claim.kind, finding.found) == ("columns", "also column 1, not in the schema")


def test_a_first_line_that_is_blank_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("\n" + rows_of())
    [finding] = verified(VALUES, tmp_path).failed
    assert finding.found == "the first line of person.csv names no columns"
