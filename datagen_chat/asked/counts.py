"""How many there are of a thing: 500 customers, 3 plans, customers: 500."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator

from datagen_chat.asked import probes
from datagen_chat.asked.ground import Ground, Named
from datagen_chat.asked.lexicon import CHANGING, STOPS, UNITS, vocabulary
from datagen_chat.asked.nouns import is_numbered, is_plural, noun_after, stem, stems, subject_before
from datagen_chat.asked.numbers import Amount, bounded
from datagen_chat.asked.statements import UNPLACED, Numbered, State, Tie
from datagen_chat.asked.words import Sentence
from datagen_chat.frozen import dataclass

_PART = vocabulary("who whom that which whose are is have has had were order buy do does don't doesn't never always")
_NOT_AFTER = vocabulary("after before within every per past between")
_WHOLES = vocabulary("table tables dataset database data list set sample extract collection total sum number file up")
_DEALING = vocabulary("each every apiece une un jeder jede jedes cada chaque par pro por")
_RELATIVE = ("more", "fewer", "less", "extra")
_OPENING = ("", ",", ";", ":", "and")
_NEAR = 10
_NOT_BEFORE = vocabulary("each apiece per minimum maximum min max tops")
_SETTING = CHANGING | vocabulary("set make up down number")
_HAS = vocabulary("has contains holds takes includes")
_HAVE = vocabulary("have get place contain hold own take make buy order receive")
_TALK = vocabulary(
    "questions versions variants changes requests remarks wishes corrections comments notes issues problems ideas"
)
_MODALS = vocabulary("can could may might")
_FEW = 10
_TOTALS = frozenset(("row", "record", "entry"))
_YEARS = (1900, 2100)
_ABOUT, _BY_CHANCE = 0.15, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Numbered):
    """A number of things. `is_part`: words behind it may pick some of the things only. `is_more`: these are added to others."""

    things: str
    is_part: bool = False
    is_more: bool = False

    @property
    def key(self) -> Hashable:
        """The things."""
        return "count", stems(self.things)

    @property
    def said(self) -> Hashable:
        """The number."""
        return self.amount.low, self.amount.high

    @property
    def topic(self) -> str:
        """The things."""
        return self.things

    def tie(self, ground: Ground) -> Tie:
        """Return the table that has so many rows, or the column that has so many values."""
        named = ground.table(self.things)
        columns = ground.columns(self.things)
        if named is not None and (named.is_sure or not columns):
            return self._rows(ground, named)
        for place in columns:
            values = {value for value in ground.index.outcomes(place) or () if value is not None}
            if values and _is_within(len(values), self.amount, 0.0):
                return Tie("held", f"{'.'.join(place)} has {len(values)} values", ground.at_column(place))
        if named is not None:
            return self._rows(ground, named)
        if columns:
            return Tie("unsure", f"it may be {'.'.join(columns[0])}", ground.at_column(columns[0]))
        if stems(self.things) == ("table",):
            return self._of_tables(ground)
        return self._of_all(ground) or self._by_number(ground) or UNPLACED

    def _rows(self, ground: Ground, named: Named) -> Tie:
        table, count = named.table, ground.counts[named.table.id]
        is_chance = table.rows is None and bool(table.parents)
        slack = _BY_CHANCE if is_chance and not self.amount.is_exact else 0.0
        slack = max(slack, _ABOUT if self.amount.is_about else 0.0, 0.0 if count.is_exact else _BY_CHANCE)
        low, high = slackened(self.amount, slack)
        test = probes.rows(self.quote, table.id, low, high)
        at = ground.at(table.id, "rows") if table.rows is not None else ground.at(table.id)
        reason = f"{table.id} has {count.rows:,} rows"
        if _is_within(count.rows, self.amount, slack):
            return Tie("held", reason, at, test if named.is_sure else None)
        if named.is_sure and not self.is_part:
            return Tie("open", reason, at, test)
        return Tie("unsure", reason, at)

    def _of_tables(self, ground: Ground) -> Tie:
        count = len(ground.index.tables)
        state: State = "held" if _is_within(count, self.amount, 0.0) else "unsure"  # a restaurant has tables too
        return Tie(state, f"the schema has {count} tables", "/nodes")

    def _of_all(self, ground: Ground) -> Tie | None:
        """Return what becomes of a number of rows without a table."""
        if stems(self.things)[-1] not in _TOTALS:
            return None
        sizes = {name: count.rows for name, count in ground.counts.items()} | {
            "the schema": sum(c.rows for c in ground.counts.values())
        }
        found = [name for name, rows in sizes.items() if _is_within(rows, self.amount, _BY_CHANCE)]
        return Tie("held", f"{found[0]} has {sizes[found[0]]:,} rows") if found else Tie("unsure", "it names no table")

    def _by_number(self, ground: Ground) -> Tie | None:
        """Return the one table that has just so many rows under another name."""
        rows = [name for name, count in ground.counts.items() if self.amount.is_one and count.rows == self.amount.low]
        named = [name for name in rows if ground.index.tables[name].rows is not None]
        if len(named) != 1:
            return None
        return Tie("unsure", f"nothing is called so; {named[0]} has as many rows", ground.at(named[0], "rows"))


def read_count(sentence: Sentence, amount: Amount, _before: str) -> Iterator[Count]:
    """Yield the count that an amount gives, if it is one for sure."""
    if amount.unit or not _is_countable(amount) or is_numbered(sentence, amount.first):
        return
    if sentence.word(amount.first - 1) in _NOT_AFTER or _is_taken(sentence, amount) or _is_dealt(sentence, amount):
        return
    found = noun_after(sentence, amount.last)
    if found is not None and amount.low == amount.high == 1:
        return  # of one thing there is no plural
    if found is not None and (_is_said_of_others(sentence, amount, found) or _is_talk(sentence, found, amount)):
        return
    if found is not None and not (_may_be_year(amount, sentence) and not amount.is_about):
        amount, last = bounded(sentence, amount, found[1])
        quote, start = sentence.quote(amount.first, last)
        things = _rows_of(sentence, amount.first) if stem(sentence.word(found[1] - 1)) in _TOTALS else ""
        things = things or sentence.quote(*found)[0]
        is_more = sentence.word(amount.first - 1) == "add"
        is_part = _is_part(sentence, last)
        yield Count(quote=quote, start=start, things=things, amount=amount, is_part=is_part, is_more=is_more)
    elif found is None:
        yield from _listed(sentence, amount)


def _rows_of(sentence: Sentence, first: int) -> str:
    """Return the noun that a number of rows stands behind: users (100 rows), customer: 500 rows."""
    found = subject_before(sentence, first - 1, 2) if sentence.word(first - 1) in ("(", ":", "=") else None
    return sentence.quote(*found)[0] if found is not None else ""


def _is_taken(sentence: Sentence, amount: Amount) -> bool:
    """Return whether a number says what others are taken from, or how large one is: 3 of 5 plans, a team of 9 people."""
    if sentence.word(amount.first - 1) == "in":
        return sentence.word(amount.first - 2) in UNITS or sentence.is_figure(amount.first - 2)
    return sentence.word(amount.first - 1) == "of" and sentence.word(amount.first - 2) not in _WHOLES


def _is_dealt(sentence: Sentence, amount: Amount) -> bool:
    """Return whether a span or a number is one for each of other things: each user has 1 to 3 roles."""
    for at in range(amount.first - 1, max(amount.first - _NEAR, -1), -1):
        if sentence.word(at) in (",", ";", ":"):
            return False
        if sentence.word(at) in _DEALING:
            return True
    return False


def _is_said_of_others(sentence: Sentence, amount: Amount, noun: tuple[int, int]) -> bool:
    """Return whether words around a count say that it is none of all things: each, the biggest ones, those of last year.

    Nor is what some things may do or have: two customers can share an email.
    """
    after = sentence.word(noun[1]), sentence.word(noun[1] + 1)
    is_each = (after[0] in _NOT_BEFORE and after != ("each", "with")) or (
        after[0] in ("in", "for", "to", "on") and after[1] in _DEALING
    )
    is_past = after[0] in ("last", "ago", *_RELATIVE) or after == ("so", "far")
    is_allowed = after[0] in _MODALS or sentence.word(amount.first - 2) in _MODALS or sentence.word(amount.first - 1) == "into"
    is_ranked = any(sentence.word(at).endswith("est") for at in range(amount.last, noun[1] - 1))
    return is_each or is_past or is_allowed or is_ranked or _is_had(sentence, amount)


def _is_had(sentence: Sentence, amount: Amount) -> bool:
    """Return whether a number is what one thing or each of some has: a bus has 50 seats, planes seat 150 to 220 passengers."""
    verb, at = sentence.word(amount.first - 1), amount.first
    if is_plural(sentence.word(at - 2)) and sentence.is_word(at - 1):
        return verb in _HAVE or (verb not in STOPS and not amount.is_one and not amount.is_bound)
    return sentence.word(at - 3) in ("a", "an") and (verb in _HAS or (verb.endswith("s") and verb not in STOPS))


def _is_talk(sentence: Sentence, noun: tuple[int, int], amount: Amount) -> bool:
    """Return whether the things are those of the conversation itself: I have two questions."""
    return sentence.word(noun[1] - 1) in _TALK and amount.high < _FEW


def _listed(sentence: Sentence, amount: Amount) -> Iterator[Count]:
    """Yield a count that stands behind its noun: customers: 500, set customers to 500."""
    is_changed = sentence.word(amount.first) == "from"
    at = amount.first - (not is_changed)
    is_set = is_changed or sentence.word(at) == "to"
    is_bracketed = sentence.word(at) == "(" and sentence.word(amount.last) == ")"
    if not (is_set or is_bracketed or sentence.word(at) in (":", "=", "|")) or not _ends(sentence, amount.last):
        return
    if sentence.is_figure(amount.last + 1) and noun_after(sentence, amount.last + 2) is None:
        return  # ratings: 1, 2, 3
    at -= is_set and sentence.word(at - 1) == "down"
    found = subject_before(sentence, at)
    if found is None or not is_plural(sentence.word(found[1] - 1)) or _may_be_year(amount, sentence):
        return
    if is_set and not _is_set(sentence, found[0]):
        return
    if is_bracketed and sentence.word(found[0] - 1) not in _OPENING:
        return
    quote, start = sentence.quote(found[0], amount.last)
    yield Count(quote=quote, start=start, things=sentence.quote(*found)[0], amount=amount)


def _is_set(sentence: Sentence, first: int) -> bool:
    return any(sentence.word(at) in _SETTING for at in range(max(first - 4, 0), first))


def _ends(sentence: Sentence, at: int) -> bool:
    return sentence.word(at) in ("", ",", ";", ")", "|", "and", "please", ".")


def _is_countable(amount: Amount) -> bool:
    return all(number >= 1 and number == math.floor(number) and number < 1e12 for number in amount.numbers)


def _may_be_year(amount: Amount, sentence: Sentence) -> bool:
    """Return whether a number can be a year: 2024 orders are either."""
    words = {sentence.tokens[at].text for at in range(amount.first, amount.last)}
    plain = [n for n in amount.numbers if _YEARS[0] <= n <= _YEARS[1] and n % 100 and str(int(n)) in words]
    return bool(plain)


def _is_part(sentence: Sentence, at: int) -> bool:
    if sentence.word(at) in ("in", "from", "with"):
        return sentence.word(at) == "with" or (
            sentence.word(at + 1) not in ("total", "the", "all") and not _is_time(sentence, at + 1)
        )
    return sentence.word(at) in _PART


def _is_time(sentence: Sentence, at: int) -> bool:
    return at < len(sentence.tokens) and sentence.tokens[at].kind in ("number", "date")


def _is_within(number: float, amount: Amount, slack: float) -> bool:
    low, high = slackened(amount, slack)
    return low <= number <= high


def slackened(amount: Amount, slack: float) -> tuple[float, float]:
    """Return the ends of an amount, moved apart by a share of themselves."""
    return amount.low - abs(amount.low) * slack if math.isfinite(amount.low) else amount.low, (
        amount.high + abs(amount.high) * slack if math.isfinite(amount.high) else amount.high
    )
