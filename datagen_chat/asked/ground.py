"""A schema as statements are tied to it: its tables and columns by the words that people use for them, and what they hold."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from datagen_chat.asked.nouns import root, stems
from datagen_chat.engine.estimate import Count
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base import Generator
from datagen_chat.generators.case import Case
from datagen_chat.generators.choice import Choice
from datagen_chat.generators.distribution import Distribution
from datagen_chat.laws.uniform import Uniform
from datagen_chat.modifiers.clamp import Clamp
from datagen_chat.preview import Preview
from datagen_chat.problems import pointer
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Column, Table

_LONGEST, _SHORTEST, _ENOUGH, _APART, _ALMOST = 60, 5, 4, 2, 0.85
_PREFIXES = ("dim", "fact", "tbl", "table", "stg", "fct")
_ALIKE = ({"client", "customer"}, {"employee", "staff"})


@dataclass(frozen=True, slots=True)
class Named:
    """A table that a noun names; it is sure where the noun is the table's whole name."""

    table: Table
    is_sure: bool


@dataclass(frozen=True)
class Ground:
    """A valid schema and the rows of its tables."""

    index: Index
    draft: Any
    preview: Preview

    @property
    def counts(self) -> Mapping[str, Count]:
        """The rows of each table."""
        return self.preview.counts

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        return {name: _alike(_bare(stems(name))) for name in self.index.tables}

    @cached_property
    def _columns(self) -> dict[str, dict[Place, tuple[str, ...]]]:
        """The words of the columns' names, by the last of them."""
        found: dict[str, dict[Place, tuple[str, ...]]] = {}
        for place in self.index.columns:
            words = stems(place[1])
            found.setdefault(words[-1] if words else "", {})[place] = words
        return found

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {table.id: k for k, table in reversed(list(enumerate(self.index.dataset.nodes)))}

    def at(self, table: str, *parts: str | int) -> str:
        """Return the pointer of a table, or of what stands in it."""
        return pointer("nodes", self._positions[table], *parts)

    def at_column(self, place: Place) -> str:
        """Return the pointer of a column."""
        names = [column.name for column in self.index.tables[place[0]].columns]
        return self.at(place[0], "columns", names.index(place[1]))

    def table(self, phrase: str, below: str = "") -> Named | None:
        """Return the table that a noun names; `below` says which table its rows must belong to.

        A part of a table's name is enough where no other table has it, but only below a table that is known is it sure.
        """
        said = _alike(_bare(stems(phrase)))
        names = {name: words for name, words in self._names.items() if not below or self._belongs(name, below)}
        whole = [name for name, words in names.items() if words == said]
        if said and len(whole) == 1:
            return Named(self.index.tables[whole[0]], is_sure=True)
        ends = [name for name, words in names.items() if said and words[-len(said) :] == said]
        if len(ends) == 1:
            return Named(self.index.tables[ends[0]], is_sure=bool(below))
        parts = [name for name, words in names.items() if words and said[-len(words) :] == words]
        parts = parts or _misspelled(said, names)
        return Named(self.index.tables[parts[0]], is_sure=False) if len(parts) == 1 else None

    def _belongs(self, table: str, above: str) -> bool:
        return above in self.index.ancestors(table) or self.key_to(table, above) is not None

    def key_to(self, table: str, above: str) -> Place | None:
        """Return the column of a table that holds the keys of another one, if it has exactly one."""
        found = self._keys.get((table, above), set())
        return next(iter(found)) if len(found) == 1 else None

    @cached_property
    def _keys(self) -> dict[tuple[str, str], set[Place]]:
        """The columns that hold the keys of another table, by both tables."""
        found: dict[tuple[str, str], set[Place]] = {}
        for child, parent in self.index.foreign_keys():
            found.setdefault((child[0], parent[0]), set()).add(child)
        return found

    def columns(self, phrase: str, table: str = "") -> tuple[Place, ...]:
        """Return the columns that a noun names, those whose values are only copies left out where there are others."""
        said = stems(phrase)
        alike = self._columns.get(said[-1] if said else "", {})
        known = {place: words for place, words in alike.items() if not table or place[0] == table}
        exact = [place for place, words in known.items() if said == words or _alike(said) == self._names[place[0]] + words]
        ends = [place for place, words in known.items() if words[-len(said) :] == said]
        found = exact or ends
        own = [place for place in found if self.index.sources(place) is None]
        return tuple(own or found)

    def values_of(self, place: Place) -> tuple[str, ...]:
        """Return the texts of a column, where they are few and known: those of a table shown whole, else what can come."""
        values = self._shown.get(place) or self.index.outcomes(place) or ()
        return tuple(dict.fromkeys(value for value in values if isinstance(value, str)))

    @cached_property
    def _shown(self) -> dict[Place, tuple[object, ...]]:
        """The values of the tables that the preview shows whole."""
        whole = [found for found in self.preview.samples if len(found.rows) == self.counts[found.table].rows]
        return {
            (found.table, column.name): tuple(row[k] for row in found.rows)
            for found in whole
            for k, column in enumerate(found.columns)
        }

    def named_values(self, said: set[str]) -> list[tuple[Place, str]]:
        """Return the texts of columns whose words are all among these roots."""
        found = {(place, value): words for word in said for place, value, words in self._rooted.get(word, ())}
        return [named for named, words in found.items() if words <= said]

    def begun_by(self, said: set[str]) -> Iterator[tuple[Place, str]]:
        """Yield the texts of one word that words of a rate begin with: failed for failure, cancelled for cancellation."""
        roots = [(key, found) for key, found in self._rooted.items() if len(key) >= _ENOUGH]
        begun = [found for key, found in roots if any(word.startswith(key) for word in said)]
        yield from ((place, value) for found in begun for place, value, words in found if len(words) == 1)

    @cached_property
    def _rooted(self) -> dict[str, list[tuple[Place, str, frozenset[str]]]]:
        """The texts of columns by the first root of their words in the alphabet, with all of them."""
        found: dict[str, list[tuple[Place, str, frozenset[str]]]] = {}
        for place in self.index.columns:
            for value in self.values_of(place):
                words = frozenset(map(root, stems(value)))
                found.setdefault(min(words, default=""), []).append((place, value, words))
        return found

    @cached_property
    def words(self) -> frozenset[str]:
        """The roots of the words that names and values consist of."""
        values = {word for found in self._rooted.values() for _, _, words in found for word in words}
        names = {
            root(word) for name in (*self.index.tables, *(column for _, column in self.index.columns)) for word in stems(name)
        }
        return frozenset(names | values)

    @cached_property
    def truths(self) -> tuple[Place, ...]:
        """The columns that are true or false."""
        return tuple(place for place, column in self.index.columns.items() if column.type == "bool")

    def number(self, number: float) -> str:
        """Return where a number stands in the tables of the schema; nothing where it does not."""
        return self._numbers.get(number, "")

    @cached_property
    def _numbers(self) -> dict[float, str]:
        found: dict[float, str] = {}
        parts = {key: self.draft.get(key) for key in ("nodes", "constraints")} if isinstance(self.draft, dict) else {}
        for at, number in _numbers_in(parts, ""):
            found.setdefault(number, at)
        return found

    def reach(self, place: Place) -> tuple[float, float] | None:
        """Return the span that a column's numbers are sure to lie in; None where nothing is sure."""
        column, outcomes = self.index.columns[place], self.index.outcomes(place)
        if column.type not in ("int", "float"):
            return None
        if outcomes is not None:
            numbers = [float(value) for value in outcomes if isinstance(value, int | float)]
            return _narrowed((min(numbers), max(numbers)), self._promised(place)) if numbers else None
        sources = {(source.table, source.column) for source in self.index.sources(place) or ()}
        if sources:
            own = next(iter(sources))
            is_drawn = own in self.index.columns and self.index.sources(own) is None
            return self.reach(own) if len(sources) == 1 and is_drawn else None
        return _narrowed(_span(column), self._promised(place))

    def _promised(self, place: Place) -> tuple[float, float] | None:
        """Return the range that a draw without a clamp is pulled to."""
        column = self.index.columns[place]
        drawn = isinstance(column.generator, Distribution) and column.generator.clamp is None
        for rule in self.index.dataset.constraints.ranges if drawn else ():
            ends = [end for end in (rule.min, rule.max) if isinstance(end, int | float)]
            if rule.attr == ".".join(place) and len(ends) == 2:
                return float(ends[0]), float(ends[1])
        return None


def _numbers_in(value: Any, at: str) -> Iterator[tuple[str, float]]:
    """Yield the numbers of a document with their pointers."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        inner = f"{at}{pointer(key)}"
        if isinstance(part, int | float) and not isinstance(part, bool):
            yield inner, part
        else:
            yield from _numbers_in(part, inner)


def _misspelled(said: tuple[str, ...], names: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return the names that a noun is almost: membrs for member."""
    from difflib import SequenceMatcher

    word = "".join(said)[:_LONGEST]
    if len(word) < _SHORTEST:
        return []
    plain = [(name, "".join(words)) for name, words in names.items()]
    near = [(name, known) for name, known in plain if known[:1] == word[0] and abs(len(known) - len(word)) <= _APART]
    return [name for name, known in near if SequenceMatcher(None, word, known).ratio() >= _ALMOST]


def _bare(words: tuple[str, ...]) -> tuple[str, ...]:
    return words[1:] if len(words) > 1 and words[0] in _PREFIXES else words


def _alike(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return words with one of each pair of synonyms."""
    return tuple(next((min(pair) for pair in _ALIKE if word in pair), word) for word in words)


def _narrowed(span: tuple[float, float] | None, promised: tuple[float, float] | None) -> tuple[float, float] | None:
    return promised if span is None or promised is not None else span


def _span(column: Column) -> tuple[float, float] | None:
    last = column.modifiers[-1].args if column.modifiers else None
    if isinstance(last, Clamp):
        low, high = last.min, last.max
        return (-math.inf if low is None else float(low), math.inf if high is None else float(high))
    return None if column.modifiers else _drawn(column.generator)


def _drawn(generator: Generator) -> tuple[float, float] | None:
    """Return the span of a draw that is clamped or bounded by nature; of a case, that of all its branches."""
    if isinstance(generator, Case):
        branches = [*generator.when.values(), *([generator.else_] if generator.else_ is not None else [])]
        spans = [_drawn(branch) for branch in branches]
        known = [span for span in spans if span is not None]
        if not known or len(known) < len(spans):
            return None
        return min(low for low, _ in known), max(high for _, high in known)
    if isinstance(generator, Choice):
        numbers = [float(value) for value in generator.choices or () if isinstance(value, int | float)]
        return (min(numbers), max(numbers)) if numbers else None
    if not isinstance(generator, Distribution):
        return None
    if generator.clamp is not None:
        return generator.clamp
    law = generator.params
    return (law.low, law.high) if isinstance(law, Uniform) else None
