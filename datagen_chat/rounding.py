"""Floats rounded to decimal places: one way for columns and for expressions, so that both give the same float."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

PLACES_LIMIT = 15
"""A float has no more decimals than these, so no more can be asked for."""


def round_half_even(data: NDArray[np.float64], places: int) -> NDArray[np.float64]:
    """Return `data` as the floats nearest to whole multiples of 10**-places, shape as `data`.

    Negative places round to tens, hundreds and so on. What is not finite, or so large that there are no places left to
    round, stays as it is.

    >>> round_half_even(np.array([0.125, 2.5, -0.001]), 2).tolist(), round_half_even(np.array([250.0, 350.0]), -2).tolist()
    ([0.12, 2.5, 0.0], [200.0, 400.0])
    """
    scale = 10.0 ** abs(places)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = data * scale if places >= 0 else data / scale
        lowest, highest = float(scaled.min(initial=1.0)), float(scaled.max(initial=1.0))  # not-a-number if any number is that
        np.rint(scaled, out=scaled)
        if places >= 0:
            scaled /= scale
        else:
            scaled *= scale
    if not lowest > 0:
        scaled += 0.0  # a negative zero would be written as -0.0
    return scaled if math.isfinite(lowest) and math.isfinite(highest) else np.where(np.isfinite(scaled), scaled, data)
