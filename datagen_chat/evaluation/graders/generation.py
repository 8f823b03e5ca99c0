"""Whether the program keeps its own word: every row can be made, the same twice, and keeps what the schema claims."""

from __future__ import annotations

from datagen_chat.evaluation.entry import Grade, failed, left_out, passed
from datagen_chat.evaluation.graders.base import Evidence
from datagen_chat.verify.claims import Finding

NAME, CHECKS = "generation", "checks"
_OF_THE_MODEL = ("check", "target")  # a model writes what must hold; the program only says whether it does


def grade(evidence: Evidence) -> Grade:
    """Return whether the data could be made twice with the same hash, and keeps keys, ranges, orders and all else."""
    data = evidence.data
    if data.error:
        return failed(NAME, f"The data could not be made: {data.error}")
    if data.database is None:
        return left_out(NAME, data.left_out)
    if data.hashes[0] != data.hashes[1]:
        return failed(NAME, "The same seed made other rows when they were cut otherwise.")
    broken = [finding for finding in data.failed if finding.claim.kind not in _OF_THE_MODEL]
    return failed(NAME, _told(broken)) if broken else passed(NAME)


def grade_checks(evidence: Evidence) -> Grade:
    """Return whether the checks that the model wrote hold on the data of its schema."""
    data, version = evidence.data, evidence.held.version
    if data.database is None or version is None:
        return left_out(CHECKS, data.left_out or "the data could not be made")
    if not version.dataset.checks:
        return left_out(CHECKS, "the schema has no checks")
    broken = [finding for finding in data.failed if finding.claim.kind in _OF_THE_MODEL]
    return failed(CHECKS, _told(broken)) if broken else passed(CHECKS)


def _told(broken: list[Finding]) -> str:
    first = broken[0]
    more = f" (and {len(broken) - 1} more)" if len(broken) > 1 else ""
    return f"{first.claim.place}: {first.claim.requirement}; wanted {first.wanted}, found {first.found}{more}"
