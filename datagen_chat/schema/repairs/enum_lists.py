"""Fixed lists by other names: what is a choice elsewhere is the list itself in a vocab."""

from __future__ import annotations

from typing import Any

from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, columns_of, holder_of, replace_by
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


@repairs("list-drawn")
def list_each_row(draft: Json, problem: Problem) -> str | None:
    """Turn a choice with a value for each row of a vocab into the list of its rows."""
    generator, _ = holder_of(draft, problem.at)
    return _listed(generator)


@repairs("missing-rows")
def list_all(draft: Json, problem: Problem) -> str | None:
    """Turn the choices of a vocab that says no number of rows into lists, where all are of one length."""
    table, _ = holder_of(draft, problem.at)
    if table.get("kind") != "vocab":
        return None
    plain = [column["generator"] for column in columns_of(table) if _is_plain(column.get("generator"))]
    if not plain or len({len(generator["choice"]["choices"]) for generator in plain}) != 1:
        return None
    for generator in plain:
        _listed(generator)
    return "Wrote the choices of the vocab as the lists of its rows."


def _is_plain(generator: Any) -> bool:
    """Return whether a generator is a choice of values that are all alike."""
    arguments = generator.get("choice") if isinstance(generator, dict) else None
    return isinstance(arguments, dict) and list(arguments) == ["choices"] and isinstance(arguments["choices"], list)


def _listed(generator: dict[str, Any]) -> str | None:
    if not _is_plain(generator):
        return None
    replace_by(generator, {"enum_list": {"values": generator["choice"]["choices"]}})
    return "Wrote the choice as the list of the vocab's rows."
