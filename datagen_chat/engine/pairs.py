"""What the combinations of a table are made of: single columns, and pairs of keys of one table, each drawn by its number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, below, bits, scaled
from datagen_chat.draws import key as make_key
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.rows import Numbering, Room
from datagen_chat.schema.combinations import Combination, Pair

Ints = NDArray[np.int64]
_ROUNDS = 64


class Factor(Protocol):
    """One part of a combination: one column, or two whose values depend on each other."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns."""

    @property
    def size(self) -> int:
        """How many values there are, the most where it depends on the parent."""

    @property
    def sizes(self) -> Room | None:
        """How many values each parent row has, where that differs."""

    @property
    def left_out(self) -> Room | None:
        """The number that each parent's rows leave out of those that are drawn and weighed, where they leave out one."""

    @property
    def is_even(self) -> bool:
        """Whether all values are equally likely."""

    def draw(self, key: Key, names: Ints, sizes: Ints, left_out: Ints | None = None) -> Ints:
        """Return a number for each name, by weight or alike."""

    def weigh(self, numbers: Ints, left_out: Ints | None = None) -> NDArray[np.float64]:
        """Return what the values of some numbers weigh, at most 1."""

    def split(self, numbers: Ints) -> tuple[Ints, ...]:
        """Return the number of each column."""


def factors(combination: Combination, numberings: Sequence[Numbering]) -> tuple[Factor, ...]:
    """Return the parts of a combination, whose columns have these numberings; a pair stands where the first of it stands."""
    by_name = dict(zip(combination.columns, numberings, strict=True))
    pairs = {name: pair for pair in combination.pairs for name in (pair.first, pair.second)}
    found: dict[str, Factor] = {}
    for name, numbering in by_name.items():
        pair = pairs.get(name)
        if pair is None:
            found[name] = _One((name,), numbering)
        else:
            found.setdefault(pair.first, _Two(pair, by_name[pair.first], by_name[pair.second]))
    return tuple(found.values())


@dataclass(frozen=True)
class _One:
    """One column."""

    columns: tuple[str, ...]
    numbering: Numbering

    @property
    def size(self) -> int:
        return self.numbering.size

    @property
    def sizes(self) -> Room | None:
        return self.numbering.sizes

    @property
    def left_out(self) -> Room | None:
        return self.numbering.left_out

    @property
    def is_even(self) -> bool:
        return self.numbering.draw is None

    def draw(self, key: Key, names: Ints, sizes: Ints, left_out: Ints | None = None) -> Ints:
        if self.numbering.draw is None:
            return below(key, names, self.size) if self.sizes is None else scaled(bits(key, names), sizes.view(np.uint64))
        drawn = self.numbering.draw(key, names)
        if left_out is None:
            return drawn
        again = np.flatnonzero(drawn == left_out)
        for number in range(_ROUNDS):
            if not len(again):
                break
            drawn[again] = self.numbering.draw(Key(make_key(key, "again", str(number))), names.take(again))
            again = again[drawn[again] == left_out[again]]
        drawn -= drawn > left_out
        drawn[again] = scaled(bits(key, names.take(again)), np.maximum(sizes.take(again), 1).view(np.uint64))
        return drawn

    @cached_property
    def _weights(self) -> NDArray[np.float64] | None:
        own = None if self.numbering.weights is None else self.numbering.weights()
        return None if own is None else own / own.max()

    def weigh(self, numbers: Ints, left_out: Ints | None = None) -> NDArray[np.float64]:
        places = numbers if left_out is None else numbers + (numbers >= left_out)
        return np.ones(len(numbers)) if self._weights is None else self._weights.take(places)

    def split(self, numbers: Ints) -> tuple[Ints, ...]:
        return (numbers,)


@dataclass(frozen=True)
class _Two:
    """Two keys of one table, numbered by pairs: row by row of the first key or, where they are ordered, of the later one."""

    pair: Pair
    first: Numbering
    second: Numbering

    @property
    def columns(self) -> tuple[str, ...]:
        return self.pair.first, self.pair.second

    @property
    def size(self) -> int:
        return self.pair.count(self.first.size)

    @property
    def sizes(self) -> Room | None:
        return None

    @property
    def left_out(self) -> Room | None:
        return None

    @property
    def is_even(self) -> bool:
        return self.first.draw is None and self.second.draw is None

    @cached_property
    def _sides(self) -> tuple[_One, _One]:
        return _One((self.pair.first,), self.first), _One((self.pair.second,), self.second)

    def draw(self, key: Key, names: Ints, sizes: Ints, left_out: Ints | None = None) -> Ints:  # noqa: ARG002 - alike for all
        """Return a number for each name: both keys are drawn until they stand in their order, at last any pair."""
        found = below(key, names, self.size)
        if self.is_even or not self.size:
            return found
        left = np.arange(len(names))
        for number in range(_ROUNDS):
            streams = (Key(make_key(key, side, str(number))) for side in ("first", "second"))
            some = names.take(left)
            first, second = (side.draw(stream, some, some) for side, stream in zip(self._sides, streams, strict=True))
            fits = _FITS[self.pair.order](second, first)
            found[left[fits]] = self.joined(first[fits], second[fits])
            left = left[~fits]
            if not len(left):
                break
        return found

    def weigh(self, numbers: Ints, left_out: Ints | None = None) -> NDArray[np.float64]:  # noqa: ARG002 - alike for all
        first, second = self.split(numbers)
        return self._sides[0].weigh(first) * self._sides[1].weigh(second)

    def joined(self, first: Ints, second: Ints) -> Ints:
        """Return the numbers of pairs of rows."""
        if self.pair.order == "!=":
            return np.asarray(first * (self.first.size - 1) + second - (second > first))
        early, late = (second, first) if self.pair.order[0] == "<" else (first, second)
        return np.asarray(_before(late + self._touching) + early)

    def split(self, numbers: Ints) -> tuple[Ints, ...]:
        if self.pair.order == "!=":
            first = numbers // max(self.first.size - 1, 1)
            second = numbers - first * (self.first.size - 1)
            return first, second + (second >= first)
        late = np.sqrt(2.0 * numbers).astype(np.int64)  # at most one too many, or too few
        late -= _before(late) > numbers
        late += _before(late + 1) <= numbers
        early = numbers - _before(late)
        late -= self._touching
        return (late, early) if self.pair.order[0] == "<" else (early, late)

    @property
    def _touching(self) -> int:
        """1 where both keys may hold one row, else 0."""
        return int(self.pair.order in ("<=", ">="))


def _before(late: Ints) -> Ints:
    """Return how many pairs of different rows there are below a row."""
    return late * (late - 1) // 2


_FITS = {"!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
