"""Whether what a schema refers to is there."""

from __future__ import annotations

from datagen_chat.conversation.events import ProblemsFound
from datagen_chat.evaluation.entry import Grade, failed, left_out, passed
from datagen_chat.evaluation.graders.base import Evidence
from datagen_chat.schema.read import read

NAME = "references"

CODES = {
    "ambiguous-reference",
    "bad-reference",
    "chain-too-long",
    "column-cycle",
    "key-not-looked-up",
    "key-types",
    "lookup-type",
    "not-a-descendant",
    "not-a-key",
    "not-an-ancestor",
    "reference-type",
    "table-cycle",
    "unknown-column",
    "unknown-pk",
    "unknown-reference",
    "unknown-table",
}
_CHECKED_FROM = 2  # references are looked at once the shape of a schema is right


def grade(evidence: Evidence) -> Grade:
    """Return whether every table, column and key that the last schema names is there, and of the right sort."""
    rounds = [one for one in evidence.held.rounds if one.outcome in ("accepted", "rejected")]
    if not rounds:
        return left_out(NAME, "there is no schema")
    if rounds[-1].outcome == "accepted":
        return passed(NAME)
    found = [event for event in rounds[-1].events if isinstance(event, ProblemsFound)][-1]
    wrong = [problem for problem in found.problems if problem.code in CODES]
    if wrong:
        return failed(NAME, wrong[0].message)
    if found.blamed is None or read(found.blamed).depth < _CHECKED_FROM:
        return left_out(NAME, "the schema is not of the right shape")
    return passed(NAME)
