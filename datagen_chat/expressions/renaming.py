"""References in an expression, written anew where they stand; all else stays as it is written."""

from __future__ import annotations

from collections.abc import Callable

from datagen_chat.expressions.mistakes import ExpressionError
from datagen_chat.expressions.nodes import Name, every
from datagen_chat.expressions.parser import parse_tree
from datagen_chat.expressions.printing import spelled_name
from datagen_chat.expressions.tokens import Token, tokens

Reference = tuple[str | None, str]


def rename(code: str, change: Callable[[str | None, str], Reference]) -> str:
    """Return the code with every reference, a table or None and a column, replaced by what `change` gives for it.

    Code that is no expression stays as it is.

    >>> rename("price * item.price  + 'price'", lambda table, column: (table, "cost" if table else column))
    "price * item.cost  + 'price'"
    """
    try:
        names = [node for node, _ in every(parse_tree(code)) if isinstance(node, Name)]
        found = list(tokens(code))
    except ExpressionError:
        return code
    starts = {token.at: k for k, token in enumerate(found)}
    for name in sorted(names, key=lambda name: -name.at):
        new = change(name.table, name.column)
        if new != (name.table, name.column):
            code = code[: name.at] + _spelled(new) + code[_last(found, starts[name.at], name).end :]
    return code


def _last(found: list[Token], first: int, name: Name) -> Token:
    """Return the last token of a reference: the name itself, or what stands behind the dot."""
    return found[first] if name.table is None else found[first + 2]


def _spelled(reference: Reference) -> str:
    return ".".join(spelled_name(part) for part in reference if part is not None)
