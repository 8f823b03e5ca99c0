"""User names and e-mail addresses made from the names of each row's person, in the forms that Faker gives them."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, bits, key
from datagen_chat.faking.compiled import Index, Joined, Row
from datagen_chat.faking.grammar import Branch, Grammar, Part, Pool
from datagen_chat.faking.guide import guide
from datagen_chat.faking.people import FIRST, LAST, People
from datagen_chat.faking.persons import Named, Persons
from datagen_chat.faking.source import Kind, Numbered
from datagen_chat.faking.store import grammar_for
from datagen_chat.frozen import dataclass
from datagen_chat.values import Text

Tail = tuple[str | Pool, ...]
DOMAINS = {"safe": "safe_domain_name", "free": "free_email_domain", "company": "domain_name"}
DIGIT = Pool("digit", tuple("0123456789"))
NUMBERS = 3
"""The number of the first code that is handed in for the digits of a number, in groups of three."""
GROUP = 1000
GROUPS = 4
_48 = np.uint64(48)


@dataclass(frozen=True)
class Contact:
    """Addresses of each row's person. `numbered` ends each name in a number of its own, so that no two are the same.

    Without it a name ends in two digits wherever it is a first name alone.
    """

    persons: Persons
    key: Key
    tails: tuple[tuple[float, Tail], ...]
    numbered: Numbered | None = None
    kind: Kind = "string"

    @cached_property
    def _joined(self) -> Joined:
        grammar = address_grammar(self.persons.people, self.tails, self.numbered is not None)
        return Joined(key(self.key, "tail"), grammar, is_branch_drawn=False)

    @cached_property
    def _branches(self) -> NDArray[np.uint16]:
        return guide([branch.weight for branch in self._joined.grammar.branches])

    def sample(self, rows: RowNumbers) -> Text:
        """Return the addresses of these rows."""
        return self.of(rows, self.persons.draw(rows))

    def of(self, rows: RowNumbers, drawn: Named) -> Text:
        """Return the addresses of people who have been drawn."""
        numbers = () if self.numbered is None else in_groups(self.numbered(rows))
        return self._joined.told(rows, Row(self._branch(rows), (drawn.first, drawn.last, *numbers)))

    def _branch(self, rows: RowNumbers) -> Index:
        return self._branches.take((bits(key(self.key, "branch"), rows) >> _48).view(np.int64)).astype(np.int64)

    def stems(self, rows: RowNumbers) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
        """Return a hash of each row's address without its number, and whether it is too bare to go without one."""
        branch, drawn = self._branch(rows), self.persons.draw(rows)
        none = np.zeros(len(rows), np.int64)
        codes = self._joined.codes(rows, Row(branch, (drawn.first, drawn.last, *in_groups(none))))
        multiplier, summand = self._hashes
        found = np.zeros(len(rows), np.uint64)
        for token in range(codes.shape[1]):
            found *= multiplier.take(codes[:, token])
            found += summand.take(codes[:, token])
        return found, self._is_bare.take(branch)

    @cached_property
    def _is_bare(self) -> NDArray[np.bool_]:
        last = {n for n, pool in enumerate(self._joined.grammar.pools) if pool.given == LAST}
        return np.array([not last & set(branch.parts) for branch in self._joined.grammar.branches])

    @cached_property
    def _hashes(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        return word_hashes(self._joined.layout.words)


BASE = np.uint64(0x9E3779B97F4A7C15)


def word_hashes(words: pa.StringArray) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return, for each word, what a hash of the text before it is multiplied by, and what is added.

    A text has the same hash however it is cut into words: the hash is a polynomial in the text's bytes.
    """
    _, offsets, text = words.buffers()
    starts = np.frombuffer(offsets, np.int32)[words.offset : words.offset + len(words) + 1]
    data, lengths = np.frombuffer(text, np.uint8), np.diff(starts)
    multipliers, summands = np.ones(len(words), np.uint64), np.zeros(len(words), np.uint64)
    for place in range(int(lengths.max(initial=0))):
        longer = np.flatnonzero(lengths > place)
        multipliers[longer] *= BASE
        summands[longer] = summands[longer] * BASE + data.take(starts[longer] + place) + np.uint64(1)
    return multipliers, summands


def in_groups(numbers: Index) -> tuple[Index, ...]:
    """Return numbers as the codes of their digits in groups of three, the highest group first; 0 has no digits.

    >>> [codes.tolist() for codes in in_groups(np.array([0, 42, 7042]))]
    [[0, 0, 0], [0, 0, 0], [0, 0, 7], [0, 42, 1042]]
    """
    codes, rest = [], numbers
    for _ in range(GROUPS):
        higher = rest // GROUP
        codes.append(rest - higher * GROUP + GROUP * (higher > 0))
        rest = higher
    return tuple(reversed(codes))


@functools.cache
def _digit_groups(given: int) -> Pool:
    """Return the words of a group of digits: none, without leading zeros, or with them where higher groups come first."""
    words = ("", *(str(n) for n in range(1, GROUP)), *(f"{n:03d}" for n in range(GROUP)))
    return Pool("number", words, given=given)


@functools.lru_cache(maxsize=64)
def address_grammar(people: People, tails: tuple[tuple[float, Tail], ...], is_numbered: bool) -> Grammar:
    """Return the forms of addresses: initial and last name, first name and digits, or both names in either order."""
    spelling = people.spelling
    firsts = tuple(spelling[name] for name in people.firsts)
    first = Pool("first_name", firsts, given=FIRST)
    initial = Pool("initial", tuple(name[:1] for name in firsts), given=FIRST)
    last = Pool("last_name", tuple(spelling[name] for name in people.lasts), given=LAST)
    number = tuple(_digit_groups(NUMBERS + group) for group in range(GROUPS)) if is_numbered else ()
    digits = number or (DIGIT, DIGIT)
    heads = ((initial, last, *number), (first, *digits), (first, last, *number), (last, first, *number))
    pools: dict[Pool, int] = {}
    branches = []
    for head in heads:
        for weight, tail in tails:
            parts = tuple(pools.setdefault(p, len(pools)) if isinstance(p, Pool) else p for p in (*head, *tail))
            branches.append(Branch(weight, parts))
    return Grammar(tuple(pools), tuple(branches))


def tails_of(method: str, locale: str, args: Mapping[str, Any]) -> tuple[tuple[float, Tail], ...]:
    """Return what follows the name in addresses that a method makes, each with its weight; nothing in a user name."""
    if method == "user_name":
        return ((1.0, ()),)
    if args.get("domain"):
        return ((1.0, (f"@{args['domain']}".lower(),)),)
    is_safe = args.get("safe", True)
    found = grammar_for(method, locale, {}) if is_safe else None
    tails: dict[Tail, float] = {}
    for weight, tail in _named(method, locale, is_safe) if found is None else _cut(found):
        tails[tail] = tails.get(tail, 0.0) + weight
    return tuple((weight, tail) for tail, weight in tails.items())


def _cut(grammar: Grammar) -> Iterator[tuple[float, Tail]]:
    """Yield what the branches of a grammar say from the @ on."""
    for branch in grammar.branches:
        place = next(n for n, part in enumerate(branch.parts) if isinstance(part, str) and "@" in part)
        head = str(branch.parts[place])
        yield branch.weight, (head[head.index("@") :], *_pools(grammar, branch.parts[place + 1 :]))


def _named(method: str, locale: str, is_safe: bool) -> Iterator[tuple[float, Tail]]:
    """Yield the domains of a method by the names of what makes them; where the method says nothing, safe ones or any."""
    named = [kind for kind in DOMAINS if kind in method.split("_")]
    for kind in named or (["safe"] if is_safe else ["free", "company"]):
        found = grammar_for(DOMAINS[kind], locale, {}) or grammar_for(DOMAINS[kind], "en_US", {})
        assert found is not None
        for branch in found.branches:
            yield branch.weight, ("@", *_pools(found, branch.parts))


def _pools(grammar: Grammar, parts: tuple[Part, ...]) -> Tail:
    return tuple(grammar.pools[part] if isinstance(part, int) else part for part in parts)
