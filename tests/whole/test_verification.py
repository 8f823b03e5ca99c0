"""The output of any schema keeps everything that the schema claims, in every format."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings

from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.problems import SchemaError
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import read
from datagen_chat.sinks import sink
from datagen_chat.verify.run import verify
from tests.whole.schemas import schemas

FORMATS = ("parquet", "csv", "jsonl", "duckdb")
few = settings(max_examples=4, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck))


def written(dataset: Dataset, folder: Path, format_: str) -> Plan:
    plan, target = Plan(dataset, 42), sink(format_)
    writer = target.create(folder, dataset_shape(plan))
    try:
        write_plan(plan, writer, parallel=False)
    except SchemaError:  # what only the rows decide: a table that came out empty
        assume(False)
    writer.close()
    return plan


@pytest.mark.parametrize("format_", FORMATS)
def test_whatever_a_schema_says_its_own_output_keeps_but_for_what_was_told(format_: str) -> None:
    @few
    @given(schemas())
    def keeps(draft: dict[str, Any]) -> None:
        dataset = read(draft).dataset
        assume(dataset is not None)
        assert dataset is not None
        with TemporaryDirectory() as folder:
            plan = written(dataset, Path(folder), format_)
            told = {telling.place for telling in plan.tellings.all}  # an order that nothing keeps, a window without a tick
            failed = [finding for finding in verify(dataset, Path(folder)).failed if finding.claim.place not in told]
        assert failed == []

    keeps()
