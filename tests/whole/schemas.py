"""Random schemas over the whole language: two to five tables, small enough to be made many times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from tests.whole.columns import END, START, TYPES, Json, Part, column_of
from tests.whole.expressions import Draw, Source

_KEY: Json = {"name": "id", "type": "int", "generator": {"sequence": {}}}
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
_FANOUTS: tuple[Json, ...] = (
    {"distribution": "poisson", "lambda": 1.5},
    {"distribution": "uniform", "min": 0, "max": 4},
    {"distribution": "constant", "value": 2},
    {"distribution": "geometric", "mean": 1.5},
    {"distribution": "negative_binomial", "mean": 2, "dispersion": 0.8},
    {"distribution": "choice", "values": [0, 1, 5], "weights": [0.3, 0.5, 0.2]},
    {"distribution": "poisson", "lambda": 2, "min": 1, "max": 4},
)
_MODIFIERS: dict[str, tuple[Json, ...]] = {
    "number": (
        {"transform": "add", "args": {"value": 2}},
        {"transform": "multiply", "args": {"factor": 1.19}},
        {"transform": "clamp", "args": {"min": 0, "max": 100}},
        {"transform": "jitter", "args": {"std": 0.6}},
        {"transform": "jitter", "args": {"std": 0.1, "mode": "mul"}},
        {"transform": "round", "args": {"places": 1}},
        {"transform": "outliers", "args": {"rate": 0.1, "mode": "spike"}},
        {"transform": "outliers", "args": {"rate": 0.1, "mode": "burst"}},
    ),
    "timed": (
        {"transform": "seasonality", "args": {"dimension": "dow", "weights": [1, 1, 2, 1, 0.5, 1, 1]}},
        {"transform": "trend", "args": {"type": "exponential", "growth_rate": 0.5}},
        {"transform": "trend", "args": {"type": "logistic", "params": {"k": 1, "midpoint": 0.1}}},
    ),
    "datetime": (
        {"transform": "add", "args": {"days": 3}},
        {"transform": "time_jitter", "args": {"std_minutes": 20}},
    ),
    "string": (
        {"transform": "upper"},
        {"transform": "lower"},
        {"transform": "prefix", "args": {"text": "p-"}},
        {"transform": "suffix", "args": {"text": "-s"}},
        {"transform": "map_values", "args": {"mapping": {"red": "rot", "x": "y"}}},
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A table that is there already, for what comes after it; `line` are its primary parents, nearest first."""

    node: Json
    sources: tuple[Source, ...]
    line: tuple[Known, ...] = field(default=())
    keys: tuple[Json, ...] = ()

    @property
    def name(self) -> str:
        return str(self.node["id"])


@st.composite
def schemas(draw: Draw[Any]) -> Json:
    """Return a schema; it is valid, but for what only the whole of it decides."""
    known = [_root(draw, 0)]
    for number in range(1, draw(st.integers(2, 5))):
        maker = draw(st.sampled_from((_root, _fact, _fact, _fact)))
        known.append(maker(draw, number) if maker is _root else _fact(draw, number, known))
    constraints: Json = {"foreign_keys": [key for table in known for key in table.keys]}
    constraints |= _promised(draw, known)
    for table in known:
        _aggregates(draw, table, known)
    return {
        "version": "1.0",
        "metadata": {"name": "any"},
        "timeframe": {"start": START, "end": END, "freq": "H"},
        "constraints": {key: value for key, value in constraints.items() if value},
        "nodes": [table.node for table in known],
    }


def _root(draw: Draw[Any], number: int) -> Known:
    kind = draw(st.sampled_from(("entity", "entity", "vocab")))
    node: Json = {"id": f"t{number}", "kind": kind, "pk": "id", "columns": [dict(_KEY)]}
    sources = [Source("id", "int")]
    if kind == "vocab":
        words = ["starter", "pro", "max", "free"][: draw(st.integers(2, 4))]
        node["columns"].append({"name": "word", "type": "string", "generator": {"enum_list": {"values": words}}})
        sources.append(Source("word", "string", outcomes=tuple(words)))
    else:
        node["rows"] = draw(st.integers(1, 30))
    sources = _columns(draw, node, sources, [], draw(st.integers(1, 5)))
    _behaviours(draw, node, sources)
    return Known(node, tuple(sources))


def _fact(draw: Draw[Any], number: int, known: Sequence[Known]) -> Known:
    parent: Known = draw(st.sampled_from(known))
    line = (parent, *parent.line)
    others = [table for table in known if table not in line]
    also: list[Known] = (
        draw(st.lists(st.sampled_from(others), max_size=2, unique_by=lambda table: table.name)) if others else []
    )
    name = f"t{number}"
    node: Json = {"id": name, "kind": "fact", "pk": "id", "parents": [table.name for table in (parent, *also)], "columns": []}
    node["columns"].append(draw(st.sampled_from((_KEY, _KEY | {"generator": {"sequence": {"start": 100, "step": 5}}}))))
    sources, keys, above = [Source("id", "int")], list[Json](), _readable(line)
    for table in (parent, *also):
        lookup: Json = {"from": f"{table.name}.id"}
        if table is not parent:
            lookup |= draw(st.sampled_from(({}, {"weights_kind": "zipf@1.2"}, {"where": "id > 1"}, {"distinct": True})))
            above += _readable((table,))
        node["columns"].append({"name": f"{table.name}_id", "type": "int", "generator": {"lookup": lookup}})
        sources.append(Source(f"{table.name}_id", "int"))
        keys.append({"from": f"{name}.{table.name}_id", "to": f"{table.name}.id"})
        if table is not parent:
            sources += _read_on(draw, node, table)
    sources += _rows(draw, node, parent, _readable(line))
    sources = _columns(draw, node, sources, above, draw(st.integers(1, 5)))
    if draw(st.booleans()):
        _behaviours(draw, node, sources)
    return Known(node, tuple(sources), line, tuple(keys))


def _readable(tables: Sequence[Known]) -> list[Source]:
    return [replace(source, name=f"{table.name}.{source.name}") for table in tables for source in table.sources]


def _read_on(draw: Draw[Any], node: Json, table: Known) -> list[Source]:
    """Add a column of the row that a key points at, sometimes."""
    source = draw(st.sampled_from(table.sources))
    if source.name == "id" or draw(st.booleans()):
        return []
    made = replace(source, name=f"on_{table.name}")
    lookup = {"from": f"{table.name}.{source.name}", "on": f"{table.name}_id"}
    node["columns"].append(_column(made.name, made.type, ({"lookup": lookup}, source.nullable, ())))
    return [made]


def _rows(draw: Draw[Any], node: Json, parent: Known, above: Sequence[Source]) -> list[Source]:
    """Say how many rows there are; return the columns that come of it."""
    times = [source.name for source in parent.sources if source.type == "datetime" and not source.nullable]
    ways = ["fanout", "fanout", "fanout", "case", "scale", "total", "distinct", "plain"]
    if times:
        ways += ["walk", "walk", "journey", "regular"]
    return _WAYS.get(draw(st.sampled_from(ways)), _fanned)(draw, node, times, above)


def _fanned(draw: Draw[Any], node: Json, _times: Sequence[str], above: Sequence[Source]) -> list[Source]:
    node["fanout"] = dict(draw(st.sampled_from(_FANOUTS)))
    deciding = [source for source in above if source.outcomes and source.type == "string"]
    how = draw(st.sampled_from(("", "scale", "total", "case", "distinct", "effect")))
    numbers = [
        source.name.partition(".")[2]
        for source in above
        if source.type in ("int", "float") and source.name.startswith(node["parents"][0] + ".")
    ]
    if how == "scale" and numbers and "lambda" in node["fanout"]:
        node["fanout"]["scale"] = f"min(abs(coalesce({draw(st.sampled_from(numbers))}, 1)) / 10, 3)"
    elif how == "total" and set(node["fanout"]) & {"lambda", "mean"} and "max" not in node["fanout"]:
        node["rows"] = draw(st.integers(0, 60))
    elif how == "case" and deciding:
        on = draw(st.sampled_from(deciding))
        when = {str(value): dict(draw(st.sampled_from(_FANOUTS))) for value in on.outcomes[:2]}
        node["fanout"] = {"case": {"on": on.name, "when": when, "else": node["fanout"]}}
    elif how == "distinct":
        window = {"within": {"start": START, "end": "2024-01-20T00:00:00Z"}, "freq": "D", "distinct": True}
        node["columns"].append({"name": "at", "type": "datetime", "generator": {"datetime_series": window}})
        return [Source("at", "datetime")]
    return []


def _walk(draw: Draw[Any], node: Json, times: Sequence[str], _above: Sequence[Source]) -> list[Source]:
    node["state_transition_model"] = _MODEL | {"start": draw(st.sampled_from(times))}
    fields = (("state", "string", "name"), ("before", "string", "previous"), ("step", "int", "index"),
              ("entered", "datetime", "entered_at"), ("left", "datetime", "exited_at"))  # fmt: skip
    made = []
    for name, kind, what in fields:
        nullable = what in ("previous", "exited_at")
        node["columns"].append(_column(name, kind, ({"state": {"field": what}}, nullable, ())))
        made.append(Source(name, kind, nullable, ("new", "open", "lost", "done") if what == "name" else ()))
    return made


def _journey(draw: Draw[Any], node: Json, times: Sequence[str], _above: Sequence[Source]) -> list[Source]:
    node["stage_config"] = _FUNNEL | {"start": draw(st.sampled_from(times))}
    stages = ("visit", "signup", "buy")
    node["columns"] += [
        {"name": "stage_name", "type": "string", "generator": {"choice": {"choices": list(stages)}}},
        {"name": "stage_index", "type": "int", "generator": {"state": {"field": "index"}}},
        {"name": "at", "type": "datetime", "generator": {"datetime_series": {"within": "timeframe", "freq": "min"}}},
    ]
    return [Source("stage_name", "string", outcomes=stages), Source("stage_index", "int"), Source("at", "datetime")]


def _regular(draw: Draw[Any], node: Json, times: Sequence[str], _above: Sequence[Source]) -> list[Source]:
    start = f"{node['parents'][0]}.{draw(st.sampled_from(times))}"
    end = draw(st.sampled_from(("timeframe.end", f"{start} + days(40)")))
    series = {
        "within": {"start": start, "end": end},
        "freq": draw(st.sampled_from(("MS", "W", "10D", "M"))),
        "spacing": "regular",
    }
    node["columns"].append({"name": "at", "type": "datetime", "generator": {"datetime_series": series}})
    return [Source("at", "datetime")]


_WAYS = {"walk": _walk, "journey": _journey, "regular": _regular}


def _columns(draw: Draw[Any], node: Json, own: list[Source], above: Sequence[Source], count: int) -> list[Source]:
    """Add columns to a table, each of what is there before it; return the columns that can be read of it."""
    for number in range(count):
        kind = draw(st.sampled_from(TYPES))
        part = column_of(draw, kind, [*own, *above])
        column = _column(f"c{number}", kind, part)
        if draw(st.integers(0, 5)) == 0:
            column["null_rate"] = draw(st.sampled_from((0.3, 1.0)))
        if kind == "float" and draw(st.booleans()):
            column["decimals"] = draw(st.integers(0, 6))
        if draw(st.integers(0, 4)) == 0:
            _modify(draw, column, [*own, *above])
        node["columns"].append(column)
        is_changed = "modifiers" in column or column.get("null_rate") == 1.0 or column.get("decimals", 2) < 2
        outcomes = () if is_changed else part[2]
        own = [*own, Source(column["name"], kind, "nullable" in column or "null_rate" in column, outcomes)]
    return own


def _column(name: str, kind: str, part: Part) -> Json:
    return {"name": name, "type": kind, "generator": part[0]} | ({"nullable": True} if part[1] else {})


def _modify(draw: Draw[Any], column: Json, sources: Sequence[Source]) -> None:
    number = column["type"] in ("int", "float")
    modifiers = _MODIFIERS["number"] if number else _MODIFIERS.get(column["type"], ())
    if number and any(source.type == "datetime" for source in sources):
        modifiers += _MODIFIERS["timed"]
    if modifiers:
        column["modifiers"] = draw(st.lists(st.sampled_from(modifiers), min_size=1, max_size=2))


def _behaviours(draw: Draw[Any], node: Json, sources: Sequence[Source]) -> None:
    segments = [source for source in sources if source.type == "string" and source.outcomes]
    times = [source for source in sources if source.type in ("datetime", "date") and not source.nullable]
    if segments and draw(st.integers(0, 3)) == 0:
        segment = draw(st.sampled_from(segments))
        behaviours = {segment.outcomes[0]: {"fanout_multiplier": draw(st.sampled_from((0.5, 2)))}}
        node["segment_behavior"] = {"segment_column": segment.name, "behaviors": behaviours}
    if times and draw(st.integers(0, 3)) == 0:
        curves: tuple[Any, ...] = ([1.0, 0.7, 0.5], {"curve_type": "logarithmic", "params": {"a": 1, "b": 0.2}})
        rule = {
            "curve": draw(st.sampled_from(curves)),
            "time_unit": draw(st.sampled_from(("day", "month"))),
            "applies_to": "fanout",
        }
        node["vintage_behavior"] = {
            "created_at_column": draw(st.sampled_from(times)).name,
            "age_based_multipliers": {"age": rule},
        }


def _aggregates(draw: Draw[Any], table: Known, known: Sequence[Known]) -> None:
    """Add totals of the rows below, sometimes."""
    below = [each for each in known if any(above.name == table.name for above in each.line)]
    for number in range(draw(st.integers(0, 2)) if below else 0):
        source_table: Known = draw(st.sampled_from(below))
        source: Source = draw(st.sampled_from(source_table.sources))
        numbers = ("sum", "mean") if source.type in ("int", "float") else ()
        op = draw(
            st.sampled_from(
                (*numbers, "count", *(() if source.type in ("string", "bool") else ("min", "max")), "first", "last")
            )
        )
        kind = "int" if op == "count" else "float" if op == "mean" else source.type
        arguments = {"of": f"{source_table.name}.{source.name}", "op": op}
        if draw(st.integers(0, 3)) == 0:
            arguments["where"] = f"{source_table.sources[0].name} > 3"
        column = _column(f"a{number}", kind, ({"aggregate": arguments}, op not in ("sum", "count"), ()))
        if kind == "float":
            column["decimals"] = draw(st.integers(2, 6))
        table.node["columns"].append(column)


def _promised(draw: Draw[Any], known: Sequence[Known]) -> Json:
    """Return constraints that draws can keep, or that are only checked."""
    table: Known = draw(st.sampled_from(known))
    times = [
        (f"{each.name}.{source.name}", source)
        for each in (table, *table.line)
        for source in each.sources
        if source.type == "datetime"
    ]
    promised: Json = {}
    if len(times) > 1 and draw(st.booleans()):
        left, right = draw(st.permutations(times))[:2]
        promised["inequalities"] = [{"left": left[0], "op": draw(st.sampled_from(("<", "<=", ">=", ">"))), "right": right[0]}]
    keys = [key["from"] for key in table.keys]
    if len(keys) > 1 and draw(st.integers(0, 2)) == 0:
        promised["unique"] = [keys[:2]]
    return promised
