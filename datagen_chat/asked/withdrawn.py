"""What a person takes back without saying what shall be instead: fewer items, remove the lecturers, some may have no items."""

from __future__ import annotations

import re
from collections.abc import Iterator

from datagen_chat.asked.lexicon import CHANGING, REMOVING, STOPS, vocabulary
from datagen_chat.asked.nouns import stem
from datagen_chat.asked.words import Sentence
from datagen_chat.frozen import dataclass

PERIOD, RHYTHM = "period", "rhythm"
_RELATIVE = vocabulary("more fewer less additional extra another twice rename replace")
_TOO = vocabulary("many few much high low large small expensive cheap")
_WHOLE = vocabulary("everything all it whole")
_SCALING = vocabulary("double triple halve twice scale bigger larger smaller")
_POSSIBLE = vocabulary("may can could might some also")
_STEPS = vocabulary("hourly daily weekly monthly quarterly yearly")
_TIMES = re.compile(r"\d{1,9}(?:\.\d{1,9})?x")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That what was stated of a thing no longer holds: it became more or fewer, or went. An empty one is about all numbers."""

    stem: str


def read_withdrawn(sentence: Sentence) -> Iterator[Withdrawal]:
    """Yield the things that a sentence makes more or fewer, renames or takes away."""
    has_figures = any(map(sentence.is_figure, range(len(sentence.tokens))))
    for at in range(len(sentence.tokens)):
        if _is_of_all(sentence, at):
            yield Withdrawal("")
        near = _near(sentence, at, has_figures=has_figures)
        words = [sentence.word(k) for k in near if k != at and sentence.is_word(k)]
        yield from (Withdrawal(stem(each)) for each in words if each not in STOPS)
        if _moves(sentence, at):
            yield Withdrawal(PERIOD)
        if sentence.word(at) in _STEPS and sentence.word(at + 1) in ("", ",", "instead", "please"):
            yield Withdrawal(RHYTHM)


def _is_of_all(sentence: Sentence, at: int) -> bool:
    """Return whether a word makes all numbers others: double it, 10x everything."""
    is_scaling = sentence.word(at) in _SCALING or _is_times(sentence, at)
    return is_scaling and any(sentence.word(k) in _WHOLE for k in range(at - 2, at + 3))


def _is_times(sentence: Sentence, at: int) -> bool:
    return _TIMES.fullmatch(sentence.word(at)) is not None


def _near(sentence: Sentence, at: int, *, has_figures: bool) -> range:
    """Return the tokens that name the things which a word says to be more, fewer, or gone."""
    word, before = sentence.word(at), sentence.word(at - 1)
    if word in _TOO and before == "too":
        return range(at - 3, at + 3)
    if _is_times(sentence, at) or (
        word in _RELATIVE and sentence.word(at + 1) not in ("than", "like") and before not in ("or", "no")
    ):
        return range(at - 2, at + 4)
    is_unneeded = word in ("need", "want", "use") and before.endswith("n't")
    if word in REMOVING or is_unneeded or (word in CHANGING and not has_figures):
        return range(at + 1, at + 4)
    if word in ("no", "without") and any(sentence.word(k) in _POSSIBLE for k in range(at - 5, at)):
        return range(at + 1, at + 3)
    return range(0)


def _moves(sentence: Sentence, at: int) -> bool:
    """Return whether a word makes the period another one: a longer period, start in March."""
    word, after = sentence.word(at), sentence.word(at + 1)
    is_length = word in ("longer", "shorter", "extend", "shorten")
    return is_length or (word in ("start", "begin", "end") and after in ("in", "on", "from"))
