"""Data as Datagen writes it, to be changed in one place: what breaks is known by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read
from datagen_chat.sinks import sink
from datagen_chat.verify.claims import Verification
from datagen_chat.verify.run import verify

Change = Callable[[duckdb.DuckDBPyConnection], object]


def dataset_of(draft: dict[str, Any]) -> Dataset:
    return read(draft).valid()


def write(dataset: Dataset, folder: Path, format_: str = "parquet", seed: int = 42) -> None:
    """Write a dataset without a manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    plan, target = Plan(dataset, seed), sink(format_)
    writer = target.create(folder, dataset_shape(plan))
    write_plan(plan, writer, parallel=False)
    writer.close()


def changed(folder: Path, table: str, sql: str) -> None:
    """Write the file of a table again, with other rows: those of a SELECT over it."""
    path = folder / f"{table}.parquet"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"CREATE TABLE \"{table}\" AS SELECT * FROM read_parquet('{path}')")
        connection.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")


def failing(verification: Verification) -> set[tuple[str, str]]:
    """Return the kind and the place of every claim that failed."""
    return {(finding.claim.kind, finding.claim.place) for finding in verification.failed}


def verified(draft: dict[str, Any], folder: Path) -> Verification:
    return verify(dataset_of(draft), folder)


def loaded(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
