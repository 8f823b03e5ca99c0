"""How many decimals the values of an expression have, as far as its text says."""

from __future__ import annotations

from collections.abc import Iterable

from datagen_chat.expressions.nodes import Binary, Call, Case, Literal, Name, Node, Unary
from datagen_chat.rounding import PLACES_LIMIT

_WHOLE = frozenset(
    ("floor", "ceil", "length", "year", "quarter", "month", "day", "hour", "minute", "second", "dow", "date_diff")
)
_SAME = frozenset(("abs", "min", "max", "coalesce", "nullif"))


def decimals_of(node: Node) -> int | None:
    """Return the most decimals that a number can have; None where that depends on the columns.

    >>> from datagen_chat.expressions.parser import parse_tree
    >>> [decimals_of(parse_tree(code)) for code in ("round(x, 4) + 0.5", "if(a, 1, 2)", "x * 2")]
    [4, 0, None]
    """
    match node:
        case Literal():
            return _decimals(node)
        case Name():
            return None
        case Unary(sign="-"):
            return decimals_of(node.operand)
        case Binary():
            return _of_binary(node)
        case Case():
            return _most([value for _, value in node.branches] + ([] if node.otherwise is None else [node.otherwise]))
        case Call():
            return _of_call(node)
    return 0


def _decimals(node: Literal) -> int | None:
    if node.kind != "float":
        return None if node.kind == "text" else 0
    digits, _, power = repr(node.value).partition("e")
    fraction = digits.partition(".")[2].rstrip("0")
    return min(max(0, len(fraction) - int(power or 0)), PLACES_LIMIT)


def _of_binary(node: Binary) -> int | None:
    if node.sign == "//":
        return 0
    if node.sign == "*":
        left, right = decimals_of(node.left), decimals_of(node.right)
        return None if left is None or right is None else min(left + right, PLACES_LIMIT)
    return _most([node.left, node.right]) if node.sign in ("+", "-", "%") else None


def _of_call(node: Call) -> int | None:
    if node.name == "round":
        return _of_round(node)
    if node.name in _WHOLE:
        return 0
    return _most(node.arguments) if node.name in _SAME else None


def _of_round(node: Call) -> int | None:
    if len(node.arguments) == 1:
        return 0
    places = node.arguments[-1]
    if isinstance(places, Literal) and isinstance(places.value, int):
        return min(places.value, PLACES_LIMIT)
    return 0 if isinstance(places, Unary) else None


def _most(nodes: Iterable[Node]) -> int | None:
    found = [decimals_of(node) for node in nodes]
    known = [places for places in found if places is not None]
    return max(known, default=0) if len(known) == len(found) else None
