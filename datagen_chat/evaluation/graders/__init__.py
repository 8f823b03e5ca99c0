"""What is asked of a conversation, one file for each question."""

from __future__ import annotations

from collections.abc import Mapping

from datagen_chat.evaluation.graders import (
    conversing,
    extraction,
    generation,
    intent,
    references,
    safety,
    screen,
    transport,
    validity,
)
from datagen_chat.evaluation.graders.base import Grader

GRADERS: Mapping[str, Grader] = {
    transport.NAME: transport.grade,
    extraction.NAME: extraction.grade,
    validity.FIRST: validity.grade_first,
    validity.LAST: validity.grade_last,
    references.NAME: references.grade,
    generation.NAME: generation.grade,
    generation.CHECKS: generation.grade_checks,
    intent.NAME: intent.grade,
    conversing.NAME: conversing.grade,
    safety.NAME: safety.grade,
    screen.NAME: screen.grade,
}

OURS = (generation.NAME, screen.NAME)
"""What the program must keep, whatever a model says."""
