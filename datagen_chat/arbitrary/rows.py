"""How many rows a table has, by chance: fanouts, walks, journeys, regular series, and what scales them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from datagen_chat.arbitrary.arguments import Json, arguments
from datagen_chat.arbitrary.columns import START
from datagen_chat.arbitrary.formulas import Source
from datagen_chat.chance import Chance
from datagen_chat.fanouts import SPREADS

_LARGEST = 6
"""The largest mean number of children: schemas are made many times."""
_MODEL: Json = {
    "initial": {"new": 0.8, "open": 0.2},
    "states": {
        "new": {"dwell": {"distribution": "uniform", "min": 1, "max": 10, "unit": "hours"}, "next": {"open": 0.9, "lost": 0.1}},
        "open": {"dwell": {"distribution": "exponential", "scale": 9, "unit": "day"}, "next": {"new": 0.3, "done": 0.7}},
        "lost": {"terminal": True},
        "done": {"terminal": True},
    },
    "max_rows": 6,
}
_FUNNEL: Json = {
    "stages": [{"stage_name": "visit"}, {"stage_name": "signup", "transition_rate": 0.7, "mean_hours": 2},
               {"stage_name": "buy", "transition_rate": 0.5}],
}  # fmt: skip


def _fanout(chance: Chance) -> Json:
    """Return a fanout by its own example, with small numbers of rows."""
    word = chance.pick(sorted(SPREADS))
    example = {name: value for name, value in SPREADS[word].example.items() if name != "distribution"}
    found = arguments(SPREADS[word], {name: _small(value) for name, value in example.items()}, chance)
    if word in ("poisson", "geometric", "negative_binomial") and chance.one_in(5):
        found |= {"min": 1, "max": _LARGEST}
    return {"distribution": word} | found


def _small(value: Any) -> Any:
    if isinstance(value, list):
        return [_small(part) for part in value]
    return min(value, _LARGEST // 2) if isinstance(value, int | float) else value


def rows_of(chance: Chance, node: Json, parent: Sequence[Source], above: Sequence[Source]) -> list[Source]:
    """Say how many rows there are; return the columns that come of it."""
    times = [source.name for source in parent if source.type == "datetime" and not source.nullable]
    ways = ["fanout", "fanout", "fanout", "case", "scale", "total", "distinct", "plain"]
    if times:
        ways += ["walk", "walk", "journey", "regular"]
    return _WAYS.get(chance.pick(ways), _fanned)(chance, node, times, above)


def _fanned(chance: Chance, node: Json, _times: Sequence[str], above: Sequence[Source]) -> list[Source]:
    node["fanout"] = _fanout(chance)
    deciding = [source for source in above if source.outcomes and source.type == "string"]
    how = chance.pick(("", "scale", "total", "case", "distinct", "effect"))
    numbers = [
        source.name.partition(".")[2]
        for source in above
        if source.type in ("int", "float") and source.name.startswith(node["parents"][0] + ".")
    ]
    if how == "scale" and numbers and "lambda" in node["fanout"]:
        node["fanout"]["scale"] = f"min(abs(coalesce({chance.pick(numbers)}, 1)) / 10, 3)"
    elif how == "total" and set(node["fanout"]) & {"lambda", "mean"} and "max" not in node["fanout"]:
        node["rows"] = chance.between(0, 60)
    elif how == "case" and deciding:
        on = chance.pick(deciding)
        when = {str(value): _fanout(chance) for value in on.outcomes[:2]}
        node["fanout"] = {"case": {"on": on.name, "when": when, "else": node["fanout"]}}
    elif how == "distinct":
        window = {"within": {"start": START, "end": "2024-01-20T00:00:00Z"}, "freq": "D", "distinct": True}
        node["columns"].append({"name": "at", "type": "datetime", "generator": {"datetime_series": window}})
        return [Source("at", "datetime")]
    return []


def _walk(chance: Chance, node: Json, times: Sequence[str], _above: Sequence[Source]) -> list[Source]:
    node["state_transition_model"] = _MODEL | {"start": chance.pick(times)}
    fields = (("state", "string", "name"), ("before", "string", "previous"), ("step", "int", "index"),
              ("entered", "datetime", "entered_at"), ("left", "datetime", "exited_at"))  # fmt: skip
    made = []
    for name, kind, what in fields:
        nullable = what in ("previous", "exited_at")
        column = {"name": name, "type": kind, "generator": {"state": {"field": what}}}
        node["columns"].append(column | ({"nullable": True} if nullable else {}))
        made.append(Source(name, kind, nullable, ("new", "open", "lost", "done") if what == "name" else ()))
    return made


def _journey(chance: Chance, node: Json, times: Sequence[str], _above: Sequence[Source]) -> list[Source]:
    node["stage_config"] = _FUNNEL | {"start": chance.pick(times)}
    stages = ("visit", "signup", "buy")
    node["columns"] += [
        {"name": "stage_name", "type": "string", "generator": {"choice": {"choices": list(stages)}}},
        {"name": "stage_index", "type": "int", "generator": {"state": {"field": "index"}}},
        {"name": "at", "type": "datetime", "generator": {"datetime_series": {"within": "timeframe", "freq": "min"}}},
    ]
    return [Source("stage_name", "string", outcomes=stages), Source("stage_index", "int"), Source("at", "datetime")]


def _regular(chance: Chance, node: Json, times: Sequence[str], _above: Sequence[Source]) -> list[Source]:
    start = f"{node['parents'][0]}.{chance.pick(times)}"
    end = chance.pick(("timeframe.end", f"{start} + days(40)"))
    series = {
        "within": {"start": start, "end": end},
        "freq": chance.pick(("MS", "W", "10D", "M")),
        "spacing": "regular",
    }
    node["columns"].append({"name": "at", "type": "datetime", "generator": {"datetime_series": series}})
    return [Source("at", "datetime")]


_WAYS = {"walk": _walk, "journey": _journey, "regular": _regular}


def behaviours(chance: Chance, node: Json, sources: Sequence[Source]) -> None:
    """Let a category or the age of its rows scale what hangs off a table, sometimes."""
    segments = [source for source in sources if source.type == "string" and source.outcomes]
    times = [source for source in sources if source.type in ("datetime", "date") and not source.nullable]
    if segments and chance.one_in(4):
        segment = chance.pick(segments)
        factors = {segment.outcomes[0]: {"fanout_multiplier": chance.pick((0.5, 2))}}
        node["segment_behavior"] = {"segment_column": segment.name, "behaviors": factors}
    if times and chance.one_in(4):
        curves: tuple[Any, ...] = ([1.0, 0.7, 0.5], {"curve_type": "logarithmic", "params": {"a": 1, "b": 0.2}})
        rule = {
            "curve": chance.pick(curves),
            "time_unit": chance.pick(("day", "month")),
            "applies_to": "fanout",
        }
        node["vintage_behavior"] = {
            "created_at_column": chance.pick(times).name,
            "age_based_multipliers": {"age": rule},
        }
