"""The written form of a transcript: Markdown from which every text reads back exactly.

Labels are known wherever they begin a line, inside code fences too, because a text may leave a fence open. A line of
a text that looks like a label has a backslash before it; what a text file may lose stands as a reference (`&#xd;`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from datagen_chat.conversation.comments import UNSAFE, Comment, TranscriptError, read, write
from datagen_chat.conversation.turns import Builder, Conversation, Role, Transcript, Turn
from datagen_chat.problems import Problem, shown

_LABELS: dict[Role, str] = {
    "system": "System",
    "user": "User",
    "assistant": "LLM",
    "repair": "Repair",
    "result": "Result",
    "command": "Command",
}
_ROLES = {label: role for role, label in _LABELS.items()}
_LABEL = re.compile(rf"\*\*({'|'.join(_ROLES)}):\*\*(?: (.*))?")
_SPECIAL = re.compile(rf"\\*(?:\*\*(?:{'|'.join(_ROLES)}):\*\*|<!-- datagen)")
_TITLE = re.compile(r"## (.*)")
_REFERENCE = re.compile(r"&((?:amp;)*)#x([0-9a-f]{1,4});")


def render(transcript: Transcript) -> str:
    """Return the written form of a transcript."""
    parts = [write(Comment("transcript", transcript.meta))]
    for conversation in transcript.conversations:
        parts += _head(conversation)
        for turn in conversation.turns:
            parts += _turn(turn)
    return "\n\n".join(parts) + "\n"


def parse_written(lines: Sequence[str]) -> Transcript:
    """Return the transcript whose written form these lines are; the first one is its comment.

    Raises:
        TranscriptError: a comment is damaged, or a later version of this package wrote them in a form of its own.
    """
    header = read(lines[0], 1)
    if header is not None:
        _check_form(header)
    builder = Builder(_text)
    for number, line in enumerate(lines[1:], start=2):
        label, comment = _LABEL.fullmatch(line), read(line, number)
        if label:
            builder.turn(_ROLES[label[1]], label[2] or "")
        elif comment:
            _take_comment(builder, comment)
        elif builder.is_in_turn:
            builder.line(line[1:] if line.startswith("\\") and _SPECIAL.match(line) else line)
        elif (title := _TITLE.fullmatch(line)) and not builder.has_turns:
            builder.name(title[1])
    return Transcript(builder.conversations(), header.data if header else {})


def _check_form(header: Comment) -> None:
    """Refuse a later form, of which a part would be lost; the first one, which is written here, has no number."""
    form = header.data.get("form", 1)
    if form != 1:
        message = f"This transcript is in a form of a later version of Datagen: {shown(form)}."
        raise TranscriptError([Problem("", "later-form", message, "Read it with that version, or a newer one.")])


def _take_comment(builder: Builder, comment: Comment) -> None:
    if comment.kind == "conversation":
        title, meta = comment.data.get("title", ""), comment.data.get("meta", {})
        builder.begin(_unsafe(str(title)), meta if isinstance(meta, dict) else {})
    elif comment.kind == "transcript":  # two files in one
        builder.end_turn()
    else:
        builder.note(comment.data)


def _head(conversation: Conversation) -> Iterator[str]:
    """Yield what stands before the turns; the title is a heading where it can be one."""
    title = conversation.title
    is_plain = bool(title) and title == title.strip() and _safe(title) == title and "\n" not in title
    data: dict[str, Any] = {} if is_plain else {"title": _safe(title)}
    if conversation.meta:
        data["meta"] = dict(conversation.meta)
    yield write(Comment("conversation", data))
    if is_plain:
        yield f"## {title}"


def _turn(turn: Turn) -> Iterator[str]:
    first, *rest = _safe(turn.text).split("\n")
    escaped = ["\\" + line if _SPECIAL.match(line) else line for line in rest]
    yield "\n".join([f"**{_LABELS[turn.role]}:**{' ' if first else ''}{first}", *escaped])
    if turn.meta:
        yield write(Comment("", turn.meta))


def _text(lines: list[str]) -> str:
    """Return a turn's text; the blank line after it only sets it apart."""
    return _unsafe("\n".join(lines[:-1] if len(lines) > 1 and not lines[-1] else lines))


def _safe(text: str) -> str:
    r"""Return a text in which unsafe characters stand as references, and what looks like one is told apart.

    >>> _safe("a\rb &#xd; c")
    'a&#xd;b &amp;#xd; c'
    """
    text = _REFERENCE.sub(lambda found: f"&amp;{found.group()[1:]}", text)
    return UNSAFE.sub(lambda found: f"&#x{ord(found.group()):x};", text)


def _unsafe(text: str) -> str:
    return _REFERENCE.sub(lambda found: f"&{found.group()[5:]}" if found[1] else chr(int(found[2], 16)), text)
