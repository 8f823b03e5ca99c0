"""Ticks of windows that differ from row to row are as frequent as they weigh."""

from __future__ import annotations

import math
from itertools import count, takewhile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.draws import below, key, uniform
from datagen_chat.instants import DAY, HOUR, MINUTE, SECOND, Step, parse_instant, parse_step
from datagen_chat.ticks import Pattern
from datagen_chat.windows import tick_at, tick_counts, window_ticks

Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

OFFICE = Pattern("hour", (*[0.0] * 8, 1, 2, 5, 3, 0, 0.01, 4, 4, 3, 2, *[0.0] * 6))
WEEK = Pattern("dow", (1, 1, 1, 1, 2, 4, 0.0))
YEAR = Pattern("month", (1, 0.5, 0, 2, 1, 1, 1, 3, 1, 1, 1, 5.0))
PATTERNS = [(OFFICE,), (WEEK,), (YEAR,), (OFFICE, WEEK, YEAR)]
OFFSETS = {"s": "s", "15min": "15min", "25min": "25min", "H": "h", "90min": "90min", "5H": "5h", "6H": "6h", "36H": "36h"}
OFFSETS |= {"D": "D", "W": "7D", "30D": "30D", "M": "", "Q": "", "2M": "", "Y": ""}


def instants(*texts: str) -> Ints:
    return np.array([parse_instant(text) for text in texts])


def explicit(start: int, end: int, freq: str) -> pd.DatetimeIndex:
    """Return every tick of a window, by pandas."""
    first, last = (pd.Timestamp(each, unit="us", tz="UTC") for each in (start, end))
    if offset := OFFSETS[freq]:
        return pd.date_range(first, last, freq=offset)
    months = parse_step(freq).months
    ticks = (first + pd.DateOffset(months=months * number) for number in count())
    return pd.DatetimeIndex(list(takewhile(lambda tick: tick <= last, ticks)))


def weights_of(ticks: pd.DatetimeIndex, patterns: tuple[Pattern, ...]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    parts = {"hour": ticks.hour, "dow": ticks.day_of_week, "month": ticks.month - 1}
    weights = np.ones(len(ticks))
    for pattern in patterns:
        weights *= np.array(pattern.weights)[parts[pattern.dimension]]
    return weights


def windows(step: Step, many: int) -> tuple[Ints, Ints]:
    """Return windows of some dozen steps that start at odd times, the first on a last day of January."""
    start = parse_instant("2024-01-31T09:13:27Z") + below(key(1, "start"), range(many), 800 * DAY // SECOND) * SECOND
    start[0] = parse_instant("2024-01-31T09:13:27Z")
    return start, start + below(key(1, "length"), range(many), 60 * step.typical)


@pytest.mark.parametrize("freq", OFFSETS)
def test_a_window_has_the_ticks_that_pandas_finds(freq: str) -> None:
    step = parse_step(freq)
    start, end = windows(step, 12)
    counts = tick_counts(start, end, step)
    for first, last, many in zip(start.tolist(), end.tolist(), counts.tolist(), strict=True):
        expected = explicit(first, last, freq).as_unit("us").asi8
        assert tick_at(np.full(many, first), np.arange(many), step).tolist() == expected.tolist()


def test_months_end_where_they_are_short() -> None:
    start, end = (
        instants(*["2024-01-31T12:00:00Z"] * 4),
        instants(*[f"2024-0{month}T00:00:00Z" for month in ("1-31", "2-29", "3-01", "4-01")]),
    )
    assert tick_counts(start, end, parse_step("M")).tolist() == [0, 1, 2, 3]
    ticks = tick_at(start, np.arange(4), parse_step("M"))
    assert ticks.tolist() == instants(*[f"2024-{day}T12:00:00Z" for day in ("01-31", "02-29", "03-31", "04-30")]).tolist()
    quarters = tick_at(instants("1899-11-30T00:00:00Z"), np.array([1]), parse_step("Q"))
    assert quarters.tolist() == instants("1900-02-28T00:00:00Z").tolist()


@pytest.mark.parametrize("freq", ["H", "M"])
def test_an_empty_window_has_no_tick_and_is_told(freq: str) -> None:
    start = instants("2024-01-31T09:00:00Z", "2024-01-31T10:00:00Z", "2024-01-31T11:00:00Z")
    end = instants("2024-01-31T08:59:59Z", "2024-01-31T10:00:00Z", "2020-01-01T00:00:00Z")
    assert tick_counts(start, end, parse_step(freq)).tolist() == [0, 1, 0]
    for patterns in ((), (OFFICE,)):
        found = window_ticks(start, end, parse_step(freq), patterns, np.array([0.5, 0.5, 0.999]))
        assert found.inside.tolist() == [False, True, False]
        assert found.instants.tolist() == start.tolist()
        assert found.unweighted == 0


def test_without_patterns_each_tick_has_an_equal_share_of_the_shares() -> None:
    start, end = instants("2024-01-31T00:00:00Z"), instants("2024-05-01T00:00:00Z")
    shares = np.array([0, 0.2499, 0.25, 0.4999, 0.5, 0.75, math.nextafter(1, 0)])
    family = np.zeros(7, dtype=np.int64)
    found = window_ticks(start, end, parse_step("M"), (), shares, family).instants
    months = (1, 1, 2, 2, 3, 4, 4)
    assert pd.to_datetime(found, unit="us").month.tolist() == list(months)


@pytest.mark.parametrize("patterns", PATTERNS)
@pytest.mark.parametrize("freq", OFFSETS)
def test_ticks_are_as_frequent_as_they_weigh(freq: str, patterns: tuple[Pattern, ...]) -> None:
    step, many = parse_step(freq), 2000
    start, end = windows(step, 6)
    family, shares = np.repeat(np.arange(6), many), np.tile((np.arange(many) + 0.5) / many, 6)
    found = window_ticks(start, end, step, patterns, shares, family)
    assert found.inside.all()
    expected_fallbacks = 0
    for window, ticks in enumerate(found.instants.reshape(6, many)):
        known = explicit(int(start[window]), int(end[window]), freq)
        weights = weights_of(known, patterns)
        if not weights.any():
            expected_fallbacks += many
            weights += 1
        place = known.as_unit("us").asi8.searchsorted(ticks)
        assert (known.as_unit("us").asi8[place] == ticks).all()
        assert (np.diff(place) >= 0).all()
        assert (weights[place] > 0).all()
        upto = np.cumsum(np.bincount(place, minlength=len(known))) / many
        # Shares are spaced evenly, so that counts are exact to one; weights are rounded to less than a 10,000th here.
        assert np.abs(upto - np.cumsum(weights) / weights.sum()).max() <= 1 / many + 1e-4
    assert found.unweighted == expected_fallbacks


STEPS = st.sampled_from(
    [
        "us",
        "7ms",
        "s",
        "13s",
        "7min",
        "15min",
        "25min",
        "H",
        "6H",
        "7H",
        "36H",
        "D",
        "3D",
        "M",
        "Q",
        "3601s",
        "1001min",
        "50000D",
        "999999999W",
        "12000M",
    ]
)


@given(STEPS, st.integers(0, 60 * 365), st.integers(0, 10**12), st.integers(0, 2000), st.sampled_from([(), *PATTERNS]))
def test_any_window_gives_ascending_ticks_of_its_own_grid(
    freq: str, day: int, time: int, length: int, patterns: tuple[Pattern, ...]
) -> None:
    step = parse_step(freq)
    start = np.array([day * DAY + time])
    end = start + min(length * step.typical // 3, 10**17)
    shares = np.append(np.arange(100) / 100, math.nextafter(1, 0))
    found = window_ticks(start, end, step, patterns, shares, np.zeros(101, dtype=np.int64))
    ticks = found.instants
    assert found.inside.all()
    assert ticks[0] >= start[0]
    assert ticks[-1] <= end[0]
    assert (np.diff(ticks) >= 0).all()
    if step.length:
        assert all(tick % step.length == 0 for tick in (ticks - start).tolist())
        never = np.isin(ticks // HOUR % 24, [*range(8), 12, *range(18, 24)])
        assert found.unweighted or OFFICE not in patterns or step.length > HOUR or not never.any()


def test_a_row_alone_gets_the_tick_that_it_has_among_others() -> None:
    start, end = windows(Step(HOUR), 200)
    shares = uniform(key(2, "shares"), range(200))
    for freq in ("20min", "36H", "M"):
        step = parse_step(freq)
        together = window_ticks(start, end, step, PATTERNS[3], shares)
        alone = [window_ticks(start[[row]], end[[row]], step, PATTERNS[3], shares[[row]]) for row in range(200)]
        assert [int(each.instants[0]) for each in alone] == together.instants.tolist()
        assert sum(each.unweighted for each in alone) == together.unweighted


def test_windows_with_no_weight_fall_back_to_all_their_ticks_and_are_counted() -> None:
    start = instants("2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "1700-01-01T00:00:00Z", "2150-01-01T00:00:00Z")
    end = start + np.array([7, 9, 48, 48]) * HOUR
    family = np.repeat(np.arange(4), 1000)
    found = window_ticks(start, end, Step(HOUR), (OFFICE,), np.tile(np.arange(1000) / 1000, 4), family)
    assert found.unweighted == 2000  # the first window is all night, the third before the years that are weighed
    hours = [np.unique(each).tolist() for each in (found.instants.reshape(4, 1000) - start[:, None]) // HOUR]
    assert hours[0] == list(range(8))
    assert hours[1] == [8, 9]
    assert hours[2] == list(range(49))
    assert 12 not in hours[3]


def test_a_single_positive_tick_gets_all_rows() -> None:
    pattern = Pattern("hour", (*[0.0] * 23, 1e-200))
    start, end = instants("2024-01-01T00:10:00Z"), instants("2024-01-01T23:15:00Z")
    shares = uniform(key(3, "shares"), range(1000))
    found = window_ticks(start, end, Step(15 * MINUTE), (pattern,), shares, np.zeros(1000, dtype=np.int64))
    assert np.unique(found.instants).tolist() == instants("2024-01-01T23:10:00Z").tolist()
