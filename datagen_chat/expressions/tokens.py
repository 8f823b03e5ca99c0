"""The words and signs of an expression, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from datagen_chat.expressions.mistakes import ExpressionError
from datagen_chat.frozen import dataclass
from datagen_chat.problems import shown

LENGTH_LIMIT = 10_000
KEYWORDS = frozenset(
    ("and", "or", "not", "in", "is", "null", "none", "true", "false", "between", "if", "else", "case", "when", "then", "end")
)

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    | (?P<number>(?:[0-9](?:_?[0-9])*(?:\.(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<quoted>`[^`\n]{1,200}`)
    | (?P<text>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*")
    | (?P<sign>\*\*|//|<=|>=|==|!=|<>|&&|\|\||::|[-+*/%()\[\],.?:<>=!])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)|''|\"\"", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", '"': '"'}
_INSTEAD = {
    "^": "Write ** for a power.",
    "&": "Write and.",
    "|": "Write or, or || to join texts.",
    "×": "Write *.",
    "÷": "Write /.",
    "−": "Write -.",
    "–": "Write -.",
    "≤": "Write <=.",
    "≥": "Write >=.",
    "≠": "Write !=.",
    "{": "Write a column's name without braces; instead of a table of values, if(…) or the generator case.",
    "$": "Write a column's name without $.",
    "@": "Write a column's name without @.",
    ";": "Write one expression without a semicolon.",
} | dict.fromkeys("‘’“”", "Use straight quotes: '…'.")


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign: `text` as it is written, `value` without quotes; keywords are in lower case there."""

    kind: Literal["number", "name", "keyword", "text", "sign", "end"]
    text: str
    value: str
    at: int

    @property
    def end(self) -> int:
        """The place behind the token."""
        return self.at + len(self.text)

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else shown(self.text, 40) if self.kind != "text" else self.text[:40]


def tokens(code: str) -> Iterator[Token]:
    """Yield the tokens of an expression, a last one of kind "end" included.

    Raises:
        ExpressionError: the expression is too long, or something in it is no token.
    """
    if len(code) > LENGTH_LIMIT:
        hint = "Split it: give a part of it a column of its own."
        raise ExpressionError(LENGTH_LIMIT, "expression-size", f"The expression has {len(code)} characters.", hint)
    at = 0
    while at < len(code):
        found = _TOKEN.match(code, at)
        if found is None:
            raise _stranger(code, at)
        if found.lastgroup != "space":
            yield _token(str(found.lastgroup), found[0], at)
        at = found.end()
    yield Token("end", "", "", len(code))


def _token(kind: str, text: str, at: int) -> Token:
    match kind:
        case "name":
            is_keyword = text.lower() in KEYWORDS
            return Token("keyword", text, text.lower(), at) if is_keyword else Token("name", text, text, at)
        case "quoted":
            return Token("name", text, text[1:-1], at)
        case "text":
            return Token("text", text, _unescaped(text, at), at)
        case "number":
            return Token("number", text, text.replace("_", ""), at)
    return Token("sign", text, text, at)


def _unescaped(text: str, at: int) -> str:
    quote = text[0]

    def letter(found: re.Match[str]) -> str:
        escape = found[1]
        if escape is None:
            return quote if found[0][0] == quote else found[0]
        if len(escape) > 1:
            return chr(int(escape[1:], 16))
        return _ESCAPES.get(escape, found[0])

    value = _ESCAPE.sub(letter, text[1:-1])
    if not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value):
        raise ExpressionError(
            at, "expression-syntax", "The text holds half of a surrogate pair.", "Write the character itself."
        )
    return value


def _stranger(code: str, at: int) -> ExpressionError:
    sign = code[at]
    if sign in "'\"`":
        return ExpressionError(at, "expression-syntax", f"The quote {sign} is never closed.", f"Add {sign} at its end.")
    hint = _INSTEAD.get(sign, "Use names, numbers, texts in quotes, functions and operators.")
    shown_sign = sign if sign.isprintable() else f"U+{ord(sign):04X}"
    return ExpressionError(at, "expression-syntax", f"{shown_sign} is no part of an expression.", hint)
