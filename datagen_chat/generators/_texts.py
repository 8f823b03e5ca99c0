"""About how long the texts of a generator are."""

from __future__ import annotations

from collections.abc import Sequence

from datagen_chat.generators.base import Generator
from datagen_chat.generators.base.facts import Facts, Texts
from datagen_chat.words import Scalar


def texts_of(generator: Generator, facts: Facts) -> Texts:
    """Return about how long the texts of a generator are, by its outcomes or by what it says itself."""
    outcomes = generator.outcomes(facts)
    return generator.texts(facts) if outcomes is None else texts_among(outcomes)


def texts_among(outcomes: Sequence[Scalar]) -> Texts:
    """Return the mean length of values, and how many they are."""
    lengths = [len(str(value).encode()) for value in outcomes if value is not None]
    return Texts(sum(lengths) / max(len(lengths), 1), len(lengths))
