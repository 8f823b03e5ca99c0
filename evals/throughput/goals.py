"""What Datagen promises, next to what was measured; a goal without its figures is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .chatting import FIRST_WORDS, PROMPT
from .registry import REFERENCE
from .rounds import Result
from .startup import Startup
from .workload import Size

MILLION = 1_000_000
PEAK_MB, GROWTH = 250.0, 1.2

# Contender, order items, format, and how many times longer it must take for a cell.
FASTER_THAN = (
    ("duckdb-1", 10 * MILLION, "parquet", 2.5),
    ("duckdb-1", 10 * MILLION, "csv", 1.5),
    ("tpchgen-1", 10 * MILLION, "parquet", 5.0),
    ("misata", MILLION, "parquet", 20.0),
    ("faker", MILLION, "parquet", 30.0),
)
SECONDS = {"datagen --help": 0.2, "datagen validate": 0.4, "datagen sample": 0.4, PROMPT: 0.5, FIRST_WORDS: 0.05}


@dataclass(frozen=True, slots=True)
class Goal:
    """One promise: a figure that must be at least, or at most, a limit."""

    promise: str
    limit: float
    measured: float
    at_least: bool

    @property
    def holds(self) -> bool:
        """Whether the figure is on the right side of the limit."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


def goals(results: Sequence[Result], startups: Sequence[Startup]) -> list[Goal]:
    """Return the goals that can be told from these figures."""
    found = {(result.contender.name, result.size.items, result.format): result for result in results}
    seconds = {startup.title: startup.seconds for startup in startups}
    return [*_ratios(found), *_workers(found), *_memory(found), *_startup(seconds)]


_Found = dict[tuple[str, int, str], Result]


def _ratios(found: _Found) -> Iterator[Goal]:
    for name, items, format_, limit in FASTER_THAN:
        mine, theirs = found.get((REFERENCE, items, format_)), found.get((name, items, format_))
        if mine and theirs:
            promise = f"{Size(items)}, {format_}: times faster than {theirs.contender.title}, per cell"
            yield Goal(promise, limit, theirs.ratio(mine), at_least=True)


def _workers(found: _Found) -> Iterator[Goal]:
    one, two = (found.get((name, 10 * MILLION, "parquet")) for name in (REFERENCE, "datagen-2"))
    if one and two:
        yield Goal("10 M, parquet: times faster with 2 workers", 1.5, one.ratio(two), at_least=True)


def _memory(found: _Found) -> Iterator[Goal]:
    mine = [result for (name, items, _), result in found.items() if name == REFERENCE and items >= MILLION]
    if mine:
        yield Goal("memory at any size, MB", PEAK_MB, max(result.peak_bytes for result in mine) / 1e6, at_least=False)
    for format_ in ("parquet", "csv"):
        small, large = (found.get((REFERENCE, items * MILLION, format_)) for items in (10, 100))
        if small and large:
            yield Goal(f"memory at 100 M / 10 M, {format_}", GROWTH, large.peak_bytes / small.peak_bytes, at_least=False)


def _startup(seconds: dict[str, float | None]) -> Iterator[Goal]:
    for title, limit in SECONDS.items():
        measured = seconds.get(title)
        if measured is not None:
            yield Goal(f"seconds of {title}", limit, measured, at_least=False)
