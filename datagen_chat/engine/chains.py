"""Long chains of columns that read each other: what is made before a column, so that making it does not nest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from datagen_chat.schema.model import Column, Table

STEP = 16
"""So many columns may wait for each other; every one of them waits on Python's stack."""


def stepping_stones(table: Table) -> Mapping[str, tuple[str, ...]]:
    """Return for each column at the end of a long chain some columns of that chain, in the order to make them in.

    Of the columns before it in its table, these lie every `STEP` columns apart; columns without long chains are left out.
    """
    names = frozenset(column.name for column in table.columns)
    reads = {column.name: _own_columns(table, column, names) for column in table.columns}
    depths: dict[str, int] = {}
    for name in _in_order(reads):
        depths[name] = 1 + max((depths.get(each, 0) for each in reads[name]), default=0)
    deep = [name for name, depth in depths.items() if depth > STEP]
    if not deep:
        return {}
    stones = sorted((name for name, depth in depths.items() if depth % STEP == 0), key=depths.__getitem__)
    bits = {name: 1 << number for number, name in enumerate(depths)}
    below = dict[str, int]()
    for name in depths:
        below[name] = bits[name]
        for each in reads[name]:
            below[name] |= below.get(each, 0)
    return {name: tuple(stone for stone in stones if stone != name and below[name] & bits[stone]) for name in deep}


def _own_columns(table: Table, column: Column, names: frozenset[str]) -> tuple[str, ...]:
    """Return the columns of the same row that a column reads, of those that the table has."""
    uses = column.uses()
    found = (use.column for use in uses if use.how == "row" and use.table in (None, table.id) and use.column in names)
    return tuple(dict.fromkeys(found))


def _in_order(reads: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """Yield every column once, after those that it reads."""
    seen: set[str] = set()
    for start in reads:
        waiting = [(start, False)]
        while waiting:
            name, is_ready = waiting.pop()
            if is_ready:
                yield name
            elif name not in seen:
                seen.add(name)
                waiting.append((name, True))
                waiting += [(each, False) for each in reads[name]]
