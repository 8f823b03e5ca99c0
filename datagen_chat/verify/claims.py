"""What a schema claims of its data, each claim with the SQL that asks for it, and what the data says: the verification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, Literal

from datagen_chat.frozen import dataclass
from datagen_chat.verify.questions import Question

Kind = Literal[
    "table",
    "columns",
    "type",
    "rows",
    "null",
    "null-share",
    "decimals",
    "primary-key",
    "foreign-key",
    "unique",
    "range",
    "clamp",
    "bounds",
    "sequence",
    "list",
    "distinct",
    "states",
    "grid",
    "pattern",
    "enum",
    "inequality",
    "window",
    "ascending",
    "fanout",
    "fanout-mean",
    "fanout-shares",
    "shares",
    "law",
    "mean",
    "aggregate",
    "copy",
    "match",
    "expression",
    "check",
    "target",
]
"""What a claim is about."""

State = Literal["holds", "fails", "skipped", "unusable"]
"""What came of a claim: a skipped one says nothing that could be asked, an unusable one could not be asked."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a schema says of its data.

    `at` is the JSON Pointer of the place that says it, `place` that place in words, `table` the table that it is about, empty
    for what is about several. `requirement` says it in words. `sql` asks the data, empty where there is nothing to ask, and
    `why_not` says why. `question` says what the answer means, and `reads` which columns it takes.
    """

    kind: Kind
    at: str
    table: str
    place: str
    requirement: str
    sql: str = ""
    question: Question | None = None
    why_not: str = ""
    reads: tuple[tuple[str, str], ...] = ()

    def asking(self, question: Question, *reads: tuple[str, str]) -> Claim:
        """Return the same claim with its question, and the columns that it asks for."""
        return replace(self, sql=question.sql, question=question, reads=tuple(dict.fromkeys(reads)))

    def skipped(self, why_not: str) -> Claim:
        """Return the same claim as one that nothing can be asked for."""
        return replace(self, sql="", question=None, why_not=why_not)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the data says to a claim.

    `wanted` and `found` are words. `columns` and `rows` are up to five of the rows that break the claim, their keys first.
    """

    claim: Claim
    state: State
    wanted: str = ""
    found: str = ""
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """What the data says to everything that its schema claims.

    `folder` is where the data is, `format` what it is written in. `rows` are the rows of each table that could be read.
    `preamble` are the statements that make the tables of the claims' SQL out of the files. `seed` and `schema_hash` are what
    the manifest of the data says, if there is one. `notes` is what to know beside.
    """

    dataset: str
    folder: str
    format: str
    findings: tuple[Finding, ...]
    preamble: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    seed: int | None = None
    schema_hash: str | None = None
    notes: tuple[str, ...] = ()

    def of(self, *states: State) -> tuple[Finding, ...]:
        """Return the findings in some states."""
        return tuple(finding for finding in self.findings if finding.state in states)

    @property
    def failed(self) -> tuple[Finding, ...]:
        """The claims that do not hold, or could not be asked."""
        return self.of("fails", "unusable")

    @property
    def holds(self) -> bool:
        """Whether nothing failed."""
        return not self.failed
