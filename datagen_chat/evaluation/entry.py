"""What comes of one conversation, or one class of faults: the grades, and all that is needed to give them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal, Protocol

from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Usage
from datagen_chat.llm.recording import Call

State = Literal["passed", "failed", "left out"]


@dataclass(frozen=True, slots=True)
class Grade:
    """What one grader says; one that is left out had nothing to look at. The reason is one short sentence."""

    grader: str
    state: State
    reason: str = ""


def passed(grader: str, reason: str = "") -> Grade:
    """Return a grade that is good."""
    return Grade(grader, "passed", reason)


def failed(grader: str, reason: str) -> Grade:
    """Return a grade that is not."""
    return Grade(grader, "failed", reason)


def left_out(grader: str, reason: str) -> Grade:
    """Return what stands where there is nothing to grade."""
    return Grade(grader, "left out", reason)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a log.

    `counts` are summed on the scoreboard. `cost` (dollars) and `seconds` are None where they were not measured: in a replay, or
    where no price is known. `source` says where the replies come from, `error` what broke the conversation off, and
    `drifts` where the program says something else by now than when they were recorded.
    """

    suite: str
    case: str
    model: str = ""
    epoch: int = 0
    tags: tuple[str, ...] = ()
    grades: tuple[Grade, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    usage: Usage | None = None
    cost: float | None = None
    seconds: float | None = None
    source: str = ""
    error: str = ""
    calls: tuple[Call, ...] = ()
    drifts: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str, int]:
        """What tells this entry from the others of a run."""
        return self.suite, self.case, self.model, self.epoch

    def grade(self, grader: str) -> Grade | None:
        """Return what a grader said, None when it was not asked."""
        return next((grade for grade in self.grades if grade.grader == grader), None)


class Job(Protocol):
    """One entry to be; nothing happens before it is run."""

    @property
    def suite(self) -> str:
        """The suite that it belongs to."""

    @property
    def case(self) -> str:
        """What it is about."""

    @property
    def model(self) -> str:
        """Whose replies are graded; empty where nobody is asked."""

    @property
    def epoch(self) -> int:
        """Which of several runs of the same case it is, from 0."""

    def run(self) -> Entry:
        """Return the entry."""
