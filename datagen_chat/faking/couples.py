"""People of whom no two have the same whole name: each row takes one couple of a first and a last name."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import RowNumbers, bits, key, numbers_of
from datagen_chat.faking.combinations import merged, prefix_free, readable
from datagen_chat.faking.compiled import Index
from datagen_chat.faking.grammar import Pool
from datagen_chat.faking.guide import guide
from datagen_chat.faking.people import People, Sort
from datagen_chat.faking.persons import Named, Persons
from datagen_chat.faking.roles import Gender
from datagen_chat.frozen import dataclass
from datagen_chat.permutation import permuted

Parts = Sequence[str | Pool]


@dataclass(frozen=True, slots=True, eq=False)
class Couples:
    """First and last names of one sort of people, each of them once, and the form in which they are written."""

    share: float
    form: int
    firsts: Index
    lasts: Index

    @property
    def size(self) -> int:
        """Return how many people there are."""
        return len(self.firsts) * len(self.lasts)


@functools.lru_cache(maxsize=64)
def couples_of(people: People, gender: Gender | None) -> tuple[Couples, ...]:
    """Return the people of a gender of whom no two have the same whole name, for certain.

    Each sort is written in its simplest form, and has the first names that no sort before has. Sorts that put their names
    together in another way than the first one are left out.
    """
    found: list[Couples] = []
    taken: set[str] = set()
    shape: tuple[object, ...] = ()
    for number, (sort, share) in enumerate(zip(people.sorts, people.of_gender(gender), strict=True)):
        form, parts = _simplest(sort)
        own = tuple(_shape(sort, parts))
        if not share or (shape and own != shape):
            continue
        shape = own
        firsts, lasts = _told(parts, sort.first), _told(parts, sort.last)
        first, last = people.first_starts[number], people.last_starts[number]
        fresh = [word for word in firsts if word not in taken]
        numbers = first + _places(sort.first, fresh), last + _places(sort.last, lasts)
        found.append(Couples(share, people.form_starts[number] + form, *numbers))
        taken |= set(firsts)
    return tuple(couples for couples in found if couples.size)


def _simplest(sort: Sort) -> tuple[int, Parts]:
    """Return the form with the fewest parts, the most frequent of those, and its number."""
    number = min(range(len(sort.forms)), key=lambda n: (len(sort.forms[n][1]), -sort.forms[n][0]))
    return number, sort.forms[number][1]


def _shape(sort: Sort, parts: Parts) -> Iterator[object]:
    """Yield what two sorts must have in common, so that no name of one is a name of the other.

    Where nothing stands between two names, that is the last names too: a letter may belong to either.
    """
    yield from ("first" if part == sort.first else "last" if part == sort.last else part for part in parts)
    if _touch(parts):
        yield sort.last


def _touch(parts: Parts) -> bool:
    return any(isinstance(first, Pool) and isinstance(second, Pool) for first, second in pairwise(parts))


def _told(parts: Parts, pool: Pool) -> tuple[str, ...]:
    """Return the words of a pool whose ends are certain in a form."""
    found = prefix_free(merged(pool)) if _touch(parts) else list(readable(parts))[list(parts).index(pool)]
    assert isinstance(found, Pool)
    return found.words


def _places(pool: Pool, wanted: Collection[str]) -> Index:
    """Return where the wanted words stand in a pool, each once."""
    first = {word: place for place, word in reversed(list(enumerate(pool.words)))}
    return np.array(sorted(first[word] for word in wanted), np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The people of some rows, as numbers of shape (rows,); as `persons.Named`."""

    form: Index
    first: Index
    last: Index


@dataclass(frozen=True)
class DistinctPersons(Persons):
    """People of whom no two, among so many rows, have the same whole name.

    Each row draws its sort as ever, and takes one of that sort's couples; where some sort has too few for that, each row
    takes one of the couples of all sorts.
    """

    rows: int = 0

    @cached_property
    def _couples(self) -> tuple[Couples, ...]:
        return couples_of(self.people, self.gender)

    @cached_property
    def _starts(self) -> Index:
        """The number of each sort's first couple among those of all sorts, and how many there are."""
        return np.cumsum([0, *(couples.size for couples in self._couples)])

    @cached_property
    def _sorts(self) -> NDArray[np.uint16]:
        return guide([couples.share for couples in self._couples])

    def draw(self, rows: RowNumbers) -> Named:
        """Return the people of these rows."""
        numbers = numbers_of(rows)
        is_enough = min(couples.size for couples in self._couples) >= self.rows
        sort, couple = self._apart(numbers) if is_enough else self._together(numbers)
        form, first, last = (np.empty(len(rows), np.int64) for _ in range(3))
        for number, couples in enumerate(self._couples):
            here = np.flatnonzero(sort == number)
            place = couple.take(here)
            form[here] = couples.form
            first[here] = couples.firsts.take(place // len(couples.lasts))
            last[here] = couples.lasts.take(place % len(couples.lasts))
        return Chosen(form, first, last)

    def _apart(self, numbers: Index) -> tuple[Index, Index]:
        """Return each row's sort, and its couple among those of the sort."""
        sort = self._sorts.take(bits(self.key, numbers).view("<u2").reshape(len(numbers), 4)[:, 0]).astype(np.int64)
        couple = np.empty(len(numbers), np.int64)
        for number, couples in enumerate(self._couples):
            here = np.flatnonzero(sort == number)
            couple[here] = permuted(key(self.key, "couple", str(number)), numbers.take(here), couples.size)
        return sort, couple

    def _together(self, numbers: Index) -> tuple[Index, Index]:
        """Return each row's sort, and its couple among those of the sort, by a couple among those of all sorts."""
        couple = permuted(key(self.key, "all"), numbers, int(self._starts[-1]))
        sort = self._starts.searchsorted(couple, side="right") - 1
        return sort, couple - self._starts.take(sort)
