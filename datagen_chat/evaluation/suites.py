"""The suites, and the jobs of each that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path

from datagen_chat.evaluation.cases import Case, read_cases
from datagen_chat.evaluation.entry import Job
from datagen_chat.evaluation.fault_jobs import FAULTS, damages
from datagen_chat.evaluation.grading import Bench
from datagen_chat.evaluation.playing import RECORDINGS, TRANSCRIPTS, recordings, transcripts
from datagen_chat.frozen import dataclass

OFFLINE = (TRANSCRIPTS, RECORDINGS, FAULTS)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which jobs are asked for: of these suites; of cases whose names match one of the patterns, or of any; of a model."""

    suites: tuple[str, ...] = OFFLINE
    cases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    model: str | None = None

    def takes(self, case: str) -> bool:
        """Return whether a case is asked for."""
        return not self.cases or any(fnmatchcase(case, pattern) for pattern in self.cases)


def chosen_cases(folder: Path, choice: Choice) -> tuple[Case, ...]:
    """Return the cases of a folder that are asked for.

    Raises:
        ProblemsError: a case is wrong, or there are none.
    """
    return tuple(
        case for case in read_cases(folder) if choice.takes(case.id) and (not choice.tags or set(choice.tags) & set(case.tags))
    )


def offline(bench: Bench, choice: Choice, evals: Path, shipped_transcripts: Path) -> Iterator[Job]:
    """Yield the jobs that need no model.

    Raises:
        ProblemsError: a case or a recording is wrong.
    """
    is_of_anybody = not choice.tags and choice.model is None
    if TRANSCRIPTS in choice.suites and is_of_anybody:
        yield from (job for job in transcripts(bench, shipped_transcripts) if choice.takes(job.case))
    if RECORDINGS in choice.suites:
        known = {case.id for case in chosen_cases(evals / "cases", choice)}
        for job in recordings(bench, read_cases(evals / "cases"), evals / "recordings"):
            if job.case in known and (choice.model is None or fnmatchcase(job.model, choice.model)):
                yield job
    if FAULTS in choice.suites and is_of_anybody:
        yield from (job for job in damages(bench.seed) if choice.takes(job.case))


def hash_of(cases: Sequence[Case]) -> str:
    """Return the hash of cases, by which two runs of the same ones are known."""
    return sha256("\n".join(case.model_dump_json() for case in cases).encode()).hexdigest()[:16]
