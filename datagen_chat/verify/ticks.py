"""Claims about times of fixed windows: that they lie on their grid, and in no part of the day, week or year of weight 0."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.instants import DAY, parse_step
from datagen_chat.schema.model import Column, Table
from datagen_chat.sql import quoted
from datagen_chat.verify.basis import Basis
from datagen_chat.verify.branches import Branch, branches
from datagen_chat.verify.claims import Claim
from datagen_chat.verify.questions import NoRow
from datagen_chat.verify.sql import instant, listed

_PARTS = {"hour": ("hour", 0), "dow": ("isodow", 1), "month": ("month", 1)}
"""What DuckDB calls the parts of a time, and how it numbers the first one."""


def tick_claims(basis: Basis) -> Iterator[Claim]:
    """Yield what a schema claims of single times, beside their windows."""
    for at, table, column in basis.columns:
        for branch in branches(column, table, basis.index):
            if isinstance(branch.generator, DatetimeSeries):
                yield from _claims(at + branch.at, table, column, branch, branch.generator, basis)


def _claims(at: str, table: Table, column: Column, branch: Branch, series: DatetimeSeries, basis: Basis) -> Iterator[Claim]:
    place, where = (table.id, column.name), f" where {branch.words}" if branch.words else ""
    start, end = series.ends(basis.index.dataset.window)
    claim = Claim("grid", f"{at}/freq", table.id, ".".join(place), f"lies on a grid of {series.freq}{where}")
    if not (isinstance(start, int) and isinstance(end, int)) or basis.index.bounds.get(place) or column.modifiers:
        yield claim.skipped("modifiers change the values" if column.modifiers else "its window is not the same for all rows")
        return
    if branch.problem:
        yield claim.skipped(branch.problem)
        return
    cell, among = quoted(column.name), f" AND {branch.condition}" if branch.condition else ""
    step, is_day = parse_step(series.freq).length, column.type == "date"
    if not step or (is_day and step % DAY):
        yield claim.skipped("its steps are calendar months" if not step else "several times can lie on one day")
    else:
        first = start - start % DAY if is_day else start
        apart = f"epoch_us(CAST({cell} AS TIMESTAMP)) - epoch_us({instant(first)})"
        question = NoRow(quoted(table.id), f"({apart}) % {step} <> 0{among}", basis.shown(*place))
        yield claim.asking(question, place, *branch.reads)
    for weighing in (*((series.pattern,) if series.pattern else ()), *series.patterns):
        part, first = _PARTS[weighing.dimension]
        never = [str(number) for number, weight in enumerate(weighing.weights, first) if weight == 0]
        if never and not (is_day and part == "hour"):
            claim = Claim("grid", at, table.id, ".".join(place), f"has no {part} of weight 0{where}")
            broken = f"date_part('{part}', {cell}) IN ({listed(never)}){among}"
            yield claim.asking(NoRow(quoted(table.id), broken, basis.shown(*place)), place, *branch.reads)
