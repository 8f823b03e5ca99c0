"""Which part of things is so: 5 % of payments fail, a third are gold, d1 40%."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from dataclasses import replace

from datagen_chat.asked import probes
from datagen_chat.asked.ground import Ground, Named
from datagen_chat.asked.lexicon import FRACTIONS, STOPS, UNITS, vocabulary
from datagen_chat.asked.nouns import is_plural, root, stem, stems
from datagen_chat.asked.numbers import Amount
from datagen_chat.asked.statements import UNPLACED, Numbered, Tie
from datagen_chat.asked.words import Sentence
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base import Generator
from datagen_chat.generators.bernoulli import Bernoulli
from datagen_chat.generators.choice import Choice
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Check, Column

_CHANGES = vocabulary(
    "off discount discounts tax taxes vat surcharge surcharges growth grow grows growing increase increases decrease "
    "decreases more less higher lower faster slower cheaper interest commission commissions fee fees margin markup "
    "inflation up down plus minus rise rises rising drop drops fall falls confidence by rabatt mwst tip tips yearly monthly "
    "annually cheaper better worse reduction raise bonus"
)
_REBATES = vocabulary("off discount discounts promotion promotions rabatt sale")
_PERIODS = frozenset(("per", "a", "each", "every", "an"))
_ORDINALS = vocabulary("first second third last other top bottom")
_LINKS = vocabulary("is are be was were should must will would can may like more about : = being of the at around to")
_NULLS = frozenset(map(root, vocabulary("missing null nulls empty blank unknown absent none")))
_RATES = frozenset((root("rate"), root("ratio")))
_MISSING = frozenset((*_NULLS, "valu"))
_ENDING = frozenset(map(root, vocabulary("end become get turn stay marked")))
_LINKING = vocabulary("is are be being from the a an should shall must were")
_RESTS = frozenset(map(root, vocabulary("rest remainder remaining others")))
_VERBS = frozenset(map(root, ("is", "has", "was")))
_OFTEN = vocabulary("time times cases case total them")
_NEGATING = vocabulary("without no not never")
_MOST_LABEL, _NEAR, _CODE = 6, 30, 2
_SLACK, _SLACK_ABOUT = 0.005, 0.15
Valued = tuple[Place, str | bool | None]
"""A column and a value of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Numbered):
    """A part of things, `of`, of which something holds: `label` in the person's words, or in a part of them.

    `beside` are the words of its sentence, of which others may say of what it is; None where they surely do, in ways not read.
    """

    of: str
    label: str
    is_part: bool = False
    beside: tuple[str, ...] | None = None

    def among(self, words: tuple[str, ...] | None) -> Share:
        """Return this share with the other words of its sentence."""
        return self if self.of else replace(self, beside=words)

    @property
    def key(self) -> Hashable:
        """What is so, of what."""
        return "share", stems(self.of), tuple(map(root, _content(self.label)))

    @property
    def said(self) -> Hashable:
        """The share."""
        return round(self.amount.low, 6), round(self.amount.high, 6)

    @property
    def topic(self) -> str:
        """What is so."""
        return self.label or self.of

    def is_about(self, stem: str) -> bool:
        """Return whether a thing is what this is a share of, or what is so."""
        return stems(self.of)[-1:] == (stem,) or root(stem) in map(root, _content(self.label))

    def tie(self, ground: Ground) -> Tie:
        """Return the column that has the label as a value, and the share of it."""
        named = ground.table(self.of) if self.of else None
        found = self._meant(ground, "" if named is None else named.table.id)
        if not found:
            return UNPLACED if self.of and named is None else Tie("unsure", "no value of a column is called so")
        if len(found) > 1:
            return Tie("unsure", f"{len(found)} values may be meant", ground.at_column(found[0][0]))
        return self._value(ground, *found[0], is_sure=self._is_sure(ground, named, *found[0]))

    def _is_sure(self, ground: Ground, named: Named | None, place: Place, value: str | bool | None) -> bool:
        """Return whether the share can be one of that value only: by the name of its things, or because none is said."""
        if not self._says(place, value) or not _is_plain(self.label):
            return False
        if self.of:
            return named is not None and named.is_sure
        if self.beside is None or not isinstance(value, str):
            return False
        others = [other for other, _ in ground.named_values(set(map(root, _content(self.label)))) if other != place]
        known = {root(word) for name in (*place, *ground.values_of(place)) for word in stems(name)}
        return not others and {root(stem(word)) for word in self.beside} <= known | _RESTS

    def _says(self, place: Place, value: str | bool | None) -> bool:
        """Return whether the label says that value and nothing more: not only those "in December"."""
        said = set(map(root, _content(self.label))) - _ENDING
        words = said if value is None else set(map(root, stems(place[1] if value is True else str(value)))) - _VERBS
        return not self.is_part and said == words

    def _meant(self, ground: Ground, table: str) -> list[Valued]:
        """Return the values that the label names, as far as they go: of columns that are no copies, drawn as they say."""
        said = set(map(root, _content(self.label)))
        named = _nulls(ground, said - _MISSING) if said & _NULLS else [*_truths(ground, said), *ground.named_values(said)]
        if not named and said & _RATES:
            named = [*ground.begun_by(said - _RATES)]
        found = [(place, value) for place, value in named if not table or place[0] == table]
        found = [(place, value) for place, value in found if ground.index.sources(place) is None] or found
        if len({place for place, _ in found}) > 1:
            drawn = [(place, value) for place, value in found if _share_of(ground.index.columns[place], value) is not None]
            return drawn or found
        return found

    def _value(self, ground: Ground, place: Place, value: str | bool | None, *, is_sure: bool) -> Tie:
        at, share = ground.at_column(place), _share_of(ground.index.columns[place], value)
        name = f"{'.'.join(place)} is {'null' if value is None else str(value).lower() if isinstance(value, bool) else value}"
        rows = ground.counts[place[0]].rows
        test = self._probe(place, value, rows) if is_sure else None
        if share is None:
            return Tie("unsure", f"how often {name} follows from the rows", at, test)
        reason = f"{name} in {share * 100:.3g} % of its rows"
        if self._is_near(share):
            return Tie("held", reason, at, test)
        return Tie("open" if is_sure else "unsure", reason, at, test)

    def _is_near(self, share: float) -> bool:
        slack = max(_SLACK, _SLACK_ABOUT * self.amount.high if self._is_about else 0.0)
        return self.amount.low - slack <= share <= self.amount.high + slack

    @property
    def _is_about(self) -> bool:
        return self.amount.is_about or any(word in self.quote.lower() for word in (*FRACTIONS, " in "))

    def _probe(self, place: Place, value: str | bool | None, rows: int) -> Check | None:
        """Return the query for the share; what chance makes of so many rows, four standard errors, is granted."""
        middle = min(max((self.amount.low + min(self.amount.high, 1)) / 2, 0.0), 1.0)
        slack = 4 * math.sqrt(middle * (1 - middle) / max(rows, 1)) + max(
            _SLACK, _SLACK_ABOUT * middle if self._is_about else 0.0
        )
        if self.amount.is_bound or not 0 < middle < 1:
            return None
        low, high = max(self.amount.low - slack, 0.0), min(self.amount.high + slack, 1.0)
        return probes.share(self.quote, place, value, low, high)


def _nulls(ground: Ground, said: set[str]) -> list[Valued]:
    """Return the columns with missing values, those that are named where any is."""
    places = [place for place, column in ground.index.columns.items() if column.null_rate]
    return [(place, None) for place in places if not said or said & set(map(root, stems(place[1])))]


def _truths(ground: Ground, said: set[str]) -> list[Valued]:
    """Return the columns of truths that are named: is_active for active."""
    names = {place: set(map(root, stems(place[1]))) - _VERBS for place in ground.truths}
    return [(place, True) for place, name in names.items() if name and name <= said]


def _share_of(column: Column, value: str | bool | None) -> float | None:
    """Return the share of a column's rows that have a value, where its draw alone says so."""
    if column.modifiers:
        return None
    generator = column.generator
    if value is None:
        return column.null_rate if not column.nullable or _makes_no_null(generator) else None
    if isinstance(generator, Bernoulli):
        return generator.p * (1 - column.null_rate)
    if not isinstance(generator, Choice) or generator.choices is None or generator.weights_kind is not None:
        return None
    weights = generator.weights or (1.0,) * len(generator.choices)
    part = sum(weight for each, weight in zip(generator.choices, weights, strict=False) if each == value)
    return part / sum(weights) * (1 - column.null_rate) if sum(weights) else None


def _makes_no_null(generator: Generator) -> bool:
    if isinstance(generator, Choice):
        return generator.choices is not None and None not in generator.choices
    return generator.word in ("faker", "distribution", "pattern", "uuid", "sequence", "bernoulli")


def _content(label: str) -> list[str]:
    """Return the words that say what is so; DE is a country, and de none of them."""
    codes = {stem(word) for word in label.split() if word.isupper() and len(word) == _CODE}
    return [word for word in stems(label) if (word not in STOPS or word in codes) and len(word) > 1]


def _is_plain(label: str) -> bool:
    """Return whether a label has no small words that may say more: not cancelled by them, not too many cancelled."""
    known = {*_content(label), *_LINKING}
    return all(stem(word) in known or word.lower() in _LINKING for word in label.split())


def read_share(sentence: Sentence, amount: Amount, _before: str) -> Iterator[Share]:
    """Yield the share that an amount gives; rates of change, discounts and taxes are none."""
    if amount.unit != "%" or not 0 < max(amount.numbers) <= 1 or _is_change(sentence, amount):
        return
    if sentence.word(amount.first - 1) in _ORDINALS or _is_of_year(sentence, amount.last):
        return
    first, last, of, at = amount.first, amount.last, "", amount.last
    if sentence.word(first - 1) == "in" and sentence.word(first) == "half" and sentence.word(at) != "of":
        return
    if sentence.word(at) == "of":
        at += 1 + (sentence.word(at + 1) in ("the", "all", "our", "my", "these", "those", "its", "their"))
        end = _noun(sentence, at)
        if end is not None:
            of, at, last = sentence.quote(at, end)[0], end, end
            of = "" if of in _OFTEN else of  # 5% of the time
    label, end = _label_after(sentence, at)
    if label and sentence.word(at) in ("instead", "rather"):
        return
    if label:
        last = end
    elif sentence.word(at) in ("is", "are"):
        return  # "20% are under 18": which part that is stands in numbers
    else:
        label, first = _label_before(sentence, amount) if not of or _is_closed(sentence, first) else ("", first)
        label, first = (label, first) if label else _clause_before(sentence, amount)
    if label and sentence.word(last) != "or":
        quote, start = sentence.quote(first, last)
        is_part = sentence.word(last) == "and" and sentence.is_word(last + 1) and sentence.word(last + 1) not in UNITS
        yield Share(quote=quote, start=start, of=of, label=label, amount=amount, is_part=is_part)


def read_ratios(sentence: Sentence) -> Iterator[Share]:
    """Yield shares such as "one appointment in eight doesn't happen" and "1 in 10 users churns"."""
    for at in range(len(sentence.tokens)):
        if sentence.word(at) not in ("one", "1"):
            continue
        middle = at + 1
        while middle < at + 4 and sentence.is_word(middle) and sentence.word(middle) not in STOPS:
            middle += 1
        if sentence.word(middle) == "out" and sentence.word(middle + 1) == "of":
            middle += 1
        elif sentence.word(middle) != "in":
            continue
        number = UNITS.get(
            sentence.word(middle + 1), sentence.tokens[middle + 1].value if middle + 1 < len(sentence.tokens) else 0
        )
        if not 2 <= number <= 1000 or number != math.floor(number):
            continue
        noun = sentence.quote(at + 1, middle)[0] if middle > at + 1 and sentence.word(middle) == "in" else ""
        after = middle + 2
        if not noun and is_plural(sentence.word(after)):
            noun, after = sentence.word(after), after + 1
        label, last = _label_after(sentence, after)
        if not noun or not label:
            continue
        is_about = sentence.word(at - 1) in ("about", "around", "roughly", "maybe")
        first = at - is_about
        quote, start = sentence.quote(first, last)
        amount = Amount(1 / number, 1 / number, first, last, "%", is_about=True)
        yield Share(quote=quote, start=start, of=noun, label=label, amount=amount)


def _is_change(sentence: Sentence, amount: Amount) -> bool:
    after, next_ = sentence.word(amount.last), sentence.word(amount.last + 1)
    if after in _CHANGES or next_ in ("off", "surcharge", "discount", "tax", "vat", "growth", "fee", "commission"):
        return True
    if after in _PERIODS and next_ in ("year", "month", "week", "day", "quarter"):
        return True
    if after == "on" or (after in ("in", "during") and not next_):
        return True
    back = [sentence.word(k) for k in range(max(amount.first - 4, 0), amount.first)]
    cut = max((k for k, word in enumerate(back) if word in (",", ";", ":")), default=-1)
    if any(word in _CHANGES and word != "more" for word in back[cut + 1 :]):
        return True
    return any(sentence.word(k) in _REBATES for k in range(max(amount.first - _NEAR, 0), amount.first))


def _noun(sentence: Sentence, at: int) -> int | None:
    """Return the token behind the things that a share is of."""
    for end in range(at, min(at + 3, len(sentence.tokens))):
        if not sentence.is_word(end) or sentence.word(end) in STOPS:
            return end if end > at else None
        if is_plural(sentence.word(end)) or sentence.word(end) == "revenue":
            return end + 1
    return at + 1 if sentence.is_word(at) and sentence.word(at) not in STOPS else None


def _label_after(sentence: Sentence, at: int) -> tuple[str, int]:
    """Return the words that say what is so, up to the end of the clause."""
    start = at
    while sentence.word(start) in _LINKS and sentence.word(start) not in (":", "=", "of"):
        start += 1
    end = start
    while end < len(sentence.tokens) and end - start < _MOST_LABEL:
        if not sentence.is_word(end) or sentence.word(end) in ("and", "but", "or", "so", "while", "with", "which", "because"):
            break
        following = sentence.word(end + 1)
        if following in ("%", ":") or (sentence.is_figure(end + 1) and end > start):
            break
        end += 1
    if sentence.is_figure(end) and end - start <= 1:
        return "", at  # "d1 40% d7 20%": the word belongs to the next share
    words = sentence.quote(start, end)[0] if end > start else ""
    return (words, end) if _content(words) else ("", at)


def _is_of_year(sentence: Sentence, at: int) -> bool:
    """Return whether a part is one of a year: two quarters of 2024."""
    return sentence.word(at) == "of" and sentence.is_figure(at + 1)


def _is_closed(sentence: Sentence, first: int) -> bool:
    """Return whether a colon or an "is" stands before a share: whales: 2% of players."""
    return sentence.word(first - 1) in _LINKS


def _clause_before(sentence: Sentence, amount: Amount) -> tuple[str, int]:
    """Return the words of the clause that a share ends: 2% of players make 60% of revenue."""
    first = amount.first
    while first > 0 and amount.first - first < 2 * _MOST_LABEL and sentence.word(first - 1) not in (",", ";", ":", "("):
        first -= 1
    words = sentence.quote(first, amount.first)[0] if first < amount.first else ""
    return (words, first) if _content(words) else ("", amount.first)


def _label_before(sentence: Sentence, amount: Amount) -> tuple[str, int]:
    """Return the words before a share that it is the share of: Germany 60%, failure rate is 8%."""
    at = amount.first
    while at > 0 and sentence.word(at - 1) in _LINKS:
        at -= 1
    first = at
    while first > 0 and at - first < 2 and sentence.is_word(first - 1) and sentence.word(first - 1) not in STOPS:
        first -= 1
        if any(sign.isdigit() for sign in sentence.word(first)):
            break  # "d7" says by itself what it is
    if sentence.word(first - 1) in _NEGATING:
        return "", amount.first
    while first > 1 and sentence.word(first - 1) in ("and", "or", "&") and sentence.is_word(first - 2):
        first -= 2
    return (sentence.quote(first, at)[0], first) if first < at else ("", amount.first)
