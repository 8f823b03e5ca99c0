"""One person for each row, and the columns that say something of that person: names, and addresses made from names.

A person is three codes: its sort, its first and its last name. They depend on the key of a group of columns and on the row
alone, so that all columns of the group speak of the same person, whichever of them there are.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Sequence
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, bits, key
from datagen_chat.faking.compiled import Index, Joined, Row
from datagen_chat.faking.grammar import Pool
from datagen_chat.faking.guide import CELLS, guide
from datagen_chat.faking.people import People
from datagen_chat.faking.roles import Gender
from datagen_chat.faking.source import Kind
from datagen_chat.frozen import dataclass
from datagen_chat.values import Text, code_type, words_array

Cells = NDArray[np.uint16]
Fields = NDArray[np.uint16]


class Tables:
    """The choices of a locale's people of one gender, by numbers of 16 bits: the form of the whole name, then both names.

    The form says which sort of people it is, and so which cells name the first and the last name.
    """

    def __init__(self, people: People, shares: Sequence[float]) -> None:
        forms = [(share * weight / sort.weight, n) for n, (sort, share) in enumerate(zip(people.sorts, shares, strict=True))
                 for weight, _ in sort.forms]  # fmt: skip
        pools = people.last_pools
        self.forms = guide([weight for weight, _ in forms])
        self.firsts = _cells([sort.first for sort in people.sorts])
        self.first_cells = np.array([n * CELLS for _, n in forms])
        self.lasts = _cells(pools)
        self.last_cells = np.array([pools.index(people.sorts[n].last) * CELLS for _, n in forms])


def _cells(pools: Sequence[Pool]) -> Cells:
    """Return the cells of pools, one after the other; the numbers of their words go on from pool to pool."""
    starts = np.cumsum([0, *(len(pool.words) for pool in pools)])
    return np.concatenate([guide(pool.shares()) + np.uint16(start) for pool, start in zip(pools, starts, strict=False)])


class Named(Protocol):
    """The people of some rows, as numbers of shape (rows,)."""

    @property
    def form(self) -> Index:
        """The branch of the whole name."""

    @property
    def first(self) -> Index:
        """The number of the first name among the locale's."""

    @property
    def last(self) -> Index:
        """The number of the last name among the locale's."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """The people of some rows, by random numbers of 16 bits, shape (rows, 4)."""

    tables: Tables
    fields: Fields

    @cached_property
    def form(self) -> Index:
        """The branch of the whole name."""
        return self.tables.forms.take(self.fields[:, 0]).astype(np.int64)

    @cached_property
    def first(self) -> Index:
        """The number of the first name."""
        return self._named(self.tables.firsts, self.tables.first_cells, 1)

    @cached_property
    def last(self) -> Index:
        """The number of the last name."""
        return self._named(self.tables.lasts, self.tables.last_cells, 2)

    def _named(self, cells: Cells, starts: Index, field: int) -> Index:
        place = self.fields[:, field].astype(np.int64)
        if len(cells) > CELLS:
            place += starts.take(self.form)
        return cells.take(place).astype(np.int32)


@dataclass(frozen=True)
class Persons:
    """The people of a group of columns in one locale, all of one gender if one is named."""

    people: People
    key: Key
    gender: Gender | None = None

    @cached_property
    def _tables(self) -> Tables:
        return Tables(self.people, self.people.of_gender(self.gender))

    @property
    def name(self) -> tuple[Hashable, ...]:
        """What tells these people from others, so that columns can share what is drawn for some rows."""
        return (self.key, self.people.locale, self.gender)

    def draw(self, rows: RowNumbers) -> Named:
        """Return the people of these rows."""
        return Drawn(self._tables, bits(self.key, rows).view("<u2").reshape(len(rows), 4))


Part = Literal["first", "last"]


@dataclass(frozen=True)
class NamePart:
    """The first or the last name of each row's person."""

    persons: Persons
    part: Part
    kind: Kind = "string"

    @cached_property
    def _pool(self) -> tuple[pa.StringArray, NDArray[Any]]:
        """The different names, and the code of each of the locale's names among them."""
        return pool_of(self.persons.people, self.part)

    @property
    def words(self) -> pa.StringArray:
        """The different names."""
        return self._pool[0]

    def sample(self, rows: RowNumbers) -> Text:
        """Return the names of these rows."""
        return self.of(rows, self.persons.draw(rows))

    def of(self, rows: RowNumbers, drawn: Named) -> Text:  # noqa: ARG002 - whole names and addresses draw something more
        """Return the names of people who have been drawn."""
        words, codes = self._pool
        return Text(words, codes.take(drawn.first if self.part == "first" else drawn.last))


@functools.lru_cache(maxsize=64)
def pool_of(people: People, part: Part) -> tuple[pa.StringArray, NDArray[Any]]:
    """Return the different first or last names of a locale, and the code of each of its names among them."""
    names = people.firsts if part == "first" else people.lasts
    numbers: dict[str, int] = {}
    codes = [numbers.setdefault(name, len(numbers)) for name in names]
    return words_array(list(numbers)), np.array(codes, code_type(len(numbers)))


@dataclass(frozen=True)
class WholeName:
    """The whole name of each row's person, in one of the locale's forms."""

    persons: Persons
    kind: Kind = "string"

    @cached_property
    def _joined(self) -> Joined:
        return Joined(key(self.persons.key, "form"), self.persons.people.whole, is_branch_drawn=False)

    def sample(self, rows: RowNumbers) -> Text:
        """Return the names of these rows."""
        return self.of(rows, self.persons.draw(rows))

    def of(self, rows: RowNumbers, drawn: Named) -> Text:
        """Return the names of people who have been drawn."""
        return self._joined.told(rows, Row(drawn.form, (drawn.first, drawn.last)))
