"""What must never repeat, how often something is measured, and that times are in UTC."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from datagen_chat.asked import probes
from datagen_chat.asked.ground import Ground
from datagen_chat.asked.lexicon import STOPS, UNITS, vocabulary
from datagen_chat.asked.nouns import is_plural, noun_after, stems, subject_before
from datagen_chat.asked.statements import UNPLACED, State, Statement, Tie
from datagen_chat.asked.withdrawn import RHYTHM
from datagen_chat.asked.words import Sentence
from datagen_chat.frozen import dataclass
from datagen_chat.generators.datetime_series import DatetimeSeries
from datagen_chat.instants import Step, parse_step
from datagen_chat.schema.index import Place

_RHYTHMS = {"hourly": "h", "daily": "D", "weekly": "W", "monthly": "MS", "quarterly": "QS", "yearly": "YS"}
_STEPS = {"second": "s", "minute": "min", "min": "min", "hour": "h", "day": "D", "week": "W", "month": "MS"}
_OF_SCHEMAS = vocabulary("constraint constraints key keys index indexes indices value values")
_CONTRASTS = frozenset(("not", "no", "than", "instead"))
_BE = vocabulary("must should has have to be are is need needs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique(Statement):
    """A column whose values must not repeat."""

    column: str

    @property
    def key(self) -> Hashable:
        """The column."""
        return "unique", stems(self.column)

    @property
    def said(self) -> Hashable:
        """Nothing more."""
        return True

    @property
    def topic(self) -> str:
        """The column."""
        return self.column

    def tie(self, ground: Ground) -> Tie:
        """Return whether every column of that name is unique."""
        places = ground.columns(self.column)
        if not places and (near := ground.columns(self.column.split()[-1])):
            state: State = "held" if all(map(ground.index.must_not_repeat, near)) else "unsure"
            return Tie(state, f"it may be {'.'.join(near[0])}", ground.at_column(near[0]))
        if not places:
            return UNPLACED if ground.table(self.column) is None else Tie("held", "a table's keys do not repeat")
        place = next((place for place in places if not ground.index.must_not_repeat(place)), places[0])
        name, at = ".".join(place), ground.at_column(place)
        test = probes.repeats(self.quote, place) if len(places) == 1 else None
        if ground.index.must_not_repeat(place):
            return Tie("held", f"{name} is unique", at, test)
        return Tie("open" if len(places) == 1 else "unsure", f"{name} is not declared unique", at, test)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm(Statement):
    """How often rows come, as a step of time; `things` is empty where it is said of all."""

    things: str
    step: Step

    @property
    def key(self) -> Hashable:
        """The things."""
        return "rhythm", stems(self.things)

    @property
    def said(self) -> Hashable:
        """The step."""
        return self.step

    @property
    def topic(self) -> str:
        """The things."""
        return self.things or "every"

    def is_about(self, stem: str) -> bool:
        """Return whether a thing is what comes so often, or how often things come."""
        return stem == RHYTHM or Statement.is_about(self, stem)

    def tie(self, ground: Ground) -> Tie:
        """Return the column whose times come in that step."""
        named = ground.table(self.things) if self.things else None
        steps = {place: step for place, step in _regular(ground) if named is None or place[0] == named.table.id}
        for place, step in steps.items():
            if step == self.step:
                return Tie("held", f"{'.'.join(place)} has a row for each step", ground.at_column(place))
        if named is not None and named.is_sure and steps:
            place = next(iter(steps))
            return Tie("open", f"{'.'.join(place)} comes in another step", ground.at_column(place))
        return Tie("unsure", "no column of times says so")


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone(Statement):
    """That times are in UTC."""

    @property
    def key(self) -> Hashable:
        """The zone."""
        return "zone"

    @property
    def said(self) -> Hashable:
        """UTC."""
        return "utc"

    @property
    def topic(self) -> str:
        """The zone."""
        return "UTC"

    def tie(self, _ground: Ground) -> Tie:
        """Return that it is so in every schema."""
        return Tie("held", "all times are UTC, with a Z where they are written as text")


def _regular(ground: Ground) -> Iterator[tuple[Place, Step]]:
    """Yield the columns of times that have one row for each step."""
    for place, column in ground.index.columns.items():
        generator = column.generator
        if isinstance(generator, DatetimeSeries) and generator.is_regular and generator.freq:
            yield place, parse_step(generator.freq)


def read_unique(sentence: Sentence) -> Iterator[Unique]:
    """Yield what must not repeat: unique e-mails, SKUs must be unique, no duplicate e-mails."""
    for found, span, is_denied in _uniques(sentence):
        if not is_denied:
            quote, start = sentence.quote(*span)
            yield Unique(quote=quote, start=start, column=sentence.quote(*found)[0])


def read_repeating(sentence: Sentence) -> Iterator[Hashable]:
    """Yield the keys of what may repeat after all: e-mails may repeat, phones need not be unique."""
    for found, _, is_denied in _uniques(sentence):
        if is_denied:
            yield "unique", stems(sentence.quote(*found)[0])
    for at in range(2, len(sentence.tokens)):
        if sentence.word(at) in ("repeat", "repeated") and sentence.word(at - 1) in ("may", "can", "could", "should"):
            repeating = subject_before(sentence, at - 1, 2)
            yield from () if repeating is None else [("unique", stems(sentence.quote(*repeating)[0]))]


def _uniques(sentence: Sentence) -> Iterator[tuple[tuple[int, int], tuple[int, int], bool]]:
    """Yield the nouns that are said to be unique, the tokens that say so, and whether that is denied."""
    for at in range(len(sentence.tokens)):
        word, before = sentence.word(at), sentence.word(at - 1)
        if word == "unique" and before in _BE and not _has_noun(sentence, at):
            start = at
            while sentence.word(start - 1) in _BE or _denies(sentence.word(start - 1)):
                start -= 1
            is_within = sentence.word(at + 1) in ("per", "within", "in", "for", "across", "among")
            found = None if is_within else subject_before(sentence, start, 2)
            if found is not None:
                yield found, (found[0], at + 1), _is_denied(sentence, at)
        elif word == "unique" or (word == "duplicate" and before in ("no", "without", "allow")):
            first = at - (word == "duplicate")
            is_counted = sentence.is_figure(at - 1) or before in UNITS
            found = None if is_counted else _noun(sentence, at + 1)
            if found is not None:
                yield found, (first, found[1]), _is_denied(sentence, first) != (before == "allow")


def _has_noun(sentence: Sentence, at: int) -> bool:
    """Return whether "unique" belongs to the noun behind it: has unique e-mails."""
    return sentence.word(at - 1) in ("has", "have") and sentence.is_word(at + 1)


def _is_denied(sentence: Sentence, at: int) -> bool:
    """Return whether a word before denies what a token says; "no, …" answers what came before."""
    return any(_denies(sentence.word(k)) and sentence.word(k + 1) != "," for k in range(max(at - 5, 0), at))


def _denies(word: str) -> bool:
    return word in ("not", "no") or word.endswith("n't")


def _noun(sentence: Sentence, at: int) -> tuple[int, int] | None:
    """Return the noun of one or two words that begins at a token, up to a stop, a sign or its plural."""
    if sentence.word(at) in _OF_SCHEMAS:
        return None
    for end in (at, at + 1):
        if not sentence.is_word(end) or sentence.word(end) in STOPS:
            return (at, end) if end > at else None
        if is_plural(sentence.word(end)):
            return at, end + 1
    return at, at + 2


def read_rhythms(sentence: Sentence) -> Iterator[Rhythm]:
    """Yield how often rows come: hourly readings, every hour, every 15 minutes."""
    for at in range(len(sentence.tokens)):
        word = sentence.word(at)
        before = sentence.word(at - 1 - (sentence.word(at - 1) == "of"))
        if word in _RHYTHMS and before not in _CONTRASTS:
            found = noun_after(sentence, at + 1)
            if found is not None:
                quote, start = sentence.quote(at, found[1])
                yield Rhythm(quote=quote, start=start, things=sentence.quote(*found)[0], step=parse_step(_RHYTHMS[word]))
            elif word == "hourly" and _is_alone(sentence, at, at + 1):
                quote, start = sentence.quote(at, at + 1)
                yield Rhythm(quote=quote, start=start, things="", step=parse_step("h"))
        elif word == "every":
            yield from _every(sentence, at)


def _every(sentence: Sentence, at: int) -> Iterator[Rhythm]:
    number, last = 1.0, at + 1
    if sentence.is_figure(last) or sentence.word(last) in UNITS:
        number, last = UNITS.get(sentence.word(last), sentence.tokens[last].value), last + 1
    unit = sentence.word(last).removesuffix("s")
    if unit not in _STEPS or number != int(number) or not 1 <= number < 10_000:
        return
    if unit in ("day", "week", "month") and not _is_alone(sentence, at, last + 1):
        return
    if sentence.word(at + 1) == "second" and sentence.is_word(at + 2) and sentence.word(at + 2) not in STOPS:
        return  # every second customer
    quote, start = sentence.quote(at, last + 1)
    yield Rhythm(quote=quote, start=start, things="", step=parse_step(f"{int(number)}{_STEPS[unit]}"))


def _is_alone(sentence: Sentence, first: int, last: int) -> bool:
    """Return whether some tokens are a clause of their own."""
    before, after = sentence.word(first - 1), sentence.word(last)
    return before in ("", ",", ";", ":", "and") and after in ("", ",", ";", "but", "and")


def read_zone(sentence: Sentence) -> Iterator[Zone]:
    """Yield that times are in UTC."""
    for at in range(len(sentence.tokens)):
        if sentence.word(at) != "utc" or any(sentence.word(at - back) in _CONTRASTS for back in (1, 2, 3)):
            continue
        if sentence.word(at + 1) in ("+", "-", "−", "offset"):
            continue
        ends = [k + 1 for k in range(at, at + 5) if sentence.word(k) == "suffix"]
        first = at - (sentence.word(at - 1) == "in")
        quote, start = sentence.quote(first, ends[0] if ends else at + 1)
        yield Zone(quote=quote, start=start)
        return
