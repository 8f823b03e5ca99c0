"""Schemas that stand within something else: the answer of an interface, the arguments of a tool, a list of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from datagen_chat.conversation.classify import TABLES, TOP
from datagen_chat.conversation.session import Json
from datagen_chat.problems import shown

_DEPTH = 2
_HELD = {*TABLES, "columns", "fields", "generator", "fanout", "constraints", "checks"}
_CHANGED = {"$rename", "$delete", "op"}
"""Keys by which an object has something of a schema: brackets under the former, anything under the latter."""


class Unwrapped(NamedTuple):
    """A draft, and a sentence about what it was taken out of, "" where it stood by itself."""

    draft: Json
    told: str = ""


def unwrapped(value: Json) -> Unwrapped:
    """Return the schema that stands in an object or a list, taken out of it; the value itself where that could lose something.

    It has to be the only one, and what stands beside it must not say anything of a schema.
    """
    found = list(_schemas(value, ()))
    if len(found) != 1 or not found[0][0]:
        return Unwrapped(value)
    path, schema = found[0]
    beside = list(_beside(value, path))
    if any(key in TOP or _says_more(part) for key, part in beside):
        return Unwrapped(value)
    names = [shown(step, 40) for step in path if isinstance(step, str)]
    where = " in ".join(reversed(names)) or "the list that it stood in"
    left = ", ".join(dict.fromkeys(shown(key, 40) if isinstance(key, str) else "other items" for key, _ in beside[:3]))
    return Unwrapped(schema, f"Took the schema out of {where}{f', and left out {left}' if left else ''}.")


def _schemas(value: Json, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Yield what has tables, outermost only, each with the way to it."""
    if isinstance(value, dict) and any(isinstance(value.get(key), list | dict) for key in TABLES):
        yield path, value
    elif len(path) < _DEPTH:
        for step, part in _parts(value):
            yield from _schemas(part, (*path, step))


def _parts(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _beside(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, Any]]:
    """Yield what stands beside the way to a value."""
    for step in path:
        yield from ((other, part) for other, part in _parts(value) if other != step)
        value = value[step]


def _says_more(value: Any) -> bool:
    """Return whether a value, or one within it, has something of a schema."""
    return any(
        key in _CHANGED or (isinstance(part, list | dict) and (key in _HELD or _says_more(part))) for key, part in _parts(value)
    )
