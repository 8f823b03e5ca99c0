"""Columns put together out of others hold each row's value, whatever the parts' pools, codes and nulls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.selection import Joiner, joined, picked, scattered
from datagen_chat.spelling import spelled
from datagen_chat.values import Numbers, Text, Values, words_array
from tests.expressions.samples import DATES, MORE_TIMES, TIMES, listed, numbers, texts

HOW = st.sampled_from(["small", "large", "none"])
WORDS = st.sampled_from(["a", "b", "cc", "", "é", None])
WHOLE = st.sampled_from([0, 1, -5, 2**62, None])


@st.composite
def columns(draw: st.DrawFn, rows: Sequence[int]) -> list[Values]:
    """Draw columns of these lengths, all text or all numbers."""
    if draw(st.booleans()):
        return [texts(draw(st.lists(WORDS, min_size=size, max_size=size)), draw(HOW)) for size in rows]
    return [numbers(draw(st.lists(WHOLE, min_size=size, max_size=size)), np.int64) for size in rows]


@given(st.data())
def test_each_row_comes_from_the_part_that_it_names(data: st.DataObject) -> None:
    rows, count = data.draw(st.integers(0, 8)), data.draw(st.integers(1, 4))
    parts = data.draw(columns([data.draw(st.sampled_from([rows, 1])) for _ in range(count)]))
    which = data.draw(st.lists(st.integers(0, count - 1), min_size=rows, max_size=rows))
    found = picked(parts, np.array(which, data.draw(st.sampled_from([np.int8, np.int64]))))
    held = [listed(part) for part in parts]
    assert listed(found) == [held[part][row if len(held[part]) == rows else 0] for row, part in enumerate(which)]


@given(st.data())
def test_each_part_stands_where_its_indexes_say_and_the_rest_is_null(data: st.DataObject) -> None:
    size, count = data.draw(st.integers(0, 9)), data.draw(st.integers(1, 3))
    owners = data.draw(st.lists(st.integers(0, count), min_size=size, max_size=size))
    indexes = [np.flatnonzero(np.array(owners, np.int64) == part) for part in range(count)]
    parts = data.draw(columns([len(index) for index in indexes]))
    expected: list[Any] = [None] * size
    for part, index in zip(parts, indexes, strict=True):
        for value, row in zip(listed(part), index.tolist(), strict=True):
            expected[row] = value
    assert listed(scattered(parts, indexes, size)) == expected


def test_two_parts_are_picked_by_truth_values() -> None:
    parts = [Numbers(np.array([1, 2, 3])), Numbers(np.array([0.5, 1.5, 2.5]))]
    assert listed(picked(parts, np.array([False, True, False]))) == [1.0, 1.5, 3.0]


def test_no_nulls_make_no_mask() -> None:
    parts = [Numbers(np.array([1, 2])), Numbers(np.array([3]))]
    assert picked(parts, np.array([0, 1])).valid is None
    assert scattered(parts, [np.array([0, 2]), np.array([1])], 3).valid is None


def test_more_words_than_a_byte_numbers_take_wider_codes() -> None:
    parts = [texts([f"{side}{k}" for k in range(100)], "small") for side in "ab"]
    found = picked(parts, np.arange(100) % 2)
    assert listed(found) == [f"{'ab'[k % 2]}{k}" for k in range(100)]


def test_a_pool_that_stands_twice_is_joined_once() -> None:
    first, second = words_array(["a", "b"]), words_array(["c"])
    words, starts = joined([first, second, first])
    assert (words.to_pylist(), starts) == (["a", "b", "c"], (0, 2, 0))
    assert joined([first, first])[0] is first


def test_the_same_pools_are_joined_to_the_same_pool() -> None:
    join, first, second = Joiner(), words_array(["a"]), words_array(["b"])
    made = join([first, second])[0]
    assert join([first, second])[0] is made
    assert join([second, first])[0].to_pylist() == ["b", "a"]


@pytest.mark.parametrize(
    ("values", "type_", "expected"),
    [
        (Numbers(np.array([7, -(2**63)])), "int", ["7", str(-(2**63))]),
        (Numbers(np.array([2.5, 3.0, -0.0, 0.1, 1e22])), "float", ["2.5", "3", "0", "0.1", "1e+22"]),
        (Numbers(np.array([True, False])), "bool", ["true", "false"]),
        (numbers(list(DATES), np.int64), "date", [f"{day.year:04}-{day.month:02}-{day.day:02}" for day in DATES]),
        (numbers(TIMES, np.int64), "datetime", [time.replace(microsecond=0, tzinfo=None).isoformat() + "Z" for time in TIMES]),
        (numbers(MORE_TIMES[:1], np.int64), "datetime", [None]),
        (numbers([None], np.float64), "float", [None]),
        (texts(["a", None], "small"), "string", ["a", None]),
    ],
)
def test_values_are_written_out(values: Values, type_: Any, expected: list[str | None]) -> None:
    found = spelled(values, type_)
    assert isinstance(found, Text)
    assert listed(found) == expected
