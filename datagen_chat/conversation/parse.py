"""JSON as models write it, read without guessing: what can mean only one thing is read, everything else is refused."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from datagen_chat.conversation.strict import MAX_DEPTH, NotPlainError, read_plain
from datagen_chat.conversation.tokens import Lexer, Liberty, Source, Token, is_placeholder
from datagen_chat.problems import SchemaError, pointer, shown

MAX_TEXT = 1 << 20
CLOSERS_ADDED = 3
"""The rung of a text whose last brackets were missing."""

_LITERALS = {"true": True, "false": False, "null": None}
_PYTHON = {"True": "true", "False": "false", "None": "null"}
_NOT_FINITE = ("NaN", "Infinity")
_DOTS = ("...", "…", "....")
_CLOSERS = {"{": "}", "[": "]"}
_PLAIN = {"string", "number", "word"}
_PROSE = {"requirement", "description", "comment"}
_CODE = {"sql", "code", "where"}
"""The keys of texts in which a line break means no more than a space; in code, outside of its own quotes."""
_AGAIN = "Send the whole schema again."


@dataclass(frozen=True, slots=True)
class Parsed:
    """A JSON value, and every liberty that reading it took, in the order of the text."""

    value: Any
    liberties: tuple[Liberty, ...] = ()

    @property
    def rung(self) -> int:
        """The highest rung that was needed: 0 strict, 1 lexical, 2 notation, 3 closers added at the end."""
        return max((liberty.rung for liberty in self.liberties), default=0)


@dataclass(slots=True)
class _Frame:
    """An object or array that is being read."""

    token: Token
    closer: str
    items: int = 0
    key: str | int | None = None
    indent: int | None = None
    is_aligned: bool = True

    def add(self, gap: str) -> None:
        """Count an item; `gap` is what stands between it and the token before."""
        newline = gap.rfind("\n")
        indent = None if newline < 0 else len(gap) - newline - 1
        if not self.items:
            self.indent = indent
        self.is_aligned &= indent is not None and indent == self.indent
        self.items += 1
        self.key = None


def parse(text: str, *, finished: bool, limit: int = MAX_TEXT) -> Parsed:
    """Return the JSON value of `text`, with the liberties that reading it took.

    `finished` says that the writer stopped by itself; only then may closers be missing at the very end, after another
    closer: after any other value the list that it stands in could go on.
    `limit` is the longest text that is read, in characters. The time is linear in the text.

    Raises:
        SchemaError: one problem, the first, with its line and column; the text cannot be read without guessing.
    """
    source = Source(text)
    if len(text) > limit:
        hint = "Describe long lists with generators instead of writing them out."
        raise source.error(0, "too-large", f"{len(text)} characters are more than {limit}.", hint)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise source.error(
            error.start, "lone-surrogate", "this is half of a character.", "Write the character itself."
        ) from None
    with suppress(NotPlainError):
        return Parsed(read_plain(text, MAX_DEPTH), ())
    reader = _Reader(source, finished)
    return Parsed(reader.document(), tuple(sorted(reader.lexer.liberties, key=lambda liberty: (liberty.line, liberty.column))))


class _Reader:
    """One descent through a text; `token` is the next token, `previous` the last one that was taken."""

    def __init__(self, source: Source, finished: bool) -> None:
        self.source = source
        self.finished = finished
        self.lexer = Lexer(source)
        self.open: list[_Frame] = []
        self.has_ended = False
        self.closed: list[_Frame] = []  # those that ended after the last item, innermost first
        self.previous = Token("", 0, 0)
        self.token = self.lexer.next()

    def document(self) -> Any:
        if self.token.kind == "end":
            raise self.error("empty", "there is no text.", "Send one JSON object.")
        value = self.value()
        if self.token.kind != "end":
            message = f"text goes on after the end of the document: {self.shown(self.token)}."
            raise self.error("text-after-end", message, "Check the brackets before it, and send one JSON object only.")
        if self.previous.kind == "number" and not self.finished:
            raise self.cut("after a number that may go on")
        return value

    def value(self) -> Any:
        if self.token.kind in _CLOSERS:
            return self.object() if self.token.kind == "{" else self.array()
        if self.token.kind == "word":
            return self.literal()
        if self.token.kind == "string":
            self.check_lines_of_text()
        if self.token.kind in {"string", "number"}:
            return self.take().value
        if self.token.kind == "end":
            raise self.cut("where a value should stand")
        raise self.error("missing-value", f"a value is missing before {self.shown(self.token)}.", "Write the value.")

    def check_lines_of_text(self) -> None:
        """Refuse a text with a raw line break, which may have been a space, but where the two mean the same."""
        key = next((frame.key for frame in reversed(self.open) if isinstance(frame.key, str)), None)
        may_break = key in _PROSE or (key in _CODE and not _breaks_a_literal(str(self.token.value)))
        if not may_break and self.goes_over_lines(self.token):
            message = "the text that begins here goes over a line break, which a window may have put there."
            raise self.error("line-break", message, "Write the text on one line; where a line break is meant, write \\n.")

    def literal(self) -> bool | None:
        word = str(self.token.value)
        if word in _NOT_FINITE:
            raise self.lexer.not_finite(self.token.start, word)
        if word in _PYTHON:
            self.lexer.allow(2, self.token.start, f"{word} for {_PYTHON[word]}")
        elif word not in _LITERALS:
            self.check_word_is_whole(word)
            message = f"{shown(word)} stands without quotes."
            raise self.error("bare-word", message, "Put text in double quotes; write true, false or null as they are.")
        self.take()
        return _LITERALS[_PYTHON.get(word, word)]

    def check_word_is_whole(self, word: str) -> None:
        is_last = self.token.end == len(self.source.text)
        if is_last and any(literal.startswith(word) for literal in _LITERALS):
            raise self.cut(f"inside the word {shown(word)}")

    def object(self) -> dict[str, Any]:
        frame = self.enter()
        members: dict[str, Any] = {}
        while self.has_more(frame):
            at = self.token.start
            frame.key = key = self.key()
            value = self.value()
            if key in members:
                self.check_duplicate(at, key, members[key], value)
            members[key] = value
        return members

    def array(self) -> list[Any]:
        frame = self.enter()
        items: list[Any] = []
        while self.has_more(frame):
            frame.key = len(items)
            items.append(self.value())
        self.check_nothing_left_out(frame, items)
        return items

    def check_nothing_left_out(self, frame: _Frame, items: Sequence[Any]) -> None:
        """Refuse an array in which a text stands for elements that are not there."""
        beside_objects = any(isinstance(item, dict) for item in items)
        for item in items:
            if isinstance(item, str) and (item.strip() in _DOTS or (beside_objects and is_placeholder(item))):
                raise self.placeholder(frame.token, item)

    def key(self) -> str:
        """Return the key of a member, and move past its colon."""
        token = self.token
        if token.kind == "number" and self.previous.kind == ",":
            raise self.lexer.thousands(token.start)
        if token.kind == "word" and token.value not in {*_LITERALS, *_PYTHON}:
            self.lexer.allow(2, token.start, "a key without quotes")
        elif token.kind != "string":
            raise self.error("bad-key", f"{self.shown(token)} cannot be a key.", "Write a key in double quotes.")
        key = str(self.take().value)
        if self.goes_over_lines(token):
            raise self.error("bad-key", "a key goes over a line break.", "Close the string before it.", token)
        if key.strip() in _DOTS:
            raise self.placeholder(token, key)
        if self.token.kind == "end":
            raise self.cut(f"after the key {shown(key)}")
        if self.token.kind != ":":
            message = f"a colon is missing after {shown(key)}."
            raise self.error("missing-colon", message, 'Write "key": value; escape quotes inside a text as \\".')
        self.take()
        return key

    def check_duplicate(self, at: int, key: str, first: Any, second: Any) -> None:
        if not _is_same(first, second):
            message = f"the key {shown(key)} stands twice in one object, with different values."
            raise self.source.error(at, "duplicate-key", message, "Keep the one that is meant.", self.pointer())
        self.lexer.allow(2, at, f"the key {shown(key, 40)} twice with the same value")

    # Between items

    def has_more(self, frame: _Frame) -> bool:
        """Move to the next item of `frame`, or past its end, and return whether there is an item."""
        if frame.items:
            self.separator(frame)
        if self.token.kind == "end":
            self.add_closer(frame)
        elif self.token.kind == frame.closer:
            self.check_no_comment_for_items(frame)
            self.take()
        elif self.token.kind in _CLOSERS.values():
            raise self.mismatch(frame)
        else:
            frame.add(self.gap())
            self.closed.clear()
            return True
        self.closed.append(self.open.pop())
        return False

    def check_no_comment_for_items(self, frame: _Frame) -> None:
        """Refuse a comment where the next item would stand, before the end of a list: in any language it may stand for it."""
        at, before = self.lexer.comment, self.previous
        if at is None:
            return
        is_alone = "\n" in self.source.text[before.end : at] or before.kind in _CLOSERS
        if is_alone or (before.kind == "," and frame.closer == "]"):
            raise self.lexer.placeholder(at, self.source.text[at : self.token.start].strip())

    def separator(self, frame: _Frame) -> None:
        """Move past the comma between two items, or accept that it is missing."""
        if self.token.kind == ",":
            comma = self.take()
            if self.token.kind == frame.closer:
                self.lexer.allow(1, comma.start, "a trailing comma")
            if self.token.kind == "end":
                raise self.cut("after a comma")
        elif self.token.kind not in {"end", *_CLOSERS.values()}:
            self.check_comma_may_miss(frame)
            self.lexer.allow(2, self.token.start, "a missing comma")

    def check_comma_may_miss(self, frame: _Frame) -> None:
        """Accept a missing comma where no other reading of the two items makes sense."""
        before, after = self.previous, self.token
        on_new_line = "\n" in self.gap()
        is_closed = before.kind in _CLOSERS.values() or (before.kind == "string" and frame.closer == "}")
        begins_clearly = after.kind in {"string", *_CLOSERS}
        if after.kind == ":":
            raise self.error("missing-key", "a colon stands where none can stand.", "Check the brackets and quotes before it.")
        is_split = before.kind == after.kind and before.kind in {"number", "word"}
        is_split |= frame.closer == "]" and before.kind != after.kind and {before.kind, after.kind} <= _PLAIN
        is_spread = before.kind == after.kind == "string" and self.goes_over_lines(before, after)
        if is_split or is_spread or not (on_new_line or (is_closed and begins_clearly)):
            message = f"{self.shown(after)} follows {self.shown(before)} without a comma."
            hint = 'Write a comma between two values; escape quotes inside a text as \\".'
            raise self.error("missing-comma", message, hint)

    def add_closer(self, frame: _Frame) -> None:
        """Accept that the text ends before `frame` does, if only closers can be missing."""
        if not self.finished or self.previous.kind not in _CLOSERS.values():
            raise self.cut(
                f"before the {frame.closer} of the {frame.token.kind} in line {self.source.place(frame.token.start)[0]}"
            )
        if not self.has_ended:
            self.check_end_is_clear(frame)
        self.has_ended = True
        self.lexer.allow(CLOSERS_ADDED, self.token.start, f"a missing {frame.closer} at the end")

    def check_end_is_clear(self, frame: _Frame) -> None:
        is_doubtful = self.open[0].closer == "]" or self.lexer.hides_brackets
        if is_doubtful or _may_close_earlier(self.open, self.closed):
            raise self.error("ambiguous-end", f"a {frame.closer} is missing, and it is not clear where.", _AGAIN)

    # The tools of the above

    def enter(self) -> _Frame:
        if len(self.open) == MAX_DEPTH:
            raise self.error("too-deep", f"brackets are nested more than {MAX_DEPTH} deep.", "Send a flatter schema.")
        frame = _Frame(self.token, _CLOSERS[self.token.kind])
        self.take()
        self.open.append(frame)
        self.closed.clear()
        return frame

    def take(self) -> Token:
        self.previous = self.token
        self.token = self.lexer.next()
        return self.previous

    def gap(self) -> str:
        return self.source.text[self.previous.end : self.token.start]

    def goes_over_lines(self, *tokens: Token) -> bool:
        return any("\n" in self.source.text[token.start : token.end] for token in tokens)

    def shown(self, token: Token) -> str:
        return (
            shown(self.source.text[token.start : min(token.end, token.start + 100)], 40) if token.kind != "end" else "the end"
        )

    def pointer(self) -> str:
        return pointer(*(frame.key for frame in self.open if frame.key is not None))

    def error(self, code: str, message: str, hint: str, token: Token | None = None) -> SchemaError:
        return self.source.error((token or self.token).start, code, message, hint, self.pointer())

    def placeholder(self, token: Token, text: str) -> SchemaError:
        hint = "Write out everything that is meant; nothing can be left out or taken over from before."
        return self.error("placeholder", f"{shown(text)} stands for something that was left out.", hint, token)

    def cut(self, where: str) -> SchemaError:
        return self.error("truncated", f"the text ends {where}.", _AGAIN)

    def mismatch(self, frame: _Frame) -> SchemaError:
        line, column = self.source.place(frame.token.start)
        message = f"{self.token.kind} cannot close the {frame.token.kind} of line {line}, column {column}."
        return self.error("bracket-mismatch", message, "Check the brackets between these two places.")


def _may_close_earlier(open_: Sequence[_Frame], closed: Sequence[_Frame]) -> bool:
    """Return whether the missing closers could belong to another place than the end.

    A closer can be missing inside only where an object lies in an object (or an array in an array), because
    otherwise the items after it do not fit; and a container that was closed must then pass its closer on to
    the one around it, up to the first that was not. Lines that are indented one by one settle it.
    """
    path = [*open_, *reversed(closed)]
    fits = True
    for depth in range(1, len(path)):
        outer, inner = path[depth - 1], path[depth]
        fits = (fits or depth <= len(open_)) and outer.closer == inner.closer
        has_choice = inner.items > 1 or inner.closer == "]"
        if fits and has_choice and not _is_set_apart(outer, inner):
            return True
    return False


def _is_set_apart(outer: _Frame, inner: _Frame) -> bool:
    if not (outer.is_aligned and inner.is_aligned) or outer.indent is None or inner.indent is None:
        return False
    return outer.indent < inner.indent


def _breaks_a_literal(code: str) -> bool:
    """Return whether a line of code ends inside single quotes."""
    return any(line.count("'") % 2 for line in code.split("\n"))


def _is_same(first: Any, second: Any) -> bool:
    """Return whether two JSON values are written the same, 1 and 1.0 and true being three values."""
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return list(first) == list(second) and all(map(_is_same, first.values(), second.values()))
    if isinstance(first, list):
        return len(first) == len(second) and all(map(_is_same, first, second))
    return bool(first == second)
