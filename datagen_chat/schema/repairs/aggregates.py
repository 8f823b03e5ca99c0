"""Aggregates in other shapes: named after what they do, with table and column apart, without their nulls allowed."""

from __future__ import annotations

from typing import Any

from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, holder_of, is_word, replace_by, schema_at
from datagen_chat.schema.read import Reading, read
from datagen_chat.schema.repairs.addressed import generator_in, word_of
from datagen_chat.schema.repairs.registry import repairs

_TABLES = ("table", "node", "entity", "child", "child_table", "from_table", "of_table")
_COLUMNS = ("column", "field", "col", "attribute")


@repairs("unknown-generator")
def name_operation(draft: Json, problem: Problem) -> str | None:
    """Turn {"sum": "order_item.line_total"} into an aggregate."""
    generator = generator_in(draft, problem)
    [(name, arguments)] = generator.items()
    op = _operation(draft, problem, name)
    if op is None or word_of(name) is not None or not isinstance(arguments, str | dict):
        return None
    named = arguments if isinstance(arguments, dict) else {"of": arguments}
    replace_by(generator, {"aggregate": named | {"op": op}})
    return f'Wrote "{name}" as an aggregate.'


def _operation(draft: Json, problem: Problem, name: str) -> str | None:
    """Return the operation that a name means."""
    at = problem.at.rpartition("/")[0]
    node = schema_at(draft, f"{at}/aggregate")["properties"]["op"]
    words = {word: word for word in node["enum"]} | node["synonyms"]
    found = words.get(name.lower())
    return None if found is None else str(found)


@repairs("unknown-key")
def join_source(draft: Json, problem: Problem) -> str | None:
    """Turn {"table": "order_item", "column": "line_total"} into {"of": "order_item.line_total"}."""
    aggregate, key = holder_of(draft, problem.at)
    if not is_word(draft, problem.at.rpartition("/")[0], "aggregate"):
        return None
    table = next((name for name in _TABLES if name in aggregate), None)
    column = next((name for name in (*_COLUMNS, "of", "from") if name in aggregate), None)
    if table is not None and column is None and key == table and _operation_of(aggregate) == "count":
        return _count_rows(aggregate, table)
    if key not in (table, column) or table is None or column is None:
        return None
    parts = aggregate[table], aggregate[column]
    if not all(isinstance(part, str) and "." not in part for part in parts):
        return None
    rest = {name: value for name, value in aggregate.items() if name not in (table, column)}
    replace_by(aggregate, {"of": ".".join(parts)} | rest)
    return f'Wrote {table} and {column} as of: "{aggregate["of"]}".'


def _operation_of(aggregate: dict[str, Any]) -> Any:
    return next((aggregate[name] for name in ("op", "function", "operation", "agg") if name in aggregate), None)


def _count_rows(aggregate: dict[str, Any], table: str) -> str | None:
    """Name the table alone, where its rows are counted."""
    if not isinstance(aggregate[table], str) or "." in aggregate[table]:
        return None
    replace_by(aggregate, {"of": aggregate[table]} | {name: value for name, value in aggregate.items() if name != table})
    return f'Wrote {table} as of: "{aggregate["of"]}".'


@repairs("null-not-allowed")
def allow_nulls(draft: Json, problem: Problem) -> str | None:
    """Let an aggregate of no rows be null, and a time whose window begins at a null; what follows from them, `follow_nulls`."""
    column, _ = holder_of(draft, problem.at)
    is_time = isinstance(column["generator"], dict) and "datetime_series" in column["generator"]
    if not (is_time or _aggregates(column["generator"])) or column.get("nullable") is True:
        return None
    column["nullable"] = True
    return "Marked it as nullable, and what is made from it: " + problem.message.partition(", but ")[2]


def follow_nulls(draft: Json, before: Reading) -> Reading:
    """Let the columns be null that have to be since others may be, and return the reading of the draft then.

    `before` is the reading from when those others might not.
    """
    after, known = read(draft), {problem.at for problem in _not_allowed(before)}
    while new := [one for one in _not_allowed(after) if one.at not in known]:
        for problem in new:
            holder_of(draft, problem.at)[0]["nullable"] = True
        after = read(draft)
    return after


def _not_allowed(reading: Reading) -> list[Problem]:
    return [problem for problem in reading.errors if problem.code == "null-not-allowed"]


def _aggregates(generator: Any) -> bool:
    """Return whether a generator, or one inside it, is an aggregate."""
    if isinstance(generator, dict):
        return "aggregate" in generator or any(_aggregates(part) for part in generator.values())
    return False
