"""The tokens of an expression while they are read from left to right."""

from __future__ import annotations

from datagen_chat.expressions.mistakes import ExpressionError
from datagen_chat.expressions.tokens import Token

_INSTEAD = {
    "like": "Write starts_with(text, 'A') or contains(text, 'a').",
    "ilike": "Write starts_with(lower(text), 'a') or contains(lower(text), 'a').",
    "mod": "Write %.",
    "div": "Write //.",
    "xor": "Write a != b.",
}


class Cursor:
    """Tokens, and how many of them are read."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens, self._next = found, 0

    def peek(self) -> Token:
        """Return the next token; the last one is the end."""
        return self._tokens[self._next]

    def take(self) -> Token:
        """Return the next token, and go on behind it."""
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token

    def ahead(self, count: int) -> list[Token]:
        """Return up to so many tokens behind the next one."""
        return self._tokens[self._next + 1 : self._next + 1 + count]

    def is_next(self, value: str) -> bool:
        """Return whether the next token is this sign or keyword."""
        return self.peek().kind in ("sign", "keyword") and self.peek().value == value

    def takes(self, value: str) -> bool:
        """Return whether the next token is this sign or keyword, which is then taken."""
        found = self.is_next(value)
        self._next += found
        return found

    def expect(self, value: str, why: str) -> None:
        """Take this sign or keyword.

        Raises:
            ExpressionError: another token is next.
        """
        if not self.takes(value):
            raise self.unexpected(f"{value} {why}")

    def unexpected(self, wanted: str) -> ExpressionError:
        """Return that the next token is not what should stand there."""
        token = self.peek()
        hint = _INSTEAD.get(token.value.lower(), "") if token.kind == "name" else ""
        message = f"Expected {wanted}, found {token}."
        return ExpressionError(token.at, "expression-syntax", message, hint or f"Write {wanted} there.")
