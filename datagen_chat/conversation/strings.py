"""Strings of JSON as models write them: quotes of several kinds, raw line breaks; anything unclear is a fault."""

from __future__ import annotations

import re
from collections.abc import Callable

from datagen_chat.frozen import dataclass

# Which characters end a string that begins with the key. Languages differ in which typographic quote closes.
QUOTES = {'"': '"', "'": "'", "“": "“”", "”": "”", "„": "“”", "‟": "”", "‘": "‘’", "’": "’", "‚": "‘’", "‛": "’"}

_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_HEX = re.compile(r"[0-9a-fA-F]{4}")
_CUT = "Send the whole schema again."


def _plain(quote: str) -> Callable[[str, int], re.Match[str] | None]:
    """Return the matcher of what needs no thought inside a string."""
    stops = QUOTES[quote] + ('"' if quote not in "\"'" else "")
    return re.compile(f"[^{stops}\\\\\x00-\x1f]*").match


_PLAIN = {quote: _plain(quote) for quote in QUOTES}


class Fault(Exception):  # noqa: N818 - it never leaves this package; the lexer turns it into a problem
    """A string that cannot be read, with the place where that shows."""

    def __init__(self, at: int, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.at, self.code, self.message, self.hint = at, code, message, hint


@dataclass(frozen=True, slots=True)
class String:
    """A string's value, where it ends, and the liberties it took: rung and offset of the first of each kind."""

    value: str
    end: int
    liberties: dict[str, tuple[int, int]]


def read_string(text: str, start: int) -> String:
    """Return the string that begins with the quote at `start`.

    Raises:
        Fault: it does not end, or holds what a string cannot hold.
    """
    quote, at = text[start], start + 1
    pieces: list[str] = []
    liberties: dict[str, tuple[int, int]] = {}
    while True:
        found = _PLAIN[quote](text, at)
        assert found is not None
        pieces.append(found.group())
        at = found.end()
        char = text[at : at + 1]
        if char and char in QUOTES[quote]:
            return String("".join(pieces), at + 1, liberties)
        if char == "\\":
            piece, length = _escape(text, at)
            if text[at + 1] == "'" and quote == '"':
                liberties.setdefault("an escaped apostrophe", (2, at))
        else:
            piece, length = _raw(char, quote, start, at), 1
            liberties.setdefault("a raw tab in a string" if char == "\t" else "a raw line break in a string", (1, at))
        pieces.append(piece)
        at += length


def _raw(char: str, quote: str, start: int, at: int) -> str:
    """Return a control character that may stand in a string as it is."""
    if not char:
        raise Fault(start, "truncated", "the text ends inside the string that begins here.", _CUT)
    if char == '"':
        raise Fault(
            start, "mixed-quotes", f'a string that begins with {quote} holds a ".', "Use plain double quotes throughout."
        )
    if char in "\n\r" and quote != '"':
        raise Fault(start, "open-string", "the string that begins here does not end on its line.", "Use plain double quotes.")
    if char not in "\n\r\t":
        raise Fault(at, "control-character", f"the control character {char!a} stands in a string.", "Remove it.")
    return char


def _escape(text: str, at: int) -> tuple[str, int]:
    """Return what an escape sequence stands for, and its length."""
    kind = text[at + 1 : at + 2]
    if not kind:
        raise Fault(at, "truncated", "the text ends inside a string.", _CUT)
    if kind in _ESCAPES:
        return _ESCAPES[kind], 2
    if kind == "'":
        return kind, 2
    if kind == "u":
        return _unicode(text, at)
    raise Fault(at, "bad-escape", f"\\{kind} is no escape in JSON.", "Write a backslash that is meant as such twice: \\\\.")


def _unicode(text: str, at: int) -> tuple[str, int]:
    code = _code_unit(text, at)
    if not 0xD800 <= code < 0xE000:
        return chr(code), 6
    low = _code_unit(text, at + 6) if code < 0xDC00 and text.startswith("\\u", at + 6) else 0
    if not 0xDC00 <= low < 0xE000:
        raise Fault(at, "lone-surrogate", "this is half of a character.", "Write the character itself.")
    return chr(0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)), 12


def _code_unit(text: str, at: int) -> int:
    digits = _HEX.match(text, at + 2)
    if digits is None:
        raise Fault(at, "bad-escape", "\\u needs four hexadecimal digits.", "Write the character itself.")
    return int(digits.group(), 16)
