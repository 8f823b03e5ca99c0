"""Nouns in a sentence, and words in the form that they are compared in."""

from __future__ import annotations

import re
from functools import lru_cache

from datagen_chat.asked.lexicon import (
    CHANGING,
    CURRENCIES,
    FOREIGN,
    FRACTIONS,
    IRREGULAR,
    MONTHS,
    NO_THINGS,
    SCALES,
    STOPS,
    TIMES,
    UNITS,
    vocabulary,
)
from datagen_chat.asked.words import Sentence

_NUMBERED = vocabulary("top first last next other remaining another these those level floor room step version chapter")
_HOLDING = vocabulary("tables columns rows records entries fields values")
_MOST_WORDS = 4


def noun_after(sentence: Sentence, at: int) -> tuple[int, int] | None:
    """Return the tokens of the things that are counted from a token on, "power meters"; None where it is not sure."""
    for end in range(at, min(at + _MOST_WORDS, len(sentence.tokens))):
        word = sentence.word(end)
        if not sentence.is_word(end) or word in STOPS or word in MONTHS or word in UNITS or word in SCALES:
            return None
        if word in TIMES or word in CURRENCIES or word in FRACTIONS or (word in NO_THINGS and end == at):
            return None
        if _is_plural_form(word) or (end == at and word in FOREIGN):
            return at, end + 1 + (end + 1 < at + _MOST_WORDS and _goes_on(sentence, end))
    return None


def _goes_on(sentence: Sentence, at: int) -> bool:
    """Return whether a plural is the first of two words of a noun: sales reps, but not tables users."""
    after = sentence.word(at + 1)
    is_noun = sentence.is_word(at + 1) and is_plural(after) and after not in TIMES and after != "tops"
    return is_noun and sentence.word(at) not in _HOLDING


def is_plural(word: str) -> bool:
    """Return whether a word is the plural of an English noun, as far as its form says."""
    return word not in NO_THINGS and word not in STOPS and _is_plural_form(word)


def _is_plural_form(word: str) -> bool:
    if word in IRREGULAR and word not in ("aged",):
        return True
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "ous"))


def subject_before(sentence: Sentence, at: int, most: int = 3) -> tuple[int, int] | None:
    """Return the tokens of the noun phrase that ends before a token."""
    first = at
    while first > 0 and at - first < most and sentence.is_word(first - 1):
        word = sentence.word(first - 1)
        if word in STOPS or word in UNITS or word in SCALES or word in MONTHS:
            break
        first -= 1
    if first + 1 < at and sentence.word(first) in CHANGING:
        first += 1  # "reduce orders" is no noun
    return (first, at) if first < at else None


def is_numbered(sentence: Sentence, at: int) -> bool:
    """Return whether the word before a number says that it numbers a thing, or a part of other things."""
    return sentence.word(at - 1) in _NUMBERED or sentence.word(at - 1) == "#"


@lru_cache(4096)
def stem(word: str) -> str:
    """Return a word in the form that it is compared in: small, singular, without hyphens.

    >>> [stem(word) for word in ("Companies", "e-mails", "addresses", "statuses")]
    ['company', 'email', 'address', 'status']
    """
    word = word.lower().replace("’", "'").removesuffix("'s").replace("-", "").replace("'", "")
    if word in FOREIGN:
        return FOREIGN[word]
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2:
        return word[:-1]
    return word


def stems(text: str) -> tuple[str, ...]:
    """Return the words of a phrase or of a name such as order_items, in the form that they are compared in."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).replace("_", " ")
    return tuple(stem(word) for word in re.findall(r"[^\W_]+(?:[-'’][^\W_]+)*", spaced))


def root(word: str) -> str:
    """Return a stem without the endings of a verb, so that failed, fails and failing are alike.

    >>> {root(word) for word in ("failed", "fails", "failing", "fail")}
    {'fail'}
    """
    word = stem(word)
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] in "lprtnm":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word
