"""Tables and columns in other shapes, and settings of a column that change nothing."""

from __future__ import annotations

from typing import Any

from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, called, holder_of, schema_at
from datagen_chat.schema.repairs.registry import repairs


@repairs("wrong-type")
def list_by_name(draft: Json, problem: Problem) -> str | None:
    """Turn an object of tables, or of columns, by name into a list."""
    holder, key = holder_of(draft, problem.at)
    values = holder[key]
    own = {"nodes": "id", "columns": "name"}.get(key)
    if (
        own is None
        or not isinstance(values, dict)
        or not values
        or not all(isinstance(value, dict) for value in values.values())
    ):
        return None
    if any(_name(draft, f"{problem.at}/0", value, own) not in (None, name) for name, value in values.items()):
        return None
    holder[key] = [{own: name} | value for name, value in values.items()]
    return f"Wrote {key} as a list."


def _name(draft: Json, at: str, value: dict[str, Any], own: str) -> Any:
    node = schema_at(draft, at)
    return next((part for name, part in value.items() if called(node, name) == own), None)


@repairs("decimals-type")
def drop_zero_decimals(draft: Json, problem: Problem) -> str | None:
    """Drop decimals 0 from a column that is no float."""
    column, key = holder_of(draft, problem.at)
    if column.get(key) != 0:
        return None
    del column[key]
    return "Dropped decimals 0, which changed nothing."


@repairs("pk-nullable")
def drop_nullable_key(draft: Json, problem: Problem) -> str | None:
    """Drop nullable from a primary key that nothing makes null."""
    column, key = holder_of(draft, problem.at)
    if key != "nullable":
        return None
    del column[key]
    return "Dropped nullable from the primary key, which nothing makes null."


@repairs("duplicate-column")
def drop_same_columns(draft: Json, problem: Problem) -> str | None:
    """Drop columns that stand in a table a second time, equal in everything."""
    columns, _ = holder_of(draft, problem.at.rpartition("/")[0])
    kept = [column for index, column in enumerate(columns) if column not in columns[:index]]
    dropped = len(columns) - len(kept)
    if not dropped:
        return None
    columns[:] = kept
    return f"Dropped {dropped} {'columns' if dropped > 1 else 'column'} that stood there twice, equal in everything."
