"""What a pattern is made of."""

from __future__ import annotations

import math
from functools import cached_property

from datagen_chat.frozen import dataclass


@dataclass(frozen=True)
class Chars:
    """One character of several, each as likely as the others."""

    choices: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many different choices there are."""
        return len(self.choices)

    @property
    def longest(self) -> int:
        """The number of characters of the longest text."""
        return 1

    @cached_property
    def usual(self) -> float:
        """The mean number of bytes of a text."""
        return sum(len(choice.encode()) for choice in self.choices) / len(self.choices)

    @property
    def steps(self) -> int:
        """How many nodes writing takes at most."""
        return 1

    @property
    def is_even(self) -> bool:
        """Whether all choices are equally likely, so that one number can stand for them."""
        return True


@dataclass(frozen=True)
class Series:
    """Parts after each other."""

    parts: tuple[Node, ...]

    @cached_property
    def count(self) -> int:
        """How many different choices there are."""
        return math.prod(part.count for part in self.parts)

    @cached_property
    def longest(self) -> int:
        """The number of characters of the longest text."""
        return sum(part.longest for part in self.parts)

    @cached_property
    def usual(self) -> float:
        """The mean number of bytes of a text."""
        return sum(part.usual for part in self.parts)

    @cached_property
    def steps(self) -> int:
        """How many nodes writing takes at most."""
        return 1 + sum(part.steps for part in self.parts)

    @cached_property
    def is_even(self) -> bool:
        """Whether all choices are equally likely."""
        return all(part.is_even for part in self.parts)


@dataclass(frozen=True)
class Options:
    """One of several parts, each as likely as the others, whatever there is to choose within."""

    options: tuple[Node, ...]

    @cached_property
    def count(self) -> int:
        """How many different choices there are."""
        return sum(option.count for option in self.options)

    @cached_property
    def longest(self) -> int:
        """The number of characters of the longest text."""
        return max(option.longest for option in self.options)

    @cached_property
    def usual(self) -> float:
        """The mean number of bytes of a text."""
        return sum(option.usual for option in self.options) / len(self.options)

    @cached_property
    def steps(self) -> int:
        """How many nodes writing takes at most."""
        return 1 + sum(option.steps for option in self.options)

    @cached_property
    def is_even(self) -> bool:
        """Whether all choices are equally likely."""
        return all(option.is_even and option.count == self.options[0].count for option in self.options)


@dataclass(frozen=True)
class Repeat:
    """A part from `low` to `high` times, each number as likely as the others."""

    part: Node
    low: int
    high: int

    @property
    def times(self) -> range:
        """The numbers of times."""
        return range(self.low, self.high + 1)

    @cached_property
    def count(self) -> int:
        """How many different choices there are."""
        return sum(self.part.count**times for times in self.times)

    @cached_property
    def longest(self) -> int:
        """The number of characters of the longest text."""
        return self.part.longest * self.high

    @cached_property
    def usual(self) -> float:
        """The mean number of bytes of a text."""
        return self.part.usual * (self.low + self.high) / 2

    @cached_property
    def steps(self) -> int:
        """How many nodes writing takes at most."""
        return 1 + self.part.steps * self.high

    @cached_property
    def is_even(self) -> bool:
        """Whether all choices are equally likely."""
        return self.part.is_even and (self.low == self.high or self.part.count == 1)


Node = Chars | Series | Options | Repeat
