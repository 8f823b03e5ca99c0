"""How many rows each parent has: drawn alike for all of them, as a total asks, or as the parents' own columns say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from datagen_chat import draws
from datagen_chat.engine.fanout import Counts, bounded_masses, drawn_counts, exact_counts
from datagen_chat.fanouts import Spread
from datagen_chat.fanouts.constant import ConstantSpread
from datagen_chat.fanouts.poisson import PoissonSpread
from datagen_chat.schema.model import Table

if TYPE_CHECKING:
    from datagen_chat.engine.plan import TablePlan


def table_counts(table: TablePlan, parent: TablePlan) -> Counts:
    """Return the number of a table's rows under each row of its parent."""
    key, parents = draws.key(table.plan.seed, table.name, "", "fanout"), parent.row_count
    spread, rows = spread_of(table.table, parents), table.table.rows
    if rows is None or parents == 0:
        return drawn_counts(bounded_masses(spread, spread.masses()), key, parents)
    return exact_counts(spread, key, parents, rows)


def spread_of(table: Table, parents: int) -> Spread:
    """Return a fact's fanout: the one it names, else one row each, or chance around the mean when it names a total."""
    if table.fanout is not None:
        return table.fanout
    if table.rows is None:
        return ConstantSpread(value=1)
    return PoissonSpread.model_validate({"lambda": table.rows / max(parents, 1)})
