import doctest
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
REASONS = ("not installed: ", "there is no datagen command", "does not apply to ")


def test_the_benchmark_runs_and_accepts_every_output(tmp_path: Path) -> None:
    output = tmp_path / "results.json"
    command = [sys.executable, "-m", "evals.throughput", "--quick", "--scratch", str(tmp_path), "--output", str(output)]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)

    assert done.returncode == 0, done.stderr
    found = json.loads(output.read_text())
    assert {(result["contender"], result["format"]) for result in found["results"]} >= {
        ("duckdb-1", "parquet"),
        ("duckdb-1", "csv"),
    }
    assert [skipped for skipped in found["skipped"] if not skipped["reason"].startswith(REASONS)] == []
    assert all(result["cells"] > 500_000 and result["seconds"] > 0 for result in found["results"])
    assert [run["workers"] for run in found["language"]] == [1, 2]
    assert all(75_000 < run["counted"]["rows"] < 125_000 for run in found["language"])
    assert {"aggregate", "case", "expression"} < {share["generator"] for share in found["shares"]}
    assert output.with_suffix(".md").read_text() in done.stdout
    assert list(tmp_path.glob("datagen-bench-*")) == []


@pytest.mark.parametrize("name", ["workload", "kernels", "report"])
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(f"evals.throughput.{name}"))

    assert tried
    assert not failed
