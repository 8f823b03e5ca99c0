"""Which share of a law's values lies below a number: from the formulas in books, not from what draws the values."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import Any

_STEPS = 100_000
_TINY = 1e-300
_EXACT = 1e-15


def normal(x: float, mu: float, sigma: float) -> float:
    """Return the normal distribution function.

    >>> round(normal(1.96, 0, 1), 4)
    0.975
    """
    return 0.5 * math.erfc((mu - x) / (sigma * math.sqrt(2)))


def poisson(k: float, mean: float) -> float:
    """Return the probability of at most k events.

    >>> round(poisson(2, 2.5), 4)
    0.5438
    """
    return 0.0 if k < 0 else 1.0 if mean == 0 else 1 - gamma_ratio(math.floor(k) + 1, mean)


def binomial(k: float, n: int, p: float) -> float:
    """Return the probability of at most k successes.

    >>> round(binomial(2, 5, 0.3), 4)
    0.8369
    """
    return 0.0 if k < 0 else 1.0 if k >= n else beta_ratio(1 - p, n - math.floor(k), math.floor(k) + 1)


def negative_binomial(k: float, mean: float, dispersion: float) -> float:
    """Return the probability of at most k, of a mean and the variance mean + mean² / dispersion.

    >>> round(negative_binomial(1, 2, 1), 4)
    0.5556
    """
    return 0.0 if k < 0 else beta_ratio(dispersion / (dispersion + mean), dispersion, math.floor(k) + 1)


def gamma_ratio(shape: float, x: float) -> float:
    """Return the lower incomplete gamma function divided by the whole one.

    Source:
        Abramowitz and Stegun, 6.5.29 (the series) and 6.5.31 (the continued fraction, by the method of Lentz).

    >>> round(gamma_ratio(2, 3), 4)
    0.8009
    """
    if x <= 0:
        return 0.0
    scale = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        for step in range(1, _STEPS):
            term *= x / (shape + step)
            total += term
            if term < total * _EXACT:
                break
        return min(total * scale, 1.0)
    return max(1 - scale * _fraction(x + 1 - shape, lambda i: -i * (i - shape), lambda i: x + 1 - shape + 2 * i), 0.0)


def beta_ratio(x: float, a: float, b: float) -> float:
    """Return the incomplete beta function divided by the whole one.

    Source:
        Abramowitz and Stegun, 26.5.8 (the continued fraction, by the method of Lentz).

    >>> round(beta_ratio(0.3, 2, 5), 4)
    0.5798
    """
    if not 0 < x < 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta_ratio(1 - x, b, a)
    scale = math.exp(a * math.log(x) + b * math.log1p(-x) + math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)) / a

    def part(i: int) -> float:
        half = i // 2
        if i % 2:
            return -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        return half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))

    return min(scale * _fraction(1.0, part, lambda _: 1.0), 1.0)


def _fraction(first: float, over: Callable[[int], float], under: Callable[[int], float]) -> float:
    """Return 1 / (first + over(1) / (under(1) + over(2) / (under(2) + ...)))."""
    found = first or _TINY
    c, d = found, 0.0
    for i in range(1, _STEPS):
        d = 1 / (under(i) + over(i) * d or _TINY)
        c = under(i) + over(i) / c or _TINY
        found *= c * d
        if abs(c * d - 1) < _EXACT:
            break
    return 1 / found


def _student(law: Any, x: float) -> float:
    t = (x - law.mu) / law.sigma
    tail = 0.5 * beta_ratio(law.df / (law.df + t * t), law.df / 2, 0.5)
    return 1 - tail if t > 0 else tail


def _triangular(law: Any, x: float) -> float:
    if x <= law.low or x >= law.high:
        return float(x >= law.high)
    if x < law.mode:
        return float((x - law.low) ** 2 / ((law.high - law.low) * (law.mode - law.low)))
    return float(1 - (law.high - x) ** 2 / ((law.high - law.low) * (law.high - law.mode)))


def _gamma_scale(law: Any) -> float:
    if law.mean_ is not None:
        return float(law.mean_ / law.shape)
    return float(law.scale if law.scale is not None else 1 / law.rate)


def _within(x: float, low: float, high: float) -> float:
    return min(max((x - low) / (high - low), 0.0), 1.0)


def _count_mean(law: Any) -> float:
    return float(law.mean_ if law.mean_ is not None else law.dispersion * (1 - law.p) / law.p)


def _zipf(law: Any, k: float) -> float:
    sums = _zipf_sums(law.alpha, law.n)
    return sums[min(math.floor(k), law.n) - 1] / sums[-1] if k >= 1 else 0.0


@lru_cache(maxsize=4)
def _zipf_sums(alpha: float, n: int) -> array[float]:
    """Return the sums of the weights of the first ranks."""
    return array("d", accumulate(rank**-alpha for rank in range(1, n + 1)))


SHARES: Mapping[str, Callable[[Any, float], float]] = {
    "normal": lambda law, x: normal(x, law.mu, law.sigma),
    "lognormal": lambda law, x: normal(math.log(x), law.mu, law.sigma) if x > 0 else 0.0,
    "uniform": lambda law, x: _within(x, law.low, law.high),
    "loguniform": lambda law, x: _within(math.log(x), math.log(law.low), math.log(law.high)) if x > 0 else 0.0,
    "triangular": _triangular,
    "exponential": lambda law, x: -math.expm1(-max(x, 0) * (law.rate if law.rate is not None else 1 / law.scale)),
    "gamma": lambda law, x: gamma_ratio(law.shape, x / _gamma_scale(law)),
    "beta": lambda law, x: beta_ratio(_within(x, law.low, law.high), law.alpha, law.beta),
    "weibull": lambda law, x: -math.expm1(-((max(x, 0) / law.scale) ** law.shape)),
    "pareto": lambda law, x: 1 - (law.minimum / x) ** law.alpha if x > law.minimum else 0.0,
    "student_t": _student,
    "poisson": lambda law, k: poisson(k, law.lambda_),
    "binomial": lambda law, k: binomial(k, law.n, law.p),
    "geometric": lambda law, k: -math.expm1(math.floor(k) * math.log1p(-law.p)) if k >= 1 and law.p < 1 else float(k >= 1),
    "negative_binomial": lambda law, k: negative_binomial(k, _count_mean(law), law.dispersion),
    "zipf": _zipf,
}
"""The distribution function of each law, by its word."""


def _lognormal(law: Any) -> tuple[float, float]:
    if law.mu + law.sigma**2 > 300:
        return math.inf, math.inf
    mean = math.exp(law.mu + law.sigma**2 / 2)
    return mean, mean * math.sqrt(math.expm1(law.sigma**2))


def _weibull(law: Any) -> tuple[float, float]:
    if law.shape < 0.2:
        return math.inf, math.inf
    first, second = math.gamma(1 + 1 / law.shape), math.gamma(1 + 2 / law.shape)
    return law.scale * first, law.scale * math.sqrt(second - first**2)


def _beta(law: Any) -> tuple[float, float]:
    whole, width = law.alpha + law.beta, law.high - law.low
    variance = law.alpha * law.beta / (whole**2 * (whole + 1))
    return law.low + width * law.alpha / whole, width * math.sqrt(variance)


MOMENTS: Mapping[str, Callable[[Any], tuple[float, float]]] = {
    "normal": lambda law: (law.mu, law.sigma),
    "lognormal": _lognormal,
    "uniform": lambda law: ((law.low + law.high) / 2, (law.high - law.low) / math.sqrt(12) + 0.5),
    "exponential": lambda law: (1 / law.rate,) * 2 if law.rate is not None else (law.scale,) * 2,
    "gamma": lambda law: (law.shape * _gamma_scale(law), math.sqrt(law.shape) * _gamma_scale(law)),
    "beta": _beta,
    "weibull": _weibull,
    "poisson": lambda law: (law.lambda_, math.sqrt(law.lambda_)),
    "binomial": lambda law: (law.n * law.p, math.sqrt(law.n * law.p * (1 - law.p))),
    "geometric": lambda law: (1 / law.p, math.sqrt(1 - law.p) / law.p),
    "negative_binomial": lambda law: (_count_mean(law), math.sqrt(_count_mean(law) * (1 + _count_mean(law) / law.dispersion))),
}
"""The mean and the deviation of each law that has a short formula for them, by its word."""


def cut(share: Callable[[float], float], level: float) -> float | None:
    """Return a number that about a share of all values lies below; None where it is beyond what can be told.

    >>> round(cut(lambda x: normal(x, 10, 2), 0.5), 6)
    10.0
    """
    low, high = -1.0, 1.0
    for _ in range(200):
        if share(low) <= level <= share(high):
            break
        low, high = (low * 2 if share(low) > level else low), (high * 2 if share(high) < level else high)
    else:
        return None
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if share(middle) < level else (low, middle)
    return high
