"""Places of a schema in words: what a JSON Pointer means to somebody who thinks of tables and columns."""

from __future__ import annotations

from typing import Any

from datagen_chat.problems import parts_of

_NAMES = ("id", "name", "from", "attr", "left")
_TABLES = ("nodes", "tables", "entities", "models")
_COLUMNS = ("columns", "fields", "attributes")
_LONGEST = 63


def place(draft: Any, at: str) -> str:
    """Return the place of a pointer in words: a table or column by its name, then the keys below it.

    >>> draft = {"nodes": [{"id": "order", "columns": [{"name": "amount", "generator": {"choice": {}}}]}]}
    >>> place(draft, "/nodes/0/columns/0/generator/choice"), place(draft, "/nodes/0/rows"), place(draft, "")
    ('order.amount → generator.choice', 'order → rows', 'the schema')
    """
    parts = [part[:_LONGEST] for part in parts_of(at)]
    names = _names(draft, parts)
    if len(parts) < 2 or parts[0] not in _TABLES:
        return _keys(parts, names) or "the schema"
    if len(parts) < 4 or parts[2] not in _COLUMNS:
        named, depth = names[1] or f"table {_ordinal(parts[1])}", 2
    else:
        named, depth = f"{names[1] or _ordinal(parts[1])}.{names[3] or _ordinal(parts[3])}", 4
    keys = _keys(parts[depth:], names[depth:])
    return f"{named} → {keys}" if keys else named


def _names(draft: Any, parts: list[str]) -> list[str]:
    """Return the name of the array's item that each part stands for, empty where there is none."""
    names, value = [], draft
    for part in parts:
        is_item = isinstance(value, list)
        value = _inside(value, part)
        names.append(_name(value) if is_item else "")
    return names


def _inside(value: Any, part: str) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
        return value[int(part)]
    return None


def _name(item: Any) -> str:
    found = next((item[key] for key in _NAMES if key in item), "") if isinstance(item, dict) else ""
    return found[: 2 * _LONGEST] if isinstance(found, str) else ""


def _ordinal(part: str) -> str:
    return f"#{int(part) + 1}" if part.isdecimal() else part


def _keys(parts: list[str], names: list[str]) -> str:
    keys = (f"[{name or part}]" if name or part.isdecimal() else f".{part}" for part, name in zip(parts, names, strict=True))
    return "".join(keys).removeprefix(".")
