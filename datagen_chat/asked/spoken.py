"""What a message speaks of, beyond what is read from it for sure: a change that answers it may have been asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from datagen_chat.asked.counts import Count
from datagen_chat.asked.each import Each
from datagen_chat.asked.ground import Ground
from datagen_chat.asked.lexicon import FRACTIONS, MONTHS, SCALES, STOPS, TENS, TIMES, UNITS, vocabulary
from datagen_chat.asked.nouns import is_plural, root, stems
from datagen_chat.asked.periods import Period
from datagen_chat.asked.statements import Statement
from datagen_chat.asked.words import Token, tokens
from datagen_chat.frozen import dataclass
from datagen_chat.problems import parts_of

_MOST, _FIRST, _ENOUGH = 2_000, 5, 4
_AGREEING = vocabulary("yes yep yeah ok okay sure fine agreed please ahead do good great perfect ja oui sí")
_JOINTS = frozenset((",", "and", "but", "then", "&", "und"))
_CHATTER = vocabulary(
    "great good nice fine well looks look sounds thanks thank perfect cool super hi hello hey hmm hm oh ah right wrong "
    "wonderful awesome love excellent ok okay sure yes yep no nope sorry finally lastly finish continue go do done keep it "
    "everything all rest else leave stay stays remain remains never mind care matter alright acceptable enough whatever "
    "sth something thing things table tables column columns schema data dataset"
)
_SIZES = FRACTIONS.keys() | vocabulary(
    "more fewer less many few much double doubled triple tripled halve halved twice thrice half big bigger large larger small "
    "smaller increase reduce decrease raise lower lots plenty tons enough additional extra another size amount number count "
    "total grow shrink scale"
)
_KEEPING = vocabulary("keep leave stay stays remain remains whatever")
_AS_IS = (" as is ", " as it is ", " as they are ", " never mind ", "n't care ", "n't matter ")
_FINE = vocabulary("fine ok okay alright acceptable enough")
_SPANS = vocabulary("period timeframe time start starts end ends since until till from begin begins later earlier") | TIMES
_NUMBERS = (UNITS.keys() - {"one"}) | TENS.keys() | SCALES.keys()


@dataclass(frozen=True, slots=True)
class Clause:
    """The content words of a clause, as roots; `plurals` are those that can be things, which are counted.

    `has_size` says that a word makes something more or fewer, which is a number too; `is_read` that the words are a statement,
    one of a number of things if it has one.
    """

    words: frozenset[str]
    plurals: frozenset[str] = frozenset()
    has_number: bool = False
    has_size: bool = False
    has_time: bool = False
    is_read: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a message speaks of; one without any clause may speak of all: a long one, or a yes to what was proposed.

    `left` are the words of what it leaves as it is, and `leaves_all` says that this is everything.
    """

    clauses: tuple[Clause, ...] = ()
    left: frozenset[str] = frozenset()
    leaves_all: bool = False

    def leaves(self, one: Subject) -> bool:
        """Return whether a message leaves what a statement is about as it is: prices are fine, keep it so."""
        is_value = any(_begins(word, value) for value in one.values for word in self.left)
        return self.leaves_all or is_value or not self.left.isdisjoint(one.own | one.table)


def read_spoken(text: str, statements: Sequence[Statement], question: str = "") -> Spoken:
    """Return what a message speaks of; `statements` are what was read from it, `question` is what it answers."""
    known = list(islice(tokens(text), _MOST + 1))
    if len(known) > _MOST or ("?" in question and any(token.lower in _AGREEING for token in known[:_FIRST])):
        return Spoken()
    unread = list(_clauses(_unread(known, statements)))
    clauses = [*map(_clause, unread), *(_said(statement) for statement in statements)]
    spoken = tuple(clause for clause in clauses if clause != Clause(frozenset()))
    left = [(_clause(clause).words, _is_kept(clause)) for clause in unread if _is_kept(clause) or _is_fine(clause)]
    leaves_all = any(not words and (is_kept or not spoken) for words, is_kept in left)
    return Spoken(spoken, frozenset().union(*(words for words, _ in left)), leaves_all)


def _is_kept(known: Sequence[Token]) -> bool:
    """Return whether a clause says that something stays as it is."""
    plain = [token.lower for token in known]
    return not _KEEPING.isdisjoint(plain) or any(phrase in f" {' '.join(plain)} " for phrase in _AS_IS)


def _is_fine(known: Sequence[Token]) -> bool:
    plain = [token.lower for token in known]
    return not _FINE.isdisjoint(plain) and not any(word in ("not", "no") or word.endswith("n't") for word in plain)


def _unread(known: Sequence[Token], statements: Sequence[Statement]) -> Iterator[Token]:
    """Yield the tokens that belong to no statement."""
    covered = {place for said in statements for place in range(said.start, said.start + len(said.quote))}
    yield from (token for token in known if token.start not in covered)


def _clauses(known: Iterable[Token]) -> Iterator[list[Token]]:
    clause: list[Token] = []
    for token in known:
        if token.kind == "end" or token.lower in _JOINTS:
            yield clause
            clause = []
        else:
            clause.append(token)
    yield clause


def _clause(known: Sequence[Token]) -> Clause:
    plain = [token.lower for token in known]
    has_size = not _SIZES.isdisjoint(plain)
    names = [word for token in known if token.kind == "word" and token.lower not in _CHATTER for word in _content(token.text)]
    return Clause(
        frozenset(map(root, names)),
        frozenset(root(word) for word in plain if is_plural(word) and word not in _CHATTER),
        has_size or any(token.kind in ("number", "other") or token.lower in _NUMBERS for token in known),
        has_size,
        any(token.kind in ("number", "date") or token.lower in _SPANS or token.lower in MONTHS for token in known),
    )


def _said(statement: Statement) -> Clause:
    """Return what a statement speaks of: a number of things, of these only."""
    if isinstance(statement, Count | Each):
        return Clause(frozenset(map(root, _content(statement.topic))), has_number=True, is_read=True)
    words = frozenset(map(root, _content(f"{statement.topic} {statement.quote}")))
    return Clause(words, has_time=isinstance(statement, Period), is_read=True)


def _content(text: str) -> list[str]:
    words = stems(text.replace(".", " "))
    return [word for word in words if word not in STOPS and word not in _CHATTER and not word.isdigit()]


@dataclass(frozen=True, slots=True)
class Subject:
    """A statement with the words of its own, those of its table, and the values of its column."""

    statement: Statement
    own: frozenset[str]
    table: frozenset[str]
    values: frozenset[str] = frozenset()


def subject(statement: Statement, ground: Ground, at: str) -> Subject:
    """Return what a message that speaks of a statement names; `at` is where a schema carries it."""
    table, column = _names(ground, at)
    of = {statement.of, *ground.index.tables[table].parents} if isinstance(statement, Each) and table else set()
    tables = _roots(table, *of)
    topic = statement.topic if isinstance(statement, Count | Each) else f"{statement.topic} {statement.quote}"
    own = frozenset(map(root, _content(topic))) | _roots(column)
    values = _roots(*ground.values_of((table, column))) if column else frozenset()
    if isinstance(statement, Count | Each) and not tables:
        return Subject(statement, own, own)
    return Subject(statement, own - tables, tables, values)


def _names(ground: Ground, at: str) -> tuple[str, str]:
    """Return the table and the column that a pointer leads into."""
    parts = parts_of(at)
    if len(parts) < 2 or parts[0] != "nodes":
        return "", ""
    table = ground.index.dataset.nodes[int(parts[1])]
    is_column = len(parts) > 3 and parts[2] == "columns"
    return table.id, table.columns[int(parts[3])].name if is_column else ""


def _roots(*names: str) -> frozenset[str]:
    return frozenset(root(word) for name in names for word in stems(name))


@dataclass(frozen=True, slots=True)
class Names:
    """The words of the names and values of a schema, and of those that a turn has changed, as roots."""

    known: frozenset[str]
    changed: frozenset[str] = frozenset()

    def are_spoken_of(self, one: Subject, spoken: Iterable[Spoken]) -> bool:
        """Return whether messages may ask for a change of a statement: they name it, or no other thing that has changed."""
        return any(not each.clauses or any(self._speaks(clause, one) for clause in each.clauses) for each in spoken)

    def _speaks(self, clause: Clause, one: Subject) -> bool:
        is_count = isinstance(one.statement, Count | Each)
        if is_count and clause.is_read and not clause.has_number:
            return False
        if not clause.is_read and any(_begins(word, value) for value in one.values for word in clause.words):
            return True  # with one of the values all shares change
        if clause.words & one.own or (clause.has_time and isinstance(one.statement, Period)):
            return True
        if clause.words & one.table:
            return clause.has_number or not clause.words & (self.changed - one.table)
        if is_count and clause.plurals - self.known:
            return True  # another name for the things, perhaps
        return not (clause.is_read or clause.words & (self.changed - one.own - one.table))

    def are_named(self, one: Subject, spoken: Spoken, *, is_bare: bool = True) -> bool:
        """Return whether a message names a statement, or says a size, and if `is_bare` any number, of nothing that is known."""
        return any(self._names(clause, one, is_bare=is_bare) for clause in spoken.clauses)

    def _names(self, clause: Clause, one: Subject, *, is_bare: bool) -> bool:
        if clause.is_read and not clause.has_number and isinstance(one.statement, Count | Each):
            return False
        if clause.words & one.own or (clause.has_time and isinstance(one.statement, Period)):
            return True
        is_other = bool(clause.words & self.known)
        return (
            clause.has_number
            if clause.words & one.table
            else (clause.has_number if is_bare else clause.has_size) and not is_other
        )


def _begins(word: str, value: str) -> bool:
    """Return whether a word is that of a value, or formed from it: cancellation of cancelled."""
    return word == value or (len(value) >= _ENOUGH and word.startswith(value))


def names(now: Ground, before: Ground | None = None) -> Names:
    """Return the words of a schema and, where the one before it is given, of both, and what is not the same in them."""
    common = _SIZES | _SPANS  # "double the amount" is not about a column of that name
    if before is None:
        return Names(now.words - common)
    return Names((now.words | before.words) - common, _changed(before, now) - common)


def _changed(before: Ground, now: Ground) -> frozenset[str]:
    """Return the words of the tables and columns that are not the same in two schemas."""
    grounds = (before, now)
    tables = {
        name
        for one, other in (grounds, grounds[::-1])
        for name, table in one.index.tables.items()
        if name not in other.index.tables or other.index.tables[name].model_copy(update={"columns": table.columns}) != table
    }
    places = {
        place
        for one, other in (grounds, grounds[::-1])
        for place, column in one.index.columns.items()
        if other.index.columns.get(place) != column
    }
    values = [
        value for ground in grounds for place in places & ground.index.columns.keys() for value in ground.values_of(place)
    ]
    return _roots(*tables, *(column for _, column in places), *values)
