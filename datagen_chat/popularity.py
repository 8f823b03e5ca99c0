"""How unequal choices are: `weights_kind`, for the choices of a list and for the rows of a table of any size.

Many ranks are cut into runs whose probabilities hardly differ. A draw finds its run among the runs' shares, then its place
within the run; the first ranks are runs of their own. A permutation spreads the ranks over the rows of a table, so that
popular rows stand anywhere.

Source:
    Zipf's law, p(r) proportional to r**-a. Sums of many ranks by the Euler-Maclaurin formula, whose remainder from the
    thousandth rank on is below 1e-16 of the sum.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, below, bits32, uniform
from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, shown
from datagen_chat.tables import Discrete

EXPONENT_LIMIT = 5.0
WEIGHTS_KIND_HELP = '"uniform", "zipf@1.2" or "head_tail@{0.6,1.5}"'

_LISTED = 1 << 12
_SINGLE = 1 << 10
_GROWTH = 512  # a run has at most a 512th of the ranks before it: a rank's weight is off by at most 5 / 2 / 512 of itself
_GUIDE = 1 << 16
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,15})?"
_ZIPF = re.compile(rf"zipf@({_NUMBER})", re.ASCII)
_HEAD_TAIL = re.compile(rf"head_tail@\{{({_NUMBER}), ?({_NUMBER})\}}", re.ASCII)

WEIGHTS_KIND_PATTERN = rf"^(uniform|zipf@{_NUMBER}|head_tail@\{{{_NUMBER}, ?{_NUMBER}\}})$"

Ranker = Callable[[Key, RowNumbers], NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class WeightsKind:
    """How weights fall off: the first fifth of the ranks share `head` equally, and the rest follow rank**-exponent.

    Without a head all ranks follow the power; an exponent of 0 makes equal weights.
    """

    exponent: float = 0.0
    head: float | None = None


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring ranks that are equally likely: how many there are and what they weigh together."""

    count: int
    weight: float


def read_weights_kind(text: str) -> WeightsKind | Problem:
    """Return the kind that a text such as "zipf@1.2" means, or what is wrong with it.

    >>> read_weights_kind("head_tail@{0.6,1.5}")
    WeightsKind(exponent=1.5, head=0.6)
    """
    if text == "uniform":
        return WeightsKind()
    if found := _ZIPF.fullmatch(text):
        return _limited(text, WeightsKind(float(found[1])))
    if found := _HEAD_TAIL.fullmatch(text):
        return _limited(text, WeightsKind(float(found[2]), float(found[1])))
    hint = f"Write {WEIGHTS_KIND_HELP}."
    if meant := canonical_weights_kind(text):
        hint = f'Write "{meant}".'
    elif text.lower().startswith("zipf"):
        hint = 'Write the exponent after an @: "zipf@1.2".'
    return Problem("", "weights-kind", f"{shown(text)} is no kind of weights.", hint)


def _limited(text: str, kind: WeightsKind) -> WeightsKind | Problem:
    if kind.exponent > EXPONENT_LIMIT:
        message = f"The exponent {kind.exponent:g} of {shown(text)} leaves nearly all of the weight to the first rank."
        return Problem("", "weights-kind", message, f"Write an exponent from 0 to {EXPONENT_LIMIT:g}.")
    if kind.head is not None and kind.head > 1:
        message = f"The head's share {kind.head:g} of {shown(text)} is above 1."
        return Problem("", "weights-kind", message, "Write a share from 0 to 1, such as head_tail@{0.6,1.5}.")
    return kind


_EQUAL = ("uniform", "equal", "equally", "even", "evenly", "flat")
_POWER = ("zipf", "zipfian", "powerlaw")
_HEAD = ("headtail",)
_KIND_KEYS = ("kind", "type", "name", "distribution", "weights_kind")
_EXPONENT_KEYS = ("a", "alpha", "s", "exponent", "skew", "param", "value")
_SHARE_KEYS = ("share", "head", "head_share")
_SIGNS = "[^0-9.-]{0,20}"
_SPELLED = re.compile(
    rf"(head[ _-]?tail|power[ _-]?law|[a-z]{{1,20}})[ _-]?{_SIGNS}(?:([0-9.]{{1,20}}){_SIGNS})?(?:([0-9.]{{1,20}}){_SIGNS})?",
    re.ASCII,
)


def canonical_weights_kind(value: object) -> str | None:
    """Return the text that another spelling of a kind means, or None when that is not certain.

    >>> canonical_weights_kind("Zipf(1.2)"), canonical_weights_kind({"zipf": {"alpha": 1.2}})
    ('zipf@1.2', 'zipf@1.2')
    """
    if isinstance(value, str):
        found = _SPELLED.fullmatch(value.strip().lower())
        return _canonical(found[1], [number for number in (found[2], found[3]) if number]) if found else None
    return _canonical(*_named(value)) if isinstance(value, Mapping) else None


def _named(value: Mapping[Any, Any]) -> tuple[Any, list[Any]]:
    """Return the name and the numbers, the share first, that an object holds: {"zipf": 1.2}, {"kind": "zipf", "a": 1.2}."""
    name = next((value[key] for key in _KIND_KEYS if isinstance(value.get(key), str)), None)
    rest: Any = value.get("params", value)
    if name is None and len(value) == 1:
        [(name, rest)] = value.items()
    if isinstance(rest, Mapping):
        rest = [rest[key] for keys in (_SHARE_KEYS, _EXPONENT_KEYS) for key in keys if key in rest]
    return name, list(rest) if isinstance(rest, list | tuple) else [rest]


def _canonical(name: Any, numbers: list[Any]) -> str | None:
    name = re.sub("[ _-]", "", name.lower()) if isinstance(name, str) else None
    written = [re.sub(r"^(?=\.)", "0", str(number)) for number in numbers]
    if name in _EQUAL and not written:
        return "uniform"
    if name in _POWER and len(written) < 2:
        text = f"zipf@{written[0] if written else 1}"
    elif name in _HEAD and len(written) == 2:
        text = f"head_tail@{{{written[0]},{written[1]}}}"
    else:
        return None
    return text if re.fullmatch(WEIGHTS_KIND_PATTERN, text) else None


def choice_weights(kind: WeightsKind, count: int) -> tuple[float, ...]:
    """Return the weights of `count` choices, the most likely first; they add up to 1, `count` being at least 1.

    >>> [round(weight, 3) for weight in choice_weights(WeightsKind(1.0), 3)]
    [0.545, 0.273, 0.182]
    """
    return leading_weights(kind, count, count)


def leading_weights(kind: WeightsKind, count: int, leading: int) -> tuple[float, ...]:
    """Return the first `leading` of the weights of `count` choices."""
    head, share = head_count(kind, count), _head_share(kind, count)
    total = math.fsum(run.weight for run in _power_runs(kind.exponent, count - head)) or 1.0
    tail = (math.pow(rank, -kind.exponent) / total * (1 - share) for rank in range(1, leading - head + 1))
    return (*(share / head for _ in range(min(head, leading))), *tail)


def head_count(kind: WeightsKind, count: int) -> int:
    """Return how many of the ranks are the head: the first fifth, at least one; none when the kind has no head."""
    return 0 if kind.head is None else max(1, count // 5)


def _head_share(kind: WeightsKind, count: int) -> float:
    if kind.head is None:
        return 0.0
    return kind.head if count > 1 else 1.0


def popular_rows(kind: WeightsKind, count: int, spread: Key) -> Ranker:
    """Return the function that draws a row number below `count` for each row, under a key; `count` is at least 1.

    `spread` names the permutation of the ranks: it decides which rows are popular.
    """
    from datagen_chat.permutation import permutation  # only weighed rows are spread

    ranks, spreading = ranker(kind, count), permutation(spread, count)
    if kind == WeightsKind():
        return ranks
    return lambda key, rows: spreading.of(ranks(key, rows))


@lru_cache(maxsize=64)
def ranker(kind: WeightsKind, count: int) -> Ranker:
    """Return the function that draws a rank from 0, the most popular, to below `count` for each row, under a key."""
    if kind.exponent == 0 and kind.head is None:
        return lambda key, rows: below(key, rows, count)
    if count <= _LISTED:
        table = Discrete(choice_weights(kind, count))
        return lambda key, rows: table.sample(bits32(key, rows)).astype(np.int64)
    runs = Runs(_runs(kind, count))
    return lambda key, rows: runs.sample(uniform(key, rows))


def _runs(kind: WeightsKind, count: int) -> list[_Run]:
    head, share = head_count(kind, count), _head_share(kind, count)
    tail = _power_runs(kind.exponent, count - head)
    total = math.fsum(run.weight for run in tail)
    scaled = [_Run(run.count, run.weight / total * (1 - share)) for run in tail]
    return [_Run(head, share), *scaled] if head else scaled


def _power_runs(exponent: float, count: int) -> list[_Run]:
    """Return runs of the ranks 1 to `count`, weighing rank**-exponent each: single ranks first, then ever longer ones."""
    if not count:
        return []
    single = min(count, _SINGLE)
    runs = [_Run(1, math.pow(rank, -exponent)) for rank in range(1, single + 1)]
    ends = [single]
    while ends[-1] < count:
        ends.append(min(ends[-1] + max(ends[-1] // _GROWTH, 1), count))
    return runs + [_Run(end - start, power_sum(exponent, start, end)) for start, end in pairwise(ends)]


def power_sum(exponent: float, start: int, end: int) -> float:
    """Return the sum of rank**-exponent for the ranks after `start` up to `end`; `start` is at least 1000."""
    first, last = math.pow(start, -exponent), math.pow(end, -exponent)
    growth, octaves = 1 - exponent, math.log1p((end - start) / start)
    integral = start * first * (math.expm1(growth * octaves) / growth if growth else octaves)
    return integral + (last - first) / 2 - exponent * (last / end - first / start) / 12


class Runs:
    """Ranks in runs; a share of all draws finds its run first, then its place within.

    A run is a straight line of ranks over shares. Where one ends and the next begins, rounding may choose either.
    """

    def __init__(self, runs: list[_Run]) -> None:
        kept = [run for run in runs if run.count]
        counts = np.array([run.count for run in kept], dtype=np.float64)
        edges = np.concatenate([[0.0], np.cumsum([run.weight for run in kept])])
        edges /= edges[-1]
        width = np.diff(edges)
        self.slope = np.divide(counts, width, out=np.zeros(len(kept)), where=width > 0)
        self.base = np.cumsum(counts) - counts - edges[:-1] * self.slope
        self.edges, self.last = edges[1:-1], int(counts.sum()) - 1
        cells = self.edges.searchsorted(np.arange(_GUIDE + 1) / _GUIDE, side="right")
        self.guide = np.where(cells[:-1] == cells[1:], cells[:-1], -1).astype(np.int32)

    def sample(self, shares: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the rank at each share in [0, 1), shape (shares,)."""
        run = self.guide.take((shares * _GUIDE).astype(np.int64))
        straddling = np.flatnonzero(run < 0)
        run[straddling] = self.edges.searchsorted(shares.take(straddling), side="right")
        place = self.slope.take(run)
        place *= shares
        place += self.base.take(run)
        ranks = place.astype(np.int64)
        return np.minimum(ranks, self.last, out=ranks)
