"""Places in a draft: what the language says of them, what people call them, how to take hold of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from datagen_chat.problems import parts_of
from datagen_chat.schema.json_schema import Node, annotated_schema

Json = Any


def schema_at(draft: Json, at: str) -> Node:
    """Return the part of the annotated JSON Schema that governs a place of a draft; empty where the language ends."""
    node, value = annotated_schema(), draft
    for part in parts_of(at):
        node, value = step(whole(node, value), value, part)
    return whole(node, value)


def is_generator(draft: Json, at: str) -> bool:
    """Return whether the language wants a generator at a place of a draft."""
    return schema_at(draft, at).get("family") == "generator"


def is_word(draft: Json, at: str, word: str) -> bool:
    """Return whether the arguments of this generator stand at a place of a draft."""
    holder, _, key = at.rpartition("/")
    return key == word and is_generator(draft, holder)


def step(node: Node, value: Json, part: str) -> tuple[Node, Json]:
    """Return the schema and the value one key or index below a value and its schema."""
    if isinstance(value, list):
        index = int(part) if part.isdigit() else len(value)
        fixed = node.get("prefixItems", [])
        return (fixed[index] if index < len(fixed) else node.get("items", {})), (value[index] if index < len(value) else None)
    rest = node.get("additionalProperties")
    inner = node.get("properties", {}).get(part, rest if isinstance(rest, dict) else {})
    return inner, (value.get(part) if isinstance(value, dict) else None)


def whole(node: Node, value: Json) -> Node:
    """Return a schema with its references followed, and joined with the branches that hold for the value."""
    if "$ref" in node:
        target = annotated_schema()["$defs"][node["$ref"].rpartition("/")[2]]
        node = whole(target, value) | {key: part for key, part in node.items() if key != "$ref"}
    for branch in node.get("allOf", ()):
        if _holds(branch["if"], value):
            then = whole(branch["then"], value)
            node = node | then | {"properties": _joined(node.get("properties", {}), then.get("properties", {}))}
    return node


def _holds(condition: Node, value: Json) -> bool:
    if not isinstance(value, dict) or not all(key in value for key in condition.get("required", ())):
        return False
    return all(value.get(key) == part["const"] for key, part in condition.get("properties", {}).items())


def _joined(one: Node, other: Node) -> Node:
    return one | {key: one.get(key, {}) | part for key, part in other.items()}


def called(node: Node, key: str) -> str | None:
    """Return the property of an object's schema that people mean by `key`, if there is one."""
    properties: Node = node.get("properties", {})
    plain = _plain(key)
    exact = next((name for name in properties if _plain(name) == plain), None)
    return exact or next((name for name, part in properties.items() if plain in map(_plain, part.get("also", ()))), None)


def _plain(key: str) -> str:
    return re.sub(r"[_\-\s]", "", key).lower()


def holder_of(draft: Json, at: str) -> tuple[Any, Any]:
    """Return the object or array that holds a place, and the key or index of the place in it.

    Raises:
        LookupError: nothing holds it.
    """
    parts = parts_of(at)
    if not parts:
        raise LookupError(at)
    for part in parts[:-1]:
        draft = draft[_key(draft, part)]
    return draft, _key(draft, parts[-1])


def _key(holder: Json, part: str) -> str | int:
    if isinstance(holder, list) and part.isdigit() and int(part) < len(holder):
        return int(part)
    if isinstance(holder, dict):
        return part
    raise LookupError(part)


def rename_key(holder: dict[str, Any], old: str, new: str) -> None:
    """Give a key another name, in its old position."""
    items = [(new if key == old else key, value) for key, value in holder.items()]
    holder.clear()
    holder.update(items)


def replace_by(holder: dict[str, Any], other: dict[str, Any]) -> None:
    """Make an object's content that of another, keeping the object itself."""
    kept = dict(other)
    holder.clear()
    holder.update(kept)


def tables_of(draft: Json) -> Iterator[dict[str, Any]]:
    """Yield the tables of a draft that are objects."""
    nodes = draft.get("nodes") if isinstance(draft, dict) else None
    yield from (table for table in nodes if isinstance(table, dict)) if isinstance(nodes, list) else ()


def columns_of(table: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the columns of a table that are objects."""
    columns = table.get("columns")
    yield from (column for column in columns if isinstance(column, dict)) if isinstance(columns, list) else ()
