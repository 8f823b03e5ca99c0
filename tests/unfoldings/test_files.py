"""Files of walks and journeys: the same content in every format, whoever writes it, and rows that a sample shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.sinks import FORMATS
from tests.engine.test_run import hashes, write
from tests.unfoldings.schemas import funnelled, walked
from tests.unfoldings.test_walks import records

PlanOf = Callable[..., Plan]


@pytest.mark.parametrize("draft", [walked, funnelled])
def test_every_format_holds_the_same_content_in_blocks_of_any_size(plan_of: PlanOf, tmp_path: Path, draft: Any) -> None:
    usual = hashes(write(plan_of(draft()), tmp_path / "usual"))
    for format_ in FORMATS:
        assert hashes(write(plan_of(draft()), tmp_path / format_, format_, block_rows=97, workers=2)) == usual


def test_a_sample_shows_rows_of_the_file(plan_of: PlanOf, tmp_path: Path) -> None:
    write(plan_of(walked()), tmp_path)
    written = pq.read_table(tmp_path / "scan.parquet").slice(1000, 5)
    shown = records(plan_of(walked()).tables["scan"], range(1000, 1005))
    assert written.column("status").to_pylist() == [row["status"] for row in shown]
    assert written.column("exited_at").cast("int64").to_pylist() == [row["exited_at"] for row in shown]
