"""The rows of a parent get distinct ticks of its window, in ascending order."""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest

from datagen_chat.distinct_ticks import distinct_ticks
from datagen_chat.draws import below, key
from datagen_chat.generators.base.rows import Siblings
from datagen_chat.instants import DAY, HOUR, parse_instant, parse_step
from datagen_chat.ticks import Pattern

STREAM = key(1, "distinct")
MONDAY = parse_instant("2024-01-01T00:00:00Z")
WEEK = Pattern("dow", (1, 2, 3, 4, 5, 0, 0.0))
OFFICE = Pattern("hour", (*[0.0] * 8, *[1.0] * 10, *[0.0] * 6))
Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def families(count: Ints) -> Siblings:
    parents = np.arange(len(count))
    return Siblings(parents, np.cumsum(count) - count, count, np.repeat(parents, count))


def shares_of_days(parents: int, count: int, days: int) -> list[float]:
    """Return how many of the parents have each weekday among their days, of a window of `days` days from Monday on."""
    start = np.full(parents, MONDAY)
    siblings = families(np.full(parents, count))
    found = distinct_ticks(STREAM, range(parents * count), siblings, start, start + days * DAY - 1, parse_step("D"), (WEEK,))
    ticks = ((found.instants - MONDAY) // DAY).reshape(parents, count)
    assert (np.diff(ticks, axis=1) > 0).all()
    assert found.unweighted == 0
    shares: list[float] = (np.bincount(ticks.ravel() % 7, minlength=7) / parents).tolist()
    return shares


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_days_are_taken_as_if_drawn_one_after_the_other_by_weight(count: int) -> None:
    expected = [0.0] * 7
    for order in permutations(range(5), count):
        chance, left = 1.0, 15
        for day in order:
            chance *= (day + 1) / left
            left -= day + 1
        for day in order:
            expected[day] += chance
    parents = 20_000
    for share, right in zip(shares_of_days(parents, count, 7), expected, strict=True):
        assert abs(share - right) <= 5 * math.sqrt(right * (1 - right) / parents) + 1e-12


def test_where_there_are_many_ticks_they_come_as_often_as_they_weigh() -> None:
    # Two of a thousand days: taking the first hardly changes the second. The last, a Monday to Saturday, are not a week.
    parents = 20_000
    for share, weight in zip(shares_of_days(parents, 2, 7 * 143), (1, 2, 3, 4, 5, 0, 0), strict=True):
        right = 2 * weight / 15
        assert abs(share - right) <= 5 * math.sqrt(2 * weight / 15 / parents) + 2e-3


@pytest.mark.parametrize("freq", ["D", "H", "15min", "M", "us"])
@pytest.mark.parametrize("patterns", [(), (WEEK,), (OFFICE, WEEK)])
def test_ticks_ascend_and_never_repeat_and_do_not_depend_on_the_block(freq: str, patterns: tuple[Pattern, ...]) -> None:
    count = below(key(2, "count"), range(200), 12)
    siblings, step = families(count), parse_step(freq)
    start = MONDAY + below(key(2, "start"), range(200), 100) * DAY
    end = start + below(key(2, "end"), range(200), 500) * DAY
    together = distinct_ticks(STREAM, range(int(count.sum())), siblings, start, end, step, patterns)
    inside = together.inside
    own = siblings.family[inside]
    later = np.diff(together.instants[inside])[np.diff(own) == 0]
    assert (later > 0).all()
    assert (together.instants[inside] <= end.take(own)).all()
    unweighted = 0
    for parent in range(200):
        first, rows = siblings.first[[parent]], int(count[parent])
        alone = Siblings(np.array([parent]), first, count[[parent]], np.zeros(rows, dtype=np.int64))
        numbers = np.arange(first[0], first[0] + rows)
        found = distinct_ticks(STREAM, numbers, alone, start[[parent]], end[[parent]], step, patterns)
        assert np.array_equal(found.instants, together.instants[siblings.family == parent])
        unweighted += found.unweighted
    assert unweighted == together.unweighted


def test_hours_without_weight_do_not_occur_while_there_are_others() -> None:
    start = np.full(300, MONDAY)
    found = distinct_ticks(
        STREAM, range(300 * 20), families(np.full(300, 20)), start, start + 2 * DAY, parse_step("H"), (OFFICE,)
    )
    hours = found.instants // HOUR % 24
    assert found.unweighted == 0
    assert set(hours.tolist()) == set(range(8, 18))  # all twenty hours of both days


def test_more_rows_than_ticks_of_weight_take_the_others_and_are_counted() -> None:
    start = np.full(2000, MONDAY)
    siblings = families(np.full(2000, 6))
    found = distinct_ticks(STREAM, range(12_000), siblings, start, start + 7 * DAY - 1, parse_step("D"), (WEEK,))
    days = np.bincount((found.instants - MONDAY) // DAY, minlength=7)
    assert found.unweighted == 12_000
    assert days[:5].tolist() == [2000] * 5
    assert abs(days[5] - 1000) < 5 * math.sqrt(500)  # Saturday or Sunday, equally likely


def test_rows_beyond_the_number_of_ticks_are_outside() -> None:
    start = np.full(3, MONDAY)
    end = start + np.array([2 * DAY, -1, 100 * DAY])
    for patterns in ((), (WEEK,)):
        found = distinct_ticks(STREAM, range(15), families(np.full(3, 5)), start, end, parse_step("D"), patterns)
        assert found.inside.reshape(3, 5).sum(axis=1).tolist() == [3, 0, 5]
        assert np.array_equal((found.instants[:3] - MONDAY) // DAY, [0, 1, 2])
