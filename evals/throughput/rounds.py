"""Every contender makes the same dataset, in turn, several times over: noise on the machine then hits all alike."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from .check import Counted, RejectedError
from .measure import Cost, RunFailedError, cost_of
from .registry import Contender, Job, Place
from .workload import Size, scaled_schema

TENTH = 10
BYTES_PER_ITEM = 150
"""More than any contender's output needs."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Settings:
    """How often each contender runs, how long an impatient one may take, and who is told."""

    runs: int
    longest_seconds: float  # 0: the impatient make a tenth without being tried
    tell: Tell


@dataclass(frozen=True, slots=True)
class Result:
    """What one contender did at one size in one format."""

    contender: Contender
    size: Size
    format: str
    costs: tuple[Cost, ...]
    counted: Counted  # of what was really made
    output_bytes: int
    factor: int = 1  # how many times larger the size is than what was really made

    @property
    def seconds(self) -> float:
        """The median wall time, multiplied if only a part was made."""
        return median(cost.wall_seconds for cost in self.costs) * self.factor

    @property
    def cpu_seconds(self) -> float:
        """The median processor time of all threads, likewise."""
        return median(cost.cpu_seconds for cost in self.costs) * self.factor

    @property
    def peak_bytes(self) -> int:
        """The median of the peaks of resident memory, for what was really made."""
        return round(median(cost.peak_bytes for cost in self.costs))

    @property
    def rows_per_second(self) -> float:
        """Rows of all tables for each second of the median run."""
        return self.counted.rows * self.factor / self.seconds

    @property
    def cells_per_second(self) -> float:
        """Cells of all tables for each second of the median run."""
        return self.counted.cells * self.factor / self.seconds

    def ratio(self, reference: Result) -> float:
        """Return how many times longer a cell took than the reference's in the same round, median over the rounds."""
        mine = (cost.wall_seconds / self.counted.cells for cost in self.costs)
        theirs = (cost.wall_seconds / reference.counted.cells for cost in reference.costs)
        return median(a / b for a, b in zip(mine, theirs, strict=True))


@dataclass(frozen=True, slots=True)
class Skipped:
    """A contender that has no result at one size in one format."""

    contender: Contender
    size: Size
    format: str
    reason: str


def measure(
    size: Size, format_: str, contenders: Sequence[Contender], place: Place, scratch: Path, settings: Settings
) -> list[Result | Skipped]:
    """Return what each contender did, in the order given."""
    job = Job(size, format_, scratch / f"schema-{size.items}.json", scratch / "output")
    job.schema.write_text(json.dumps(scaled_schema(size)))
    outcomes: dict[str, Result | Skipped] = {}
    for contender in contenders:
        reason = _unable(contender, job, place, scratch)
        if reason:
            outcomes[contender.name] = Skipped(contender, size, format_, reason)
        else:
            outcomes[contender.name] = _begin(contender, job, place, settings)
    for number in range(settings.runs):
        for name, outcome in outcomes.items():
            if isinstance(outcome, Result):
                outcomes[name] = _again(outcome, job, place, number, settings.tell)
    return list(outcomes.values())


def warm_up(contenders: Sequence[Contender], place: Place, scratch: Path) -> None:
    """Run everyone once on little, so that programs and libraries are in memory; who fails here will fail again."""
    size = Size(10_000)
    job = Job(size, "parquet", scratch / "schema-warm-up.json", scratch / "output")
    job.schema.write_text(json.dumps(scaled_schema(size)))
    for contender in contenders:
        if contender.absent(place) is None:
            try:
                cost_of(contender.command(place, job))
            except RunFailedError:
                continue
            finally:
                shutil.rmtree(job.folder, ignore_errors=True)


def _unable(contender: Contender, job: Job, place: Place, scratch: Path) -> str | None:
    if job.format not in contender.formats:
        return f"does not apply to {job.format}"
    if job.size.items > contender.largest:
        return f"is measured up to {Size(contender.largest)}"
    if shutil.disk_usage(scratch).free < job.size.items * BYTES_PER_ITEM:
        return f"needs {job.size.items * BYTES_PER_ITEM >> 30} GiB free in {scratch}"
    return contender.absent(place)


def _begin(contender: Contender, job: Job, place: Place, settings: Settings) -> Result | Skipped:
    """Return a result without runs: with a tenth of the work if all of it would take too long."""
    result = Result(contender, job.size, job.format, (), Counted(0, 0), 0)
    if contender.patient:
        return result
    part = replace(result, factor=TENTH)
    if not settings.longest_seconds:
        return part
    tried = _again(part, job, place, 0, settings.tell)
    return tried if isinstance(tried, Skipped) else part if tried.seconds > settings.longest_seconds else result


def _again(result: Result, job: Job, place: Place, number: int, tell: Tell) -> Result | Skipped:
    """Return the result with one more run; its first output is checked."""
    contender = result.contender
    made = replace(job, size=Size(job.size.items // result.factor))
    shutil.rmtree(made.folder, ignore_errors=True)
    try:
        cost = cost_of(contender.command(place, made))
        counted = result.counted if number else contender.check(made)
        size_bytes = sum(file.stat().st_size for file in made.folder.rglob("*") if file.is_file())
    except (RunFailedError, RejectedError) as error:
        tell(f"{contender.title}, {made.size}, {made.format}: {error}")
        return Skipped(contender, job.size, job.format, str(error))
    finally:
        shutil.rmtree(made.folder, ignore_errors=True)
    tell(f"{contender.title}, {made.size}, {made.format}: {cost.wall_seconds:.2f} s")
    return replace(result, costs=(*result.costs, cost), counted=counted, output_bytes=size_bytes * result.factor)
