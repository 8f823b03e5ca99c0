"""Repairs of what a chosen row is to have in common with the row that chooses it."""

from __future__ import annotations

import re
from typing import Any

from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, columns_of, holder_of, is_word, rename_key, tables_of
from datagen_chat.schema.repairs.registry import repairs
from datagen_chat.words import REFERENCE_PATTERN


@repairs("bad-name")
def match_their_column(draft: Json, problem: Problem) -> str | None:
    """Write the column of the other table without its table, and after that of the row that chooses."""
    match, key = holder_of(draft, problem.at)
    lookup = _lookup(draft, problem.at, "match")
    if lookup is None or not isinstance(match, dict) or not _is_reference(match[key]):
        return None
    target, said = _target(lookup), match[key]
    table, _, column = said.partition(".")
    if table == target:
        match[key] = column
        return f'Wrote "{said}" as "{column}": match names a column of {target}.'
    theirs = key.removeprefix(f"{target}.")
    if said in match or not _has(draft, target, theirs) or not _has(draft, table, column):
        return None
    match[key] = theirs
    rename_key(match, key, said)
    return f'Wrote the match of {target}.{theirs} with "{said}" the other way round.'


@repairs("wrong-type")
def match_nested_columns(draft: Json, problem: Problem) -> str | None:
    """Write the columns that a match nests in their table as "table.column"."""
    match, key = holder_of(draft, problem.at)
    if _lookup(draft, problem.at, "match") is None or not isinstance(match, dict) or not isinstance(match[key], dict):
        return None
    nested = {f"{key}.{column}": theirs for column, theirs in match[key].items()}
    if not nested or not all(_has(draft, key, column) for column in match[key]) or nested.keys() & match.keys():
        return None
    del match[key]
    match.update(nested)
    return f"Wrote the columns of {key} in match by their whole names."


@repairs("wrong-type", "unknown-column")
def match_instead(draft: Json, problem: Problem) -> str | None:
    """Turn an object of columns that are to be equal, in where or on, into a match."""
    lookup, key = holder_of(draft, problem.at)
    if key not in ("where", "on") or not is_word(draft, problem.at.rpartition("/")[0], "lookup") or "match" in lookup:
        return None
    said, target = lookup[key], _target(lookup)
    if not isinstance(said, dict) or not said:
        return None
    pairs = list(said.items()) if key == "on" else [(local, theirs) for theirs, local in said.items()]
    if not all(
        _is_reference(local) and _has(draft, *local.split(".")) and _has(draft, target, theirs) for local, theirs in pairs
    ):
        return None
    del lookup[key]
    lookup["match"] = dict(pairs)
    return f'Wrote "{key}" as match, which names columns that are to be equal.'


def _lookup(draft: Json, at: str, key: str) -> Any:
    """Return the lookup under whose key a place is; None where there is none."""
    inside, _, _ = at.rpartition("/")
    holder, _, last = inside.rpartition("/")
    return holder_of(draft, inside)[0] if last == key and is_word(draft, holder, "lookup") else None


def _target(lookup: Any) -> str:
    return str(lookup.get("from")).partition(".")[0]


def _is_reference(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(REFERENCE_PATTERN, value) is not None


def _has(draft: Json, table: str, column: object) -> bool:
    """Return whether a table of the draft has a column."""
    return any(
        node.get("id") == table and any(each.get("name") == column for each in columns_of(node)) for node in tables_of(draft)
    )
