"""Whether words are short enough for a text of so many characters: Faker draws until one fits, if need be for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagen_chat.faking.prose import OF_SENTENCES, OF_WORDS, TEXT_LENGTH, sizes
from datagen_chat.problems import Problem

RAREST = 0.01
"""The share of first words, sentences or paragraphs that must fit."""
Lengths = NDArray[np.float64]
"""How likely each number of characters below the limit is."""


def check_fit(args: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem when hardly any text of the words in the arguments of `text` is short enough."""
    limit, words = args.get("max_nb_chars", TEXT_LENGTH), args.get("ext_word_list")
    if not words or not all(isinstance(word, str) for word in words):
        return
    if share_that_fits(words, limit) < RAREST:
        message = f"Hardly any text of these words has less than {limit} characters."
        yield Problem("/args/ext_word_list", "bad-faker-argument", message, "Give shorter words, or a larger max_nb_chars.")


def share_that_fits(words: Sequence[str], limit: int) -> float:
    """Return how likely what a text begins with has less characters than the limit.

    >>> share_that_fits(["four", "eleven more"], 8)
    0.5
    """
    found = np.bincount([min(len(word), limit) for word in words], minlength=limit + 1)[:limit] / len(words)
    if limit >= OF_WORDS:
        found = _several(found, sizes(6, True), 1)
    if limit >= OF_SENTENCES:
        found = _several(found, sizes(3, True), 0)
    return float(found.sum())


def _several(one: Lengths, counts: Mapping[int, float], end: int) -> Lengths:
    """Return the lengths of so many in a row, one character between two of them, and so many characters at their end."""
    limit = len(one)
    row, found = np.ones(1), np.zeros(limit)
    for count in range(1, max(counts) + 1):
        row = np.convolve(row, one)[:limit]
        shift = count - 1 + end
        part = row[: max(limit - shift, 0)]
        found[shift : shift + len(part)] += counts.get(count, 0.0) * part
    return found
