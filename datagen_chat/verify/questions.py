"""Questions that a claim asks of the data: aggregates over a source of rows, and what they must come to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from datagen_chat.frozen import dataclass
from datagen_chat.sql import literal, quoted
from datagen_chat.verify.reading import fits
from datagen_chat.verify.sql import listed
from datagen_chat.verify.tolerances import mean_margin, share_bounds
from datagen_chat.words import ColumnType


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the data keeps what was asked for; what was wanted, and what was found, in words."""

    holds: bool
    wanted: str
    found: str


class Question(Protocol):
    """What is asked. Those of one source are asked together, in one pass over it."""

    @property
    def source(self) -> str:
        """What stands after FROM."""

    @property
    def sql(self) -> str:
        """The statement that asks this question alone."""

    @property
    def measures(self) -> tuple[str, ...]:
        """The aggregates of the source that are needed."""

    @property
    def tests(self) -> int:
        """How many numbers are held against a statistical tolerance."""

    def judge(self, values: Sequence[Any], tests: int) -> Answer:
        """Return the answer that the values of the measures are, there being so many tests of the dataset."""


@dataclass(frozen=True, slots=True)
class NoRow:
    """That no row of a source breaks a condition; of those that do, some columns are shown."""

    source: str
    broken: str
    shown: tuple[str, ...]
    tests: int = 0

    @property
    def sql(self) -> str:
        """The rows that break it."""
        return f"SELECT {listed(self.shown)} FROM {self.source} WHERE {self.broken}"  # noqa: S608 - built of quoted names and literals

    @property
    def measures(self) -> tuple[str, ...]:
        """How many rows break it."""
        return (f"count(*) FILTER (WHERE {self.broken})",)

    def judge(self, values: Sequence[Any], tests: int) -> Answer:  # noqa: ARG002 - exact
        """Return that it holds where no row breaks it."""
        count = int(values[0] or 0)
        return Answer(not count, "no row", "no row" if not count else f"{count:,} {'row' if count == 1 else 'rows'}")


@dataclass(frozen=True, slots=True)
class Exactly:
    """That an aggregate is one number."""

    source: str
    measure: str
    number: int
    unit: str
    tests: int = 0

    @property
    def sql(self) -> str:
        """The aggregate."""
        return f"SELECT {self.measure} FROM {self.source}"  # noqa: S608 - built of quoted names and literals

    @property
    def measures(self) -> tuple[str, ...]:
        """The aggregate."""
        return (self.measure,)

    def judge(self, values: Sequence[Any], tests: int) -> Answer:  # noqa: ARG002 - exact
        """Return that it holds where the number is met."""
        return Answer(values[0] == self.number, f"{self.number:,} {self.unit}", f"{values[0]:,} {self.unit}")


@dataclass(frozen=True, slots=True)
class Stored:
    """That a column is stored as values of its type."""

    source: str
    column: str
    type: ColumnType
    tests: int = 0

    @property
    def sql(self) -> str:
        """The type that it is stored as."""
        return f"SELECT column_type FROM {self.source} WHERE column_name = {literal(self.column)}"  # noqa: S608 - quoted

    @property
    def measures(self) -> tuple[str, ...]:
        """The type that it is stored as."""
        return (f"max(column_type) FILTER (WHERE column_name = {literal(self.column)})",)

    def judge(self, values: Sequence[Any], tests: int) -> Answer:  # noqa: ARG002 - exact
        """Return that it holds where the type fits."""
        return Answer(fits(str(values[0]), self.type), self.type, str(values[0]))


@dataclass(frozen=True, slots=True)
class Share:
    """A condition on rows, what it is called, and the share of rows that is expected to meet it."""

    label: str
    condition: str
    share: float


@dataclass(frozen=True, slots=True)
class Shares:
    """That conditions are met by as many of some independent rows as is expected, within a statistical tolerance."""

    source: str
    among: str
    shares: tuple[Share, ...]

    @property
    def tests(self) -> int:
        """One for each share."""
        return len(self.shares)

    @property
    def sql(self) -> str:
        """The number of rows, and how many meet each condition."""
        names = ("rows", *(share.label or "empty text" for share in self.shares))  # no column can be called ""
        asked = listed(f"{measure} AS {quoted(name)}" for measure, name in zip(self.measures, names, strict=True))
        return f"SELECT {asked} FROM {self.source}"  # noqa: S608 - built of quoted names and literals

    @property
    def measures(self) -> tuple[str, ...]:
        """The number of rows, and how many meet each condition."""
        conditions = (self.among, *(f"{self.among} AND {share.condition}" for share in self.shares))
        return tuple(f"count(*) FILTER (WHERE {condition})" for condition in conditions)

    def judge(self, values: Sequence[Any], tests: int) -> Answer:
        """Return that it holds where all shares are within their bounds; the one that is farthest out, or first, is told."""
        rows, counts = int(values[0]), [int(value) for value in values[1:]]
        if not rows:
            return Answer(True, "shares of rows", "no rows to take them of")
        told, holds, worst = Answer(True, "", ""), True, -1.0
        for share, count in zip(self.shares, counts, strict=True):
            low, high = share_bounds(share.share, rows, tests)
            found = count / rows
            beyond = max(low - found, found - high)
            is_within = beyond <= 1e-12
            holds &= is_within
            if not told.wanted or (not is_within and beyond > worst):
                worst = max(beyond, worst)
                label = f" {share.label}" if share.label else ""
                told = Answer(holds, f"{_percent(low)} to {_percent(high)}{label}", f"{_percent(found)}{label}")
        return Answer(holds, told.wanted, told.found)


def _percent(share: float) -> str:
    """Return a share in percent.

    >>> _percent(0.5), _percent(0.0123456), _percent(1)
    ('50 %', '1.235 %', '100 %')
    """
    return f"{share * 100:.4g} %"


@dataclass(frozen=True, slots=True)
class Mean:
    """That the mean of independent rows is what is expected, within a statistical tolerance.

    No row is farther from the mean than `reach`; `slack` is what rounding of the values can make of it.
    """

    source: str
    among: str
    value: str
    mean: float
    deviation: float
    reach: float
    slack: float = 0.0
    tests: int = 1

    @property
    def sql(self) -> str:
        """The number of rows, and the mean."""
        return f"SELECT {listed(self.measures)} FROM {self.source}"  # noqa: S608 - built of quoted names and literals

    @property
    def measures(self) -> tuple[str, ...]:
        """The number of rows, and the mean."""
        return f"count(*) FILTER (WHERE {self.among})", f"avg({self.value}) FILTER (WHERE {self.among})"

    def judge(self, values: Sequence[Any], tests: int) -> Answer:
        """Return that it holds where the mean is within its bounds."""
        rows, found = int(values[0]), values[1]
        margin = mean_margin(self.deviation, self.reach, rows, tests) + self.slack
        if not rows or found is None:
            return Answer(True, "a mean of rows", "no rows to take it of")
        wanted = f"{self.mean - margin:.5g} to {self.mean + margin:.5g} on average"
        return Answer(abs(float(found) - self.mean) <= margin, wanted, f"{float(found):.5g} on average")
