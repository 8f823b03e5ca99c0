"""How many rows each parent has, which rows those are, and whose child a row is.

Counts are draws like any other; their sums before each block of parents are kept, and they themselves while they take little
memory. Beyond that, a range of children makes the counts of the blocks that it touches again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat import elementary
from datagen_chat.draws import Key, bits32
from datagen_chat.fanouts import Spread
from datagen_chat.frozen import dataclass
from datagen_chat.laws._recursion import WidthError
from datagen_chat.laws.base import Masses
from datagen_chat.tables import Discrete, clamped_masses

PARENT_BLOCK = 1 << 16
KEPT_BYTES, CHEAP_BYTES = 1 << 25, 1 << 23
"""The most memory that kept counts take: those that are costly to make, and those that are only drawn."""
_FEW_BLOCKS = 16
Floats = NDArray[np.float64]
Counts = Callable[[int], NDArray[np.int64]]
"""The number of children of each parent of one block of parents, by the block's number."""


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """Neighbouring parents that cover some rows; `starts` are the row numbers of their first children.

    Both arrays are int64: `starts` of shape (parents,), `counts` likewise.
    """

    first_parent: int
    starts: NDArray[np.int64]
    counts: NDArray[np.int64]

    def parents_of(self, rows: range) -> NDArray[np.int64]:
        """Return, for each row, the position of its parent among these parents, shape (rows,)."""
        # Not np.repeat: its loops over counts that nobody can foresee take longer.
        beginning = np.bincount(self.starts[1:] - rows.start, minlength=len(rows))
        return np.cumsum(beginning, out=beginning)


class Fanout:
    """The rows of a fact under the rows of its primary parent."""

    def __init__(self, counts: Counts, parents: int) -> None:
        self._counts, self.parents = counts, parents
        self._edges = [0]  # rows before each block of parents, as far as they were needed
        self._block = lru_cache(maxsize=4)(self._make_block)

    @property
    def total(self) -> int:
        """The number of rows of the fact; the first call counts all of them."""
        while self._extend():
            pass
        return self._edges[-1]

    def up_to(self, most: int) -> int:
        """Return the number of rows, or `most` where there are more; no more parents are counted than that takes."""
        while self._edges[-1] < most and self._extend():
            pass
        return min(self._edges[-1], most)

    def family(self, rows: range) -> Family:
        """Return the parents of these rows, at least one row, with all their children's places."""
        first, last = self._block_of(rows.start), self._block_of(rows.stop - 1)
        blocks = [self._block(number) for number in range(first, last + 1)]
        low = int(np.searchsorted(blocks[0][0], rows.start, side="right")) - 1
        high = int(np.searchsorted(blocks[-1][0], rows.stop, side="left"))
        # Cut before they are joined: a block has far more parents than a range of rows needs.
        blocks[-1] = blocks[-1][0][:high], blocks[-1][1][:high]
        blocks[0] = blocks[0][0][low:], blocks[0][1][low:]
        starts, counts = blocks[0] if len(blocks) == 1 else (np.concatenate(parts) for parts in zip(*blocks, strict=True))
        return Family(first * PARENT_BLOCK + low, starts, counts)

    def places(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Return, for any rows, the parent's row number, its first child's row number and its number of children."""
        blocks = self._blocks_of(rows)
        parent, first, count = np.empty_like(rows), np.empty_like(rows), np.empty_like(rows)
        order = np.argsort(blocks, kind="stable")
        numbers, begins = np.unique(blocks[order], return_index=True)
        for number, chosen in zip(numbers.tolist(), np.split(order, begins[1:]), strict=True):
            starts, counts = self._block(number)
            at = starts.searchsorted(rows[chosen], side="right") - 1
            parent[chosen], first[chosen], count[chosen] = number * PARENT_BLOCK + at, starts[at], counts[at]
        return parent, first, count

    def starts(self, parents: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row number at which each parent's rows begin, shape (parents,); the number of parents gives the total."""
        if not len(parents):
            return parents
        low, high = (min(int(parent), max(self.parents - 1, 0)) // PARENT_BLOCK for parent in (parents.min(), parents.max()))
        if low == high:
            return self._borders(low).take(parents - low * PARENT_BLOCK)
        blocks = np.minimum(parents, max(self.parents - 1, 0)) // PARENT_BLOCK
        found = np.empty_like(parents)
        for number in np.unique(blocks).tolist() if high - low > _FEW_BLOCKS else range(low, high + 1):
            chosen = np.flatnonzero(blocks == number)
            found[chosen] = self._borders(number).take(parents[chosen] - number * PARENT_BLOCK)
        return found

    def _borders(self, number: int) -> NDArray[np.int64]:
        """Return the rows before each parent of a block, and before the parent after it."""
        while len(self._edges) <= number + 1 and self._extend():
            pass
        starts, counts = self._block(number) if self.parents else (np.zeros(0, np.int64),) * 2
        return np.append(starts, starts[-1] + counts[-1] if len(starts) else 0)

    def _blocks_of(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        self._block_of(int(rows.max(initial=0)))
        return np.asarray(np.searchsorted(np.array(self._edges), rows, side="right") - 1)

    def _block_of(self, row: int) -> int:
        while row >= self._edges[-1]:
            if not self._extend():
                raise IndexError(f"row {row} is beyond the {self._edges[-1]} rows of this table")
        return int(np.searchsorted(self._edges, row, side="right")) - 1

    def _extend(self) -> bool:
        number = len(self._edges) - 1
        if number * PARENT_BLOCK >= self.parents:
            return False
        self._edges.append(self._edges[number] + int(self._counts(number).sum()))
        return True

    def _make_block(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        counts = self._counts(number)
        starts = np.cumsum(counts)
        starts -= counts
        starts += self._edges[number]
        return starts, counts


def kept(counts: Counts, room: int = KEPT_BYTES) -> Counts:
    """Return the same counts, made once for each block as long as all of them take no more memory than that."""
    made: dict[int, NDArray[Any]] = {}

    def again(number: int) -> NDArray[np.int64]:
        found = made.get(number)
        if found is None:
            drawn = counts(number)
            small = drawn.astype(np.min_scalar_type(int(drawn.max(initial=0))))
            if (len(made) + 1) * small.nbytes <= room:
                made[number] = small
            return drawn
        return found.astype(np.int64)

    return again


def parent_range(number: int, parents: int) -> range:
    """Return the parents of one block."""
    return range(number * PARENT_BLOCK, min((number + 1) * PARENT_BLOCK, parents))


def drawn_counts(masses: Masses, key: Key, parents: int) -> Counts:
    """Return counts that are drawn with these probabilities, each parent by itself."""
    table = Discrete(masses.shares)

    def counts(number: int) -> NDArray[np.int64]:
        return table.sample(bits32(key, parent_range(number, parents))).astype(np.int64) + masses.first

    return counts


def bounded_masses(spread: Spread, masses: Masses) -> Masses:
    """Return the probabilities with all that lies beyond the spread's bounds moved to the bound."""
    low, high = spread.limits()
    return clamped_masses(masses, (low, masses.first + len(masses.shares) + low if high is None else high))


def exact_counts(spread: Spread, key: Key, parents: int, rows: int) -> Counts:
    """Return counts that add up to `rows`, shaped by the spread and within its bounds.

    The spread is shifted to the wanted mean; what the draws then miss by chance is given to, or taken from, parents at
    equal distances, one row each.

    Raises:
        ValueError: the bounds do not allow so many rows, or so few.
        WidthError: the numbers of rows spread too wide for a table.
    """
    masses = shifted_masses(spread, rows / parents, rows)
    low, high = spread.bounds()
    if len(masses.shares) <= 2:
        low, high = masses.first, masses.first + len(masses.shares) - 1
    return topped_up(drawn_counts(masses, key, parents), parents, rows, low, None if high is None else lambda _number: high)


Highest = Callable[[int], "int | NDArray[np.int64]"]
"""The most rows that each parent of a block can have, by the block's number."""


def topped_up(counts: Counts, parents: int, rows: int, low: int = 0, high: Highest | None = None) -> Counts:
    """Return counts that add up to `rows`: what is missing is given to, or taken from, parents at equal distances.

    Where there is more of it than parents, all get as much of it, or as they have room for; the rest goes by the distances.

    Raises:
        ValueError: the bounds do not allow so many rows, or so few.
    """
    blocks = range(-(-parents // PARENT_BLOCK))
    missing = rows - sum(int(counts(number).sum()) for number in blocks)
    if not missing:
        return counts
    sign, most = (1, missing) if missing > 0 else (-1, -missing)

    def rooms(number: int, drawn: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many rows each parent can get, or lose, at most all that are missing."""
        if sign < 0:
            return np.clip(drawn - low, 0, most)
        return np.full(len(drawn), most) if high is None else np.clip(high(number) - drawn, 0, most)

    all_rooms = (rooms(number, counts(number)) for number in blocks)
    level, rest, open_ = 0, most, [int(np.count_nonzero(room)) for room in all_rooms]
    if most >= sum(open_):
        level, rest = _level((rooms(number, counts(number)) for number in blocks), most)
        open_ = [int(np.count_nonzero(rooms(number, counts(number)) > level)) for number in blocks]
    before, total = np.concatenate([[0], np.cumsum(open_)]), max(sum(open_), 1)

    def moved(number: int) -> NDArray[np.int64]:
        drawn = counts(number)
        room = rooms(number, drawn)
        is_open = room > level
        rank = before[number] + np.cumsum(is_open)  # 1-based among the parents with room
        chosen = is_open & (rank * rest // total > (rank - 1) * rest // total)
        return np.asarray(drawn + sign * (np.minimum(room, level) + chosen))

    return moved


def _level(rooms: Iterable[NDArray[np.int64]], rows: int) -> tuple[int, int]:
    """Return how many rows all parents get, or as many as they have room for, and how many rows are left, fewer than parents.

    Raises:
        ValueError: there is no room for so many rows.
    """
    sizes, parents = np.zeros(1, np.int64), np.zeros(1, np.int64)  # the different rooms, and how many parents have them
    for room in rooms:
        found, counts = np.unique(room, return_counts=True)
        sizes, places = np.unique(np.concatenate([sizes, found]), return_inverse=True)
        parents = np.bincount(places, np.concatenate([parents, counts])).astype(np.int64)
    larger = parents.sum() - np.cumsum(parents)
    filled = np.cumsum(sizes * parents) + sizes * larger  # the rows that there are at each of these levels
    if rows > filled[-1]:
        raise ValueError("the bounds leave no room")
    last = int(np.searchsorted(filled, rows, side="right")) - 1
    further, rest = divmod(rows - int(filled[last]), max(int(larger[last]), 1))
    return int(sizes[last]) + further, rest


def shifted_masses(spread: Spread, mean: float, most: int) -> Masses:
    """Return the spread's probabilities, within its bounds, with their mean moved to `mean`.

    The law is scaled first, as far as it can be; then p(k) is multiplied by exp(t·k), which keeps the support. A law that is
    too wide when it is scaled ends at `most`.

    Raises:
        ValueError: no shift within the bounds has this mean.
        WidthError: the numbers of rows spread too wide for a table.
    """
    try:
        scaled = spread.towards(mean)
    except WidthError:
        scaled = spread.model_copy(update={"max": most}).towards(mean)
    masses = bounded_masses(spread, scaled)
    shares = np.array(masses.shares)
    kept = np.flatnonzero(shares > 0)
    if len(kept) == 1 and spread.bounds() == (0, None):
        return _between(mean)
    lowest, highest = (masses.first + int(end) for end in (kept[0], kept[-1]))
    if not lowest <= mean <= highest:
        raise ValueError(f"a mean of {mean:g} lies outside {lowest} to {highest}")
    if mean in (lowest, highest):
        return Masses(int(mean), (1.0,))
    full = np.zeros(highest - lowest + 1)
    full[kept - kept[0]] = _tilted(shares[kept], (kept - kept[0]).astype(np.float64), mean - lowest)
    return Masses(lowest, tuple(full.tolist()))


def _between(mean: float) -> Masses:
    whole = math.floor(mean)
    return Masses(whole, (1 - (mean - whole), mean - whole)) if mean > whole else Masses(whole, (1.0,))


def _tilted(shares: Floats, numbers: Floats, mean: float) -> Floats:
    """Return `shares` tilted exponentially until the mean of `numbers`, which begin with 0, is `mean`.

    The tilt is found by Newton's method on the logarithm of the mean's distances from both ends, which is nearly straight,
    and by bisection where that leaves the bounds.
    """
    logs, last = elementary.log(shares), float(numbers[-1])
    low, high, tilt = -750.0, 750.0, 0.0
    for _ in range(100):
        tilted = logs + tilt * numbers
        weights = elementary.exp(tilted - tilted.max())
        weights /= weights.sum()
        found = float((weights * numbers).sum())
        low, high = (tilt, high) if found < mean else (low, tilt)
        if abs(found - mean) <= 1e-12 * mean:
            break
        variance = float((weights * (numbers - found) ** 2).sum())
        middle, tilt = (low + high) / 2, math.nan if variance == 0 else tilt + _step(found, mean, last) / variance
        tilt = tilt if low < tilt < high else middle
    return weights


def _step(found: float, mean: float, last: float) -> float:
    """Return how far, times the variance, the logarithm of a mean's distances from 0 and `last` is from the wanted one's."""
    missing = math.log(mean / found) + math.log((last - found) / (last - mean))
    return missing * found * (last - found) / last
