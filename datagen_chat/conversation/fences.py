"""Fenced code blocks as CommonMark knows them, one line at a time."""

from __future__ import annotations

import re

from datagen_chat.frozen import dataclass

_OPENING = re.compile(
    r"(?P<lead>(?:[ \t]*+(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))*+[ \t]*+)(?P<marks>`{3,}+|~{3,}+)(?P<info>.*)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Fence:
    """An opening fence: its character, its length, its info string, and whether it stands in a block quote."""

    mark: str
    length: int
    info: str
    is_quoted: bool = False

    def ends(self, line: str) -> bool:
        """Return whether a line closes this fence."""
        marks = self.content(line).strip()
        return len(marks) >= self.length and not marks.strip(self.mark)

    def leaves(self, line: str) -> bool:
        """Return whether a line is outside the block quote that holds this fence."""
        return self.is_quoted and not line.lstrip(" \t").startswith(">")

    def content(self, line: str) -> str:
        """Return a line of the block without the marks of the block quote around it."""
        return re.sub(r"^(?:[ \t]*>)+ ?", "", line) if self.is_quoted else line


def opening(line: str) -> Fence | None:
    """Return the fence that a line opens, however deep in lists and quotes.

    >>> opening("  1. ~~~json")
    Fence(mark='~', length=3, info='json', is_quoted=False)
    """
    found = _OPENING.fullmatch(line)
    if found is None or (found["marks"][0] == "`" and "`" in found["info"]):
        return None
    return Fence(found["marks"][0], len(found["marks"]), found["info"].strip(), ">" in found["lead"])
