"""Saying things at the desk of a chat, as its user does."""

from __future__ import annotations

from datagen_chat.commands.slash import Desk, obey
from tests.terminal.screens import Memory


def say_at(desk: Desk, file: Memory, *lines: str) -> str:
    """Say or do these things, and return what the last one showed in the file that the screen draws on."""
    for line in lines:
        file.truncate(0)
        file.seek(0)
        if line.startswith("/"):
            obey(desk, line)
        else:
            desk.talk.say(line)
    return file.getvalue()
