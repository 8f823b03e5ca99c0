"""A reply while it streams: its finished lines of prose, and how far the schema in it has come.

This is for show. What a reply holds is decided by `extract`, when all of it is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from datagen_chat.conversation.fences import Fence, opening
from datagen_chat.frozen import dataclass

LINE_LIMIT = 20_000
"""A line is kept up to so many characters; nobody reads more of one."""

_TOKEN = re.compile(r'"(?P<text>(?:[^"\\\n]|\\.)*+)(?P<end>"?)|[{}\[\]:,]')
_LOOSE = re.compile(r"\s*\{\s*(?:\"|\Z)")
_THINKING = re.compile(r"\s*<(think|thinking|thought|reasoning)>", re.IGNORECASE)
_THOUGHT = re.compile(r"\s*</(think|thinking|thought|reasoning)>(.*)", re.IGNORECASE)
_TABLES, _COLUMNS, _NAMES = ("nodes", "tables"), ("columns", "fields"), ("id", "name", "table")
_STRING_LIMIT = 2000
_DEPTH_LIMIT = 64
_TABLE_LIMIT = 500

Mode = Literal["prose", "thinking", "fenced", "code", "json", "loose"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A table of a schema that is still being written, as far as it has come."""

    name: str
    columns: int


class Outline:
    """The tables of a JSON text that comes in pieces; wrong JSON only makes it know less."""

    def __init__(self) -> None:
        self._rest = ""
        self._path: list[str] = []
        self._key, self._said = "", ""
        self._tables: list[Drawn] = []

    @property
    def tables(self) -> tuple[Drawn, ...]:
        """The tables that have a name by now."""
        return tuple(table for table in self._tables if table.name)

    @property
    def depth(self) -> int:
        """How many brackets are open."""
        return len(self._path)

    def feed(self, piece: str) -> None:
        """Take the next piece."""
        text, self._rest = self._rest + piece, ""
        for token in _TOKEN.finditer(text):
            if token["text"] is None:
                self._mark(token.group())
            elif token["end"]:
                self._string(token["text"])
            elif token.end() == len(text):
                self._rest = text[token.start() :][:_STRING_LIMIT]

    def _mark(self, mark: str) -> None:
        if mark == ":":
            self._key, self._said = self._said, ""
        elif mark == ",":
            self._said = ""
        elif mark in "{[":
            self._open(mark)
        elif self._path:
            self._path.pop()
            self._key = ""

    def _open(self, mark: str) -> None:
        if len(self._path) < _DEPTH_LIMIT:
            self._path.append(self._key if mark == "[" or not self._is_in_list else "")
        if mark == "{":
            self._begin()
        self._key = ""

    @property
    def _is_in_list(self) -> bool:
        return bool(self._path) and self._path[-1] in (*_TABLES, *_COLUMNS) and not self._key

    def _begin(self) -> None:
        """Note an object that is a table or a column."""
        if self._is_table and len(self._tables) < _TABLE_LIMIT:
            self._tables.append(Drawn("", 0))
        elif self._is_column and self._tables:
            last = self._tables[-1]
            self._tables[-1] = Drawn(last.name, last.columns + 1)

    @property
    def _is_table(self) -> bool:
        return len(self._path) == 3 and self._path[1] in _TABLES and not self._path[2]

    @property
    def _is_column(self) -> bool:
        return len(self._path) == 5 and self._path[1] in _TABLES and self._path[3] in _COLUMNS

    def _string(self, text: str) -> None:
        if self._is_table and self._key in _NAMES and self._tables and not self._tables[-1].name:
            self._tables[-1] = Drawn(text[:80], self._tables[-1].columns)
        self._said, self._key = text, ""


class Sketch:
    """A reply that is fed in pieces, and gives its prose line by line; JSON is kept back, and outlined instead."""

    def __init__(self) -> None:
        self.outline = Outline()
        self._mode: Mode = "prose"
        self._pieces: list[str] = []
        self._length = 0
        self._fence: Fence | None = None
        self._opened = ""
        self._has_said = False

    @property
    def is_in_schema(self) -> bool:
        """True while JSON is being written."""
        return self._mode in ("json", "loose")

    @property
    def pending(self) -> str:
        """The line of prose that is not finished yet."""
        line = self._line
        return line if self._mode == "code" or (self._mode == "prose" and not _LOOSE.match(line)) else ""

    @property
    def _line(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def feed(self, text: str) -> Iterator[str]:
        """Take the next piece, and yield the lines of prose that it finishes."""
        for part in text.splitlines(keepends=True) if "\n" in text else [text]:
            body = part.rstrip("\r\n") if part.endswith("\n") else part
            self._take(body)
            if part.endswith("\n"):
                yield from self._finish_line()

    def finish(self) -> Iterator[str]:
        """Yield the last line, which nothing ended."""
        if self._length:
            yield from self._finish_line()

    def _take(self, body: str) -> None:
        if self._length < LINE_LIMIT:
            self._pieces.append(body[: LINE_LIMIT - self._length])
        self._length += len(body)
        if self.is_in_schema:
            self.outline.feed(body)
        elif self._mode == "fenced" and (begun := self._line.lstrip()):
            self._decide(begun)
        elif self._mode == "prose" and re.match(r'\s*\{\s*"', self._line[:200]):
            self._mode = "loose"
            self.outline.feed(self._line)

    def _decide(self, begun: str) -> None:
        """Know what a fence holds by its first character."""
        if begun[0] in "{[" or begun.startswith(("//", "/*")):
            self._mode = "json"
            self.outline = Outline()
            self.outline.feed(begun)
        elif not begun.startswith("/"):
            self._mode = "code"

    def _finish_line(self) -> Iterator[str]:
        line = self._line
        self._pieces, self._length = [], 0
        if self._mode == "prose":
            yield from self._prose(line)
        elif self._mode == "thinking":
            yield from self._thought(line)
        elif self._mode == "loose":
            self._mode = "loose" if self.outline.depth else "prose"
        else:
            yield from self._fenced(line)

    def _prose(self, line: str) -> Iterator[str]:
        fence = opening(line)
        if fence is not None:
            self._mode, self._fence, self._opened = "fenced", fence, line
        elif not self._has_said and _THINKING.match(line):
            self._mode = "thinking" if not re.search(_THOUGHT.pattern, line, re.IGNORECASE) else "prose"
        elif _LOOSE.fullmatch(line):
            self._mode = "loose"
            self.outline.feed(line)
        else:
            self._has_said = self._has_said or bool(line.strip())
            yield line

    def _thought(self, line: str) -> Iterator[str]:
        if found := _THOUGHT.match(line):
            self._mode = "prose"
            yield from self._prose(found[2].strip()) if found[2].strip() else ()

    def _fenced(self, line: str) -> Iterator[str]:
        assert self._fence is not None
        ends = self._fence.ends(line)
        if self._mode == "code":
            if self._opened:
                yield self._opened
            self._opened = ""
            yield line
        if ends:
            self._mode = "prose"
