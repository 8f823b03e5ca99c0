"""Numbers from a law, whole or not, for modifiers that draw their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import SerializeAsAny, model_validator

from datagen_chat.generators.distribution import ANY_LAW, LawName, read_law
from datagen_chat.laws import Law
from datagen_chat.modifiers._numbers import Floats
from datagen_chat.problems import Problem
from datagen_chat.tables import Discrete, Quantiles
from datagen_chat.words import Float, Word, term

Draw = Callable[[NDArray[np.uint32]], Floats]


class Magnitude(Word):
    """How large something is, from a law."""

    type: LawName = term(description="The law.", also=("name", "dist", "distribution", "kind"))
    params: Annotated[SerializeAsAny[Law], ANY_LAW] = term(
        description="Its parameters.", also=("parameters", "args", "arguments")
    )
    clamp: tuple[Float, Float] | None = term(
        None, "Two bounds [low, high]; default [0.1, 10].", also=("clip", "range", "bounds", "limits")
    )

    @model_validator(mode="before")
    @classmethod
    def _read(cls, data: Any) -> Any:
        return read_law(data)

    def check(self) -> Iterator[Problem]:
        """Yield what is wrong with the law, and an empty clamp."""
        yield from (problem.under("/params") for problem in self.params.check())
        if self.clamp and self.clamp[1] < self.clamp[0]:
            message = f"The clamp {list(self.clamp)} is empty."
            yield Problem("/clamp", "empty-range", message, "Write [low, high], the lower bound first.")
        elif self.clamp and self.clamp[0] < 0:
            message = f"The clamp {list(self.clamp)} allows magnitudes below 0."
            yield Problem("/clamp", "negative-magnitude", message, "Start the clamp at 0 or more.")


def drawn(law: Law, clamp: tuple[float, float]) -> Draw:
    """Return how draws become numbers of a law, pulled to bounds."""
    low, high = clamp
    if not law.discrete:

        def within(shares: tuple[float, ...]) -> list[float]:
            return [min(max(value, low), high) for value in law.quantiles(shares)]

        return Quantiles(within, is_pointwise=law.is_pointwise).sample
    masses = law.masses()
    numbers = Discrete(masses.shares)
    return lambda bits: np.clip(numbers.sample(bits).astype(np.float64) + masses.first, low, high)
