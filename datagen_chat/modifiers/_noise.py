"""Normal noise, for modifiers that disturb values."""

from __future__ import annotations

from collections.abc import Callable

from datagen_chat.draws import Key, bits32
from datagen_chat.generators.base.rows import Rows
from datagen_chat.modifiers._numbers import Floats
from datagen_chat.scores import scores_of


def noise(key: Key) -> Callable[[Rows], Floats]:
    """Return how to draw a standard normal number for each row."""
    return lambda rows: scores_of(bits32(key, rows.numbers))
