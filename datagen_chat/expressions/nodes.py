"""The tree of an expression as it is written; what it means is decided later.

Every node knows the place of its first character, which does not count when nodes are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Any
from typing import Literal as OneOf

from datagen_chat.frozen import dataclass

Scalar = int | float | str | bool | None
LiteralKind = OneOf["int", "float", "text", "bool", "null"]


def _place() -> Any:
    return field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, true, false or null. The kind keeps 1, 1.0 and true apart, which Python calls equal."""

    value: Scalar
    kind: LiteralKind
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Name:
    """A column of the row, or of another table's row."""

    table: str | None
    column: str
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Unary:
    """`-x` or `not x`."""

    sign: str
    operand: Node
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Binary:
    """One of + - * / // % ** between two operands."""

    sign: str
    left: Node
    right: Node
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Logic:
    """Operands joined by `and`, by `or`, or by `||`, which is `or` between truth values and joins texts."""

    sign: str
    operands: tuple[Node, ...]
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`first < second <= third`: each sign stands between two neighbours, and all must hold."""

    signs: tuple[str, ...]
    operands: tuple[Node, ...]
    at: int = _place()


@dataclass(frozen=True, slots=True)
class In:
    """`operand in (members)`."""

    operand: Node
    members: tuple[Node, ...]
    negated: bool
    at: int = _place()


@dataclass(frozen=True, slots=True)
class IsNull:
    """`operand is null`."""

    operand: Node
    negated: bool
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Between:
    """`operand between low and high`, both included."""

    operand: Node
    low: Node
    high: Node
    negated: bool
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Case:
    """The value of the first branch whose condition holds; with an operand, of the first whose condition equals it."""

    operand: Node | None
    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node | None
    at: int = _place()


@dataclass(frozen=True, slots=True)
class Call:
    """A function of its arguments; the name is in lower case."""

    name: str
    arguments: tuple[Node, ...]
    at: int = _place()


Node = Literal | Name | Unary | Binary | Logic | Comparison | In | IsNull | Between | Case | Call


def parts(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below a node, in the order in which they are written."""
    match node:
        case Literal() | Name():
            return ()
        case Unary(operand=operand) | IsNull(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return left, right
        case Logic(operands=operands) | Comparison(operands=operands) | Call(arguments=operands):
            return operands
        case In(operand=operand, members=members):
            return operand, *members
        case Between(operand=operand, low=low, high=high):
            return operand, low, high
        case Case():
            return _parts_of_case(node)


def _parts_of_case(node: Case) -> tuple[Node, ...]:
    ends = [] if node.otherwise is None else [node.otherwise]
    starts = [] if node.operand is None else [node.operand]
    return (*starts, *(part for branch in node.branches for part in branch), *ends)


def every(root: Node) -> Iterator[tuple[Node, int]]:
    """Yield every node of a tree with its depth, the root first at depth 1."""
    waiting = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting += [(part, depth + 1) for part in reversed(parts(node))]
