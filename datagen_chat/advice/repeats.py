"""Values that are drawn by themselves and so come twice: the names of a few rows, e-mails, codes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from datagen_chat.advice.base import Advice, Patch, Study, many, named, of_column, of_table, percent, remarks
from datagen_chat.advice.names import words
from datagen_chat.generators.choice import Choice
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Column, Table
from datagen_chat.schema.row_ranges import row_range

_NAMES = frozenset({"name", "title", "label", "code"})
_FEW_ROWS = 50
_LEAST, _CERTAIN = 0.05, 0.95


@remarks
def names_twice(study: Study) -> Iterator[Advice]:
    """Yield the few rows of a table whose names are drawn from a list, so that some names come twice and some never."""
    for table in study.dataset.nodes:
        rows = 0 if table.parents else table.standing_rows()
        if not 2 <= rows <= _FEW_ROWS:
            continue
        for column in table.columns:
            choices = _choices(column)
            place = (table.id, column.name)
            if _is_name(column.name, table.id) and rows <= len(choices) and not study.index.must_not_repeat(place):
                share = 1 - math.prod(1 - k / len(choices) for k in range(rows))
                if share >= _LEAST:
                    yield _drawn_names(study, table, column, rows, share)


def _choices(column: Column) -> tuple[Any, ...]:
    """Return the different values that a column draws with the same weight; nothing where it does not."""
    generator = column.generator
    if not isinstance(generator, Choice) or generator.weights or generator.weights_kind or column.modifiers:
        return ()
    choices = generator.choices or ()
    return choices if len(set(choices)) == len(choices) and not column.null_rate else ()


def _is_name(name: str, table: str) -> bool:
    """Return whether a column is what the rows of a table are called: a name, not a job title or a first name.

    >>> _is_name("name", "store"), _is_name("store_name", "stores"), _is_name("first_name", "store")
    (True, True, False)
    """
    said, of = words(name), words(table)
    return said == of or (said[-1] in _NAMES and said[:-1] in ((), of, of[-1:]))


def _drawn_names(study: Study, table: Table, column: Column, rows: int, share: float) -> Advice:
    count = len(_choices(column))
    different = count * (1 - (1 - 1 / count) ** rows)
    together = [other.name for other in table.columns if len(_choices(other)) == rows]
    is_whole = count == rows and not study.index.must_not_repeat((table.id, column.name))
    listed = ", ".join(together)
    return Advice(
        "names-twice",
        study.pointers[table.id, column.name],
        named((table.id, column.name)),
        f"The {rows} names of {table.id} are drawn one by one from {count}: with a probability of {percent(share)} one comes "
        f"twice, and {many(different)} different ones are expected.",
        "A list with a value for each row is meant, and what belongs to a name is drawn apart from it."
        if len(together) > 1
        else "A list with a value for each row is meant.",
        f"List {listed} row by row (enum_list)." if is_whole else "Let no value repeat (unique).",
        _in_step(table, together) if is_whole else of_column((table.id, column.name), {"unique": True}),
        weight=85,
    )


def _in_step(table: Table, names: list[str]) -> Patch:
    """Return the patch that lists the choices of columns row by row."""
    lists = {name: {"enum_list": {"values": list(_choices(table.column(name)))}} for name in names}
    return of_table(table.id, {"columns": [{"name": name, "generator": made} for name, made in lists.items()]})


_CODES = frozenset({"sku", "serial", "serialnumber", "iban", "vin", "isbn", "imei", "barcode", "username", "email", "ean"})
_NUMBERED = frozenset(
    {"serial", "tracking", "invoice", "order", "ticket", "account", "policy", "receipt", "registration", "plate"}
)
"""What the number or the code of a row is called, where two rows must not share it."""


@remarks
def codes_twice(study: Study) -> Iterator[Advice]:
    """Yield identifiers that are written by a pattern, where two rows probably get the same one."""
    for place, _, column in study.columns():
        if column.generator.word == "pattern" and _is_identifier(column.name) and _may_repeat(study, place, column):
            capacity = column.generator.capacity(study.index.facts(place))
            rows = study.rows[place[0]] * (1 - column.null_rate)
            if capacity:
                pairs = rows * (rows - 1) / 2 / capacity
                room = row_range(study.index, place[0])[1] <= capacity
                yield from probable(study, place, pairs, f"from {capacity:,} different codes", is_fixable=room)


def _may_repeat(study: Study, place: Place, column: Column) -> bool:
    return not column.modifiers and not study.index.must_not_repeat(place)


def _is_identifier(name: str) -> bool:
    said = words(name)
    is_numbered = len(said) > 1 and said[-1] in ("number", "no", "code") and said[-2] in _NUMBERED
    return is_numbered or said[-1] in _CODES or "".join(said) in _CODES


def probable(study: Study, place: Place, pairs: float, how: str, *, is_fixable: bool = True) -> Iterator[Advice]:
    """Yield the remark that some rows share a value, where so many pairs of them are expected to; `how` it is drawn."""
    share = -math.expm1(-pairs)
    if share >= _LEAST:
        rows = study.rows[place[0]]
        yield Advice(
            "codes-twice",
            study.pointers[place],
            named(place),
            f"About {many(pairs)} pairs of the {many(rows)} rows of {place[0]} have the same {place[1]}."
            if share > _CERTAIN
            else f"With a probability of {percent(share)} two of the {many(rows)} rows of {place[0]} have the same {place[1]}.",
            f"Each is drawn by itself, {how}, and a system that expects it to be unique refuses the data.",
            "Let no value repeat (unique); then all are different.",
            of_column(place, {"unique": True}) if is_fixable else None,
            weight=55 + 10 * share,
        )
