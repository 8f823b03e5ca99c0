"""Times that are drawn by themselves, where one of them cannot come before another."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.advice.base import Advice, Study, many, named, percent, remarks
from datagen_chat.advice.likely import days_of, moments_of
from datagen_chat.advice.names import BEGINNINGS, BIRTHS, is_later, says
from datagen_chat.schema.index import Place

_TIMES = ("datetime", "date")
_LEAST = 0.002


@remarks
def before_parent(study: Study) -> Iterator[Advice]:
    """Yield the times of rows that may lie before their parent's row, or the one they point at, came to be."""
    index = study.index
    for table in study.dataset.nodes:
        own = index.time_of_row(table.id, None)
        if own is None or own[0] is not None:
            continue
        found = [(early, _early_share(study, (table.id, own[1]), early)) for early in _earlier(study, table.id)]
        early, share = max(found, key=lambda pair: pair[1], default=(("", ""), 0.0))
        if share >= _LEAST:  # once it comes after the one that it most often precedes, the others are mostly kept as well
            yield _out_of_order(study, (table.id, own[1]), early, share, "before-parent")


@remarks
def end_before_start(study: Study) -> Iterator[Advice]:
    """Yield the times of one row whose names say their order, where nothing keeps it."""
    for table in study.dataset.nodes:
        times = [column.name for column in table.columns if column.type in _TIMES]
        for first in times:
            for second in times:
                if first != second and is_later(first, second):
                    late, early = (table.id, second), (table.id, first)
                    found = _early_share(study, late, early)
                    if found >= _LEAST:
                        yield _out_of_order(study, late, early, found, "end-before-start")


def _older(study: Study, table: str) -> Iterator[str]:
    """Yield the tables above one, nearest first, and then those that its rows point at."""
    yield from study.index.ancestors(table)
    yield from (target for target, _ in study.targets(table))


def _earlier(study: Study, table: str) -> Iterator[Place]:
    """Yield the times that a row of a table cannot come before."""
    for above in _older(study, table):
        begun = _beginning(study, above)
        if begun is not None:
            yield begun
        born = [column.name for column in study.index.tables[above].columns if column.type in _TIMES]
        yield from ((above, name) for name in born if says(name, BIRTHS))


def _beginning(study: Study, table: str) -> Place | None:
    """Return the column that says when a row came to be: by its name, or the only time of an event."""
    node = study.index.tables[table]
    times = [column.name for column in node.columns if column.type in _TIMES and not says(column.name, BIRTHS)]
    begun = [name for name in times if says(name, BEGINNINGS)]
    if begun:
        return table, begun[0]
    return (table, times[0]) if node.kind == "fact" and len(times) == 1 else None


def _early_share(study: Study, late: Place, early: Place) -> float:
    """Return the share of rows whose later time comes first; 0 where something ties the two, or nothing is known."""
    one, other = moments_of(study.index, late), moments_of(study.index, early)
    if one is None or other is None:
        return 0.0
    if "date" in (study.index.columns[late].type, study.index.columns[early].type):
        one, other = days_of(one), days_of(other)
    return one.before(other)


def _out_of_order(study: Study, late: Place, early: Place, share: float, code: str) -> Advice:
    rows = study.rows[late[0]]
    order = {"left": named(late), "op": ">=", "right": named(early)}
    is_kept = _last(study, late) >= _last(study, early)
    return Advice(
        code,
        study.pointers[late],
        named(late),
        f"{percent(share)} of the rows of {late[0]} have {late[1]} before {named(early)}: "
        f"about {many(share * rows)} of {many(rows)}.",
        "Both are drawn by themselves, so nothing keeps their order.",
        f"Promise {named(late)} >= {named(early)}; the times are then drawn within it.",
        study.added("inequalities", order) if is_kept else None,
        weight=70 + 20 * share,
    )


def _last(study: Study, place: Place) -> int:
    found = study.index.columns[place].grid(study.dataset.window)
    return 0 if found is None else found.last
