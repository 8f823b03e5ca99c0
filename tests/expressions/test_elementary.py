"""Exponentials, logarithms and powers are within a unit in the last place, and the same on every machine."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any

import numpy as np
import pytest

from datagen_chat.draws import key, uniform
from datagen_chat.elementary import exp, log, log10, power

Floats = Any
POINTS = 10_000
EXACT = Context(prec=50)


def spread(name: str, low: float, high: float) -> Floats:
    """Return points spread evenly between two bounds."""
    return low + (high - low) * uniform(key(1, name), range(POINTS))


def sizes(name: str) -> Floats:
    """Return positive floats of all sizes, and many near 1, where logarithms vanish."""
    powers = np.ldexp(spread(name, 1, 2), spread(name + "exponent", -1021, 1022).astype(int))
    powers[: POINTS // 3] = spread(name, 0.5, 2)[: POINTS // 3]
    powers[: POINTS // 10] = 1 + spread(name, -1e-6, 1e-6)[: POINTS // 10]
    return powers


def largest_error(found: Floats, true: list[float]) -> float:
    """Return the largest distance from the true values, in units in their last places."""
    return max(abs(a - b) / math.ulp(b) for a, b in zip(found.tolist(), true, strict=True))


# The functions of `math` are themselves within one unit in the last place, so that neighbours may differ by one.
CASES: list[tuple[str, Callable[..., Floats], Callable[..., float], tuple[Floats, ...]]] = [
    ("exp", exp, math.exp, (spread("exp", -708, 709),)),
    ("small exp", exp, math.exp, (spread("small", -1, 1),)),
    ("log", log, math.log, (sizes("log"),)),
    ("power", power, math.pow, (spread("base", 0.5, 30), spread("to", -200, 200))),
    ("growth", power, math.pow, (1 + spread("rate", -0.2, 0.2), np.arange(POINTS) % 400 / 4)),
]


@pytest.mark.parametrize(("name", "function", "reference", "arguments"), CASES, ids=[case[0] for case in CASES])
def test_the_last_place_is_that_of_the_standard_library_or_its_neighbour(
    name: str, function: Callable[..., Floats], reference: Callable[..., float], arguments: tuple[Floats, ...]
) -> None:
    true = [reference(*point) for point in zip(*(argument.tolist() for argument in arguments), strict=True)]
    assert largest_error(function(*arguments), true) <= 1


def test_decimal_logarithms_are_as_near_as_the_standard_librarys() -> None:
    points = sizes("log10")
    # The C library's own are within two units in the last place.
    assert largest_error(log10(points), [math.log10(point) for point in points.tolist()]) <= 2


@pytest.mark.parametrize(
    ("function", "reference", "points"),
    [
        (exp, EXACT.exp, spread("exp", -700, 700)),
        (log, EXACT.ln, sizes("log")),
        (log10, EXACT.log10, sizes("log10")),
    ],
    ids=["exp", "log", "log10"],
)
def test_the_error_is_hardly_more_than_rounding(
    function: Callable[[Floats], Floats], reference: Callable[[Decimal], Decimal], points: Floats
) -> None:
    some = points[::20]
    true = [reference(Decimal(point)) for point in some.tolist()]
    pairs = zip(function(some).tolist(), true, strict=True)
    assert max(abs(Decimal(found) - exact) / Decimal(math.ulp(float(exact))) for found, exact in pairs) < Decimal("0.52")


def test_what_can_be_exact_is() -> None:
    assert power(np.full(23, 10.0), np.arange(23.0)).tolist() == [float(10**k) for k in range(23)]
    assert power(np.full(2000, 2.0), np.arange(-1000.0, 1000)).tolist() == [2.0**k for k in range(-1000, 1000)]
    assert log10(10.0 ** np.arange(-20, 23)).tolist() == list(range(-20, 23))
    assert power(np.array([9.0, 2.25]), np.array([0.5, 1.5])).tolist() == [3.0, 3.375]
    assert (exp(np.zeros(1))[0], log(np.ones(1))[0], power(np.ones(1), np.array([1e300]))[0]) == (1, 0, 1)


def test_the_ends_of_the_range_are_reached() -> None:
    largest = 709.782712893384
    assert exp(np.array([largest])).tolist() == [float(EXACT.exp(Decimal(largest)))]
    assert exp(np.array([709.782712893385, 1e308, -745.2, -1e308])).tolist() == [math.inf, math.inf, 0.0, 0.0]
    assert exp(np.array([-745.1])).tolist() == [5e-324]
    assert power(np.array([2.0, 0.5, 1e300, 1e-300]), np.array([1e300, 1e300, -2, 2])).tolist() == [math.inf, 0.0, 0.0, 0.0]
    tiny = np.array([5e-324, 1e-310, 2.0**-1022, 1.7976931348623157e308])
    assert log(tiny).tolist() == [math.log(value) for value in tiny.tolist()]


def test_the_bits_are_the_same_everywhere() -> None:
    """Whoever gets other bits makes other rows from the same seed."""
    made = [exp(spread("exp", -708, 709)), log(sizes("log")), log10(sizes("log10")), power(sizes("a"), spread("b", -1, 1))]
    digest = hashlib.sha256(b"".join(values.astype("<f8").tobytes() for values in made)).hexdigest()
    assert digest[:16] == "a1eb75b5d9ae239d"


def test_shapes_stay() -> None:
    assert exp(np.zeros(0)).shape == (0,)
    assert power(np.array([2.0]), np.arange(20_000.0) / 1000).shape == (20_000,)
