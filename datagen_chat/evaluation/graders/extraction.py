"""Whether the schemas in the replies could be read as JSON, and how far the text was from it."""

from __future__ import annotations

from datagen_chat.conversation.events import NoSchemaFound, ProblemsFound, SchemaExtracted
from datagen_chat.evaluation.entry import Grade, failed, left_out, passed
from datagen_chat.evaluation.graders.base import Evidence

NAME = "extraction"


def grade(evidence: Evidence) -> Grade:
    """Return whether every block that was meant as a schema was read; the reason says by which rung."""
    events = evidence.held.events
    unread = [event for event in events if isinstance(event, ProblemsFound) and event.blamed is None]
    if unread:
        return failed(NAME, unread[0].problems[0].message)
    if any(isinstance(event, NoSchemaFound) for event in events):
        return failed(NAME, "A reply holds JSON that is no schema.")
    rungs = [event.rung for event in events if isinstance(event, SchemaExtracted)]
    if rungs:
        return passed(NAME, f"rung {max(rungs)}")
    if evidence.case.ends == "accepted":
        return failed(NAME, "No reply holds a schema.")
    return left_out(NAME, "no reply holds a schema")
