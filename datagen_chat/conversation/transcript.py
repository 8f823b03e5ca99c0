"""Conversations as one Markdown file, for people first and exact for machines."""

from __future__ import annotations

from collections.abc import Sequence

from datagen_chat.conversation.comments import TranscriptError, read
from datagen_chat.conversation.pasted import is_label, parse_pasted
from datagen_chat.conversation.turns import Conversation, Role, Transcript, Turn
from datagen_chat.conversation.written import parse_written, render

__all__ = ["Conversation", "Role", "Transcript", "TranscriptError", "Turn", "lines_of", "parse", "render", "written_from"]


def parse(text: str) -> Transcript:
    """Return the conversations of a file, whether `render` wrote it or it was pasted from a chat program.

    `parse(render(x)) == x` for every transcript whose `meta` is JSON.

    Raises:
        TranscriptError: a comment of ours in it is damaged.
    """
    lines = lines_of(text)
    begin = written_from(lines)
    return parse_pasted(lines) if begin is None else parse_written(lines[begin:])


def lines_of(text: str) -> list[str]:
    """Return the lines of a file, whatever ends them."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def written_from(lines: Sequence[str]) -> int | None:
    """Return where a transcript begins that `render` wrote, None for a pasted one.

    Raises:
        TranscriptError: a comment of ours before it is damaged.
    """
    for number, line in enumerate(lines):
        comment = read(line, number + 1)
        if comment and comment.kind == "transcript":
            return number
        if is_label(line):
            break
    return None
