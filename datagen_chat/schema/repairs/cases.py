"""Cases in other shapes: values without a generator, lists of conditions, the rest among the values."""

from __future__ import annotations

import re
from typing import Any

from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, called, holder_of, is_generator, is_word, rename_key, replace_by, schema_at
from datagen_chat.schema.repairs.addressed import generator_in, is_column_generator, word_of
from datagen_chat.schema.repairs.registry import repairs

_REST = ("else", "default", "otherwise", "*", "_", "other", "others", "fallback", "any")
_CONDITION = ("when", "if", "condition", "value", "equals", "is", "match", "case", "key")
_RESULT = ("then", "generator", "use", "result", "do", "gen")
_COLUMN, _EQUALS = ("column", "on", "field"), ("equals", "value", "is", "in", "values", "eq")
_EQUALITY = re.compile(r"\s*([A-Za-z]\w*(?:\.[A-Za-z]\w*)?)\s*(?:===?|=|\bis\b|\bequals\b)\s*(.+?)\s*")
_MEMBERSHIP = re.compile(r"\s*([A-Za-z]\w*(?:\.[A-Za-z]\w*)?)\s+(?:in|IN)\s*[\[(](.+)[\])]\s*")
_ASKING = re.compile(r"\s*[A-Za-z]\w*(?:\.[A-Za-z]\w*)?\s*(?:[<>=!]|\b(?:in|is|not|and|or|IN|IS|NOT|AND|OR)\b)")
_LITERAL = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\"|(-?\d+|true|false))\s*")


@repairs("wrong-type", "null-value")
def spell_out_branch(draft: Json, problem: Problem) -> str | None:
    """Turn a bare value into a constant, and a bare list into a choice, where a branch's generator belongs."""
    holder, key = holder_of(draft, problem.at)
    value = holder[key]
    if is_column_generator(problem.at) or not is_generator(draft, problem.at) or isinstance(value, dict):
        return None
    if isinstance(value, list):
        holder[key] = {"choice": {"choices": value}}
        return f'Wrote the list of "{key}" as a choice.'
    if isinstance(value, str) and "." in value and word_of(value.partition(".")[0]):
        return None  # a call such as "faker.email"
    holder[key] = {"constant": {"value": value}}
    return f'Wrote the value of "{key}" as a constant.'


@repairs("too-many-keys", "unknown-generator")
def weigh_branch(draft: Json, problem: Problem) -> str | None:
    """Turn {"a": 0.5, "b": 0.5}, where a branch's generator belongs, into a choice; take one out of {"generator": …}."""
    generator = generator_in(draft, problem)
    at = problem.at if problem.code == "too-many-keys" else problem.at.rpartition("/")[0]
    if is_column_generator(at):
        return None
    if set(generator) == {"generator"} and isinstance(generator["generator"], dict):
        replace_by(generator, generator["generator"])
        return "Took a branch's generator out of its column."
    if any(word_of(key) for key in generator) or not all(_is_weight(value) for value in generator.values()):
        return None
    names = sorted(generator)  # the keys of an object have no order that rows could depend on
    replace_by(generator, {"choice": {"choices": names, "weights": [generator[name] for name in names]}})
    return "Wrote a branch's values and weights as a choice."


def _is_weight(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


@repairs("unknown-key")
def gather_values(draft: Json, problem: Problem) -> str | None:
    """Turn {"category": {"Books": …}}, and values beside `on`, into values in `when`."""
    at = problem.at.rpartition("/")[0]
    case, key = holder_of(draft, problem.at)
    if not is_word(draft, at, "case") or any(called(schema_at(draft, at), name) == "when" for name in case):
        return None
    unknown = [name for name in case if called(schema_at(draft, at), name) is None]
    if unknown == [key] and "on" not in case and isinstance(case[key], dict):
        rest = {name: value for name, value in case.items() if name != key}
        replace_by(case, {"on": key, "when": case[key]} | rest)
        return f'Wrote "{key}" as the column that decides.'
    if "on" not in case:
        return None
    case["when"] = {name: case.pop(name) for name in unknown}
    return "Moved the values into when."


@repairs("wrong-type")
def unfold_conditions(draft: Json, problem: Problem) -> str | None:
    """Turn [{"when": "category == 'Books'", "then": …}, …] into one column, its values and their generators."""
    holder, key = holder_of(draft, problem.at)
    entries = holder[key]
    is_whole = is_word(draft, problem.at, "case")
    if not isinstance(entries, list) or not (is_whole or (key == "when" and is_word(draft, _above(problem.at), "case"))):
        return None
    case = {} if is_whole else {name: value for name, value in holder.items() if name != key}
    for entry in entries:
        if not isinstance(entry, dict) or not _take(entry, case):
            return None
    if not isinstance(case.get("on"), str) or not case.get("when"):
        return None
    if is_whole:
        holder[key] = case
    else:
        replace_by(holder, case)
    return f"Wrote the conditions as values of {case['on']}."


def _above(at: str) -> str:
    return at.rpartition("/")[0]


def _take(entry: dict[str, Any], case: dict[str, Any]) -> bool:
    """Add an entry of a list to a case, and return whether that could be done."""
    result = next((entry[name] for name in (*_RESULT, *_REST) if name in entry), None)
    condition = next((entry[name] for name in _CONDITION if name in entry), None)
    if result is None or len(entry) > 2:
        return False
    if condition is None or condition in _REST:
        return len(entry) <= 1 + (condition is not None) and case.setdefault("else", result) is result
    column, values = _meant(condition, case.get("on"))
    if column is None or not values or case.setdefault("on", column) != column:
        return False
    when = case.setdefault("when", {})
    fresh = [value for value in values if value not in when]
    when.update(dict.fromkeys(fresh, result))
    return len(fresh) == len(values)


def _meant(condition: Any, on: Any) -> tuple[str | None, list[str]]:
    """Return the column that a condition is about, and the values that it asks for; none where it asks for more."""
    if isinstance(condition, dict):
        return _meant_by_object(condition)
    if isinstance(condition, str) and (found := _EQUALITY.fullmatch(condition) or _MEMBERSHIP.fullmatch(condition)):
        return found[1], _literals(found[2])
    if isinstance(condition, str) and _ASKING.match(condition):
        return None, []
    values = condition if isinstance(condition, list) else [condition]
    return (on if isinstance(on, str) else None), [_text(value) for value in values if not isinstance(value, list | dict)]


def _meant_by_object(condition: dict[str, Any]) -> tuple[str | None, list[str]]:
    column = next((condition[name] for name in _COLUMN if name in condition), None)
    values = next((condition[name] for name in _EQUALS if name in condition), None)
    if len(condition) == 1 and column is None:
        [(column, values)] = condition.items()
    listed = values if isinstance(values, list) else [values]
    if (
        not isinstance(column, str)
        or len(condition) > 2
        or any(value is None or isinstance(value, list | dict) for value in listed)
    ):
        return None, []
    return column, [_text(value) for value in listed]


def _literals(text: str) -> list[str]:
    """Return the values of a list of literals, none where it is something else.

    >>> _literals("'a', 'b', 3"), _literals("'a' and x"), _literals("y")
    (['a', 'b', '3'], [], [])
    """
    found, place = [], 0
    while match := _LITERAL.match(text, place):
        found.append(next(group for group in match.groups() if group is not None))
        place = match.end()
        if place == len(text):
            return found
        if text[place] != ",":
            return []
        place += 1
    return []


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@repairs("unknown-case")
def lift_else(draft: Json, problem: Problem) -> str | None:
    """Move what is meant for all other values out of `when`."""
    when, key = holder_of(draft, problem.at)
    case, _ = holder_of(draft, _above(problem.at))
    if key.lower() not in _REST or "else" in case or len(when) == 1:
        return None
    case["else"] = when.pop(key)
    return f'Moved "{key}" out of when, as else.'


@repairs("unknown-case")
def match_value(draft: Json, problem: Problem) -> str | None:
    """Write a value as the column has it, where only spaces or the letters' case differ."""
    when, key = holder_of(draft, problem.at)
    near = re.fullmatch(r'Did you mean "(.+)"\?', problem.hint)
    if near is None or near[1].lower() != key.strip().lower() or near[1] in when:
        return None
    rename_key(when, key, near[1])
    return f'Wrote the value "{key}" as "{near[1]}".'
