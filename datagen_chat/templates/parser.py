"""Templates read: text with the names of columns in braces, "{first_name} {last_name}", or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NoReturn

from datagen_chat.frozen import dataclass
from datagen_chat.words import COLUMN_PATTERN

PLACE_LIMIT = 50

_PIECE = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+")
_NAME = re.compile(rf"\s*({COLUMN_PATTERN[1:-1]})\s*(\[0\])?\s*(?::(.*))?", re.DOTALL)


class TemplateError(Exception):
    """A text that is no template: what is wrong, and what to write instead."""

    def __init__(self, message: str, hint: str, code: str = "template-syntax") -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


@dataclass(frozen=True, slots=True)
class Place:
    """A column in a template, and the format that its values are written in; empty for the usual one."""

    table: str | None
    column: str
    spec: str = ""

    @property
    def name(self) -> str:
        """The column as the template names it."""
        return self.column if self.table is None else f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class Frame:
    """Columns, and the texts before, between and behind them: one more than there are columns."""

    texts: tuple[str, ...]
    places: tuple[Place, ...]


@lru_cache(maxsize=256)
def parse(text: str) -> Frame:
    """Return what a template is made of; doubled braces stand for themselves.

    Raises:
        TemplateError: the text is none.

    >>> parse("{{{a}}} {b.c:upper}").texts
    ('{', '} ', '')
    """
    texts, places = [""], list[Place]()
    for piece in _PIECE.findall(text):
        if piece in ("{{", "}}"):
            texts[-1] += piece[0]
        elif piece[0] not in "{}":
            texts[-1] += piece
        elif len(piece) == 1:
            what = "opens no name" if piece == "{" else "closes no name"
            raise TemplateError(f"A {piece} {what}.", f"Write {piece}{piece} for the brace itself.")
        else:
            places.append(_place(piece[1:-1]))
            texts.append("")
    if len(places) > PLACE_LIMIT:
        raise TemplateError(f"The template names {len(places)} columns.", f"Name at most {PLACE_LIMIT}.")
    if not places:
        message = "The template names no column, so every row has the same text."
        raise TemplateError(message, "Put column names in single braces, such as {name}, or use constant.", "template-constant")
    return Frame(tuple(texts), tuple(places))


def _place(inside: str) -> Place:
    found = _NAME.fullmatch(inside)
    if found is None:
        _refuse(inside)
    table, _, column = found[1].rpartition(".")
    if found[3] and found[4]:
        raise TemplateError(f"{{{inside}}} has two formats.", f"Write {{{found[1]}:.1}} for the first character.")
    return Place(table or None, column, ".1" if found[3] else (found[4] or "").strip())


def _refuse(inside: str) -> NoReturn:
    name = re.match(r"\s*([A-Za-z]\w*)", inside, re.ASCII)
    if not inside.strip() or inside.strip().isdigit():
        hint = "Write the name of a column between the braces."
    elif name and re.search(r"[-+*/()|]", inside):
        hint = f"Write {{{name[1]}}}, or make a column with an expression and name that."
    else:
        hint = "Write a column's name, or table.column, between the braces; doubled braces stand for themselves."
    raise TemplateError(f"{{{inside[:40]}}} names no column.", hint)


def rename(text: str, change: Callable[[str | None, str], tuple[str | None, str]]) -> str:
    """Return a template with every column, a table or None and a name, replaced by what `change` gives for it.

    >>> rename("{a:upper} {{a}} {t.a}", lambda table, column: (table, column if table else "b"))
    '{b:upper} {{a}} {t.a}'
    """

    def other(piece: re.Match[str]) -> str:
        found = _NAME.fullmatch(piece[0][1:-1])
        if found is None or not piece[0].startswith("{"):
            return piece[0]
        table, _, column = found[1].rpartition(".")
        start, end = (at + 1 for at in found.span(1))
        named = ".".join(filter(None, change(table or None, column)))
        return piece[0][:start] + named + piece[0][end:]

    return _PIECE.sub(other, text)
