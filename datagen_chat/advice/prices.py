"""Prices that have nothing to do with the price of what they are for."""

from __future__ import annotations

from collections.abc import Iterator

from datagen_chat.advice.base import Advice, Patch, Study, many, named, of_column, percent, remarks
from datagen_chat.advice.likely import numbers_of
from datagen_chat.advice.names import PRICES, any_of, ends_in, words
from datagen_chat.frozen import dataclass
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Column, Table

_NEAR = 0.1
_MOST_ALIKE = 0.6
_PAYMENTS = any_of("payment charge invoice billing bill instalment installment")
_PERIODS = any_of("monthly month yearly annual annually weekly week year")
_OTHERS = any_of("history offer competitor competition market quote bid log change revision version snapshot estimate")
"""What tables and columns are called whose prices are others than those that are listed, on purpose."""
_KINDS = any_of("sale list base retail")
_PAID = any_of("amount price total paid charged")


@dataclass(frozen=True, slots=True)
class _Listed:
    """A price as it is listed: its column, the table whose rows point at it, and the key column that does."""

    price: Place
    pointing: str
    key: str


@remarks
def own_prices(study: Study) -> Iterator[Advice]:
    """Yield the prices of lines and payments that are drawn by themselves, beside the key of a row that has a price."""
    for place, table, column in study.columns():
        if column.type in ("int", "float") and _is_drawn(study, place):
            listed = _listed(study, table, column)
            if listed is not None:
                yield from _unrelated(study, place, listed)


def _is_drawn(study: Study, place: Place) -> bool:
    """Return whether numbers come from chance alone."""
    column = study.index.columns[place]
    return not column.modifiers and not any(column.uses()) and not study.index.sources(place)


def _listed(study: Study, table: Table, column: Column) -> _Listed | None:
    """Return the one listed price that a column's values should be, if there is one."""
    if not _OTHERS.isdisjoint((*words(table.id), *words(column.name))):
        return None
    if ends_in(column.name, PRICES):
        found = [one for one in _priced(study, table.id) if _same(column.name, one.price[1])]
        return found[0] if len(found) == 1 else None
    is_payment = not _PAYMENTS.isdisjoint(words(table.id)) and not _PAID.isdisjoint(words(column.name))
    if not is_payment:
        return None
    chain = (table.id, *study.index.ancestors(table.id))
    found = [one for name in chain for one in _priced(study, name) if not _PERIODS.isdisjoint(words(one.price[1]))]
    return found[0] if len(found) == 1 else None


def _priced(study: Study, table: str) -> Iterator[_Listed]:
    """Yield the prices in the rows that a table's rows look up."""
    for target, key in study.targets(table):
        for column in study.index.tables[target].columns:
            if ends_in(column.name, PRICES) and column.type in ("int", "float"):
                yield _Listed((target, column.name), table, key)


def _same(own: str, theirs: str) -> bool:
    """Return whether two prices mean the same kind of price: "unit_price" and "price", not "shipping_cost" and "price".

    >>> _same("unit_price", "price"), _same("price", "list_price"), _same("shipping_cost", "price")
    (True, True, False)
    >>> _same("sale_price", "list_price")
    False
    """
    one, other = (frozenset(words(name)) - any_of("unit item product per") for name in (own, theirs))
    return one - _KINDS == other - _KINDS and not (one & _KINDS and other & _KINDS and one != other)


def _unrelated(study: Study, place: Place, listed: _Listed) -> Iterator[Advice]:
    own, theirs = numbers_of(study.index, place), numbers_of(study.index, listed.price)
    if own is None or theirs is None:
        return
    near = own.near(theirs, _NEAR)
    if near > _MOST_ALIKE:
        return
    rows = study.rows[place[0]]
    key = listed.key if listed.pointing == place[0] else f"{listed.pointing}.{listed.key}"
    yield Advice(
        "price-unrelated",
        study.pointers[place],
        named(place),
        f"{named(place)} is drawn apart from {named(listed.price)}: only {percent(near)} of {many(rows)} rows come within 10 % "
        f"of the price that their {key} points at.",
        f"Rows that point at the same row of {listed.price[0]} have prices that differ at random.",
        f"Look {named(listed.price)} up through {listed.key}.",
        _looked_up(study, place, listed),
        weight=90,
    )


def _looked_up(study: Study, place: Place, listed: _Listed) -> Patch | None:
    """Return the patch that takes a price from where it is listed, through the ancestor that points there if need be."""
    if place in study.scored:
        return None
    lookup = {"lookup": {"from": named(listed.price), "on": listed.key}}
    if listed.pointing == place[0]:
        return of_column(place, {"generator": lookup})
    column = study.index.columns[listed.price]
    if (listed.pointing, listed.price[1]) in study.index.columns:
        return None
    copied = {"name": listed.price[1], "type": column.type, "generator": lookup}
    own = {"name": place[1], "generator": {"lookup": {"from": f"{listed.pointing}.{listed.price[1]}"}}}
    return {"nodes": [{"id": listed.pointing, "columns": [copied]}, {"id": place[0], "columns": [own]}]}
