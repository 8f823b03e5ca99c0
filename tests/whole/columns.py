"""Generators of columns by type: every word of the language, with arguments of every kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

from tests.whole.expressions import Draw, Source, formula

Json = dict[str, Any]
Part = tuple[Json, bool, tuple[Any, ...]]
"""A generator, whether it makes nulls, and all of its values where they are known."""

WORDS = ("red", "green", "blue", "Ä b", "x")
START, END = "2024-01-01T00:00:00Z", "2024-03-31T00:00:00Z"
TYPES = ("int", "float", "string", "bool", "datetime", "date")
_FIXED: dict[str, tuple[Any, ...]] = {
    "int": (1, 2, 3, -4, 1000),
    "float": (0.5, 1.25, 9.99, -3.0),
    "string": WORDS,
    "bool": (True, False),
    "datetime": ("2024-01-05T10:00:00Z", "2024-02-29T23:59:59Z", "2023-12-31T00:00:00Z"),
    "date": ("2024-01-05T00:00:00Z", "2024-02-29T00:00:00Z"),
}
_LAWS: tuple[Json, ...] = (
    {"type": "normal", "params": {"mu": 10, "sigma": 4}},
    {"type": "lognormal", "params": {"mu": 2, "sigma": 0.5}},
    {"type": "uniform", "params": {"low": 1, "high": 20}},
    {"type": "exponential", "params": {"scale": 5}},
    {"type": "gamma", "params": {"shape": 2, "scale": 5}},
    {"type": "beta", "params": {"alpha": 2, "beta": 5, "low": 0, "high": 30}},
    {"type": "weibull", "params": {"shape": 1.8, "scale": 9}},
    {"type": "pareto", "params": {"alpha": 1.5, "minimum": 2}},
    {"type": "student_t", "params": {"df": 3, "mu": 5, "sigma": 2}},
    {"type": "triangular", "params": {"low": 1, "mode": 4, "high": 22}},
    {"type": "loguniform", "params": {"low": 1, "high": 100}},
    {"type": "poisson", "params": {"lambda": 4}},
    {"type": "binomial", "params": {"n": 20, "p": 0.3}},
    {"type": "geometric", "params": {"p": 0.3}},
    {"type": "negative_binomial", "params": {"mean": 4, "dispersion": 1.5}},
    {"type": "zipf", "params": {"alpha": 1.1, "n": 30}},
)
_FAKERS = ("first_name", "last_name", "name", "email", "city", "user_name", "company", "country_code")


def column_of(draw: Draw[Any], kind: str, sources: Sequence[Source], depth: int = 2) -> Part:
    """Return a generator that fills a type, over the columns that a row can read."""
    makers = [*_MAKERS[kind], _choice, _constant, _expression]
    if depth and any(source.outcomes for source in sources):
        makers += [_case, _case]
    if depth == 2 and any(source.type == kind and "." in source.name for source in sources):
        makers.append(_looked_up)
    made: Part = draw(st.sampled_from(makers))(draw, kind, sources, depth)
    return made


def _choice(draw: Draw[Any], kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    values: list[Any] = draw(st.lists(st.sampled_from(_FIXED[kind]), min_size=1, max_size=4, unique=True))
    has_null = draw(st.integers(0, 5)) == 0
    arguments: Json = {"choices": [*values, None] if has_null else values}
    how = draw(st.sampled_from(("plain", "weights", "zipf@1.2", "uniform", "head_tail@{0.6,1.5}")))
    if how == "weights":
        arguments["weights"] = draw(
            st.lists(st.sampled_from((0.1, 1, 2.5, 7)), min_size=len(arguments["choices"]), max_size=len(arguments["choices"]))
        )
    elif how != "plain":
        arguments["weights_kind"] = how
    return {"choice": arguments}, has_null, tuple(values)


def _constant(draw: Draw[Any], kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    value = draw(st.sampled_from(_FIXED[kind]))
    return {"constant": {"value": value}}, False, (value,)


def _expression(draw: Draw[Any], kind: str, sources: Sequence[Source], _depth: int) -> Part:
    code, may_fail = formula(draw, sources, kind)
    return {"expression": {"code": code}}, may_fail, ()


def _distribution(draw: Draw[Any], kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    arguments: Json = dict(draw(st.sampled_from(_LAWS)))
    clamp = draw(st.sampled_from((None, [2, 15], [0, 1000], [3.5, 12.25])))
    if clamp is not None:
        arguments["clamp"] = clamp
        if draw(st.booleans()):
            arguments["truncate"] = True
    return {"distribution": arguments}, False, ()


def _bernoulli(draw: Draw[Any], _kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    return {"bernoulli": {"p": draw(st.sampled_from((0.0, 0.2, 1.0)))}}, False, ()


def _series(draw: Draw[Any], kind: str, sources: Sequence[Source], _depth: int) -> Part:
    times = [source for source in sources if source.type in ("datetime", "date")]
    within: Any = draw(st.sampled_from(("timeframe", {"start": "2024-01-10T00:00:00Z", "end": "2024-02-20T12:00:00Z"})))
    nulls = False
    if times and draw(st.booleans()):
        source = draw(st.sampled_from(times))
        start = draw(st.sampled_from((source.name, f"{source.name} + days(1)")))
        ends = ("timeframe.end", f"{source.name} + days(20)", "2024-06-30T00:00:00Z")
        within, nulls = {"start": start, "end": draw(st.sampled_from(ends))}, True
    freqs = ("D", "W", "MS", "2D") if kind == "date" else ("H", "D", "15min", "s", "ME", "W", "7h")
    arguments: Json = {"within": within, "freq": draw(st.sampled_from(freqs))}
    dimension, size = draw(st.sampled_from((("hour", 24), ("dow", 7), ("month", 12), ("", 0), ("", 0))))
    if size and arguments["freq"] in ("H", "15min", "s", "7h", "D"):
        weights = draw(st.lists(st.sampled_from((0.5, 1, 3)), min_size=size, max_size=size))
        arguments["pattern"] = {
            "dimension": dimension if kind == "datetime" and arguments["freq"] != "D" else "dow",
            "weights": weights,
        }
        arguments["pattern"]["weights"] = (weights * 7)[: 7 if arguments["pattern"]["dimension"] == "dow" else size]
    return {"datetime_series": arguments}, nulls, ()


def _faker(draw: Draw[Any], _kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    arguments: Json = {"method": draw(st.sampled_from(_FAKERS))}
    if draw(st.integers(0, 4)) == 0:
        arguments["coherent"] = False
    return {"faker": arguments}, False, ()


def _pattern(draw: Draw[Any], _kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    regex = draw(st.sampled_from((r"[A-Z]{3}-\d{4}", r"(red|green)[0-9]{1,2}", r"x?[äö]", r"\d{3}")))
    return {"pattern": {"regex": regex}}, False, ()


def _template(draw: Draw[Any], _kind: str, sources: Sequence[Source], _depth: int) -> Part:
    read: list[Source] = draw(st.lists(st.sampled_from(sources), min_size=1, max_size=2)) if sources else []
    text = "-".join(["no", *(f"{{{source.name}}}" for source in read)])
    return {"template": {"format": text}}, any(source.nullable for source in read), ()


def _uuid(_draw: Draw[Any], _kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    return {"uuid": {}}, False, ()


def _case(draw: Draw[Any], kind: str, sources: Sequence[Source], depth: int) -> Part:
    on: Source = draw(st.sampled_from([source for source in sources if source.outcomes]))
    keys = [_key(value, on.type) for value in on.outcomes]
    listed = draw(st.integers(1, len(keys)))
    made = [column_of(draw, kind, sources, depth - 1) for _ in range(listed)]
    arguments: Json = {"on": on.name, "when": {key: part[0] for key, part in zip(keys, made, strict=False)}}
    if draw(st.booleans()):
        made.append(column_of(draw, kind, sources, depth - 1))
        arguments["else"] = made[-1][0]
    nulls = "else" not in arguments and (listed < len(keys) or on.nullable)
    outcomes = tuple({value: None for part in made for value in part[2]}) if all(part[2] for part in made) else ()
    return {"case": arguments}, nulls or any(part[1] for part in made), outcomes


def _key(value: Any, kind: str) -> str:
    if kind == "bool":
        return "true" if value else "false"
    return str(value)[:10] if kind == "date" else str(value)


def _looked_up(draw: Draw[Any], kind: str, sources: Sequence[Source], _depth: int) -> Part:
    source: Source = draw(st.sampled_from([source for source in sources if source.type == kind and "." in source.name]))
    return {"expression": {"code": source.name}}, source.nullable, source.outcomes


_Maker = Callable[[Draw[Any], str, Sequence[Source], int], Part]
_MAKERS: dict[str, tuple[_Maker, ...]] = {
    "int": (_distribution, _distribution, _bernoulli),
    "float": (_distribution, _distribution, _distribution),
    "string": (_faker, _pattern, _template, _uuid),
    "bool": (_bernoulli,),
    "datetime": (_series, _series, _series),
    "date": (_series, _series, _series),
}
