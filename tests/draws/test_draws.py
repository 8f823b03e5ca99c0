"""Draws are stateless, even and independent of each other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.draws import GOLDEN, MASK, Key, below, bits, bits32, bits32_each, key, scaled, uniform

MANY = 10_000_000


def splitmix64(state: int) -> int:
    """Return SplitMix64's output for a state, as its authors' C code computes it, in plain integers."""
    mixed = state & MASK
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
    return mixed ^ (mixed >> 31)


@given(st.integers(0, MASK), st.integers(0, 2**40))
def test_a_draw_is_splitmix64_of_the_key_and_the_row(stream: int, row: int) -> None:
    expected = splitmix64((stream + row * GOLDEN) & MASK)
    assert int(bits(Key(stream), range(row, row + 1))[0]) == expected
    assert int(bits(Key(stream), np.array([row]))[0]) == expected


def test_the_first_outputs_are_those_that_are_published_for_seed_1234567() -> None:
    # https://rosettacode.org/wiki/Pseudo-random_numbers/Splitmix64; the generator adds the constant before each output.
    published = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]
    assert bits(Key(1234567), range(1, 6)).tolist() == published


@pytest.mark.parametrize("start", [0, 1, 65_535])
@pytest.mark.parametrize("size", [0, 1, 2, 65_536, 65_537])
def test_rows_with_keys_of_their_own_draw_what_those_keys_give_them(start: int, size: int) -> None:
    keys, rows = [Key(3), Key(MASK), Key(1 << 63)], range(start, start + size)
    which = np.arange(size) % 3
    own = np.array(keys, np.uint64).take(which)
    wanted = np.choose(which, [bits32(each, rows) for each in keys])
    assert (bits32_each(own, rows) == wanted).all()
    assert (bits32_each(own, np.arange(start, start + size)) == wanted).all()


@pytest.mark.parametrize("size", [1, 65_536, 65_537, 200_000])
def test_ranges_and_arrays_of_rows_draw_the_same(size: int) -> None:
    rows = range(12_345, 12_345 + size)
    assert (bits(Key(9), rows) == bits(Key(9), np.arange(rows.start, rows.stop))).all()


def test_keys_differ_in_every_part_and_in_how_names_are_cut() -> None:
    keys = [key(1, "ab", "c"), key(1, "a", "bc"), key(2, "ab", "c"), key(1, "abc"), key(1, "ab", "c", ""), key(12, "ab", "c")]
    assert len(set(keys)) == len(keys)


def test_uniform_draws_are_even_over_a_thousand_cells() -> None:
    counts = np.bincount((uniform(key(1, "even"), range(MANY)) * 1000).astype(np.int64), minlength=1000)
    chi_square = ((counts - MANY / 1000) ** 2 / (MANY / 1000)).sum()
    # Chi-square with 999 degrees of freedom has a deviation of sqrt(2 * 999) = 44.7.
    assert abs(chi_square - 999) < 5 * 44.7


@pytest.mark.parametrize("lag", [1, 2, 7, 64, 65_536])
def test_neighbouring_rows_are_uncorrelated(lag: int) -> None:
    drawn = uniform(key(1, "serial"), range(MANY)) - 0.5
    correlation = float((drawn[:-lag] * drawn[lag:]).mean() * 12)
    assert abs(correlation) < 5 / math.sqrt(MANY)


@pytest.mark.parametrize("other", [key(1, "table", "b"), key(2, "table", "a"), Key(key(1, "table", "a") + 1)])
def test_streams_are_uncorrelated(other: Key) -> None:
    first, second = uniform(key(1, "table", "a"), range(MANY)), uniform(other, range(MANY))
    assert abs(float(((first - 0.5) * (second - 0.5)).mean() * 12)) < 5 / math.sqrt(MANY)


def test_every_bit_is_set_half_of_the_time() -> None:
    drawn = bits(key(3, "bits"), range(1_000_000))
    shares = [float(((drawn >> np.uint64(place)) & np.uint64(1)).mean()) for place in range(64)]
    assert max(abs(share - 0.5) for share in shares) < 5 * 0.5 / math.sqrt(1_000_000)


@given(st.integers(1, 2**63 - 1), st.integers(0, MASK))
def test_scaling_is_the_upper_half_of_the_product(bound: int, drawn: int) -> None:
    found = int(scaled(np.array([drawn], dtype=np.uint64), np.uint64(bound))[0])
    assert found == drawn * bound >> 64


@given(st.integers(2**16 + 1, 2**62) | st.sampled_from([2**16 + 1, 2**32 - 1, 2**32]), st.integers(0, 2**40))
def test_a_draw_below_a_large_bound_is_the_upper_half_of_the_product(bound: int, row: int) -> None:
    rows = range(row, row + 50)
    assert below(Key(5), rows, bound).tolist() == [drawn * bound >> 64 for drawn in bits(Key(5), rows).tolist()]


@given(st.integers(1, 2**62), st.integers(0, 2**40))
def test_draws_below_a_bound_are_below_it(bound: int, row: int) -> None:
    drawn = below(Key(5), range(row, row + 50), bound)
    assert (drawn >= 0).all()
    assert (drawn < bound).all()


@given(st.integers(0, 2**40), st.integers(0, 40))
def test_two_rows_share_one_draw_of_64_bits(start: int, count: int) -> None:
    rows = range(start, start + count)
    expected = [splitmix64((7 + (row >> 1) * GOLDEN) & MASK) >> (row % 2 * 32) & 0xFFFFFFFF for row in rows]
    assert bits32(Key(7), range(start, start + count)).tolist() == expected
    assert bits32(Key(7), np.arange(start, start + count)).tolist() == expected


def test_the_two_halves_of_a_draw_are_uncorrelated() -> None:
    drawn = bits32(key(1, "halves"), range(MANY)) * 2.0**-32 - 0.5
    assert abs(float((drawn[::2] * drawn[1::2]).mean() * 12)) < 5 / math.sqrt(MANY / 2)
