"""Rows that should have lines, and may have none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datagen_chat.advice.base import Advice, Patch, Study, many, of_table, percent, remarks
from datagen_chat.advice.likely import empty_share
from datagen_chat.advice.lines import is_line
from datagen_chat.advice.names import HELD, words
from datagen_chat.problems import parts_of
from datagen_chat.schema.fanouts import Fanout, spreads
from datagen_chat.schema.model import Table

_LEAST, _LEAST_HELD = 0.001, 0.1


@remarks
def without_what_makes_them(study: Study) -> Iterator[Advice]:
    """Yield the subscriptions, accounts and contracts that many of those who are there for them do not have."""
    for table, parent in _hanging(study):
        if words(table.id)[-1] in HELD and study.index.tables[parent].kind == "entity":
            reason = f"That may be meant; it is not if every row of {parent} is to have one."
            yield from _without(study, table, parent, "without-held", reason, least=_LEAST_HELD, weight=50)


@remarks
def without_lines(study: Study) -> Iterator[Advice]:
    """Yield the facts whose rows are the lines of others, where a fanout lets some of those have none."""
    for table, parent in _hanging(study):
        if is_line(study, table.id, parent):
            reason = f"A row of {parent} without any has nothing in it, and its totals are 0 or missing."
            yield from _without(study, table, parent, "without-lines", reason, least=_LEAST, weight=80)


def _hanging(study: Study) -> Iterator[tuple[Table, str]]:
    """Yield the tables whose fanout says how many rows each row of a parent has, with that parent."""
    for table in study.dataset.nodes:
        if table.parents and table.fanout is not None:
            yield table, table.parents[0]


def _without(study: Study, table: Table, parent: str, code: str, reason: str, *, least: float, weight: int) -> Iterator[Advice]:
    """Yield that at least such a share of the parent's rows has no row in a table."""
    share = empty_share(table, study.index)
    if share is None or share < least or table.fanout is None:
        return
    rows = study.rows[parent]
    yield Advice(
        code,
        f"{study.tables[table.id]}/fanout",
        table.id,
        f"{percent(share)} of the rows of {parent} have no row in {table.id}: about {many(share * rows)} of {many(rows)}.",
        reason,
        "Let the fanout give each at least one (min 1).",
        _at_least_one(table, table.fanout),
        weight=weight,
    )


def _at_least_one(table: Table, fanout: Fanout) -> Patch | None:
    """Return the patch that gives every spread of a fanout a minimum of 1."""
    whole: dict[str, Any] = {}
    for at, spread in spreads(fanout):
        low, high = spread.bounds()
        if high == 0:
            return None
        if low == 0:
            holder = whole
            for part in parts_of(at):
                holder = holder.setdefault(part, {})
            holder["min"] = 1
    return of_table(table.id, {"fanout": whole})
