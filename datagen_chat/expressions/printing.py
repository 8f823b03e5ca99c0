"""A tree back to text, in one spelling: `parse(written(tree))` is the tree again."""

from __future__ import annotations

import re

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
)
from datagen_chat.expressions.parser import ADD, AND, COMPARE, MULTIPLY, NOT, OR, POWER, SIGN
from datagen_chat.expressions.tokens import KEYWORDS

_ARITHMETIC = {"+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY, "//": MULTIPLY, "%": MULTIPLY, "**": POWER}
_LOGIC = {"or": OR, "||": OR, "and": AND}
_ATOM = POWER + 1
_ESCAPES = str.maketrans({"\\": "\\\\", "'": "''", "\n": "\\n", "\t": "\\t", "\r": "\\r"})


def written(node: Node) -> str:
    """Return an expression in its canonical spelling.

    >>> from datagen_chat.expressions.parser import parse_tree
    >>> written(parse_tree("a if (x>1) and not y else 'it''s'"))
    "if(x > 1 and not y, a, 'it''s')"
    """
    return _written(node)[0]


def brief(node: Node, width: int = 40) -> str:
    """Return an expression as it may stand in a message."""
    text = written(node)
    return text if len(text) <= width else text[: width - 1] + "…"


def factor(node: Node) -> str:
    """Return an expression as it may stand in a message beside * or /."""
    return _inside(node, MULTIPLY)


def _inside(node: Node, strength: int) -> str:
    """Return a part, in brackets where its operators bind no more strongly than `strength`."""
    text, own = _written(node)
    return text if own > strength else f"({text})"


def _written(node: Node) -> tuple[str, int]:
    """Return the text of a node, and how strongly its outermost operator binds."""
    match node:
        case Literal():
            return _literal(node), _ATOM
        case Name():
            return _name(node), _ATOM
        case Unary(sign="-"):
            return f"-{_inside(node.operand, SIGN - 1)}", SIGN
        case Unary():
            return f"not {_inside(node.operand, NOT - 1)}", NOT
        case Binary():
            return _binary(node), _ARITHMETIC[node.sign]
        case Logic():
            strength = _LOGIC[node.sign]
            return f" {node.sign} ".join(_inside(part, strength) for part in node.operands), strength
        case Case():
            return _case(node), _ATOM
        case Call():
            return f"{node.name}({_listed(node.arguments)})", _ATOM
    return _relation(node), COMPARE


def _relation(node: Comparison | In | IsNull | Between) -> str:
    match node:
        case Comparison():
            first, *rest = (_inside(part, COMPARE) for part in node.operands)
            return first + "".join(f" {sign} {part}" for sign, part in zip(node.signs, rest, strict=True))
        case IsNull():
            return f"{_inside(node.operand, COMPARE)} is {_not(node)}null"
        case In():
            return f"{_inside(node.operand, COMPARE)} {_not(node)}in ({_listed(node.members)})"
        case Between():
            low, high = _inside(node.low, COMPARE), _inside(node.high, COMPARE)
            return f"{_inside(node.operand, COMPARE)} {_not(node)}between {low} and {high}"


def _not(node: In | IsNull | Between) -> str:
    return "not " if node.negated else ""


def _binary(node: Binary) -> str:
    strength = _ARITHMETIC[node.sign]
    if node.sign == "**":
        return f"{_inside(node.left, POWER)} ** {_inside(node.right, SIGN - 1)}"
    return f"{_inside(node.left, strength - 1)} {node.sign} {_inside(node.right, strength)}"


def _case(node: Case) -> str:
    if node.operand is None and len(node.branches) == 1 and node.otherwise is not None:
        [(condition, value)] = node.branches
        return f"if({_listed((condition, value, node.otherwise))})"
    start = "case" if node.operand is None else f"case {written(node.operand)}"
    branches = "".join(f" when {written(condition)} then {written(value)}" for condition, value in node.branches)
    otherwise = "" if node.otherwise is None else f" else {written(node.otherwise)}"
    return f"{start}{branches}{otherwise} end"


def _listed(nodes: tuple[Node, ...]) -> str:
    return ", ".join(map(written, nodes))


def _literal(node: Literal) -> str:
    match node.value:
        case str():
            return f"'{node.value.translate(_ESCAPES)}'"
        case None:
            return "null"
        case bool():
            return "true" if node.value else "false"
    return repr(node.value)


def _name(node: Name) -> str:
    column = spelled_name(node.column)
    return column if node.table is None else f"{spelled_name(node.table)}.{column}"


def spelled_name(name: str) -> str:
    """Return a table's or column's name as it must stand in an expression: in backticks when it would be read otherwise."""
    return name if re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) and name.lower() not in KEYWORDS else f"`{name}`"
