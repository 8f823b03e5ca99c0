"""How many rows each row of the first parent has, as the data shows it and as the fanout declares it."""

from __future__ import annotations

import math

from datagen_chat.fanouts import Spread
from datagen_chat.frozen import dataclass
from datagen_chat.report.bars import Bar, Bars
from datagen_chat.report.data import Data
from datagen_chat.report.declared import Declared
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Table
from datagen_chat.sql import quoted
from datagen_chat.tables import clamped_masses

_MOST = 24


@dataclass(frozen=True, slots=True)
class Families:
    """The bars of the number of rows of one parent, and the column that leads to the parent."""

    parent: str
    column: str
    bars: Bars
    declared: Declared


def families(data: Data, index: Index, table: Table) -> Families | None:
    """Return how the rows of a table spread over those of its first parent; None where no column says which is whose."""
    if not table.parents:
        return None
    parent = table.parents[0]
    keys = [child for child, key in index.foreign_keys() if child[0] == table.id and key == (parent, index.tables[parent].pk)]
    local = next((place for place in keys if index.follows(place, parent)), None)
    if local is None:
        return None
    counted = _counted(data, local, parent)
    if not counted:
        return None
    drawn = Bars("number", _bars(counted), is_whole=True)
    return Families(parent, local[1], drawn, declared_families(index.tables[table.id], drawn))


def _counted(data: Data, local: Place, parent: str) -> dict[int, int]:
    """Return how many parents have so many rows, those without any included."""
    column, child, above = quoted(local[1]), quoted(local[0]), quoted(parent)
    grouped = f"SELECT count(*) AS children FROM {child} WHERE {column} IS NOT NULL GROUP BY {column}"  # noqa: S608 - quoted
    found: dict[int, int] = dict(data.ask(f"SELECT children, count(*) FROM ({grouped}) GROUP BY 1 ORDER BY 1"))  # noqa: S608
    [(parents,)] = data.ask(f"SELECT count(*) FROM {above}")  # noqa: S608 - quoted
    none = parents - sum(found.values())
    return {0: none} | found if none > 0 else found


def _bars(counted: dict[int, int]) -> tuple[Bar, ...]:
    low, high = min(counted), max(counted)
    step = math.ceil((high - low + 1) / _MOST)
    starts = range(low, high + 1, step)
    return tuple(Bar(sum(counted.get(k, 0) for k in range(at, at + step)), at - 0.5, at + step - 0.5) for at in starts)


def declared_families(table: Table, drawn: Bars) -> Declared:
    """Return the share of parents that the fanout declares for each bar; the table is one that behaviours were applied to."""
    spread = table.fanout
    if table.is_unfolded:
        return Declared(why_not="The rows come from walks, so no declared shape is drawn.")
    if table.rows is not None:
        return Declared(why_not="The table has an exact total, so no declared shape is drawn.")
    if table.is_shaped or not isinstance(spread, Spread):
        what = "Each parent has exactly one row." if spread is None and not table.is_shaped else ""
        return Declared(why_not=what or "The number of rows follows from columns of the parent, so no declared shape is drawn.")
    masses = clamped_masses(spread.masses(), _bounds(spread))
    shares = dict(enumerate(masses.shares, masses.first))
    total = math.fsum(masses.shares)
    spans = (range(math.ceil(bar.low), math.ceil(bar.high)) for bar in drawn.bars)
    return Declared(tuple(math.fsum(shares.get(k, 0.0) for k in span) / total for span in spans))


def _bounds(spread: Spread) -> tuple[float, float]:
    low, high = spread.bounds()
    masses = spread.masses()
    return low, masses.first + len(masses.shares) if high is None else high
