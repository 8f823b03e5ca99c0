"""Keys by other names, keys in another place, keys that say nothing."""

from __future__ import annotations

from typing import Any

from datagen_chat.generators import GENERATORS
from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, called, columns_of, holder_of, rename_key, schema_at
from datagen_chat.schema.repairs.registry import repairs

_SILENT_FLAGS = ("unique", "primary_key", "pk", "index", "indexed", "auto_increment", "autoincrement", "is_primary_key")


@repairs("unknown-key")
def drop_empty(draft: Json, problem: Problem) -> str | None:
    """Drop an unknown key that says nothing."""
    holder, key = holder_of(draft, problem.at)
    value = holder[key]
    says_nothing = value is None or value in ([], {}, "") or (value is False and key in _SILENT_FLAGS)
    if not says_nothing:
        return None
    del holder[key]
    return f'Dropped "{key}", which said nothing.'


@repairs("unknown-key")
def drop_repeated_pk(draft: Json, problem: Problem) -> str | None:
    """Drop a mark of the primary key on the column that is it, or let the mark name it."""
    holder, key = holder_of(draft, problem.at)
    if key not in _SILENT_FLAGS or holder[key] is not True or "/columns/" not in problem.at or "index" in key:
        return None
    table, _ = holder_of(draft, problem.at.rpartition("/columns/")[0] + "/columns")
    flagged = [column.get("name") for column in columns_of(table) if column.get(key) is True]
    if "pk" not in table and "primary_key" not in table and key != "unique" and len(flagged) == 1:
        table["pk"] = holder.get("name")
    if holder.get("name") not in (table.get("pk"), table.get("primary_key")):
        return None
    del holder[key]
    return f'Dropped "{key}" from the primary key column.'


@repairs("unknown-key")
def gather_metadata(draft: Json, problem: Problem) -> str | None:
    """Move a name or title beside the tables into metadata."""
    holder, key = holder_of(draft, problem.at)
    if holder is not draft or key not in ("name", "title", "dataset", "dataset_name") or not isinstance(draft[key], str):
        return None
    metadata = draft.setdefault("metadata", {})
    if not isinstance(metadata, dict) or "name" in metadata:
        return None
    metadata["name"] = draft.pop(key)
    return f'Moved "{key}" into metadata.name.'


@repairs("unknown-key")
def gather_foreign_keys(draft: Json, problem: Problem) -> str | None:
    """Move foreign keys beside the tables into constraints."""
    holder, key = holder_of(draft, problem.at)
    if holder is not draft or key not in ("foreign_keys", "foreignKeys", "relationships", "relations", "references"):
        return None
    constraints = draft.setdefault("constraints", {})
    if not isinstance(constraints, dict) or "foreign_keys" in constraints or not isinstance(draft[key], list):
        return None
    constraints["foreign_keys"] = draft.pop(key)
    return f'Moved "{key}" into constraints.foreign_keys.'


@repairs("unknown-key")
def gather_column_key(draft: Json, problem: Problem) -> str | None:
    """Move a column's mark of what it refers to into constraints."""
    holder, key = holder_of(draft, problem.at)
    if key not in ("foreign_key", "references", "fk", "foreignKey") or "/columns/" not in problem.at:
        return None
    table, _ = holder_of(draft, problem.at.rpartition("/columns/")[0] + "/columns")
    target, own = _reference(holder[key]), table.get("id")
    constraints = draft.setdefault("constraints", {})
    if (
        not target
        or not isinstance(own, str)
        or not isinstance(holder.get("generator"), dict)
        or not isinstance(constraints, dict)
    ):
        return None
    keys = constraints.setdefault("foreign_keys", [])
    added = {"from": f"{own}.{holder.get('name')}", "to": target}
    if not isinstance(keys, list):
        return None
    if added not in keys:
        keys.append(added)
    del holder[key]
    return f'Moved "{key}" of {added["from"]} into constraints.foreign_keys.'


def _reference(value: Any) -> str | None:
    if isinstance(value, dict) and set(value) == {"table", "column"}:
        return f"{value['table']}.{value['column']}"
    return value if isinstance(value, str) and value.count(".") == 1 else None


@repairs("unknown-key")
def move_into_generator(draft: Json, problem: Problem) -> str | None:
    """Move an argument that stands beside the generator into it."""
    holder, key = holder_of(draft, problem.at)
    generator = holder.get("generator") if isinstance(holder, dict) else None
    if not isinstance(generator, dict) or len(generator) != 1:
        return None
    [(word, arguments)] = generator.items()
    if word not in GENERATORS or not isinstance(arguments, dict):
        return None
    name = called(schema_at(draft, problem.at.rpartition("/")[0] + f"/generator/{word}"), key)
    if name is None or name in arguments:
        return None
    arguments[name] = holder.pop(key)
    return f'Moved "{key}" into the generator.'


@repairs("unknown-key")
def rename_to_ours(draft: Json, problem: Problem) -> str | None:
    """Give a key that has another name its own."""
    holder, key = holder_of(draft, problem.at)
    name = called(schema_at(draft, problem.at.rpartition("/")[0]), key)
    if name is None or key not in holder:
        return None
    if name not in holder:
        rename_key(holder, key, name)
        return f'Renamed "{key}" to "{name}".'
    if holder[name] != holder[key]:
        return None
    del holder[key]
    return f'Dropped "{key}", which repeated "{name}".'
