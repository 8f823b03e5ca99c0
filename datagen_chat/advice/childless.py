"""Rows that should have lines, and may have none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datagen_chat.advice.base import Advice, Patch, Study, many, of_table, percent, remarks
from datagen_chat.advice.likely import empty_share
from datagen_chat.advice.names import HELD, is_line_of, words
from datagen_chat.problems import parts_of
from datagen_chat.schema.fanouts import Fanout, spreads
from datagen_chat.schema.model import Table

_LEAST, _LEAST_HELD = 0.001, 0.1


@remarks
def without_what_makes_them(study: Study) -> Iterator[Advice]:
    """Yield the subscriptions, accounts and contracts that many of those who are there for them do not have."""
    for table in study.dataset.nodes:
        parent = table.parents[0] if table.parents else ""
        if not parent or table.fanout is None or words(table.id)[-1] not in HELD or study.index.tables[parent].kind != "entity":
            continue
        share = empty_share(table, study.index)
        if share is not None and share >= _LEAST_HELD:
            rows = study.rows[parent]
            yield Advice(
                "without-held",
                f"{study.tables[table.id]}/fanout",
                table.id,
                f"{percent(share)} of the rows of {parent} have no row in {table.id}: "
                f"about {many(share * rows)} of {many(rows)}.",
                f"That may be meant; it is not if every row of {parent} is to have one.",
                "Let the fanout give each at least one (min 1).",
                _at_least_one(table, table.fanout),
                weight=50,
            )


@remarks
def without_lines(study: Study) -> Iterator[Advice]:
    """Yield the facts whose rows are the lines of others, where a fanout lets some of those have none."""
    for table in study.dataset.nodes:
        parent = table.parents[0] if table.parents else ""
        if not parent or table.fanout is None or not is_line_of(table.id, parent):
            continue
        share = empty_share(table, study.index)
        if share is not None and share >= _LEAST:
            rows = study.rows[parent]
            yield Advice(
                "without-lines",
                f"{study.tables[table.id]}/fanout",
                table.id,
                f"{percent(share)} of the rows of {parent} have no row in {table.id}: "
                f"about {many(share * rows)} of {many(rows)}.",
                f"A row of {parent} without any has nothing in it, and its totals are 0 or missing.",
                "Let the fanout give each at least one (min 1).",
                _at_least_one(table, table.fanout),
                weight=80,
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
