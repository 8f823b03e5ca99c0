"""Choices that look like chance and are the same for the same seed and names, on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from datagen_chat.draws import key

T = TypeVar("T")


class Bits(Protocol):
    """Where the choices come from: one method, so that a test can make them itself."""

    def below(self, bound: int) -> int:
        """Return the next whole number from 0 to just below `bound`."""


class Hashed:
    """Numbers hashed from a seed, names, and how many were drawn before."""

    def __init__(self, seed: int, *names: str) -> None:
        self._seed, self._names, self._drawn = seed, names, 0

    def below(self, bound: int) -> int:
        """Return the next whole number from 0 to just below `bound`."""
        self._drawn += 1
        return key(self._seed, *self._names, str(self._drawn)) * bound >> 64


class Chance:
    """What can be chosen with such numbers."""

    def __init__(self, bits: Bits) -> None:
        self._bits = bits

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + self._bits.below(high - low + 1)

    def one_in(self, count: int) -> bool:
        """Return True once in `count` times."""
        return self._bits.below(count) == 0

    def pick(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return options[self._bits.below(len(options))]

    def some(self, options: Sequence[T], least: int, most: int) -> list[T]:
        """Return from `least` to `most` different options, as far as there are so many, in any order."""
        left, found = list(options), list[T]()
        for _ in range(min(self.between(least, max(least, most)), len(left))):
            found.append(left.pop(self._bits.below(len(left))))
        return found


def chance(seed: int, *names: str) -> Chance:
    """Return the choices of a seed and names.

    >>> chance(7, "a").pick("abc") == chance(7, "a").pick("abc")
    True
    """
    return Chance(Hashed(seed, *names))
