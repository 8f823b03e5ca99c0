"""Text to a tree: operator precedence parsing with a bound on everything.

Weakest first: conditions (`? :`, `if else`), `or` and `||`, `and`, `not`, comparisons, + -, * / // %, signs, `**`.

Source:
    Pratt, "Top down operator precedence", POPL 1973.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from datagen_chat.expressions.cursor import Cursor
from datagen_chat.expressions.foreign import converted_to, length_of, method, own_call, part_of
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
    LiteralKind,
    Logic,
    Name,
    Node,
    Unary,
    parts,
)
from datagen_chat.expressions.tokens import Token, tokens

NESTING_LIMIT = 64
NODE_LIMIT = 2000
_DEPTH_LIMIT = 160  # of the tree, which is read with Python's stack; a chain such as a + b - c is as deep as it is long
_OPEN_LIMIT = 128  # brackets and operators that wait for their right side; they use Python's stack

CONDITION, OR, AND, NOT, COMPARE, ADD, MULTIPLY, SIGN, POWER, SUFFIX = range(1, 11)
COMPARISONS = {"=": "==", "==": "==", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_LOGIC = {"or": ("or", OR), "||": ("||", OR), "and": ("and", AND), "&&": ("and", AND)}
_ARITHMETIC = {"+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY, "//": MULTIPLY, "%": MULTIPLY}
_STRENGTH = (
    {"?": CONDITION, "if": CONDITION, "in": COMPARE, "is": COMPARE, "between": COMPARE, "not": COMPARE, "**": POWER}
    | {"::": SUFFIX, ".": SUFFIX}
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
_INTERVAL_NUMBER = re.compile(r"-?[0-9]{1,9}(?:\.[0-9]{1,9})?", re.ASCII)


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
    waiting, count = [(root, 1, 1)], 0
    while waiting:
        node, depth, nesting = waiting.pop()
        count += 1
        if count > NODE_LIMIT:
            raise _too_large(node.at, f"has more than {NODE_LIMIT} parts")
        if nesting > NESTING_LIMIT:
            raise _too_deep(node.at)
        if depth > _DEPTH_LIMIT:
            raise _too_large(node.at, f"has more than {_DEPTH_LIMIT} operators in a row")
        waiting += [(part, depth + 1, nesting + (not _goes_on(node, part))) for part in reversed(parts(node))]


def _goes_on(node: Node, part: Node) -> bool:
    """Return whether a part is the beginning of the chain that a node ends, as a + b is of a + b - c."""
    if not (isinstance(node, Binary) and isinstance(part, Binary)) or part is not node.left or node.sign not in _ARITHMETIC:
        return False
    return _ARITHMETIC.get(part.sign) == _ARITHMETIC[node.sign]


def _too_large(at: int, how: str) -> ExpressionError:
    hint = "Split it: give a part of it a column of its own."
    return ExpressionError(at, "expression-size", f"The expression {how}.", hint)


def _too_deep(at: int) -> ExpressionError:
    return _too_large(at, f"is nested more than {NESTING_LIMIT} deep")


class _Parser(Cursor):
    """Reads expressions one inside the other."""

    def __init__(self, found: list[Token]) -> None:
        super().__init__(found)
        self._open = 0

    def whole(self) -> Node:
        """Return the one expression that all tokens make."""
        root = self._expression(0)
        if self.peek().kind != "end":
            raise self.unexpected("an operator or the end")
        return root

    def _expression(self, strength: int) -> Node:
        """Return the longest expression whose operators bind more strongly than `strength`."""
        self._open += 1
        if self._open > _OPEN_LIMIT:
            raise _too_deep(self.peek().at)
        left = self._start()
        while (found := self._operator()) > strength:
            left = self._continue(left, found)
        self._open -= 1
        return left

    def _operator(self) -> int:
        """Return how strongly the next token binds to what stands before it; 0 when it is no operator."""
        token = self.peek()
        return _STRENGTH.get(token.value, 0) if token.kind in ("sign", "keyword") else 0

    def _start(self) -> Node:
        token = self.peek()
        if token.kind == "number":
            return self._measured(_number(self.take()))
        if token.kind == "text":
            return Literal(self.take().value, "text", token.at)
        if token.kind == "name" or token.value in _NAMES_AT_THE_START:
            return self._named(self.take())
        start = _STARTS.get(token.value) if token.kind in ("sign", "keyword") else None
        if start is None:
            raise self.unexpected("a value")
        return start(self, self.take())

    def _named(self, token: Token) -> Node:
        first = token.value if token.kind == "name" else token.text
        form = _FORMS.get(first.lower())
        if form is not None and (found := form(self, token)) is not None:
            return found
        if self.takes("("):
            return own_call(Call(first.lower(), self._arguments(")"), token.at))
        if not self.is_next(".") or self._is_method():
            return Name(None, first, token.at)
        self.take()
        column = self._name_behind_dot()
        return Name(first, column.value if column.kind == "name" else column.text, token.at)

    def _is_method(self) -> bool:
        """Return whether a bracket follows the name behind the dot."""
        following = self.ahead(2)
        return len(following) == 2 and following[1].value == "(" and following[1].kind == "sign"

    def _name_behind_dot(self) -> Token:
        if self.peek().kind not in ("name", "keyword"):
            raise self.unexpected("a column's name behind the dot")
        return self.take()

    def _suffix(self, left: Node, sign: Token) -> Node:
        """Return `left` in the type behind a double colon, or with the method behind a dot."""
        if sign.value == "::":
            return self._converted(left, left.at)
        word = self._name_behind_dot()
        arguments = self._arguments(")") if self.takes("(") else None
        made = method(left, word.text.lower(), arguments, left.at)
        if made is None:
            message = f".{word.text} cannot follow here."
            raise ExpressionError(sign.at, "expression-syntax", message, "Write column, table.column or function(arguments).")
        return made

    def _converted(self, value: Node, at: int) -> Node:
        """Return a value in the type that is named next, as in `x::date`."""
        word = self.take()
        name = word.value
        if name.lower() == "double" and self.peek().value.lower() == "precision":
            self.take()
        made = converted_to(name, self._arguments(")") if self.takes("(") else (), value, at)
        if made is None:
            hint = "Write round(x) or floor(x) for a whole number, concat(x) for text, date(x) for a date."
            raise ExpressionError(word.at, "expression-function", f"Nothing is converted to {word}.", hint)
        return made

    def _measured(self, number: Node) -> Node:
        """Return a number, or the duration that it is with the unit behind it, as in `90 days`."""
        unit = self.peek()
        length = length_of(unit.value) if unit.kind == "name" else None
        return number if length is None else Call(length, (number,), self.take().at)

    def interval(self, token: Token) -> Node | None:
        """Return `interval '1 day'`, `interval 1 day` or `interval n day`; None where it is a column's name."""
        if self.peek().kind not in ("text", "number", "name") and not self.is_next("("):
            return None
        value = self._expression(SUFFIX)
        if isinstance(value, Call) and length_of(value.name):
            return value
        count, unit = _parts_of_interval(value)
        length = length_of(unit or self.take().value)
        if count is None or length is None:
            hint = "Write days(n), hours(n), minutes(n) or seconds(n)."
            raise ExpressionError(token.at, "expression-syntax", "This is no interval of one number and one unit.", hint)
        return Call(length, (count,), token.at)

    def cast(self, token: Token) -> Node | None:
        """Return `cast(x as type)`."""
        if not self.takes("("):
            return None
        value = self._expression(0)
        if self.peek().value.lower() != "as":
            raise self.unexpected("as and a type")
        self.take()
        made = self._converted(value, token.at)
        self.expect(")", "behind the type")
        return made

    def extract(self, token: Token) -> Node | None:
        """Return `extract(part from time)`."""
        if not self.takes("("):
            return None
        part = self.take()
        if self.peek().value.lower() != "from":
            raise self.unexpected("from, as in extract(year from time)")
        self.take()
        time = self._expression(0)
        self.expect(")", "behind the time")
        made = part_of(part.value, time, token.at)
        if made is None:
            hint = "Write year(t), month(t), day(t), hour(t), or dow(t), where 0 is Monday."
            raise ExpressionError(part.at, "expression-function", f"There is no part {part} of a time.", hint)
        return made

    def moment(self, token: Token) -> Node | None:
        """Return `date '2024-01-31'` or `timestamp '…'`; None where it is a call or a column."""
        if self.peek().kind != "text":
            return None
        name = "date" if token.value.lower() == "date" else "datetime"
        return Call(name, (Literal(self.take().value, "text", token.at),), token.at)

    def _arguments(self, close: str) -> tuple[Node, ...]:
        """Return expressions up to the closing bracket; none when it follows at once."""
        if self.takes(close):
            return ()
        found = [self._expression(0)]
        while self.takes(","):
            found.append(self._expression(0))
        self.expect(close, "or a comma")
        return tuple(found)

    def group(self, _token: Token) -> Node:
        """Return what stands in brackets."""
        inside = self._expression(0)
        self.expect(")", "at the end of the brackets")
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
        self.expect("(", "after if, as in if(condition, then, otherwise)")
        arguments = self._arguments(")")
        return own_call(Call("if", arguments, token.at))

    def case(self, token: Token) -> Node:
        """Return `case when … then … else … end`."""
        operand = None if self.is_next("when") else self._expression(0)
        branches = []
        while self.takes("when"):
            condition = self._expression(0)
            self.expect("then", "after the condition")
            branches.append((condition, self._expression(0)))
        if not branches:
            raise self.unexpected("when")
        otherwise = self._expression(0) if self.takes("else") else None
        self.expect("end", "at the end of the case")
        return Case(operand, tuple(branches), otherwise, token.at)

    def _continue(self, left: Node, strength: int) -> Node:
        """Return `left` joined by the next operator with what stands behind it."""
        value = self.peek().value
        if value in COMPARISONS:
            return self._comparison(left)
        if strength == COMPARE:
            return self._membership(left, self.take())
        sign = self.take()
        if strength == SUFFIX:
            return self._suffix(left, sign)
        if value in _LOGIC:
            return _joined(_LOGIC[value][0], left, self._expression(strength))
        if strength == CONDITION:
            return self._condition(left, value)
        # A power binds to the right, and more strongly than a sign before it, but not than one behind: 2 ** -1.
        return Binary(value, left, self._expression(SIGN - 1 if strength == POWER else strength), left.at)

    def _condition(self, left: Node, value: str) -> Node:
        if value == "?":
            then = self._expression(0)
            self.expect(":", "between the values of a condition")
            return Case(None, ((left, then),), self._expression(CONDITION - 1), left.at)
        condition = self._expression(CONDITION)
        self.expect("else", "after the condition, as in a if condition else b")
        return Case(None, ((condition, left),), self._expression(CONDITION - 1), left.at)

    def _comparison(self, left: Node) -> Node:
        signs, operands = [], [left]
        while self.peek().kind == "sign" and self.peek().value in COMPARISONS:
            signs.append(COMPARISONS[self.take().value])
            operands.append(self._expression(COMPARE))
        return Comparison(tuple(signs), tuple(operands), left.at)

    def _membership(self, left: Node, token: Token) -> Node:
        if token.value == "is":
            return self._is_null(left)
        negated = token.value == "not"
        if negated and not (self.is_next("in") or self.is_next("between")):
            raise self.unexpected("in or between after not")
        value = self.take().value if negated else token.value
        if value == "between":
            low = self._expression(COMPARE)
            self.expect("and", "between the bounds")
            return Between(left, low, self._expression(COMPARE), negated, left.at)
        close = ")" if self.takes("(") else "]" if self.takes("[") else None
        if close is None:
            raise self.unexpected("( after in")
        members = self._arguments(close)
        if not members:
            raise ExpressionError(
                token.at, "expression-syntax", "Nothing is in an empty list.", "Write the values inside the brackets."
            )
        return In(left, members, negated, left.at)

    def _is_null(self, left: Node) -> Node:
        negated = self.takes("not")
        if self.takes("null") or self.takes("none"):
            return IsNull(left, negated, left.at)
        raise self.unexpected("null after is (compare other values with ==)")


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

_FORMS: dict[str, Callable[[_Parser, Token], Node | None]] = {
    "cast": _Parser.cast,
    "extract": _Parser.extract,
    "interval": _Parser.interval,
    "date": _Parser.moment,
    "timestamp": _Parser.moment,
}


def _parts_of_interval(value: Node) -> tuple[Node | None, str]:
    """Return the number of an interval, and its unit where a text holds both."""
    if not (isinstance(value, Literal) and isinstance(value.value, str)):
        return value, ""
    number, _, unit = value.value.strip().partition(" ")
    if not _INTERVAL_NUMBER.fullmatch(number):
        return None, unit
    kind: LiteralKind = "float" if "." in number else "int"
    return Literal(float(number) if kind == "float" else int(number), kind, value.at), unit.strip()


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
