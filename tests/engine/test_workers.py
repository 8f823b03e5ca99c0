"""Several at once: every job is done once, its result comes back, and nobody stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from datagen_chat.engine.plan import Plan
from datagen_chat.engine.run import write_plan
from datagen_chat.engine.shapes import dataset_shape
from datagen_chat.engine.workers import CAN_FORK, Told, in_processes, in_threads
from datagen_chat.problems import OutputError, Problem, SchemaError
from datagen_chat.sinks import sink

Crew = Callable[..., list[Any]]

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="processes are copied on Linux only")

CREWS = pytest.mark.parametrize("crew", [in_threads, in_processes])


@pytest.fixture(autouse=True)
def _nobody_stays() -> Iterator[None]:
    """Hold that no process, no thread and no open file is left."""
    before = _children(), threading.active_count(), sorted(Path("/proc/self/fd").iterdir())
    yield
    assert (_children(), threading.active_count(), sorted(Path("/proc/self/fd").iterdir())) == before


def _children() -> set[int]:
    """Return the processes that this one has started and not taken leave of."""
    found = set()
    for folder in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == os.getpid():
                found.add(int(folder.name))
    return found


def untold(_table: str, _rows: int) -> None:
    """Be told of rows, and do nothing."""


@CREWS
@pytest.mark.parametrize(("jobs", "workers"), [(0, 2), (1, 4), (3, 2), (500, 3)])
def test_results_come_in_the_order_of_their_jobs(crew: Crew, jobs: int, workers: int) -> None:
    assert crew(lambda job, _told: (job, job * job), range(jobs), workers, untold) == [(n, n * n) for n in range(jobs)]


@CREWS
def test_rows_are_told_where_the_work_was_asked_for(crew: Crew) -> None:
    heard: list[tuple[int, str, int]] = []

    def work(job: int, told: Told) -> None:
        for _ in range(3):
            told(f"table {job}", job)

    crew(work, [1, 2, 3], 2, lambda table, rows: heard.append((os.getpid(), table, rows)))
    assert sorted(heard) == [(os.getpid(), f"table {job}", job) for job in (1, 2, 3) for _ in range(3)]


def test_large_results_come_whole() -> None:
    assert in_processes(lambda job, _told: bytes([job]) * 3_000_000, [1, 2, 3], 2, untold) == [
        bytes([job]) * 3_000_000 for job in (1, 2, 3)
    ]


def test_work_is_done_by_copies() -> None:
    changed: list[int] = []

    def work(job: int, _told: Told) -> int:
        changed.append(job)
        return os.getpid()

    assert os.getpid() not in in_processes(work, [1, 2], 2, untold)
    assert changed == []


@CREWS
def test_an_error_is_the_one_that_was_raised(crew: Crew) -> None:
    problem = Problem("/nodes/0", "some-code", "It is wrong.", "Mend it.")

    def work(job: int, _told: Told) -> int:
        if job == 2:
            raise SchemaError([problem])
        return job

    with pytest.raises(SchemaError) as caught:
        crew(work, [1, 2, 3], 2, untold)
    assert caught.value.problems == (problem,)


def test_an_error_of_a_copy_says_where_it_happened() -> None:
    def dividing(_job: int, _told: Told) -> float:
        return 1 / 0

    with pytest.raises(ZeroDivisionError) as caught:
        in_processes(dividing, [1], 1, untold)
    assert "in dividing" in caught.value.__notes__[0]


def test_an_error_that_cannot_be_sent_is_told_as_text() -> None:
    class LocalError(Exception):
        """It has no name that another process could look up."""

    def work(_job: int, _told: Told) -> None:
        raise LocalError("quite odd")

    with pytest.raises(RuntimeError, match="quite odd"):
        in_processes(work, [1], 1, untold)


def test_a_copy_that_is_killed_is_a_problem_with_a_hint() -> None:
    def work(job: int, _told: Told) -> None:
        if job == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    with pytest.raises(OutputError) as caught:
        in_processes(work, range(5), 2, untold)
    assert [problem.code for problem in caught.value.problems] == ["worker-ended"]


@CREWS
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_is_raised_on_being_told_ends_all(crew: Crew, error: BaseException) -> None:
    def work(_job: int, told: Told) -> None:
        while True:
            told("endless", 1)
            time.sleep(0.001)

    def told(_table: str, _rows: int) -> None:
        raise error

    with pytest.raises(type(error)):
        crew(work, [1, 2], 2, told)


def test_copies_end_when_the_process_that_asked_is_killed(tmp_path: Path) -> None:
    script = textwrap.dedent(
        """
        import os, sys, time
        from datagen_chat.engine.workers import in_processes

        def work(job, told):
            open(f"{sys.argv[1]}/{os.getpid()}", "w").close()
            while True:
                told("endless", 1)
                time.sleep(0.01)

        in_processes(work, [1, 2], 2, lambda table, rows: None)
        """
    )
    asking = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)])
    _wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
    asking.kill()
    asking.wait()
    _wait_until(lambda: not any(Path("/proc", path.name).exists() for path in tmp_path.iterdir()))


def _wait_until(holds: Callable[[], bool]) -> None:
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("half a minute was not enough")


def test_several_workers_tell_what_one_tells(plan_of: Callable[..., Plan], tmp_path: Path) -> None:
    told = []
    for workers in (1, 2):
        plan = plan_of(_dividing())
        folder = tmp_path / str(workers)
        folder.mkdir()
        write_plan(plan, sink("parquet").create(folder, dataset_shape(plan)), parallel=True, workers=workers)
        told.append({(one.place, one.code): one.count for one in plan.tellings.all})
    assert told[0] == told[1]
    assert sum(told[0].values()) > 100_000


def _dividing() -> dict[str, Any]:
    """Return a table large enough for two workers, a tenth of whose shares divide by zero."""
    columns = [
        {"name": "id", "type": "int", "generator": {"sequence": {}}},
        {"name": "of", "type": "int", "generator": {"choice": {"choices": list(range(10))}}},
        {"name": "share", "type": "float", "nullable": True, "generator": {"expression": {"code": "id / of"}}},
    ]
    table = {"id": "t", "kind": "entity", "pk": "id", "rows": 1_500_000, "columns": columns}
    return {"version": "1.0", "metadata": {"name": "Shares"}, "nodes": [table]}
