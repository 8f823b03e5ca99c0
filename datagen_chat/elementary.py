"""Exponentials, logarithms and powers of whole columns, to the same bits on every machine.

NumPy's own differ in their last bits between versions and processors. These use +, -, × and tables only, each of which
IEEE 754 rounds in one way, and the bits of the exponent. Logarithms are carried as an unevaluated sum of two floats, so that
the results are within 0.52 units in the last place of the true value (normal numbers; within 1 where a result is subnormal).

Source:
    Tang, "Table-driven implementation of the exponential function in IEEE floating-point arithmetic", TOMS 15 (1989);
    the reduction of logarithms after ARM's optimized-routines; sums and products of two floats after Dekker (1971).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]
"""An unevaluated sum: the float nearest to a number, and what is missing."""

_STEPS = 128
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)
_LN2 = _EXACT.ln(Decimal(2))
_LOG10_E = _EXACT.divide(1, _EXACT.ln(Decimal(10)))
_CHUNK = 1 << 13  # rows whose temporaries stay in the cache

_SPLIT = 134217729.0  # 2**27 + 1
_MANTISSA = np.int64((1 << 52) - 1)
_LOWEST = np.int64(0x3FE6000000000000)  # the bits of 0.6875, where the reduced arguments of logarithms begin
_SMALLEST_NORMAL = 2.0**-1022


def exp(data: Floats) -> Floats:
    """Return e to the power of finite numbers, shape as `data`; inf where the result is too large."""
    return _chunked(lambda part: _exp(np.clip(part, -800, 800), None), data)


def log(data: Floats) -> Floats:
    """Return the natural logarithms of finite positive numbers, shape as `data`."""
    return _chunked(lambda part: _log(part)[0], data)


def log10(data: Floats) -> Floats:
    """Return the decimal logarithms of finite positive numbers, shape as `data`."""
    high, low = _pair(_LOG10_E)

    def part_of(part: Floats) -> Floats:
        whole, rest = _log(part)
        product, error = _product(whole, np.float64(high))
        return product + (error + (whole * low + rest * high))

    return _chunked(part_of, data)


def power(base: Floats, exponent: Floats) -> Floats:
    """Return finite positive numbers to the power of finite ones, shapes alike; inf where the result is too large."""

    def part_of(part: Floats, to: Floats) -> Floats:
        whole, rest = _log(part)
        to = np.clip(to, -1e290, 1e290)  # beyond, the products below would overflow; the result is 0, 1 or inf long before
        product, error = _product(whole, to)
        return _exp(np.clip(product, -800, 800), np.clip(error + rest * to, -1, 1))

    return _chunked(part_of, base, exponent)


def _chunked(function: Callable[..., Floats], *data: Floats) -> Floats:
    """Return a function's results, made for some rows at a time."""
    arrays = np.broadcast_arrays(*data)
    out = np.empty(arrays[0].shape)
    with np.errstate(all="ignore"):
        for start in range(0, len(out), _CHUNK):
            out[start : start + _CHUNK] = function(*(array[start : start + _CHUNK] for array in arrays))
    return out


def _exp(data: Floats, rest: Floats | None) -> Floats:
    """Return e**(data + rest); data lies within ±800, rest is far smaller."""
    powers, powers_rest = _powers_of_two()
    high, low = _step()
    count = np.rint(data * (_STEPS / float(_LN2)))
    r = data - count * high
    r -= count * low
    if rest is not None:
        r += rest
    tail = r * r * (0.5 + r * (1 / 6 + r * (1 / 24 + r * (1 / 120))))
    tail += r
    steps = count.astype(np.int64)
    place = steps & (_STEPS - 1)
    found = powers.take(place)
    tail *= found
    tail += powers_rest.take(place)
    tail += found
    return _scaled(tail, steps >> 7)


def _scaled(data: Floats, exponent: NDArray[np.int64]) -> Floats:
    """Return data × 2**exponent; in two steps, because 2**exponent may itself be too large or too small."""
    half = exponent >> 1
    data *= ((half + 1023) << 52).view(np.float64)
    data *= ((exponent - half + 1023) << 52).view(np.float64)
    return data


def _log(data: Floats) -> Pair:
    """Return natural logarithms as sums of two floats, whose relative error is below 2**-64."""
    inverses, logs, logs_rest = _inverses()
    mantissa, exponent, place = _reduced(data)
    inverse = inverses.take(place)
    # The inverse has 11 bits, so that both products are exact.
    upper = (mantissa.view(np.int64) & np.int64(-(1 << 27))).view(np.float64)
    r, r_rest = _sum(upper * inverse - 1, (mantissa - upper) * inverse)
    square, square_rest = _product(r, r)
    series = 1 / 7 + r * (-1 / 8 + r * (1 / 9 + r * (-1 / 10)))
    series = 1 / 3 + r * (-1 / 4 + r * (1 / 5 + r * (-1 / 6 + r * series)))
    high, low = _ln2_parts()
    whole, first = _sum(exponent * high + logs.take(place), r)
    whole, second = _sum(whole, square * -0.5)
    rest = (r_rest + (exponent * low + logs_rest.take(place))) - (square_rest * 0.5 + r * r_rest)
    rest += r * square * series
    rest += first + second
    total = whole + rest
    return total, rest - (total - whole)


def _reduced(data: Floats) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return numbers as mantissa × 2**exponent, mantissas from 0.6875 up to 1.375, and the step that each lies in."""
    tiny = data < _SMALLEST_NORMAL
    has_tiny = bool(tiny.any())
    if has_tiny:
        data = np.where(tiny, data * 2.0**54, data)
    bits = np.ascontiguousarray(data).view(np.int64)
    offset = bits - _LOWEST
    exponent = offset >> 52
    mantissa = (bits - (exponent << 52)).view(np.float64)
    numbers = exponent.astype(np.float64)
    if has_tiny:
        numbers -= 54.0 * tiny
    return mantissa, numbers, (offset & _MANTISSA) >> 45


def _sum(a: Floats, b: Floats) -> Pair:
    """Return a + b, and what rounding took from it."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _product(a: Floats, b: Floats | np.float64) -> Pair:
    """Return a × b, and what rounding took from it; neither is beyond 1e290."""
    total = a * b
    a_high, a_low = _halves(a)
    b_high, b_low = _halves(b)
    return total, a_low * b_low - (((total - a_high * b_high) - a_low * b_high) - a_high * b_low)


def _halves(a: Floats | np.float64) -> tuple[Floats | np.float64, Floats | np.float64]:
    scaled = a * _SPLIT
    high = scaled - (scaled - a)
    return high, a - high


def _pair(number: Decimal) -> tuple[float, float]:
    """Return the two floats whose sum is nearest to a number."""
    high = float(number)
    return high, float(_EXACT.subtract(number, Decimal(high)))


def _parts(number: Decimal, places: int) -> tuple[float, float]:
    """Return a number as a multiple of 2**-places and a float for what is missing."""
    high = float(_EXACT.multiply(number, 2**places).to_integral_value()) / 2.0**places
    return high, float(_EXACT.subtract(number, Decimal(high)))


@cache
def _step() -> tuple[float, float]:
    """Return ln 2 / 128 in two floats; up to 2**18 times the first is exact."""
    return _parts(_EXACT.divide(_LN2, _STEPS), 42)


@cache
def _ln2_parts() -> tuple[float, float]:
    """Return ln 2 in two floats; up to 2**11 times the first is exact."""
    return _parts(_LN2, 42)


@cache
def _powers_of_two() -> Pair:
    """Return 2**(k / 128) for k from 0 to 127."""
    pairs = [_pair(_EXACT.exp(_EXACT.multiply(_LN2, _EXACT.divide(k, _STEPS)))) for k in range(_STEPS)]
    return np.array([high for high, _ in pairs]), np.array([low for _, low in pairs])


@cache
def _inverses() -> tuple[Floats, Floats, Floats]:
    """Return for each step of the mantissa a short inverse of its middle, and the inverse's negative logarithm as two floats.

    Steps that touch 1 have the inverse 1, so that logarithms near 0 are exact.
    """
    edges = (np.arange(_STEPS + 1) << 45) + _LOWEST
    low, high = edges[:-1].view(np.float64), edges[1:].view(np.float64)
    inverses = np.rint(1024 * 2 / (low + high)) / 1024
    inverses[(low == 1) | (high == 1)] = 1
    parts = [_parts(_EXACT.minus(_EXACT.ln(Decimal(inverse))), 42) for inverse in inverses.tolist()]
    return inverses, np.array([whole for whole, _ in parts]), np.array([rest for _, rest in parts])
