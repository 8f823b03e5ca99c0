"""Modifiers in other shapes: by name alone, as keys, with arguments beside the name, with a mapping as the arguments."""

from __future__ import annotations

import re
from typing import Any

from datagen_chat.modifiers import MODIFIERS
from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, called, holder_of, replace_by
from datagen_chat.schema.repairs.registry import repairs

_CHANGE = re.compile(r".*/modifiers/\d+")
_LIST = re.compile(r".*/modifiers")
_NAMING = ("transform", "type", "modifier", "name", "op", "operation", "function", "kind")
_NESTING = ("args", "params", "parameters", "arguments", "options", "kwargs", "config")
_REMARKS = ("comment", "description")


def word_of(name: Any) -> str | None:
    """Return the modifier that a name means, by its own name or another."""
    if not isinstance(name, str):
        return None
    return called({"properties": {word: {"also": cls.also} for word, cls in MODIFIERS.items()}}, name)


def argument_of(word: str, key: str) -> str | None:
    """Return the argument of a modifier that a key means, by its own name or another."""
    fields = MODIFIERS[word].arguments()
    return called({"properties": {name: field.json_schema_extra or {} for name, field in fields.items()}}, key)


@repairs("wrong-type")
def list_changes(draft: Json, problem: Problem) -> str | None:
    """Turn {"jitter": {"std": 1}, "round": {}} into a list of modifiers, and a name alone into a modifier."""
    holder, key = holder_of(draft, problem.at)
    value = holder[key]
    if _LIST.fullmatch(problem.at) and isinstance(value, dict) and value and all(map(word_of, value)) and not _is_named(value):
        holder[key] = [_change(name, arguments) for name, arguments in value.items()]
        return "Wrote the modifiers as a list."
    if _LIST.fullmatch(problem.at) and isinstance(value, dict | str):
        holder[key] = [value]
        return 'Put "modifiers" into a list.'
    if _CHANGE.fullmatch(problem.at) and isinstance(value, str) and word_of(value):
        holder[key] = {"transform": word_of(value)}
        return f'Wrote the modifier "{value}" as an object.'
    return None


def _is_named(change: dict[str, Any]) -> bool:
    """Return whether an object names a modifier by one of its values."""
    return any(word_of(change.get(key)) for key in _NAMING)


def _change(name: str, arguments: Any) -> dict[str, Any]:
    """Return a modifier by its name and arguments, or its only argument."""
    word = word_of(name)
    assert word is not None
    if isinstance(arguments, dict):
        return {"transform": word} | ({"args": arguments} if arguments else {})
    first = next(iter(MODIFIERS[word].arguments()), None)
    is_nothing = arguments is None or isinstance(arguments, bool) or first is None
    return {"transform": word} | ({} if is_nothing else {"args": {first: arguments}})


@repairs("unknown-key", "missing-key")
def unfold_key(draft: Json, problem: Problem) -> str | None:
    """Turn {"jitter": {"std": 1}} into {"transform": "jitter", "args": {"std": 1}}."""
    change, _ = holder_of(draft, problem.at)
    if not _is_in_change(problem) or any(key in change for key in _NAMING):
        return None
    names = [key for key in change if key not in _REMARKS]
    if len(names) != 1 or word_of(names[0]) is None:
        return None
    rest = {key: change[key] for key in _REMARKS if key in change}
    replace_by(change, _change(names[0], change[names[0]]) | rest)
    return f'Wrote "{names[0]}" as the name of the modifier.'


def _is_in_change(problem: Problem) -> bool:
    return _CHANGE.fullmatch(problem.at.rpartition("/")[0]) is not None


@repairs("unknown-key", "missing-key")
def gather_change(draft: Json, problem: Problem) -> str | None:
    """Move arguments that stand beside a modifier's name into args."""
    change, _ = holder_of(draft, problem.at)
    if not _is_in_change(problem):
        return None
    naming = next((key for key in _NAMING if key in change), "")
    word, args = word_of(change.get(naming)), change.get("args", {})
    if word is None or not isinstance(args, dict) or any(key in change for key in _NESTING if key != "args"):
        return None
    beside = [key for key in change if key not in (naming, "args", *_REMARKS) and argument_of(word, key)]
    if not beside or set(beside) & set(args):
        return None
    change["args"] = {**args, **{key: change.pop(key) for key in beside}}
    return f"Moved {', '.join(beside)} into args."


@repairs("unknown-key", "missing-key")
def gather_mapping(draft: Json, problem: Problem) -> str | None:
    """Turn arguments of map_values that are the mapping itself into the mapping."""
    at, _, last = problem.at.rpartition("/")[0].rpartition("/")
    if last != "args" or _CHANGE.fullmatch(at) is None:
        return None
    change, _ = holder_of(draft, f"{at}/args")
    args = change["args"]
    if change.get("transform") != "map_values" or not isinstance(args, dict):
        return None
    if any(argument_of("map_values", key) == "mapping" and isinstance(value, dict) for key, value in args.items()):
        return None
    kept = {key: value for key, value in args.items() if key == "default"}
    mapping = {key: value for key, value in args.items() if key not in kept}
    if not mapping or any(isinstance(value, dict | list) for value in mapping.values()):
        return None
    change["args"] = {"mapping": mapping} | kept
    return "Wrote what map_values is given as its mapping."


_MODES = {
    "add": "additive addition absolute plus sum normal gaussian",
    "mul": "multiplicative multiply multiplication relative percent percentage proportional factor scale",
    "spike": "up high positive increase",
    "drop": "down low negative dip decrease",
    "burst": "cluster clusters bursts run runs",
}
_MODE_OF = {name: own for own, names in _MODES.items() for name in names.split()}


@repairs("not-one-of")
def name_mode(draft: Json, problem: Problem) -> str | None:
    """Give a mode of a modifier that has another name its own."""
    holder, key = holder_of(draft, problem.at)
    if key not in ("mode", "op") or "/modifiers/" not in problem.at:
        return None
    written = holder[key]
    own = _MODE_OF.get(written.strip().lower())
    if own is None or f'"{own}"' not in problem.hint:
        return None
    holder[key] = own
    return f'Renamed "{written}" to "{own}".'


_MINUTES = {"second": 1 / 60, "sec": 1 / 60, "hour": 60.0, "hr": 60.0, "day": 1440.0, "minute": 1.0, "min": 1.0}
_MEASURED = re.compile(r"(?:std|sigma|stddev|jitter)?_?(second|sec|hour|hr|day|minute|min)s?")


@repairs("unknown-key")
def write_minutes(draft: Json, problem: Problem) -> str | None:
    """Turn the deviation of a time in seconds, hours or days into minutes."""
    args, key = holder_of(draft, problem.at)
    found = _MEASURED.fullmatch(key) if isinstance(key, str) else None
    change, _ = holder_of(draft, problem.at.rpartition("/")[0])
    value = args.get(key) if isinstance(args, dict) else None
    if found is None or not isinstance(change, dict) or change.get("transform") != "time_jitter" or "std_minutes" in args:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    args["std_minutes"] = args.pop(key) * _MINUTES[found[1]]
    return f'Wrote "{key}" as minutes.'
