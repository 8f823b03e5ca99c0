"""Whether the schemas were valid: as they came, and after the model was asked to correct them."""

from __future__ import annotations

from datagen_chat.conversation.ask import causes
from datagen_chat.conversation.events import AskedAgain, ProblemsFound
from datagen_chat.evaluation.entry import Grade, failed, left_out, passed
from datagen_chat.evaluation.graders.base import Evidence
from datagen_chat.evaluation.holding import Round

FIRST, LAST = "first try", "valid"


def grade_first(evidence: Evidence) -> Grade:
    """Return whether every schema was accepted without the model being asked again."""
    tried = _with_schemas(evidence)
    if not tried:
        return _without(FIRST, evidence)
    wrong = [one for one in tried if one.outcome == "rejected" or any(isinstance(event, AskedAgain) for event in one.events)]
    return failed(FIRST, f"{len(wrong)} of {len(tried)} schemas were not. {_problem(wrong[0])}") if wrong else passed(FIRST)


def grade_last(evidence: Evidence) -> Grade:
    """Return whether every turn with a schema ended with one that is valid."""
    tried = _with_schemas(evidence)
    if not tried:
        return _without(LAST, evidence)
    wrong = [one for one in tried if one.outcome == "rejected"]
    return failed(LAST, f"{len(wrong)} of {len(tried)} turns ended without. {_problem(wrong[0])}") if wrong else passed(LAST)


def _with_schemas(evidence: Evidence) -> list[Round]:
    return [one for one in evidence.held.rounds if one.outcome in ("accepted", "rejected")]


def _without(name: str, evidence: Evidence) -> Grade:
    if evidence.case.ends == "accepted":
        return failed(name, "There is no schema.")
    return left_out(name, "there is no schema")


def _problem(one: Round) -> str:
    """Return the first problem that was found, and how many further ones."""
    found = next((event for event in one.events if isinstance(event, ProblemsFound)), None)
    if found is None:
        return "The checks did not hold."
    kinds = causes(found.problems)
    more = f" (and {len(kinds) - 1} more)" if len(kinds) > 1 else ""
    return f"{kinds[0][0].message}{more}"
