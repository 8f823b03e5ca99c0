"""Schemas that a model wrote keep what they claim, in every format and at several seeds."""

from __future__ import annotations

from pathlib import Path

import pytest

from datagen_chat.verify.run import verify
from tests.verify.mutations import dataset_of, loaded, write

DATA = Path(__file__).parents[1] / "data"
SEEDS = {"parquet": 1, "csv": 2**40, "jsonl": -3, "duckdb": 4}


@pytest.mark.parametrize("name", ["ecommerce", "saas", "iot"])
@pytest.mark.parametrize("format_", SEEDS)
def test_its_data_keeps_every_claim(name: str, format_: str, tmp_path: Path) -> None:
    dataset = dataset_of(loaded(DATA / f"{name}.json"))
    write(dataset, tmp_path, format_, SEEDS[format_])
    found = verify(dataset, tmp_path)
    assert found.failed == ()
    assert found.format == format_
    assert len(found.of("holds")) > 30
