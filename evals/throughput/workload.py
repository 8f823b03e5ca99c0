"""The work: the seed's e-commerce schema at any number of order items."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).with_name("ecommerce.json")
ORDERS_PER_CUSTOMER, ITEMS_PER_ORDER = 3.5, 2.5
CUSTOMERS, PRODUCTS = 500, 200  # of the seed; the scaled dataset keeps their ratio
_UNITS = {"": 1, "k": 1_000, "M": 1_000_000}


@dataclass(frozen=True, slots=True)
class Size:
    """How much to make, in order items; the other tables keep the seed's proportions."""

    items: int

    @property
    def customers(self) -> int:
        """The rows of `customer`, such that the mean number of order items is wanted."""
        return round(self.items / (ORDERS_PER_CUSTOMER * ITEMS_PER_ORDER))

    @property
    def products(self) -> int:
        """The rows of `product`."""
        return self.customers * PRODUCTS // CUSTOMERS

    def __str__(self) -> str:
        return shown_size(self.items)


def shown_size(count: int) -> str:
    """Return a round number as a person writes it.

    >>> shown_size(10_000_000), shown_size(2_500), shown_size(7)
    ('10 M', '2500', '7')
    """
    for unit in ("M", "k"):
        if count and count % _UNITS[unit] == 0:
            return f"{count // _UNITS[unit]} {unit}"
    return str(count)


def read_size(text: str) -> Size:
    """Return the size that a person writes.

    Raises:
        ValueError: the text is not a number with or without a unit.

    >>> read_size("10M").items, str(read_size("100k"))
    (10000000, '100 k')
    """
    unit = text[-1:] if text[-1:] in _UNITS else ""
    return Size(int(text.removesuffix(unit)) * _UNITS[unit])


def scaled_schema(size: Size) -> dict[str, Any]:
    """Return the e-commerce schema with the rows of its entities set for a size."""
    schema: dict[str, Any] = json.loads(SCHEMA.read_text())
    rows = {"customer": size.customers, "product": size.products}
    for node in schema["nodes"]:
        if node["id"] in rows:
            node["rows"] = rows[node["id"]]
    return schema
