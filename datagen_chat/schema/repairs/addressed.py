"""Which generator a problem is about, and which one a name means."""

from __future__ import annotations

from typing import Any

from datagen_chat.generators import GENERATORS
from datagen_chat.problems import Problem, parts_of
from datagen_chat.schema.places import Json, called, holder_of, is_generator

_COLUMN_DEPTH = 5  # /nodes/0/columns/0/generator


def word_of(name: Any) -> str | None:
    """Return the generator that a name means, by its own name or another."""
    if not isinstance(name, str):
        return None
    return called({"properties": {word: {"also": cls.also} for word, cls in GENERATORS.items()}}, name)


def generator_in(draft: Json, problem: Problem) -> dict[str, Any]:
    """Return the generator that a problem is about.

    Raises:
        LookupError: it is about something else.
    """
    at = problem.at if problem.code != "unknown-generator" else problem.at.rpartition("/")[0]
    holder, key = holder_of(draft, at)
    if not is_generator(draft, at) or not isinstance(holder[key], dict):
        raise LookupError(at)
    generator: dict[str, Any] = holder[key]
    return generator


def is_column_generator(at: str) -> bool:
    """Return whether a generator's place is in the column itself, not inside another generator."""
    return len(parts_of(at)) == _COLUMN_DEPTH
