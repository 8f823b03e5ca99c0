"""The pieces of strict JSON and where they stand, for faults that happen at a certain kind of place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Literal

from datagen_chat.chance import Chance
from datagen_chat.frozen import dataclass

Sort = Literal["key", "string", "number", "word", "{", "}", "[", "]", ":", ","]

_PIECE = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<string>"(?:[^"\\]|\\.)*")|(?P<number>-?\d[\d.eE+-]*)|(?P<word>[a-z]+)|[{}\[\]:,]'
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One token of JSON: what it is, and where it begins and ends."""

    sort: Sort
    start: int
    end: int


def pieces(text: str, *sorts: Sort) -> list[Piece]:
    """Return the tokens of a JSON text, of all sorts or of some."""
    return [piece for piece in _pieces(text) if not sorts or piece.sort in sorts]


def _pieces(text: str) -> Iterator[Piece]:
    for found in _PIECE.finditer(text):
        yield Piece(found.lastgroup or found.group(), found.start(), found.end())  # type: ignore[arg-type]  # one of them


def a_piece(text: str, chance: Chance, *sorts: Sort, least: int = 1) -> Piece | None:
    """Return one token of some sorts, with at least so many characters; None where there is none."""
    found = [piece for piece in pieces(text, *sorts) if piece.end - piece.start >= least]
    return chance.pick(found) if found else None


def spliced(text: str, start: int, end: int, by: str) -> str:
    """Return a text with one part replaced."""
    return text[:start] + by + text[end:]


_BEGINS, _ENDS = {"key", "string", "number", "word", "{", "["}, {"string", "number", "word", "}", "]"}


def with_commas(text: str) -> str:
    r"""Return a JSON text without trailing commas, and with those that are missing at the ends of lines.

    >>> with_commas('{"a": [1\n 2,]}')
    '{"a": [1,\n 2]}'
    """
    for before, after in reversed(list(pairwise(pieces(text)))):
        if before.sort == "," and after.sort in ("}", "]"):
            text = spliced(text, before.start, before.end, "")
        elif before.sort in _ENDS and after.sort in _BEGINS and "\n" in text[before.end : after.start]:
            text = spliced(text, before.end, before.end, ",")
    return text


def respelled(text: str, spell: Callable[[str], str], *sorts: Sort) -> str:
    """Return a JSON text with its tokens of some sorts spelled in another way."""
    for piece in reversed(pieces(text, *sorts)):
        text = spliced(text, piece.start, piece.end, spell(text[piece.start : piece.end]))
    return text
