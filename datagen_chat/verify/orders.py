"""Claims about orders: of two columns, of times and their windows, and of the times of one parent's rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from datagen_chat.expressions import Expression as Formula
from datagen_chat.generators._formula import parsed
from datagen_chat.generators._intervals import Within
from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.problems import pointer
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Column, Table
from datagen_chat.sql import quoted
from datagen_chat.verify.basis import Basis, Joined
from datagen_chat.verify.branches import Branch, branches
from datagen_chat.verify.claims import Claim
from datagen_chat.verify.formulas import Teller, UntoldError
from datagen_chat.verify.questions import NoRow
from datagen_chat.verify.row_numbers import NO_ORDER, row_order
from datagen_chat.verify.sql import instant

_WRONG = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "<>", "!=": "="}


def order_claims(basis: Basis) -> Iterator[Claim]:
    """Yield what a schema claims of orders."""
    written = basis.written.constraints.inequalities
    for rule in basis.index.dataset.constraints.inequalities:
        left, right = _place(rule.left), _place(rule.right)
        at = pointer("constraints", "inequalities", written.index(rule)) if rule in written else _ageing(right, basis)
        yield _inequality(at, left, rule.op, right, basis)
    for at, table, column in basis.columns:
        if isinstance(column.generator, DatetimeSeries) and not column.modifiers:
            yield from _ascending(f"{at}/generator/datetime_series", table, column, column.generator, basis)
        for branch in branches(column, table, basis.index, "t0"):
            if isinstance(branch.generator, DatetimeSeries) and not column.modifiers:
                yield _window(at + branch.at, table, column, branch, branch.generator, basis)


def _place(name: str) -> Place:
    table, _, column = name.partition(".")
    return table, column


def _ageing(right: Place, basis: Basis) -> str:
    """Return the place that says that times do not precede the one which an age counts from."""
    at = next(at for at, table in basis.tables if table.id == right[0])
    return f"{at}/vintage_behavior/created_at_column"


def _inequality(at: str, left: Place, op: str, right: Place, basis: Basis) -> Claim:
    way, is_turned = basis.way(left[0], right[0]), False
    if way is None:
        way, is_turned = basis.way(right[0], left[0]), True
    own, other = (right, left) if is_turned else (left, right)
    claim = Claim("inequality", at, own[0], ".".join(own), f"keeps {'.'.join(left)} {op} {'.'.join(right)}")
    if way is None:
        return claim.skipped(f"no column says which row of {other[0]} a row of {own[0]} belongs to")
    if not way.steps:
        one, two = quoted(left[1]), quoted(right[1])
        question = NoRow(quoted(own[0]), f"{one} {_WRONG[op]} {two}", basis.shown(own[0], left[1], right[1]))
        return claim.asking(question, left, right)
    cells = {own: f"t0.{quoted(own[1])}", other: f"{way.end}.{quoted(other[1])}"}
    shown = (*basis.shown(*own, alias="t0"), f"{cells[other]} AS {quoted('.'.join(other))}")
    question = NoRow(way.source, f"{cells[left]} {_WRONG[op]} {cells[right]}", shown)
    return claim.asking(question, left, right, *way.reads)


def _window(at: str, table: Table, column: Column, branch: Branch, series: DatetimeSeries, basis: Basis) -> Claim:
    """Return that times lie between the ends of their window; where it ends before it begins, they lie at its begin."""
    window, place = series.within, (table.id, column.name)
    ends = (window.start, window.end) if isinstance(window, Within) else ("timeframe.start", "timeframe.end")
    where = f" where {branch.words}" if branch.words else ""
    words = f"lies between {_end_in_words(ends[0], basis)} and {_end_in_words(ends[1], basis)}{where}"
    claim = Claim("window", f"{at}/within", table.id, ".".join(place), words)
    if branch.problem:
        return claim.skipped(branch.problem)
    try:
        joined = _joined(ends, table, basis)
        low, high = (_end(end, column, joined, basis) for end in ends)
    except UntoldError as error:
        return claim.skipped(f"not told in SQL: {error}")
    cell = f"t0.{quoted(column.name)}"
    beyond = f"{cell} < {low}"
    if not basis.index.bounds.get(place):
        beyond = f"({beyond} OR {cell} > {high} AND {low} <= {high})"
    broken = f"{beyond} AND {branch.condition}" if branch.condition else beyond
    shown = (*basis.shown(*place, alias="t0"), f'{low} AS "begin"', f'{high} AS "end"')
    return claim.asking(NoRow(joined.source, broken, shown), place, *joined.reads, *branch.reads)


def _joined(ends: Iterable[int | str], table: Table, basis: Basis) -> Joined:
    """Return the tables that say where windows begin and end."""
    names = [name for end in ends if _fixed(end, basis) is None for name in _formula(end).names]
    others = dict.fromkeys(name.table for name in names if name.table not in (None, table.id))
    joined = basis.joined(table.id, [other for other in others if other is not None])
    if joined is None:
        raise UntoldError("no column says which rows of other tables it reads")
    return joined


def _formula(end: int | str) -> Formula:
    found = parsed(str(end))
    if not isinstance(found, Formula):
        raise UntoldError("a formula that cannot be read")
    return found


def _end(end: int | str, column: Column, joined: Joined, basis: Basis) -> str:
    """Return one end of a window in SQL, as a value of the column's type."""
    fixed = _fixed(end, basis)
    sql = instant(fixed) if fixed is not None else Teller(joined.read).tell(_formula(end).root).sql
    return f"CAST({sql} AS DATE)" if column.type == "date" else sql


def _end_in_words(end: int | str, basis: Basis) -> str:
    fixed = _fixed(end, basis)
    return str(end) if fixed is None else instant(fixed).removeprefix("TIMESTAMP '").removesuffix("'").removesuffix(" 00:00:00")


def _fixed(end: int | str, basis: Basis) -> int | None:
    """Return the instant that an end of a window is, in microseconds; None where columns say it."""
    window = basis.index.dataset.window
    if end in ("timeframe.start", "timeframe.end") and window is not None:
        return window[end == "timeframe.end"]
    return end if isinstance(end, int) else None


def _ascending(at: str, table: Table, column: Column, series: DatetimeSeries, basis: Basis) -> Iterator[Claim]:
    """Yield that the times of one parent's rows ascend in the order of the rows, where its rows share a window."""
    if not table.parents or not _share_window(table, column, series, basis):
        return
    place, parent = (table.id, column.name), table.parents[0]
    claim = Claim("ascending", at, table.id, ".".join(place), f"ascends among the rows of one {parent}")
    order, owner = row_order(table), basis.parent_key(table.id, parent)
    if owner is None or order is None:
        yield claim.skipped("no column says which parent a row has" if owner is None else NO_ORDER)
        return
    names = (quoted(table.pk), quoted(owner), quoted(column.name))
    earlier = f"{names[2]} IGNORE NULLS" if column.may_be_null else names[2]
    before = f"lag({earlier}) OVER (PARTITION BY {names[1]} ORDER BY {order})"
    source = f'(SELECT {", ".join(names)}, {before} AS "the one before" FROM {quoted(table.id)})'  # noqa: S608 - names are letters, digits and underscores
    question = NoRow(source, f'{names[2]} < "the one before"', (*names, '"the one before"'))
    yield claim.asking(question, place, (table.id, owner), (table.id, table.pk))


def _share_window(table: Table, column: Column, series: DatetimeSeries, basis: Basis) -> bool:
    """Return whether the window is the same for all rows of a parent: fixed, or said by columns above."""
    above, bounds = basis.index.ancestors(table.id), basis.index.bounds.get((table.id, column.name), ())
    return all(table in above for table in (*(use.table for use in series.uses()), *(bound.table for bound in bounds)))
