"""The tokens of JSON as models write it; every liberty taken is recorded, and what could be a guess is refused."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from typing import Any, NamedTuple

from datagen_chat.conversation.strings import QUOTES, Fault, read_string
from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, SchemaError, shown

MAX_DIGITS = 400  # more than any finite float needs; far below where reading an integer turns quadratic

_SPACE = re.compile(r"[ \t\n\r]*")
_ODD_SPACE = re.compile("[\v\f\x85\xa0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]+")
_COMMENT = re.compile(r"//[^\n\r]*|#[^\n\r]*|/\*.*?\*/", re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>\.[0-9]+)?(?P<exponent>[eE][+-]?[0-9]+)?")
_TAIL = re.compile(r"[\w.$%]+")
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_ENTITY = re.compile(r"&(?:\w+|#\d+|#x[0-9a-fA-F]+);")
_DOTS = re.compile(r"\.\.\.|…")
_LEFT_OUT = "columns? tables? nodes? fields? rows? entities items checks constraints".replace(" ", "|")
_PLACEHOLDER = re.compile(
    r"\.\.\.|…|\b(?:rest|remaining|remainder|unchanged|unmodified|no changes?|omitted|truncated|abbreviated|elided|skipped|etc"
    r"|and so on|so forth|to-?do|fill in|placeholder|repeat(?:ed|s)?|similarly|continue[sd]?"
    r"|(?:same|identical|similar|as) (?:as|to|before|above|earlier|previously)"
    rf"|(?:other|more|additional|existing|previous|further) (?:{_LEFT_OUT})"
    r"|restliche[nrs]?|übrige[nrs]?|unverändert|wie (?:oben|zuvor|bisher)|inchangée?s?|le reste|ci-dessus|sin cambios|el resto"
    r"|los? demás|igual que|inalterad[oa]s?|o restante|invariat[oaie]|come sopra|без изменений|остальные)\b"
    r"|其余|不变|省略|以下同様",
    re.IGNORECASE,
)
_MEMBER = re.compile(r"""["'][^"'\n]{1,80}["']\s*+:""")
_SUM = re.compile(r"//\s*+[\d(][\d\s.*/+()%-]*+[,}\]\s]*+")


class Token(NamedTuple):
    """One token: a bracket, colon or comma by its own character, or a string, number, word or the end."""

    kind: str
    start: int
    end: int
    value: Any = None


@dataclass(frozen=True, slots=True)
class Liberty:
    """A departure from strict JSON that was accepted because it can mean only one thing."""

    rung: int
    line: int
    column: int
    what: str


class Source:
    """A text that knows its lines, so that every place in it can be named."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0, *(found.end() for found in re.finditer(r"\r\n|\r|\n", text))]

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and column of a character, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def error(self, offset: int, code: str, message: str, hint: str = "", at: str = "") -> SchemaError:
        """Return the error that says what is wrong at one character."""
        line, column = self.place(offset)
        return SchemaError([Problem(at, code, f"line {line}, column {column}: {message}", hint)])


def is_placeholder(text: str) -> bool:
    """Return whether a text stands for something that was left out.

    >>> is_placeholder("... rest of the columns unchanged"), is_placeholder("one row per parcel")
    (True, False)
    """
    return _PLACEHOLDER.search(text) is not None


class Lexer:
    """The tokens of a text, one at a time, and the liberties that reading them took."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.at = 0
        self.last = Token("", 0, 0)
        self.liberties: list[Liberty] = []
        self.hides_brackets = False
        self.comment: int | None = None  # where the first comment before the last token begins, if there is one

    def allow(self, rung: int, offset: int, what: str) -> None:
        """Record a liberty."""
        self.liberties.append(Liberty(rung, *self.source.place(offset), what))

    def next(self) -> Token:
        """Return the next token; the last one is `end`, as often as it is asked for.

        Raises:
            SchemaError: what stands here cannot be read without guessing.
        """
        self.comment = None
        self._skip()
        self.last = self._token()
        self.at = self.last.end
        return self.last

    def _token(self) -> Token:
        at, char = self.at, self.text[self.at : self.at + 1]
        if not char:
            return Token("end", at, at)
        if char in "{}[]:,":
            return Token(char, at, at + 1)
        if char in QUOTES:
            return self._string(char)
        if char in "-0123456789":
            return self._number()
        if word := _WORD.match(self.text, at):
            return Token("word", at, word.end(), word.group())
        raise self._unexpected(char)

    def _skip(self) -> None:
        """Move past space and comments."""
        while True:
            self.at = start = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]  # it matches nothing, too
            if odd := _ODD_SPACE.match(self.text, start):
                what = "a byte order mark" if odd.group() == "\ufeff" else "a space that JSON does not know"
                self.allow(1, start, what)
                self.at = odd.end()
            elif comment := _COMMENT.match(self.text, start):
                self._check_comment(start, comment.group())
                self.at = comment.end()
            else:
                return

    def _check_comment(self, start: int, comment: str) -> None:
        """Accept a comment that only explains."""
        if is_placeholder(comment):
            raise self.placeholder(start, comment)
        if _MEMBER.search(comment):
            hint = "Move what belongs to the schema out of the comment, and leave comments out."
            raise self.source.error(start, "hidden-data", f"the comment {shown(comment)} holds JSON.", hint)
        if self.last.kind == "number" and _SUM.fullmatch(comment):
            raise self._arithmetic(start)
        self.hides_brackets |= any(bracket in comment for bracket in "{}[]")
        self.comment = start if self.comment is None else self.comment
        self.allow(1, start, "a comment")

    def _string(self, quote: str) -> Token:
        try:
            found = read_string(self.text, self.at)
        except Fault as fault:
            raise self.source.error(fault.at, fault.code, fault.message, fault.hint) from None
        if quote != '"':
            self.allow(2, self.at, "single quotes" if quote == "'" else "typographic quotes")
        for what, (rung, at) in found.liberties.items():
            self.allow(rung, at, what)
        return Token("string", self.at, found.end, found.value)

    def _number(self) -> Token:
        found = _NUMBER.match(self.text, self.at)
        tail = _TAIL.match(self.text, found.end() if found else self.at + 1)
        if found is None or tail:
            raise self._bad_number(self.text[self.at : (tail.end() if tail else self.at + 1)])
        if self.last.kind == "number" and found.group().startswith("-") and not self._is_new_line():
            raise self._arithmetic(self.at)
        return Token("number", self.at, found.end(), self._number_value(found))

    def _is_new_line(self) -> bool:
        return "\n" in self.text[self.last.end : self.at]

    def _number_value(self, found: re.Match[str]) -> int | float:
        digits = found.group()
        if len(digits) > MAX_DIGITS:
            hint = "Write a number of ordinary size."
            raise self.source.error(self.at, "number-range", f"a number of {len(digits)} characters is too long.", hint)
        if not found["fraction"] and not found["exponent"]:
            return int(digits)
        value = float(digits)
        is_lost = value == 0 and re.search("[1-9]", re.split("[eE]", digits)[0])
        if math.isinf(value) or is_lost:
            message = f"{shown(digits)} does not fit a 64-bit number."
            raise self.source.error(self.at, "number-range", message, "Write a number between -1e308 and 1e308.")
        return value

    def _bad_number(self, text: str) -> SchemaError:
        if self.at + len(text) == len(self.text):
            return self.source.error(self.at, "truncated", "the text ends inside a number.", "Send the whole schema again.")
        if text == "-Infinity":
            return self.not_finite(self.at, text)
        is_group = re.fullmatch(r"\d{1,3}(?:_\d{3})+", text) or (self.last.kind == "," and re.fullmatch(r"0\d\d", text))
        if is_group:
            return self.thousands(self.at)
        hint = "Write plain digits, with a dot before decimals and no unit, sign + or leading zero."
        return self.source.error(self.at, "bad-number", f"{shown(text)} is not a number.", hint)

    def _unexpected(self, char: str) -> SchemaError:
        if _DOTS.match(self.text, self.at):
            return self.placeholder(self.at, _DOTS.match(self.text, self.at).group())  # type: ignore[union-attr]
        if self.text.startswith("/*", self.at):
            return self.source.error(self.at, "truncated", "the text ends inside a comment.", "Send the whole schema again.")
        if char in "*/+%^(":
            return self._arithmetic(self.at)
        if entity := _ENTITY.match(self.text, self.at):
            hint = "Write plain quotes and characters, without HTML escapes."
            return self.source.error(self.at, "html-entities", f"{entity.group()} is HTML, not JSON.", hint)
        hint = "Remove it, or put the text that it belongs to in double quotes."
        return self.source.error(self.at, "unexpected-character", f"{char!a} cannot stand here.", hint)

    def placeholder(self, at: int, text: str) -> SchemaError:
        """Return the error for what stands for something else."""
        hint = "Write out everything that is meant; nothing can be left out or taken over from before."
        return self.source.error(at, "placeholder", f"{shown(text)} stands for something that was left out.", hint)

    def _arithmetic(self, at: int) -> SchemaError:
        return self.source.error(at, "arithmetic", "JSON cannot calculate.", "Write the result as one number or string.")

    def thousands(self, at: int) -> SchemaError:
        """Return the error for a number that is cut in groups of digits."""
        return self.source.error(at, "thousands-separator", "a number is cut in groups.", "Write its digits together, as 1000.")

    def not_finite(self, at: int, word: str) -> SchemaError:
        """Return the error for a number that is none."""
        return self.source.error(at, "not-finite", f"{word} is not a JSON number.", "Write a finite number, or null.")
