"""How far numbers of true data can be from what is expected, at most: bounds that hold for any number of rows.

No normal law is assumed, so that they hold for ten rows as for ten million. All statistical tests of a dataset together
reject true data at most once in a million times: each gets its part of that.
"""

from __future__ import annotations

import math

DOUBT = 1e-6


def exponent(tests: int) -> float:
    """Return the negative logarithm of the probability that one tail of one of so many tests may have."""
    return math.log(2 * max(tests, 1) / DOUBT)


def share_bounds(share: float, rows: int, tests: int) -> tuple[float, float]:
    """Return between what a share of independent rows lies.

    Source:
        Hoeffding (1963), theorem 1, Chernoff's bound in its exact form: a share of n rows is at least q > p with a
        probability of at most exp(-n D(q, p)), D being the relative entropy, and likewise below p; also without replacement.

    >>> share_bounds(0.5, 0, 1), share_bounds(0, 100, 1), [round(end, 3) for end in share_bounds(0.5, 10000, 1)]
    ((0.0, 1.0), (0, 0), [0.473, 0.527])
    """
    if share in (0, 1):
        return share, share
    if rows == 0:
        return 0.0, 1.0
    most = exponent(tests) / rows
    return _farthest(share, 0.0, most), _farthest(share, 1.0, most)


def _farthest(share: float, end: float, most: float) -> float:
    """Return how far towards an end a share can be until its relative entropy is `most`."""
    if _entropy(end, share) <= most:
        return end
    near, far = share, end
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if _entropy(middle, share) <= most else (near, middle)
    return far


def _entropy(found: float, share: float) -> float:
    terms = ((found, share), (1 - found, 1 - share))
    return sum(part * math.log(part / whole) for part, whole in terms if part > 0)


def mean_margin(deviation: float, reach: float, rows: int, tests: int) -> float:
    """Return how far the mean of independent rows is from its expectation, none of them being farther from it than `reach`.

    Source:
        Bernstein's inequality: P(|mean - m| >= t) <= 2 exp(-n t² / (2 s² + 2 r t / 3)).

    >>> round(mean_margin(1, 5, 10000, 1), 4)
    0.0563
    """
    if rows == 0:
        return math.inf
    most = exponent(tests)
    part = reach * most / 3
    return (part + math.sqrt(part**2 + 2 * rows * deviation**2 * most)) / rows
