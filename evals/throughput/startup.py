"""How long commands take that make next to nothing: what a person waits for after pressing enter."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from statistics import median

from .measure import RunFailedError, cost_of
from .registry import Place
from .workload import SCHEMA


@dataclass(frozen=True, slots=True)
class Startup:
    """The median of some runs of one command; without runs, the reason."""

    title: str
    seconds: float | None
    reason: str = ""


def measure_startup(place: Place, runs: int) -> list[Startup]:
    """Return the median wall time of each command, the commands run in turn."""
    commands = {"python -c pass": [sys.executable, "-c", "pass"]}
    if place.datagen:
        for title, rest in {
            "--help": ["--help"],
            "validate": ["validate", str(SCHEMA)],
            "sample": ["sample", str(SCHEMA)],
        }.items():
            commands[f"datagen {title}"] = [*place.datagen, *rest]
    times: dict[str, list[float]] = {title: [] for title in commands}
    reasons: dict[str, str] = {}
    for number in range(runs + 1):  # the first run only warms up
        for title, command in commands.items():
            try:
                seconds = cost_of(command).wall_seconds
            except RunFailedError as error:
                reasons[title] = str(error)
            else:
                times[title] += [seconds] if number else []
    return [Startup(title, median(times[title]) if times[title] else None, reasons.get(title, "")) for title in commands]
