"""How long a state lasts, in other shapes: a number, a text, keys that carry their unit, a law inside the law."""

from __future__ import annotations

import re
from typing import Any

from datagen_chat.laws import LAWS
from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, called, holder_of, rename_key, replace_by, schema_at
from datagen_chat.schema.repairs.registry import repairs
from datagen_chat.unfoldings._dwell import SECONDS, SYNONYMS, Constant

_UNITS = "|".join(sorted((*SECONDS, *SYNONYMS), key=len, reverse=True))
_KEY = re.compile(
    r"(?:dwell|duration|stay|time|dwell_time)?_?(?P<part>min|max|mean|avg|average|minimum|maximum|value)?_?"
    r"(?:time|duration|dwell|stay)?_?(?:in_)?"
    rf"(?P<unit>(?:{'|'.join(SECONDS)})s?)?"
)
_TEXT = re.compile(
    rf"(?P<low>\d{{1,9}}(?:\.\d{{1,6}})?)(?:\s*(?:-|–|to|\.\.)\s*(?P<high>\d{{1,9}}(?:\.\d{{1,6}})?))?\s*(?P<unit>(?:{_UNITS})s?)"
)
_PARTS = {"minimum": "min", "maximum": "max", "avg": "mean", "average": "mean", None: "value"}
_NAMING, _NESTING = ("distribution", "type", "kind", "dist", "law", "name"), ("params", "parameters", "args", "arguments")
_PLACE = re.compile(r"/state_transition_model/states/[^/]+")


def _is_state(at: str) -> bool:
    return _PLACE.search(at) is not None and _PLACE.split(at)[-1].count("/") == 1


def _is_dwell(at: str) -> bool:
    return at.endswith("/dwell") and _is_state(at)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@repairs("wrong-type")
def spell_out_dwell(draft: Json, problem: Problem) -> str | None:
    """Turn 5, [1, 5] or "1-5 days" into a law with a unit."""
    state, key = holder_of(draft, problem.at)
    if not _is_dwell(problem.at):
        return None
    value = state[key]
    made = _spelled_out(value)
    if made is None:
        return None
    unit = next((name for name in ("unit", "units", "dwell_unit", "time_unit", "duration_unit") if name in state), None)
    if unit is not None:
        made = {"unit": state.pop(unit)} | made
    state[key] = {"distribution": made.pop("distribution")} | made
    return f"Wrote the dwell {value} as {state[key]['distribution']}."


def _spelled_out(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str):
        found = _TEXT.fullmatch(value.strip().lower())
        if found is None:
            return None
        unit = SYNONYMS.get(found["unit"], found["unit"])
        ends = [float(found[part]) for part in ("low", "high") if found[part] is not None]
        return (_spelled_out(ends) or {}) | {"unit": unit}
    if _is_number(value):
        value = [value]
    if not isinstance(value, list) or not all(map(_is_number, value)):
        return None
    numbers = [int(part) if part == int(part) else part for part in value]
    if len(numbers) == 1:
        return {"distribution": "constant", "value": numbers[0]}
    return {"distribution": "uniform", "min": numbers[0], "max": numbers[1]} if len(numbers) == 2 else None


@repairs("unknown-key")
def gather_dwell(draft: Json, problem: Problem) -> str | None:
    """Gather keys such as min_days and max_days, or dwell_hours, into a law with a unit."""
    holder, key = holder_of(draft, problem.at)
    at = problem.at.rpartition("/")[0]
    if _is_dwell(at):
        return _name_unit(holder, key) or _drop_units_of_keys(draft, at, key)
    if not _is_state(problem.at) or "dwell" in holder or "duration" in holder:
        return None
    named = {name: found for name in holder if (found := _KEY.fullmatch(name)) and _spelled_out(holder[name])}
    made = _gathered({found["part"]: holder[name] for name, found in named.items()})
    units = {found["unit"].removesuffix("s") for found in named.values() if found["unit"]}
    if key not in named or made is None or len(units) > 1:
        return None
    for name in named:
        del holder[name]
    holder["dwell"] = made | ({"unit": units.pop()} if units else {})
    return f"Gathered {', '.join(named)} into a dwell."


def _gathered(numbers: dict[str | None, Any]) -> dict[str, Any] | None:
    """Return the law that a minimum and a maximum, a mean, or a bare number mean."""
    parts = {_PARTS.get(part, part): number for part, number in numbers.items()}
    if set(parts) == {"min", "max"} and all(map(_is_number, parts.values())):
        return {"distribution": "uniform", "min": parts["min"], "max": parts["max"]}
    if set(parts) == {"mean"} and _is_number(parts["mean"]):
        return {"distribution": "exponential", "scale": parts["mean"]}
    return _spelled_out(parts["value"]) if set(parts) == {"value"} else None


def _name_unit(dwell: dict[str, Any], key: str) -> str | None:
    """Turn {"units": "hrs"} into {"unit": "hour"}."""
    written = dwell[key]
    if key not in ("units", "time_unit", "timeunit", "in"):
        return None
    if "unit" in dwell or not isinstance(written, str) or written.lower() not in SYNONYMS:
        return None
    rename_key(dwell, key, "unit")
    dwell["unit"] = SYNONYMS[written.lower()]
    return f'Wrote {key} "{written}" as unit "{dwell["unit"]}".'


def _drop_units_of_keys(draft: Json, at: str, key: str) -> str | None:
    """Turn {"min_days": 1} inside a dwell into min and the unit."""
    dwell, _ = holder_of(draft, f"{at}/{key}")
    found = re.fullmatch(rf"(?:(?P<name>[a-z]+?)_)?(?P<unit>(?:{'|'.join(SECONDS)})s?)", key)
    if found is None or ("unit" in dwell and _singular(dwell["unit"]) != _singular(found["unit"])):
        return None
    name = called(schema_at(draft, at), found["name"] or "value")
    if name is None or name in dwell:
        return None
    rename_key(dwell, key, name)
    dwell["unit"] = found["unit"]
    return f'Wrote "{key}" as {name} with its unit.'


def _singular(unit: Any) -> Any:
    return unit.removesuffix("s") if isinstance(unit, str) else unit


@repairs("missing-key", "wrong-type", "unknown-key")
def flatten_dwell(draft: Json, problem: Problem) -> str | None:
    """Lift a law that stands inside the dwell out of its objects, find its name, or see it from its parameters."""
    at = problem.at.rpartition("/")[0]
    if not _is_dwell(at):
        return None
    dwell, key = holder_of(draft, problem.at)
    if problem.code == "unknown-key" and key not in _NESTING:
        return None
    flat = _flat(dwell)
    if flat == dwell or not isinstance(flat.get("distribution"), str):
        return None
    replace_by(dwell, flat)
    return f"Wrote the dwell as {flat['distribution']} with its parameters."


def _flat(dwell: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in dwell.items():
        if isinstance(value, dict) and key in (*_NAMING, *_NESTING):
            flat |= _flat(value)
        elif isinstance(value, dict) and _law_of(key):
            flat |= {"distribution": _law_of(key)} | _flat(value)
        else:
            flat["distribution" if key in _NAMING else key] = value
    if "distribution" in flat:
        return flat
    numbers = {name: value for name, value in flat.items() if _KEY.fullmatch(name) and _is_number(value)}
    units = {found["unit"] for name in numbers if (found := _KEY.fullmatch(name)) and found["unit"]}
    made = _gathered({_part(name): value for name, value in numbers.items()})
    if made is None or len(units) > 1:
        return flat
    rest = {name: value for name, value in flat.items() if name not in numbers}
    return made | ({"unit": units.pop()} if units else {}) | rest


def _part(name: str) -> str | None:
    found = _KEY.fullmatch(name)
    return found["part"] if found else None


def _law_of(name: str) -> str | None:
    others = {word: {"also": law.also} for word, law in LAWS.items()} | {"constant": {"also": Constant.also}}
    return called({"properties": others}, name)


@repairs("unknown-key")
def share_dwell(draft: Json, problem: Problem) -> str | None:
    """Move a dwell that stands beside the states into each of them, or those of single states into these."""
    model, key = holder_of(draft, problem.at)
    is_beside = problem.at.rpartition("/")[0].endswith("/state_transition_model")
    states = model.get("states") if is_beside else None
    if key not in ("dwell", "dwell_time", "dwell_times", "dwells", "durations", "duration") or not isinstance(states, dict):
        return None
    value = model[key]
    lasting = [name for name, state in states.items() if isinstance(state, dict) and not state.get("terminal")]
    given = value if isinstance(value, dict) and value and set(value) <= set(states) else dict.fromkeys(lasting, value)
    if any(not isinstance(states[name], dict) or "dwell" in states[name] for name in given):
        return None
    del model[key]
    for name, dwell in given.items():
        states[name]["dwell"] = dict(dwell) if isinstance(dwell, dict) else dwell
    return f'Moved "{key}" into the states.'
