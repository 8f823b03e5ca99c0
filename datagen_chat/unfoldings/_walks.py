"""Walks: parent rows that go on from state to state, all of them at once, and the rows that come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.draws import RowNumbers
from datagen_chat.values import Numbers, Text, Values, code_type, words_array

Index = NDArray[np.int64]
HELD_ROWS = 1 << 21
"""Walks with more rows together are walked again for each column, a part at a time."""

NEVER = 2**62
"""A start after every end."""


class Route(Protocol):
    """How walks go on. States are numbered; all arrays have one entry for each walk."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the states."""

    @property
    def longest(self) -> int:
        """The most states that one walk enters."""

    def first(self, numbers: Index) -> Index:
        """Return the state in which each parent row begins."""

    def onward(self, step: int, numbers: Index, at: Index, states: Index) -> tuple[Index, Index]:
        """Return the state that follows, below 0 where none does, and after how many microseconds.

        `step` is how many states were entered before the one that is left, `numbers` the parents' row numbers and `at`
        their positions among the parents that set out.
        """


def steps(route: Route, numbers: RowNumbers, starts: Index, ends: Index) -> Iterator[tuple[Index, Index, Index]]:
    """Yield, step by step, which parents enter a state, which state, and when.

    Nobody enters a state after its end, `ends` having one for each parent or one for all; who starts after it takes no step.
    """
    at = np.flatnonzero(starts <= ends)
    states, times = route.first(_numbers(numbers, at)), starts[at]
    for step in range(route.longest):
        if not len(at):
            return
        yield at, states, times
        states, gaps = route.onward(step, _numbers(numbers, at), at, states)
        times = times + gaps
        going_on = times <= (ends if len(ends) == 1 else ends.take(at))
        going_on &= states >= 0
        if not going_on.all():
            kept = np.flatnonzero(going_on)
            at, states, times = at.take(kept), states.take(kept), times.take(kept)


def _numbers(numbers: RowNumbers, at: Index) -> Index:
    return at + numbers.start if isinstance(numbers, range) else numbers.take(at)


class Walks:
    """What some parent rows walk through; implements `generators.base.rows.Unfolded`."""

    def __init__(self, route: Route, numbers: RowNumbers, starts: Index, ends: Index) -> None:
        self._route, self._numbers, self._starts, self._ends = route, numbers, starts, ends

    @cached_property
    def counts(self) -> Index:
        """The number of states that each parent row enters, shape (parents,)."""
        counts = np.zeros(len(self._numbers), dtype=np.int64)
        for step, (at, _, _) in enumerate(steps(self._route, self._numbers, self._starts, self._ends), 1):
            counts[at] = step
        return counts

    def field(self, name: str, parent: Index, rank: Index) -> Values:
        """Return one field of rows, given the position of each one's parent and its rank among its siblings."""
        if len(self._runs) == 1:
            return FIELDS[name](self._path, parent, rank)
        run = self._runs.searchsorted(parent, side="right")
        chosen = [(number, np.flatnonzero(run == number)) for number in np.unique(run).tolist()]
        parts = [FIELDS[name](self._part(number), parent.take(rows), rank.take(rows)) for number, rows in chosen]
        return _placed(parts, [rows for _, rows in chosen])

    @cached_property
    def _path(self) -> Path:
        return Path.of(self._route, self._numbers, self._starts, self._ends)

    @cached_property
    def _runs(self) -> Index:
        """The parents at which a part of the walks ends: so few that all their rows can be held."""
        everyone = np.array([len(self._numbers)], dtype=np.int64)
        if len(self._numbers) * self._route.longest <= HELD_ROWS or int(self.counts.sum()) <= HELD_ROWS:
            return everyone
        part = np.cumsum(self.counts) // HELD_ROWS
        return np.append(np.flatnonzero(np.diff(part)) + 1, everyone)

    def _part(self, number: int) -> Path:
        """Return the path of one part: nobody else sets out."""
        first = 0 if number == 0 else int(self._runs[number - 1])
        starts = np.full_like(self._starts, NEVER)
        starts[first : self._runs[number]] = self._starts[first : self._runs[number]]
        return Path.of(self._route, self._numbers, starts, self._ends)


class Path:
    """All states that some parent rows enter, parent by parent.

    `first` says where each parent's begin and `counts` how many there are, shape (parents,); `states` and `times` say which
    they are and when they are entered, shape (rows,).
    """

    def __init__(self, words: pa.StringArray, counts: Index, states: NDArray[np.signedinteger[Any]], times: Index) -> None:
        self.words, self.counts, self.states, self.times = words, counts, states, times
        self.first = np.cumsum(counts) - counts

    @classmethod
    def of(cls, route: Route, numbers: RowNumbers, starts: Index, ends: Index) -> Path:
        """Return the path of some parents."""
        taken = list(steps(route, numbers, starts, ends))
        counts = np.zeros(len(numbers), dtype=np.int64)
        for step, (at, _, _) in enumerate(taken, 1):
            counts[at] = step
        total = int(counts.sum())
        path = cls(
            words_array(list(route.names)), counts, np.empty(total, code_type(len(route.names))), np.empty(total, np.int64)
        )
        for step, (at, states, times) in enumerate(taken):
            place = path.first.take(at) + step
            path.states[place], path.times[place] = states, times
        return path

    def at(self, parent: Index, rank: Index) -> Index:
        """Return where the states of these ranks stand."""
        return self.first.take(parent) + rank


def _placed(parts: list[Values], places: list[Index]) -> Values:
    """Return values that are made in parts, each at its places; they are of one kind, and text is of one pool."""
    order = np.argsort(np.concatenate(places))
    valid = [part.valid for part in parts if part.valid is not None]
    mask = np.concatenate(valid).take(order) if len(valid) == len(parts) else None
    if isinstance(parts[0], Text):
        codes = np.concatenate([part.codes for part in parts if isinstance(part, Text) and part.codes is not None])
        return Text(parts[0].words, codes.take(order), mask)
    return Numbers(np.concatenate([part.data for part in parts if isinstance(part, Numbers)]).take(order), mask)


def _name(path: Path, parent: Index, rank: Index) -> Values:
    return Text(path.words, path.states.take(path.at(parent, rank)))


def _previous(path: Path, parent: Index, rank: Index) -> Values:
    before = np.maximum(path.at(parent, rank) - 1, 0)
    return Text(path.words, path.states.take(before), rank > 0)


def _index(path: Path, parent: Index, rank: Index) -> Values:  # noqa: ARG001 - the rank is the index
    return Numbers(rank.copy())


def _entered_at(path: Path, parent: Index, rank: Index) -> Values:
    return Numbers(path.times.take(path.at(parent, rank)))


def _exited_at(path: Path, parent: Index, rank: Index) -> Values:
    after = np.minimum(path.at(parent, rank) + 1, max(len(path.times) - 1, 0))
    return Numbers(path.times.take(after), rank + 1 < path.counts.take(parent))


FIELDS: Mapping[str, Callable[[Path, Index, Index], Values]] = {
    "name": _name,
    "previous": _previous,
    "index": _index,
    "entered_at": _entered_at,
    "exited_at": _exited_at,
}
