"""What a careful reviewer would say of a valid schema, before a row is made; one file for each kind of remark."""

from datagen_chat.advice import (
    childless,
    clamps,
    invented,
    keys,
    prices,
    repeats,
    rows,
    series,
    statuses,
    times,
    totals,
    weights,
)
from datagen_chat.advice.base import Advice
from datagen_chat.advice.review import advise

__all__ = [
    "Advice",
    "advise",
    "childless",
    "clamps",
    "invented",
    "keys",
    "prices",
    "repeats",
    "rows",
    "series",
    "statuses",
    "times",
    "totals",
    "weights",
]
