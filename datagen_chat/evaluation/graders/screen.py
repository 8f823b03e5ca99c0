"""Whether what the chat draws of a conversation is clean, whatever a model said."""

from __future__ import annotations

import re

from datagen_chat.evaluation.entry import Grade, failed, passed
from datagen_chat.evaluation.graders.base import Evidence

NAME = "screen"

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What a terminal could obey, or would hide from its reader."""


def grade(evidence: Evidence) -> Grade:
    """Return whether no control character would have reached the terminal."""
    found = CONTROL.search(evidence.drawn)
    return failed(NAME, f"The screen was sent the character U+{ord(found[0]):04X}.") if found else passed(NAME)
