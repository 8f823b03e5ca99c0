"""Data in text: what is written is read as it is meant, and what is written otherwise is found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
