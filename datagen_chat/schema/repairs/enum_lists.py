"""Fixed lists by other names: what is a choice elsewhere is the list itself in a vocab."""

from __future__ import annotations

from typing import Any

from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, holder_of, replace_by
from datagen_chat.schema.repairs.missing import is_fixed
from datagen_chat.schema.repairs.registry import repairs

_NAMES = ("enum", "values", "list", "items", "fixed", "static", "categories", "category", "entries")
_KEYS = ("values", "choices", "items", "list", "enum", "options", "entries")


@repairs("unknown-generator")
def list_of_vocab(draft: Json, problem: Problem) -> str | None:
    """Turn {"enum": ["a", "b"]} in a vocab into an enum_list."""
    generator, name = holder_of(draft, problem.at)
    values = _values(generator[name])
    if name.lower() not in _NAMES or len(generator) != 1 or values is None or not is_fixed(draft, problem.at):
        return None
    replace_by(generator, {"enum_list": {"values": values}})
    return f'Renamed the generator "{name}" to "enum_list".'


def _values(arguments: Any) -> list[Any] | None:
    """Return the only list among the arguments, if it is all that they say."""
    if isinstance(arguments, dict) and len(arguments) == 1 and next(iter(arguments)) in _KEYS:
        arguments = next(iter(arguments.values()))
    return arguments if isinstance(arguments, list) else None
