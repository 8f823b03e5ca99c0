"""What a Faker method can say, as data: weighted branches of literals and slots, each slot a weighted pool of words.

A grammar is flat: every transform that Faker applies (lower case, umlauts written out, accents dropped) is already in the
words of its pools. A pool's slot names the Faker method that its words come from, and its words stand in Faker's own order,
so that `first_name` inside `email` can be told to agree with `first_name` inside `name`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Protocol

from datagen_chat.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Pool:
    """Words to draw from; no weights means that all are as likely.

    Where `given` is a number from 1 on, nothing is drawn: the row's code of this number, handed in, is the number of the word.
    """

    slot: str
    words: tuple[str, ...]
    weights: tuple[float, ...] | None = None
    given: int = 0

    def shares(self) -> tuple[float, ...]:
        """Return the probability of each word."""
        if self.weights is None:
            return (1.0 / len(self.words),) * len(self.words)
        total = math.fsum(self.weights)
        return tuple(weight / total for weight in self.weights)


Part = str | int
"""A literal, the number of a pool, or the place of the check digits."""
CHECK = -1


@dataclass(frozen=True, slots=True)
class Check:
    """Check digits: the word of a sum of residues, one of each part's words, modulo the number of words.

    `residues` holds, for each part of the branch, the residue of each of its words; nothing for literals.
    """

    words: tuple[str, ...]
    residues: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """One form of the text, with its weight among the branches."""

    weight: float
    parts: tuple[Part, ...]
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class Grammar:
    """Weighted branches over shared pools."""

    pools: tuple[Pool, ...]
    branches: tuple[Branch, ...]

    def slots(self) -> frozenset[str]:
        """Return the names of the slots."""
        return frozenset(pool.slot for pool in self.pools)

    def size(self) -> int:
        """Return how many ways there are to say something, an upper bound of the distinct texts."""
        sizes = [len(pool.words) for pool in self.pools]
        parts = ([part for part in branch.parts if isinstance(part, int) and part != CHECK] for branch in self.branches)
        return sum(math.prod(sizes[part] for part in slots) for slots in parts)

    def every(self) -> Iterator[tuple[str, float]]:
        """Yield every text with its probability; for small grammars without check digits."""
        total = math.fsum(branch.weight for branch in self.branches)
        for branch in self.branches:
            choices = [self._choices(part) for part in branch.parts]
            for combination in product(*choices):
                share = math.prod(p for _, p in combination)
                yield "".join(word for word, _ in combination), branch.weight / total * share

    def _choices(self, part: Part) -> list[tuple[str, float]]:
        if isinstance(part, str) or part == CHECK:
            return [(str(part), 1.0)]
        pool = self.pools[part]
        return list(zip(pool.words, pool.shares(), strict=True))


class Words(Protocol):
    """Lists of words by number."""

    def __getitem__(self, number: int, /) -> Sequence[str]:
        """Return a list of words."""


def to_json(grammar: Grammar, words: dict[tuple[str, ...], int]) -> Any:
    """Return a grammar as JSON values; its lists of words are entered into `words` and stand as their numbers."""
    pools = [
        [pool.slot, words.setdefault(pool.words, len(words)), None if pool.weights is None else list(pool.weights)]
        for pool in grammar.pools
    ]
    branches: list[list[Any]] = []
    for branch in grammar.branches:
        check = branch.check
        written = [] if check is None else [[words.setdefault(check.words, len(words)), [list(r) for r in check.residues]]]
        branches.append([branch.weight, list(branch.parts), *written])
    return {"pools": pools, "branches": branches}


def from_json(document: Mapping[str, Any], words: Words) -> Grammar:
    """Return the grammar that `to_json` wrote.

    Raises:
        KeyError, IndexError, TypeError, ValueError: it did not write this.
    """
    pools = tuple(
        Pool(str(slot), tuple(words[number]), None if weights is None else tuple(float(w) for w in weights))
        for slot, number, weights in document["pools"]
    )
    branches = tuple(_branch(words, *written) for written in document["branches"])
    if any(isinstance(part, int) and part >= len(pools) for branch in branches for part in branch.parts) or not branches:
        raise ValueError("a part without its pool")
    return Grammar(pools, branches)


def _branch(words: Words, weight: float, parts: Sequence[Part], check: Sequence[Any] = ()) -> Branch:
    if not check:
        return Branch(float(weight), tuple(parts))
    number, residues = check
    return Branch(float(weight), tuple(parts), Check(tuple(words[number]), tuple(tuple(r) for r in residues)))
