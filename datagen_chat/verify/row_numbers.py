"""Which row of its table a row is, as its key says it: the order of rows is nowhere else in data."""

from __future__ import annotations

from datagen_chat.generators.enum_list import EnumList
from datagen_chat.generators.sequence import Sequence
from datagen_chat.schema.model import Table
from datagen_chat.sql import quoted
from datagen_chat.verify.sql import held, listed

NO_ORDER = "no column says in which order the rows stand"
"""Why what is said of the order of rows cannot be asked where their key does not say it."""

_WIDE = 1 << 22
"""From this distance between two rows on, what it is multiplied by can be more than 64 bits hold, whatever the sum is."""


def row_number(table: Table, alias: str = "") -> str | None:
    """Return the number of a row, from 0, in SQL; None where its key does not say it."""
    key, cell = table.column(table.pk), _cell(table, alias)
    if key.modifiers:
        return None
    if isinstance(key.generator, Sequence):
        return f"(({distance(cell, key.generator)}) // {key.generator.step})"
    if isinstance(key.generator, EnumList):
        return f"(list_position([{listed(held(value, key) for value in key.generator.values)}], {cell}) - 1)"
    return None


def row_order(table: Table, alias: str = "") -> str | None:
    """Return what ascends in the order of the rows, in SQL; None where their key does not say it."""
    key = table.column(table.pk)
    is_ascending = isinstance(key.generator, Sequence) and key.generator.step > 0 and not key.modifiers
    return _cell(table, alias) if is_ascending else row_number(table, alias)


def _cell(table: Table, alias: str) -> str:
    return f"{alias}.{quoted(table.pk)}" if alias else quoted(table.pk)


def distance(cell: str, word: Sequence) -> str:
    """Return how far a value is from the start of a sequence, in SQL, wider where that could leave 64 bits."""
    return f"CAST({cell} AS {'BIGINT' if abs(word.step) < _WIDE else 'HUGEINT'}) - {word.start}"


def step_of(word: Sequence) -> str:
    """Return the distance between two rows in SQL, wider where what it is multiplied to could leave 64 bits."""
    return f"{word.step}" if abs(word.step) < _WIDE else f"CAST({word.step} AS HUGEINT)"
