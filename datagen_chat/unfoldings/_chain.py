"""A Markov chain as tables: which state follows each state, and after how long, for many walks at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, bits, bits32
from datagen_chat.frozen import dataclass
from datagen_chat.instants import SECOND
from datagen_chat.laws.uniform import Uniform
from datagen_chat.tables import Discrete, Quantiles
from datagen_chat.unfoldings._dwell import Dwell

Index = NDArray[np.int64]
Draws = NDArray[np.uint64]
Table = Callable[[NDArray[np.uint32]], NDArray[np.float64]]
_32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)
_CELLS = 1 << 17
_WIDEST = 2**32
NOTHING, _STRADDLING = -1, -2


class Successors:
    """The states that follow each state, with their weights, exact to 2**-32.

    A guide table over the state and the upper bits of the draw gives the successor; only draws whose cell straddles a
    threshold are searched.
    """

    def __init__(self, weights: Sequence[Mapping[int, float]]) -> None:
        edges, targets = list[int](), list[int]()
        for state, following in enumerate(weights):
            whole = following or {NOTHING: 1.0}
            total, running = sum(whole.values()), 0.0
            for target, weight in whole.items():
                running += weight
                edges.append((state << 32) + min(round(running / total * 2**32), 2**32))
                targets.append(target)
        self._edges, self._targets = np.array(edges, dtype=np.uint64), np.array(targets, dtype=np.int64)
        self._bits = min(max((_CELLS // len(weights)).bit_length() - 1, 4), 12)
        self._guide = self._make_guide(len(weights))

    def _make_guide(self, states: int) -> NDArray[np.int16]:
        cells = np.arange(states << self._bits, dtype=np.uint64) << np.uint64(32 - self._bits)
        lowest, highest = self._searched(cells), self._searched(cells + np.uint64((1 << (32 - self._bits)) - 1))
        return np.where(lowest == highest, lowest, _STRADDLING).astype(np.int16)

    def _searched(self, places: Draws) -> Index:
        return self._targets.take(self._edges.searchsorted(places, side="right"))

    def sample(self, states: Index, drawn: Draws) -> Index:
        """Return the successor of each state, NOTHING where it has none, given 32 random bits for each; shape (walks,)."""
        place = states.view(np.uint64) << _32
        place |= drawn
        found = self._guide.take((place >> np.uint64(32 - self._bits)).view(np.int64)).astype(np.int64)
        straddling = np.flatnonzero(found == _STRADDLING)
        found[straddling] = self._searched(place[straddling])
        return found


class Stays:
    """How long walks stay in each state, in whole seconds."""

    def __init__(self, dwells: Sequence[Dwell | None]) -> None:
        ranges = [_whole_range(dwell) for dwell in dwells]
        self._low = np.array([low for low, _ in ranges], dtype=np.int64)
        self._width = np.array([width for _, width in ranges], dtype=np.uint64)
        tables: dict[Dwell, Table] = {}
        self._tables = dict[int, Table]()
        for state, dwell in enumerate(dwells):
            if dwell is not None and not self._width[state]:
                self._tables[state] = tables.get(dwell) or tables.setdefault(dwell, _table(dwell))

    def sample(self, states: Index, drawn: Draws) -> Index:
        """Return the length of a stay in each state, given 32 random bits for each; shape (walks,)."""
        stays = self._width.take(states)
        stays *= drawn
        stays >>= _32
        seconds = stays.view(np.int64)
        seconds += self._low.take(states)
        for state in self._tables_for(states):
            chosen = np.flatnonzero(states == state)
            seconds[chosen] = np.rint(self._tables[state](drawn[chosen].astype(np.uint32)))
        return seconds

    def _tables_for(self, states: Index) -> Sequence[int]:
        if not self._tables:
            return ()
        present = np.bincount(states, minlength=len(self._low))
        return [state for state in self._tables if present[state]]


def _table(dwell: Dwell) -> Table:
    """Return how the seconds of a stay come from draws."""
    if not dwell.law().discrete:
        return Quantiles(dwell.quantiles).sample
    seconds, shares = dwell.pool()
    table, lengths = Discrete(shares), np.array(seconds)
    return lambda drawn: lengths.take(table.sample(drawn))


def _whole_range(dwell: Dwell | None) -> tuple[int, int]:
    """Return the shortest stay of a uniform law and how many lengths there are; a width of 0 where a table is needed."""
    law = None if dwell is None else dwell.law()
    if dwell is None or law is None:
        return 0, 1
    if not isinstance(law, Uniform):
        return 0, 0
    low, high = int(dwell.seconds(law.low)), int(dwell.seconds(law.high))
    return (low, high - low + 1) if high - low < _WIDEST - 1 else (0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """A chain, compiled; implements `_walks.Route`."""

    names: tuple[str, ...]
    longest: int
    initial: Discrete
    successors: Successors
    stays: Stays
    first_key: Key
    step_key: Callable[[int], Key]

    def first(self, numbers: Index) -> Index:
        """Return the state in which each parent row begins."""
        return self.initial.sample(bits32(self.first_key, numbers)).astype(np.int64)

    def onward(self, step: int, numbers: Index, at: Index, states: Index) -> tuple[Index, Index]:  # noqa: ARG002
        """Return the state that follows, and after how many microseconds: the two halves of one draw."""
        drawn = bits(self.step_key(step), numbers)
        return self.successors.sample(states, drawn >> _32), self.stays.sample(states, drawn & _LOW) * SECOND
