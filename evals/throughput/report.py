"""The results as Markdown, which is also what the terminal shows, and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from .goals import Goal, goals
from .kernels import Kernel
from .language import LanguageRun, Share
from .registry import CORES, REFERENCE
from .rounds import Result, Skipped
from .startup import Startup

MEGA = 1_000_000
LEFT, RIGHT = "<", ">"


@dataclass(frozen=True, slots=True)
class Machine:
    """Where it ran, and how busy the machine was with other things."""

    processor: str
    cores: int
    python: str
    load: float  # processes that wanted to run, the minute before
    began: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was measured."""

    machine: Machine
    versions: dict[str, str]
    runs: int
    outcomes: Sequence[Result | Skipped]
    startups: Sequence[Startup]
    kernels: Sequence[Kernel]
    language: Sequence[LanguageRun] = ()
    shares: Sequence[Share] = ()

    @property
    def results(self) -> list[Result]:
        """The outcomes that have figures."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, Result)]


def this_machine() -> Machine:
    """Return what is known of the machine before the first run."""
    began = datetime.now(UTC).isoformat(timespec="seconds")
    return Machine(_processor(), CORES, platform.python_version(), os.getloadavg()[0], began)


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    lines = about.read_text().splitlines() if about.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as JSON values."""
    references = _references(report)
    return {
        "machine": asdict(report.machine),
        "versions": report.versions,
        "runs": report.runs,
        "results": [_result_json(result, references) for result in report.results],
        "skipped": [
            {
                "contender": skipped.contender.name,
                "items": skipped.size.items,
                "format": skipped.format,
                "reason": skipped.reason,
            }
            for skipped in report.outcomes
            if isinstance(skipped, Skipped)
        ],
        "startup": [asdict(startup) for startup in report.startups],
        "kernels": [asdict(kernel) for kernel in report.kernels],
        "language": [asdict(run) for run in report.language],
        "shares": [asdict(share) for share in report.shares],
        "goals": [asdict(goal) | {"holds": goal.holds} for goal in _goals(report)],
    }


def _result_json(result: Result, references: dict[tuple[int, str], Result]) -> dict[str, Any]:
    reference = references.get((result.size.items, result.format))
    return {
        "contender": result.contender.name,
        "title": result.contender.title,
        "items": result.size.items,
        "format": result.format,
        "extrapolated_from": result.size.items // result.factor if result.factor > 1 else None,
        "rows": result.counted.rows * result.factor,
        "cells": result.counted.cells * result.factor,
        "seconds": result.seconds,
        "cpu_seconds": result.cpu_seconds,
        "rows_per_second": result.rows_per_second,
        "cells_per_second": result.cells_per_second,
        "peak_bytes": result.peak_bytes,
        "output_bytes": result.output_bytes,
        "times_reference": result.ratio(reference) if reference else None,
        "runs": [asdict(cost) for cost in result.costs],
    }


def _references(report: Report) -> dict[tuple[int, str], Result]:
    return {(result.size.items, result.format): result for result in report.results if result.contender.name == REFERENCE}


def _goals(report: Report) -> list[Goal]:
    return goals(report.results, report.startups)


def as_markdown(report: Report) -> str:
    """Return the report as people read it."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    machine = report.machine
    versions = ", ".join(f"{name} {version}" for name, version in sorted(report.versions.items()))
    yield "# Throughput"
    yield ""
    yield f"{machine.began}, {machine.processor}, {machine.cores} cores, load {machine.load:.1f} before the first run."
    yield f"Python {machine.python}, {versions}."
    yield f"Whole processes with start-up, median of {report.runs}, contenders in turn; every output was checked."
    for size, format_ in dict.fromkeys((outcome.size, outcome.format) for outcome in report.outcomes):
        outcomes = [outcome for outcome in report.outcomes if (outcome.size, outcome.format) == (size, format_)]
        yield from ("", f"## {size} order items, {format_}", "")
        yield from _outcome_lines(outcomes, _references(report).get((size.items, format_)))
    yield from _growth_lines(report.results)
    if report.startups:
        rows = [[each.title, f"{each.seconds:.3f}" if each.seconds is not None else each.reason] for each in report.startups]
        yield from ("", "## Start-up", "", *table(["command", "seconds"], rows))
    if report.kernels:
        rows = [[each.column, each.generator, f"{each.nanoseconds:.1f}"] for each in report.kernels]
        yield from ("", "## Generators", "", *table(["column", "made by", "ns a value"], rows, LEFT + LEFT + RIGHT))
    if report.language:
        titles = ["about rows", "seconds", "M rows/s", "M cells/s", "memory MB", "CPU s"]
        yield from ("", "## The whole language", "", *table(titles, [run.row for run in report.language]))
        rows = [[each.generator, f"{each.share:.1%}", f"{each.nanoseconds:.1f}"] for each in report.shares]
        yield from ("", *table(["generator", "share of the time", "ns a value"], rows))
    if named := _goals(report):
        rows = [[goal.promise, f"{goal.limit:g}", f"{goal.measured:.2f}", "yes" if goal.holds else "NO"] for goal in named]
        yield from ("", "## Goals", "", *table(["goal", "limit", "measured", "holds"], rows))


def _outcome_lines(outcomes: Sequence[Result | Skipped], reference: Result | None) -> Iterator[str]:
    titles = ["who", "seconds", "M rows/s", "M cells/s", "memory MB", "output MB", "CPU s", "datagen is faster"]
    results = [outcome for outcome in outcomes if isinstance(outcome, Result)]
    yield from table(titles, [_row(result, reference) for result in results])
    skipped = [outcome for outcome in outcomes if isinstance(outcome, Skipped)]
    if skipped:
        yield ""
    for outcome in skipped:
        yield f"- {outcome.contender.title}: {outcome.reason}"


def _row(result: Result, reference: Result | None) -> list[str]:
    about = "≈ " if result.factor > 1 else ""
    return [
        result.contender.title,
        f"{about}{result.seconds:.2f}",
        f"{result.rows_per_second / MEGA:.2f}",
        f"{result.cells_per_second / MEGA:.1f}",
        f"{'over ' if about else ''}{result.peak_bytes / MEGA:.0f}",
        f"{about}{result.output_bytes / MEGA:.1f}",
        f"{about}{result.cpu_seconds:.2f}",
        f"{result.ratio(reference):.2f} ×" if reference else "",
    ]


def _growth_lines(results: Iterable[Result]) -> Iterator[str]:
    """Yield how peak memory grows from each size to the next, where a contender has both."""
    rows = []
    by_name: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        if result.factor == 1:
            by_name.setdefault((result.contender.title, result.format), []).append(result)
    for (title, format_), several in by_name.items():
        ordered = sorted(several, key=lambda result: result.size.items)
        for small, large in pairwise(ordered):
            peaks = [f"{result.peak_bytes / MEGA:.0f}" for result in (small, large)]
            rows.append(
                [title, format_, f"{small.size} → {large.size}", *peaks, f"{large.peak_bytes / small.peak_bytes:.2f} ×"]
            )
    if rows:
        titles = ["who", "format", "order items", "MB", "MB", "growth"]
        yield from ("", "## Memory growth", "", *table(titles, rows, LEFT * 3 + RIGHT * 3))


def table(titles: Sequence[str], rows: Sequence[Sequence[str]], sides: str = "") -> Iterator[str]:
    r"""Yield the lines of a Markdown table; the first column is set left, the others right, unless `sides` says otherwise.

    >>> print("\n".join(table(["who", "s"], [["a", "10"]])))
    | who |  s |
    | --- | -: |
    | a   | 10 |
    """
    sides = sides or LEFT + RIGHT * (len(titles) - 1)
    least = [3 if side == LEFT else 2 for side in sides]
    widths = [max(n, *(len(row[at]) for row in (titles, *rows))) for at, n in enumerate(least)]
    rule = ["-" * width if side == LEFT else "-" * (width - 1) + ":" for side, width in zip(sides, widths, strict=True)]
    for row in (titles, rule, *rows):
        cells = (f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True))
        yield f"| {' | '.join(cells)} |"
