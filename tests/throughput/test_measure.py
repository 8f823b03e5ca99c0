import sys
from pathlib import Path

import pytest

from evals.throughput.check import Counted
from evals.throughput.measure import Cost, RunFailedError, cost_of
from evals.throughput.registry import CONTENDERS
from evals.throughput.rounds import Result
from evals.throughput.workload import Size

MEGA = 1_000_000


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_the_cost_of_a_run_is_that_of_the_command() -> None:
    cost = cost_of(python("import time; held = bytearray(200_000_000); time.sleep(0.3)"))

    assert 0.3 < cost.wall_seconds < 10
    assert cost.cpu_seconds < cost.wall_seconds
    assert 200 * MEGA < cost.peak_bytes < 260 * MEGA


def test_the_memory_of_the_benchmark_itself_is_not_counted() -> None:
    held = bytearray(300_000_000)

    cost = cost_of(python("pass"))

    assert held
    assert cost.peak_bytes < 60 * MEGA


def test_a_run_that_fails_says_why() -> None:
    with pytest.raises(RunFailedError, match="out of cheese"):
        cost_of(python("raise SystemExit('out of cheese')"))


def test_a_command_that_does_not_exist_says_so() -> None:
    with pytest.raises(RunFailedError, match="No such file"):
        cost_of(["/does/not/exist"])


def test_a_run_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    late = tmp_path / "late"
    slow = f"import time, pathlib; time.sleep(3); pathlib.Path({str(late)!r}).touch()"

    with pytest.raises(RunFailedError, match="more than 1 s"):
        cost_of(python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {slow!r}])"), timeout_seconds=1)

    assert not late.exists()


def test_a_ratio_is_per_cell_and_round_by_round() -> None:
    def result(cells: int, *seconds: float) -> Result:
        costs = tuple(Cost(wall, wall, 1) for wall in seconds)
        return Result(CONTENDERS[0], Size(1000), "csv", costs, Counted(1, cells), 1)

    # Seconds for 100 cells: 4, 20, 6 against 1, 10, 3, so 4, 2 and 2 times as long; the slow round hit both.
    assert result(200, 8, 40, 12).ratio(result(100, 1, 10, 3)) == 2


def test_a_part_of_the_work_is_multiplied() -> None:
    result = Result(CONTENDERS[0], Size(1000), "csv", (Cost(6.0, 5.0, 7),), Counted(150, 750), 1, factor=10)

    assert result.seconds == 60
    assert result.rows_per_second == 25
    assert result.peak_bytes == 7


def test_python_keeps_what_it_compiles_as_an_installation_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    cost_of(python("import sys; sys.exit(sys.dont_write_bytecode)"))
