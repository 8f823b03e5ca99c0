"""Claims about the number of rows that each parent has: its bounds, its mean and its shares."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from datagen_chat.fanouts import Spread
from datagen_chat.fanouts.choice import ChoiceSpread
from datagen_chat.fanouts.constant import ConstantSpread
from datagen_chat.fanouts.geometric import GeometricSpread
from datagen_chat.fanouts.negative_binomial import NegativeBinomialSpread
from datagen_chat.fanouts.poisson import PoissonSpread
from datagen_chat.fanouts.uniform import UniformSpread
from datagen_chat.generators.lookup import Lookup
from datagen_chat.schema.fanouts import CaseFanout
from datagen_chat.schema.model import Table
from datagen_chat.schema.row_ranges import children_range
from datagen_chat.sql import quoted
from datagen_chat.verify.basis import Basis
from datagen_chat.verify.claims import Claim
from datagen_chat.verify.distributions import negative_binomial, poisson
from datagen_chat.verify.questions import Mean, NoRow, Share, Shares

_WIDEST = 20_000
_TAIL = 2.0**-34
_LEVELS = (0.25, 0.5, 0.75)
_COUNT = "coalesce(s.n, 0)"


def fanout_claims(basis: Basis) -> Iterator[Claim]:
    """Yield what a schema claims of the number of rows under each parent."""
    for at, table in basis.tables:
        if table.parents and not table.is_unfolded and not table.is_ticking:
            yield from _claims(f"{at}/fanout", table, basis)


def _claims(at: str, table: Table, basis: Basis) -> Iterator[Claim]:
    parent, (low, high) = table.parents[0], children_range(table)
    key = basis.parent_key(table.id, parent)
    claim = Claim("fanout", at, table.id, table.id, _bounds(low, high, parent))
    if key is None:
        yield claim.skipped(f"no column says which row of {parent} a row belongs to")
        return
    theirs, own = basis.key(parent), f"p.{quoted(basis.key(parent))}"
    counted = f"SELECT {quoted(key)} AS k, count(*) AS n FROM {quoted(table.id)} GROUP BY 1"  # noqa: S608 - names are letters, digits and underscores
    source = f"{quoted(parent)} AS p LEFT JOIN ({counted}) AS s ON {own} = s.k"
    reads = ((table.id, key), (parent, theirs))
    if low > 0 or math.isfinite(high):
        beyond = [f"{_COUNT} < {int(low)}"] if low > 0 else []
        beyond += [f"{_COUNT} > {int(high)}"] if math.isfinite(high) else []
        shown = (own, f"{_COUNT} AS {quoted('rows')}")
        yield claim.asking(NoRow(source, " OR ".join(beyond), shown), *reads)
    if not isinstance(table.fanout, Spread) or isinstance(table.fanout, ConstantSpread):
        if isinstance(table.fanout, CaseFanout):
            yield Claim("fanout-shares", at, table.id, table.id, "has as many rows as each case says").skipped(
                "each case has its own number of rows"
            )
        return
    yield from _drawn(at, table, table.fanout, source, reads, basis)


def _bounds(low: float, high: float, parent: str) -> str:
    if low == high:
        return f"has {int(low)} {'row' if low == 1 else 'rows'} for each {parent}"
    words = [f"at least {int(low)}"] if low > 0 else []
    words += [f"at most {int(high)}"] if math.isfinite(high) else []
    return f"has {' and '.join(words) or 'any number of'} rows for each {parent}"


def _drawn(
    at: str, table: Table, spread: Spread, source: str, reads: tuple[tuple[str, str], ...], basis: Basis
) -> Iterator[Claim]:
    """Yield the mean and the shares of a number of rows that is drawn alike for all parents."""
    parent = table.parents[0]
    claim = Claim("fanout-shares", at, table.id, table.id, f"spreads over {parent} as {spread.word} says")
    problem, masses = _disturbed(table, spread, basis), _masses(spread)
    if problem or masses is None:
        yield claim.skipped(problem or "the numbers of rows spread too wide to be counted up")
        return
    mean = math.fsum(count * share for count, share in masses.items())
    deviation = math.sqrt(math.fsum((count - mean) ** 2 * share for count, share in masses.items()))
    reach = max(abs(count - mean) for count in masses)
    words = f"has {mean:.4g} rows for each {parent} on average"
    average = Claim("fanout-mean", at, table.id, table.id, words)
    yield average.asking(Mean(source, "true", _COUNT, mean, deviation, reach), *reads)
    shares = tuple(_below(masses))
    if shares:
        yield claim.asking(Shares(source, "true", shares), *reads)


def _below(masses: dict[int, float]) -> Iterator[Share]:
    """Yield which shares of the parents have at most some numbers of rows."""
    total, seen = 0.0, -1.0
    levels = list(_LEVELS)
    for count in sorted(masses):
        total += masses[count]
        if levels and total >= levels[0] and total < 1 - 1e-9:
            levels = [level for level in levels if level > total]
            if total != seen:
                seen = total
                yield Share(f"at most {count}", f"{_COUNT} <= {count}", total)


def _disturbed(table: Table, spread: Spread, basis: Basis) -> str:
    """Return why the numbers of rows are not those that the fanout draws, empty where they are."""
    if table.rows is not None:
        return "an exact total is spread over the parents"
    if table.modifiers or spread.scale is not None:
        return "modifiers, behaviours or a formula scale it"
    if any(column.generator.limits_rows for column in table.columns):
        return "a window of time limits it"
    if any(column.leaves_out for column in table.columns):
        return "rows that must match limit it"
    distinct = any(isinstance(column.generator, Lookup) and column.generator.distinct for column in table.columns)
    if distinct or any(places[0][0] == table.id for places in basis.index.unique_sets):
        return "values that must not repeat limit it"
    return "" if not basis.index.twins else "a second key of a row limits it"


def _masses(spread: Spread) -> dict[int, float] | None:
    """Return the probabilities of the numbers of rows of one parent, within the bounds."""
    natural = _natural(spread)
    if natural is None:
        return None
    low, high = spread.bounds()
    masses: dict[int, float] = {}
    for count, share in natural.items():
        bounded = max(low, count if high is None else min(count, high))
        masses[bounded] = masses.get(bounded, 0.0) + share
    return masses


def _natural(spread: Spread) -> dict[int, float] | None:
    if isinstance(spread, UniformSpread):
        size = spread.max - spread.min + 1
        return None if size > _WIDEST else dict.fromkeys(range(spread.min, spread.max + 1), 1 / size)
    if isinstance(spread, ChoiceSpread):
        weights = spread.weights or (1.0,) * len(spread.values)
        total, found = math.fsum(weights), dict[int, float]()
        for count, weight in zip(spread.values, weights, strict=True):
            found[count] = found.get(count, 0.0) + weight / total
        return {count: share for count, share in found.items() if share}
    if isinstance(spread, PoissonSpread):
        return _steps(lambda k: poisson(k, spread.lambda_))
    if isinstance(spread, GeometricSpread):
        return _steps(lambda k: negative_binomial(k, spread.mean_, 1.0))
    if isinstance(spread, NegativeBinomialSpread):
        return _steps(lambda k: negative_binomial(k, spread.mean_, spread.dispersion))
    return None


def _steps(share: Callable[[float], float]) -> dict[int, float] | None:
    """Return the probabilities of 0, 1, 2 … of a distribution function; None where there are too many."""
    found, before = dict[int, float](), 0.0
    for count in range(_WIDEST):
        upto = share(count)
        if upto > before:
            found[count] = upto - before
        before = max(before, upto)
        if before >= 1 - _TAIL:
            return found
    return None
