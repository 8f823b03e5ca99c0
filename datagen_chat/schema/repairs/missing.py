"""Keys that are missing and can only mean one thing."""

from __future__ import annotations

import re
from typing import Any

from datagen_chat.generators import GENERATORS
from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, called, columns_of, holder_of, rename_key, schema_at
from datagen_chat.schema.repairs.registry import repairs
from datagen_chat.schema.repairs.values import loose_instant
from datagen_chat.words import Registered

_UNNAMED = "dataset"
_WITHIN_DAYS = re.compile(r"\d*(?:h|H|min|s|hours?|hourly|minutes?|seconds?)")


@repairs("missing-key")
def add_version(draft: Json, problem: Problem) -> str | None:
    """Add the only version there is."""
    if problem.at != "/version" or "schema_version" in draft:
        return None
    draft.update({"version": "1.0"} | {key: draft.pop(key) for key in list(draft)})
    return 'Added version "1.0".'


@repairs("missing-key")
def rename_kept_key(draft: Json, problem: Problem) -> str | None:
    """Give a key its own name where keys of any name are kept, so that the other name is no problem by itself."""
    holder, key = holder_of(draft, problem.at)
    node = schema_at(draft, problem.at.rpartition("/")[0])
    others = [name for name in holder if called(node, name) == key]
    if node.get("additionalProperties") is False or len(others) != 1:
        return None
    rename_key(holder, others[0], key)
    return f'Renamed "{others[0]}" to "{key}".'


@repairs("missing-key")
def add_metadata(draft: Json, problem: Problem) -> str | None:
    """Name the dataset; the name is only a label."""
    if problem.at not in ("/metadata", "/metadata/name"):
        return None
    metadata = draft.setdefault("metadata", {})
    others = ("name", "title", "dataset", "dataset_name")
    if not isinstance(metadata, dict) or "title" in metadata or any(isinstance(draft.get(key), str) for key in others):
        return None  # another edit knows the name
    metadata["name"] = _UNNAMED
    return f'Named the dataset "{_UNNAMED}".'


@repairs("missing-key")
def add_kind(draft: Json, problem: Problem) -> str | None:
    """Say what kind of table it is: a fact when it has parents, an entity when no key of it says that it may have some."""
    table, key = holder_of(draft, problem.at)
    if key != "kind" or "columns" not in table or "type" in table or ("fanout" in table and not table.get("parents")):
        return None
    if not table.get("parents") and any(_leaves_open(column) for column in columns_of(table)):
        return None
    table[key] = "fact" if table.get("parents") else "entity"
    return f'Added kind "{table[key]}".'


def _leaves_open(column: dict[str, Any]) -> bool:
    """Return whether a column may as well stand in a fact, whose key it holds, or in a vocab, whose values it lists."""
    return isinstance(column.get("generator"), dict) and not {"lookup", "enum_list"}.isdisjoint(column["generator"])


@repairs("missing-key")
def add_pk(draft: Json, problem: Problem) -> str | None:
    """Name the primary key where exactly one column counts up."""
    table, key = holder_of(draft, problem.at)
    counting = [
        column
        for column in columns_of(table)
        if isinstance(column.get("generator"), dict) and "sequence" in column["generator"]
    ]
    if key != "pk" or len(counting) != 1 or called(schema_at(draft, problem.at.rpartition("/")[0]), "primary_key") in table:
        return None
    if any(alias in table for alias in ("primary_key", "primaryKey", "key")):
        return None
    table[key] = counting[0].get("name")
    return f'Added pk "{table[key]}", the column that counts up.'


@repairs("missing-key")
def gather_generator(draft: Json, problem: Problem) -> str | None:
    """Make a generator of the keys of a column that only one generator has."""
    column, key = holder_of(draft, problem.at)
    if key != "generator" or "/columns/" not in problem.at:
        return None
    own = schema_at(draft, problem.at.rpartition("/")[0])
    others = {name: value for name, value in column.items() if called(own, name) is None or name in GENERATORS}
    made = generator_of(draft, problem.at, others)
    if made is None:
        return None
    for name in others:
        del column[name]
    column["generator"] = made
    return f"Gathered {', '.join(others)} into a generator."


def generator_of(draft: Json, at: str, keys: dict[str, Any]) -> dict[str, Any] | None:
    """Return the generator that these keys must be: one word's own object, or arguments that only one word has."""
    if len(keys) == 1 and next(iter(keys)) in GENERATORS:
        return keys
    words = (word for word in GENERATORS if word != "enum_list" or is_fixed(draft, at))
    fitting = [(word, named) for word in words if (named := _arguments(draft, at, word, keys)) is not None]
    exact = [(word, named) for word, named in fitting if all(name in keys for name in named)]
    chosen = exact if len(exact) == 1 else fitting
    return {chosen[0][0]: chosen[0][1]} if len(chosen) == 1 else None


def is_fixed(draft: Json, at: str) -> bool:
    """Return whether a place lies in a table that is a fixed list."""
    table, _ = holder_of(draft, at.rpartition("/columns/")[0] + "/columns")
    return bool(table.get("kind", table.get("type")) == "vocab")


def _arguments(draft: Json, at: str, word: str, keys: dict[str, Any]) -> dict[str, Any] | None:
    """Return the keys as arguments of a word, if they are all its own and none that it requires is missing."""
    cls: type[Registered] = GENERATORS[word]
    node = schema_at(draft, f"{at}/{word}")
    named = {called(node, key): value for key, value in keys.items()}
    required = {name for name, field in cls.arguments().items() if field.is_required()}
    if not keys or None in named or len(named) != len(keys) or not required <= set(named):
        return None
    return {name: value for name, value in named.items() if name is not None}


@repairs("missing-key")
def infer_type(draft: Json, problem: Problem) -> str | None:
    """Say the type of a column that its generator leaves no doubt about."""
    column, key = holder_of(draft, problem.at)
    if key != "type" or "/columns/" not in problem.at or any(alias in column for alias in ("dtype", "data_type", "datatype")):
        return None
    found = _type_of(column.get("generator"))
    if found is None:
        return None
    column["type"] = found
    return f'Added type "{found}", which its generator makes.'


def _type_of(generator: Any) -> str | None:
    if not isinstance(generator, dict) or len(generator) != 1:
        return None
    [(word, arguments)] = generator.items()
    if word == "choice" and isinstance(arguments, dict) and isinstance(arguments.get("choices"), list):
        kinds = {_kind_of(value) for value in arguments["choices"] if value is not None}
        return _common(kinds)
    if word == "case" and isinstance(arguments, dict) and isinstance(arguments.get("when"), dict):
        return _common({_type_of(branch) for branch in [*arguments["when"].values(), arguments.get("else")] if branch})
    if word == "datetime_series" and isinstance(arguments, dict) and _is_within_days(arguments.get("freq")):
        return "datetime"
    return "int" if word == "sequence" else None


def _kind_of(value: Any) -> str | None:
    """Return the type of a choice; a text that is an instant may be meant as one."""
    return None if isinstance(value, str) and loose_instant(value) else _SCALARS.get(type(value))


def _is_within_days(freq: Any) -> bool:
    """Return whether a step is shorter than a day; those of days and longer may be of dates."""
    return isinstance(freq, str) and _WITHIN_DAYS.fullmatch(freq.strip()) is not None


def _common(kinds: set[str | None]) -> str | None:
    return "float" if kinds == {"int", "float"} else kinds.pop() if len(kinds) == 1 else None


_SCALARS: dict[type, str] = {str: "string", int: "int", float: "float", bool: "bool"}
