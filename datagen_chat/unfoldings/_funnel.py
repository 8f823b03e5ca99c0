"""A funnel as tables: who reaches the next stage, and after how long, for many journeys at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, bits
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.rows import Rows, Sampler
from datagen_chat.instants import SECOND
from datagen_chat.laws.exponential import Exponential
from datagen_chat.tables import Quantiles
from datagen_chat.unfoldings._dwell import LONGEST
from datagen_chat.values import Text, coded

Index = NDArray[np.int64]
_32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, slots=True, eq=False)
class Funnel:
    """A funnel for some parents; implements `_walks.Route`. `factors` multiply each parent's rates, shape (parents,)."""

    names: tuple[str, ...]
    rates: Sequence[float]
    seconds: Sequence[float]
    factors: NDArray[np.float64] | None
    unit: Quantiles
    step_key: Callable[[int], Key]

    @property
    def longest(self) -> int:
        """The number of stages."""
        return len(self.names)

    def first(self, numbers: Index) -> Index:
        """Return the first stage."""
        return np.zeros(len(numbers), dtype=np.int64)

    def onward(self, step: int, numbers: Index, at: Index, states: Index) -> tuple[Index, Index]:
        """Return the next stage, -1 where it is not reached, and after how many microseconds: the two halves of one draw."""
        if step == self.longest - 1:
            return np.full(len(at), -1), np.zeros(len(at), dtype=np.int64)
        drawn = bits(self.step_key(step), numbers)
        rate = self.rates[step + 1] if self.factors is None else self.factors.take(at) * self.rates[step + 1]
        reached = drawn >> _32 < np.rint(np.minimum(rate, 1.0) * 2.0**32)
        gaps = np.rint(self.unit.sample((drawn & _LOW).astype(np.uint32)) * self.seconds[step + 1])
        return np.where(reached, states + 1, -1), np.clip(gaps, 1, LONGEST).astype(np.int64) * SECOND


def compile_funnel(
    names: tuple[str, ...],
    rates: Sequence[float],
    hours: Sequence[float],
    factors: Mapping[str, float],
    segments: Sampler | None,
    key: Callable[[str], Key],
) -> Callable[[Rows], Funnel]:
    """Return the funnel of some parents, given how to read their segments."""
    unit, seconds = Quantiles(Exponential(scale=1.0).quantiles), [hour * 3600 for hour in hours]
    keys = [key(f"{before} → {after}") for before, after in pairwise(names)]

    def funnel(parents: Rows) -> Funnel:
        factor = None if segments is None else _factors(segments, parents, factors)
        return Funnel(names, rates, seconds, factor, unit, keys.__getitem__)

    return funnel


def _factors(segments: Sampler, parents: Rows, factors: Mapping[str, float]) -> NDArray[np.float64]:
    """Return what multiplies each parent's rates; 1 where its segment names nothing."""
    values = segments(parents)
    assert isinstance(values, Text)
    text = coded(values)
    assert text.codes is not None
    pool = np.array([factors.get(word, 1.0) for word in text.words.to_pylist()])
    found = pool.take(text.codes) if len(pool) else np.ones(len(text.codes))
    return found if text.valid is None else np.where(text.valid, found, 1.0)
