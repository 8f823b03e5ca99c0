"""Claims about formulas: that what a column computes is what its formula gives."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.expressions import Expression as Formula
from datagen_chat.expressions.nodes import Call, Literal, Node
from datagen_chat.generators._formula import parsed
from datagen_chat.generators.expression import Expression
from datagen_chat.problems import shown
from datagen_chat.schema.model import Column, Table
from datagen_chat.sql import quoted
from datagen_chat.verify.basis import Basis, Joined
from datagen_chat.verify.branches import Branch, branches
from datagen_chat.verify.claims import Claim
from datagen_chat.verify.formulas import Teller, Told, UntoldError
from datagen_chat.verify.questions import NoRow
from datagen_chat.words import ColumnType

_FITTING: dict[ColumnType, tuple[str, ...]] = {
    "int": ("number",),
    "float": ("number",),
    "string": ("text",),
    "bool": ("bool",),
    "datetime": ("time", "day"),
    "date": ("day",),
}


def computed_claims(basis: Basis) -> Iterator[Claim]:
    """Yield what a schema claims of columns that are computed."""
    for at, table, column in basis.columns:
        for branch in branches(column, table, basis.index, "t0"):
            if isinstance(branch.generator, Expression):
                yield _claim(f"{at}{branch.at}/code", table, column, branch, branch.generator.code, basis)


def _claim(at: str, table: Table, column: Column, branch: Branch, code: str, basis: Basis) -> Claim:
    place, where = (table.id, column.name), f" where {branch.words}" if branch.words else ""
    claim = Claim("expression", at, table.id, ".".join(place), f"is {shown(code, 60)[1:-1]}{where}")
    formula, problem = parsed(code), branch.problem
    if column.modifiers:
        problem = "modifiers or behaviours change the values"
    if problem or not isinstance(formula, Formula):
        return claim.skipped(problem or "the formula cannot be read")
    root, places = _unrounded(formula.root)
    try:
        joined = tables_of(formula, table.id, basis)
        told = Teller(joined.read).tell(root)
    except UntoldError as error:
        return claim.skipped(f"not told in SQL: {error}")
    if told.kind not in _FITTING[column.type]:
        return claim.skipped("not told in SQL: what it makes is converted")
    own = f"t0.{quoted(column.name)}"
    broken = _differs(own, told, column, places, may_fail=place in basis.index.failing)
    if column.null_rate:
        broken = f"{own} IS NOT NULL AND {broken}"
    if branch.condition:
        broken = f"{broken} AND {branch.condition}"
    used = [name.column for name in formula.names if name.table is None]
    shown_columns = (*basis.shown(table.id, column.name, *used, alias="t0"), f'{told.sql} AS "by the formula"')
    return claim.asking(NoRow(joined.source, broken, shown_columns), place, *joined.reads, *branch.reads)


def _unrounded(root: Node) -> tuple[Node, int | None]:
    """Return a formula without the rounding of its result, and the places that it is rounded to."""
    if isinstance(root, Call) and root.name == "round" and 1 <= len(root.arguments) <= 2:
        places = root.arguments[1] if len(root.arguments) == 2 else Literal(0, "int")
        if isinstance(places, Literal) and isinstance(places.value, int) and not isinstance(places.value, bool):
            return root.arguments[0], places.value
    return root, None


def _differs(own: str, told: Told, column: Column, places: int | None, *, may_fail: bool) -> str:
    """Return the condition that a value is not the formula's, but for how it is rounded."""
    other = f"({own} IS NULL) <> ({told.sql} IS NULL)"
    if told.kind == "number":
        given = [one for one in (places, 0 if column.type == "int" else column.places) if one is not None]
        half = 0.5 * sum(10.0**-one for one in dict.fromkeys(given))
        apart = f"abs({own} - {told.sql}) > {half:.15g} * (1 + 1e-6) + 1e-9 * abs({told.sql})"
    else:
        apart = f"{own} <> {told.sql}"
    return f"({apart})" if may_fail else f"({other} OR {apart})"


def tables_of(formula: Formula, table: str, basis: Basis) -> Joined:
    """Return the tables that a formula reads, joined to the rows of a table.

    Raises:
        UntoldError: no column says which of their rows are meant.
    """
    others = dict.fromkeys(name.table for name in formula.names if name.table not in (None, table))
    joined = basis.joined(table, [other for other in others if other is not None])
    if joined is None:
        raise UntoldError("no column says which rows of other tables it reads")
    return joined
