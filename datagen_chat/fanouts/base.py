"""What a fanout is: the probabilities of the number of rows that one parent row has, and its bounds."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.laws.base import Masses
from datagen_chat.problems import Problem
from datagen_chat.words import Count, Registered, term


class Spread(Registered):
    """How many rows each parent row has. A word of this family overrides `masses`."""

    min: Count | None = term(None, "The fewest rows of one parent.", also=("minimum", "at_least", "lower"))
    max: Count | None = term(None, "The most rows of one parent.", also=("maximum", "at_most", "upper"))
    clamp: tuple[Count, Count] | None = term(None, "The same two bounds as [min, max].")

    def check(self) -> Iterator[Problem]:
        """Yield what is wrong with the arguments together; pointers are relative to the fanout."""
        low, high = self.bounds()
        if high is not None and high < low:
            yield Problem("/max", "empty-range", f"max {high} is below min {low}.", "Swap min and max.")

    def bounds(self) -> tuple[int, int | None]:
        """Return the fewest and the most rows of one parent; None is no limit."""
        low, high = self.clamp or (0, None)
        return max(low, self.min or 0), min((b for b in (high, self.max) if b is not None), default=None)

    def reach(self) -> tuple[int, int | None]:
        """Return the fewest and the most rows that can come out; None is no limit."""
        return self.bounds()

    def masses(self, factor: float = 1.0) -> Masses:
        """Return the probabilities before the bounds, with the mean multiplied by `factor` as far as the law can."""
        raise NotImplementedError

    def mean(self) -> float:
        """Return the expected number of rows of one parent, within the bounds."""
        low, high = self.bounds()
        masses = self.masses()
        top = masses.first + len(masses.shares) if high is None else high
        return sum(share * min(max(masses.first + k, low), top) for k, share in enumerate(masses.shares)) / sum(masses.shares)
