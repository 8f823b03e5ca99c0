"""The expressions of the language: a formula over the columns of a row, checked, then made for whole columns.

Text becomes a tree (`parse`), a tree with the types of its columns a meaning (`Expression.understand`), and a meaning an
evaluator (`Meaning.compile`). What is wrong on the way is a `Problem` that tells the column in the text. Nothing that is
written is ever run as a program of the host language, and every step is bounded by the size of the text.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from datagen_chat.expressions.decimals import decimals_of
from datagen_chat.expressions.functions import FUNCTIONS, Function
from datagen_chat.expressions.kinds import Kind
from datagen_chat.expressions.meaning import Meaning, TypeOf, understand
from datagen_chat.expressions.mistakes import ExpressionError
from datagen_chat.expressions.nodes import Name, Node, every
from datagen_chat.expressions.parser import parse_tree
from datagen_chat.expressions.printing import written
from datagen_chat.expressions.probing import Probed, probe
from datagen_chat.expressions.program import Evaluator, Mishaps, Read
from datagen_chat.expressions.renaming import rename
from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem

__all__ = [
    "FUNCTIONS",
    "Evaluator",
    "Expression",
    "Function",
    "Kind",
    "Meaning",
    "Mishaps",
    "Name",
    "Probed",
    "Read",
    "TypeOf",
    "parse",
    "probe",
    "rename",
]


@dataclass(frozen=True)
class Expression:
    """An expression whose text could be read; what it means depends on the types of its columns."""

    code: str
    root: Node

    @cached_property
    def names(self) -> tuple[Name, ...]:
        """The columns that it reads, each where it first stands."""
        found = dict[Name, Name]()
        for node, _ in every(self.root):
            if isinstance(node, Name):
                found.setdefault(node, node)
        return tuple(found.values())

    @property
    def decimals(self) -> int | None:
        """The most decimals that its values can have, if they are numbers; None where that depends on the columns."""
        return decimals_of(self.root)

    def understand(self, type_of: TypeOf, known: Collection[str] = ()) -> Meaning | tuple[Problem, ...]:
        """Return what it means, or everything that is wrong with it; problems have no place but the column in their message.

        `type_of` gives the type of a column, or None when there is none; `known` are names that exist, for hints.
        """
        return understand(self.root, type_of, known)

    def __str__(self) -> str:
        return written(self.root)


def parse(code: str) -> Expression | Problem:
    """Return the expression that a text is, or why it is none.

    >>> print(parse("quantity*unit_price"), parse("1 +").message)
    quantity * unit_price column 4: Expected a value, found the end.
    """
    try:
        return Expression(code, parse_tree(code))
    except ExpressionError as mistake:
        return mistake.problem
