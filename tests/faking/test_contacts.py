"""Addresses compared without being written: by hashes that add up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.faking.contacts import word_hashes
from datagen_chat.values import words_array

GOLDEN = 0x9E3779B97F4A7C15


def polynomial(text: str) -> tuple[int, int]:
    """Return the power and the polynomial of a text's bytes, each plus one, in whole numbers of any size."""
    data = text.encode()
    value = sum((byte + 1) * GOLDEN ** (len(data) - 1 - place) for place, byte in enumerate(data))
    return GOLDEN ** len(data) % 2**64, value % 2**64


@given(st.lists(st.text(max_size=12), max_size=8))
def test_a_word_is_hashed_as_a_polynomial_of_its_bytes(words: list[str]) -> None:
    multipliers, summands = word_hashes(words_array(words))
    assert list(zip(multipliers.tolist(), summands.tolist(), strict=True)) == [polynomial(word) for word in words]
