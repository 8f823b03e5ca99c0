"""What comes out of a column before any row exists: shares of its values, from the definitions of its words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeGuard

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass
from datagen_chat.generators import Generator
from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.generators.distribution import Distribution
from datagen_chat.instants import DAY, Grid
from datagen_chat.problems import pointer
from datagen_chat.schema.facts import ColumnFacts
from datagen_chat.schema.fanouts import CaseFanout, Cases, Fanout, branches
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Table
from datagen_chat.schema.row_ranges import is_limited
from datagen_chat.ticks import TickTable
from datagen_chat.words import Scalar

if TYPE_CHECKING:
    from datagen_chat.generators.bernoulli import Bernoulli
    from datagen_chat.generators.case import Case

STEPS, TIME_STEPS = 1000, 2000


@dataclass(frozen=True, eq=False)
class Values:
    """Values of a column, ascending or not, and the share of each; both of shape (values,)."""

    values: NDArray[np.float64]
    shares: NDArray[np.float64]

    def mean(self) -> float:
        """Return the expected value."""
        return float(self.values @ self.shares)

    def thinned(self) -> Values:
        """Return these values, or so many of them as quantiles are enough, where they are more."""
        if len(self.values) <= STEPS:
            return self
        order = np.argsort(self.values)
        up_to = np.cumsum(self.shares[order])
        places = up_to.searchsorted((np.arange(STEPS) + 0.5) / STEPS * up_to[-1])
        return Values(self.values[order][places], np.full(STEPS, 1 / STEPS))

    def times(self, other: Values) -> Values:
        """Return the products of independent pairs."""
        return Values(np.outer(self.values, other.values).ravel(), np.outer(self.shares, other.shares).ravel())

    def near(self, other: Values, within: float) -> float:
        """Return the share of independent pairs in which this value is within a share of the other."""
        order = np.argsort(self.values)
        values, up_to = self.values[order], np.concatenate([[0.0], np.cumsum(self.shares[order])])
        slack = np.abs(other.values) * within
        below = values.searchsorted(other.values - slack, side="left")
        above = values.searchsorted(other.values + slack, side="right")
        return float((up_to[above] - up_to[below]) @ other.shares)

    def before(self, other: Values) -> float:
        """Return the share of independent pairs in which this value is below the other."""
        order = np.argsort(self.values)
        up_to = np.concatenate([[0.0], np.cumsum(self.shares[order])])
        return float(up_to[self.values[order].searchsorted(other.values, side="left")] @ other.shares)


def is_bernoulli(generator: Generator) -> TypeGuard[Bernoulli]:
    """Return whether a generator is true or false by chance; its module is imported by the schemas that say so."""
    return generator.word == "bernoulli"


def is_case(generator: Generator) -> TypeGuard[Case]:
    """Return whether a generator is another one for each value of a column."""
    return generator.word == "case"


def shares_of(index: Index, place: Place) -> dict[Scalar, float] | None:
    """Return the values of a column with their shares, where they are few and drawn alike for all rows."""
    column = index.columns.get(place)
    if column is None or column.modifiers or column.null_rate:
        return None
    if is_bernoulli(column.generator):
        return {True: column.generator.p, False: 1 - column.generator.p}
    return _drawn(column.generator, index.facts(place))


def _drawn(generator: Generator, facts: ColumnFacts) -> dict[Scalar, float] | None:
    lots = generator.lots(facts)
    if lots is None:
        return None
    found: dict[Scalar, float] = {}
    total = math.fsum(lots.weights)
    for value, weight in zip(lots.values, lots.weights, strict=True):
        found[value] = found.get(value, 0.0) + weight / total
    return found


def numbers_of(index: Index, place: Place) -> Values | None:
    """Return the numbers of a column, at quantiles where they are many; None where they follow from other columns."""
    seen: set[Place] = set()
    while place in index.columns and place not in seen and not index.columns[place].modifiers:
        seen.add(place)
        column, sources = index.columns[place], index.sources(place)
        if column.type not in ("int", "float"):
            return None
        if not sources:
            found = _numbers(column.generator, index.facts(place))
            return None if found is None else found.thinned()
        if len(sources) > 1:
            return None
        place = (sources[0].table, sources[0].column)
    return None


def _numbers(generator: Generator, facts: ColumnFacts) -> Values | None:
    if isinstance(generator, Distribution):
        return _quantiles(generator, is_whole=facts.type == "int")
    if is_case(generator):
        return _mixed(generator, facts)
    listed = generator.listed()
    if listed:
        return _listed(Counter(listed))
    drawn, outcomes = _drawn(generator, facts), generator.outcomes(facts) or ()
    if drawn is None and len(outcomes) == 1:
        return _listed(dict.fromkeys(outcomes, 1.0))
    return None if drawn is None else _listed(drawn)


def _listed(drawn: Mapping[Scalar, float]) -> Values | None:
    """Return numbers with their weights; None where there is anything else among them."""
    pairs = [(float(value), share) for value, share in drawn.items() if isinstance(value, int | float)]
    if not pairs or len(pairs) < len(drawn):
        return None
    values, shares = zip(*pairs, strict=True)
    return Values(np.array(values), np.array(shares) / math.fsum(shares))


def _quantiles(drawn: Distribution, *, is_whole: bool) -> Values:
    law = drawn.params
    if law.discrete:
        masses = law.masses()
        values = np.arange(masses.first, masses.first + len(masses.shares), dtype=np.float64)
        shares = np.array(masses.shares)
    else:
        values = np.array(law.quantiles(tuple((k + 0.5) / STEPS for k in range(STEPS))))
        shares = np.full(STEPS, 1 / STEPS)
    if drawn.clamp is not None:
        if drawn.truncate:
            shares = np.where((values >= drawn.clamp[0]) & (values <= drawn.clamp[1]), shares, 0.0)
        values = np.clip(values, *drawn.clamp)
    total = shares.sum()
    return Values(np.rint(values) if is_whole else values, shares / total if total > 0 else shares)


def _mixed(case: Case, facts: ColumnFacts) -> Values | None:
    """Return the numbers of all branches, each with the share of the values that lead there."""
    branches, parts = dict(case.inner()), list[Values]()
    for at, share in branch_shares(case, facts.index, facts.table.id).items():
        inner = _numbers(branches[at], facts) if at else None
        if inner is None:
            return None
        parts.append(Values(inner.values, inner.shares * share))
    if not parts:
        return None
    return Values(np.concatenate([part.values for part in parts]), np.concatenate([part.shares for part in parts]))


def branch_shares(case: Case | Cases, index: Index, table: str) -> dict[str, float]:
    """Return the share of rows that each branch of a case makes, by its pointer; nothing where that is unknown.

    Rows for which there is no branch stand under an empty pointer. `table` is that of the rows whose columns decide.
    """
    named, _, column = case.on.rpartition(".")
    found: dict[str, float] = {}
    for value, share in (shares_of(index, (named or table, column)) or {}).items():
        written = str(value).lower() if isinstance(value, bool) else str(value)
        rest = "" if case.else_ is None else "/else"
        at = pointer("when", written) if written in case.when else rest
        found[at] = found.get(at, 0.0) + share
    return found


def ticks_of(index: Index, place: Place) -> tuple[Grid, TickTable] | None:
    """Return the ticks of a column whose times come from one window, and from nothing else; None for any other."""
    column = index.columns[place]
    generator = column.generator
    if not isinstance(generator, DatetimeSeries) or column.modifiers or place in index.bounds:
        return None
    if generator.is_regular and not index.tables[place[0]].is_ticking:
        return None  # the first ticks only
    return generator.ticks(index.dataset.window)


def moments_of(index: Index, place: Place) -> Values | None:
    """Return the times of a column that has them from one window, in microseconds, at quantiles; None for any other."""
    found = ticks_of(index, place)
    if found is None:
        return None
    shares = (np.arange(TIME_STEPS) + 0.5) / TIME_STEPS
    return Values(found[0].at(found[1].sample(shares)).astype(np.float64), np.full(TIME_STEPS, 1 / TIME_STEPS))


def days_of(moments: Values) -> Values:
    """Return times as the beginnings of their days."""
    return Values(moments.values // DAY * DAY, moments.shares)


def empty_share(table: Table, index: Index) -> float | None:
    """Return the share of parent rows that have no row of a fact; None where more than its fanout has a say."""
    if table.rows is not None or table.modifiers or table.is_unfolded or table.is_ticking or table.fanout is None:
        return None
    if is_limited(table):
        return None
    return _empty(table.fanout, index, table.parents[0])


def _empty(fanout: Fanout, index: Index, parent: str) -> float | None:
    if isinstance(fanout, CaseFanout):
        parts = branches(fanout)
        shares = branch_shares(fanout.case, index, parent)
        found = [(share, _empty(parts["/case" + at], index, parent) if at else 1.0) for at, share in shares.items()]
        known = [share * empty for share, empty in found if empty is not None]
        return math.fsum(known) if found and len(known) == len(found) else None
    if fanout.scale is not None:
        return None
    low, high = fanout.bounds()
    if low > 0 or high == 0:
        return 0.0 if low > 0 else 1.0
    masses = fanout.masses()
    return math.fsum(masses.shares[: max(1 - masses.first, 0)]) / math.fsum(masses.shares)
