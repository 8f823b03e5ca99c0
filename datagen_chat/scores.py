"""Normal scores: what a draw would be under the standard normal law, and back, so that draws of two columns can agree.

Source:
    The Gaussian copula; Cario and Nelson, "Modeling and generating random vectors with arbitrary marginal distributions and
    correlation matrix", Northwestern University (1997).
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from datagen_chat.laws.normal import standard_scores
from datagen_chat.tables import Quantiles

Draws = NDArray[np.uint32]
Scores = NDArray[np.float64]
_END, _CELLS = 6.5, 256  # the outermost of 2**32 draws lies 6.34 deviations out


def scores_of(drawn: Draws) -> Scores:
    """Return the normal score of each draw, shape (draws,); a larger draw never has a lower score."""
    return _normal().sample(drawn)


def draws_of(scores: Scores) -> Draws:
    """Return the draw that each normal score stands for, shape (scores,): its share of the normal law, in 2**32 steps.

    A higher score never stands for a smaller draw. Between 256 knots for each deviation the share is linear, which is wrong
    by less than 1e-6, and by less than 1e-4 of the share of the tail beyond.
    """
    base, slope = _shares()
    place = np.clip(scores, -_END, _END)
    place += _END
    place *= _CELLS
    cell = np.minimum(place.astype(np.int64), len(slope) - 1)
    place -= cell
    place *= slope.take(cell)
    place += base.take(cell)
    return np.minimum(place, 2.0**32 - 1).astype(np.uint32)


def joined(rho: float, theirs: Scores, own: Scores) -> Scores:
    """Return scores that correlate by `rho` with theirs, and otherwise follow the own ones; normal again."""
    return rho * theirs + math.sqrt(1 - rho * rho) * own


@cache
def _normal() -> Quantiles:
    return Quantiles(standard_scores)


@cache
def _shares() -> tuple[Scores, Scores]:
    """Return the share of the normal law below each knot, times 2**32, and the slopes between the knots."""
    knots = [number / _CELLS - _END for number in range(round(2 * _END * _CELLS) + 1)]
    below = np.array([math.erfc(-knot / math.sqrt(2)) * 2.0**31 for knot in knots])
    return below[:-1], np.diff(below)
