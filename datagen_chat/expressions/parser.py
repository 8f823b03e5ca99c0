"""Text to a tree: operator precedence parsing with a bound on everything.

Weakest first: conditions (`? :`, `if else`), `or` and `||`, `and`, `not`, comparisons, + -, * / // %, signs, `**`.

Source:
    Pratt, "Top down operator precedence", POPL 1973.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from datagen_chat.expressions.mistakes import ExpressionError
from datagen_chat.expressions.nodes import (
    Between,
    Binary,
    Call,
    Case,
    Comparison,
    In,
    IsNull,
    Literal,
    Logic,
    Name,
    Node,
    Unary,
    every,
)
from datagen_chat.expressions.tokens import Token, tokens

NESTING_LIMIT = 64
NODE_LIMIT = 2000
_OPEN_LIMIT = 128  # brackets and operators that wait for their right side; they use Python's stack

CONDITION, OR, AND, NOT, COMPARE, ADD, MULTIPLY, SIGN, POWER = range(1, 10)
COMPARISONS = {"=": "==", "==": "==", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_LOGIC = {"or": ("or", OR), "||": ("||", OR), "and": ("and", AND), "&&": ("and", AND)}
_ARITHMETIC = {"+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY, "//": MULTIPLY, "%": MULTIPLY}
_STRENGTH = (
    {"?": CONDITION, "if": CONDITION, "in": COMPARE, "is": COMPARE, "between": COMPARE, "not": COMPARE, "**": POWER}
    | {sign: strength for sign, (_, strength) in _LOGIC.items()}
    | dict.fromkeys(COMPARISONS, COMPARE)
    | _ARITHMETIC
)
_WORDS: dict[str, Literal] = {
    "true": Literal(True, "bool"),
    "false": Literal(False, "bool"),
    "null": Literal(None, "null"),
    "none": Literal(None, "null"),
}
_NAMES_AT_THE_START = ("end", "when", "then")  # no value begins with these keywords, so columns may be called so
_INSTEAD = {
    "like": "Write starts_with(text, 'A') or contains(text, 'a').",
    "ilike": "Write starts_with(lower(text), 'a') or contains(lower(text), 'a').",
    "mod": "Write %.",
    "div": "Write //.",
    "xor": "Write a != b.",
}


def parse_tree(code: str) -> Node:
    """Return the tree of an expression.

    Raises:
        ExpressionError: it is none, or larger than the limits.
    """
    parser = _Parser(list(tokens(code)))
    root = parser.whole()
    _check_size(root)
    return root


def _check_size(root: Node) -> None:
    hint = "Split it: give a part of it a column of its own."
    for count, (node, depth) in enumerate(every(root), 1):
        if count > NODE_LIMIT:
            raise ExpressionError(node.at, "expression-size", f"The expression has more than {NODE_LIMIT} parts.", hint)
        if depth > NESTING_LIMIT:
            raise _too_deep(node.at)


def _too_deep(at: int) -> ExpressionError:
    hint = "Split it: give a part of it a column of its own."
    return ExpressionError(at, "expression-size", f"The expression is nested more than {NESTING_LIMIT} deep.", hint)


class _Parser:
    """Tokens, and how many of them are read."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens, self._next, self._open = found, 0, 0

    def whole(self) -> Node:
        """Return the one expression that all tokens make."""
        root = self._expression(0)
        if self._peek().kind != "end":
            raise self._unexpected("an operator or the end")
        return root

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token

    def _is_next(self, value: str) -> bool:
        """Return whether the next token is this sign or keyword."""
        return self._peek().kind in ("sign", "keyword") and self._peek().value == value

    def _takes(self, value: str) -> bool:
        """Return whether the next token is this sign or keyword, which is then taken."""
        found = self._is_next(value)
        self._next += found
        return found

    def _expect(self, value: str, why: str) -> None:
        if not self._takes(value):
            raise self._unexpected(f"{value} {why}")

    def _unexpected(self, wanted: str) -> ExpressionError:
        token = self._peek()
        hint = _INSTEAD.get(token.value.lower(), "") if token.kind == "name" else ""
        message = f"Expected {wanted}, found {token}."
        return ExpressionError(token.at, "expression-syntax", message, hint or f"Write {wanted} there.")

    def _expression(self, strength: int) -> Node:
        """Return the longest expression whose operators bind more strongly than `strength`."""
        self._open += 1
        if self._open > _OPEN_LIMIT:
            raise _too_deep(self._peek().at)
        left = self._start()
        while (found := self._operator()) > strength:
            left = self._continue(left, found)
        self._open -= 1
        return left

    def _operator(self) -> int:
        """Return how strongly the next token binds to what stands before it; 0 when it is no operator."""
        token = self._peek()
        return _STRENGTH.get(token.value, 0) if token.kind in ("sign", "keyword") else 0

    def _start(self) -> Node:
        token = self._peek()
        if token.kind == "number":
            return _number(self._take())
        if token.kind == "text":
            return Literal(self._take().value, "text", token.at)
        if token.kind == "name" or token.value in _NAMES_AT_THE_START:
            return self._named(self._take())
        start = _STARTS.get(token.value) if token.kind in ("sign", "keyword") else None
        if start is None:
            raise self._unexpected("a value")
        return start(self, self._take())

    def _named(self, token: Token) -> Node:
        first = token.value if token.kind == "name" else token.text
        if self._takes("("):
            return Call(first.lower(), self._arguments(")"), token.at)
        if not self._takes("."):
            return Name(None, first, token.at)
        column = self._take()
        if column.kind not in ("name", "keyword"):
            self._next -= column.kind != "end"
            raise self._unexpected("a column's name behind the dot")
        if self._is_next(".") or self._is_next("("):
            message = f"{first}.{column.text} cannot be followed by {self._peek()}."
            hint = "Write column, table.column or function(arguments)."
            raise ExpressionError(self._peek().at, "expression-syntax", message, hint)
        return Name(first, column.value if column.kind == "name" else column.text, token.at)

    def _arguments(self, close: str) -> tuple[Node, ...]:
        """Return expressions up to the closing bracket; none when it follows at once."""
        if self._takes(close):
            return ()
        found = [self._expression(0)]
        while self._takes(","):
            found.append(self._expression(0))
        self._expect(close, "or a comma")
        return tuple(found)

    def group(self, _token: Token) -> Node:
        """Return what stands in brackets."""
        inside = self._expression(0)
        self._expect(")", "at the end of the brackets")
        return inside

    def word(self, token: Token) -> Node:
        """Return true, false or null."""
        found = _WORDS[token.value]
        return Literal(found.value, found.kind, token.at)

    def negative(self, token: Token) -> Node:
        """Return a number with its sign turned."""
        return Unary("-", self._expression(SIGN - 1), token.at)

    def positive(self, _token: Token) -> Node:
        """Return what follows a plus sign, which changes nothing."""
        return self._expression(SIGN - 1)

    def opposite(self, token: Token) -> Node:
        """Return `not` and the comparison that follows, or `!` and the value that follows."""
        return Unary("not", self._expression(NOT - 1 if token.value == "not" else SIGN - 1), token.at)

    def function_if(self, token: Token) -> Node:
        """Return `if(condition, then, otherwise)`."""
        self._expect("(", "after if, as in if(condition, then, otherwise)")
        arguments = self._arguments(")")
        if len(arguments) != 3:
            return Call("if", arguments, token.at)
        return Case(None, ((arguments[0], arguments[1]),), arguments[2], token.at)

    def case(self, token: Token) -> Node:
        """Return `case when … then … else … end`."""
        operand = None if self._is_next("when") else self._expression(0)
        branches = []
        while self._takes("when"):
            condition = self._expression(0)
            self._expect("then", "after the condition")
            branches.append((condition, self._expression(0)))
        if not branches:
            raise self._unexpected("when")
        otherwise = self._expression(0) if self._takes("else") else None
        self._expect("end", "at the end of the case")
        return Case(operand, tuple(branches), otherwise, token.at)

    def _continue(self, left: Node, strength: int) -> Node:
        """Return `left` joined by the next operator with what stands behind it."""
        value = self._peek().value
        if value in COMPARISONS:
            return self._comparison(left)
        if strength == COMPARE:
            return self._membership(left, self._take())
        self._take()
        if value in _LOGIC:
            return _joined(_LOGIC[value][0], left, self._expression(strength))
        if strength == CONDITION:
            return self._condition(left, value)
        # A power binds to the right, and more strongly than a sign before it, but not than one behind: 2 ** -1.
        return Binary(value, left, self._expression(SIGN - 1 if strength == POWER else strength), left.at)

    def _condition(self, left: Node, value: str) -> Node:
        if value == "?":
            then = self._expression(0)
            self._expect(":", "between the values of a condition")
            return Case(None, ((left, then),), self._expression(CONDITION - 1), left.at)
        condition = self._expression(CONDITION)
        self._expect("else", "after the condition, as in a if condition else b")
        return Case(None, ((condition, left),), self._expression(CONDITION - 1), left.at)

    def _comparison(self, left: Node) -> Node:
        signs, operands = [], [left]
        while self._peek().kind == "sign" and self._peek().value in COMPARISONS:
            signs.append(COMPARISONS[self._take().value])
            operands.append(self._expression(COMPARE))
        return Comparison(tuple(signs), tuple(operands), left.at)

    def _membership(self, left: Node, token: Token) -> Node:
        if token.value == "is":
            return self._is_null(left)
        negated = token.value == "not"
        if negated and not (self._is_next("in") or self._is_next("between")):
            raise self._unexpected("in or between after not")
        value = self._take().value if negated else token.value
        if value == "between":
            low = self._expression(COMPARE)
            self._expect("and", "between the bounds")
            return Between(left, low, self._expression(COMPARE), negated, left.at)
        if not (self._takes("(") or self._takes("[")):
            raise self._unexpected("( after in")
        close = ")" if self._tokens[self._next - 1].value == "(" else "]"
        members = self._arguments(close)
        if not members:
            raise ExpressionError(
                token.at, "expression-syntax", "Nothing is in an empty list.", "Write the values inside the brackets."
            )
        return In(left, members, negated, left.at)

    def _is_null(self, left: Node) -> Node:
        negated = self._takes("not")
        if self._takes("null") or self._takes("none"):
            return IsNull(left, negated, left.at)
        raise self._unexpected("null after is (compare other values with ==)")


_STARTS: dict[str, Callable[[_Parser, Token], Node]] = {
    "(": _Parser.group,
    "-": _Parser.negative,
    "+": _Parser.positive,
    "!": _Parser.opposite,
    "not": _Parser.opposite,
    "if": _Parser.function_if,
    "case": _Parser.case,
}
_STARTS.update(dict.fromkeys(_WORDS, _Parser.word))


def _joined(sign: str, left: Node, right: Node) -> Logic:
    """Return operands joined, a chain of the same operator as one node."""
    if isinstance(left, Logic) and left.sign == sign:
        return Logic(sign, (*left.operands, right), left.at)
    return Logic(sign, (left, right), left.at)


def _number(token: Token) -> Literal:
    if token.value.isdecimal():
        if len(token.value.lstrip("0")) <= 19 and (whole := int(token.value)) < 2**63:
            return Literal(whole, "int", token.at)
    elif math.isfinite(number := float(token.value)):
        return Literal(number, "float", token.at)
    raise ExpressionError(token.at, "expression-value", f"{token} is too large a number.", "Use a number that fits 64 bits.")
