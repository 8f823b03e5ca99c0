"""What names say, plurals read as singulars: which columns are times, prices or totals, which tables are lines of others."""

from __future__ import annotations

import re
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d?(?![a-z])|[A-Z]?[a-z]+|\d+")


def any_of(said: str) -> frozenset[str]:
    """Return words that are written one after the other."""
    return frozenset(said.split())


PRICES = any_of("price cost fare fee rate")
QUANTITIES = any_of("quantity qty unit piece")
TOTALS = any_of("total subtotal sum")
LINES = any_of("item line detail position")
HELD = any_of("subscription account contract membership policy licence license")
ADDED = any_of("tax vat shipping tip gratuity surcharge")
BIRTHS = any_of("birth born dob birthday birthdate")
BEGINNINGS = any_of(
    "start started begin began opened created signup signed registered registration joined installed hired hire "
    "launched launch since enrolled issued ordered placed admitted admission founded introduced activated"
)
STARTS = any_of("start started begin began launch launched")
"""Beginnings of what is planned, which people book before."""
BOOKINGS = any_of(
    "booked booking reserved reservation purchased sold enrolled enrollment registered registration signed signup applied "
    "application invited invitation ticket"
)
LATER = (
    (any_of("start started begin began from since"), any_of("end ended until to finish finished expire expired expiry")),
    (any_of("opened open"), any_of("closed close resolved")),
    (
        any_of("created placed ordered order"),
        any_of("updated modified deleted closed completed resolved paid shipped delivered delivery cancelled returned"),
    ),
    (any_of("shipped"), any_of("delivered delivery returned")),
    (any_of("hired hire"), any_of("terminated termination fired left end")),
    (
        any_of("signup signed registered registration joined enrolled"),
        any_of("login seen active churned cancelled deactivated"),
    ),
    (any_of("admitted admission"), any_of("discharged discharge")),
    (any_of("checkin"), any_of("checkout")),
    (any_of("departure departed depart"), any_of("arrival arrived arrive")),
    (any_of("invoiced issued"), any_of("due paid")),
    (any_of("lent borrowed rented"), any_of("returned due")),
    (any_of("requested"), any_of("started start accepted picked completed ended end finished cancelled")),
    (any_of("booked reserved purchased"), any_of("departure departed depart takeoff")),
)
"""Words of a column and of another one of its row that cannot come before it."""
_NOT_EARLY, _NOT_LATE = any_of("next last latest previous"), any_of("previous prior")
"""Words of other events of the same kind, which come in no order that is known: the next order, the previous end."""
DURATIONS = {"night": "days", "day": "days", "hour": "hours", "minute": "minutes", "min": "minutes"}
"""The last word of a length of time, and the function that makes one of a number."""
LENGTHS = any_of("night day hour minute min duration length stay of in")
"""All that the name of a length of time between two others of its row consists of."""
_UNITS = any_of(
    "usd eur gbp chf euro dollar cent amount value net gross kg g gram lb cm mm m km mile sqm m2 l ml kwh kw mwh hp kmh mph"
)


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters, plurals as singulars.

    >>> words("order_items"), words("unitPrice"), words("check_in_at"), words("addresses"), words("status")
    (('order', 'item'), ('unit', 'price'), ('checkin', 'at'), ('address',), ('status',))
    """
    found = [_singular(word.lower()) for word in _WORD.findall(name)]
    text = "_".join(found)
    for pair in ("check_in", "check_out", "sign_up"):
        text = re.sub(rf"(^|_){pair}(?=_|$)", rf"\g<1>{pair.replace('_', '')}", text)
    return tuple(text.split("_"))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is", "as")) and len(word) > 3 else word


def says(name: str, known: frozenset[str]) -> bool:
    """Return whether one of the words of a name is among those known."""
    return not known.isdisjoint(words(name))


def ends_in(name: str, known: frozenset[str]) -> bool:
    """Return whether the last word of a name that says something, units left out, is among those known.

    >>> ends_in("weight_kg", any_of("weight")), ends_in("price_list", any_of("price"))
    (True, False)
    """
    kept = [word for word in words(name) if word not in _UNITS]
    return bool(kept) and kept[-1] in known


def is_line_of(child: str, parent: str) -> bool:
    """Return whether a table's name says that its rows are the lines of another table's rows.

    >>> is_line_of("order_item", "orders"), is_line_of("invoice_lines", "invoice"), is_line_of("payment", "order")
    (True, True, False)
    """
    own, above = words(child), words(parent)
    return own[-1] in LINES and len(own) > 1 and above[-1] == own[-2]


def is_later(first: str, second: str) -> bool:
    """Return whether the second of two times of one row cannot come before the first, by their names.

    >>> is_later("starts_at", "ends_at"), is_later("start_date", "end_date"), is_later("end_date", "start_date")
    (True, True, False)
    >>> is_later("next_order_date", "delivery_date"), is_later("signup_date", "first_login_at")
    (False, True)
    """
    one, other = set(words(first)), set(words(second))
    if not BIRTHS.isdisjoint(one):
        return BIRTHS.isdisjoint(other)
    rest = one & other
    if not _NOT_EARLY.isdisjoint(one - rest) or not _NOT_LATE.isdisjoint(other - rest):
        return False
    return any(not (one - rest).isdisjoint(early) and not (other - rest).isdisjoint(late) for early, late in LATER)
