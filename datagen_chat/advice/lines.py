"""Lines: rows that say how many of what at which price, below rows that come to their sum.

Names tell them, and so do columns, in any language: a price that is looked up through a key beside a number that is drawn, or a
product of both; or, below a fact with a total, an amount that is drawn. Lines have no time of their own, which tells them from
the purchases of a customer.
"""

from __future__ import annotations

import re

from datagen_chat.advice.base import Study
from datagen_chat.advice.likely import numbers_of
from datagen_chat.advice.names import PRICES, QUANTITIES, TOTALS, any_of, ends_in, is_line_of, says, words
from datagen_chat.generators.lookup import Lookup
from datagen_chat.schema.index import Place
from datagen_chat.schema.known import places_of
from datagen_chat.schema.model import Column, Table

NUMBERS = ("int", "float")
_TIMES = ("date", "datetime")
_PRODUCT = re.compile(r"\s*(?:round\s*\()?\s*([A-Za-z_]\w*)\s*\*\s*([A-Za-z_]\w*)\s*(?:,\s*\d+\s*\))?\s*")
_PLACES = any_of("position number no rank index line rating score percent discount year age")
"""What a whole number in a line may be called that is no quantity."""
_ALIKE = 4.0
"""A number that is a total comes within this factor of the sum of the lines; another one does so seldom."""


def is_chance(study: Study, place: Place) -> bool:
    """Return whether the numbers of a column come from chance alone."""
    column = study.index.columns[place]
    is_drawn = not column.modifiers and not any(column.uses()) and not study.index.sources(place)
    return is_drawn and numbers_of(study.index, place) is not None


def is_called_total(column: Column) -> bool:
    """Return whether a column's name says that it is a total."""
    return says(column.name, TOTALS) or words(column.name) == ("amount",)


def parts_of_line(study: Study, lines: str) -> tuple[str, ...] | None:
    """Return the columns whose product a line comes to: its quantity and price, or the price alone."""
    numeric = [column.name for column in study.index.tables[lines].columns if column.type in NUMBERS]
    prices = [name for name in numeric if ends_in(name, PRICES) and not says(name, TOTALS)]
    quantities = [name for name in numeric if words(name)[-1] in QUANTITIES]
    if len(prices) != 1 or len(quantities) > 1:
        return summands(study, lines)
    return (*quantities, *prices) if quantities else _multiplied(study, lines) or (*prices,)


def summands(study: Study, lines: str) -> tuple[str, ...] | None:
    """Return the columns whose product a line comes to: how many at which price, or an amount; None where none surely do."""
    return priced(study, lines) or _amount(study, lines)


def _amount(study: Study, lines: str) -> tuple[str] | None:
    """Return the only number of a table that is called a total, where it is drawn."""
    found = [column for column in study.index.tables[lines].columns if column.type in NUMBERS and is_called_total(column)]
    return (found[0].name,) if len(found) == 1 and is_chance(study, (lines, found[0].name)) else None


def priced(study: Study, lines: str) -> tuple[str, str] | None:
    """Return the columns that say how many and at which price, whatever they are called; None where no two surely do."""
    return _multiplied(study, lines) or _copied(study, lines)


def _multiplied(study: Study, lines: str) -> tuple[str, str] | None:
    """Return the whole number and the other one whose product a table computes."""
    product = product_of(study.index.tables[lines])
    if product is None:
        return None
    one, other = (study.index.columns.get((lines, part)) for part in product[1])
    if one is None or other is None or {one.type, other.type} != {"int", "float"}:
        return None
    return (one.name, other.name) if one.type == "int" else (other.name, one.name)


def _copied(study: Study, lines: str) -> tuple[str, str] | None:
    """Return the only whole number that is drawn, and the only number that is copied from where a key points at."""
    columns = study.index.tables[lines].columns
    copied = [column.name for column in columns if _is_copied(study, study.index.tables[lines], column)]
    drawn = [column.name for column in columns if column.type == "int" and is_chance(study, (lines, column.name))]
    return (drawn[0], copied[0]) if len(copied) == len(drawn) == 1 and not says(drawn[0], _PLACES) else None


def product_of(table: Table) -> tuple[str, tuple[str, str]] | None:
    """Return the only column of a table that is the product of two others, and those."""
    found = [
        (column.name, (parts[1], parts[2]))
        for column in table.columns
        if column.generator.word == "expression" and (parts := _PRODUCT.fullmatch(getattr(column.generator, "code", "")))
    ]
    return found[0] if len(found) == 1 else None


def _is_copied(study: Study, table: Table, column: Column) -> bool:
    """Return whether a number is copied from the row that a key points at, and is no key."""
    word = column.generator
    if not isinstance(word, Lookup) or word.pointed() is None or column.type not in NUMBERS or column.modifiers:
        return False
    is_key = word.column == study.index.tables[word.table].pk
    return not is_key and word.table not in (table.id, *study.index.ancestors(table.id))


def is_line(study: Study, lines: str, above: str) -> bool:
    """Return whether the rows of a table are lines of those that they hang off, by its name or by the columns of both."""
    if is_line_of(lines, above):
        return True
    if not _has_form(study, lines, above):
        return False
    columns = study.index.tables[above].columns
    return any(_is_summed(column, lines) or is_total_of(study, (above, column.name), lines) for column in columns)


def _is_summed(column: Column, lines: str) -> bool:
    """Return whether a column sums up a table below."""
    word = column.generator
    return word.word == "aggregate" and getattr(word, "op", "") == "sum" and getattr(word, "of", "").startswith(f"{lines}.")


def _has_form(study: Study, lines: str, above: str) -> bool:
    """Return whether the columns of a table are those of lines, below rows that happen at some time, or hang off others."""
    table, parent = study.index.tables[lines], study.index.tables[above]
    if table.parents[:1] != (above,) or _has_time(table):
        return False
    is_fact = parent.kind == "fact"
    return (is_fact or _has_time(parent)) if priced(study, lines) else (is_fact and _amount(study, lines) is not None)


def _has_time(table: Table) -> bool:
    return any(column.type in _TIMES for column in table.columns)


def is_total_of(study: Study, place: Place, lines: str) -> bool:
    """Return whether a number that is drawn is meant to be the sum of the lines below, by the columns of both.

    It comes near their sum, and is called a total, or is the only number of its row that does and has the price's decimals.
    Where names say total above and below, numbers that are drawn are enough.
    """
    if not _has_form(study, lines, place[0]):
        return False
    parts = priced(study, lines)
    if parts is None:
        return is_chance(study, place) and is_called_total(study.index.columns[place])
    each = expected(study, lines, parts)
    if each is None:
        return False
    summed = each * study.rows[lines] / max(study.rows[place[0]], 1.0)
    near = [(place[0], column.name) for column in study.index.tables[place[0]].columns]
    near = [other for other in near if _is_near(study, other, summed)]
    form = _form(study, (lines, parts[1]))
    is_alone = [other for other in near if _form(study, other) == form] == [place]
    return place in near and (is_alone or is_called_total(study.index.columns[place]))


def _form(study: Study, place: Place) -> tuple[str, int | None]:
    """Return the type of a column's numbers, and their decimals."""
    return study.index.columns[place].type, places_of(study.index, place)


def _is_near(study: Study, place: Place, summed: float) -> bool:
    """Return whether a number that is drawn is about as large as a sum."""
    drawn = numbers_of(study.index, place) if is_chance(study, place) else None
    return drawn is not None and summed / _ALIKE <= drawn.mean() <= summed * _ALIKE


def expected(study: Study, lines: str, parts: tuple[str, ...]) -> float | None:
    """Return the mean of what a line comes to, where its parts are independent of each other."""
    product = 1.0
    for part in parts:
        found = numbers_of(study.index, (lines, part))
        if found is None:
            return None
        product *= found.mean()
    return product
