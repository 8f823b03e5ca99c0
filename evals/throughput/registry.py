"""Who takes part: what each needs, how it is called, and how its output is checked."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from .check import Counted, check_ecommerce, check_tpch
from .workload import Size

SCRIPTS = Path(__file__).with_name("contenders")
TPCH_ITEMS_PER_SCALE = 15_000_000
"""Order items for which the e-commerce dataset has as many cells as TPC-H at scale factor 1: 116.6 of 7.76 per item."""

_VERSIONS = """
import importlib.metadata as m, json, sys
found = {}
for name in sys.argv[1:]:
    try: found[name] = m.version(name)
    except m.PackageNotFoundError: pass
print(json.dumps(found))
"""


@dataclass(frozen=True, slots=True)
class Job:
    """One dataset to be made."""

    size: Size
    format: str
    schema: Path  # the e-commerce schema at this size
    folder: Path  # where the output belongs; it does not exist yet

    @property
    def tpch_scale(self) -> float:
        """The TPC-H scale factor with as many cells."""
        return self.size.items / TPCH_ITEMS_PER_SCALE


@dataclass(frozen=True, slots=True)
class Place:
    """Where commands are found: Datagen's, and the Python that has the peers, with the versions of what it has."""

    datagen: tuple[str, ...] | None
    python: Path
    versions: Mapping[str, str]


Command = Callable[[Place, Job], list[str]]
Check = Callable[[Job], Counted]


def _checked(*free: str) -> Check:
    return lambda job: check_ecommerce(job.folder, job.format, job.size, frozenset(free))


_AS_ASKED = _checked()


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to make the tables."""

    name: str
    title: str
    needs: str  # the distribution on PyPI; "datagen" is this repository
    command: Command
    formats: tuple[str, ...] = ("parquet", "csv")
    largest: int = 1_000_000_000  # order items
    patient: bool = True  # False: a tenth is made, and multiplied, where all of it would take too long
    check: Check = _AS_ASKED

    def absent(self, place: Place) -> str | None:
        """Return why it cannot take part, if it cannot."""
        if self.needs == "datagen":
            return None if place.datagen else "there is no datagen command yet"
        return None if self.needs in place.versions else f"not installed: {self.needs}"


def _datagen(workers: int) -> Command:
    def command(place: Place, job: Job) -> list[str]:
        assert place.datagen is not None
        options = ["--seed", "42", "--format", job.format, "--workers", str(workers), "--max-rows", MOST_ROWS]
        return [*place.datagen, "generate", str(job.schema), "-o", str(job.folder), *options]

    return command


def _script(name: str, *before: str, after: tuple[str, ...] = ()) -> Command:
    def command(place: Place, job: Job) -> list[str]:
        values = [str(job.size.customers), job.format, str(job.folder)]
        return [str(place.python), str(SCRIPTS / name), *before, *values, *after]

    return command


def _tpchgen(threads: int) -> Command:
    def command(place: Place, job: Job) -> list[str]:
        binary = str(place.python.with_name("tpchgen-cli"))
        options = ["-s", str(job.tpch_scale), "-n", str(threads), "-q", "-o", str(job.folder)]
        return [binary, job.format, *options]

    return command


def _tpch_checked(job: Job) -> Counted:
    return check_tpch(job.folder, job.format, job.tpch_scale)


ONE = ("--threads", "1")
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
MOST_ROWS = "2000000000"
REFERENCE = "datagen-1"
MILLIONS = 10_000_000
CONTENDERS = (
    Contender("datagen-1", "datagen, 1 worker", "datagen", _datagen(1)),
    Contender("datagen-2", "datagen, 2 workers", "datagen", _datagen(2)),
    Contender("duckdb-1", "DuckDB SQL, 1 thread", "duckdb", _script("duckdb_sql.py", after=ONE)),
    Contender("duckdb", f"DuckDB SQL, {CORES} threads", "duckdb", _script("duckdb_sql.py")),
    Contender(
        "duckdb-tuned-1",
        "DuckDB SQL, tuned Parquet, 1 thread",
        "duckdb",
        _script("duckdb_sql.py", after=(*ONE, "--tuned")),
        formats=("parquet",),
    ),
    Contender(
        "duckdb-tuned",
        f"DuckDB SQL, tuned Parquet, {CORES} threads",
        "duckdb",
        _script("duckdb_sql.py", after=("--tuned",)),
        formats=("parquet",),
    ),
    Contender("tpchgen-1", "tpchgen-cli (TPC-H), 1 thread", "tpchgen-cli", _tpchgen(1), largest=MILLIONS, check=_tpch_checked),
    Contender(
        "tpchgen",
        f"tpchgen-cli (TPC-H), {CORES} threads",
        "tpchgen-cli",
        _tpchgen(CORES),
        largest=MILLIONS,
        check=_tpch_checked,
    ),
    Contender(
        "misata",
        "misata",
        "misata",
        _script("misata_schema.py"),
        largest=1_000_000,
        patient=False,
        check=_checked("order_date"),  # misata moves orders past their customer's sign-up
    ),
    Contender("mimesis", "mimesis script", "mimesis", _script("row_loops.py", "mimesis"), largest=1_000_000, patient=False),
    Contender("faker", "Faker script", "faker", _script("row_loops.py", "faker"), largest=1_000_000, patient=False),
)


def find_place(python: Path) -> Place:
    """Return where Datagen and its peers are; the peers are in `python`, Datagen beside the running Python."""
    names = sorted({contender.needs for contender in CONTENDERS} | {"numpy", "pandas", "pyarrow"})
    found = subprocess.run([str(python), "-c", _VERSIONS, *names], check=True, capture_output=True, text=True)
    return Place(_find_datagen(), python, json.loads(found.stdout))


def _find_datagen() -> tuple[str, ...] | None:
    if not importlib.util.find_spec("datagen_chat.cli"):
        return None
    script = Path(sys.executable).with_name("datagen")
    if script.exists():
        return (str(script),)
    return (sys.executable, "-c", "from datagen_chat.cli import run_and_leave; run_and_leave()")
