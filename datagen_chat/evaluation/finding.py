"""Tables and columns found by what they may be called: nobody says which names a model chooses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from datagen_chat.evaluation.cases import PLACEHOLDER, Find, Kind
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset, Table
from datagen_chat.words import ColumnType

_KINDS: Mapping[Kind, tuple[ColumnType, ...]] = {
    "number": ("int", "float"),
    "text": ("string",),
    "time": ("datetime", "date"),
    "truth": ("bool",),
}
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_LEVELS = 4


class NotFoundError(Exception):
    """Nothing is called like that; the text says what was looked for."""


@dataclass(frozen=True, slots=True)
class _Thing:
    """A table or a column with its name."""

    name: str
    table: str


@dataclass
class Finder:
    """What the names of a case mean in a dataset."""

    dataset: Dataset
    finds: Mapping[str, Find]
    _index: Index = field(init=False)

    def __post_init__(self) -> None:
        self._index = Index(self.dataset)

    def table(self, name: str) -> Table:
        """Return the table that a name of the case means.

        Raises:
            NotFoundError: there is none.
        """
        return self._named(self.finds[name].table)

    def _named(self, words: Sequence[str]) -> Table:
        best = _best(words, [_Thing(table.id, table.id) for table in self.dataset.nodes])
        if best is None:
            raise NotFoundError(f"there is no table for {' or '.join(words[:3])}")
        return self._index.tables[best.table]

    def column(self, name: str) -> str:
        """Return the name of the column that a name of the case means.

        Raises:
            NotFoundError: there is none.
        """
        find = self.finds[name]
        if find.key is not None:
            return self.table(find.key).pk
        if find.link is not None and find.to is not None:
            return self._link(find.link, find.to)
        return self.place(find)[1]

    def whole(self, find: Find) -> str:
        """Return the whole name of what is to be found by what it may be called: "table", or "table.column".

        Raises:
            NotFoundError: it is not there.
        """
        return self._named(find.table).id if find.table else ".".join(self.place(find))

    def place(self, find: Find) -> tuple[str, str]:
        """Return the table and the name of a column that is to be found by what it may be called.

        Raises:
            NotFoundError: there is none.
        """
        tables = self.dataset.nodes if find.of is None else (self.table(find.of),)
        types = _KINDS[find.kind] if find.kind is not None else None
        columns = [
            _Thing(column.name, table.id)
            for table in tables
            for column in table.columns
            if types is None or column.type in types
        ]
        best = _best(find.column, columns)
        if best is None:
            where = f" in {tables[0].id}" if find.of is not None else ""
            kind = f" that holds {find.kind}s" if find.kind in ("number", "time") else ""
            raise NotFoundError(f"there is no column for {' or '.join(find.column[:3])}{kind}{where}")
        return best.table, best.name

    def _link(self, child: str, parent: str) -> str:
        one, other = self.table(child), self.table(parent)
        for (table, column), (target, _) in self._index.foreign_keys():
            if (table, target) == (one.id, other.id):
                return column
        raise NotFoundError(f"no column of {one.id} refers to {other.id}")

    def name(self, name: str) -> str:
        """Return the name of the table or column that a name of the case means.

        Raises:
            NotFoundError: there is none.
        """
        return self.table(name).id if self.finds[name].table else self.column(name)

    def sql(self, template: str) -> str:
        """Return a query with the names of this dataset, quoted, in the place of the case's.

        Raises:
            NotFoundError: something that it speaks of is not there.
        """
        return PLACEHOLDER.sub(lambda found: '"' + self.name(found[1]).replace('"', '""') + '"', template)


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name, in lower case and the singular.

    >>> words_of("orderItems"), words_of("unit_price_usd"), words_of("companies")
    (('order', 'item'), ('unit', 'price', 'usd'), ('company',))
    """
    return tuple(_singular(word.lower()) for word in _WORDS.findall(name))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2 else word


def _best(names: Iterable[str], things: Sequence[_Thing]) -> _Thing | None:
    """Return the thing whose name is nearest: the same, then ending in the words, beginning with them, holding them."""
    known = [(words_of(thing.name), thing) for thing in things]
    wanted = [words_of(name) for name in names]
    for level in range(_LEVELS):
        for words in wanted:
            fitting = [(len(said), place) for place, (said, _) in enumerate(known) if _fits(words, said, level)]
            if fitting:
                return known[min(fitting)[1]][1]
    return None


def _fits(words: tuple[str, ...], said: tuple[str, ...], level: int) -> bool:
    size = len(words)
    if not size:
        return level == _LEVELS - 1  # "*" is anything that nothing else fits
    if level == 0:
        return said == words
    if level == 1:
        return said[-size:] == words
    if level == 2:
        return said[:size] == words
    return any(said[start : start + size] == words for start in range(len(said) - size + 1))
