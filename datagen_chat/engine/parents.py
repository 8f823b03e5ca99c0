"""What plans and estimates ask of parents and children before anything is counted: their order, and the fanout between them."""

from __future__ import annotations

from datagen_chat.fanouts import SPREADS
from datagen_chat.schema.fanouts import Fanout
from datagen_chat.schema.model import Table


def parents_first(tables: tuple[Table, ...]) -> tuple[Table, ...]:
    """Return the tables in an order in which every primary parent comes before its children, else as they are written."""
    by_name, placed = {table.id: table for table in tables}, dict[str, Table]()

    def place(table: Table) -> None:
        lineage = [table]
        while lineage[-1].parents and lineage[-1].parents[0] not in placed:
            lineage.append(by_name[lineage[-1].parents[0]])
        for each in reversed(lineage):
            placed[each.id] = each

    for table in tables:
        if table.id not in placed:
            place(table)
    return tuple(placed.values())


def fanout_of(table: Table, parents: int) -> Fanout:
    """Return a fact's fanout: the one it names, else one row each, or chance around the mean when it names a total."""
    if table.fanout is not None:
        return table.fanout
    if table.rows is None:
        return SPREADS["constant"].model_validate({"value": 1})
    return SPREADS["poisson"].model_validate({"lambda": table.rows / max(parents, 1)})
