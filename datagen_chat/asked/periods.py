"""When the data plays: all of 2025, Jan-Dec 2024, the first quarter of 2025, the last 30 days."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import replace
from datetime import date

from datagen_chat.asked import probes
from datagen_chat.asked.ground import Ground
from datagen_chat.asked.lexicon import MONTHS, UNITS, vocabulary
from datagen_chat.asked.nouns import is_plural, stems, subject_before
from datagen_chat.asked.numbers import Amount
from datagen_chat.asked.statements import UNPLACED, Statement, Tie
from datagen_chat.asked.withdrawn import PERIOD
from datagen_chat.asked.words import Sentence
from datagen_chat.frozen import dataclass
from datagen_chat.instants import DAY, parse_instant, show_instant
from datagen_chat.schema.index import Place

_DASHES = ("-", "–", "—", "to", "until", "till", "through", "bis")
_LEADS = vocabulary("from in for during over of between within : cover covers covering span spans spanning all the whole")
_NOT_AFTER = vocabulary(
    "since before after by until came joined signed hired born founded opened started starting ended than like as off sale "
    "ending ends begins starts "
    "promotion promotions outage campaign discount version windows end beginning start middle mid early late summer winter"
)
_HAPPENED = vocabulary("built born made sold bought taken written")
_DATED = vocabulary("data dataset dates date")
_PART_OF = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_SHORT = ("q1", "q2", "q3", "q4", "h1", "h2")
_LENGTHS = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25, "hour": 1 / 24}
_YEARS = (1970, 2101)
_SLACK_DAYS = 1.01
_EPOCH = date(1970, 1, 1).toordinal()
Days = tuple[int, int]
"""The first day of a period and the first after it, in days since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period(Statement):
    """A span of time, of what `subject` names where it names something; either its first day and the day after, or its length.

    `first` and `after` are days since 1970.
    """

    subject: str = ""
    first: int = 0
    after: int = 0
    days: float = 0.0

    @property
    def key(self) -> Hashable:
        """What the period is of."""
        return "period", stems(self.subject)

    @property
    def said(self) -> Hashable:
        """The period."""
        return self.first, self.after, self.days

    @property
    def topic(self) -> str:
        """What the period is of."""
        return self.subject or "period"

    def is_about(self, stem: str) -> bool:
        """Return whether a thing is what this is the period of, or the period itself."""
        return stem == PERIOD or Statement.is_about(self, stem)

    def revised(self, later: Amount) -> Iterator[Statement]:
        """Yield the year that a later number can be, and this period up to its end."""
        year = int(later.high) if later.is_one and later.high in range(*_YEARS) else None
        if year is not None:
            first, after = _days(12 * year, 12 * (year + 1))
            yield from (replace(self, first=begins, after=after, days=0.0) for begins in (first, self.first))

    def tie(self, ground: Ground) -> Tie:
        """Return whether the timeframe, or the times of what is meant, span this period."""
        window = ground.index.dataset.window
        if self.days:
            return self._long(window)
        places = self._places(ground)
        if places and not self._is_of_lasting(ground):
            return self._times(ground, places)
        if window is None:
            return UNPLACED if not self.subject else Tie("unsure", "the schema has no timeframe")
        shown = f"the timeframe is {_shown(window)}"
        if self._is(window):
            return Tie("held", shown, "/timeframe")
        within = [place for place in ground.index.columns if (own := _window(ground, place)) is not None and self._is(own)]
        if within:
            return Tie("held", f"{'.'.join(within[0])} spans it", ground.at_column(within[0]))
        is_apart = self.first * DAY < window[0] - DAY or window[1] + DAY < (self.after - 1) * DAY
        return Tie("open" if is_apart and not self.subject else "unsure", shown, "/timeframe")

    def _is_of_lasting(self, ground: Ground) -> bool:
        """Return whether the period is one of things that last: 300 customers in 2024 need not have come in that year."""
        named = ground.table(self.subject)
        return named is not None and named.is_sure and named.table.kind != "fact"

    def _long(self, window: tuple[int, int] | None) -> Tie:
        if window is None:
            return UNPLACED
        days = (window[1] - window[0]) / DAY
        slack = _SLACK_DAYS + (1.6 if self.days > 27 else 0) + (0.01 * self.days)
        reason = f"the timeframe lasts {days:.4g} days"
        if abs(days - self.days) <= slack:
            return Tie("held", reason, "/timeframe")
        return Tie("open" if days < self.days else "unsure", reason, "/timeframe")

    def _places(self, ground: Ground) -> list[Place]:
        """Return the columns of times that the subject means: those it names, or those of the table it names."""
        if not self.subject:
            return []
        named = ground.table(self.subject)
        if named is not None and named.is_sure:
            return [(named.table.id, column.name) for column in named.table.columns if column.type in ("date", "datetime")]
        words = stems(self.subject)
        found = ground.columns(self.subject) or ground.columns(f"{self.subject} date")
        return [place for place in found if ground.index.columns[place].type in ("date", "datetime") and words]

    def _times(self, ground: Ground, places: list[Place]) -> Tie:
        windows = {place: _window(ground, place) for place in places}
        held = next((place for place, own in windows.items() if own is not None and self._is(own)), None)
        place, own = (places[0], windows[places[0]]) if held is None else (held, windows[held])
        at, name = ground.at_column(place), ".".join(place)
        test = probes.outside_days(self.quote, place, self.first, self.after) if len(places) == 1 else None
        if own is not None and held is not None:
            return Tie("held", f"{name} is {_shown(own)}", at, test)
        window = ground.index.dataset.window
        if None in windows.values() and window is not None and self._is(window):
            return Tie("held", f"the timeframe is {_shown(window)}", "/timeframe", test)
        if own is None or None in windows.values():
            return Tie("unsure", f"when {name} is follows from other columns", at, test)
        return Tie("open", f"{name} is {_shown(own)}", at, test)

    def _is(self, window: tuple[int, int]) -> bool:
        """Return whether a window has the same days, with or without the last one's end."""
        first, last = window
        return first // DAY == self.first and self.after * DAY - DAY <= last <= self.after * DAY


def _window(ground: Ground, place: Place) -> tuple[int, int] | None:
    column = ground.index.columns[place]
    if column.type not in ("date", "datetime"):
        return None
    grid = column.grid(ground.index.dataset.window)
    return None if grid is None or not grid.count else (grid.start, max(grid.last, grid.start))


def _shown(window: tuple[int, int]) -> str:
    return " to ".join(show_instant(end)[:10] for end in window)


def read_periods(sentence: Sentence) -> Iterator[Period]:
    """Yield the periods that a sentence gives the data."""
    at = 0
    while at < len(sentence.tokens):
        found = _period(sentence, at)
        if found is None:
            at += 1
            continue
        span, last, is_clear = found
        if not _is_denied(sentence, at):
            yield from _about(sentence, at, last, span, is_clear=is_clear)
        at = last
    yield from _recent(sentence)


def _period(sentence: Sentence, at: int) -> tuple[Days, int, bool] | None:
    """Return the days of a period that begins at a token, the token behind it, and whether it can be nothing else."""
    for read in (_dates, _parts, _days_of_months, _months, _years):
        found = read(sentence, at)
        if found is not None:
            return found
    return None


def _dates(sentence: Sentence, at: int) -> tuple[Days, int, bool] | None:
    if _kind(sentence, at) != "date" or _kind(sentence, at + 2) != "date" or sentence.word(at + 1) not in (*_DASHES, "and"):
        return None
    try:
        first, last = (parse_instant(f"{sentence.tokens[k].text}T00:00:00Z") // DAY for k in (at, at + 2))
    except ValueError:
        return None
    return ((first, last + 1), at + 3, True) if first <= last else None


def _kind(sentence: Sentence, at: int) -> str:
    return sentence.tokens[at].kind if 0 <= at < len(sentence.tokens) else ""


def _year(sentence: Sentence, at: int) -> int | None:
    if _kind(sentence, at) != "number" or len(sentence.word(at)) != 4 or int(sentence.tokens[at].value) not in range(*_YEARS):
        return None
    return int(sentence.tokens[at].value)


def _parts(sentence: Sentence, at: int) -> tuple[Days, int, bool] | None:
    """Return "Q1 2025", "first half of 2025", "the last two quarters of 2024"."""
    word, last = sentence.word(at), at + 1
    many = 1
    if word in _SHORT:
        part, size = int(word[1]), 3 if word[0] == "q" else 6
        if sentence.word(last) in (*_DASHES, "and") and sentence.word(last + 1) in _SHORT:
            other, last = sentence.word(last + 1), last + 2
            many = int(other[1]) - part + 1 if other[0] == word[0] else 0
        if many < 1 or (sentence.word(at - 1) in (*_DASHES, "and", ",") and sentence.word(at - 2) in _SHORT):
            return None
    else:
        if word not in (*_PART_OF, "last", "final"):
            return None
        if sentence.word(last) in UNITS and sentence.word(last + 1).endswith("s"):
            many, last = int(UNITS[sentence.word(last)]), last + 1
        unit = sentence.word(last).removesuffix("s")
        if unit not in ("quarter", "half"):
            return None
        size = 3 if unit == "quarter" else 6
        part = _PART_OF.get(word, 12 // size - many + 1)
        last += 1
    last += sentence.word(last) in ("of", "in", "/")
    year = _year(sentence, last)
    first = (part - 1) * size
    if year is None or not 0 <= first <= 12 - size * many or (word in _PART_OF and many > 1 and part > 1):
        return None
    return _days(12 * year + first, 12 * year + first + size * many), last + 1, True


def _days_of_months(sentence: Sentence, at: int) -> tuple[Days, int, bool] | None:
    """Return "January 1st to March 31st 2024", "between Jan 15 and Feb 2, 2024": days of one year."""
    joint, last = sentence.word(at + 2), at + 5 + (sentence.word(at + 5) == ",")
    months, year = [MONTHS.get(sentence.word(k)) for k in (at, at + 3)], _year(sentence, last)
    is_joined = joint in _DASHES or (joint == "and" and sentence.word(at - 1) == "between")
    if not is_joined or year is None or None in months:
        return None
    days = [re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", sentence.word(k)) for k in (at + 1, at + 4)]
    try:
        first, end = (date(year, month or 0, int(day[1]) if day else 0) for month, day in zip(months, days, strict=True))
    except ValueError:
        return None
    return ((first.toordinal() - _EPOCH, end.toordinal() + 1 - _EPOCH), last + 1, True) if first <= end else None


def _months(sentence: Sentence, at: int) -> tuple[Days, int, bool] | None:
    """Return "Jan-Dec 2024", "from January 2024 to June 2024", "September 2025"."""
    month = MONTHS.get(sentence.word(at))
    if month is None or _kind(sentence, at - 1) == "number" or _ends_span(sentence, at):
        return None
    year, last = _year(sentence, at + 1), at + 1
    last += year is not None
    other = MONTHS.get(sentence.word(last + 1)) if sentence.word(last) in (*_DASHES, "and") else None
    if other is not None:
        to = _year(sentence, last + 2)
        if to is None:
            return None
        first, after = 12 * (to if year is None else year) + month - 1, 12 * to + other
        if sentence.word(last) == "and" and sentence.word(at - 1) != "between" and after - first != 2:
            return None
        return (_days(first, after), last + 3, True) if first < after else None
    if year is None or sentence.word(last) in _DASHES:
        return None
    return _days(12 * year + month - 1, 12 * year + month), last, True


def _years(sentence: Sentence, at: int) -> tuple[Days, int, bool] | None:
    """Return "2025", "2024 and 2025", "2023-2025"; one year by itself is not clear."""
    year = _year(sentence, at)
    if year is None or MONTHS.get(sentence.word(at - 1)) or _ends_span(sentence, at) or _is_listed(sentence, at):
        return None
    other = _year(sentence, at + 2) if sentence.word(at + 1) in (*_DASHES, "and") else None
    is_span = other is not None and (
        other > year if sentence.word(at + 1) != "and" else other == year + 1 or sentence.word(at - 1) == "between"
    )
    if other is not None and not is_span:
        return None
    is_clear = is_span and sentence.word(at - 1) in ("from", "between")
    return _days(12 * year, 12 * ((other or year) + 1)), at + (1 if other is None else 3), is_clear


def _is_listed(sentence: Sentence, at: int) -> bool:
    """Return whether a year is one of a list: 2021, 2022 and 2023."""
    near = [at - 2] if sentence.word(at - 1) == "," else [at + 2] if sentence.word(at + 1) == "," else []
    return any(_year(sentence, other) is not None for other in near)


def _ends_span(sentence: Sentence, at: int) -> bool:
    """Return whether a year and a joint stand before a token: then it ends a span that makes no sense."""
    return sentence.word(at - 1) in (*_DASHES, "and") and _year(sentence, at - 2) is not None


def _days(first: int, after: int) -> Days:
    """Return months since the year 0 as days since 1970."""
    starts = (date(month // 12, month % 12 + 1, 1) for month in (first, after))
    low, high = (start.toordinal() - _EPOCH for start in starts)
    return low, high


def _is_denied(sentence: Sentence, at: int) -> bool:
    back = [sentence.word(k) for k in range(max(at - 6, 0), at)]
    cut = max((k for k, word in enumerate(back) if word in (",", ";", ":")), default=-1)
    near = back[cut + 1 :]
    *noun, verb = ["", *(word for word in near if word not in _LEADS)]
    if verb.endswith("ed") or verb in _HAPPENED or (verb in ("year", "years") and noun[-1:] != [""]):
        return True  # that is when some things happened, or a model's year
    return any(word in _NOT_AFTER or word in ("not", "without", "instead") or word.endswith("n't") for word in near)


def _about(sentence: Sentence, at: int, last: int, span: Days, *, is_clear: bool) -> Iterator[Period]:
    """Yield a period with what it is of; a year by itself must be said of something, or stand alone."""
    start = at
    while start > 0 and sentence.word(start - 1) in _LEADS | {"year", "calendar", "full", "entire", "period", "time", "only"}:
        start -= 1
    leads = {sentence.word(k) for k in range(start, at)}
    found = subject_before(sentence, start)
    head = sentence.word(found[1] - 1) if found is not None else ""
    subject = sentence.quote(*found)[0] if found is not None and (is_plural(head) or head in _DATED) else ""
    is_alone = start == 0 or sentence.word(start - 1) in (",", ";", ":", "(")
    is_whole = bool(leads & {"all", "whole", "full", "entire", "calendar", "cover", "covers", "covering", "span", "spanning"})
    ends = sentence.word(last) in ("", ",", ";", ")", ".", "and", "with", "please")
    is_said = (
        (bool(subject) and bool(leads & {"in", "from", "during", "over", "for", "of", ":"})) or is_whole or (is_alone and ends)
    )
    if not is_clear and not is_said:
        return
    if not is_clear and subject and not is_whole and leads & {"from", "of"} and last == at + 1:
        return  # "orders from 2023" may be those since then
    first = found[0] if subject and found is not None else start
    quote, begins = sentence.quote(first, last)
    subject = "" if subject.lower() in _DATED else subject
    yield Period(quote=quote, start=begins, subject=subject, first=span[0], after=span[1])


def _recent(sentence: Sentence) -> Iterator[Period]:
    """Yield "the last 30 days" as the length that it is."""
    for at in range(len(sentence.tokens) - 2):
        if sentence.word(at) not in ("last", "past", "previous") or _is_denied(sentence, at):
            continue
        if sentence.word(at) == "last" and is_plural(sentence.word(at - 1)):
            continue  # loans last 14 days
        number = UNITS.get(sentence.word(at + 1), sentence.tokens[at + 1].value if _kind(sentence, at + 1) == "number" else 0)
        unit = sentence.word(at + 2).removesuffix("s")
        if number > 0 and unit in _LENGTHS and sentence.word(at + 3) not in ("of", "in"):
            quote, start = sentence.quote(at, at + 3)
            yield Period(quote=quote, start=start, days=number * _LENGTHS[unit])
