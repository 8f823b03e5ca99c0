"""Patterns read: the part of regular expressions whose texts can be counted, or what is wrong, with its place.

Characters, escapes, classes, groups, alternatives and bounded repetition. What has no bound, looks around or refers back is
refused by name. Reading takes time in proportion to the text, which is at most TEXT_LIMIT long.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NoReturn

from datagen_chat.patterns.nodes import Chars, Node, Options, Repeat, Series

TEXT_LIMIT = 2000
DEPTH_LIMIT = 20
TIMES_LIMIT = 100
LENGTH_LIMIT = 1000
STEPS_LIMIT = 5000
RANGE_LIMIT = 1000

PRINTABLE = tuple(map(chr, range(0x20, 0x7F)))
_DIGITS = tuple("0123456789")
_WORD = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_")


def _without(chars: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(char for char in PRINTABLE if char not in chars)


CLASSES = {
    "d": _DIGITS,
    "w": _WORD,
    "s": (" ",),
    "D": _without(_DIGITS),
    "W": _without(_WORD),
    "S": _without((" ",)),
}
_TIMES = re.compile(r"\{([0-9]{0,9})(?:(,)([0-9]{0,9}))?\}", re.ASCII)
_NAMED = re.compile(r"\?P?<[A-Za-z_][A-Za-z0-9_]{0,62}>")
_OPENINGS = {
    "?=": "Lookahead (?=…)",
    "?!": "Lookahead (?!…)",
    "?<=": "Lookbehind (?<=…)",
    "?<!": "Lookbehind (?<!…)",
    "?P=": "The backreference (?P=…)",
    "?>": "The atomic group (?>…)",
    "?(": "The condition (?(…)",
    "?#": "The remark (?#…)",
    "?": "The flag (?…)",
}
_ESCAPES = {"b": "The word boundary \\b", "B": "The word boundary \\B", "p": "The property \\p", "P": "The property \\P"}


class PatternError(Exception):
    """A text that is no pattern of ours: what is wrong, and what to write instead."""

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


@lru_cache(maxsize=256)
def parse(text: str) -> Node:
    """Return what a pattern is made of.

    Raises:
        PatternError: the text is no pattern, or none with so few and short texts that they can be made.

    >>> parse("[a-c]{2}|x").count
    10
    """
    if len(text) > TEXT_LIMIT:
        raise PatternError("pattern-too-large", f"The pattern has {len(text)} characters.", f"Keep it within {TEXT_LIMIT}.")
    reader = _Reader(text)
    node = reader.options(0)
    if reader.at < len(text):
        reader.refuse("The ) closes no group", "Write \\) for the character itself.")
    if node.longest > LENGTH_LIMIT:
        message = f"Texts of this pattern can have {node.longest} characters."
        raise PatternError(
            "pattern-too-large", message, f"Lower the repetitions, so that no text is longer than {LENGTH_LIMIT}."
        )
    if node.longest == 0:
        raise PatternError(
            "pattern-syntax", "The pattern matches nothing but the empty text.", "Write what the texts look like."
        )
    if node.steps > STEPS_LIMIT:
        message = "The pattern has too many alternatives within repetitions."
        raise PatternError("pattern-too-large", message, "Use fewer alternatives, or lower the repetitions.")
    return node


class _Reader:
    """Reads a pattern from left to right; `at` is the place of the next character."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def refuse(self, what: str, hint: str, code: str = "pattern-syntax", at: int | None = None) -> NoReturn:
        place = (self.at if at is None else at) + 1
        raise PatternError(code, f"{what} (character {place} of the pattern).", hint)

    def peek(self, length: int = 1) -> str:
        return self.text[self.at : self.at + length]

    def skip(self, sign: str) -> bool:
        """Return whether a sign is next, and go behind it if so."""
        found = self.text.startswith(sign, self.at)
        self.at += len(sign) * found
        return found

    def options(self, depth: int) -> Node:
        """Return the alternatives up to the end of the group."""
        if depth > DEPTH_LIMIT:
            self.refuse(f"Groups are nested more than {DEPTH_LIMIT} deep", "Use fewer groups.", "pattern-too-large")
        found = [self.series(depth)]
        while self.skip("|"):
            found.append(self.series(depth))
        return found[0] if len(found) == 1 else Options(tuple(found))

    def series(self, depth: int) -> Node:
        """Return the parts of one alternative."""
        parts: list[Node] = []
        self.anchor(depth, ("^", "\\A"), is_start=True)
        while self.peek() not in ("", "|", ")"):
            if self.anchor(depth, ("$", "\\Z", "\\z"), is_start=False):
                break
            start = self.at
            parts.append(self.repeated(self.atom(depth), start))
        return parts[0] if len(parts) == 1 else Series(tuple(parts))

    def anchor(self, depth: int, signs: tuple[str, ...], *, is_start: bool) -> bool:
        """Return whether an anchor is next, and go behind it; it may only stand at an end of the text."""
        if not any(map(self.skip, signs)):
            return False
        if depth or not (is_start or self.peek() in ("", "|")):
            self.refuse("An anchor stands within the pattern", "Write ^ only at its start and $ at its end.", at=self.at - 1)
        return True

    def repeated(self, node: Node, start: int) -> Node:
        """Return a part as often as what stands behind it says."""
        atom = self.text[start : self.at]
        sign = self.peek()
        if sign in ("*", "+"):
            low = 0 if sign == "*" else 1
            hint = f"Write how often at most, such as {atom}{{{low},10}}."
            self.refuse(f"{atom}{sign} has no upper bound", hint, "pattern-unbounded")
        if self.skip("?"):
            low, high = 0, 1
        elif sign == "{":
            low, high = self.times(atom)
        else:
            return node
        self.skip("?")  # a lazy quantifier matches the same texts
        if self.peek() in ("*", "+", "?") or _TIMES.match(self.text, self.at):
            self.refuse("A repetition is repeated", "Put what is to be repeated into a group: (?:…){2}.")
        if not high:
            return Series(())
        return node if (low, high) == (1, 1) else Repeat(node, low, high)

    def times(self, atom: str) -> tuple[int, int]:
        """Return the bounds in braces."""
        found = _TIMES.match(self.text, self.at)
        if found is None or not (found[1] or found[3]):
            self.refuse("The { begins no repetition such as {3} or {1,5}", "Write \\{ for the character itself.")
        if found[2] and not found[3]:
            hint = f"Write how often at most, such as {atom}{{{found[1]},{int(found[1]) + 10}}}."
            self.refuse(f"{atom}{found[0]} has no upper bound", hint, "pattern-unbounded")
        low = int(found[1] or 0)
        high = int(found[3]) if found[2] else low
        if high < low:
            self.refuse(f"The bounds of {found[0]} are reversed", f"Write {{{high},{low}}}.")
        if high > TIMES_LIMIT:
            hint = f"Repeat at most {TIMES_LIMIT} times."
            self.refuse(f"{found[0]} repeats more than {TIMES_LIMIT} times", hint, "pattern-too-large")
        self.at = found.end()
        return low, high

    def atom(self, depth: int) -> Node:
        """Return the next character, class or group."""
        sign = self.peek()
        if sign == "(":
            return self.group(depth)
        if sign == "[":
            return Chars(self.members())
        if sign in ("*", "+", "?"):
            self.refuse(f"There is nothing for the {sign} to repeat", f"Write \\{sign} for the character itself.")
        if sign == "{":
            self.refuse("There is nothing for the { to repeat", "Write \\{ for the character itself.")
        if sign == "^":
            self.refuse("An anchor stands within the pattern", "Write ^ only at its start, or \\^ for the character itself.")
        if self.skip("."):
            return Chars(PRINTABLE)
        return Chars(self.escaped()) if sign == "\\" else Chars((self.literal(),))

    def group(self, depth: int) -> Node:
        """Return what stands in parentheses."""
        start = self.at
        self.at += 1
        if not self.skip("?:"):
            if found := _NAMED.match(self.text, self.at):
                self.at = found.end()
            for opening, what in _OPENINGS.items():
                if self.text.startswith(opening, self.at) and not found:
                    hint = "Spell out what the text looks like, without it."
                    self.refuse(f"{what} is not supported", hint, "pattern-unsupported", start)
        node = self.options(depth + 1)
        if not self.skip(")"):
            self.refuse("The ( is not closed", "Add a ), or write \\( for the character itself.", at=start)
        return node

    def literal(self) -> str:
        """Return the next character itself."""
        char = self.peek()
        if not char.isprintable():
            self.refuse("A character that cannot be printed stands in the pattern", "Leave it out.")
        self.at += 1
        return char

    def escaped(self) -> tuple[str, ...]:
        """Return the characters that a backslash and the next character mean."""
        sign = self.peek(2)[1:]
        if sign in CLASSES:
            self.at += 2
            return CLASSES[sign]
        if sign == "":
            self.refuse("The pattern ends with a backslash", "Write \\\\ for the character itself.")
        if sign.isascii() and sign.isdigit():
            self.refuse(f"The backreference \\{sign} is not supported", "Spell out what it repeats.", "pattern-unsupported")
        if sign.isascii() and sign.isalpha():
            what = _ESCAPES.get(sign, f"The escape \\{sign}")
            self.refuse(f"{what} is not supported", "Write the characters themselves.", "pattern-unsupported")
        self.at += 1
        return (self.literal(),)

    def members(self) -> tuple[str, ...]:
        """Return the characters of a class, each once."""
        start = self.at
        self.at += 1
        is_without = self.skip("^")
        found: dict[str, None] = {}
        while not self.skip("]"):
            found.update(dict.fromkeys(self.span(start)))
        chars = _without(tuple(found)) if is_without else tuple(found)
        if not chars:
            self.refuse("The class holds no character", "Name those that are wanted; write \\] for the bracket.", at=start)
        return chars

    def span(self, start: int) -> tuple[str, ...]:
        """Return one member of the class that begins at `start`, or a range of them."""
        first = self.member(start)
        if self.peek() != "-" or self.peek(2) in ("-", "-]"):
            return first
        place = self.at
        self.at += 1
        last = self.member(start)
        if len(first) > 1 or len(last) > 1 or last < first:
            self.refuse(f"{self.text[place - 1 : self.at]} is no range", "Write the lower character first: a-z.", at=place - 1)
        if ord(last[0]) - ord(first[0]) >= RANGE_LIMIT:
            hint = "Name the characters that are wanted."
            self.refuse(f"A range has more than {RANGE_LIMIT} characters", hint, "pattern-too-large", place - 1)
        return tuple(char for char in map(chr, range(ord(first[0]), ord(last[0]) + 1)) if char.isprintable())

    def member(self, start: int) -> tuple[str, ...]:
        """Return the next character of a class, or those that its escape means."""
        if self.at >= len(self.text):
            self.refuse("The [ is not closed", "Add a ], or write \\[ for the character itself.", at=start)
        if self.peek(2) in ("[:", "[.", "[="):
            self.refuse("A named class stands in brackets", "Name its characters, such as A-Za-z.", "pattern-unsupported")
        return self.escaped() if self.peek() == "\\" else (self.literal(),)
