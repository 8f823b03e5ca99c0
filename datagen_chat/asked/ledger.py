"""What a person stated over the turns of a conversation: what stands, what it replaced, and what a schema makes of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from datagen_chat.asked.carried import carrying
from datagen_chat.asked.counts import Count
from datagen_chat.asked.each import Each
from datagen_chat.asked.ground import Ground
from datagen_chat.asked.nouns import stems
from datagen_chat.asked.numbers import Amount
from datagen_chat.asked.periods import Period
from datagen_chat.asked.reading import Doubted, Heard, Loose, Overruled
from datagen_chat.asked.rules import Rhythm
from datagen_chat.asked.shares import Share
from datagen_chat.asked.spoken import Spoken, names, subject
from datagen_chat.asked.statements import Statement, Tie
from datagen_chat.asked.withdrawn import Withdrawal
from datagen_chat.frozen import dataclass
from datagen_chat.preview import Preview
from datagen_chat.problems import value_at
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset

MISSED = ("open", "unplaced")
"""The states of statements that a person should look at."""

_MOST_LATER = 20
_TELLING = 13  # smaller numbers stand in every schema


@dataclass(frozen=True, slots=True)
class Entry:
    """A statement that stands, the one about the same thing that it replaced, and later numbers that may have changed it.

    `is_doubted` says that the schema was changed where it held the statement, by a turn that may have asked for that.
    """

    statement: Statement
    before: Statement | None = None
    later: tuple[Amount, ...] = ()
    is_doubted: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A statement with what a schema makes of it; `broke` says that the schema before had it."""

    entry: Entry
    tie: Tie
    broke: bool = False

    @property
    def statement(self) -> Statement:
        """What was stated."""
        return self.entry.statement

    @property
    def quote(self) -> str:
        """The person's words."""
        return self.entry.statement.quote

    @property
    def reason(self) -> str:
        """What the schema makes of it, in words."""
        return f"{self.tie.reason}; the schema before held it" if self.broke else self.tie.reason


def standing(messages: Iterable[Sequence[Heard]]) -> tuple[Entry, ...]:
    """Return the statements of some messages that still stand, in the order in which their things came up."""
    known: dict[Hashable, Entry] = {}
    for heard in messages:
        _take(known, heard)
    return tuple(known.values())


def _take(known: dict[Hashable, Entry], heard: Sequence[Heard]) -> None:
    """Take up one message: it replaces and withdraws what was stated before, and one that contradicts itself states nothing."""
    fresh: dict[Hashable, list[Statement]] = {}
    loose: list[Amount] = []
    for one in heard:
        if isinstance(one, Loose):
            loose.append(one.amount)
        elif isinstance(one, Statement):
            fresh.setdefault(one.key, []).append(one)
        else:
            _weaken(known, one)
    shares = [one.amount for said in fresh.values() for one in said if isinstance(one, Share)]  # a failure rate after "5% fail"
    for key, entry in known.items():
        known[key] = replace(entry, later=(*entry.later, *loose, *shares)[-_MOST_LATER:])
    for key, said in fresh.items():
        if len({one.said for one in said}) > 1:
            known.pop(key, None)
        else:
            _put(known, said[-1], tuple(loose[-_MOST_LATER:]))


def _weaken(known: dict[Hashable, Entry], one: Withdrawal | Overruled | Doubted | Spoken) -> None:
    """Take back or doubt what was stated before."""
    if isinstance(one, Overruled):
        known.pop(one.key, None)
    elif isinstance(one, Doubted) and one.key in known:
        known[one.key] = replace(known[one.key], is_doubted=True)
    elif isinstance(one, Withdrawal):
        for key in _taken_back(known, one):
            del known[key]


def _put(known: dict[Hashable, Entry], said: Statement, loose: tuple[Amount, ...]) -> None:
    """Put a statement in the place of what was stated of the same thing; what it cannot stand beside is dropped.

    `loose` are the numbers without a thing that its message has too.
    """
    clashing = [key for key, entry in known.items() if key != said.key and entry.statement.clashes(said)]
    for key in clashing:
        del known[key]
    key, before = (said.key, known[said.key]) if said.key in known else _same(known, said)
    if before is not None and isinstance(said, Count) and said.is_more:
        del known[key]  # a hundred more than there were
    elif not (clashing and isinstance(said, Count)):
        changed = None if before is None or before.statement.said == said.said else before.statement
        known[key] = Entry(said, changed or (None if before is None else before.before), loose)


def _taken_back(known: Mapping[Hashable, Entry], said: Withdrawal) -> list[Hashable]:
    """Return the keys of what no longer holds; shares of the same things change together."""
    if not said.stem:
        return [key for key, entry in known.items() if isinstance(entry.statement, Count | Each)]
    found = {key: entry.statement for key, entry in known.items() if entry.statement.is_about(said.stem)}
    wholes = {stems(share.of) for share in found.values() if isinstance(share, Share)}
    more = [key for key, entry in known.items() if isinstance(entry.statement, Share) and stems(entry.statement.of) in wholes]
    return list(dict.fromkeys((*found, *more)))


def _same(known: Mapping[Hashable, Entry], said: Statement) -> tuple[Hashable, Entry | None]:
    """Return the only statement of the same sort that a later one, which names its thing in fewer words, can mean.

    "200 sensors" after "1000 temperature sensors", "all of 2025" after "orders in 2024", "every hour" after "daily readings".
    """
    words = stems(said.topic) if isinstance(said, Count) else stems(said.subject) if isinstance(said, Period) else ()
    if not words and not (isinstance(said, Period) or (isinstance(said, Rhythm) and not said.things)):
        return said.key, None
    alike = [(key, entry) for key, entry in known.items() if type(entry.statement) is type(said)]
    alike = [(key, entry) for key, entry in alike if not isinstance(said, Rhythm) or entry.statement.said != said.said]
    meant = [(key, entry) for key, entry in alike if not words or stems(entry.statement.topic)[-len(words) :] == words]
    return meant[0] if len(meant) == 1 else (said.key, None)


@dataclass(frozen=True, slots=True)
class Held:
    """A schema as the ledger is held against it: the dataset, its JSON, and its sizes.

    `tried` has the states of its checks by name; `measured` what the data said to the queries of statements, by their words.
    """

    dataset: Dataset
    draft: Any
    preview: Preview
    tried: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[str, Measure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """What the data said to a statement: whether it holds, what was found, and what is wanted."""

    is_held: bool
    found: str
    wanted: str


def lines(entries: Iterable[Entry], now: Held, before: Held | None = None) -> tuple[Line, ...]:
    """Return the statements with what a schema makes of each."""
    ground = _ground(now)
    past = None if before is None else _ground(before)

    def broke(statement: Statement) -> bool:
        return past is not None and before is not None and tied(statement, past, before).state == "held"

    ties = [(entry, _tied_as_late(entry, ground, now)) for entry in entries]
    return tuple(Line(entry, tie, tie.state in MISSED and broke(entry.statement)) for entry, tie in ties)


def _tied_as_late(entry: Entry, ground: Ground, now: Held) -> Tie:
    """Return what a schema makes of a statement; it is not open where a number said later is what the schema holds."""
    tie = tied(entry.statement, ground, now)
    revised = (one for later in entry.later for one in entry.statement.revised(later))
    if entry.is_doubted and tie.state in MISSED:
        return Tie("unsure", f"{tie.reason}, as may have been asked for later", tie.at)
    if tie.state == "open" and any(one.tie(ground).state == "held" for one in revised):
        return Tie("unsure", f"{tie.reason}, as may have been said later", tie.at)
    return tie


def doubted(
    messages: Sequence[Sequence[Heard]], entries: Iterable[Entry], now: Held, before: Held | None
) -> Iterator[Hashable]:
    """Yield the keys of the statements that a schema does not hold since messages which may have asked for that."""
    ground, past = _ground(now), None if before is None else _ground(before)
    moved = [
        (entry, spoken, where)
        for entry in entries
        if (spoken := _since(messages, entry.statement)) and (where := _moved(entry.statement, (ground, now), (past, before)))
    ]
    if not moved:
        return  # the words of large schemas take a while
    known = names(ground, past)
    for entry, spoken, where in moved:
        one = subject(entry.statement, *where)
        is_named = before is None and any(known.are_named(one, each, is_bare=False) for each in spoken)
        if is_named or (before is not None and known.are_spoken_of(one, spoken)):
            yield entry.statement.key


def _moved(
    statement: Statement, now: tuple[Ground, Held], before: tuple[Ground | None, Held | None]
) -> tuple[Ground, str] | None:
    """Return the schema that a statement was tied to before, and where, if the next one does not hold it and is other there."""
    tie, (past, old_held) = tied(statement, *now), before
    if tie.state == "held":
        return None
    if past is None or old_held is None:
        return now[0], tie.at
    old = tied(statement, past, old_held)
    is_other = tie.state != old.state or _part(now[1], tie) != _part(old_held, old)
    return (past, old.at) if is_other else None


def _since(messages: Sequence[Sequence[Heard]], statement: Statement) -> list[Spoken]:
    """Return what messages speak of behind the last one that states something."""
    last = max((k for k, heard in enumerate(messages) if statement in heard), default=-1)
    return [one for heard in messages[last + 1 :] for one in heard if isinstance(one, Spoken)]


def _part(held: Held, tie: Tie) -> Any:
    """Return the part of a schema that a statement is tied to, if it is tied to any."""
    try:
        return value_at(held.draft, tie.at) if tie.at else None
    except (LookupError, ValueError):
        return None


def left(entries: Iterable[Entry], now: Held, spoken: Spoken) -> Iterator[Hashable]:
    """Yield the keys of the statements that a schema does not hold and a message leaves so."""
    ground = _ground(now)
    for entry in entries:
        tie = tied(entry.statement, ground, now)
        if tie.state != "held" and spoken.leaves(subject(entry.statement, ground, tie.at)):
            yield entry.statement.key


def named(entry: Entry, now: Held, spoken: Spoken) -> bool:
    """Return whether a message names what a statement is about, or says a number of nothing else that is known."""
    ground = _ground(now)
    tie = tied(entry.statement, ground, now)
    return names(ground).are_named(subject(entry.statement, ground, tie.at), spoken)


def missing(found: str, wanted: str) -> str:
    """Return in words what the data said to a query that it fails: how many rows are not so, or the number it gave.

    >>> missing("12", "0"), missing("0.2", "from 0.04 to 0.06")
    ('12 rows are not so', '0.2 instead of from 0.04 to 0.06')
    """
    if wanted == "0":
        return "1 row is not so" if found == "1" else f"{found} rows are not so"
    return f"{found} instead of {wanted}"


def _ground(held: Held) -> Ground:
    return Ground(Index(held.dataset), held.draft, held.preview)


def tied(statement: Statement, ground: Ground, held: Held) -> Tie:
    """Return what a schema makes of a statement: by its tables and columns, else by the check that asks for it."""
    tie = statement.tie(ground)
    if tie.state == "held":
        return tie
    measure = held.measured.get(statement.quote) if tie.state == "unsure" and tie.probe is not None else None
    if measure is not None:
        if measure.is_held:
            return replace(tie, state="held", reason="the data is so")
        return replace(tie, state="open", reason=missing(measure.found, measure.wanted))
    carried = carrying(statement, held.dataset, held.tried)
    if carried is None:
        return _elsewhere(statement, ground) or tie if tie.state == "unplaced" else tie
    return tie if tie.state == "open" and carried.state != "held" else carried


def _elsewhere(statement: Statement, ground: Ground) -> Tie | None:
    """Return where the numbers of a statement stand though nothing is called as it says: they may be meant there."""
    amount = getattr(statement, "amount", None)
    found = [ground.number(number) for number in amount.numbers] if isinstance(amount, Amount) else []
    if not found or not all(found) or (isinstance(amount, Amount) and max(amount.numbers) < _TELLING):
        return None
    return Tie("unsure", "nothing is called so, but its number stands in the schema", found[0])
