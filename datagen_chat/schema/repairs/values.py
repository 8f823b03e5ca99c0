"""Values in other notations: numbers and truth in quotes, nulls, instants, steps of time, single values and lists of one."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from datagen_chat.generators._intervals import Within
from datagen_chat.instants import parse_instant
from datagen_chat.problems import Problem, parts_of
from datagen_chat.schema.places import Json, called, holder_of, is_word, rename_key, schema_at, whole
from datagen_chat.schema.repairs.registry import repairs

_WHOLE = re.compile(r"[+-]?\d{1,18}(?:\.0+)?", re.ASCII)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+", re.ASCII)
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*%", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d{1,18})?(?:[eE][+-]?\d{1,2})?", re.ASCII)


@repairs("wrong-type")
def unquote(draft: Json, problem: Problem) -> str | None:
    """Take a number or a truth value out of its quotes."""
    holder, key = holder_of(draft, problem.at)
    text, types = holder[key], _types(draft, problem)
    value = _unquoted(text.strip(), types) if isinstance(text, str) else None
    if value is None:
        return None
    holder[key] = value
    return f'Took "{text}" out of its quotes.'


@repairs("wrong-type")
def percent(draft: Json, problem: Problem) -> str | None:
    """Write a share in percent, where only a share or a weight belongs, as a number."""
    holder, key = holder_of(draft, problem.at)
    text, is_weight = holder[key], isinstance(holder, list) and "/weights/" in problem.at
    written = [_share(value) for value in (holder if is_weight else [text])]
    if None in written or not (is_weight or schema_at(draft, problem.at).get("maximum") == 1):
        return None  # of a list, an earlier edit has written all, or some of its weights are no percents
    if is_weight:
        holder[:] = written
        return f"Wrote the percents of {parts_of(problem.at)[-2]} as shares."
    holder[key] = written[0]
    return f'Wrote "{text}" as {holder[key]}.'


def _share(value: Any) -> float | None:
    """Return the share that a text in percent says."""
    found = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    return None if found is None else float(Decimal(found[1]) / 100)


def _unquoted(text: str, types: set[str]) -> Any:
    if "boolean" in types:
        return {"true": True, "false": False}.get(text.lower())
    if "array" in types and text.startswith("["):
        return _list_in(text)
    if _GROUPED.fullmatch(text):
        return None  # one, or a thousand as half of the world writes it
    if types & {"integer", "number"} and _WHOLE.fullmatch(text):
        return int(float(text)) if "." in text else int(text)
    return float(text) if "number" in types and _NUMBER.fullmatch(text) else None


def _list_in(text: str) -> list[Any] | None:
    """Return the list of plain values that a text holds."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    is_plain = isinstance(found, list) and all(isinstance(value, str | int | float | bool) for value in found)
    return found if is_plain else None


def _types(draft: Json, problem: Problem) -> set[str]:
    wanted = schema_at(draft, problem.at).get("type", [])
    return {wanted} if isinstance(wanted, str) else set(wanted)


@repairs("null-value")
def leave_out(draft: Json, problem: Problem) -> str | None:
    """Leave out a null that stands for nothing."""
    holder, key = holder_of(draft, problem.at)
    if not isinstance(holder, dict) or key in schema_at(draft, problem.at.rpartition("/")[0]).get("required", ()):
        return None
    del holder[key]
    return f'Left out "{key}", which was null.'


_OWN_LISTS = ("choices", "weights", "nodes", "columns", "modifiers", "stages")
"""Lists with edits of their own."""


@repairs("wrong-type")
def wrap_one(draft: Json, problem: Problem) -> str | None:
    """Put a single value where a list belongs into one."""
    holder, key = holder_of(draft, problem.at)
    node, value = schema_at(draft, problem.at), holder[key]
    items = node.get("items", {})
    if _types(draft, problem) != {"array"} or isinstance(value, list) or key in _OWN_LISTS:
        return None
    types = items.get("type", ())
    wanted = {"object"} if "$ref" in items else {types} if isinstance(types, str) else set(types)
    if _JSON_TYPES.get(type(value)) not in wanted and not (key == "foreign_keys" and isinstance(value, str)):
        return None
    if isinstance(value, dict) and not any(called(whole(items, value), name) for name in value):
        return None  # an object by name, whatever it is of
    holder[key] = [value]
    return f'Put "{key}" into a list.'


_JSON_TYPES: dict[type[Any], str] = {dict: "object", str: "string"}


@repairs("wrong-type")
def unwrap_one(draft: Json, problem: Problem) -> str | None:
    """Take a value out of a list of one where a single text belongs."""
    holder, key = holder_of(draft, problem.at)
    value = holder[key]
    if _types(draft, problem) != {"string"} or not isinstance(value, list):
        return None
    if key == "type" and len(value) == 2 and "null" in value and "generator" in holder:
        holder["nullable"] = True
        value = [part for part in value if part != "null"]
    if len(value) != 1 or not isinstance(value[0], str):
        return None
    holder[key] = value[0]
    return f'Took "{key}" out of its list.'


@repairs("wrong-type")
def write_as_text(draft: Json, problem: Problem) -> str | None:
    """Write a number or a list of texts as text where any text will do."""
    holder, key = holder_of(draft, problem.at)
    value, node = holder[key], schema_at(draft, problem.at)
    if _types(draft, problem) != {"string"} or "pattern" in node or "enum" in node or "format" in node:
        return None
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        holder[key] = ", ".join(value)
    elif isinstance(value, bool):
        holder[key] = str(value).lower()
    elif isinstance(value, int | float):
        holder[key] = str(value)
    else:
        return None
    return f'Wrote "{key}" as text.'


@repairs("wrong-type")
def list_of_two(draft: Json, problem: Problem) -> str | None:
    """Turn {"min": 1, "max": 5} into [1, 5], or two instants into start and end."""
    holder, key = holder_of(draft, problem.at)
    value, types = holder[key], _types(draft, problem)
    if key == "clamp" and isinstance(value, dict) and len(value) == 2:
        for low, high in (("min", "max"), ("low", "high"), ("lower", "upper"), ("minimum", "maximum")):
            if low in value and high in value:
                holder[key] = [value[low], value[high]]
                return f"Wrote {low} and {high} of clamp as a list."
    if key in ("within", "timeframe") and "object" in types and isinstance(value, list) and len(value) == 2:
        holder[key] = {"start": value[0], "end": value[1]}
        return f"Wrote {key} as start and end."
    return None


@repairs("bad-window")
def name_timeframe(draft: Json, problem: Problem) -> str | None:
    """Write "timeframe" in its own letters."""
    holder, key = holder_of(draft, problem.at)
    if not re.fullmatch(r"(dataset[. _])?time[ _]?frame", holder[key].strip().lower()):
        return None
    holder[key] = "timeframe"
    return 'Wrote "timeframe" as the language does.'


_LOOSE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ]+(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s*(Z|z|UTC|[+-]\d{2}:?\d{2})?)?", re.ASCII
)


@repairs("bad-instant")
def write_instant(draft: Json, problem: Problem) -> str | None:
    """Write a date, a time with an offset or a time without a Z as an instant in UTC."""
    holder, key = holder_of(draft, problem.at)
    instant = loose_instant(holder[key], is_end=key == "end") if isinstance(holder[key], str) else None
    if instant is None:
        return None
    text, holder[key] = holder[key], instant
    return f'Wrote "{text}" as {instant}.'


def loose_instant(text: str, *, is_end: bool = False) -> str | None:
    """Return the instant that a date or a time in other notations means; a date that ends something means its last second.

    >>> loose_instant("2024-01-31", is_end=True), loose_instant("2024-01-31 12:00+02:00")
    ('2024-01-31T23:59:59Z', '2024-01-31T10:00:00Z')
    """
    found = _LOOSE.fullmatch(text.strip())
    if found is None:
        return None
    day, time, zone = found[1], found[2] or ("23:59:59" if is_end else "00:00:00"), found[3]
    try:
        if zone is None or zone in ("Z", "z", "UTC"):
            parse_instant(f"{day}T{time}Z")
            return f"{day}T{time}Z"
        moment = datetime.fromisoformat(f"{day}T{time}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.isoformat().replace("+00:00", "Z")


_STEPS = {
    "H": "hour hours hourly perhour",
    "D": "day days daily date perday",
    "W": "week weeks weekly",
    "M": "month months monthly",
    "Q": "quarter quarters quarterly",
    "Y": "year years yearly annual annually",
    "min": "minute minutes minutely mins",
    "s": "second seconds secs sec secondly",
}
_STEP_OF = {name: own for own, names in _STEPS.items() for name in names.split()}
_COUNTED = re.compile(r"(?:every\s+)?(\d{0,6})\s*([a-z]+)")


@repairs("bad-frequency")
def leave_weekends_out(draft: Json, problem: Problem) -> str | None:
    """Write the business days of pandas as days whose weekends weigh nothing."""
    series, key = holder_of(draft, problem.at)
    weighed = {"pattern", "patterns"} & series.keys() if isinstance(series, dict) else {"pattern"}
    if weighed or not problem.at.endswith("/datetime_series/freq") or series[key] not in ("B", "b", "BD", "business_day"):
        return None
    series[key] = "D"
    series["pattern"] = {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 0, 0]}
    return "Wrote business days as days without weekends."


@repairs("bad-frequency")
def write_frequency(draft: Json, problem: Problem) -> str | None:
    """Write a step of time in words as its alias."""
    holder, key = holder_of(draft, problem.at)
    found = _COUNTED.fullmatch(holder[key].strip().lower())
    unit = _STEP_OF.get(found[2]) if found else None
    if found is None or unit is None:
        return None
    text, count = holder[key], "" if found[1] in ("", "1") else found[1]
    holder[key] = count + unit
    return f'Wrote the step "{text}" as "{holder[key]}".'


@repairs("unknown-key")
def gather_window(draft: Json, problem: Problem) -> str | None:
    """Move the start and the end that stand beside a series' other arguments into its window."""
    series, key = holder_of(draft, problem.at)
    at = problem.at.rpartition("/")[0]
    if not is_word(draft, at, "datetime_series") or not {"within", "timeframe"}.isdisjoint(series):
        return None
    window = {"properties": {name: field.json_schema_extra for name, field in Within.model_fields.items()}}
    named = {name: called(window, name) for name in series}
    ends = {own: series[name] for name, own in named.items() if own in ("start", "end")}
    if named.get(key) not in ("start", "end") or set(ends) != {"start", "end"}:
        return None
    for name in [name for name, own in named.items() if own in ("start", "end")]:
        del series[name]
    series["within"] = ends
    return "Wrote start and end as the window."


@repairs("unknown-column")
def end_of_timeframe(draft: Json, problem: Problem) -> str | None:
    """Name the end of the timeframe that is meant."""
    window, key = holder_of(draft, problem.at)
    if key not in ("start", "end") or window[key] != "timeframe" or not problem.at.endswith(f"/within/{key}"):
        return None
    window[key] = f"timeframe.{key}"
    return f'Wrote "timeframe" as "{window[key]}".'


@repairs("wrong-type")
def several_patterns(draft: Json, problem: Problem) -> str | None:
    """Write several patterns under the key of several."""
    series, key = holder_of(draft, problem.at)
    if key != "pattern" or not is_word(draft, problem.at.rpartition("/")[0], "datetime_series"):
        return None
    if not isinstance(series[key], list) or "patterns" in series:
        return None
    rename_key(series, key, "patterns")
    return "Wrote several patterns as patterns."


_BEYOND = 1e12


@repairs("null-value")
def close_clamp(draft: Json, problem: Problem) -> str | None:
    """Write an open end of a clamp as a number that is never reached."""
    clamp, index = holder_of(draft, problem.at)
    if not problem.at.rpartition("/")[0].endswith("/distribution/clamp") or len(clamp) != 2 or clamp[1 - index] is None:
        return None
    clamp[index] = _BEYOND if index else -_BEYOND
    return f"Wrote the open end of the clamp as {clamp[index]:.0f}."
