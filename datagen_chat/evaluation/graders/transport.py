"""Whether every call was answered, and every answer came to its end."""

from __future__ import annotations

from datagen_chat.conversation.events import ReplyFinished
from datagen_chat.evaluation.entry import Grade, failed, passed
from datagen_chat.evaluation.graders.base import Evidence

NAME = "transport"


def grade(evidence: Evidence) -> Grade:
    """Return whether the conversation came to its end, and none of its replies was cut."""
    held = evidence.held
    if held.error is not None:
        return failed(NAME, str(held.error))
    stops = [event.reply.stop for event in held.events if isinstance(event, ReplyFinished) and not event.reply.is_finished]
    if stops:
        return failed(NAME, f"{len(stops)} of the replies did not come to their end ({stops[0]}).")
    return passed(NAME)
