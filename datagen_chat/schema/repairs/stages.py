"""Funnels in other shapes: stages as names, or by name with their rates; segments with a bare number."""

from __future__ import annotations

from typing import Any

from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, holder_of
from datagen_chat.schema.repairs.registry import repairs


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@repairs("wrong-type")
def stages_in_order(draft: Json, problem: Problem) -> str | None:
    """Turn {"signup": 1.0, "purchase": 0.2} into a list of stages."""
    config, key = holder_of(draft, problem.at)
    stages = config[key] if isinstance(config, dict) else None
    if key != "stages" or not problem.at.endswith("/stage_config/stages") or not isinstance(stages, dict) or not stages:
        return None
    made = [_stage(name, value) for name, value in stages.items()]
    if None in made:
        return None
    config[key] = made
    return "Wrote the stages as a list."


def _stage(name: str, value: Any) -> dict[str, Any] | None:
    if isinstance(value, dict):
        return None if "stage_name" in value else {"stage_name": name} | value
    return {"stage_name": name, "transition_rate": value} if _is_number(value) else None


@repairs("wrong-type")
def name_stage(draft: Json, problem: Problem) -> str | None:
    """Turn "signup" into a stage, with its rate from a list or an object of rates beside the stages."""
    stages, index = holder_of(draft, problem.at)
    at = problem.at.rpartition("/")[0]
    if not at.endswith("/stage_config/stages") or not isinstance(stages[index], str):
        return None
    name = stages[index]
    config, _ = holder_of(draft, at)
    key = next((key for key in ("transition_rates", "rates", "conversion_rates") if key in config), None)
    stages[index] = {"stage_name": name} | _rate(config[key] if key else None, name, index, len(stages))
    if key and not any(isinstance(stage, str) for stage in stages):
        del config[key]
    return f'Wrote the stage "{name}" as an object.'


def _rate(rates: Any, name: str, index: int, stages: int) -> dict[str, Any]:
    """Return the rate of one stage, where rates stand beside the stages: by name, one for each, or one for each step."""
    rate = rates.get(name) if isinstance(rates, dict) else None
    if isinstance(rates, list) and len(rates) in (stages, stages - 1):
        place = index - (stages - len(rates))
        rate = rates[place] if place >= 0 else None
    return {} if rate is None else {"transition_rate": rate}


@repairs("wrong-type")
def name_multiplier(draft: Json, problem: Problem) -> str | None:
    """Turn {"vip": 1.3} into {"vip": {"transition_multiplier": 1.3}}."""
    segments, name = holder_of(draft, problem.at)
    if not problem.at.rpartition("/")[0].endswith("/segment_variation") or not _is_number(segments[name]):
        return None
    segments[name] = {"transition_multiplier": segments[name]}
    return f'Wrote the multiplier of "{name}" by its name.'
