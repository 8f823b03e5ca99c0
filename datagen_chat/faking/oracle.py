"""Randomness that follows a script and writes down every choice it was asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from types import CodeType, FrameType
from typing import Any

from datagen_chat.frozen import dataclass

LONGEST = 400
"""Choices after which a method is given up."""


def seeded(number: int) -> Random:
    """Return the randomness that Faker is given for a number."""
    return Random(number)  # noqa: S311 -- Faker draws from Python's generator; nothing is kept secret


class Untraceable(Exception):  # noqa: N818 -- not an error: the method is drawn in another way
    """A method's choices cannot be written as a grammar."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice among `size` options, and the one that was taken.

    `slot` is the Faker method that chose. `numbers` is set when the options are numbers in a row.
    """

    slot: str
    size: int
    taken: int
    options: Sequence[Any]
    weights: Sequence[float] | None

    @property
    def numbers(self) -> range | None:
        """Return the options when they are a range of numbers."""
        return self.options if isinstance(self.options, range) else None

    def weight(self, option: int) -> float:
        """Return the share of one option."""
        return 1.0 / self.size if self.weights is None else float(self.weights[option]) / float(sum(self.weights))

    def signature(self) -> tuple[Any, ...]:
        """Return what tells this choice from others of other contents."""
        ends = tuple(_sign(self.options[i]) for i in {0, self.size // 2, self.size - 1})
        weights = None if self.weights is None else (self.weights[0], self.weights[-1])
        return (self.slot, self.size, ends, weights)


def _sign(option: Any) -> Any:
    return option if isinstance(option, (str, int, float)) else type(option).__name__


class Oracle:
    """What stands where a `Random` was: its choices are those of a script, past its end those of a seeded stand-in."""

    def __init__(self, script: Sequence[int], after: int = 0) -> None:
        self.script = script
        self.choices_made: list[Choice] = []
        self._seed = after
        self._after: Random | None = None

    def _take(self, options: Sequence[Any], weights: Sequence[float] | None = None) -> Any:
        at = len(self.choices_made)
        if at < len(self.script):
            taken = self.script[at] % len(options)
        elif at >= LONGEST:
            raise Untraceable("too many choices")
        else:
            self._after = self._after or seeded(self._seed)
            taken = self._after.randrange(len(options))
        self.choices_made.append(Choice(_slot(), len(options), taken, options, weights))
        return options[taken]

    def choice(self, seq: Any) -> Any:
        """Return one of `seq`."""
        return self._take(_listed(seq))

    def choices(self, population: Any, weights: Any = None, *, cum_weights: Any = None, k: int = 1) -> list[Any]:
        """Return `k` of `population`, each chosen anew."""
        if cum_weights is not None:
            raise Untraceable("cumulative weights")
        options = _listed(population)
        even = weights is None or (weights[0] == weights[-1] and len(set(weights)) == 1)
        shares = None if even else tuple(weights)
        return [self._take(options, shares) for _ in range(k)]

    def randrange(self, start: int, stop: int | None = None, step: int = 1) -> int:
        """Return a number of the range."""
        options = range(int(start)) if stop is None else range(int(start), int(stop), int(step))
        return int(self._take(options))

    def randint(self, a: int, b: int) -> int:
        """Return a number from `a` to `b`."""
        return self.randrange(a, b + 1)

    def sample(self, population: Any, k: int, *, counts: Any = None) -> list[Any]:
        """Return one of `population`; larger samples cannot be traced."""
        if k != 1 or counts is not None:
            raise Untraceable("a sample without replacement")
        return [self.choice(population)]

    def random(self) -> float:
        """Refuse: a real number is no choice."""
        raise Untraceable("a real number")

    def uniform(self, a: float, b: float) -> float:  # noqa: ARG002 -- the signature is Random's
        """Refuse: a real number is no choice."""
        raise Untraceable("a real number")

    def getrandbits(self, k: int) -> int:  # noqa: ARG002 -- the signature is Random's
        """Refuse: bits are no choice."""
        raise Untraceable("random bits")

    def shuffle(self, x: Any) -> None:  # noqa: ARG002 -- the signature is Random's
        """Refuse: an order is no choice."""
        raise Untraceable("a random order")


def _listed(options: Any) -> Sequence[Any]:
    if not len(options):
        raise IndexError("nothing to choose from")
    return options if isinstance(options, (list, tuple, str)) else tuple(options)


_PLUMBING = frozenset(
    {"random_element", "random_elements", "random_choices", "random_sample", "random_int", "random_digit",
     "random_digit_not_null", "random_digit_above_two", "random_digit_or_empty", "random_digit_not_null_or_empty",
     "random_letter", "random_letters", "random_lowercase_letter", "random_uppercase_letter", "numerify", "lexify",
     "bothify", "hexify", "wrapper"}
)  # fmt: skip


def _slot() -> str:
    """Return the provider method that asked for the choice, beneath Faker's own helpers."""
    frame: FrameType | None = sys._getframe(3)
    while frame is not None:
        name = _method(frame.f_code)
        if name:
            return name
        frame = frame.f_back
    return ""


@cache
def _method(code: CodeType) -> str:
    """Return the name of the provider method that a piece of code is, or nothing."""
    is_method = code.co_varnames[:1] == ("self",) and "providers" in code.co_filename
    return code.co_name if is_method and not code.co_name.startswith(("_", "<")) and code.co_name not in _PLUMBING else ""


@dataclass(frozen=True, slots=True)
class Run:
    """What one scripted call said, and the choices it asked for."""

    text: str
    choices: tuple[Choice, ...]

    @property
    def script(self) -> tuple[int, ...]:
        """Return the options taken."""
        return tuple(choice.taken for choice in self.choices)


Player = Callable[[Sequence[int], int], Run]
"""Plays a script; its second argument seeds the choices past the script's end."""


def player(call: Callable[[Any], Any]) -> Player:
    """Return what plays scripts to a real Faker method."""

    def play(script: Sequence[int], after: int = 0) -> Run:
        oracle = Oracle(script, after)
        return Run(str(call(oracle)), tuple(oracle.choices_made))

    return play
