"""Whole numbers as text, written as branches of uniform groups of digits: exact, and no pool above a thousand words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from datagen_chat.faking.grammar import Pool

GROUP = 3
Form = tuple[int, tuple[str | Pool, ...]]
"""How many numbers have this form, and its parts."""


def forms(low: int, high: int, width: int, slot: str) -> Iterator[Form]:
    """Yield the forms of the numbers from `low` to `high`, zero-padded to `width` digits.

    >>> [(n, [p if isinstance(p, str) else len(p.words) for p in parts]) for n, parts in forms(501, 99950, 5, "")]
    [(499, ['00', 499]), (98000, [98, 1000]), (951, ['99', 951])]
    """
    for digits in range(len(str(low)), len(str(high)) + 1):
        first = max(low, 10 ** (digits - 1) if digits > 1 else 0)
        last = min(high, 10**digits - 1)
        if digits <= width:
            yield from _padded(low, min(high, 10**width - 1), width, slot)
            if high < 10**width:
                return
            low = 10**width
        elif first <= last and first >= low:
            yield from _padded(first, last, digits, slot)


def _padded(low: int, high: int, width: int, slot: str) -> Iterator[Form]:
    if low > high:
        return
    if width <= GROUP:
        yield high - low + 1, (_digits(low, high, width, slot),)
        return
    unit = 10**GROUP
    (top_low, rest_low), (top_high, rest_high) = divmod(low, unit), divmod(high, unit)
    if top_low == top_high:
        yield from _under(top_low, rest_low, rest_high, width, slot)
        return
    if rest_low:
        yield from _under(top_low, rest_low, unit - 1, width, slot)
        top_low += 1
    if rest_high < unit - 1:
        top_high -= 1
    for count, parts in _padded(top_low, top_high, width - GROUP, slot):
        yield count * unit, (*parts, _digits(0, unit - 1, GROUP, slot))
    if rest_high < unit - 1:
        yield from _under(top_high + 1, 0, rest_high, width, slot)


def _under(top: int, low: int, high: int, width: int, slot: str) -> Iterator[Form]:
    yield high - low + 1, (f"{top:0{width - GROUP}d}", _digits(low, high, GROUP, slot))


@cache
def _digits(low: int, high: int, width: int, slot: str) -> Pool:
    return Pool(slot, tuple(f"{number:0{width}d}" for number in range(low, high + 1)))
