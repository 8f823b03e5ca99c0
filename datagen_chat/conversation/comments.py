"""The comments that make a transcript exact for machines: one line of HTML comment that holds a JSON object."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from datagen_chat.conversation.strict import MAX_DEPTH
from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, ProblemsError

# What a text file, an editor or a terminal may lose or obey: controls other than tab and line feed, line separators,
# byte order marks, halves of characters.
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")

_MOST_DEPTH = MAX_DEPTH + 2  # what a command made the schema stands in an object
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
        data = json.loads(found[2].removesuffix("-->"), parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict) or not found[2].endswith("-->") or _depth(data) > _MOST_DEPTH:
        hint = "Mend the JSON between the braces, or remove the line."
        raise TranscriptError([Problem("", "bad-comment", f"line {number}: this datagen comment is damaged.", hint)])
    return Comment(found[1] or "", data)


def _finite(text: str) -> float:
    """Return a number of JSON, which knows none that is not finite: such a one could not be written again."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _depth(value: Any) -> int:
    """Return how deeply JSON is nested."""
    level, depth = [value], 0
    while level := [part for part in level if isinstance(part, dict | list)]:
        level = [inner for part in level for inner in (part.values() if isinstance(part, dict) else part)]
        depth += 1
    return depth
