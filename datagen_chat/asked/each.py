"""How many of a thing belong to each of another: 3 to 5 items per order, at least one item for every order."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator

from datagen_chat.asked import probes
from datagen_chat.asked.counts import Count, slackened
from datagen_chat.asked.ground import Ground
from datagen_chat.asked.lexicon import STOPS, TIMES, vocabulary
from datagen_chat.asked.nouns import is_plural, noun_after, stem, stems
from datagen_chat.asked.numbers import Amount, bounded
from datagen_chat.asked.statements import UNPLACED, Numbered, Statement, Tie
from datagen_chat.asked.words import Sentence
from datagen_chat.frozen import dataclass
from datagen_chat.instants import DAY
from datagen_chat.schema.model import Check, Table
from datagen_chat.schema.row_ranges import children_range, is_sure_of

_DAYS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4, "year": 365.25, "hour": 1 / 24}
_EACH = frozenset(("each", "every", "any"))
_PER = vocabulary("per / pro a an each every")
_ARTICLES = frozenset(("each", "every", "any", "a", "an", "the"))
_HAVING = vocabulary(
    "have has having get gets place places make makes contain contains include includes hold holds with take takes own owns "
    "place order orders buy buys send sends write writes receive receives post posts"
)
_MODAL = vocabulary(
    "must should shall can may will would needs need to have usually typically always on average do does please"
)
_PARTS = vocabulary("of most some many several few half other % percent not no")
_CLOSING = vocabulary(", ; ) . per in for and each every but") | {""}
_FEW = 10
_ADVERBS = vocabulary("daily weekly monthly yearly annually max min maximum minimum total tops")
_MEAN = 0.1
_MEAN_ABOUT = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Each(Numbered):
    """A number of things for each of others; `of` is empty where nobody said of what, `period` is a word such as year."""

    things: str
    of: str
    period: str = ""
    is_mean: bool = False

    @property
    def key(self) -> tuple[Hashable, ...]:
        """The things, and what they belong to; one that is a bound stands beside the others."""
        return "each", stems(self.things)[-1:], stems(self.of), self.period, self._side

    @property
    def _side(self) -> str:
        if not self.amount.is_bound:
            return ""
        return "least" if math.isinf(self.amount.high) else "most"

    def clashes(self, later: Statement) -> bool:
        """Return whether a later bound leaves this span, or a small number of the same things is meant for each."""
        if isinstance(later, Count):
            return stems(self.things)[-1:] == stems(later.things)[-1:] and later.amount.high < _FEW
        return isinstance(later, Each) and self.key[:-1] == later.key[:-1] and self._is_left_by(later.amount)

    @property
    def said(self) -> Hashable:
        """The numbers."""
        return self.amount.low, self.amount.high

    @property
    def topic(self) -> str:
        """The things."""
        return self.things

    def tie(self, ground: Ground) -> Tie:
        """Return the table whose rows hang off the rows of another one in such numbers."""
        parent, child = self._tables(ground)
        if child is None or parent is None:
            return UNPLACED if child is None and self.of and parent is None else Tie("unsure", "the tables are not sure")
        if self.period:
            return self._often(ground, child, parent)
        if child.parents[:1] == (parent.id,):
            return self._hanging(ground, child, parent)
        return self._pointing(ground, child, parent)

    def _tables(self, ground: Ground) -> tuple[Table | None, Table | None]:
        """Return the table of what the things belong to, and theirs."""
        if not self.of:
            child = ground.table(self.things)
            if child is None or not child.is_sure or not child.table.parents:
                return None, None
            return ground.index.tables[child.table.parents[0]], child.table
        parent = ground.table(self.of)
        if parent is None or not parent.is_sure:
            return None, None
        child = ground.table(self.things, below=parent.table.id)
        return parent.table, None if child is None or not child.is_sure else child.table

    def _hanging(self, ground: Ground, child: Table, parent: Table) -> Tie:
        low, high = children_range(child)
        if is_sure_of(ground.index, parent.id, child.id):
            low = max(low, 1)
        span = f"{low:g}" if low == high else f"{low:g} or more" if math.isinf(high) else f"{low:g} to {high:g}"
        mean = _mean(ground, child, parent)
        at = ground.at(child.id, *(["fanout"] if child.fanout is not None else []))
        reason = f"each row of {parent.id} has {span} of {child.id}, {mean:.3g} on average"
        test = self._probe(ground, child, parent)
        wanted = slackened(self.amount, _MEAN_ABOUT if self.amount.is_about else 0.0)
        is_bare = not _is_scaled(ground, child)
        if self._is_average and self._is_near(mean):
            return Tie("held", reason, at, test)
        if is_bare and wanted[0] <= low and high <= wanted[1]:
            return Tie("held", reason, at, test)
        if not is_bare or child.unfolding is not None or child.modifiers or child.rows is not None:
            return Tie("unsure", reason, at, test)
        return Tie("open", reason, at, test)

    @property
    def _is_average(self) -> bool:
        """Whether the number is meant on average: one that is no bound and not said to be exact."""
        return self.is_mean or (self.amount.is_one and not self.amount.is_exact)

    def _is_near(self, mean: float) -> bool:
        low, high = slackened(self.amount, _MEAN_ABOUT if self.amount.is_about else _MEAN)
        return low <= mean <= high

    def _pointing(self, ground: Ground, child: Table, parent: Table) -> Tie:
        mean, key = _mean(ground, child, parent), ground.key_to(child.id, parent.id)
        reason = f"{parent.id} has {mean:.3g} rows of {child.id} on average"
        if key is None:
            return Tie("unsure", reason, ground.at(child.id))
        held = self._is_average and self._is_near(mean)
        return Tie("held" if held else "unsure", reason, ground.at_column(key), self._probe(ground, child, parent))

    def _probe(self, ground: Ground, child: Table, parent: Table) -> Check | None:
        """Return the query that counts the parents with too few or too many, or takes the mean."""
        key = ground.key_to(child.id, parent.id)
        if key is None:
            return None
        if self._is_average:
            low, high = slackened(self.amount, _MEAN_ABOUT if self.amount.is_about else _MEAN)
            return probes.mean_children(self.quote, child.id, parent.id, low, high)
        return probes.few_or_many(self.quote, key, parent, self.amount.low, self.amount.high)

    def _often(self, ground: Ground, child: Table, parent: Table) -> Tie:
        """Return whether the rows of a parent come so often; a schema without a timeframe leaves it open how long they take."""
        window, mean = ground.index.dataset.window, _mean(ground, child, parent)
        at = ground.at(child.id, *(["fanout"] if child.fanout is not None else []))
        if window is not None:
            rate = mean / max((window[1] - window[0]) / DAY / _DAYS[self.period], 1e-9)
            if self._is_near(rate):
                return Tie("held", f"{rate:.3g} rows of {child.id} a {self.period} for each of {parent.id}", at)
        if self._is_near(mean):
            return Tie("held", f"{mean:.3g} rows of {child.id} for each of {parent.id}", at)
        return Tie("unsure", f"each row of {parent.id} has {mean:.3g} of {child.id}", at)


def _is_scaled(ground: Ground, child: Table) -> bool:
    """Return whether a behaviour of a table above scales the number of rows."""
    above = [ground.index.tables[name] for name in ground.index.ancestors(child.id)]
    return any(table.segment_behavior is not None or table.vintage_behavior is not None for table in above)


def _mean(ground: Ground, child: Table, parent: Table) -> float:
    return ground.counts[child.id].rows / max(ground.counts[parent.id].rows, 1)


def read_each(sentence: Sentence, amount: Amount, before: str) -> Iterator[Each]:
    """Yield what an amount says of each; `before` is the noun that was counted last."""
    if amount.unit or any(number < 0 or (number != math.floor(number) and not amount.is_one) for number in amount.numbers):
        return
    found = _things(sentence, amount)
    if found is None:
        return
    amount, behind = bounded(sentence, amount, found[1])
    of, period, last = _owner_after(sentence, behind, before)
    if of and not period:
        _, period, last = _owner_after(sentence, last, "")
    first = amount.first
    if _is_unclear_period(sentence, last):
        return
    if not of:
        of, first = _owner_before(sentence, amount, before)
    if (not of and not period) or stem(of) == "table":
        return
    if sentence.word(last) == "and" and amount.high == 1:
        return  # "one patient per clinician and hour" is about both
    if not of:
        of, _, after = _owner_after(sentence, last, "")
        last = max(last, after) if of else last
    amount, last = bounded(sentence, amount, last)
    quote, start = sentence.quote(first, last)
    is_mean = "average" in quote.lower() or (sentence.word(last), sentence.word(last + 1)) == ("on", "average")
    things = sentence.quote(*found)[0]
    yield Each(quote=quote, start=start, things=things, of=of, amount=amount, period=period, is_mean=is_mean)


def _is_unclear_period(sentence: Sentence, at: int) -> bool:
    """Return whether a period follows whose length nobody knows: four courses per semester."""
    return sentence.word(at) in ("per", "a", "each", "every") and sentence.word(at + 1) in TIMES


def read_none_without(sentence: Sentence) -> Iterator[Each]:
    """Yield "no order without items" as at least one item for each order."""
    for at in range(len(sentence.tokens)):
        if sentence.word(at) not in ("no", "never") or not sentence.is_word(at + 1):
            continue
        end = at + 2
        while end < at + 4 and sentence.is_word(end) and sentence.word(end) not in STOPS:
            end += 1
        start = end + 1 + (sentence.word(end + 1) in ("a", "an", "any", "at"))
        found = noun_after(sentence, start) or ((start, start + 1) if sentence.word(start + 1) in _CLOSING else None)
        if sentence.word(end) != "without" or found is None or not sentence.is_word(found[0]):
            continue
        quote, begins = sentence.quote(at, found[1])
        amount = Amount(1, math.inf, at, found[1])
        things, of = sentence.quote(*found)[0], sentence.quote(at + 1, end)[0]
        yield Each(quote=quote, start=begins, things=things, of=of, amount=amount)


def _things(sentence: Sentence, amount: Amount) -> tuple[int, int] | None:
    found = noun_after(sentence, amount.last)
    if found is not None or amount.numbers[0] != 1:
        return found
    at = amount.last  # "at least one item": one of them, or two words of it
    for end in (at + 1, at + 2):
        if sentence.is_word(at) and sentence.word(at) not in STOPS | TIMES and sentence.word(end) in _CLOSING:
            return at, end
    return None


def _owner_after(sentence: Sentence, at: int, before: str) -> tuple[str, str, int]:
    """Return what things belong to, the period in which they come, and the token behind both."""
    word, after = sentence.word(at), sentence.word(at + 1)
    if word in ("each", "apiece") and not sentence.is_word(at + 1):
        return before, "", at + 1
    size = 1 if word in _PER else 2 if word in ("for", "in", "to", "on") and after in _EACH else 0
    if not size:
        return "", "", at
    if stem(sentence.word(at + size)) in _DAYS:
        return "", stem(sentence.word(at + size)), at + size + 1
    owner = at + size
    last = owner + 1
    if not sentence.is_word(owner) or sentence.word(owner) in STOPS | TIMES:
        return "", "", at
    if word in ("a", "an") and sentence.word(last) not in _CLOSING:
        return "", "", at
    has_two_words = sentence.is_word(last) and sentence.word(last) not in STOPS | TIMES | _ADVERBS
    if has_two_words and (size == 2 or word == "per") and sentence.word(last + 1) in _CLOSING:
        last += 1
    return sentence.quote(owner, last)[0], "", last


def _owner_before(sentence: Sentence, amount: Amount, before: str) -> tuple[str, int]:
    """Return the noun before an amount of which each has so many: every order must have at least one item.

    "200 auctions, each with 2 to 10 bids" says it of what was counted last.
    """
    start = amount.first - 2
    if before and sentence.word(start) in ("each", "every") and sentence.word(start + 1) in _HAVING:
        return before, start
    at, has_verb = amount.first - 1, False
    while at >= 0 and sentence.word(at - 1) not in _ARTICLES:
        if not (sentence.word(at) in _MODAL or (sentence.word(at) in _HAVING and not has_verb)):
            break
        has_verb |= sentence.word(at) in _HAVING
        at -= 1
    if not has_verb or at < 0 or not sentence.is_word(at) or sentence.word(at) in STOPS | TIMES:
        return "", amount.first
    first = at
    while first > 0 and sentence.is_word(first - 1) and sentence.word(first - 1) not in STOPS and at - first < 2:
        first -= 1
    lead = sentence.word(first - 1)
    if any(sentence.word(k) in _PARTS for k in (first - 1, first - 2)):
        return "", amount.first  # some of them have so many
    if lead in _EACH or (lead in ("an", "a") and not amount.is_one):
        return sentence.quote(first, at + 1)[0], first - 1
    if is_plural(sentence.word(at)) and not (amount.is_one and not amount.is_bound):
        return sentence.quote(first, at + 1)[0], first
    return "", amount.first
