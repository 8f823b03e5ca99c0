"""What a person can do in a conversation besides talking: a registry, and a file for each topic."""

from datagen_chat.commands.slash import asked, changing, resuming, reviewing, showing, talking, writing, writing_reports
from datagen_chat.commands.slash.registry import COMMANDS, Desk, complete, obey

__all__ = [
    "COMMANDS",
    "Desk",
    "asked",
    "changing",
    "complete",
    "obey",
    "resuming",
    "reviewing",
    "showing",
    "talking",
    "writing",
    "writing_reports",
]
