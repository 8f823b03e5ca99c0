"""The comments that make a transcript exact for machines: one line of HTML comment that holds a JSON object."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, ProblemsError

# What a text file, an editor or a terminal may lose or obey: controls other than tab and line feed, line separators,
# byte order marks, halves of characters.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")

_COMMENT = re.compile(r"<!-- datagen(?: (transcript|conversation))? (\{.*)")


class TranscriptError(ProblemsError):
    """A transcript holds something that cannot be what it was written as."""


@dataclass(frozen=True, slots=True)
class Comment:
    """What a comment says of the transcript, of the conversation that begins here, or (kind "") of the turn above."""

    kind: str
    data: Mapping[str, Any]


def write(comment: Comment) -> str:
    """Return a comment as one line.

    >>> write(Comment("", {"stop": "end"}))
    '<!-- datagen {"stop": "end"} -->'
    """
    text = json.dumps(dict(comment.data), ensure_ascii=False, allow_nan=False).replace("-->", "--\\u003e")
    text = UNSAFE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
    return f"<!-- datagen {comment.kind}{' ' if comment.kind else ''}{text} -->"


def read(line: str, number: int) -> Comment | None:
    """Return the comment of ours that a line is, if it is one.

    Raises:
        TranscriptError: it begins as one, and is damaged.
    """
    found = _COMMENT.fullmatch(line.rstrip())
    if found is None:
        return None
    try:
        data = json.loads(found[2].removesuffix("-->"))
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or not found[2].endswith("-->"):
        hint = "Mend the JSON between the braces, or remove the line."
        raise TranscriptError([Problem("", "bad-comment", f"line {number}: this datagen comment is damaged.", hint)])
    return Comment(found[1] or "", data)
