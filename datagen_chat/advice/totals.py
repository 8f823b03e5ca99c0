"""Totals that are not the sum of their lines, or the product of what stands beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from datagen_chat.advice.base import Advice, Patch, Study, many, named, of_column, percent, remarks
from datagen_chat.advice.likely import Values, moments_of, numbers_of
from datagen_chat.advice.lines import (
    NUMBERS,
    expected,
    is_called_total,
    is_chance,
    is_total_of,
    parts_of_line,
    priced,
    product_of,
    summands,
)
from datagen_chat.advice.names import ADDED, BIRTHS, LINES, TOTALS, any_of, is_line_of, says, words
from datagen_chat.instants import DAY
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Table

_NEAR = 0.1
_BASES = any_of("fare base net")


@remarks
def sums_of_lines(study: Study) -> Iterator[Advice]:
    """Yield the totals of rows with lines that are drawn, instead of summed."""
    for place, table, _ in study.columns():
        if study.index.columns[place].type not in NUMBERS:
            continue
        below = [name for name in study.index.descendants(table.id) if study.index.tables[name].parents[0] == table.id]
        if not below or not is_chance(study, place) or _addends(table, place[1]):
            continue
        found = [(name, parts) for name in below if (parts := _summands(study, name, place))]
        if len(found) == 1:
            yield _unsummed(study, place, *found[0])


@remarks
def products(study: Study) -> Iterator[Advice]:
    """Yield the totals of lines that are drawn, beside a quantity and a price of the same row."""
    for place, table, _ in study.columns():
        parts = parts_of_line(study, table.id) if _is_drawn_total(study, place) else None
        if (
            parts is not None
            and len(parts) > 1
            and place[1] not in parts
            and (words(table.id)[-1] in LINES | {"order", "sale", "purchase"} or priced(study, table.id) is not None)
        ):
            yield _unmultiplied(study, place, parts)


def _summands(study: Study, lines: str, total: Place) -> tuple[str, ...]:
    """Return the columns of a table below whose product a total sums up: of lines, or of what the total is named after."""
    is_total = is_called_total(study.index.columns[total])
    if is_total and is_line_of(lines, total[0]):
        return parts_of_line(study, lines) or ()
    wanted = [word for word in words(total[1]) if word != "total"]
    columns = study.index.tables[lines].columns
    found = [column.name for column in columns if column.type in NUMBERS and list(words(column.name)) == wanted]
    if found and "total" in words(total[1]):
        return tuple(found)
    return summands(study, lines) or () if is_total_of(study, total, lines) else ()


def _is_drawn_total(study: Study, place: Place) -> bool:
    column = study.index.columns[place]
    return column.type in NUMBERS and is_called_total(column) and is_chance(study, place)


def _summed(table: Table, parts: tuple[str, ...]) -> str | None:
    """Return the column that already holds what a line comes to, if there is one."""
    product = product_of(table)
    if product is not None and set(product[1]) == set(parts):
        return product[0]
    return next((column.name for column in table.columns if column.type in NUMBERS and says(column.name, TOTALS)), None)


def _unsummed(study: Study, place: Place, lines: str, parts: tuple[str, ...]) -> Advice:
    drawn = numbers_of(study.index, place)
    assert drawn is not None
    each = expected(study, lines, parts)
    number = study.rows[lines] / max(study.rows[place[0]], 1.0)
    means = f"its mean is {many(drawn.mean())}"
    if each is not None:
        means += f", that of the sums {many(number * each)} ({many(number)} lines of {many(each)})"
    return Advice(
        "total-not-summed",
        study.pointers[place],
        named(place),
        f"{named(place)} is drawn, not summed over {lines}: {means}.",
        "Whoever adds up the lines gets another number.",
        f"Sum the lines: {' × '.join(parts)} of {lines}.",
        _summing(study, place, lines, parts),
        weight=92,
    )


def _summing(study: Study, place: Place, lines: str, parts: tuple[str, ...]) -> Patch | None:
    """Return the patch that makes a total the sum of its lines, which get a total of their own where they have none."""
    table, name = study.index.tables[lines], _summed(study.index.tables[lines], parts)
    made = any(study.is_made_of((lines, part), place) for part in (*parts, *([name] if name else [])))
    if place in study.scored or made:
        return None
    nodes = []
    if name is None:
        name = "line_total" if len(parts) > 1 else parts[0]
        if name == "line_total":
            if any(column.name == name for column in table.columns):
                return None
            nodes.append({"id": lines, "columns": [_line_total(name, parts) | _nullable(study, lines, parts)]})
    total: dict[str, Any] = {"name": place[1], "generator": {"aggregate": {"of": f"{lines}.{name}", "op": "sum"}}}
    own = study.index.columns[place]
    is_float = own.type == "float" or len(parts) > 1 or study.index.columns[lines, name].type != "int"
    total |= {"type": "float"} if is_float and own.type != "float" else {}
    total |= {"decimals": 2} if is_float and own.decimals is None else {}
    return {"nodes": [*nodes, {"id": place[0], "columns": [total]}]}


def _line_total(name: str, parts: tuple[str, ...]) -> dict[str, object]:
    return {"name": name, "type": "float", "decimals": 2, "generator": {"expression": {"code": " * ".join(parts)}}}


def _unmultiplied(study: Study, place: Place, parts: tuple[str, ...]) -> Advice:
    drawn, each = numbers_of(study.index, place), expected(study, place[0], parts)
    assert drawn is not None
    product = _product(study, place[0], parts)
    rows = study.rows[place[0]]
    near = (
        "" if product is None else f"; only {percent(drawn.near(product, _NEAR))} of {many(rows)} rows come within 10 % of it"
    )
    means = "" if each is None else f": its mean is {many(drawn.mean())}, that of the product {many(each)}"
    return Advice(
        "total-ignores-parts",
        study.pointers[place],
        named(place),
        f"{named(place)} is drawn apart from {' × '.join(parts)}{means}{near}.",
        "A row contradicts itself.",
        f"Compute it: {' * '.join(parts)}.",
        _computed(study, place, " * ".join(parts), parts),
        weight=88,
    )


def _computed(study: Study, place: Place, code: str, parts: tuple[str, ...]) -> Patch | None:
    """Return the patch that computes a column from others of its row; None where one of them depends on it."""
    if place in study.scored or any(study.is_made_of((place[0], part), place) for part in parts):
        return None
    nulls = _nullable(study, place[0], parts)
    if nulls and not study.may_turn_null(place):
        return None
    changes: dict[str, Any] = {"type": "float", "decimals": 2, "generator": {"expression": {"code": code}}}
    return of_column(place, changes | nulls)


def _nullable(study: Study, table: str, parts: tuple[str, ...]) -> dict[str, Any]:
    return {"nullable": True} if any(study.index.columns[table, part].may_be_null for part in parts) else {}


def _product(study: Study, table: str, parts: tuple[str, ...]) -> Values | None:
    """Return the products of independent parts of a row."""
    product: Values | None = None
    for part in parts:
        found = numbers_of(study.index, (table, part))
        if found is None:
            return None
        product = found if product is None else product.times(found)
    return product


@remarks
def sums_beside(study: Study) -> Iterator[Advice]:
    """Yield the totals that are drawn, beside a subtotal and what is added to it."""
    for place, table, _ in study.columns():
        parts = _addends(table, place[1])
        if not parts or not _is_drawn_total(study, place):
            continue
        means = [numbers_of(study.index, (table.id, part)) for part in parts]
        drawn, known = numbers_of(study.index, place), [mean.mean() for mean in means if mean is not None]
        assert drawn is not None
        summed = f", that of the sum {many(sum(known))}" if len(known) == len(parts) else ""
        code = " + ".join(parts)
        yield Advice(
            "total-ignores-parts",
            study.pointers[place],
            named(place),
            f"{named(place)} is drawn apart from {code}: its mean is {many(drawn.mean())}{summed}.",
            "A row contradicts itself.",
            f"Compute it: {code}.",
            _computed(study, place, code, parts),
            weight=88,
        )


def _addends(table: Table, name: str) -> tuple[str, ...]:
    """Return the columns beside a total that it is the sum of: a subtotal, and taxes and the like."""
    if "total" not in words(name):
        return ()
    numeric = [column.name for column in table.columns if column.type in NUMBERS and column.name != name]
    base = [other for other in numeric if "subtotal" in words(other)] or [other for other in numeric if says(other, _BASES)]
    more = [other for other in numeric if says(other, ADDED) and "rate" not in words(other) and "percent" not in words(other)]
    return (*base, *more) if len(base) == 1 and more else ()


@remarks
def ages(study: Study) -> Iterator[Advice]:
    """Yield the ages that are drawn, beside a date of birth."""
    if study.dataset.window is None:
        return
    for table in study.dataset.nodes:
        born = [column.name for column in table.columns if column.type in ("date", "datetime") and says(column.name, BIRTHS)]
        place = (table.id, next((column.name for column in table.columns if words(column.name) == ("age",)), ""))
        if len(born) != 1 or place not in study.index.columns or not is_chance(study, place):
            continue
        births, drawn = moments_of(study.index, (table.id, born[0])), numbers_of(study.index, place)
        if births is None or drawn is None:
            continue
        years = Values(np.floor((study.dataset.window[1] - births.values) / (365.25 * DAY)), births.shares)
        right = Values(np.rint(drawn.values), drawn.shares).near(years, 0.0)
        rows, nulls = study.rows[table.id], _nullable(study, table.id, (born[0],))
        code = f"floor((timeframe.end - {born[0]}) / days(365.25))"
        yield Advice(
            "age-ignores-birth",
            study.pointers[place],
            named(place),
            f"{named(place)} is drawn apart from {born[0]}: {percent(right)} of {many(rows)} rows have it right.",
            "A row contradicts itself.",
            f"Compute it: {code}.",
            of_column(place, {"type": "int", "generator": {"expression": {"code": code}}} | nulls)
            if not nulls or study.may_turn_null(place)
            else None,
            weight=86,
        )
