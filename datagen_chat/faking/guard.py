"""A last look at a traced grammar: whether it says, on the whole, what real Faker says.

Replays prove what was tried. This finds what was never varied: a method that drew in a way nothing recorded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from datagen_chat.draws import key
from datagen_chat.faking.compiled import compile_grammar
from datagen_chat.faking.grammar import Grammar
from datagen_chat.faking.oracle import seeded
from datagen_chat.values import Text

SAMPLES = 1000
ERRORS = 6.0
"""Standard errors within which two means must lie: one honest grammar in 10**8 is refused."""


def agrees(grammar: Grammar, call: Callable[[Random], Any]) -> bool:
    """Return True when a thousand texts of the grammar and of real Faker are alike in length, letters and variety."""
    real = [str(call(seeded(number))) for number in range(SAMPLES)]
    ours = texts(grammar, SAMPLES)
    if not _close([len(text) for text in real], [len(text) for text in ours]):
        return False
    if not _close([_letters(text) for text in real], [_letters(text) for text in ours]):
        return False
    variety = len(set(real)), len(set(ours))
    return abs(variety[0] - variety[1]) <= 12 + 0.1 * max(variety)


def texts(grammar: Grammar, count: int) -> list[str]:
    """Return so many texts of a grammar."""
    found = compile_grammar(grammar, key(0, "guard")).sample(range(count))
    assert isinstance(found, Text)
    words: list[str] = found.words.to_pylist()
    return words if found.codes is None else [words[code] for code in found.codes.tolist()]


def _letters(text: str) -> int:
    return sum(map(ord, text))


def _close(first: Sequence[int], second: Sequence[int]) -> bool:
    (mean_1, error_1), (mean_2, error_2) = _mean(first), _mean(second)
    return abs(mean_1 - mean_2) <= ERRORS * math.hypot(error_1, error_2) + 1e-9


def _mean(numbers: Sequence[int]) -> tuple[float, float]:
    mean = math.fsum(numbers) / len(numbers)
    spread = math.fsum((number - mean) ** 2 for number in numbers) / len(numbers)
    return mean, math.sqrt(spread / len(numbers))
