"""Bounds that values are pulled to, or drawn within."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from datagen_chat.laws.base import Law, Masses

Bounds = tuple[float, float]
_BELOW_1 = 1 - 2.0**-53


def inner_bounds(clamp: Bounds, places: int | None) -> Bounds:
    """Return the outermost bounds within a clamp that rounding to so many places leaves where they are.

    >>> inner_bounds((0.04, 99.96), 1), inner_bounds((1.5, math.inf), 0), inner_bounds((0.041, 0.044), 2)
    ((0.1, 99.9), (2.0, inf), (0.041, 0.044))
    """
    if places is None or max((abs(bound) for bound in clamp if math.isfinite(bound)), default=0.0) >= 2.0**53:
        return clamp
    low, high = _rounded(clamp[0], places, ROUND_CEILING), _rounded(clamp[1], places, ROUND_FLOOR)
    return (low, high) if low <= high else clamp


def _rounded(bound: float, places: int, mode: str) -> float:
    return float(Decimal(repr(bound)).quantize(Decimal(1).scaleb(-places), mode)) if math.isfinite(bound) else bound


def rounded_window(clamp: Bounds, places: int | None) -> Bounds:
    """Return the bounds of all that rounding to so many places brings within a clamp.

    Without this half step to both sides the outermost of the rounded values would have half of their share.

    >>> rounded_window((1, 5), 0), rounded_window((0.04, 99.96), 1), rounded_window((0.041, 0.044), 2)
    ((0.5, 5.5), (0.05, 99.95), (0.041, 0.044))
    """
    low, high = inner_bounds(clamp, places)
    if places is None or max(map(abs, clamp)) >= 2.0**53 or round(low, places) != low:
        return low, high
    return round(low - 0.5 * 10.0**-places, places + 1), round(high + 0.5 * 10.0**-places, places + 1)


def truncated(law: Law, clamp: Bounds, places: int | None) -> Callable[[tuple[float, ...]], list[float]]:
    """Return the quantiles of a continuous law given that its value, rounded to so many places, lies within a clamp."""
    low, high = inner_bounds(clamp, places)
    below, up_to = map(law.share, rounded_window(clamp, places))

    def quantiles(shares: tuple[float, ...]) -> list[float]:
        inside = tuple(min(max(below + share * (up_to - below), 1e-300), _BELOW_1) for share in shares)
        return [min(max(value, low), high) for value in law.quantiles(inside)]

    return quantiles


def truncated_masses(masses: Masses, clamp: Bounds) -> Masses:
    """Return the masses without those beyond a bound; they no longer add up to one.

    >>> truncated_masses(Masses(0, (0.1, 0.2, 0.3, 0.4)), (0.5, 2))
    Masses(first=1, shares=(0.2, 0.3))
    """
    first = max(masses.first, math.ceil(clamp[0]))
    last = min(masses.first + len(masses.shares) - 1, math.floor(clamp[1]))
    return Masses(first, masses.shares[first - masses.first : last - masses.first + 1] if last >= first else ())
