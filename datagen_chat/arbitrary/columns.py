"""Generators of columns by type, by chance: every word of the language, with arguments of every kind."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from datagen_chat.arbitrary.arguments import Json, arguments
from datagen_chat.arbitrary.formulas import Source, formula
from datagen_chat.chance import Chance
from datagen_chat.laws import LAWS, Law
from datagen_chat.modifiers import MODIFIERS

Part = tuple[Json, bool, tuple[Any, ...]]
"""A generator, whether it makes nulls, and all of its values where they are known."""

WORDS = ("red", "green", "blue", "Ä b", "x")
START, END = "2024-01-01T00:00:00Z", "2024-03-31T00:00:00Z"
_FIXED: dict[str, tuple[Any, ...]] = {
    "int": (1, 2, 3, -4, 1000),
    "float": (0.5, 1.25, 9.99, -3.0),
    "string": WORDS,
    "bool": (True, False),
    "datetime": ("2024-01-05T10:00:00Z", "2024-02-29T23:59:59Z", "2023-12-31T00:00:00Z"),
    "date": ("2024-01-05T00:00:00Z", "2024-02-29T00:00:00Z"),
}
_FAKERS = ("first_name", "last_name", "name", "email", "city", "user_name", "company", "country_code", "job", "phone_number",
           "street_address", "postcode", "iban", "ipv4", "url", "sentence", "color_name", "currency_code")  # fmt: skip
_LOCALES = ("de_DE", "fr_FR", "ja_JP", "en_GB", "pt_BR")
_REGEXES = (r"[A-Z]{3}-\d{4}", r"(red|green)[0-9]{1,2}", r"x?[äö]", r"\d{3}", r"[a-f0-9]{8}(-[a-f0-9]{4}){2}", r"[^a-z\s]{2}")


def column_of(chance: Chance, kind: str, sources: Sequence[Source], depth: int = 2) -> Part:
    """Return a generator that fills a type, over the columns that a row can read."""
    makers = [*_MAKERS[kind], _choice, _constant, _expression]
    if depth and any(source.outcomes for source in sources):
        makers += [_case, _case]
    if depth == 2 and any(source.type == kind and "." in source.name for source in sources):
        makers.append(_looked_up)
    made: Part = chance.pick(makers)(chance, kind, sources, depth)
    return made


def _choice(chance: Chance, kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    values = chance.some(_FIXED[kind], 1, 4)
    has_null = chance.one_in(6)
    found: Json = {"choices": [*values, None] if has_null else values}
    how = chance.pick(("plain", "weights", "zipf@1.2", "uniform", "head_tail@{0.6,1.5}"))
    if how == "weights":
        found["weights"] = [chance.pick((0.1, 1, 2.5, 7)) for _ in found["choices"]]
    elif how != "plain":
        found["weights_kind"] = how
    return {"choice": found}, has_null, tuple(values)


def _constant(chance: Chance, kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    value = chance.pick(_FIXED[kind])
    return {"constant": {"value": value}}, False, (value,)


def _expression(chance: Chance, kind: str, sources: Sequence[Source], _depth: int) -> Part:
    code, may_fail = formula(chance, sources, kind)
    return {"expression": {"code": code}}, may_fail, ()


def _distribution(chance: Chance, kind: str, sources: Sequence[Source], _depth: int) -> Part:
    word = chance.pick(sorted(LAWS))
    found: Json = {"type": word, "params": arguments(LAWS[word], LAWS[word].example, chance)}
    if chance.one_in(2):
        low, high = _middle(LAWS[word].model_validate(found["params"]), chance)
        found["clamp"] = [math.floor(low), math.ceil(high)] if kind == "int" else [low, high]
        if chance.one_in(2):
            found["truncate"] = True
    drawn = [source.name for source in sources if source.is_drawn]
    if drawn and not LAWS[word].discrete and chance.one_in(4):
        found["correlate"] = {"with": chance.pick(drawn), "rho": chance.pick((-0.9, -0.2, 0.5, 0.99))}
    return {"distribution": found}, False, ()


def _middle(law: Law, chance: Chance) -> list[float]:
    """Return bounds between which most draws of a law lie, or some of them."""
    if law.discrete:
        least = int(law.mean())
        return [least - chance.between(0, 2), least + chance.between(1, 9)]
    low, high = (law.quantile(share) for share in chance.pick(((0.02, 0.98), (0.1, 0.6), (0.4, 0.9))))
    return [round(low, 2), round(high, 2) + 0.01]


def _bernoulli(chance: Chance, _kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    return {"bernoulli": {"p": chance.pick((0.0, 0.2, 0.5, 1.0))}}, False, ()


def _series(chance: Chance, kind: str, sources: Sequence[Source], _depth: int) -> Part:
    times = [source for source in sources if source.type in ("datetime", "date")]
    within: Any = chance.pick(("timeframe", {"start": "2024-01-10T00:00:00Z", "end": "2024-02-20T12:00:00Z"}))
    nulls = False
    if times and chance.one_in(2):
        source = chance.pick(times)
        start = chance.pick((source.name, f"{source.name} + days(1)"))
        ends = ("timeframe.end", f"{source.name} + days(20)", "2024-06-30T00:00:00Z")
        within, nulls = {"start": start, "end": chance.pick(ends)}, True
    freqs = ("D", "W", "MS", "2D") if kind == "date" else ("H", "D", "15min", "s", "ME", "W", "7h")
    arguments: Json = {"within": within, "freq": chance.pick(freqs)}
    dimension, size = chance.pick((("hour", 24), ("dow", 7), ("month", 12), ("", 0), ("", 0)))
    if size and arguments["freq"] in ("H", "15min", "s", "7h", "D"):
        weights = [chance.pick((0.5, 1, 3)) for _ in range(size)]
        arguments["pattern"] = {
            "dimension": dimension if kind == "datetime" and arguments["freq"] != "D" else "dow",
            "weights": weights,
        }
        arguments["pattern"]["weights"] = (weights * 7)[: 7 if arguments["pattern"]["dimension"] == "dow" else size]
    return {"datetime_series": arguments}, nulls, ()


def _faker(chance: Chance, _kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    found: Json = {"method": chance.pick(_FAKERS)}
    if chance.one_in(5):
        found["coherent"] = False
    if chance.one_in(4):
        found["locale"] = chance.pick(_LOCALES)
    return {"faker": found}, False, ()


def _pattern(chance: Chance, _kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    return {"pattern": {"regex": chance.pick(_REGEXES)}}, False, ()


def _template(chance: Chance, _kind: str, sources: Sequence[Source], _depth: int) -> Part:
    read: list[Source] = chance.some(sources, 1, 2)
    text = "-".join(["no", *(f"{{{source.name}}}" for source in read)])
    return {"template": {"format": text}}, any(source.nullable for source in read), ()


def _uuid(_chance: Chance, _kind: str, _sources: Sequence[Source], _depth: int) -> Part:
    return {"uuid": {}}, False, ()


def _case(chance: Chance, kind: str, sources: Sequence[Source], depth: int) -> Part:
    on: Source = chance.pick([source for source in sources if source.outcomes])
    keys = [_key(value, on.type) for value in on.outcomes]
    listed = chance.between(1, len(keys))
    made = [column_of(chance, kind, sources, depth - 1) for _ in range(listed)]
    arguments: Json = {"on": on.name, "when": {key: part[0] for key, part in zip(keys, made, strict=False)}}
    if chance.one_in(2):
        made.append(column_of(chance, kind, sources, depth - 1))
        arguments["else"] = made[-1][0]
    nulls = "else" not in arguments and (listed < len(keys) or on.nullable)
    outcomes = tuple({value: None for part in made for value in part[2]}) if all(part[2] for part in made) else ()
    return {"case": arguments}, nulls or any(part[1] for part in made), outcomes


def _key(value: Any, kind: str) -> str:
    if kind == "bool":
        return "true" if value else "false"
    return str(value)[:10] if kind == "date" else str(value)


def _looked_up(chance: Chance, kind: str, sources: Sequence[Source], _depth: int) -> Part:
    source = chance.pick([source for source in sources if source.type == kind and "." in source.name])
    word: Json = chance.pick(({"expression": {"code": source.name}}, {"lookup": {"from": source.name}}))
    return word, source.nullable, source.outcomes


_Maker = Callable[[Chance, str, Sequence[Source], int], Part]
_MAKERS: dict[str, tuple[_Maker, ...]] = {
    "int": (_distribution, _distribution, _bernoulli),
    "float": (_distribution, _distribution, _distribution),
    "string": (_faker, _pattern, _template, _uuid),
    "bool": (_bernoulli,),
    "datetime": (_series, _series, _series),
    "date": (_series, _series, _series),
}


_TIMED: dict[str, tuple[Json, ...]] = {
    "seasonality": tuple(
        {"dimension": dimension, "weights": [1, 2, 0.5, 1] * (size // 4) + [1] * (size % 4)}
        for dimension, size in (("hour", 24), ("dow", 7), ("month", 12))
    ),
    "trend": (
        {"growth_rate": 0.3},
        {"type": "exponential", "growth_rate": 0.5},
        {"type": "logarithmic", "params": {"a": 1, "b": 0.2}},
        {"type": "logistic", "params": {"k": 1, "midpoint": 0.1}},
    ),
}
"""Numbers change with a time beside them: the modifiers that need one, and arguments that go together."""
_MOVES: dict[str, tuple[Json, ...]] = {"datetime": ({"days": 3}, {"hours": -7.5}, {"minutes": 1}), "date": ({"days": 2},)}
_LEFT_ASIDE = ("effect", "map_values", *_TIMED)
"""Those that need more than a value; an effect needs a table of its own."""


def modifiers_of(chance: Chance, kind: str, outcomes: Sequence[Any], sources: Sequence[Source]) -> list[Json]:
    """Return one or two modifiers that take values of a type, or none where none does."""
    fitting = [word for word, modifier in MODIFIERS.items() if kind in modifier.takes and word not in _LEFT_ASIDE]
    if kind == "int":
        fitting = [word for word in fitting if word not in ("prefix", "suffix")]  # they make texts of numbers
    if kind == "string" and outcomes:
        fitting.append("map_values")
    if kind in ("int", "float") and any(source.type == "datetime" for source in sources):
        fitting += _TIMED
    return [_modifier(chance, word, kind, outcomes) for word in chance.some(fitting, 1, 2)]


def _modifier(chance: Chance, word: str, kind: str, outcomes: Sequence[Any]) -> Json:
    if word == "map_values":
        return {"transform": word, "args": {"mapping": {outcomes[0]: "mapped"}}}
    if word in _TIMED or (word == "add" and kind in _MOVES):
        return {"transform": word, "args": chance.pick(_TIMED[word] if word in _TIMED else _MOVES[kind])}
    example = MODIFIERS[word].example.get("args")
    return {"transform": word} | ({"args": arguments(MODIFIERS[word], example, chance)} if example else {})
