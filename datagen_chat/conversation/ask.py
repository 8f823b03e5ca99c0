"""What a model is told when its reply holds no valid schema: what is wrong, where, and what to send instead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Protocol

from datagen_chat.problems import Problem
from datagen_chat.schema.naming import place


class TriedCheck(Protocol):
    """A check that does not hold, as it is told."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def requirement(self) -> str:
        """What it asks for, in words."""

    @property
    def sql(self) -> str:
        """Its query."""

    @property
    def state(self) -> str:
        """Whether it `fails`, or is `unusable`."""

    @property
    def wanted(self) -> str:
        """What the query must give."""

    @property
    def found(self) -> str:
        """What it gives, or why it cannot be asked."""

    @property
    def is_constraint(self) -> bool:
        """Whether it is one of the schema's constraints, whose query gives the rows that break it."""


class Remark(Protocol):
    """What a reviewer would say, as it is told."""

    @property
    def message(self) -> str:
        """What is so, with its number."""

    @property
    def remedy(self) -> str:
        """What to write instead."""


class NotHeld(Protocol):
    """A statement of a person that the schema does not hold, as it is told."""

    @property
    def quote(self) -> str:
        """The person's words."""

    @property
    def reason(self) -> str:
        """What the schema has instead."""


PROBLEM_LIMIT = 10
_PLACES = 3
_WIDTH = 400

NOW = "This is the schema as it is now, with what I changed in it myself:"
LEFT_ASIDE = "In passing: the JSON in your last reply was no schema and no change to one; nothing was taken from it."
NOT_HELD = "Asked for and not yet held:"
_PARTS = "Reply with one ```json datagen block that holds only the corrected parts."
_ONLY_IF = "correct a check only if it does not ask for what I wanted, or contradicts what I changed myself."
_DATA = f"{_PARTS} Correct the schema; {_ONLY_IF}"
_CHANGES = "Reply with one ```json datagen block that holds all the changes, corrected."
_WHOLE = "Reply with one ```json datagen block that holds the whole schema."


def ask_again(draft: Any, problems: Sequence[Problem]) -> str:
    """Return the message that asks for what is wrong with a draft to be corrected, and nothing else."""
    found = causes(problems)
    heading = f"The schema has {_problems(len(found))}. Everything else is accepted; do not repeat it."
    return "\n".join([heading, *_listed(draft, found), _PARTS])


def ask_patch(patch: Any, problems: Sequence[Problem]) -> str:
    """Return the message that asks for changes again, because they could not be applied."""
    found = causes(problems)
    heading = f"The changes have {_problems(len(found))}; none of them was made."
    return "\n".join([heading, *_listed(patch, found), _CHANGES])


def ask_shape(problem: Problem) -> str:
    """Return the message that asks for a reply again whose JSON is neither a schema nor changes to one."""
    return "\n".join([f"{problem.message} {problem.hint}", "Reply with one ```json datagen block that holds all the changes."])


def ask_whole(problems: Sequence[Problem]) -> str:
    """Return the message that asks for a reply again, because what it holds cannot be read at all."""
    lines = [
        f"{number}. {_cut(f'{problem.message} {problem.hint}')}" for number, problem in enumerate(problems[:PROBLEM_LIMIT], 1)
    ]
    return "\n".join(["The JSON in your reply cannot be read.", *lines, _WHOLE])


def ask_afresh(request: str, accepted: Any, problems: Sequence[Problem]) -> str:
    """Return a request as it begins a clean conversation: the schema as it is accepted, and what went wrong before."""
    parts = [request]
    if accepted is not None:
        parts.insert(0, tell_schema("This is the schema so far:", accepted))
    lines = "\n".join(f"- {_cut(f'{problem.message} {problem.hint}')}" for problem in problems[:PROBLEM_LIMIT])
    return "\n\n".join([*parts, f"Avoid these mistakes of an earlier attempt:\n{lines}"])


def ask_checks(failed: Sequence[TriedCheck], missed: Sequence[NotHeld] = ()) -> str:
    """Return the message that tells what the data does not keep: checks and constraints as measured, and statements."""
    has_constraints = any(check.is_constraint for check in failed)
    kinds = ("check or constraint", "checks and constraints") if has_constraints else ("check", "checks")
    many = f"1 {kinds[0]} does" if len(failed) == 1 else f"{len(failed)} {kinds[1]} do"
    lines = [f"{number}. {_cut(_check(check))}" for number, check in enumerate(failed[:PROBLEM_LIMIT], 1)]
    if len(failed) > PROBLEM_LIMIT:
        lines.append(f"({len(failed) - PROBLEM_LIMIT} more checks are not listed.)")
    heading = f"The schema is accepted, but {many} not hold on the data that it makes."
    return "\n".join([heading, *lines, *([tell_open(missed)] if missed else []), _DATA])


def tell_open(missed: Sequence[NotHeld]) -> str:
    """Return the words that remind a model of what a person stated and the schema does not hold."""
    lines = [_cut(f'- "{line.quote}": {line.reason}') for line in missed[:PROBLEM_LIMIT]]
    return "\n".join([NOT_HELD, *lines])


def _check(check: TriedCheck) -> str:
    if check.is_constraint and check.state == "fails":
        return f"{check.name}: {check.requirement}, but not in {check.found}."
    asked = f"{check.name}: {check.sql}"
    if check.state == "unusable":
        return f"{asked} cannot be asked: {check.found}"
    return f"{asked} must give {check.wanted} and gives {check.found}."


def tell_current(draft: Any) -> str:
    """Return the words that show a model the schema as it has become without it; None is no schema."""
    if draft is None:
        return "I took the schema back; there is none now."
    return tell_schema(NOW, draft)


def tell_schema(lead: str, draft: Any) -> str:
    """Return the words that show a model a schema."""
    return f"{lead}\n\n```json datagen\n{json.dumps(draft, indent=2, ensure_ascii=False)}\n```"


ADVICE = "In passing, and no error: a reviewer would say of the schema so far:"
REMARK_LIMIT = 3
"""So many remarks are told with one request."""


def tell_advice(found: Sequence[Remark]) -> str:
    """Return remarks on a schema as one paragraph that asks for nothing."""
    told = " ".join(f"({number}) {_cut(f'{one.message} {one.remedy}')}" for number, one in enumerate(found, 1))
    return f"{ADVICE} {told} Take this up only where it fits what I ask for."


def without_asides(told: str) -> str:
    """Return what a person said, without the remarks and the reminder that the model was told with it."""
    for lead in (LEFT_ASIDE, ADVICE, NOT_HELD):
        told = told.partition("\n\n")[2] if told.startswith(lead) else told
    return told


def _problems(count: int) -> str:
    return "1 problem" if count == 1 else f"{count} problems"


def causes(problems: Sequence[Problem]) -> list[list[Problem]]:
    """Return the errors, those together that say the same of several places; in the order of their first places."""
    problems = [problem for problem in problems if problem.is_error]
    order = {cause: number for number, cause in reversed(list(enumerate(map(_cause, problems))))}
    ordered = sorted(problems, key=lambda problem: order[_cause(problem)])
    return [list(group) for _, group in groupby(ordered, key=_cause)]


def _cause(problem: Problem) -> tuple[str, str, str]:
    return problem.code, problem.message, problem.hint


def places(draft: Any, cause: Sequence[Problem]) -> str:
    """Return where the problems of one cause are, the first of them by name."""
    named = ", ".join(place(draft, problem.at) for problem in cause[:_PLACES])
    return f"{named} and {len(cause) - _PLACES} more" if len(cause) > _PLACES else named


def _listed(draft: Any, found: Sequence[Sequence[Problem]]) -> list[str]:
    lines = []
    for number, cause in enumerate(found[:PROBLEM_LIMIT], 1):
        lines.append(f"{number}. {_cut(f'{places(draft, cause)}: {cause[0].message} {cause[0].hint}')}")
    if len(found) > PROBLEM_LIMIT:
        lines.append(f"({len(found) - PROBLEM_LIMIT} more problems are not listed.)")
    return lines


def _cut(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"
