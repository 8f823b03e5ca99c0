"""Dialects mended: a draft in other people's spelling becomes one in ours, and every edit is told.

All problems of a reading are answered in one pass, deepest first, then the draft is read again; a pass is kept only if it
got further, or left fewer problems. A pass that did not is cut down to the edits that worked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem
from datagen_chat.schema.limits import PROBLEM_LIMIT
from datagen_chat.schema.naming import place
from datagen_chat.schema.places import holder_of
from datagen_chat.schema.read import Json, Reading, read
from datagen_chat.schema.repairs import REPAIRS, Edit
from datagen_chat.schema.repairs.aggregates import allow_nulls, follow_nulls

READING_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Mend:
    """One edit that was made: where, also by name, in answer to which problem code, and a sentence about it."""

    at: str
    place: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Repaired:
    """A draft after its repairs, what they were, and the reading of it."""

    draft: Json
    mends: tuple[Mend, ...]
    reading: Reading


@dataclass(frozen=True, slots=True)
class _Made:
    problem: Problem
    place: str
    edit: Edit
    text: str

    @property
    def mend(self) -> Mend:
        return Mend(self.problem.at, self.place, self.problem.code, self.text)

    @property
    def name(self) -> tuple[str, str, Edit]:
        return self.problem.at, self.problem.code, self.edit


def repair(draft: Json) -> Repaired:
    """Return the draft with its dialect mended; the one given stays as it is. A valid draft comes back unchanged."""
    reading, mends = read(draft), list[Mend]()
    refused: set[tuple[str, str, Edit]] = set()
    quota: int | None = None
    for _ in range(READING_LIMIT):
        if reading.depth in (0, 3):
            break
        trial = copied(draft)
        made = _answer(trial, reading.errors, refused, quota)
        if not made:
            break
        after = follow_nulls(trial, reading) if any(one.edit is allow_nulls for one in made) else read(trial)
        failed = _failed(made, after)
        if not failed and _is_better(after, reading):
            draft, reading, quota = trial, after, None
            mends += [one.mend for one in made]
        elif len(made) == 1 or failed:
            refused |= {one.name for one in (failed or made)}
        else:
            quota = len(made) // 2
    return Repaired(draft, tuple(mends), reading)


def _answer(draft: Json, problems: Sequence[Problem], refused: set[tuple[str, str, Edit]], quota: int | None) -> list[_Made]:
    """Edit the draft, problem by problem: the deepest first, those that shorten lists last, so that all pointers stay true."""
    made: list[_Made] = []
    for problem in sorted(problems, key=lambda problem: (problem.code.startswith("duplicate-"), -problem.at.count("/"))):
        if quota is not None and len(made) >= quota:
            break
        where = place(draft, problem.at)
        for edit in REPAIRS.get(problem.code, ()):
            text = None if (problem.at, problem.code, edit) in refused else _tried(edit, draft, problem)
            if text:
                made.append(_Made(problem, where, edit, text))
                break
    return made


def _tried(edit: Edit, draft: Json, problem: Problem) -> str | None:
    try:
        if problem.code == "missing-key" and _stands(draft, problem.at):
            return None  # an earlier edit of the pass has found it under another name
        return edit(draft, problem)
    except LookupError:  # an earlier edit of the pass has moved the place away
        return None


def _stands(draft: Json, at: str) -> bool:
    holder, key = holder_of(draft, at)
    return key in holder


def _failed(made: Sequence[_Made], after: Reading) -> list[_Made]:
    """Return the edits whose problem is still there."""
    left = {(problem.at, problem.code) for problem in after.errors}
    return [one for one in made if (one.problem.at, one.problem.code) in left]


def _is_better(after: Reading, before: Reading) -> bool:
    """Return whether a pass that answered all that it set out to left the draft nearer to valid."""
    were_cut = len(before.errors) == len(after.errors) == PROBLEM_LIMIT  # those that are gone have only made room for others
    return _measure(after) < _measure(before) or (were_cut and after.depth == before.depth == 1)


def _measure(reading: Reading) -> tuple[int, list[int]]:
    """Return how far a draft is from valid; less is better.

    A later stage counts more than any number of problems. In shape, a problem hides those below it, so that problems are
    counted by their depth and the shallow ones weigh more. A word that is wrong hides all that stands beside it.
    """
    if reading.depth != 1:
        return 3 - reading.depth, [len(reading.errors)]
    counts = Counter(problem.at.count("/") - _is_word(problem) for problem in reading.errors)
    return 2, [counts[depth] for depth in range(max(counts, default=0) + 1)]


def _is_word(problem: Problem) -> bool:
    return problem.code == "unknown-generator" or problem.at.endswith(("/fanout/distribution", "/dwell/distribution"))


def copied(value: Json) -> Any:
    """Return a copy of a JSON value that shares nothing that can change."""
    if isinstance(value, dict):
        return {key: copied(part) for key, part in value.items()}
    return [copied(part) for part in value] if isinstance(value, list) else value
