"""When a row happened, for modifiers that depend on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from datagen_chat.generators.base.facts import Facts, TableFacts
from datagen_chat.generators.base.rows import Rows
from datagen_chat.generators.base.scope import TableScope
from datagen_chat.generators.base.uses import Use, named
from datagen_chat.instants import DAY
from datagen_chat.problems import Problem
from datagen_chat.values import Mask, Numbers
from datagen_chat.words import ColumnType

Place = tuple[str | None, str]
"""A table, None being the own one, and a column of it."""

Instants = Callable[[Rows], tuple[NDArray[np.int64], Mask | None]]
"""The microseconds since 1970 at which rows happened, and which of them are known; None means that all are."""

TIMES: tuple[ColumnType, ...] = ("datetime", "date")


def time_of(facts: TableFacts, reference: str | None, but: str | None) -> Place | None:
    """Return the column that says when a row happened: the one that is named, else the first one but for `but`."""
    return facts.time_of_row(but) if reference is None else named(reference)


def implied_time(facts: Facts, reference: str | None) -> Iterator[Use]:
    """Yield the column that says when a row happened, where none is named."""
    found = facts.time_of_row(facts.column_name) if reference is None else None
    if found is not None:
        yield Use("", *found)


def check_time(at: str, facts: TableFacts, reference: str | None, but: str | None, what: str) -> Iterator[Problem]:
    """Yield a problem when nothing says when a row happened."""
    if time_of(facts, reference, but) is None:
        message = f"Neither {facts.table_name} nor a table above it has a datetime column, which {what} needs."
        yield Problem(at, "no-time", message, 'Name one, as "column" or "table.column", or add one.')


def compile_time(scope: TableScope, place: Place) -> Instants:
    """Return how to read when rows happened."""
    read, unit = scope.reader(*place), DAY if scope.type_of(*place) == "date" else 1

    def instants(rows: Rows) -> tuple[NDArray[np.int64], Mask | None]:
        values = read(rows)
        assert isinstance(values, Numbers)
        return values.data * unit, values.valid

    return instants
