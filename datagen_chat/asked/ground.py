"""A schema as statements are tied to it: its tables and columns by the words that people use for them, and what they hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from datagen_chat.asked.nouns import stems
from datagen_chat.generators.base import Generator
from datagen_chat.generators.case import Case
from datagen_chat.generators.choice import Choice
from datagen_chat.generators.distribution import Distribution
from datagen_chat.laws.uniform import Uniform
from datagen_chat.modifiers.clamp import Clamp
from datagen_chat.preview import Count, Preview
from datagen_chat.problems import pointer
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Column, Table

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
    preview: Preview

    @property
    def counts(self) -> Mapping[str, Count]:
        """The rows of each table."""
        return self.preview.counts

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        return {name: _alike(_bare(stems(name))) for name in self.index.tables}

    @cached_property
    def _columns(self) -> dict[Place, tuple[str, ...]]:
        return {place: stems(place[1]) for place in self.index.columns}

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
        return Named(self.index.tables[parts[0]], is_sure=False) if len(parts) == 1 else None

    def _belongs(self, table: str, above: str) -> bool:
        return above in self.index.ancestors(table) or self.key_to(table, above) is not None

    def key_to(self, table: str, above: str) -> Place | None:
        """Return the column of a table that holds the keys of another one, if it has exactly one."""
        found = [child for child, parent in self.index.foreign_keys() if child[0] == table and parent[0] == above]
        return found[0] if len(set(found)) == 1 else None

    def columns(self, phrase: str, table: str = "") -> tuple[Place, ...]:
        """Return the columns that a noun names, those whose values are only copies left out where there are others."""
        said = stems(phrase)
        known = {place: words for place, words in self._columns.items() if not table or place[0] == table}
        exact = [place for place, words in known.items() if said == words or _alike(said) == self._names[place[0]] + words]
        ends = [place for place, words in known.items() if said and words[-len(said) :] == said]
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

    def reach(self, place: Place) -> tuple[float, float] | None:
        """Return the span that a column's numbers are sure to lie in; None where nothing is sure."""
        column, outcomes = self.index.columns[place], self.index.outcomes(place)
        if column.type not in ("int", "float"):
            return None
        if outcomes is not None:
            numbers = [float(value) for value in outcomes if isinstance(value, int | float)]
            return (min(numbers), max(numbers)) if numbers else None
        source = (self.index.sources(place) or ())[:1]
        if source and not column.modifiers and (source[0].table, source[0].column) != place:
            own = (source[0].table, source[0].column)
            return self.reach(own) if own in self.index.columns and self.index.sources(own) is None else None
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
