"""Columns that are drawn together, so that no combination of their values comes twice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, numbers_of
from datagen_chat.draws import key as make_key
from datagen_chat.engine.pairs import Factor, factors
from datagen_chat.frozen import dataclass
from datagen_chat.generators.base.rows import Locator, Room, Rows, Siblings
from datagen_chat.permutation import permuted
from datagen_chat.problems import LimitError, Problem, SchemaError
from datagen_chat.schema.combinations import MOST, Combination
from datagen_chat.subsets import sorted_within
from datagen_chat.urns import take_distinct, take_evenly

if TYPE_CHECKING:
    from datagen_chat.engine.plan import TablePlan

HELD_ROWS = 20_000_000
"""A weighed combination that must not repeat in a whole table is drawn for all of its rows at once, up to so many."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Combined:
    """The numbers of a combination's columns."""

    combination: Combination
    owner: TablePlan

    @cached_property
    def _factors(self) -> tuple[Factor, ...]:
        scopes = [self.owner.scope(name) for name in self.combination.columns]
        made = factors(self.combination, [scope.column.generator.numbering(scope) for scope in scopes])
        if math.prod(each.size for each in made) > MOST:  # of tables whose rows are counted only now
            shown = " × ".join(f"{each.size} {' and '.join(each.columns)}" for each in made)
            message = f"There are {shown} values of {self.owner.name} to tell apart together, more than can be numbered."
            raise LimitError([Problem(self.combination.at, "too-many-rows", message, "Lower the rows of what is looked up.")])
        return made

    @cached_property
    def _key(self) -> Key:
        return make_key(self.owner.plan.seed, self.owner.name, "", "combination", *self.combination.columns)

    @property
    def _size(self) -> int:
        return math.prod(each.size for each in self._factors)

    def numbers(self, column: str) -> Locator:
        """Return how to find the numbers that one of the columns has."""
        return lambda rows: rows.shared(self.combination, lambda: self._decoded(rows))[column]

    def room(self) -> Room | None:
        """Return how many rows a parent can have at most."""
        if not self.combination.per_parent:
            return None
        return self._sizes

    def _sizes(self, parents: Rows) -> Ints:
        """Return how many combinations each parent has to choose from."""
        return _product(self._each_size(parents, len(parents)), len(parents))

    def _each_size(self, parents: Rows | None, families: int) -> tuple[Ints, ...]:
        """Return how many numbers each factor has for each parent."""
        found = []
        for each in self._factors:
            assert each.sizes is None or parents is not None
            found.append(np.full(families, each.size) if each.sizes is None or parents is None else each.sizes(parents))
        return tuple(found)

    def _decoded(self, rows: Rows) -> dict[str, Ints]:
        """Return the number of each column, from those of their combinations."""
        left, found = self._drawn(rows), dict[str, Ints]()
        for each in self._factors:
            size = max(each.size, 1) if each.sizes is None else np.maximum(self._own(rows, each.sizes), 1)
            found |= zip(each.columns, each.split(left % size), strict=True)
            left = left // size
        return found

    def _own(self, rows: Rows, sizes: Room) -> Ints:
        """Return what each row's parent has."""
        assert self.owner.parent is not None
        above, index = rows.ancestor(self.owner.parent.name)
        return sizes(above) if index is None else sizes(above).take(index)

    def _drawn(self, rows: Rows) -> Ints:
        if not self.combination.per_parent:
            return self._of_table(rows)
        siblings, parents = rows.siblings(), None
        if any(each.sizes is not None for each in self._factors):
            assert self.owner.parent is not None
            parents = rows.ancestor(self.owner.parent.name)[0]
        return self._taken(rows.numbers, siblings, parents)

    def _taken(self, rows: RowNumbers, siblings: Siblings, parents: Rows | None) -> Ints:
        """Return combinations that do not repeat within a parent."""
        each_size = self._each_size(parents, len(siblings.count))
        sizes, ascends = _product(each_size, len(siblings.count)), self.combination.ascends
        if self.owner.table.is_unfolded and (siblings.count > sizes).any():  # a walk is as long as it is
            worst = int((siblings.count - sizes).argmax())
            raise self._too_few(f"Of {self.owner.name} a parent has {siblings.count[worst]} rows", int(sizes[worst]))
        if all(each.is_even for each in self._factors):
            return take_evenly(self._key, rows, siblings, sizes, ascending=ascends).things
        left_out = tuple(
            each.left_out(parents) if each.left_out is not None and parents is not None else None for each in self._factors
        )
        urns = _Combinations(sizes, each_size, left_out, self._factors)
        taken = take_distinct(self._key, rows, siblings, urns, ascending=ascends)
        message = "Not every row could get a combination by weight; others are equally likely."
        self.owner.plan.tellings.tell(self.owner.name, "combinations-even", message, taken.unweighted)
        return taken.things

    def _too_few(self, rows: str, size: int) -> SchemaError:
        names = ", ".join(self.combination.columns)
        message = f"{rows}, but only {size} values of {names} to tell them apart."
        return SchemaError([Problem(self.combination.at, "too-few-values", message, self.combination.advice)])

    def _of_table(self, rows: Rows) -> Ints:
        """Return combinations that do not repeat in the whole table."""
        if self.owner.row_count > self._size:
            raise self._too_few(f"{self.owner.name} has {self.owner.row_count} rows", self._size)
        if not self.combination.ascends:
            return self._at(rows.numbers)
        siblings = rows.siblings()
        family = np.repeat(np.arange(len(siblings.count)), siblings.count)
        before = np.cumsum(siblings.count) - siblings.count
        every = np.arange(len(family)) + (siblings.first - before).take(family)
        rank = numbers_of(rows.numbers) - siblings.first.take(siblings.family)
        return sorted_within(family, self._at(every)).take(before.take(siblings.family) + rank)

    def _at(self, numbers: RowNumbers) -> Ints:
        """Return combinations that do not repeat in the whole table, in no order."""
        if all(each.is_even for each in self._factors):
            return permuted(self._key, numbers, self._size)
        return self._whole.take(numbers_of(numbers))

    @cached_property
    def _whole(self) -> Ints:
        count = self.owner.row_count
        if count > HELD_ROWS:
            message = f"{self.owner.name} has {count} rows; unique values drawn by weight are limited to {HELD_ROWS}."
            raise LimitError([Problem(self.combination.at, "too-many-rows", message, "Remove the weights, or lower the rows.")])
        zero = np.zeros(1, dtype=np.int64)
        family = Siblings(zero, zero, np.array([count], dtype=np.int64), np.zeros(count, dtype=np.int64))
        return self._taken(range(count), family, None)


def _product(sizes: Sequence[Ints], families: int) -> Ints:
    product = np.ones(families, dtype=np.int64)
    for each in sizes:
        product *= each
    return product


@dataclass(frozen=True, slots=True, eq=False)
class _Combinations:
    """The combinations of each parent; implements `urns.Urns`."""

    sizes: Ints
    each_size: tuple[Ints, ...]
    left_out: tuple[Ints | None, ...]
    factors: tuple[Factor, ...]

    def take(self, chosen: Ints) -> _Combinations:
        each_size = tuple(each.take(chosen) for each in self.each_size)
        left_out = tuple(None if each is None else each.take(chosen) for each in self.left_out)
        return replace(self, sizes=self.sizes.take(chosen), each_size=each_size, left_out=left_out)

    def is_empty(self) -> NDArray[np.bool_]:
        return self.sizes <= 0

    def draw(self, key: Key, urn: Ints, names: Ints) -> Ints:
        drawn, radix = np.zeros(len(names), dtype=np.int64), np.ones(len(names), dtype=np.int64)
        for place, (each, sizes, out) in enumerate(zip(self.factors, self.each_size, self.left_out, strict=True)):
            stream, own = Key(make_key(key, "column", str(place))), sizes.take(urn)
            drawn += radix * each.draw(stream, names, own, None if out is None else out.take(urn))
            radix *= own
        return drawn

    def heavy(self, count: Ints) -> Ints:  # noqa: ARG002 - any of them may weigh
        return self.sizes

    def weights(self, urn: Ints, thing: Ints) -> NDArray[np.float64]:
        product, left = np.ones(len(thing)), thing
        for each, sizes, out in zip(self.factors, self.each_size, self.left_out, strict=True):
            size = sizes.take(urn)
            if not each.is_even:
                product *= each.weigh(left % size, None if out is None else out.take(urn))
            left = left // size
        return product
