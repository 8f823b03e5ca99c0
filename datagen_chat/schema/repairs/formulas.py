"""Formulas over many rows, as SQL writes them, where an aggregate is meant."""

from __future__ import annotations

import re

from datagen_chat.expressions import Expression, parse
from datagen_chat.expressions.nodes import Call, Case, Literal, Name, Node, every
from datagen_chat.expressions.printing import written
from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, holder_of, is_word, tables_of
from datagen_chat.schema.repairs.registry import repairs

_OPS = {"sum": "sum", "count": "count", "avg": "mean", "mean": "mean", "average": "mean", "min": "min", "max": "max"}
_EVERY_ROW = re.compile(r"\bcount\(\s*(?:(\w+)\s*\.\s*)?\*\s*\)", re.IGNORECASE)


@repairs(
    "expression-function", "expression-arguments", "expression-syntax", "not-an-ancestor", "unknown-column", "unknown-reference"
)
def aggregate_alone(draft: Json, problem: Problem) -> str | None:
    """Turn the formula "sum(order_item.line_total)" of one column of a table below into an aggregate."""
    expression, key = holder_of(draft, problem.at)
    at = problem.at.rpartition("/")[0]
    if key != "code" or not is_word(draft, at, "expression") or not isinstance(expression[key], str):
        return None
    found = parse(_EVERY_ROW.sub(r"count(\1)", expression[key]))
    made = _aggregate(draft, found.root) if isinstance(found, Expression) else None
    if made is None:
        return None
    arguments, places = made
    holder, word = holder_of(draft, at)
    column, _ = holder_of(draft, at.partition("/generator/")[0] + "/generator")
    if places is not None and column.setdefault("decimals", places) != places:
        return None
    del holder[word]
    holder["aggregate"] = arguments
    return f'Wrote "{expression[key]}" as an aggregate.'


def _aggregate(draft: Json, root: Node) -> tuple[dict[str, str], int | None] | None:
    """Return the arguments of an aggregate, and the places that it is rounded to."""
    match root:
        case Call(name="round", arguments=(inside, Literal(value=int(places)))) if places >= 0:
            made = _aggregate(draft, inside)
            return None if made is None or made[1] is not None else (made[0], places)
        case Call(name="coalesce", arguments=(Call(name="sum" | "count") as inside, Literal(value=0))):
            return _aggregate(draft, inside)
        case Call(name=name, arguments=(inside,)) if name in _OPS:
            arguments = _of(draft, _OPS[name], inside)
            return None if arguments is None else (arguments, None)
    return None


def _of(draft: Json, op: str, inside: Node) -> dict[str, str] | None:
    match inside:
        case Name(table=None, column=name) if op == "count":
            key = _key_of(draft, name)
            return None if key is None else {"of": f"{name}.{key}", "op": op}
        case Name(table=str(table), column=name) if _key_of(draft, table):
            return {"of": f"{table}.{name}", "op": op}
        case Case(operand=None, branches=((condition, Literal(value=1)),), otherwise=Literal(value=0)) if op == "sum":
            return _where(draft, "count", condition, None)
        case Case(operand=None, branches=((condition, Name() as then),), otherwise=Literal(value=0)) if op == "sum":
            return _where(draft, op, condition, then)
    return None


def _where(draft: Json, op: str, condition: Node, then: Name | None) -> dict[str, str] | None:
    """Return an aggregate of the rows that meet a condition, all of whose columns belong to one table."""
    names = [node for node, _ in every(condition) if isinstance(node, Name)] + ([] if then is None else [then])
    tables = {name.table for name in names}
    table = tables.pop() if len(tables) == 1 else None
    key = None if table is None else _key_of(draft, table)
    if table is None or key is None:
        return None
    return {"of": f"{table}.{then.column if then else key}", "op": op, "where": written(condition)}


def _key_of(draft: Json, name: str) -> str | None:
    """Return the primary key of a table."""
    return next((str(table["pk"]) for table in tables_of(draft) if table.get("id") == name and "pk" in table), None)
