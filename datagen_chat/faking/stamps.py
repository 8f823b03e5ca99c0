"""Days and times written out as text by a pattern of `strftime`."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from datagen_chat.draws import Key
from datagen_chat.faking.compiled import compile_grammar
from datagen_chat.faking.grammar import Branch, Grammar, Part, Pool
from datagen_chat.faking.guide import CELLS
from datagen_chat.faking.source import Source
from datagen_chat.faking.times import EPOCH, check_order, moment

Args = Mapping[str, Any]
OF_DAY = frozenset("aAwdbBmyYjUWuVG%")
MOST_DAYS = CELLS
"""Further ends, beyond the year 2149, are left to Faker: each day is a word, and more words are not told apart by cells."""
TIMES = {"H": 24, "M": 60, "S": 60}
MICROSECONDS = (
    Pool("millisecond", tuple(f"{n:03d}" for n in range(1000))),
    Pool("microsecond", tuple(f"{n:03d}" for n in range(1000))),
)
_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)


def grammar_of(pattern: str, end: datetime.datetime) -> Grammar | None:
    """Return what `strftime` writes for an even draw of times since 1970; None for a pattern of other directives.

    Directives of the day stand in one stretch, those of the time each for itself: the parts of a time are independent.
    """
    letters = _DIRECTIVE.findall(pattern)
    if pattern.endswith("%") and len(pattern) - len(pattern.rstrip("%")) & 1:
        return None
    if set(letters) <= OF_DAY:
        return Grammar((_days(pattern, end),), (Branch(1.0, (0,)),))
    if end.time() not in (datetime.time(0), datetime.time(23, 59, 59)) or len(set(letters)) < len(letters):
        return None
    if not set(letters) <= {*TIMES, "f"}:
        day, separator, rest = pattern.partition("T")
        if not separator or not set(_DIRECTIVE.findall(day)) <= OF_DAY or not set(_DIRECTIVE.findall(rest)) <= {*TIMES, "f"}:
            return None
        return _grammar([_days(day, end), "T", *_times(rest)])
    return _grammar(list(_times(pattern)))


def _grammar(atoms: list[str | Pool]) -> Grammar:
    pools = [atom for atom in atoms if isinstance(atom, Pool)]
    parts: list[Part] = [atom if isinstance(atom, str) else pools.index(atom) for atom in atoms]
    return Grammar(tuple(pools), (Branch(1.0, tuple(parts)),))


def _days(pattern: str, end: datetime.datetime) -> Pool:
    counts: dict[str, int] = {}
    for ordinal in range(EPOCH.toordinal(), end.toordinal() + 1):
        word = datetime.date.fromordinal(ordinal).strftime(pattern)
        counts[word] = counts.get(word, 0) + 1
    weights = None if len(set(counts.values())) == 1 else tuple(float(count) for count in counts.values())
    return Pool("date", tuple(counts), weights)


def _times(pattern: str) -> Iterator[str | Pool]:
    at = 0
    for directive in _DIRECTIVE.finditer(pattern):
        if directive.start() > at:
            yield pattern[at : directive.start()]
        letter = directive.group(1)
        if letter == "f":
            yield from MICROSECONDS
        else:
            yield Pool(letter, tuple(f"{n:02d}" for n in range(TIMES[letter])))
        at = directive.end()
    if at < len(pattern):
        yield pattern[at:]


def _source(pattern: str, args: Args, key: Key) -> Source | None:
    end = moment("now" if args.get("end_datetime") is None else args["end_datetime"])
    check_order(EPOCH, end)
    grammar = grammar_of(pattern, end) if (end - EPOCH).days < MOST_DAYS else None
    return None if grammar is None else compile_grammar(grammar, key)


def date(args: Args, key: Key) -> Source | None:
    """`date`: a day since 1970 by a pattern."""
    return _source(args.get("pattern", "%Y-%m-%d"), args, key)


def time(args: Args, key: Key) -> Source | None:
    """`time`: a time of day by a pattern."""
    return _source(args.get("pattern", "%H:%M:%S"), args, key)


def time_object(args: Args, key: Key) -> Source | None:
    """`time_object`: a time of day with microseconds."""
    return _source("%H:%M:%S.%f", args, key)


def iso8601(args: Args, key: Key) -> Source | None:
    """`iso8601`: a time since 1970 as ISO 8601 writes it."""
    if args.get("sep", "T") != "T" or args.get("timespec", "auto") not in ("auto", "microseconds", "seconds"):
        return None
    return _source("%Y-%m-%dT%H:%M:%S" + ("" if args.get("timespec") == "seconds" else ".%f"), args, key)


def written(pattern: str) -> Callable[[Args, Key], Source | None]:
    """Return the kernel of a part of the date."""
    return lambda args, key: _source(pattern, args, key)


def am_pm(_: Args, key: Key) -> Source:
    """`am_pm`: either half of the day."""
    return compile_grammar(Grammar((Pool("am_pm", ("AM", "PM")),), (Branch(1.0, (0,)),)), key)
