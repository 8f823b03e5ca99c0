"""What a schema says that a column's bars should be, before any chance: from the laws, not from the engine.

Where modifiers, other columns or other rows have a say, there is no such shape, and the reason is told instead.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise

import numpy as np

from datagen_chat.bounds import inner_bounds, rounded_window, truncated_masses
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base import Generator
from datagen_chat.generators.case import Case
from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.generators.distribution import Distribution
from datagen_chat.instants import DAY
from datagen_chat.laws.base import Masses
from datagen_chat.laws.uniform import Uniform
from datagen_chat.report.bars import Bars, Unit, floor, key_of
from datagen_chat.schema.combinations import combinations
from datagen_chat.schema.facts import ColumnFacts
from datagen_chat.schema.index import Index, Place
from datagen_chat.tables import clamped_masses
from datagen_chat.ticks import Pattern, tick_table
from datagen_chat.words import Scalar

_POINTS = 1 << 16
Below = Callable[[float], float]
"""The share of all values that lie below a number."""


@dataclass(frozen=True, slots=True)
class Declared:
    """The share of each bar as the schema declares it, or why there is none."""

    shares: tuple[float, ...] = ()
    why_not: str = ""
    is_smooth: bool = False


def declared(index: Index, place: Place, bars: Bars) -> Declared:
    """Return the declared shares of a column's bars; `index` is that of the dataset with its behaviours and ranges applied."""
    facts = index.facts(place)
    facts = replace(facts, column=facts.column.rewritten())
    if facts.column.modifiers:
        changes = ", ".join(change.transform.replace("_", " ") for change in facts.column.modifiers)
        return Declared(why_not=f"The values are changed afterwards ({changes}), so no declared shape is drawn.")
    if any(place[0] == each.table and place[1] in each.columns for each in combinations(index)):
        return Declared(why_not="It is drawn together with other columns so that none comes twice; no declared shape is drawn.")
    if facts.is_unique and not isinstance(facts.column.generator, Distribution):
        return Declared(why_not="No value comes twice, so there is no shape to compare with.")
    return _BY_KIND[bars.kind](facts, bars)


def shares_of(index: Index, place: Place) -> Mapping[str, float] | None:
    """Return the declared shares of the values of a column that draws from few, by their keys; None where it does not."""
    facts = index.facts(place)
    return None if facts.column.rewritten().modifiers else _lots(facts)


def _categories(facts: ColumnFacts, bars: Bars) -> Declared:
    shares = _lots(facts)
    if shares is None:
        return _unknown(facts)
    known = [shares.get(bar.key, 0.0) for bar in bars.bars if not bar.is_rest]
    rest = [max(1.0 - sum(known), 0.0)] if bars.bars[-1].is_rest else []
    return Declared((*known, *rest))


def _lots(facts: ColumnFacts) -> Mapping[str, float] | None:
    """Return the share of each value of a column that draws from few, among the rows that have a value."""
    generator = facts.column.generator
    listed = generator.listed()
    if listed is not None:
        return _shares(facts, listed, (1.0,) * len(listed))
    lots = generator.lots(facts)
    return None if lots is None else _shares(facts, lots.values, lots.weights)


def _shares(facts: ColumnFacts, values: tuple[Scalar, ...], weights: tuple[float, ...]) -> Mapping[str, float] | None:
    """Return the share of each value, rounded as the column rounds it."""
    known = [(facts.column.kept(value), weight) for value, weight in zip(values, weights, strict=False) if value is not None]
    total = math.fsum(weight for _, weight in known)
    found: dict[str, float] = {}
    for value, weight in known:
        found[key_of(value)] = found.get(key_of(value), 0.0) + (weight / total if total else 0.0)
    return found if total else None


def _numbers(facts: ColumnFacts, bars: Bars) -> Declared:
    few = _lots(facts)
    if few is not None:
        below: Below | None = _below_few(few)
    else:
        below = _below(facts.column.generator, facts)
    if below is None:
        return _unknown(facts)
    edges = [bars.bars[0].low, *(bar.high for bar in bars.bars)]
    at = [below(edge) for edge in edges]
    is_smooth = few is None and not bars.is_whole
    return Declared(tuple(max(b - a, 0.0) for a, b in pairwise(at)), is_smooth=is_smooth)


def _below_few(shares: Mapping[str, float]) -> Below:
    return lambda edge: math.fsum(share for value, share in shares.items() if float(value) < edge)


def _below(generator: Generator, facts: ColumnFacts) -> Below | None:
    """Return the distribution function of what a generator makes, None where it follows from something else."""
    if isinstance(generator, Distribution):
        return _below_law(generator, facts)
    lots = generator.lots(facts) if not isinstance(generator, Case) else None
    if lots is not None:
        few = _shares(facts, lots.values, lots.weights)
        return None if few is None else _below_few(few)
    return _below_case(generator, facts) if isinstance(generator, Case) else None


def _below_case(case: Case, facts: ColumnFacts) -> Below | None:
    """Return the mixture of the branches, where the column that decides is one of the row with shares of its own."""
    table, column = case.source
    deciding = facts.index.facts((table or facts.table.id, column))
    if (table not in (None, facts.table.id)) or deciding.column.modifiers or deciding.column.may_be_null:
        return None
    weights = _lots(deciding)
    if weights is None:
        return None
    by_key = {key_of(_read(name, deciding)): branch for name, branch in case.when.items()}
    parts = [(by_key.get(value, case.else_), weight) for value, weight in weights.items()]
    mixed = [(_below(branch, facts), weight) for branch, weight in parts if branch is not None]
    if not mixed or len(mixed) < len(parts):
        return None
    known = [(below, weight) for below, weight in mixed if below is not None]
    return (lambda edge: math.fsum(w * below(edge) for below, w in known)) if len(known) == len(mixed) else None


def _read(name: str, facts: ColumnFacts) -> Scalar:
    """Return a branch's name as the value that it stands for."""
    if facts.column.type == "bool":
        return name.strip().lower() in ("true", "1", "yes")
    return float(name) if facts.column.type in ("int", "float") else name


def _below_law(word: Distribution, facts: ColumnFacts) -> Below:
    law, places = word.params, 0 if facts.type == "int" else facts.column.places
    if facts.type == "int" and isinstance(law, Uniform):
        return _clamped(_below_whole(word, law), word, 0)
    if law.discrete:
        masses = law.masses()
        within = word.clamp and (truncated_masses if word.truncate else clamped_masses)(masses, word.clamp)
        return _below_masses(within or masses)
    if word.clamp and word.truncate:
        low, high = map(law.share, rounded_window(word.clamp, places))
        return lambda edge: min(max((law.share(edge) - low) / (high - low), 0.0), 1.0)
    return _clamped(law.share, word, places)


def _below_whole(word: Distribution, law: Uniform) -> Below:
    low, high = word.clamp if word.clamp and word.truncate else (law.low, law.high)
    first, last = math.ceil(max(law.low, low)), math.floor(min(law.high, high))
    return lambda edge: min(max((math.ceil(edge) - first) / (last - first + 1), 0.0), 1.0)


def _clamped(below: Below, word: Distribution, places: int | None) -> Below:
    """Return the distribution function of values that are pulled to the bounds of a clamp."""
    if word.clamp is None or word.truncate:
        return below
    low, high = inner_bounds(word.clamp, places)
    return lambda edge: 0.0 if edge <= low else 1.0 if edge > high else below(edge)


def _below_masses(masses: Masses) -> Below:
    sums = np.concatenate([[0.0], np.cumsum(masses.shares)])
    sums /= sums[-1]

    def below(edge: float) -> float:
        return float(sums[min(max(math.ceil(edge) - masses.first, 0), len(sums) - 1)])

    return below


def _times(facts: ColumnFacts, bars: Bars) -> Declared:
    word, timeframe = facts.column.generator, facts.timeframe
    few = _lots(facts)
    if few is not None or not isinstance(word, DatetimeSeries):
        return _unknown(facts)
    grid = word.grid(timeframe)
    if grid is None:
        return Declared(why_not="The window of the times depends on other columns, so no declared shape is drawn.")
    if facts.bounds:
        orders = ", ".join(f"{bound.op} {bound.column}" for bound in facts.bounds)
        return Declared(why_not=f"The times are drawn within an order ({orders}), so no declared shape is drawn.")
    if word.limits_rows:
        return Declared(why_not="Every tick comes at most once, so there is no shape to compare with.")
    weighings = (*((word.pattern,) if word.pattern else ()), *word.patterns)
    table = tick_table(grid, tuple(Pattern(weighing.dimension, weighing.weights) for weighing in weighings))
    instants = grid.at(table.sample((np.arange(_POINTS) + 0.5) / _POINTS))
    if facts.type == "date":
        instants = instants // DAY * DAY
    assert bars.unit is not None
    return Declared(_counted(instants, bars, bars.unit))


def _counted(instants: np.ndarray, bars: Bars, unit: Unit) -> tuple[float, ...]:
    begun, counts = np.unique(floor(instants, unit), return_counts=True)
    found = dict(zip(begun.tolist(), counts.tolist(), strict=True))
    return tuple(found.get(int(bar.low), 0) / len(instants) for bar in bars.bars)


_BY_KIND = {"category": _categories, "number": _numbers, "time": _times}


def _unknown(facts: ColumnFacts) -> Declared:
    word = facts.column.generator
    if isinstance(word, Case):
        return Declared(why_not=f"The shape follows from {word.on}, so no declared shape is drawn.")
    return Declared(why_not=_WHY.get(word.word, "The schema declares no shape for it."))


_WHY = {
    "lookup": "The values are copied from other rows; they have the shape that those have.",
    "expression": "The values are computed from others, so no declared shape is drawn.",
    "aggregate": "The values are computed from the rows below, so no declared shape is drawn.",
    "state": "The values come from walks through states, so no declared shape is drawn.",
}
