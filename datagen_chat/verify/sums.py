"""Claims about values that follow from other rows: aggregates of the rows below, and copies of what a key leads to."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.expressions import Expression as Formula
from datagen_chat.generators._formula import parsed
from datagen_chat.generators.aggregate import Aggregate
from datagen_chat.generators.base.uses import named
from datagen_chat.generators.lookup import Lookup
from datagen_chat.problems import pointer
from datagen_chat.schema.model import Column, Table
from datagen_chat.sql import quoted
from datagen_chat.verify.basis import Basis, Way
from datagen_chat.verify.branches import Branch, branches
from datagen_chat.verify.claims import Claim
from datagen_chat.verify.formulas import Teller, UntoldError
from datagen_chat.verify.questions import NoRow
from datagen_chat.verify.row_numbers import NO_ORDER, row_order

_WORDS = {
    "sum": "the sum of {} below",
    "count": "the number of {} below",
    "mean": "the mean of {} below",
    "min": "the smallest {} below",
    "max": "the largest {} below",
    "first": "the first {} below",
    "last": "the last {} below",
}


def sum_claims(basis: Basis) -> Iterator[Claim]:
    """Yield what a schema claims of values that are made of, or copied from, other rows."""
    for at, table, column in basis.columns:
        word = column.generator
        if isinstance(word, Aggregate):
            yield _aggregate(f"{at}/generator/aggregate", table, column, word, basis)
        elif isinstance(word, Lookup) and not _is_key(table, column, basis):
            yield from _copy(f"{at}/generator/lookup", table, column, word, basis)
        for branch in branches(column, table, basis.index, "t0"):
            if isinstance(branch.generator, Lookup):
                pairs = branch.generator.match.items()
                yield from (_matched(at + branch.at, table, column, branch, pair, basis) for pair in pairs)


def _aggregate(at: str, table: Table, column: Column, word: Aggregate, basis: Basis) -> Claim:
    (below, name), place = word.source, (table.id, column.name)
    claim = Claim("aggregate", at, table.id, ".".join(place), f"is {_WORDS[word.op].format(word.of)}")
    way = basis.way(below, table.id)
    if column.modifiers:
        return claim.skipped("its modifiers change the value")
    try:
        condition = "" if word.where is None else f" WHERE {_condition(word.where, below, basis)}"
    except UntoldError as error:
        return claim.skipped(f"its condition is not told in SQL: {error}")
    if way is None:
        return claim.skipped(f"no column says which row of {table.id} a row of {below} belongs to")
    order = row_order(basis.index.tables[below], "t0")
    if word.op in ("first", "last") and order is None:
        return claim.skipped(NO_ORDER)
    source_column = basis.index.columns[below, name]
    cell = f"t0.{quoted(name)}"
    above = Way(below, way.steps[:-1])  # the last key is that of the table itself
    key = f"{above.end}.{quoted(way.steps[-1][0])}"
    folded = _folded(word.op, cell, order or "", source_column)
    inner = f"SELECT {key} AS k, {folded} AS v FROM {above.source}{condition} GROUP BY 1"  # noqa: S608 - names are letters, digits and underscores
    source = f"{quoted(table.id)} AS p LEFT JOIN ({inner}) AS s ON p.{quoted(table.pk)} = s.k"
    wanted = "coalesce(s.v, 0)" if word.op in ("sum", "count") else "s.v"
    own = f"p.{quoted(column.name)}"
    broken = _differ(own, wanted, column, source_column if word.op != "count" else column, is_mean=word.op == "mean")
    if column.null_rate:
        broken = f"{own} IS NOT NULL AND ({broken})"
    shown = (*basis.shown(*place, alias="p"), f"{wanted} AS {quoted(f'{word.op} of {word.of}')}")
    return claim.asking(NoRow(source, broken, shown), place, (below, name), *way.reads)


def _condition(code: str, below: str, basis: Basis) -> str:
    """Return a condition on rows below, in SQL; they are called `t0`.

    Raises:
        UntoldError: it is none that SQL is sure to decide alike, or reads other tables.
    """
    formula, joined = parsed(code), basis.joined(below, ())
    if not isinstance(formula, Formula) or joined is None or any(name.table not in (None, below) for name in formula.names):
        raise UntoldError("it reads other tables")
    return Teller(joined.read).tell(formula.root).sql


def _folded(op: str, cell: str, order: str, column: Column) -> str:
    """Return an aggregate in SQL; sums of floats are compensated, so that they are right but for the last bit.

    `order` is what ascends in the order of the rows.
    """
    is_float = column.type == "float"
    match op:
        case "sum":
            return f"fsum({cell})" if is_float else f"sum(CAST({cell} AS BIGINT))"
        case "mean":
            return f"favg({cell})" if is_float else f"avg(CAST({cell} AS BIGINT))"
        case "first" | "last":
            return f"{'arg_min' if op == 'first' else 'arg_max'}({cell}, {order})"
    return f"{op}({cell})"


def _differ(own: str, wanted: str, column: Column, source: Column, *, is_mean: bool = False) -> str:
    """Return the condition that a value is not what is wanted, but for how it is rounded."""
    if column.type not in ("int", "float"):
        kind = {"datetime": "TIMESTAMP", "date": "DATE"}.get(column.type)
        wanted = wanted if kind is None or source.type == column.type else f"CAST({wanted} AS {kind})"
        return f"{own} IS DISTINCT FROM {wanted}"
    if column.type == source.type == "int" and not is_mean:
        return f"{own} IS DISTINCT FROM {wanted}"
    half = "0" if column.places is None and column.type == "float" else f"{0.5 * 10.0 ** -(column.places or 0):.15g}"
    return f"(({own} IS NULL) <> ({wanted} IS NULL) OR abs({own} - {wanted}) > {half} * (1 + 1e-6) + 1e-15 * abs({wanted}))"


def _is_key(table: Table, column: Column, basis: Basis) -> bool:
    return basis.index.key_read_by((table.id, column.name)) is not None


def _copy(at: str, table: Table, column: Column, word: Lookup, basis: Basis) -> Iterator[Claim]:
    """Yield that a value is the one of the row that it is looked up in, where a key says which row that is."""
    place, there = (table.id, column.name), (word.table, word.column)
    way = _way(table, word, basis)
    if word.on is None and (word.is_drawn or word.table not in basis.index.ancestors(table.id)):
        return
    claim = Claim("copy", at, table.id, ".".join(place), f"is {word.from_} of its row")
    if column.modifiers:
        yield claim.skipped("its modifiers change the value")
    elif way is None:
        yield claim.skipped(f"no column says which row of {word.table} it comes from")
    else:
        own, theirs = f"t0.{quoted(column.name)}", f"{way.end}.{quoted(word.column)}"
        broken = _differ(own, theirs, column, basis.index.columns[there])
        if column.null_rate:
            broken = f"{own} IS NOT NULL AND ({broken})"
        shown, source = (*basis.shown(*place, alias="t0"), f"{theirs} AS {quoted(word.from_)}"), way.source
        if word.pointed() is not None and basis.index.columns[table.id, way.steps[0][0]].may_be_null:
            key, row = f"t0.{quoted(way.steps[0][0])}", f"{way.end}.{quoted(way.steps[0][2])}"
            source, broken = way.whole_source, f"({key} IS NULL OR {row} IS NOT NULL) AND ({broken})"  # of no row it is null
        yield claim.asking(NoRow(source, broken, shown), place, there, *way.reads)


def _matched(at: str, table: Table, column: Column, branch: Branch, pair: tuple[str, str], basis: Basis) -> Claim:
    """Return the claim that the row which a key was drawn from, by the lookup of a branch, has a value of this row."""
    word, (local, theirs), place = branch.generator, pair, (table.id, column.name)
    assert isinstance(word, Lookup)
    above, name = named(local)
    words = f"is of a row whose {theirs} is {local}" + (f" where {branch.words}" if branch.words else "")
    claim = Claim("match", at + pointer("match", local), table.id, ".".join(place), words)
    if branch.problem:
        return claim.skipped(branch.problem)
    joined = basis.joined(table.id, [] if above is None else [above])
    if column.modifiers or not basis.index.never_repeats((word.table, word.column)):
        return claim.skipped(f"{word.from_} does not say which row it comes from")
    if joined is None:
        return claim.skipped(f"no column says which row {local} is of")
    key, mine, value = f"t0.{quoted(column.name)}", joined.read(above, name)[0], f"m.{quoted(theirs)}"
    source = f"{joined.source} LEFT JOIN {quoted(word.table)} AS m ON m.{quoted(word.column)} = {key}"
    broken = f"{key} IS NOT NULL AND {value} IS DISTINCT FROM {mine}"
    broken += f" AND {branch.condition}" if branch.condition else ""
    named_values = (f"{mine} AS {quoted(local)}", f"{value} AS {quoted(f'{word.table}.{theirs}')}")
    return claim.asking(
        NoRow(source, broken, (*basis.shown(*place, alias="t0"), *named_values)),
        place,
        (word.table, word.column),
        (word.table, theirs),
        (above or table.id, name),
        *branch.reads,
        *joined.reads,
    )


def _way(table: Table, word: Lookup, basis: Basis) -> Way | None:
    """Return how a row leads to the one that a lookup reads."""
    pointed = word.pointed()
    if pointed is None:
        return basis.way(table.id, word.table)
    local, theirs = pointed
    if theirs is None:
        theirs = basis.index.key_held((table.id, local), word.table) or basis.key(word.table)
    return Way(table.id, ((local, word.table, theirs),))
