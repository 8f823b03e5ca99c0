"""Entries summed up: rates with intervals that say how sure they are, by suite, by model and by tag."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from datagen_chat.evaluation.entry import Entry
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Usage

_Z = 1.959963984540054  # the 97.5 % quantile of the normal distribution: intervals of 95 %


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of those that were graded passed, and the interval that the true share lies in with 95 % confidence.

    Source:
        Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """

    passed: int
    graded: int

    @property
    def share(self) -> float | None:
        """The share that passed, None where nothing was graded."""
        return self.passed / self.graded if self.graded else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """The bounds of the interval, None where nothing was graded."""
        if not self.graded:
            return None
        n, p = self.graded, self.passed / self.graded
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z / (1 + _Z**2 / n) * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return max(0.0, middle - half), min(1.0, middle + half)

    def document(self) -> dict[str, Any]:
        """Return this as JSON."""
        return {**asdict(self), "share": self.share, "interval": self.interval}


Rates = Mapping[str, Rate]
"""The rate of each grader, in the order of the graders."""


@dataclass(frozen=True, slots=True)
class Suite:
    """The entries of one suite, summed up.

    `usage` are the tokens as far as anybody counted them. `cost` (dollars) and `seconds` are only of live runs, else None.
    """

    name: str
    entries: tuple[Entry, ...]
    rates: Rates
    models: Mapping[str, Rates]
    tags: Mapping[str, Rates]
    counts: Mapping[str, int]
    usage: Usage | None
    cost: float | None
    seconds: float | None


def summed(entries: Iterable[Entry]) -> tuple[Suite, ...]:
    """Return the suites of a run, in the order in which they come."""
    return tuple(_suite(name, found) for name, found in _grouped(entries, lambda entry: [entry.suite]).items())


def _suite(name: str, entries: Sequence[Entry]) -> Suite:
    counts: dict[str, int] = {}
    for entry in entries:
        for what, count in entry.counts.items():
            counts[what] = counts.get(what, 0) + count
    usages = [entry.usage for entry in entries if entry.usage is not None]
    costs = [entry.cost for entry in entries if entry.cost is not None]
    times = [entry.seconds for entry in entries if entry.seconds is not None]
    return Suite(
        name,
        tuple(entries),
        _rates(entries),
        {
            model: _rates(found)
            for model, found in _grouped(entries, lambda entry: [entry.model] if entry.model else []).items()
        },
        {tag: _rates(found) for tag, found in sorted(_grouped(entries, lambda entry: entry.tags).items())},
        counts,
        sum(usages, Usage()) if usages else None,
        sum(costs) if costs and len(costs) == len(entries) else None,
        sum(times) if times else None,
    )


def _grouped(entries: Iterable[Entry], names_of: Callable[[Entry], Iterable[str]]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        for name in names_of(entry):
            found.setdefault(name, []).append(entry)
    return found


def _rates(entries: Iterable[Entry]) -> Rates:
    passed: dict[str, int] = {}
    graded: dict[str, int] = {}
    for entry in entries:
        for grade in entry.grades:
            passed.setdefault(grade.grader, 0)
            graded.setdefault(grade.grader, 0)
            if grade.state != "left out":
                graded[grade.grader] += 1
                passed[grade.grader] += grade.state == "passed"
    return {grader: Rate(passed[grader], graded[grader]) for grader in graded}


def document(suites: Iterable[Suite]) -> list[dict[str, Any]]:
    """Return suites as JSON."""
    return [
        {
            "suite": suite.name,
            "entries": [_entry(entry) for entry in suite.entries],
            "rates": _plain(suite.rates),
            "models": {model: _plain(rates) for model, rates in suite.models.items()},
            "tags": {tag: _plain(rates) for tag, rates in suite.tags.items()},
            "counts": dict(suite.counts),
            "usage": None if suite.usage is None else asdict(suite.usage),
            "cost": suite.cost,
            "seconds": suite.seconds,
        }
        for suite in suites
    ]


def _plain(rates: Rates) -> dict[str, Any]:
    return {grader: rate.document() for grader, rate in rates.items()}


def _entry(entry: Entry) -> dict[str, Any]:
    grades = {grade.grader: {"state": grade.state, "reason": grade.reason} for grade in entry.grades}
    about = {"case": entry.case, "model": entry.model, "epoch": entry.epoch, "source": entry.source}
    return {**about, "grades": grades, "counts": dict(entry.counts), "drifts": list(entry.drifts)}
