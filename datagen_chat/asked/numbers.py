"""Amounts in a sentence: numbers, ranges, shares and money, with how exactly they are meant."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from datagen_chat.asked.lexicon import CHANGING, CURRENCIES, FRACTIONS, REMOVING, SCALES, TENS, UNITS, vocabulary
from datagen_chat.asked.words import Sentence
from datagen_chat.frozen import dataclass

Unit = Literal["", "%", "money"]

_DASHES = ("-", "–", "—", "to", "until", "till", "bis", "à")
_ABOUT = vocabulary("about around roughly approximately approx approx. circa ca ca. some ~ ≈ nearly almost maybe perhaps")
_NEARLY = (*((word,) for word in sorted(_ABOUT)), ("close", "to"))
_EXACT = frozenset(("exactly", "precisely"))


def _phrases(text: str) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(phrase.split()) for phrase in text.split("|"))


_LEAST = _phrases("at least|minimum of|min of|no less than|no fewer than|minimum|min|min.|≥|> =")
_MOST = _phrases("at most|maximum of|max of|up to|no more than|not more than|maximum|max|max.|≤|< =")
_OR_MORE, _OR_FEWER = _phrases("+|or more"), _phrases("or fewer|or less")
_BEHIND_LEAST = _phrases("at least|minimum|min|or more|and more|and up|upwards")
_BEHIND_MOST = _phrases("at most|at the most|at maximum|maximum|max|tops|or fewer|or less")
_LOOSE = _phrases("more than|over|less than|fewer than|under|below|above|>|<")
_NEAR = 6
_NEGATIVE = vocabulary("not never no without nor neither than minus plus")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number, or the span between two; infinite where there is no end. `first` and `last` are tokens, the last excluded."""

    low: float
    high: float
    first: int
    last: int
    unit: Unit = ""
    is_about: bool = False
    is_exact: bool = False

    @property
    def is_one(self) -> bool:
        """Whether this is one number."""
        return self.low == self.high

    @property
    def is_bound(self) -> bool:
        """Whether one end is open."""
        return math.isinf(self.low) or math.isinf(self.high)

    @property
    def numbers(self) -> tuple[float, ...]:
        """The numbers that were said."""
        return tuple(dict.fromkeys(number for number in (self.low, self.high) if not math.isinf(number)))

    def says(self, other: Amount) -> bool:
        """Return whether another amount has the same numbers, whatever its words."""
        return all(math.isclose(a, b, rel_tol=1e-3) for a, b in ((self.low, other.low), (self.high, other.high)))


@dataclass(frozen=True, slots=True)
class _Number:
    value: float
    end: int
    unit: Unit
    scale: float = 1.0


def amounts(sentence: Sentence) -> Iterator[Amount]:
    """Yield the amounts that a sentence states, in order; those that it denies are left out."""
    at = 0
    while at < len(sentence.tokens):
        found = _change(sentence, at) or _amount(sentence, at)
        if found is None:
            at += 1
            continue
        if not _is_denied(sentence, found):
            yield found
        at = found.last


def _change(sentence: Sentence, at: int) -> Amount | None:
    """Return the second of two amounts where a sentence changes one to the other: raise the rate from 5% to 8%."""
    if sentence.word(at) != "from" or not any(sentence.word(k) in CHANGING for k in range(max(at - _NEAR, 0), at)):
        return None
    one = _number(sentence, at + 1)
    if one is not None and sentence.word(one.end) == "to":
        other = _number(sentence, one.end + 1)
        return None if other is None else Amount(other.value, other.value, at, other.end, other.unit)
    span = _amount(sentence, at + 1)
    after = _amount(sentence, span.last + 1) if span is not None and sentence.word(span.last) == "to" else None
    return None if after is None else replace(after, first=at)


def _amount(sentence: Sentence, at: int) -> Amount | None:
    """Return the amount that begins at a token, with the words that qualify it."""
    low_bound, high_bound, about, exact, first = False, False, False, False, at
    word = sentence.word(at)
    while True:
        if size := _length(sentence, at, _LEAST):
            low_bound, at = True, at + size
        elif size := _length(sentence, at, _MOST):
            high_bound, at = True, at + size
        elif size := _length(sentence, at, _NEARLY):
            about, at = True, at + size
        elif sentence.word(at) in _EXACT:
            exact, at = True, at + 1
        else:
            break
    is_between = sentence.word(at) in ("between", "zwischen")
    at += is_between
    number = fraction(sentence, at) or _number(sentence, at)
    is_other = word == "some" or (word == "min" and sentence.is_figure(first - 1))  # some ten, 5 min
    if number is None or (is_other and not sentence.is_figure(at)):
        return None
    found = _spanned(sentence, number, is_between=is_between)
    if found is None:
        return None
    about = about or _trails(sentence, found.last, ("or", "so")) or sentence.word(found.last) == "ish"
    last = found.last + 2 * _trails(sentence, found.last, ("or", "so"))
    more, fewer = _length(sentence, last, _OR_MORE), _length(sentence, last, _OR_FEWER)
    low_bound, high_bound, last = low_bound or more > 0, high_bound or fewer > 0, last + more + fewer
    if (low_bound or high_bound) and not found.is_one:
        return None
    low, high = (-math.inf if high_bound else found.low), (math.inf if low_bound else found.high)
    return replace(found, low=low, high=high, first=first, last=last, is_about=about, is_exact=exact)


def bounded(sentence: Sentence, amount: Amount, at: int) -> tuple[Amount, int]:
    """Return an amount with the bound that stands behind its noun, and the token behind that: 3 items at most."""
    if not amount.is_one:
        return amount, at
    if size := _length(sentence, at, _BEHIND_LEAST):
        return replace(amount, high=math.inf), at + size
    if size := _length(sentence, at, _BEHIND_MOST):
        return replace(amount, low=-math.inf), at + size
    return amount, at


def _trails(sentence: Sentence, at: int, words: tuple[str, ...]) -> bool:
    return all(sentence.word(at + k) == word for k, word in enumerate(words))


def _length(sentence: Sentence, at: int, phrases: tuple[tuple[str, ...], ...]) -> int:
    return next((len(phrase) for phrase in phrases if _trails(sentence, at, phrase)), 0)


def _spanned(sentence: Sentence, number: _Number, *, is_between: bool) -> Amount | None:
    """Return an amount of one number, or of two that a dash or a word joins; None where the two make no span."""
    joint = sentence.word(number.end)
    other = _number(sentence, number.end + 1) if joint else None
    one = Amount(number.value, number.value, 0, number.end, number.unit)
    joins = joint in (("and", "to", "-", "–", "und", "et", "y") if is_between else _DASHES)
    if joint == "or" and other is not None and other.value == number.value + 1:
        joins = True
    if other is None or not joins:
        return None if is_between else one
    low = number.value
    if other.scale > number.scale == 1.0 and low < other.value / other.scale:
        low *= other.scale  # "10-20k"
    unit = other.unit or number.unit
    return Amount(low, other.value, 0, other.end, unit) if low < other.value else None


def _number(sentence: Sentence, at: int) -> _Number | None:
    """Return the number that begins at a token."""
    unit: Unit = ""
    sign = -1.0 if _is_minus(sentence, at) else 1.0
    at += sign < 0
    if sentence.word(at) in ("$", "€", "£", "¥"):
        unit, at = "money", at + 1
    found = _figure(sentence, at) or _spoken(sentence, at)
    if found is None:
        return None
    value, end, scale = found
    if _trails(sentence, end, ("and", "a", "half")):
        value, end = value + 0.5, end + 3
    while sentence.word(end) in SCALES:
        value, scale, end = value * SCALES[sentence.word(end)], scale * SCALES[sentence.word(end)], end + 1
    value, end = _added(sentence, value, end)
    value *= sign
    if sentence.word(end) in ("%", "percent", "pct", "prozent") or _trails(sentence, end, ("per", "cent")):
        return _Number(value / 100, end + (2 if sentence.word(end) == "per" else 1), "%", scale)
    if sentence.word(end) in CURRENCIES:
        unit, end = "money", end + 1
    return _Number(value, end, unit, scale)


def _added(sentence: Sentence, value: float, end: int) -> tuple[float, int]:
    """Return a spoken number with what follows it: two thousand five hundred, a hundred and fifty."""
    least = SCALES.get(sentence.word(end - 1), 0.0)
    while least >= 100:
        start = end + (sentence.word(end) == "and")
        more = _spoken(sentence, start)
        if more is None or more[0] >= least:
            break
        part, end, _ = more
        while sentence.word(end) in SCALES and part * SCALES[sentence.word(end)] < least:
            part, end = part * SCALES[sentence.word(end)], end + 1
        value, least = value + part, SCALES.get(sentence.word(end - 1), 0.0)
    return value, end


def _is_minus(sentence: Sentence, at: int) -> bool:
    """Return whether a dash stands close before a number and away from what comes before it."""
    if sentence.word(at) not in ("-", "−") or not sentence.is_figure(at + 1):
        return False
    dash = sentence.tokens[at]
    is_apart = at == 0 or sentence.tokens[at - 1].end < dash.start
    return is_apart and dash.end == sentence.tokens[at + 1].start


def _figure(sentence: Sentence, at: int) -> tuple[float, int, float] | None:
    if not sentence.is_figure(at):
        return None
    token = sentence.tokens[at]
    beside = sentence.word(at - 1), sentence.word(at + 1)
    if beside[0] in ("#", "+") or any(sign in beside for sign in ("/", "×", "*", "^", "x")):
        return None
    scale = {"k": 1e3, "m": 1e6, "n": 1e9}.get(token.text[-1].lower(), 1.0)
    return token.value, at + 1, scale


def _spoken(sentence: Sentence, at: int) -> tuple[float, int, float] | None:
    """Return a number in words: two, twenty-five, a dozen, half a million."""
    word = sentence.word(at)
    named = _named_part(sentence, at)
    scaled = None if named is None else _scale_of(sentence, named[1])
    if named is not None and scaled is not None:
        return named[0] * SCALES[sentence.word(scaled - 1)], scaled, 1.0
    if word in ("a", "an") and sentence.word(at + 1) in SCALES and sentence.word(at + 1) != "k":
        return SCALES[sentence.word(at + 1)], at + 2, 1.0
    ten, _, one = word.partition("-")
    if one in UNITS and ten in TENS:
        return TENS[ten] + UNITS[one], at + 1, 1.0
    value = UNITS.get(word, TENS.get(word))
    return None if value is None else (value, at + 1, 1.0)


def fraction(sentence: Sentence, at: int) -> _Number | None:
    """Return a share in words: half, a third, two thirds, one in eight, 1/3 of."""
    word, after = sentence.word(at), sentence.word(at + 1)
    if after == "/" and sentence.is_figure(at) and sentence.is_figure(at + 2) and sentence.word(at + 3) == "of":
        part, whole = sentence.tokens[at].value, sentence.tokens[at + 2].value
        return _Number(part / whole, at + 3, "%") if 0 < part < whole <= 100 else None
    named = _named_part(sentence, at)
    if named is None or _scale_of(sentence, named[1]) is not None or sentence.word(named[1]) == "-":
        return None
    return None if word == "half" and after in ("a", "an", "way") else _Number(named[0], named[1], "%")


def _named_part(sentence: Sentence, at: int) -> tuple[float, int] | None:
    """Return a part of one that words say, and the token behind it: half, a third, two thirds."""
    word, after = sentence.word(at), sentence.word(at + 1)
    if word == "half":
        return 0.5, at + 1
    if word in ("a", "one") and after in FRACTIONS:
        return FRACTIONS[after], at + 2
    if word in UNITS and after.removesuffix("s") in FRACTIONS and after.endswith("s") and 1 < UNITS[word] < 10:
        return UNITS[word] * FRACTIONS[after.removesuffix("s")], at + 2
    return None


def _scale_of(sentence: Sentence, at: int) -> int | None:
    """Return the token behind a scale that a part is of, if it is of one: half a million, a quarter of a million."""
    at += sentence.word(at) == "of"
    at += sentence.word(at) in ("a", "one")
    return at + 1 if sentence.word(at) in SCALES else None


def _is_denied(sentence: Sentence, amount: Amount) -> bool:
    """Return whether the words before an amount deny it, compare with it, or number something by it."""
    first = amount.first
    if sentence.word(first - 1) in (*_DASHES, "and") and _is_open_span(sentence, first - 1):
        return True
    if _is_loose(sentence, first) or sentence.word(first - 1) in _NEGATIVE:
        return True
    for back in range(1, 4):
        word = sentence.word(first - back)
        if word in (",", "") or (word == "but" and back == 1):
            return False
        is_contrast = word in ("instead", "rather") and sentence.word(first - back + 1) in ("of", "than")
        if is_contrast or word in ("not", "never") or word.endswith("n't") or word in REMOVING:
            return True
    return False


def _is_open_span(sentence: Sentence, joint: int) -> bool:
    """Return whether a number stands before what joins two of a span: 10-5, between 10 and 5."""
    is_joined = sentence.word(joint) != "and" or any(sentence.word(k) == "between" for k in range(joint - 4, joint))
    return is_joined and (sentence.is_figure(joint - 1) or sentence.word(joint - 1) in UNITS)


def _is_loose(sentence: Sentence, first: int) -> bool:
    """Return whether "over", "more than" and the like stand before an amount: a bound that it does not reach itself."""
    return any(_trails(sentence, first - len(phrase), phrase) for phrase in _LOOSE if first >= len(phrase))
