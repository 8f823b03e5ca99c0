"""Rows of another table that have the same values as the row that chooses one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, bits
from datagen_chat.frozen import dataclass
from datagen_chat.generators._row_choice import RowChoice
from datagen_chat.generators.base.facts import Facts
from datagen_chat.generators.base.rows import Locator, Rows, Sampler
from datagen_chat.generators.base.scope import Scope, TableScope
from datagen_chat.generators.base.uses import named
from datagen_chat.matching import NONE, Keys
from datagen_chat.problems import Problem, SchemaError, pointer, shown

Ints = NDArray[np.int64]

ROWS_LIMIT = 1_000_000
"""So many rows of a table can be told apart by their values; all are made once."""


def is_of_parents(match: Mapping[str, str], facts: Facts) -> bool:
    """Return whether all columns of this side are those of rows above, so that they are the same for all rows of a parent."""
    tables = [named(local)[0] for local in match]
    return all(table is not None and table != facts.table_name and facts.is_ancestor(table) for table in tables)


def check_match(match: Mapping[str, str], target: str, facts: Facts) -> Iterator[Problem]:
    """Yield columns of other types than those they are to be equal to, and values that no row of the table has."""
    for local, theirs in match.items():
        at, types = pointer("match", local), (facts.type_of(*named(local)), facts.type_of(target, theirs))
        if None not in types and types[0] != types[1]:
            message = f"{local} is of type {types[0]}, but {target}.{theirs} is of type {types[1]}."
            yield Problem(at, "key-types", message, "Name columns of the same type.")
            continue
        own, there = facts.outcomes(*named(local)), facts.outcomes(target, theirs)
        missing = [] if own is None or there is None else [value for value in own if value is not None and value not in there]
        if missing and not facts.nullable:
            message = f"No row of {target} has the {theirs} {shown(missing[0])}, which {local} can be."
            hint = f"Let {target}.{theirs} have all values of {local}, or make {facts.column_name} nullable."
            yield Problem(at, "match-unfulfilled", message, hint)
    if facts.row_range(target)[0] > ROWS_LIMIT:
        message = f"{target} has more than {ROWS_LIMIT} rows, too many to be matched."
        yield Problem("/match", "match-too-large", message, "Match rows of a smaller table, or remove match.")


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Rows of a table in groups of equal values.

    `rows` are their numbers, group after group, and `first` where each group begins, with the end of the last one. `group`
    gives the group of each row that chooses, `above` that of all rows of a parent; NONE where no row matches, which is an
    error where there is one.
    """

    rows: Ints
    first: Ints
    group: Locator
    above: Locator | None
    error: SchemaError | None

    def sizes(self, parents: Rows) -> Ints:
        """Return how many rows there are to choose from for the rows of each parent."""
        assert self.above is not None
        return self._size(self.above(parents))

    def room(self, rows: Rows) -> Ints:
        """Return how many rows there are to choose from for each row."""
        return self._size(self.group(rows))

    def row(self, rows: Rows, numbers: Ints) -> Ints:
        """Return the row that a number stands for among those that match each row; where none does, any.

        Raises:
            SchemaError: none does, and the column must not be null.
        """
        group = self.group(rows)
        if self.error is not None and (group == NONE).any():
            raise self.error
        place = self.first.take(np.maximum(group, 0)) + numbers
        return self.rows.take(np.minimum(place, len(self.rows) - 1)) if len(self.rows) else np.zeros(len(rows), np.int64)

    def found(self, rows: Rows) -> NDArray[np.bool_] | None:
        """Return which rows have any to choose from; None where that is sure."""
        return None if self.error is not None else self.group(rows) != NONE

    def _size(self, group: Ints) -> Ints:
        known = np.maximum(group, 0)
        return np.where(group == NONE, 0, self.first.take(known + 1) - self.first.take(known))

    def drawn(self, before: NDArray[np.float64], key: Key, rows: Rows) -> Ints:
        """Return a number for each row among those that match it, `before` being what the rows before each one weigh."""
        group = np.maximum(self.group(rows), 0)
        first, last = self.first.take(group), self.first.take(group + 1)
        low, high = before.take(first), before.take(last)
        share = (bits(key, rows.numbers) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        place = before.searchsorted(low + share * (high - low), side="right") - 1
        return np.clip(place, first, np.maximum(last - 1, first)) - first


def matching(found: Matches, weights: Callable[[], NDArray[np.float64]] | None) -> RowChoice:
    """Return the rows that match, each as likely as it weighs in the whole table."""
    sizes = None if found.above is None else found.sizes
    if weights is None:
        return RowChoice(len(found.rows), found.row, sizes, found.room)
    before = np.concatenate([[0.0], np.cumsum(weights().take(found.rows))])
    return RowChoice(len(found.rows), found.row, sizes, found.room, number=partial(found.drawn, before))


def matches(match: Mapping[str, str], target: str, among: Ints | None, scope: Scope, at: str) -> Matches:
    """Return the rows of a table by the values of this row that they have; `among` are those that may be chosen at all.

    `at` is where the match stands.

    Raises:
        SchemaError: the table is too large.
    """
    other = scope.of(target)
    count = other.row_count()
    if count > ROWS_LIMIT:
        message = f"{target} has {count} rows, too many to be matched; {ROWS_LIMIT} can be."
        raise SchemaError([Problem(at, "match-too-large", message, "Match rows of a smaller table, or remove match.")])
    listed = np.arange(count) if among is None else among
    theirs = other.rows(listed)
    keys = Keys([theirs.values(column) for column in match.values()], len(listed))
    order = np.argsort(keys.groups, kind="stable")
    order = order[keys.groups.take(order) != NONE]
    groups = keys.groups.take(order)
    first = groups.searchsorted(np.arange(groups.max(initial=-1) + 2))
    own = [scope.reader(*named(local)) for local in match]
    is_fixed, name = is_of_parents(match, scope), ("match", scope.key("row"))
    return Matches(
        listed.take(order),
        first if len(groups) else np.zeros(2, np.int64),
        lambda rows: rows.shared(name, partial(_groups, keys, own, rows)),
        _above(match, keys, scope.above()) if is_fixed and scope.has_siblings else None,
        None if scope.nullable else _nothing(match, target, scope, at),
    )


def _above(match: Mapping[str, str], keys: Keys, above: TableScope) -> Locator:
    """Return how to find the group that matches the rows of each parent."""
    own = [above.reader(*named(local)) for local in match]
    return lambda parents: _groups(keys, own, parents)


def _groups(keys: Keys, own: Sequence[Sampler], rows: Rows) -> Ints:
    return keys.of([read(rows) for read in own], len(rows))


def _nothing(match: Mapping[str, str], target: str, scope: Scope, at: str) -> SchemaError:
    """Return what to say where no row matches."""
    equal = " and ".join(f"{theirs} as its {local}" for local, theirs in match.items())
    message = f"A row of {scope.table_name} needs a row of {target} with the same {equal}, and there is none."
    hint = f"Make {scope.column_name} nullable, or see to it that {target} has a row for each of them."
    return SchemaError([Problem(at, "match-empty", message, hint)])
