"""Targets in another shape: one list of all, each with its kind."""

from __future__ import annotations

from typing import Any

from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, called, holder_of, schema_at
from datagen_chat.schema.repairs.registry import repairs

_NAMING = ("type", "kind", "target", "check", "metric_type")


@repairs("wrong-type")
def sort_targets(draft: Json, problem: Problem) -> str | None:
    """Turn a list of targets, each with its type, into one list for each type."""
    if problem.at != "/targets" or not isinstance(draft["targets"], list):
        return None
    sorted_: dict[str, list[Any]] = {}
    for target in draft["targets"]:
        naming = next((key for key in _NAMING if isinstance(target, dict) and key in target), None)
        kind = _kind(draft, target[naming]) if naming is not None else None
        if kind is None:
            return None
        sorted_.setdefault(kind, []).append({key: value for key, value in target.items() if key != naming})
    draft["targets"] = sorted_
    return "Wrote the targets by their kinds."


def _kind(draft: Json, name: Any) -> str | None:
    return called(schema_at(draft, "/targets"), name) if isinstance(name, str) else None


@repairs("wrong-type")
def name_influence(draft: Json, problem: Problem) -> str | None:
    """Turn {"column": "price"} into "price" where an influence is named."""
    holder, key = holder_of(draft, problem.at)
    at = problem.at.rpartition("/")[0]
    if not at.startswith("/targets/") or not at.endswith("/influences") or not isinstance(holder[key], dict):
        return None
    named = [holder[key][name] for name in ("column", "name", "field", "attr") if name in holder[key]]
    if len(holder[key]) != 1 or len(named) != 1 or not isinstance(named[0], str):
        return None
    holder[key] = named[0]
    return "Wrote the influence as the name of a column."
