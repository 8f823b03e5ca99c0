"""Texts of a grammar of which no two are the same: each row takes one combination of words, by a permutation of row numbers.

That is enough where a text tells its combination: where reading it from the left, each word's end is certain, and no two forms
say the same. What cannot be told apart for certain is left out.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import count, islice, pairwise, product

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, bits, key, numbers_of
from datagen_chat.faking.compiled import Joined, Row
from datagen_chat.faking.grammar import CHECK, Branch, Check, Grammar, Part, Pool
from datagen_chat.faking.guide import guide
from datagen_chat.faking.source import Kind
from datagen_chat.frozen import dataclass
from datagen_chat.permutation import permuted
from datagen_chat.values import Text

Parts = tuple[str | Pool, ...]
STEP = 1000
"""Combinations are laid out for a power of this, so that a few more rows leave those of the earlier ones as they are."""
MOST_FORMS = 40
"""Forms that are compared with one another; French telephone numbers have a thousand."""
FUSED = 1000
"""Words of neighbouring pools that are drawn as one, at most."""
_48 = np.uint64(48)


@dataclass(frozen=True, slots=True)
class Form:
    """One form of the text whose words can be read again; check digits stand as a pool that is not drawn."""

    weight: float
    parts: Parts
    check: Check | None

    def drawn(self) -> list[int]:
        """Return the places of the pools that are drawn."""
        return [n for n, part in enumerate(self.parts) if isinstance(part, Pool) and part.slot != _CHECK]

    def size(self) -> int:
        """Return how many different texts there are."""
        return math.prod(len(part.words) for part in self.parts if isinstance(part, Pool) and part.slot != _CHECK)


_CHECK = "check digits"


@functools.lru_cache(maxsize=64)
def forms_of(grammar: Grammar) -> tuple[Form, ...]:
    """Return the forms of a grammar whose words can be read again, the most frequent first."""
    found = (_form(grammar, branch) for branch in grammar.branches)
    return tuple(sorted((form for form in found if form is not None), key=lambda form: (-form.weight, -form.size())))


def _form(grammar: Grammar, branch: Branch) -> Form | None:
    """Return a branch as a form whose words can be read again; None when check digits forbid to leave any word out."""
    parts: list[str | Pool] = []
    for part in branch.parts:
        if part == CHECK and branch.check is not None:
            parts.append(Pool(_CHECK, branch.check.words))
        elif isinstance(part, int):
            parts.append(grammar.pools[part])
        else:
            parts.append(part)
    told = tuple(readable(parts))
    return None if branch.check is not None and told != tuple(parts) else Form(branch.weight, told, branch.check)


def merged(pool: Pool) -> Pool:
    """Return a pool with each of its words once, as likely as all its copies."""
    if len(set(pool.words)) == len(pool.words):
        return pool
    shares: dict[str, float] = {}
    for word, share in zip(pool.words, pool.shares(), strict=True):
        shares[word] = shares.get(word, 0.0) + share
    return replace(pool, words=tuple(shares), weights=tuple(shares.values()))


@functools.lru_cache(maxsize=256)
def prefix_free(pool: Pool) -> Pool:
    """Return a pool without the words that other words begin with."""
    ordered = sorted(pool.words)
    shorter = {first for first, second in pairwise(ordered) if second.startswith(first)}
    if not shorter:
        return pool
    kept = [n for n, word in enumerate(pool.words) if word not in shorter]
    weights = None if pool.weights is None else tuple(pool.weights[n] for n in kept)
    return replace(pool, words=tuple(pool.words[n] for n in kept), weights=weights)


def capacity(grammar: Grammar) -> int:
    """Return how many rows can have texts of which no two are the same."""
    return max((form.size() for form in forms_of(grammar)), default=0)


@dataclass(frozen=True)
class Distinct:
    """Texts of a grammar for so many rows, no two of them the same."""

    key: Key
    grammar: Grammar
    rows: int
    kind: Kind = "string"

    @cached_property
    def _forms(self) -> tuple[Form, ...]:
        """The forms that have enough texts, and that can be told from one another."""
        chosen: list[Form] = []
        for form in islice((form for form in forms_of(self.grammar) if form.size() >= self.rows), MOST_FORMS):
            if all(differ(form.parts, other.parts) for other in chosen):
                chosen.append(form)
        return tuple(_handed_in(form, self.rows) for form in chosen)

    @cached_property
    def _sizes(self) -> list[list[int]]:
        """How many words each pool has whose codes are handed in, form by form."""
        return [[len(p.words) for p in form.parts if isinstance(p, Pool) and p.given] for form in self._forms]

    @cached_property
    def _joined(self) -> Joined:
        return Joined(key(self.key, "more"), _grammar(self._forms), is_branch_drawn=False)

    @cached_property
    def _branches(self) -> NDArray[np.uint16]:
        return guide([form.weight for form in self._forms])

    def sample(self, rows: RowNumbers) -> Text:
        """Return the texts of these rows."""
        numbers = numbers_of(rows)
        branch = self._branches.take((bits(key(self.key, "form"), rows) >> _48).view(np.int64)).astype(np.int64)
        given = [np.zeros(len(rows), np.int64) for _ in range(max(map(len, self._sizes)))]
        for form, sizes in enumerate(self._sizes):
            here = np.flatnonzero(branch == form)
            rest = permuted(key(self.key, "order", str(form)), numbers.take(here), math.prod(sizes))
            for place, size in enumerate(sizes):
                higher = rest // size
                given[place][here] = rest - higher * size
                rest = higher
        return self._joined.told(rows, Row(branch, given))


def _handed_in(form: Form, rows: int) -> Form:
    """Return a form in which so many pools are handed in as tell the rows apart; evenly likely words and many come first."""
    target = STEP
    while target < rows:
        target *= STEP
    parts, size = list(form.parts), 1
    for place in sorted(form.drawn(), key=lambda n: (parts[n].weights is not None, -len(parts[n].words))):  # type: ignore[union-attr] # they are pools
        if size >= target:
            break
        pool = parts[place]
        assert isinstance(pool, Pool)
        parts[place] = replace(pool, weights=None, given=1)
        size *= len(pool.words)
    fused = tuple(parts) if form.check is not None else tuple(_fused(parts))
    return replace(form, parts=tuple(_counted(fused)))


def _fused(parts: Sequence[str | Pool]) -> Iterator[str | Pool]:
    """Yield parts in which neighbouring pools that are handed in have become one, as long as it is small."""
    last: str | Pool = ""
    for part in parts:
        if _may_fuse(last, part):
            assert isinstance(last, Pool)
            assert isinstance(part, Pool)
            last = replace(part, words=tuple("".join(words) for words in product(last.words, part.words)))
            continue
        if last != "":
            yield last
        last = part
    yield last


def _may_fuse(first: str | Pool, second: str | Pool) -> bool:
    if isinstance(first, str) or isinstance(second, str) or not first.given or not second.given:
        return False
    return len(first.words) * len(second.words) <= FUSED


def _counted(parts: Sequence[str | Pool]) -> Iterator[str | Pool]:
    """Yield parts whose pools are handed in by numbers of their own."""
    numbers = count(1)
    for part in parts:
        yield replace(part, given=next(numbers)) if isinstance(part, Pool) and part.given else part


def _grammar(forms: Sequence[Form]) -> Grammar:
    numbers: dict[Pool, int] = {}
    branches = []
    for form in forms:
        parts: list[Part] = []
        for part in form.parts:
            is_drawn = isinstance(part, Pool) and part.slot != _CHECK
            parts.append(numbers.setdefault(part, len(numbers)) if is_drawn else CHECK if isinstance(part, Pool) else part)  # type: ignore[arg-type] # a pool
        branches.append(Branch(form.weight, tuple(parts), form.check))
    return Grammar(tuple(numbers), tuple(branches))


def readable(parts: Sequence[str | Pool]) -> Iterator[str | Pool]:
    """Yield parts whose texts tell the word of every pool; words that could not be told are left out.

    A word's end is certain where no word begins another, or where what follows begins with a letter that no word has.
    """
    for place, part in enumerate(parts):
        if isinstance(part, Pool):
            pool = merged(part)
            is_certain = not _starts(parts[place + 1 :]) & frozenset("".join(pool.words))
            yield pool if is_certain else prefix_free(pool)
        else:
            yield part


def _starts(parts: Sequence[str | Pool]) -> frozenset[str]:
    """Return the letters that these parts can begin with."""
    found: set[str] = set()
    for part in parts:
        words = part.words if isinstance(part, Pool) else (part,)
        found.update(word[0] for word in words if word)
        if "" not in words:
            break
    return frozenset(found)


def differ(first: Parts, second: Parts) -> bool:
    """Return whether no text of one form can be a text of another: some letter, counted from an end, differs; or the length."""
    for direction in (1, -1):
        letters = _letters(first, direction), _letters(second, direction)
        if any(not here & there for here, there in zip(*letters, strict=False)):
            return True
    lengths = _length(first), _length(second)
    return None not in lengths and lengths[0] != lengths[1]


@functools.lru_cache(maxsize=1024)
def _letters(parts: Parts, direction: int) -> tuple[frozenset[str], ...]:
    """Return the possible letters at each place from the left (1) or from the right (-1), as far as places are certain."""
    found: list[frozenset[str]] = []
    for part in parts[::direction]:
        words = part.words if isinstance(part, Pool) else (part,)
        if len({len(word) for word in words}) > 1:
            break
        found += [frozenset(letters) for letters in zip(*(word[::direction] for word in words), strict=True)]
    return tuple(found)


def _length(parts: Parts) -> int | None:
    """Return how long all texts of a form are; None where they differ."""
    lengths = [{len(word) for word in (part.words if isinstance(part, Pool) else (part,))} for part in parts]
    return sum(length.pop() for length in lengths) if all(len(length) == 1 for length in lengths) else None
