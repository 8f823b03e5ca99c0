"""Generators in other shapes: with the word in a `type`, as one text, with arguments beside the word."""

from __future__ import annotations

import re
from typing import Any

from datagen_chat.generators import GENERATORS
from datagen_chat.laws import LAWS
from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, called, columns_of, holder_of, is_generator, is_word, replace_by, schema_at
from datagen_chat.schema.repairs.addressed import generator_in, is_column_generator, word_of
from datagen_chat.schema.repairs.missing import generator_of
from datagen_chat.schema.repairs.registry import repairs
from datagen_chat.words import Scalar

_NAMING = ("type", "kind", "generator", "name", "word", "method", "provider", "generator_type")
_NESTING = ("params", "args", "parameters", "arguments", "config", "options", "kwargs")
_CALL = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*(?:[.:(]\s*([A-Za-z0-9_.]+)\s*(?:\(\s*\))?\s*\)?)?")


@repairs("too-many-keys", "unknown-generator")
def unfold_type(draft: Json, problem: Problem) -> str | None:
    """Turn {"type": "faker", "method": …} into {"faker": {"method": …}}."""
    generator = generator_in(draft, problem)
    naming = next((key for key in _NAMING if key in generator and (word_of(generator[key]) or law_of(generator[key]))), None)
    if naming is None:
        return None
    name = generator[naming]
    rest = {key: value for key, value in generator.items() if key != naming and value not in (None, [], {})}
    word = word_of(name)
    if word is None:
        replace_by(generator, {"distribution": {"type": name} | rest})
    else:
        replace_by(generator, {word: _unnested(word, rest)})
    return f'Wrote "{name}" as the key of the generator.'


def law_of(name: Any) -> str | None:
    """Return the law that a name means, by its own name or another."""
    if not isinstance(name, str):
        return None
    return called({"properties": {word: {"also": law.also} for word, law in LAWS.items()}}, name)


def _unnested(word: str, rest: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a word from an only object that holds them all."""
    required = {name for name, field in GENERATORS[word].arguments().items() if field.is_required()}
    if len(rest) == 1 and not required & set(rest):
        [(key, value)] = rest.items()
        if isinstance(value, dict) and key in (word, *_NESTING) and required <= set(value):
            return value
    return rest


@repairs("unknown-generator")
def rename_word(draft: Json, problem: Problem) -> str | None:
    """Give a generator that has another name its own."""
    generator = generator_in(draft, problem)
    [(name, arguments)] = generator.items()
    word = word_of(name)
    if word is None:
        return None
    inside = _as_arguments(word, arguments)
    replace_by(generator, {word: arguments if inside is None else inside})
    return f'Renamed the generator "{name}" to "{word}".'


@repairs("unknown-generator")
def law_as_word(draft: Json, problem: Problem) -> str | None:
    """Turn {"normal": {"mu": …}} into a distribution of that type."""
    generator = generator_in(draft, problem)
    [(name, arguments)] = generator.items()
    if law_of(name) is None or not isinstance(arguments, dict):
        return None
    replace_by(generator, {"distribution": {"type": name} | arguments})
    return f'Wrote "{name}" as a distribution.'


@repairs("too-many-keys", "unknown-generator")
def drop_silent_keys(draft: Json, problem: Problem) -> str | None:
    """Drop keys of a generator that say nothing, such as an empty list of modifiers."""
    generator = generator_in(draft, problem)
    silent = [key for key, value in generator.items() if value in (None, [], {}) and key not in GENERATORS]
    if not silent or len(silent) == len(generator):
        return None
    for key in silent:
        del generator[key]
    return f"Dropped {', '.join(silent)}, which said nothing."


@repairs("too-many-keys")
def move_beside_in(draft: Json, problem: Problem) -> str | None:
    """Move arguments that stand beside the only word of a generator into it."""
    generator = generator_in(draft, problem)
    words = [key for key in generator if key in GENERATORS]
    if len(words) != 1:
        return None
    word = words[0]
    inside = _as_arguments(word, generator[word])
    node = schema_at(draft, f"{problem.at}/{word}")
    for key in (key for key in generator if key != word):
        name = called(node, key) or (key if word == "distribution" and _law_argument(inside, key) else None)
        if inside is None or name is None or name in inside:
            return None
        inside = inside | {name: generator[key]}
    replace_by(generator, {word: inside})
    return f"Moved all arguments into {word}."


def _law_argument(inside: dict[str, Any] | None, key: str) -> bool:
    law = law_of((inside or {}).get("type"))
    return law is not None and called(law_node(law), key) is not None


def law_node(law: str) -> dict[str, Any]:
    """Return the names and other names of a law's parameters, as a part of a schema."""
    fields = LAWS[law].arguments()
    return {"properties": {name: field.json_schema_extra or {} for name, field in fields.items()}}


@repairs("too-many-keys", "unknown-generator")
def gather_arguments(draft: Json, problem: Problem) -> str | None:
    """Put bare arguments that only one generator has into it."""
    generator = generator_in(draft, problem)
    at = problem.at if problem.code == "too-many-keys" else problem.at.rpartition("/")[0]
    made = None if set(generator) & set(GENERATORS) else generator_of(draft, at, generator)
    if made is None:
        return None
    replace_by(generator, made)
    return f"Added the generator's word, {next(iter(made))}."


@repairs("wrong-type", "null-value")
def unfold_shorthand(draft: Json, problem: Problem) -> str | None:
    """Turn {"faker": "email"} into {"faker": {"method": "email"}}."""
    holder, word = holder_of(draft, problem.at)
    if word not in GENERATORS or not is_word(draft, problem.at, word):
        return None
    inside = _as_arguments(word, holder[word])
    if inside is None or (isinstance(holder[word], list) and not _takes_list(draft, problem.at, next(iter(inside)))):
        return None
    holder[word] = inside
    return f"Wrote the argument of {word} by its name."


def _takes_list(draft: Json, at: str, name: str) -> bool:
    types = schema_at(draft, at)["properties"][name].get("type", ())
    return "array" in ([types] if isinstance(types, str) else types)


def _as_arguments(word: str, value: Any) -> dict[str, Any] | None:
    """Return the arguments that a bare value of a word means: its first one, or none at all."""
    arguments = GENERATORS[word].arguments()
    if isinstance(value, dict):
        return value
    first = next(iter(arguments), None)
    if not arguments and value in (4, "4", "v4", "random"):
        return {}
    if (value is None or isinstance(value, bool)) and (first is None or arguments[first].annotation is not Scalar):
        return None if value is False or any(field.is_required() for field in arguments.values()) else {}
    return None if first is None else {first: value}


@repairs("wrong-type")
def parse_call(draft: Json, problem: Problem) -> str | None:
    """Turn "faker.email" into {"faker": {"method": "email"}}."""
    holder, key = holder_of(draft, problem.at)
    text = holder[key]
    found = _CALL.fullmatch(text.strip()) if isinstance(text, str) and is_generator(draft, problem.at) else None
    word = word_of(found[1]) if found else None
    if found is None or word is None or not (found[2] or is_column_generator(problem.at)):
        return None
    inside = _as_arguments(word, found[2])
    if inside is None:
        return None
    holder[key] = {word: inside}
    return f'Wrote "{text}" as an object.'


@repairs("unknown-key")
def gather_law_parameters(draft: Json, problem: Problem) -> str | None:
    """Move a law's parameters that stand beside its type into params, and bounds that are none into its clamp."""
    distribution, key = holder_of(draft, problem.at)
    if not is_word(draft, problem.at.rpartition("/")[0], "distribution") or not isinstance(distribution, dict):
        return None
    law = law_of(distribution.get("type", distribution.get("distribution", distribution.get("name"))))
    params = distribution.get("params", {})
    if law is None or not isinstance(params, dict):
        return None
    name = called(law_node(law), key)
    if name is None or name in params:
        return _bounds_to_clamp(distribution, distribution, key)
    distribution["params"] = params | {name: distribution.pop(key)}
    return f'Moved "{key}" into params.'


@repairs("unknown-key")
def clamp_from_params(draft: Json, problem: Problem) -> str | None:
    """Turn a lower and an upper bound among a law's parameters into the clamp."""
    params, key = holder_of(draft, problem.at)
    at, _, last = problem.at.rpartition("/")[0].rpartition("/")
    if last != "params" or not is_word(draft, at, "distribution"):
        return None
    distribution, _ = holder_of(draft, f"{at}/params")
    return None if called(schema_at(draft, f"{at}/params"), key) else _bounds_to_clamp(distribution, params, key)


_LOWER, _UPPER = ("min", "minimum", "low", "lower", "min_value"), ("max", "maximum", "high", "upper", "max_value")


def _bounds_to_clamp(distribution: dict[str, Any], holder: dict[str, Any], key: str) -> str | None:
    low = next((name for name in _LOWER if name in holder), None)
    high = next((name for name in _UPPER if name in holder), None)
    if key not in (low, high) or "clamp" in distribution:
        return None
    law = law_of(distribution.get("type"))
    if low is None or high is None:
        distribution["clamp"] = [holder.pop(key), None] if key == low else [None, holder.pop(key)]
        return f'Wrote "{key}" as one end of clamp.'
    is_parameter = holder is not distribution and law is not None and low in LAWS[law].arguments()
    distribution["clamp"] = [holder[low] if is_parameter else holder.pop(low), holder.pop(high)]
    return f'Wrote "{low}" and "{high}" as clamp.'


_ANEW = (
    *("of", "per", "per_parent", "per_group", "within", "for_each", "each", "scope", "partition_by", "group_by"),
    *("restart", "restart_per", "restart_by", "reset", "reset_per", "reset_by", "reset_on"),
)


@repairs("unknown-key")
def count_anew(draft: Json, problem: Problem) -> str | None:
    """Turn a sequence that is said to begin again with each parent into position, of which it need not be said."""
    sequence, key = holder_of(draft, problem.at)
    at = problem.at.rpartition("/")[0]
    word = at.rpartition("/")[2]
    is_count = word in ("sequence", "position") and is_word(draft, at, word)
    if key not in _ANEW or not is_count or not problem.at.startswith("/nodes/"):
        return None
    place = problem.at.split("/")
    table = draft["nodes"][int(place[2])]
    parents = table.get("parents")
    parent = parents[0] if isinstance(parents, list) and parents else None
    keys = [column.get("name") for column in columns_of(table) if _looks_up(column, parent)]
    is_key = table["columns"][int(place[4])].get("name") == table.get("pk")
    if parent is None or is_key or sequence[key] not in (True, parent, *keys, *(f"{parent}.{name}" for name in keys)):
        return None
    generator, _ = holder_of(draft, at)
    del sequence[key]
    if word == "position":
        return f'Left out "{key}": position counts the rows of each {parent} anyway.'
    replace_by(generator, {"position" if name == "sequence" else name: inside for name, inside in generator.items()})
    return f'Wrote a sequence with "{key}" as position, which counts the rows of each {parent}.'


def _looks_up(column: dict[str, Any], table: object) -> bool:
    generator = column.get("generator")
    lookup = generator.get("lookup") if isinstance(generator, dict) else None
    return isinstance(lookup, dict) and str(lookup.get("from")).partition(".")[0] == table


@repairs("unknown-key")
def join_reference(draft: Json, problem: Problem) -> str | None:
    """Turn {"table": "customer", "column": "customer_id"} into {"from": "customer.customer_id"}."""
    lookup, key = holder_of(draft, problem.at)
    table = next((name for name in ("table", "node", "entity", "to_table") if name in lookup), None)
    column = next((name for name in ("column", "field", "from", "key") if name in lookup), None)
    is_lookup = is_word(draft, problem.at.rpartition("/")[0], "lookup")
    if not is_lookup or key not in (table, column) or not table or not column:
        return None
    parts = lookup[table], lookup[column]
    if not all(isinstance(part, str) and "." not in part for part in parts):
        return None
    rest = {name: value for name, value in lookup.items() if name not in (table, column)}
    replace_by(lookup, {"from": ".".join(parts)} | rest)
    return f'Wrote {table} and {column} as from: "{lookup["from"]}".'
