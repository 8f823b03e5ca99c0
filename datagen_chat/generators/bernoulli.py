"""Yes or no."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, bits32
from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts, Layout
from datagen_chat.generators.base.rows import Numbering, Rows, Sampler
from datagen_chat.generators.base.scope import Scope
from datagen_chat.generators.base.uses import Lots
from datagen_chat.values import Numbers
from datagen_chat.words import Scalar, Share, term


class Bernoulli(Generator, word="bernoulli"):
    """True with probability p, else false; in an int column 1 or 0."""

    fills: ClassVar = ("bool", "int")

    p: Share = term(
        0.5,
        "The share of rows that are true.",
        also=(
            "probability",
            "prob",
            "rate",
            "share",
            "true_rate",
            "true_share",
            "p_true",
            "true_probability",
            "weight",
            "chance",
        ),
    )

    also: ClassVar = ("boolean", "bool", "random_boolean", "flag", "coin", "coin_flip", "binary", "true_false")
    example: ClassVar = {"bernoulli": {"p": 0.2}}

    def outcomes(self, facts: Facts) -> tuple[Scalar, ...]:
        """Return true and false, as far as they can come out."""
        lots = self.lots(facts)
        return tuple(value for value, weight in zip(lots.values, lots.weights, strict=True) if weight)

    def lots(self, facts: Facts) -> Lots:
        """Return true and false with their shares."""
        return Lots((True, False) if facts.type == "bool" else (1, 0), (self.p, 1 - self.p), "value")

    def numbered(self, facts: Facts) -> int:
        """Return how many of the two values can come out."""
        return len(self.outcomes(facts))

    def numbering(self, scope: Scope) -> Numbering:
        """Return what can come out, true first."""
        values, limit, shares = np.array(self.outcomes(scope)), round(self.p * 2**32), np.array([self.p, 1 - self.p])

        def draw(key: Key, rows: NDArray[np.int64]) -> NDArray[np.int64]:
            return (bits32(key, rows) >= limit).astype(np.int64)

        one_of = Numbering(len(values), lambda _rows, numbers: Numbers(values.take(numbers)))
        return replace(one_of, draw=draw, weights=lambda: shares) if len(values) == 2 else one_of

    def layout(self, facts: Facts) -> Layout:  # noqa: ARG002
        """Return that few values repeat."""
        return "category"

    def compile(self, scope: Scope) -> Sampler:
        """Return the sampler: one comparison per row."""
        key, limit, is_whole = scope.key("value"), round(self.p * 2**32), scope.type == "int"

        def sample(rows: Rows) -> Numbers:
            found = bits32(key, rows.numbers) < limit
            return Numbers(found.astype(np.int64) if is_whole else found)

        return sample
