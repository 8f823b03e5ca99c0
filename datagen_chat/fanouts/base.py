"""What a fanout is: the probabilities of the number of rows that one parent row has, and its bounds."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from datagen_chat.laws._recursion import WIDEST, WidthError
from datagen_chat.laws.base import Masses
from datagen_chat.problems import Problem
from datagen_chat.words import Code, Count, Registered, term


class Spread(Registered):
    """How many rows each parent row has. A word of this family overrides `masses`."""

    min: Count | None = term(None, "The fewest rows of one parent.", also=("minimum", "at_least", "lower"))
    max: Count | None = term(None, "The most rows of one parent.", also=("maximum", "at_most", "upper"))
    clamp: tuple[Count, Count] | None = term(None, "The same two bounds as [min, max].")

    scale: Code | None = term(
        None, "A formula over columns of the parent that multiplies the mean.", also=("multiplier", "factor", "scale_by")
    )

    def check(self) -> Iterator[Problem]:
        """Yield what is wrong with the arguments together; pointers are relative to the fanout."""
        low, high = self.bounds()
        if high is not None and high < low:
            yield Problem("/max", "empty-range", f"max {high} is below min {low}.", "Swap min and max.")

    def bounds(self) -> tuple[int, int | None]:
        """Return the fewest and the most rows of one parent, where nothing multiplies them; None is no limit."""
        low, high = self.clamp or (0, None)
        return max(low, self.min or 0), min((b for b in (high, self.max) if b is not None), default=None)

    def limits(self) -> tuple[int, int | None]:
        """Return the bounds that hold whatever multiplies the rows; None is no limit."""
        return self.bounds()

    def reach(self) -> tuple[int, int | None]:
        """Return the fewest and the most rows that can come out, where nothing multiplies them; None is no limit."""
        return self.bounds()

    def masses(self, factor: float = 1.0) -> Masses:
        """Return the probabilities before the bounds, with the mean multiplied by `factor`.

        Where they spread too wide for a table, what lies above the highest number that the bounds allow may stand there.

        Raises:
            WidthError: the numbers of rows then spread too wide for a table.
        """
        raise NotImplementedError

    def towards(self, mean: float) -> Masses:
        """Return the probabilities, before the bounds, that an exact total starts from: scaled to about this mean."""
        natural = self.mean()
        return self.masses(mean / natural if natural > 0 else 1.0)

    def mean(self) -> float:
        """Return the expected number of rows of one parent, within the bounds."""
        return self.moment(1)

    def moment(self, power: int) -> float:
        """Return the expected power of the number of rows of one parent, within the bounds.

        Raises:
            WidthError: the numbers of rows spread too wide for a table.
        """
        low, high = self.bounds()
        masses = self.masses()
        top = masses.first + len(masses.shares) if high is None else high
        numbers = np.clip(np.arange(masses.first, masses.first + len(masses.shares)), low, top)
        return float((numbers.astype(np.float64) ** power * masses.shares).sum()) / sum(masses.shares)


def stretched(masses: Masses, factor: float) -> Masses:
    """Return the law of a number times a factor, rounded down or up by chance, so that its mean is multiplied exactly.

    Raises:
        WidthError: the numbers then spread too wide for a table.

    >>> stretched(Masses(1, (0.5, 0.5)), 1.5)
    Masses(first=1, shares=(0.25, 0.25, 0.5))
    """
    if factor == 1:
        return masses
    first, last = masses.first * factor, (masses.first + len(masses.shares) - 1) * factor
    if last - first > WIDEST:
        raise WidthError(last - first)
    start = math.floor(first)
    numbers = np.arange(masses.first, masses.first + len(masses.shares)) * factor
    below = np.floor(numbers)
    part, shares = numbers - below, np.array(masses.shares)
    places = (below - start).astype(np.int64)
    # Side by side, so that the shares of one number are added up in the order of what they come from.
    split = np.column_stack([shares * (1 - part), shares * part]).ravel()
    found = np.bincount(np.column_stack([places, places + 1]).ravel(), split)
    return Masses(start, tuple(np.trim_zeros(found, "b").tolist()))
