"""Faker's numbers and truth values as array arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.draws import Key, RowNumbers, below, key, uniform
from datagen_chat.faking import catalog
from datagen_chat.faking.source import Kind, Source
from datagen_chat.frozen import dataclass
from datagen_chat.permutation import permuted
from datagen_chat.values import Numbers

Args = Mapping[str, Any]
DIGITS = 15
"""Decimal digits that a float holds for certain, `sys.float_info.dig`."""
MILLION = 1e6


@dataclass(frozen=True)
class Computed:
    """Numbers that a function makes of the rows."""

    kind: Kind
    compute: Callable[[RowNumbers], NDArray[Any]]

    def sample(self, rows: RowNumbers) -> Numbers:
        """Return the numbers of these rows."""
        return Numbers(self.compute(rows))


@dataclass(frozen=True)
class Stepped:
    """Whole numbers in even steps, all as likely: `low + step * n` for n below `count`."""

    kind: Kind
    key: Key
    low: int
    count: int
    step: int = 1
    is_distinct: bool = False

    def sample(self, rows: RowNumbers) -> Numbers:
        """Return the numbers of these rows."""
        return Numbers(self.compute(rows))

    def compute(self, rows: RowNumbers) -> NDArray[np.int64]:
        """Return the numbers of these rows, shape (rows,)."""
        found = permuted(self.key, rows, self.count) if self.is_distinct else below(self.key, rows, self.count)
        return found * self.step + self.low

    @property
    def capacity(self) -> int:
        """How many numbers there are."""
        return self.count

    def distinct(self, key: Key, rows: int) -> Source:  # noqa: ARG002 - one permutation does for all rows
        """Return a source of the same numbers in another order."""
        return replace(self, key=key, is_distinct=True)


@dataclass(frozen=True)
class NullBoolean:
    """Null, true or false, a third each."""

    key: Key
    kind: Kind = "bool"

    def sample(self, rows: RowNumbers) -> Numbers:
        """Return the truth values of these rows."""
        drawn = below(self.key, rows, 3)
        return Numbers(drawn == 1, drawn != 0)


def integers(key: Key, low: int, high: int, step: int = 1) -> Source | None:
    """Return uniform whole numbers from `low` to `high` in steps; None when there are none or too large ones."""
    if not step or max(abs(low), abs(high), abs(step)) >= 1 << 62:
        return None
    count = len(range(low, high + 1, step))
    return Stepped("int", key, low, count, step) if count else None


def boolean(args: Args, key: Key) -> Source | None:
    """`boolean` and `pybool`: true in so many of a hundred."""
    (percent,) = args.values() or (50,)
    return None if not 0 <= percent <= 100 else Computed("bool", lambda rows: below(key, rows, 100) < percent)


def random_int(args: Args, key: Key) -> Source | None:
    """`random_int` and `pyint`."""
    low = args.get("min", args.get("min_value", 0))
    high = args.get("max", args.get("max_value", 9999))
    return integers(key, low, high, args.get("step", 1))


def random_number(args: Args, key: Key) -> Source | None:
    """`random_number`: a number of so many digits, or of one to nine."""
    digits, fixed = args.get("digits"), args.get("fix_len", False)
    if digits is not None:
        return integers(key, 10 ** (digits - 1) if fixed else 0, 10**digits - 1) if 0 < digits <= 18 else None
    return Computed("int", lambda rows: _digits(key, rows, 1, 9, fixed)[0])


def port_number(args: Args, key: Key) -> Source | None:
    """`port_number`, by the ranges of the IANA."""
    ranges = {"is_system": (0, 1023), "is_user": (1024, 49151), "is_dynamic": (49152, 65535)}
    return integers(key, *next((ranges[name] for name in ranges if args.get(name)), (0, 65535)))


def http_status_code(args: Args, key: Key) -> Source | None:
    """`http_status_code`: any from 100 to 599, or one of those assigned."""
    if args.get("include_unassigned", True):
        return integers(key, 100, 599)
    codes = np.array(catalog.facts("http_status_code"), np.int64)
    return Computed("int", lambda rows: codes.take(below(key, rows, len(codes))))


def coordinate(args: Args, key: Key) -> Source | None:
    """`coordinate` and `longitude`: degrees with six decimals, around a centre if one is given."""
    centre, radius = args.get("center"), args.get("radius", 0.001)
    if centre is not None:
        return uniform_float(key, centre - radius, centre + radius, 6) if 0 <= radius <= 360 >= abs(centre) else None
    return Computed("float", lambda rows: (below(key, rows, 360_000_001) - 180_000_000) / MILLION)


def latitude(_: Args, key: Key) -> Source | None:
    """`latitude`: half a longitude, so of seven decimals."""
    return Computed("float", lambda rows: (below(key, rows, 360_000_001) - 180_000_000) / (2 * MILLION))


def uniform_float(key: Key, low: float, high: float, decimals: int) -> Source:
    """Return uniform numbers from `low` to `high`, rounded."""
    return Computed("float", lambda rows: np.clip(np.round(uniform(key, rows) * (high - low) + low, decimals), low, high))


def pyfloat(args: Args, key: Key) -> Source | None:
    """`pyfloat`: between two bounds, or of so many digits before and after the point."""
    left, right, positive = args.get("left_digits"), args.get("right_digits"), args.get("positive")
    low, high = args.get("min_value"), args.get("max_value")
    if not all(digits is None or 0 <= digits <= DIGITS for digits in (left, right)):
        return None
    if low is not None and high is not None and left is None and low < high and not positive:
        before = len(str(int(max(abs(low), abs(high)))))
        return uniform_float(key, low, high, DIGITS - before if right is None else right) if before <= DIGITS else None
    if low is not None or high is not None or left == 0 or right == 0 or (left or 0) + (right or 0) > DIGITS:
        return None
    if left is not None:
        right = right or max(1, DIGITS - left)
    return Computed("float", lambda rows: _decimal(key, rows, right, left, positive))


def pydecimal(args: Args, key: Key) -> Source | None:
    """`pydecimal`, where both bounds and the decimals are given."""
    low, high, right = args.get("min_value"), args.get("max_value"), args.get("right_digits")
    if low is None or high is None or right is None or low >= high or args.get("left_digits") is not None:
        return None
    if not 0 <= right <= DIGITS or max(abs(low), abs(high)) >= 10**DIGITS:
        return None
    return None if args.get("positive") else uniform_float(key, low, high, right)


def _decimal(parent: Key, rows: RowNumbers, right: int | None, left: int | None, positive: bool | None) -> NDArray[Any]:
    """Return numbers written as `left.right`, neither part padded, as Faker writes them."""
    behind, lengths = _digits(key(parent, "right"), rows, right or 1, right or DIGITS - 1, False)
    if left is None:
        widths = np.array([max(1, DIGITS - length) for length in range(DIGITS + 1)])
        before = np.floor(uniform(key(parent, "left"), rows) * _POWERS.take(widths.take(lengths)))
    else:
        before = np.floor(uniform(key(parent, "left"), rows) * _POWERS[left])
    found: NDArray[np.float64] = before + behind / _POWERS.take(np.searchsorted(_POWERS[1:], behind, side="right") + 1)
    if positive is not None:
        return np.where(found == 0, 10.0 ** -(right or 1), found) if positive else np.negative(found)
    return found * (1 - 2 * below(key(parent, "sign"), rows, 2))


_POWERS = np.array([float(10**n) for n in range(20)])


def _digits(parent: Key, rows: RowNumbers, low: int, high: int, fixed: bool) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return numbers of `low` to `high` digits, and how many digits each was given."""
    lengths = low + below(key(parent, "digits"), rows, high - low + 1)
    powers = np.array([10**n for n in range(19)], np.int64).take(lengths)
    start = powers // 10 if fixed else np.zeros_like(powers)
    return start + np.floor(uniform(parent, rows) * (powers - start)).astype(np.int64), lengths
