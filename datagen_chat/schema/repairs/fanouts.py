"""Fanouts in other shapes: a number, a range, a distribution inside the distribution."""

from __future__ import annotations

import re
from typing import Any

from datagen_chat.fanouts import SPREADS, Spread
from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, called, holder_of, replace_by
from datagen_chat.schema.repairs.registry import repairs

_RANGE = re.compile(r"(\d{1,12})\s*(?:-|–|\.\.\.?|to)\s*(\d{1,12})")
_BRANCH = re.compile(r"/fanout/case/(?:when/[^/]*|else)$")
_NAMING = ("distribution", "type", "kind", "dist", "law", "name")
_NESTING = ("params", "parameters", "args", "arguments")


@repairs("wrong-type")
def spell_out(draft: Json, problem: Problem) -> str | None:
    """Turn 5 into a constant fanout, and "1-5" or [1, 5] into a uniform one."""
    holder, key = holder_of(draft, problem.at)
    if key != "fanout" and not _BRANCH.search(problem.at):
        return None
    value = holder[key]
    made = _spelled_out(int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,12}", value) else value)
    if made is None:
        return None
    holder[key] = made
    return f"Wrote the fanout {value} as {made['distribution']}."


def _spelled_out(value: Any) -> dict[str, Any] | None:
    if isinstance(value, str) and (found := _RANGE.fullmatch(value.strip())):
        value = [int(found[1]), int(found[2])]
    if isinstance(value, list) and len(value) == 2 and all(_is_whole(part) for part in value):
        return {"distribution": "uniform", "min": value[0], "max": value[1]}
    return {"distribution": "constant", "value": value} if _is_whole(value) else None


def _first_of(word: str) -> str:
    """Return the first parameter that a distribution requires."""
    return next(name for name, field in SPREADS[word].arguments().items() if field.is_required())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


@repairs("wrong-type", "missing-key")
def flatten(draft: Json, problem: Problem) -> str | None:
    """Lift a distribution that stands inside the fanout out of its objects, or find it under another name."""
    if not problem.at.endswith("/fanout/distribution"):
        return None
    fanout, _ = holder_of(draft, problem.at)
    flat = _flat(fanout)
    if flat == fanout or not isinstance(flat.get("distribution"), str):
        return None
    replace_by(fanout, flat)
    return "Wrote the fanout's distribution and its parameters side by side."


def _flat(fanout: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in fanout.items():
        if isinstance(value, dict) and key in (*_NAMING, *_NESTING):
            flat |= _flat(value)
        elif isinstance(value, dict) and word_of(key):
            flat |= {"distribution": word_of(key)} | _flat(value)
        elif _is_number(value) and key in SPREADS and len(fanout) == 1:
            flat |= {"distribution": key, _first_of(key): value}
        elif key in _NAMING:
            flat["distribution"] = (word_of(value) if isinstance(value, str) else None) or value
        else:
            flat[key] = value
    return flat if "distribution" in flat else flat | _guessed(flat)


def _guessed(flat: dict[str, Any]) -> dict[str, Any]:
    """Return the only distribution that has all of the parameters that are there, and needs no other."""
    fitting = [word for word, cls in SPREADS.items() if _fits(cls, flat)]
    return {"distribution": fitting[0]} if len(fitting) == 1 else {}


def _fits(spread: type[Spread], flat: dict[str, Any]) -> bool:
    arguments = spread.arguments()
    node = {"properties": {name: field.json_schema_extra or {} for name, field in arguments.items()}}
    meant = {called(node, key) for key in flat if key not in ("comment", "description")}
    return None not in meant and {name for name, field in arguments.items() if field.is_required()} <= meant


@repairs("missing-key")
def scale_one(draft: Json, problem: Problem) -> str | None:
    """Turn {"expression": "a + b"} into one row times the formula."""
    fanout, key = holder_of(draft, problem.at)
    if key != "distribution" or not problem.at.endswith("/fanout/distribution") or len(fanout) != 1:
        return None
    [(name, code)] = fanout.items()
    code = code.get("code") if isinstance(code, dict) and len(code) == 1 else code
    if name not in ("expression", "formula", "code") or not isinstance(code, str):
        return None
    replace_by(fanout, {"distribution": "constant", "value": 1, "scale": code})
    return f'Wrote the fanout "{code}" as one row times it.'


@repairs("not-one-of")
def bernoulli_choice(draft: Json, problem: Problem) -> str | None:
    """Turn a row with probability p into a choice of none and one."""
    fanout, key = holder_of(draft, problem.at)
    chance = fanout.get("p", fanout.get("probability"))
    if key != "distribution" or fanout[key] != "bernoulli" or len(fanout) != 2 or not _is_number(chance):
        return None
    replace_by(fanout, {"distribution": "choice", "values": [0, 1], "weights": [round(1 - chance, 12), chance]})
    return "Wrote the fanout bernoulli as a choice of 0 and 1."


def word_of(name: str) -> str | None:
    """Return the fanout that a name means, by its own name or another."""
    return called({"properties": {word: {"also": cls.also} for word, cls in SPREADS.items()}}, name)


@repairs("unknown-key")
def lift_parameters(draft: Json, problem: Problem) -> str | None:
    """Lift parameters that stand in an object of their own."""
    fanout, key = holder_of(draft, problem.at)
    if key not in _NESTING or not problem.at.rpartition("/")[0].endswith("/fanout") or not isinstance(fanout[key], dict):
        return None
    if set(fanout[key]) & set(fanout):
        return None
    fanout |= fanout.pop(key)
    return f"Wrote what stood in {key} beside the distribution."
