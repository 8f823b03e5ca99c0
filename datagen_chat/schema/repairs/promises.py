"""Promises in other places and shapes: beside a column's generator, by the column's name, with table and column apart."""

from __future__ import annotations

import re
from typing import Any

from datagen_chat.problems import Problem, parts_of
from datagen_chat.schema.places import Json, columns_of, holder_of, tables_of
from datagen_chat.schema.repairs.choices import written_as
from datagen_chat.schema.repairs.registry import repairs

_FAMILIES = ("ranges", "pattern", "enum")
_RULES = {"pattern": "pattern", "regex": "pattern", "enum": "enum", "allowed_values": "enum", "allowed": "enum"}
_BOUNDS = {"min": "min", "minimum": "min", "min_value": "min", "max": "max", "maximum": "max", "max_value": "max"}
_TABLE, _COLUMN = ("table", "node", "entity"), ("column", "field", "attr", "attribute")


@repairs("unknown-key")
def gather_rules(draft: Json, problem: Problem) -> str | None:
    """Move a pattern or a list that stands beside a column's generator into the column's constraints."""
    column, key = holder_of(draft, problem.at)
    rule = _RULES.get(key)
    if rule is None or not _is_column(problem.at, column) or not isinstance(column[key], str if rule == "pattern" else list):
        return None
    constraints = column.setdefault("constraints", {})
    if not isinstance(constraints, dict) or rule in constraints:
        return None
    constraints[rule] = column.pop(key)
    return f'Moved "{key}" into the column\'s constraints.'


@repairs("unknown-key")
def gather_bounds(draft: Json, problem: Problem) -> str | None:
    """Move a bound that stands beside a column's generator into constraints.ranges."""
    column, key = holder_of(draft, problem.at)
    bound = _BOUNDS.get(key)
    if bound is None or not _is_column(problem.at, column) or isinstance(column[key], bool | dict | list):
        return None
    table, _ = holder_of(draft, problem.at.rpartition("/columns/")[0] + "/columns")
    constraints = draft.setdefault("constraints", {})
    ranges = constraints.setdefault("ranges", []) if isinstance(constraints, dict) else None
    if not isinstance(ranges, list):
        return None
    attr = f"{table.get('id')}.{column.get('name')}"
    own = next((entry for entry in ranges if isinstance(entry, dict) and entry.get("attr") == attr), None)
    if own is None:
        ranges.append(own := {"attr": attr})
    if bound in own:
        return None
    own[bound] = column.pop(key)
    return f'Moved "{key}" of {attr} into constraints.ranges.'


def _is_column(at: str, holder: Any) -> bool:
    return isinstance(holder, dict) and len(parts_of(at)) == 5 and parts_of(at)[2] == "columns" and "generator" in holder


@repairs("unknown-key", "bad-reference")
def join_attr(draft: Json, problem: Problem) -> str | None:
    """Turn {"table": "item", "column": "price"} into {"attr": "item.price"}."""
    entry, _ = holder_of(draft, problem.at)
    if parts_of(problem.at)[0] != "constraints" or parts_of(problem.at)[1] not in _FAMILIES or not isinstance(entry, dict):
        return None
    table = next((key for key in _TABLE if isinstance(entry.get(key), str)), None)
    column = next((key for key in _COLUMN if isinstance(entry.get(key), str)), None)
    if table is None or column is None:
        return None
    attr = f"{entry.pop(table)}.{entry.pop(column)}"
    rest = dict(entry)
    entry.clear()
    entry.update({"attr": attr} | rest)
    return f'Wrote {table} and {column} as attr: "{attr}".'


@repairs("wrong-type")
def list_by_attr(draft: Json, problem: Problem) -> str | None:
    """Turn an object of ranges, patterns or lists by column into a list."""
    constraints, family = holder_of(draft, problem.at)
    if parts_of(problem.at) != ["constraints", family] or family not in _FAMILIES or not isinstance(constraints[family], dict):
        return None
    entries = [_entry(family, attr, value) for attr, value in constraints[family].items()]
    if not entries or None in entries:
        return None
    constraints[family] = entries
    return f"Wrote {family} as a list."


def _entry(family: str, attr: str, value: Any) -> dict[str, Any] | None:
    if family == "pattern":
        return {"attr": attr, "regex": value} if isinstance(value, str) else None
    if family == "enum":
        return {"attr": attr, "values": value} if isinstance(value, list) else None
    if isinstance(value, list) and len(value) == 2:
        return {"attr": attr, "min": value[0], "max": value[1]}
    return {"attr": attr} | value if isinstance(value, dict) and "attr" not in value else None


_SIGNS = {
    "<": "lt less_than",
    "<=": "≤ =< lte le",
    ">": "gt greater_than",
    ">=": "≥ => gte ge",
    "==": "= === eq equal equals",
    "!=": "≠ <> =/= !== ne neq not_equal not_equals",
}
_SIGN_OF = {name: own for own, names in _SIGNS.items() for name in names.split()}


@repairs("not-one-of")
def write_comparison(draft: Json, problem: Problem) -> str | None:
    """Write the sign of an inequality as the language does."""
    entry, key = holder_of(draft, problem.at)
    if not problem.at.startswith("/constraints/inequalities/") or key != "op":
        return None
    written = entry[key]
    own = _SIGN_OF.get(re.sub(r"[ _-]+", "_", written.strip().lower()))
    if own is None:
        return None
    entry[key] = own
    return f'Wrote the sign "{written}" as "{own}".'


@repairs("range-type")
def write_bound_as(draft: Json, problem: Problem) -> str | None:
    """Write a bound in the notation of its column's type."""
    entry, key = holder_of(draft, problem.at)
    if key not in ("min", "max"):
        return None
    types = {
        f"{table.get('id')}.{column.get('name')}": column.get("type")
        for table in tables_of(draft)
        for column in columns_of(table)
    }
    type_ = str(types.get(entry.get("attr")))
    written = written_as(entry[key], "float" if type_ == "int" else type_)
    if written == entry[key]:
        return None
    entry[key] = written
    return f"Wrote the {key} of {entry['attr']} as {type_}."


@repairs("unique-not-made", "too-few-values")
def take_no_tick_twice(draft: Json, problem: Problem) -> str | None:
    """Let the times of a set that must not repeat within a parent be distinct."""
    entries, key = holder_of(draft, problem.at)
    if not problem.at.startswith("/constraints/unique/") or not isinstance(entries, list):
        return None
    names = _names_of(entries[int(key)])
    for table in tables_of(draft):
        for column in columns_of(table):
            name, generator = f"{table.get('id')}.{column.get('name')}", column.get("generator")
            series = generator.get("datetime_series") if isinstance(generator, dict) else None
            if name in names and isinstance(series, dict) and not series.get("distinct"):
                series["distinct"] = True
                return f'Added "distinct": true to {name}, so that {", ".join(names)} do not repeat together.'
    return None


def _names_of(entry: Any) -> list[str]:
    """Return the columns of a set, each with its table."""
    if isinstance(entry, dict) and isinstance(entry.get("columns"), list):
        return [f"{entry.get('table')}.{name}" for name in entry["columns"]]
    return [str(name) for name in entry] if isinstance(entry, list) else []
