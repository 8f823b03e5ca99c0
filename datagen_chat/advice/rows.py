"""Tables that nothing has to do with, and numbers of rows that contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from datagen_chat.advice.base import Advice, Study, many, of_table, percent, remarks
from datagen_chat.fanouts import Spread
from datagen_chat.schema.model import Table

_APART = 1.5


@remarks
def unused(study: Study) -> Iterator[Advice]:
    """Yield the tables that no other table refers to, and that refer to none, where the others hang together."""
    tied = _tied(study)
    if len(tied) < 2:
        return
    for table in study.dataset.nodes:
        if table.id not in tied:
            yield Advice(
                "table-unused",
                study.tables[table.id],
                table.id,
                f"No table refers to {table.id}, and it refers to none: its {many(study.rows[table.id])} rows stand alone.",
                "Either a key is missing that leads to it, or the table is left over.",
                f"Look {table.id}.{table.pk} up where it belongs, or remove the table.",
                None,
                weight=65 if table.kind != "fact" else 50,
            )


def _tied(study: Study) -> set[str]:
    """Return the tables that have to do with another one: as parents, by what columns read, in constraints or in checks."""
    tied: set[str] = set()
    for table in study.dataset.nodes:
        others = {name for name in _reads(study, table) if name != table.id}
        tied |= others | ({table.id} if others else set())
    said = " ".join(check.sql for check in study.dataset.checks)
    return tied | {table.id for table in study.dataset.nodes if re.search(rf"\b{table.id}\b", said)}


def _reads(study: Study, table: Table) -> Iterator[str]:
    yield from table.parents
    yield from (use.table for use in table.counted_by() if use.table)
    for column in table.columns:
        yield from (use.table for use in (*column.uses(), *study.index.implied(table, column)) if use.table)
        if column.constraints is not None and column.constraints.enum_ref is not None:
            yield column.constraints.enum_ref.partition(".")[0]
    for key in study.dataset.constraints.foreign_keys:
        if key.from_.partition(".")[0] == table.id:
            yield key.to.partition(".")[0]


@remarks
def contradicting(study: Study) -> Iterator[Advice]:
    """Yield the facts whose total is far from what their fanout comes to."""
    for table in study.dataset.nodes:
        fanout = table.fanout
        if table.rows is None or not table.parents or not isinstance(fanout, Spread) or fanout.word == "uniform":
            continue
        parents = study.rows[table.parents[0]]
        if fanout.scale is not None or table.modifiers or parents <= 0 or table.rows == 0:
            continue
        wanted = parents * fanout.mean()
        if wanted > 0 and not 1 / _APART < table.rows / wanted < _APART:
            yield Advice(
                "rows-contradict",
                f"{study.tables[table.id]}/rows",
                table.id,
                f"{table.id} is to have {table.rows:,} rows, but its fanout of {many(fanout.mean())} for each of "
                f"{many(parents)} rows of {table.parents[0]} comes to {many(wanted)}: {percent(table.rows / wanted)} of it."
                if table.rows < wanted
                else f"{table.id} is to have {table.rows:,} rows, but its fanout of {many(fanout.mean())} for each of "
                f"{many(parents)} rows of {table.parents[0]} comes to {many(wanted)}.",
                "The total wins: each parent has fewer or more rows than the fanout says.",
                "Remove rows, so that the fanout counts; or change the fanout.",
                of_table(table.id, {"rows": None}),
                weight=60,
            )
