"""Popular rows of a table for the rows of a parent, none twice: the products of an order, the courses of a student."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers
from datagen_chat.generators.base import Siblings
from datagen_chat.permutation import permutation
from datagen_chat.popularity import Ranker, WeightsKind, head_count, leading_weights, ranker
from datagen_chat.urns import Taken, take_distinct, take_evenly

Ints = NDArray[np.int64]
_TIMES = 64  # where a few ranks hold nearly all of the weight, so much higher ones hold nearly none

Picker = Callable[[Key, RowNumbers, Siblings], Taken]


def distinct_popular_rows(kind: WeightsKind, count: int, spread: Key) -> Picker:
    """Return the function that takes rows of a table of `count` rows, none twice among the rows of a parent.

    They are as popular as those of `popular_rows` under the same `spread`: drawn one after the other by weight, each from
    those that are left. Rows beyond the number of rows in the table are not inside.
    """
    rank, spreading = ranker(kind, count), permutation(spread, count)

    def pick(key: Key, rows: RowNumbers, siblings: Siblings) -> Taken:
        sizes = np.full(len(siblings.count), count)
        if kind == WeightsKind():
            return take_evenly(key, rows, siblings, sizes, ascending=False)
        taken = take_distinct(key, rows, siblings, _Tables(sizes, rank, kind), ascending=False)
        return replace(taken, things=spreading.of(taken.things))

    return pick


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """The same table for each parent, as urns of ranks."""

    sizes: Ints
    rank: Ranker
    kind: WeightsKind

    def take(self, chosen: Ints) -> _Tables:
        return replace(self, sizes=self.sizes.take(chosen))

    def is_empty(self) -> NDArray[np.bool_]:
        return np.zeros(len(self.sizes), dtype=np.bool_)

    def draw(self, key: Key, urn: Ints, names: Ints) -> Ints:  # noqa: ARG002 - all urns are the same
        return self.rank(key, names)

    def heavy(self, count: Ints) -> Ints:
        return np.minimum(self.sizes, head_count(self.kind, int(self.sizes.max(initial=1))) + _TIMES * (count + 1))

    def weights(self, urn: Ints, thing: Ints) -> NDArray[np.float64]:  # noqa: ARG002
        count = int(self.sizes[0])
        return _leading(self.kind, count, min(1 << int(thing.max(initial=0)).bit_length(), count)).take(thing)


@lru_cache(maxsize=16)
def _leading(kind: WeightsKind, count: int, leading: int) -> NDArray[np.float64]:
    weights = np.array(leading_weights(kind, count, leading))
    return np.asarray(weights / weights.max())
