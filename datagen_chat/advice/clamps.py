"""Numbers that a clamp pulls to its bounds in heaps, and numbers that fall where their names say they cannot."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from datagen_chat.advice.base import Advice, Patch, Study, many, named, of_column, percent, remarks
from datagen_chat.advice.likely import branch_shares, is_case
from datagen_chat.advice.names import PRICES, QUANTITIES, any_of, ends_in, says
from datagen_chat.bounds import rounded_window
from datagen_chat.generators.base import words_in
from datagen_chat.generators.distribution import Distribution
from datagen_chat.laws.uniform import Uniform
from datagen_chat.problems import parts_of
from datagen_chat.schema.index import Place
from datagen_chat.schema.model import Column

_LEAST, _MOST = 0.05, 1 - 1e-6  # beyond that nothing is left to draw


@remarks
def heaps(study: Study) -> Iterator[Advice]:
    """Yield the draws of which a clamp cuts more than one in twenty: as many values are exactly its bound."""
    for place, _, column in study.columns():
        for at, word in words_in(study.ranged[place].generator):
            if isinstance(word, Distribution) and word.clamp is not None and not word.truncate and not column.modifiers:
                yield from _heap(study, place, at, word)


def _heap(study: Study, place: Place, at: str, drawn: Distribution) -> Iterator[Advice]:
    column = study.index.columns[place]
    below, above = beyond(drawn, column.type)
    if not _LEAST <= below + above < _MOST or isinstance(drawn.params, Uniform) or drawn.correlate is not None:
        return
    bound, heap = (drawn.clamp or (0, 0))[above > below], max(below, above)
    rows = study.rows[place[0]] * (1 - column.null_rate) * _share_of(study, place, at)
    of = f" of the branch {_branch(at)}" if _branch(at) else ""
    is_own = drawn == dict(words_in(column.generator))[at]
    changes = {"truncate": True} if is_own else {"clamp": list(drawn.clamp or ()), "truncate": True}
    yield Advice(
        "clamp-heap",
        study.pointers[place] + "/generator" + at,
        named(place) + (f" ({_branch(at)})" if _branch(at) else ""),
        f"The {'clamp' if is_own else 'range'} of {named(place)} cuts {percent(below + above)} of the values{of}: "
        f"{percent(heap)} are pulled to {bound:g}, about {many(rows * heap)} rows.",
        "A histogram shows a spike at the bound.",
        "Draw again what falls outside (truncate), so that nothing heaps up.",
        of_column(place, nested("/generator" + at, changes)),
        weight=(20 if drawn.params.discrete else 35) + 20 * heap,
    )


def beyond(drawn: Distribution, type_: str) -> tuple[float, float]:
    """Return the shares of a law's values below and above its clamp, before they are pulled to it."""
    assert drawn.clamp is not None
    law = drawn.params
    if law.discrete:
        masses = law.masses()
        numbers = range(masses.first, masses.first + len(masses.shares))
        low, high = drawn.clamp
        pairs = list(zip(numbers, masses.shares, strict=True))
        return math.fsum(share for number, share in pairs if number < low), math.fsum(s for n, s in pairs if n > high)
    low, high = rounded_window(drawn.clamp, 0 if type_ == "int" else None)
    return law.share(low), 1 - law.share(high)


def nested(at: str, changes: dict[str, Any]) -> Patch:
    """Return changes at a pointer below a column."""
    for part in reversed(parts_of(at)):
        changes = {part: changes}
    return changes


def _branch(at: str) -> str:
    """Return the values of the cases whose branches a pointer leads into; nothing where it leads into none.

    >>> _branch("/case/when/Books/case/else/distribution"), _branch("/distribution")
    ('Books, else', '')
    """
    parts, values = parts_of(at), list[str]()
    while parts[:1] == ["case"]:
        values.append(parts[2] if parts[1] == "when" else "else")
        parts = parts[3:] if parts[1] == "when" else parts[2:]
    return ", ".join(values)


def _share_of(study: Study, place: Place, at: str) -> float:
    """Return the share of rows that a branch of a case makes; 1 outside of one, or where it is not known."""
    case = study.index.columns[place].generator
    if not is_case(case):
        return 1.0
    inside = at.removeprefix("/case")
    shares = branch_shares(case, study.index, place[0])
    return next((share for branch, share in shares.items() if branch and inside.startswith(branch + "/")), 1.0)


_SIZES = (
    PRICES
    | QUANTITIES
    | any_of(
        "age weight height length width depth area distance duration minute hour second salary wage income stock size "
        "population consumption volume capacity speed mileage"
    )
)
_SIGNED = any_of(
    "growth change delta diff difference delay offset net operating adjustment variance deviation drift error gain loss profit "
    "early late lateness relative excess spot"
)
"""What can be below zero though it is counted in something that cannot: a growth rate, minutes of delay, net income."""
_LEAST_BELOW, _TAIL = 0.001, 1 - 1e-7


@remarks
def negatives(study: Study) -> Iterator[Advice]:
    """Yield the prices, quantities and sizes that come out below zero."""
    for place, _, column in study.columns():
        is_size = ends_in(column.name, _SIZES) and not says(column.name, _SIGNED)
        if not column.modifiers and is_size and column.type in ("int", "float"):
            for at, word in words_in(column.generator):
                if isinstance(word, Distribution) and (share := _negative(word, column)) >= _LEAST_BELOW:
                    yield _below_zero(study, place, at, word, share)


def _negative(drawn: Distribution, column: Column) -> float:
    if drawn.correlate is not None or (drawn.clamp is not None and drawn.clamp[0] >= 0):
        return 0.0
    if drawn.params.discrete:
        return 0.0
    return drawn.params.share(-0.5 if column.type == "int" else 0.0)


def _below_zero(study: Study, place: Place, at: str, drawn: Distribution, share: float) -> Advice:
    rows = study.rows[place[0]] * _share_of(study, place, at)
    high = drawn.clamp[1] if drawn.clamp is not None else _round_up(drawn.params.quantile(_TAIL))
    return Advice(
        "negative",
        study.pointers[place] + "/generator" + at,
        named(place) + (f" ({_branch(at)})" if _branch(at) else ""),
        f"{percent(share)} of the values of {named(place)} are below 0: about {many(rows * share)} rows.",
        f"A {place[1]} below 0 makes no sense.",
        "Keep to what is not negative (a clamp at 0 that is truncated).",
        of_column(place, nested("/generator" + at, {"clamp": [0, high], "truncate": True})) if high > 0 else None,
        weight=60 + 20 * share,
    )


def _round_up(value: float) -> float:
    """Return the next larger number of two digits.

    >>> _round_up(359.2), _round_up(0.123)
    (360.0, 0.13)
    """
    if value <= 0:
        return value
    unit = 10.0 ** (math.floor(math.log10(value)) - 1)
    return float(f"{math.ceil(value / unit) * unit:.6g}")
