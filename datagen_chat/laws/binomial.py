"""The binomial law."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from datagen_chat.laws._recursion import binomial_recursion, check_width
from datagen_chat.laws.base import Law, Masses
from datagen_chat.problems import Problem
from datagen_chat.words import Count, Share, term


class Binomial(Law, word="binomial"):
    """How many of n independent trials succeed, each with probability p: defects in a batch, opened mails."""

    discrete: ClassVar = True

    n: Count = term(description="The number of trials.", also=("trials", "size", "count", "num_trials"))
    p: Share = term(description="The probability of success.", also=("prob", "probability", "pr", "rate", "success_rate"))

    also: ClassVar = ("binom",)
    example: ClassVar = {"n": 20, "p": 0.3}

    def check(self) -> Iterator[Problem]:
        """Yield a problem when the law is too wide for a table."""
        if self.p < 1:
            hint = f"Use normal with mu {self.mean():.6g} and sigma {self.deviation():.6g}, which is the same at this size."
            yield from check_width(binomial_recursion(self.n, self.p).width, hint)

    def masses(self) -> Masses:
        """Return the probabilities."""
        return Masses(self.n, (1.0,)) if self.p == 1 else binomial_recursion(self.n, self.p).masses()

    def mean(self) -> float:
        """Return n·p."""
        return self.n * self.p

    def deviation(self) -> float:
        """Return sqrt(n·p·(1 - p))."""
        return math.sqrt(self.n * self.p * (1 - self.p))
