"""What a measure lies between: prices from 5 to 80 euros, ages 18-65, ratings up to 5."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator
from dataclasses import replace

from datagen_chat.asked import probes
from datagen_chat.asked.counts import slackened
from datagen_chat.asked.ground import Ground
from datagen_chat.asked.lexicon import TIMES, vocabulary
from datagen_chat.asked.nouns import noun_after, stem, stems, subject_before
from datagen_chat.asked.numbers import Amount
from datagen_chat.asked.statements import UNPLACED, Numbered, Statement, Tie
from datagen_chat.asked.words import Sentence
from datagen_chat.frozen import dataclass
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Check

_MEASURES = vocabulary(
    "price cost amount total value salary wage age rating score grade quantity weight height width depth temperature "
    "humidity duration length size distance stock discount fee balance income revenue budget percentage rate speed pressure "
    "voltage power current load latitude longitude level capacity area volume density brightness light spend spending limit "
    "credit tip margin pulse bmi gpa premium deposit mileage tuition donation bid preis gehalt alter prix precio"
)
_AMOUNTS = vocabulary("amount value total price")
_NUMBERS = vocabulary("total amount quantity number count level")
_JOINTS = vocabulary(
    "range ranges ranging between from of is are be was should must to in within lie lies : = ( the values value random "
    "randomly somewhere anywhere only of go goes run runs vary varies fall falls stay stays can may will need needs have "
    "has a an"
)
_MOST_JOINTS = 6
_NARROW, _HOURS = 1e-9, 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Numbered):
    """The span of a measure; `unit` is the word behind the numbers, such as minutes."""

    measure: str
    unit: str = ""

    @property
    def key(self) -> tuple[Hashable, ...]:
        """The measure."""
        side = "" if not self.amount.is_bound else "least" if math.isinf(self.amount.high) else "most"
        return "range", stems(self.measure), side

    def clashes(self, later: Statement) -> bool:
        """Return whether a later span or bound of the same measure leaves this one."""
        return isinstance(later, Range) and self.key[:-1] == later.key[:-1] and self._is_left_by(later.amount)

    @property
    def said(self) -> Hashable:
        """The ends."""
        return self.amount.low, self.amount.high

    @property
    def topic(self) -> str:
        """The measure."""
        return self.measure

    def tie(self, ground: Ground) -> Tie:
        """Return the columns of that name, and whether all that they can hold lies within."""
        places = [place for place in ground.columns(self.measure) if ground.index.columns[place].type in ("int", "float")]
        if not places:
            return self._by_table(ground) or UNPLACED
        ties = [self._column(ground, place) for place in places]
        worst = max(ties, key=lambda tie: ("held", "unsure", "open").index(tie.state))
        if len(places) > 1 and worst.state != "held":
            return Tie("unsure", f"{len(places)} columns may be meant", worst.at)
        return worst

    def _by_table(self, ground: Ground) -> Tie | None:
        """Return what the only amount of a table called like the measure comes to, salary.amount; it is never sure."""
        named = ground.table(self.measure)
        columns = named.table.columns if named is not None and named.is_sure else ()
        found = [column.name for column in columns if column.type in ("int", "float") and stem(column.name) in _AMOUNTS]
        if named is None or len(found) != 1:
            return None
        tie = self._column(ground, (named.table.id, found[0]))
        return replace(tie, state="held" if tie.state == "held" else "unsure", probe=None)

    def _column(self, ground: Ground, place: Place) -> Tie:
        at, name, reach = ground.at_column(place), ".".join(place), ground.reach(place)
        test = self._probe(place) if not self.unit else None
        low, high = slackened(self.amount, 0.1 if self.amount.is_about else 0.0)
        if self.amount.unit == "%" and reach is not None and reach[1] > 1:
            low, high = low * 100, high * 100
        if reach is None:
            return Tie("unsure", f"the schema says no bounds of {name}", at, test)
        reason = f"{name} can be {_shown(reach)}"
        if low - _NARROW <= reach[0] and reach[1] <= high + _NARROW:
            return Tie("held", reason, at, test)
        is_sure = not self.unit and not self.amount.is_about
        return Tie("open" if is_sure else "unsure", reason, at, test)

    def _probe(self, place: Place) -> Check | None:
        if self.amount.unit == "%" or self.amount.is_about:
            return None
        return probes.outside(self.quote, place, self.amount.low, self.amount.high)


def _shown(span: tuple[float, float]) -> str:
    low, high = span
    if low == high:
        return f"{low:.6g} only"
    if math.isinf(low) or math.isinf(high):
        return f"up to {high:.6g}" if math.isinf(low) else f"{low:.6g} or more"
    return f"{low:.6g} to {high:.6g}"


def read_range(sentence: Sentence, amount: Amount, _before: str) -> Iterator[Range]:
    """Yield the span of a measure that an amount gives."""
    if amount.is_one or _are_years(amount):
        return
    found = _measure(sentence, amount)
    if found is None or (noun_after(sentence, amount.last) is not None and not _is_measured(sentence, amount)):
        return
    first, measure = found
    if _is_of_some(sentence, first, amount.last):
        return
    quote, start = sentence.quote(first, amount.last)
    unit = sentence.word(amount.last)
    is_years_old = stem(unit) == "year" and "ag" in measure.lower()
    yield Range(
        quote=quote, start=start, measure=measure, amount=amount, unit=unit if unit in TIMES and not is_years_old else ""
    )


def _is_measured(sentence: Sentence, amount: Amount) -> bool:
    """Return whether the noun behind an amount is its unit: an area of 1 to 25 hectares, not a total of 5 to 10 orders."""
    joint, noun = sentence.word(amount.first - 1), stem(sentence.word(amount.first - 2))
    return joint in ("of", "from") and noun in _MEASURES and noun not in _NUMBERS


def _is_of_some(sentence: Sentence, first: int, last: int) -> bool:
    """Return whether a span is said of some only: most ages, a rating of 4 to 5 for good products."""
    if sentence.word(first - 1) in ("most", "some", "many"):
        return True
    return sentence.word(last) in ("for", "when") and sentence.word(last + 1) not in ("all", "each", "every", "the", "any")


def _are_years(amount: Amount) -> bool:
    return not amount.unit and all(1900 <= n <= 2100 and n == math.floor(n) for n in amount.numbers)


def _measure(sentence: Sentence, amount: Amount) -> tuple[int, str] | None:
    """Return where a measure is named and how: close before an amount or, for "make it 12 to 60", before that clause."""
    at = amount.first
    if sentence.word(at - 1) in ("it", "them", "that"):
        return _antecedent(sentence, amount)
    while at > 0 and amount.first - at < _MOST_JOINTS and sentence.word(at - 1) in _JOINTS:
        at -= 1
    found = subject_before(sentence, at)
    if found is not None and sentence.word(found[1] - 1) == "range":
        found = subject_before(sentence, found[1] - 1)
    if found is not None and sentence.word(found[1] - 1) == "aged":
        return found[1] - 1, "age"
    if found is not None and (stem(sentence.word(found[1] - 1)) in _MEASURES or _is_introduced(sentence, found, amount)):
        return found[0], sentence.quote(*found)[0]
    rated = _rated(sentence, at)
    return None if rated is None else (rated, "rating")


def _is_introduced(sentence: Sentence, noun: tuple[int, int], amount: Amount) -> bool:
    """Return whether an amount says what a new thing lies between, and is no time of day: a coverage between 50 and 90."""
    is_between = sentence.word(noun[1]) == "between" or sentence.word(amount.first) == "between"
    return is_between and sentence.word(noun[0] - 1) in ("a", "an") and amount.high > _HOURS


def _rated(sentence: Sentence, at: int) -> int | None:
    """Return the verb close before a token by which people rate something: "rate an order 1-5"."""
    return next((k for k in range(max(at - 4, 0), at) if sentence.word(k) in ("rate", "rates", "rated")), None)


def _antecedent(sentence: Sentence, amount: Amount) -> tuple[int, str] | None:
    """Return the only measure that is named before "it" in a sentence."""
    known = [k for k in range(amount.first) if stem(sentence.word(k)) in _MEASURES]
    if not known or len({stem(sentence.word(k)) for k in known}) != 1:
        return None
    return known[-1], sentence.word(known[-1])
