"""Quantiles of a law that is known by its density only, for many shares at once."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from datagen_chat.frozen import dataclass

Floats = NDArray[np.float64]
LogDensity = Callable[[float], float]
_NODES = 14
_DROP = 60.0  # what lies beyond has a density below e**-60 of the highest, and less than 2**-64 of all draws
_EXACT = 1e-11
_DEEPEST = 24
_STEPS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Inverse:
    """The distribution function of a density in pieces: a Chebyshev series on each panel between two neighbouring edges.

    `whole` holds each panel's mass; `below` and `above`, at each edge, the mass on either side, each summed from its own end
    so that both tails keep their digits. `density` and `mass` hold the coefficients by degree and panel; the mass is counted
    from the panel's left.
    """

    edges: Floats
    whole: Floats
    below: Floats
    above: Floats
    density: Floats
    mass: Floats

    def at(self, shares: tuple[float, ...]) -> list[float]:
        """Return the points below which these shares lie, by Newton's method within the panels."""
        panel, wanted = self._places(np.array(shares))
        mass, density = self.mass[:, panel], self.density[:, panel]
        low, high = np.full(len(panel), -1.0), np.ones(len(panel))
        point = np.zeros(len(panel))
        for _ in range(_STEPS):
            excess = _series(mass, point) - wanted
            low, high = np.where(excess > 0, low, point), np.where(excess > 0, point, high)
            step = point - excess / _series(density, point)
            moved = np.where((step >= low) & (step <= high), step, (low + high) * 0.5)
            done = float(np.abs(moved - point).max(initial=0)) < 1e-12  # the next step would be below the last bit
            point = moved
            if done:
                break
        left, right = self.edges[:-1].take(panel), self.edges[1:].take(panel)
        found: list[float] = ((left + right) * 0.5 + (right - left) * 0.5 * point).tolist()
        return found

    def share(self, point: float) -> float:
        """Return the share that lies below a point."""
        if not self.edges[0] < point < self.edges[-1]:
            return float(point > self.edges[0])
        panel = int(self.edges.searchsorted(point)) - 1
        left, right = self.edges[panel], self.edges[panel + 1]
        place = np.array([(point - left - (right - point)) / (right - left)])
        inside = _series(self.mass[:, panel, None], place)[0]
        return float((self.below[panel] + inside) / self.below[-1])

    def _places(self, shares: Floats) -> tuple[NDArray[np.intp], Floats]:
        """Return the panel that each share ends in, and the mass within it up to there."""
        last, total = len(self.edges) - 2, float(self.below[-1])
        lower, upper = shares * total, (1.0 - shares) * total
        from_left = np.clip(self.below.searchsorted(lower, side="right") - 1, 0, last)
        from_right = np.clip(last + 1 - self.above[::-1].searchsorted(upper, side="left"), 0, last)
        is_low = shares <= 0.5
        panel = np.where(is_low, from_left, from_right)
        whole = self.whole.take(panel)
        inside = np.where(is_low, lower - self.below.take(panel), whole - (upper - self.above.take(panel + 1)))
        return panel, np.clip(inside, 0.0, whole)


def inverse_of(log_density: LogDensity) -> Inverse:
    """Return the inverse distribution function of a density whose logarithm is concave, smooth, and 0 at its maximum, 0.

    The density need not be scaled. Panels are halved until the last coefficients of their series vanish; all arithmetic on
    arrays is +, -, × and ÷, so that the bits are the same on every machine.

    Source:
        Derflinger, Hörmann, Leydold, "Random variate generation by numerical inversion when only the density is known",
        ACM TOMACS 20 (2010); Chebyshev series instead of Newton's as in Olver, Townsend, arXiv:1307.1223 (2013).
    """
    edges = np.array([-_reach(log_density, -1.0), 0.0, _reach(log_density, 1.0)])
    done: list[tuple[Floats, Floats]] = []
    left, right = edges[:-1], edges[1:]
    for depth in range(_DEEPEST):
        values = _sampled(log_density, left, right)
        series = _fitted(values)
        # Not of the highest value: the digits of a tail are wanted at its thin end too.
        rough = (np.abs(series[-2:]).max(axis=0) > _EXACT * values.min(axis=0)) & (depth < _DEEPEST - 1)
        done.append((left[~rough], series[:, ~rough]))
        middle = (left[rough] + right[rough]) * 0.5
        left, right = np.concatenate([left[rough], middle]), np.concatenate([middle, right[rough]])
        if not len(left):
            break
    starts = np.concatenate([left for left, _ in done])
    order = np.argsort(starts)
    density = np.concatenate([series for _, series in done], axis=1)[:, order]
    return _summed(np.append(starts[order], edges[-1]), density)


def _reach(log_density: LogDensity, sign: float) -> float:
    """Return how far from its maximum the density has fallen to nothing."""
    near, far = 0.0, 2.0**-30
    while log_density(sign * far) > -_DROP:
        near, far = far, far * 2
    for _ in range(10):
        middle = (near + far) / 2
        near, far = (middle, far) if log_density(sign * middle) > -_DROP else (near, middle)
    return far


@cache
def _basis() -> tuple[tuple[float, ...], Floats]:
    """Return the Chebyshev nodes, and the matrix that turns the values there into coefficients."""
    angles = [math.pi * (node + 0.5) / _NODES for node in range(_NODES)]
    matrix = [[(2 if degree else 1) / _NODES * math.cos(degree * angle) for angle in angles] for degree in range(_NODES)]
    return tuple(math.cos(angle) for angle in angles), np.array(matrix)


def _sampled(log_density: LogDensity, left: Floats, right: Floats) -> Floats:
    """Return the density at each panel's nodes, shape (nodes, panels)."""
    middle, half = (left + right) * 0.5, (right - left) * 0.5
    rows = ((middle + half * node).tolist() for node in _basis()[0])
    return np.array([[math.exp(log_density(point)) for point in row] for row in rows])


def _fitted(values: Floats) -> Floats:
    """Return the coefficients of the series through the values at the nodes, shape (nodes, panels)."""
    series = np.zeros_like(values)
    for column, row in zip(_basis()[1].T, values, strict=True):  # not a matrix product, whose order of summing varies
        series += column[:, None] * row
    return series


def _summed(edges: Floats, density: Floats) -> Inverse:
    """Return the series of the integrals, from those of the density."""
    scaled = density * (np.diff(edges) * 0.5)
    padded = np.concatenate([scaled[:1] * 2, scaled[1:], np.zeros((2, scaled.shape[1]))])
    mass = np.zeros((_NODES + 1, scaled.shape[1]))
    for degree in range(1, _NODES + 1):
        mass[degree] = (padded[degree - 1] - padded[degree + 1]) / (2 * degree)
        mass[0] += mass[degree] if degree % 2 else -mass[degree]
    whole = _series(mass, np.ones(scaled.shape[1]))
    below, above = np.cumsum(whole), np.cumsum(whole[::-1])[::-1]
    return Inverse(edges, whole, np.append(0.0, below), np.append(above, 0.0), scaled, mass)


def _series(coefficients: Floats, point: Floats) -> Floats:
    """Return the sum of a Chebyshev series at each point, by Clenshaw's recurrence."""
    doubled = point * 2
    later, last = np.zeros(len(point)), np.zeros(len(point))
    for coefficient in coefficients[:0:-1]:
        later, last = coefficient + doubled * later - last, later
    return np.asarray(coefficients[0] + point * later - last)
