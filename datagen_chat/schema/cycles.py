"""What waits for what: columns and row counts, and the cycles among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from datagen_chat.generators.base import words_in
from datagen_chat.generators.base.uses import Use
from datagen_chat.generators.lookup import Lookup
from datagen_chat.problems import Problem, pointer
from datagen_chat.schema.index import Index, Need
from datagen_chat.schema.model import Column, Table
from datagen_chat.schema.unfoldings import counted_by


def needs(index: Index) -> Mapping[Need, tuple[Need, ...]]:
    """Return what each column and each row count must wait for."""
    graph: dict[Need, tuple[Need, ...]] = {}
    for table in index.tables.values():
        graph[table.id, None] = _known(_counts_needed(table, index), index)
    for (name, column_name), column in index.columns.items():
        graph[name, column_name] = _known(_needs_of(index.tables[name], column, index), index)
    return graph


def reachable(index: Index, start: Need) -> frozenset[Need]:
    """Return everything that a column or a row count waits for, directly or not."""
    graph, found = index.needs, set[Need]()
    waiting = list(graph.get(start, ()))
    while waiting:
        need = waiting.pop()
        if need not in found:
            found.add(need)
            waiting += graph[need]
    return frozenset(found)


def _known(found: Iterator[Need], index: Index) -> tuple[Need, ...]:
    return tuple(
        need for need in dict.fromkeys(found) if need in index.columns or (need[1] is None and need[0] in index.tables)
    )


def _counts_needed(table: Table, index: Index) -> Iterator[Need]:
    """Yield what the number of a table's rows waits for: its parents' number, and the columns of theirs that shape it."""
    parent = index.tables.get(table.parents[0]) if table.parents else None
    if parent is not None:
        yield (parent.id, None)
        for use in counted_by(table, index):
            yield from _reads(parent, use, index)


def _needs_of(table: Table, column: Column, index: Index) -> Iterator[Need]:
    for use in (*column.uses(), *index.implied(table, column)):
        yield from _reads(table, use, index)
    for _, word in words_in(column.generator) if index.matched else ():
        if isinstance(word, Lookup) and (pointed := word.pointed()):
            local = (table.id, pointed[0])
            yield from (theirs for ours, theirs in index.matched if ours == local and theirs[0] == word.table)
    if table.is_unfolded and any(word.is_unfolded for _, word in words_in(column.generator)):
        yield (table.id, None)


def _reads(table: Table, use: Use, index: Index) -> Iterator[Need]:
    """Yield the column that a word of a table reads, and the row counts and keys that it takes to find it."""
    table = index.tables.get(use.of or table.id, table)
    above, target = index.ancestors(table.id), use.table or table.id
    if (target, use.column) not in index.columns:
        return
    yield (target, use.column)
    if use.how == "descendant":
        yield from ((name, None) for name in (target, *index.ancestors(target)) if name != table.id and name not in above)
    elif target in above and use.how != "target":
        yield (table.id, None)
    elif target != table.id:
        yield (target, None)
        if use.how == "row":
            yield from ((table.id, key) for key in index.pointing(table.id, target))


def check_cycles(index: Index) -> Iterator[Problem]:
    """Yield every cycle of primary parents, and every cycle of columns, named step by step."""
    in_cycle: set[str] = set()
    for i, table in enumerate(index.dataset.nodes):
        ring = _parent_ring(table.id, index)
        if ring and not in_cycle & set(ring):
            in_cycle |= set(ring)
            message = f"Tables hang off each other in a circle: {' → '.join((*ring, ring[0]))}."
            yield Problem(pointer("nodes", i, "parents", 0), "table-cycle", message, "Let one of them stand alone.")
    if not in_cycle:
        yield from _column_cycles(index)


def _parent_ring(table: str, index: Index) -> tuple[str, ...]:
    """Return the circle of primary parents that a table is part of, itself first."""
    chain = (table, *index.ancestors(table))
    last = index.tables[chain[-1]].parents[:1]
    return chain if last == (table,) else ()


def _column_cycles(index: Index) -> Iterator[Problem]:
    places: dict[Need, str] = {(table.id, None): f"/nodes/{i}" for i, table in enumerate(index.dataset.nodes)}
    places |= {(table.id, column.name): at + "/generator" for at, table, column in reversed(index.every_column)}
    for ring in _rings(index.needs):
        start = next((need for need in ring if need[1] is not None), ring[0])
        turned = ring[ring.index(start) :] + ring[: ring.index(start)]
        names = [f"{table}.{column}" if column else f"rows of {table}" for table, column in (*turned, start)]
        if len(ring) > 1:
            message = f"These columns wait for each other: {' → '.join(names)}."
        else:
            message = f"{names[0]} takes its values from itself." if start[1] else f"The {names[0]} depend on themselves."
        yield Problem(places[start], "column-cycle", message, "Make one of them without the others.")


def _rings(graph: Mapping[Need, tuple[Need, ...]]) -> Iterator[list[Need]]:
    """Yield one ring of each tangle: a depth-first walk that keeps its own stack, for a long chain is no mistake."""
    done: set[Need] = set()
    for root in graph:
        path: dict[Need, Iterator[Need]] = {} if root in done else {root: iter(graph[root])}
        while path:
            last = next(reversed(path))
            step = next(path[last], None)
            if step is None:
                done.add(last)
                del path[last]
            elif step in path:
                walked = list(path)
                yield walked[walked.index(step) :]
            elif step not in done:
                path[step] = iter(graph[step])
