"""What a probability law is: its parameters and either its quantile function or its masses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem
from datagen_chat.words import Registered


@dataclass(frozen=True, slots=True)
class Masses:
    """The probabilities of the integers `first`, `first + 1`, …; they sum to one but for a tail below 2**-33."""

    first: int
    shares: tuple[float, ...]


class Law(Registered):
    """A probability law of one number. A word of this family overrides `quantile` or, when it is discrete, `masses`."""

    discrete: ClassVar[bool] = False
    is_pointwise: ClassVar[bool] = True
    """Whether a quantile is the same, to the last bit, whatever others are asked for with it."""

    def check(self) -> Iterator[Problem]:
        """Yield what is wrong with the parameters together; pointers are relative to `params`."""
        yield from ()

    def quantile(self, share: float) -> float:
        """Return the number below which this share of all draws lies; `share` lies strictly between 0 and 1.

        A number that is too large for a float is infinite.
        """
        raise NotImplementedError

    def share(self, value: float) -> float:
        """Return the share of all draws that lies below a value, by bisection of the quantiles."""
        low, high = 0.0, 1.0
        for _ in range(80):
            middle = (low + high) / 2
            if not low < middle < high:
                break
            low, high = (middle, high) if self.quantile(middle) < value else (low, middle)
        return high if low > 0 else 0.0

    def quantiles(self, shares: tuple[float, ...]) -> list[float]:
        """Return the quantiles of many shares; a law overrides this where it can share work between them."""
        return [self.quantile(share) for share in shares]

    def masses(self) -> Masses:
        """Return the probabilities of a discrete law."""
        raise NotImplementedError

    def mean(self) -> float:
        """Return the expected value; infinite where there is none."""
        raise NotImplementedError

    def deviation(self) -> float:
        """Return the standard deviation; infinite where there is none."""
        raise NotImplementedError


def raised(power: float) -> float:
    """Return e to the power, or infinity where that is too large for a float."""
    return math.exp(power) if power < 709 else math.inf


def check_one(law: Law, main: str, *others: str) -> Iterator[Problem]:
    """Yield a problem unless exactly one of these parameters, which say the same in different ways, is given."""
    fields = law.arguments()
    given = [name for name in (main, *others) if name in _given(law)]
    listed = " or ".join((main, *others))
    if not given:
        message = f"{law.word} has no {listed}."
        yield Problem("", "missing-parameter", message, f"Add {main}. {fields[main].description}")
    for name in given[1:]:
        message = f"{given[0]} and {name} both say how {law.word} is scaled."
        yield Problem(f"/{name}", "parameter-twice", message, f"Give one of {listed}.")


def _given(law: Law) -> list[str]:
    return [field.alias or name for name, field in type(law).model_fields.items() if getattr(law, name) is not None]
