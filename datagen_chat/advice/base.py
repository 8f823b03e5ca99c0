"""What a remark is, and what those that make remarks know of a schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

from datagen_chat.frozen import dataclass
from datagen_chat.problems import pointer
from datagen_chat.schema.index import Index, Need, Place
from datagen_chat.schema.model import Column, Dataset, Table
from datagen_chat.words import Word

Patch = dict[str, Any]
_MAJOR = 50


@dataclass(frozen=True, slots=True)
class Advice:
    """What a careful reviewer would say of a valid schema.

    `at` is a JSON Pointer and `place` the same by name; `message` holds the expected number, `reason` says why it matters,
    `remedy` what to write instead, and `fix` is that as a named merge patch, where there is one answer. The higher the
    weight, the more important. `is_noted` says that a note of the schema's reading says as much already.
    """

    code: str
    at: str
    place: str
    message: str
    reason: str
    remedy: str = ""
    fix: Patch | None = None
    weight: float = 1.0
    is_noted: bool = False

    @property
    def is_major(self) -> bool:
        """Whether data that is made so is hardly what was meant."""
        return self.weight >= _MAJOR

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from other remarks, however the schema is arranged."""
        return self.code, self.place


@dataclass(frozen=True)
class Study:
    """A valid schema under review: as it is written, by name with what its behaviours come to, and each table's rows."""

    dataset: Dataset
    index: Index
    rows: Mapping[str, float]

    @cached_property
    def pointers(self) -> Mapping[Place, str]:
        """The pointers of all columns."""
        return {(table.id, column.name): at for at, table, column in self.index.every_column}

    @cached_property
    def tables(self) -> Mapping[str, str]:
        """The pointers of all tables."""
        return {table.id: pointer("nodes", k) for k, table in enumerate(self.dataset.nodes)}

    def targets(self, table: str) -> Iterator[tuple[str, str]]:
        """Yield the tables to one row of which a table's rows lead by a key of their own, and that key's column."""
        for target in self._pointed.get(table, ()):
            keys = self.index.pointing(table, target)
            if len(keys) == 1:
                yield target, keys[0]

    @cached_property
    def _pointed(self) -> Mapping[str, dict[str, None]]:
        found: dict[str, dict[str, None]] = {}
        for (table, _), (target, _) in self.index.foreign_keys():
            if target != table and target not in self.index.ancestors(table):
                found.setdefault(table, {})[target] = None
        return found

    def is_made_of(self, place: Place, other: Place) -> bool:
        """Return whether the values of a column depend on another one, at any distance."""
        waiting: list[Need] = [place]
        seen: set[Need] = set()
        while waiting:
            need = waiting.pop()
            if need == other:
                return True
            if need not in seen:
                seen.add(need)
                waiting += self.index.needs.get(need, ())
        return False

    def may_turn_null(self, place: Place) -> bool:
        """Return whether a column is nullable, or could be without another one that reads it meeting its first nulls."""
        return self.index.columns[place].may_be_null or place not in self._read

    @cached_property
    def _read(self) -> frozenset[Place]:
        uses = ((place, use) for place, _, column in self.columns() for use in column.uses())
        return frozenset((use.table or place[0], use.column) for place, use in uses)

    @cached_property
    def scored(self) -> frozenset[Place]:
        """The columns that others correlate with, which have to stay drawn."""
        uses = ((place, use) for place, _, column in self.columns() for use in column.uses() if use.by_score)
        return frozenset((use.table or place[0], use.column) for place, use in uses)

    def columns(self) -> Iterator[tuple[Place, Table, Column]]:
        """Yield every column with its name and its table."""
        return (((table.id, column.name), table, column) for _, table, column in self.index.every_column)

    @cached_property
    def ranged(self) -> Mapping[Place, Column]:
        """The columns as they are drawn, ranges of those without a clamp of their own included."""
        if not self.dataset.constraints.ranges:
            return self.index.columns
        from datagen_chat.schema.ranges import within_ranges

        nodes = within_ranges(self.dataset).nodes
        return {(table.id, column.name): column for table in nodes for column in table.columns}

    def added(self, kind: Literal["foreign_keys", "inequalities"], *more: Any) -> Patch:
        """Return the patch that adds to the constraints of a kind, which a patch replaces as a whole."""
        constraints = self.dataset.constraints
        known: Iterable[Word] = constraints.foreign_keys if kind == "foreign_keys" else constraints.inequalities
        written = [each.model_dump(by_alias=True, exclude_none=True) for each in known]
        return {"constraints": {kind: [*written, *more]}}


Remarks = Callable[[Study], Iterator[Advice]]
REMARKS: list[Remarks] = []


def remarks(function: Remarks) -> Remarks:
    """Register a function that yields remarks of one kind."""
    REMARKS.append(function)
    return function


def of_table(table: str, changes: Mapping[str, Any]) -> Patch:
    """Return the patch that changes a table."""
    return {"nodes": [{"id": table, **changes}]}


def of_column(place: Place, changes: Mapping[str, Any]) -> Patch:
    """Return the patch that changes a column."""
    return of_table(place[0], {"columns": [{"name": place[1], **changes}]})


def named(place: Place) -> str:
    """Return a column as "table.column"."""
    return ".".join(place)


def percent(share: float) -> str:
    """Return a share as people write it, with two digits that count.

    >>> percent(0.0821), percent(0.373), percent(0.00034), percent(0.995), percent(1.0)
    ('8.2 %', '37 %', '0.034 %', '99.5 %', '100 %')
    """
    return f"{float(f'{100 * share:.{3 if share > 0.99 else 2}g}'):.10g} %"


def many(number: float) -> str:
    """Return an expected number of rows.

    >>> many(143.7), many(0.897), many(4.25), many(2.0)
    ('144', '0.9', '4.2', '2')
    """
    return f"{number:,.0f}" if number >= 10 or number == round(number) else f"{number:.1f}"
