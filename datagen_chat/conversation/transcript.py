"""Conversations as one Markdown file, for people first and exact for machines."""

from __future__ import annotations

from datagen_chat.conversation.comments import TranscriptError, read
from datagen_chat.conversation.pasted import is_label, parse_pasted
from datagen_chat.conversation.turns import Conversation, Role, Transcript, Turn
from datagen_chat.conversation.written import parse_written, render

__all__ = ["Conversation", "Role", "Transcript", "TranscriptError", "Turn", "parse", "render"]


def parse(text: str) -> Transcript:
    """Return the conversations of a file, whether `render` wrote it or it was pasted from a chat program.

    `parse(render(x)) == x` for every transcript whose `meta` is JSON.

    Raises:
        TranscriptError: a comment of ours in it is damaged.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines):
        comment = read(line, number + 1)
        if comment and comment.kind == "transcript":
            return parse_written(lines[number:])
        if is_label(line):
            break
    return parse_pasted(lines)
