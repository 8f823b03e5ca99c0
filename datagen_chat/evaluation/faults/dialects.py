"""Schemas that say the same in another dialect."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import Good
from datagen_chat.evaluation.faults.registry import fault

Object = dict[str, Any]

_TYPES = {
    "int": ("integer", "INT", "bigint", "int64", "Integer"), "float": ("double", "decimal", "number", "real", "FLOAT"),
    "string": ("str", "varchar", "text", "VARCHAR(255)", "String"), "bool": ("boolean", "BOOLEAN", "Boolean"),
    "datetime": ("timestamp", "TIMESTAMP", "date-time", "timestamptz", "DateTime"), "date": ("DATE", "Date"),
}  # fmt: skip
_LAWS = {"normal": ("gaussian", "gauss", "norm"), "lognormal": ("log_normal", "log-normal", "lognorm"), "uniform": ("unif",),
         "exponential": ("expon", "exp")}  # fmt: skip
_KEYS = {
    "nodes": ("tables", "entities"), "columns": ("fields", "attributes"), "pk": ("primary_key", "primaryKey"),
    "rows": ("count", "row_count", "num_rows"), "generator": ("gen",), "foreign_keys": ("foreignKeys", "fks"),
    "mu": ("mean", "loc"), "sigma": ("std", "stddev", "scale"), "low": ("min",), "high": ("max",),
    "null_rate": ("nullRate", "null_probability"),
    "timeframe": ("timeFrame", "time_frame"), "nullable": ("null",), "freq": ("frequency",), "clamp": ("clip", "range"),
}  # fmt: skip


def _objects(value: Any) -> Iterator[Object]:
    """Yield every object inside a value, the outermost first."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(part)


def _some(good: Good, chance: Chance, fits: Callable[[Object], bool], change: Callable[[Object], None]) -> str | None:
    """Return the reply with one fitting object changed, or all of them."""
    draft = json.loads(good.json)
    found = [each for each in _objects(draft) if fits(each)]
    if not found:
        return None
    for each in found if chance.one_in(2) else [chance.pick(found)]:
        change(each)
    return good.around(json.dumps(draft, indent=2, ensure_ascii=False))


def _renamed(holder: Object, old: str, new: str) -> None:
    items = [(new if key == old else key, value) for key, value in holder.items()]
    holder.clear()
    holder.update(items)


@fault("same", "asked")
def other_keys(good: Good, chance: Chance) -> str | None:
    """A key has the name that other tools give it."""
    draft = json.loads(good.json)
    present = [key for key in _KEYS if any(key in each for each in _objects(draft))]
    if not present:
        return None
    old = chance.pick(present)
    new = chance.pick(_KEYS[old])
    return _some(good, chance, lambda each: old in each and new not in each, lambda each: _renamed(each, old, new))


def _camel(key: str) -> str:
    return re.sub("_(.)", lambda found: found[1].upper(), key)


@fault("same", "asked", "other")
def other_case(good: Good, chance: Chance) -> str:
    """Keys are written in capitals, or as camels; a state or a case in other letters is another one."""
    ways: tuple[Callable[[str], str], ...] = (str.upper, str.title, str.capitalize, _camel, lambda key: key.replace("_", "-"))
    spell = chance.pick(ways)
    keys = [key for each in _objects(good.draft) for key in each if spell(key) != key]
    if not keys:
        return good.text
    old = chance.pick(keys)
    found = _some(good, chance, lambda each: old in each, lambda each: _renamed(each, old, spell(old)))
    return found or good.text


@fault("same")
def other_types(good: Good, chance: Chance) -> str | None:
    """Types have the names of databases and of programming languages."""
    return _some(
        good,
        chance,
        lambda each: each.get("type") in _TYPES and "generator" in each,
        lambda each: each.update(type=chance.pick(_TYPES[each["type"]])),
    )


@fault("same", "asked")
def other_laws(good: Good, chance: Chance) -> str | None:
    """Distributions have the names of other libraries."""
    return _some(
        good,
        chance,
        lambda each: each.get("type") in _LAWS and "params" in each,
        lambda each: each.update(type=chance.pick(_LAWS[each["type"]])),
    )


@fault("same", "asked")
def flat_laws(good: Good, chance: Chance) -> str | None:
    """The parameters of a distribution stand beside its type."""

    def flatten(each: Object) -> None:
        each.update(each.pop("params"))

    return _some(good, chance, lambda each: "params" in each and "type" in each, flatten)


@fault("same", "asked")
def flat_generators(good: Good, chance: Chance) -> str | None:
    """A generator is written with its name as a value: {"type": "faker", "method": "email"}."""

    def flatten(each: Object) -> None:
        ((word, arguments),) = each["generator"].items()
        key = chance.pick(("type", "kind", "name"))
        if isinstance(arguments, dict) and key not in arguments:
            each["generator"] = {key: word} | (
                arguments if chance.one_in(2) else {"params": arguments} if chance.one_in(2) else arguments
            )

    return _some(good, chance, lambda each: isinstance(each.get("generator"), dict) and len(each["generator"]) == 1, flatten)


@fault("same", "asked")
def short_faker(good: Good, chance: Chance) -> str | None:
    """A faker is written as a text: "faker.email"."""

    def shorten(each: Object) -> None:
        method = each["generator"]["faker"]["method"]
        each["generator"] = chance.pick((f"faker.{method}", {"faker": method}, f"faker:{method}", {"type": f"faker.{method}"}))

    return _some(
        good,
        chance,
        lambda each: isinstance(each.get("generator"), dict) and set(each["generator"].get("faker", ())) == {"method"},
        shorten,
    )


@fault("same")
def single_parent(good: Good, chance: Chance) -> str | None:
    """One parent is written as a text, and not as a list."""
    return _some(
        good, chance, lambda each: len(each.get("parents", ())) == 1, lambda each: each.update(parents=each["parents"][0])
    )


@fault("same")
def short_foreign_keys(good: Good, chance: Chance) -> str | None:
    """Foreign keys are written as arrows, or with other keys."""
    draft = json.loads(good.json)
    keys = draft.get("constraints", {}).get("foreign_keys")
    if not keys:
        return None
    way = chance.pick(range(3))
    arrow = chance.pick((" -> ", " → ", "->"))
    draft["constraints"]["foreign_keys"] = [
        (
            f"{key['from']}{arrow}{key['to']}",
            {"source": key["from"], "target": key["to"]},
            {"child": key["from"], "parent": key["to"]},
        )[way]
        for key in keys
    ]
    return good.around(json.dumps(draft, indent=2))


@fault("same", "asked", "other")
def missing_foreign_keys(good: Good, chance: Chance) -> str | None:
    """Foreign keys are left out where the lookups say them already."""
    draft = json.loads(good.json)
    keys = draft.get("constraints", {}).get("foreign_keys")
    if not keys:
        return None
    keys.pop(chance.between(0, len(keys) - 1))
    return good.around(json.dumps(draft, indent=2))


@fault("same")
def missing_head(good: Good, chance: Chance) -> str | None:
    """The version or the metadata are left out, or the version is a number."""
    if good.is_patch:
        return None
    draft = json.loads(good.json)
    what = chance.pick(("version", "metadata", ""))
    draft.pop(what, None)
    if not what:
        draft["version"] = chance.pick((1.0, 1, "1", "v1.0", "1.0.0"))
    return good.around(json.dumps(draft, indent=2))


@fault("same", "asked")
def constant_fanout(good: Good, chance: Chance) -> str | None:
    """A constant fanout is written as a number; others name their distribution as a type, or nest its parameters."""

    def change(each: Object) -> None:
        fanout = each["fanout"]
        if fanout.get("distribution") == "constant":
            each["fanout"] = fanout["value"]
        elif chance.one_in(2):
            _renamed(fanout, "distribution", chance.pick(("type", "dist")))
        else:
            each["fanout"] = {
                "distribution": {"type": fanout["distribution"]}
                | {key: value for key, value in fanout.items() if key != "distribution"}
            }

    return _some(good, chance, lambda each: isinstance(each.get("fanout"), dict) and "distribution" in each["fanout"], change)


def _is_number(key: str, value: Any) -> bool:
    """Return whether a value can be nothing but a number or a truth value; what a check or a constant wants may be a text."""
    return isinstance(value, bool | int | float) and key not in ("equals", "value")


@fault("same", "asked")
def quoted_values(good: Good, chance: Chance) -> str | None:
    """A number or a truth value stands in quotes."""

    def quote(each: Object) -> None:
        key = chance.pick([key for key, value in each.items() if _is_number(key, value)])
        each[key] = json.dumps(each[key])

    return _some(good, chance, lambda each: any(_is_number(*item) for item in each.items()), quote)


@fault("same", "asked")
def other_instants(good: Good, chance: Chance) -> str | None:
    """Times are written without a Z, with an offset or a space."""

    def change(each: Object) -> None:
        for key in ("start", "end"):
            if isinstance(each.get(key), str) and each[key].endswith("Z"):
                plain = each[key][:-1]
                each[key] = chance.pick((plain, f"{plain}+00:00", plain.replace("T", " "), f"{plain}.000Z", f"{plain} UTC"))

    return _some(good, chance, lambda each: str(each.get("start", "")).endswith("Z"), change)


@fault("same", "asked")
def only_dates(good: Good, chance: Chance) -> str | None:
    """Times are written as dates, or in the orders of other countries."""

    def change(each: Object) -> None:
        year, month, day = each["start"][:10].split("-")
        each["start"] = chance.pick(
            (
                f"{year}-{month}-{day}",
                f"{day}.{month}.{year}",
                f"{month}/{day}/{year}",
                f"{year}/{month}/{day}",
                f"{year}{month}{day}",
            )
        )

    return _some(good, chance, lambda each: str(each.get("start", "")).endswith("T00:00:00Z"), change)


@fault("same")
def by_name(good: Good, chance: Chance) -> str | None:
    """Tables or columns stand in an object by their names."""
    draft = json.loads(good.json)
    if chance.one_in(2):
        draft["nodes"] = {node.pop("id"): node for node in draft["nodes"]}
    else:
        node = chance.pick(draft["nodes"])
        node["columns"] = {column.pop("name"): column for column in node["columns"]}
    return good.around(json.dumps(draft, indent=2))


@fault("same", "asked")
def nulls_for_nothing(good: Good, chance: Chance) -> str | None:
    """What is left out is written as null."""
    key = chance.pick(("decimals", "null_rate", "modifiers", "unique", "comment", "constraints"))
    return _some(
        good,
        chance,
        lambda each: "generator" in each and "name" in each and key not in each,
        lambda each: each.update({key: None}),
    )


@fault("same")
def weighted_objects(good: Good, chance: Chance) -> str | None:
    """Choices stand with their weights, in an object, which has no order but that of its names, or as objects."""

    def change(each: Object) -> None:
        choice = each["choice"]
        pairs = list(zip(choice.pop("choices"), choice.pop("weights"), strict=True))
        names = [value for value, _ in pairs if isinstance(value, str)]
        as_object = {"choices": dict(pairs)} if names == sorted(names) and len(names) == len(pairs) else None
        as_list = {"choices": [{"value": value, "weight": weight} for value, weight in pairs]}
        choice.update(as_object if as_object and chance.one_in(2) else as_list)

    return _some(
        good,
        chance,
        lambda each: isinstance(each.get("choice"), dict) and set(each["choice"]) == {"choices", "weights"},
        change,
    )


@fault("asked")
def unknown_keys(good: Good, chance: Chance) -> str | None:
    """A key says something that the language does not know."""
    extra = chance.pick(
        (("ui_hint", "wide"), ("indexed", True), ("cardinality", "many"), ("faker_seed", 4), ("on_delete", "cascade"))
    )
    return _some(good, chance, lambda each: "generator" in each and "name" in each, lambda each: each.update([extra]))


@fault("asked")
def unknown_words(good: Good, chance: Chance) -> str | None:
    """A generator, a method or a distribution does not exist."""

    def change(each: Object) -> None:
        each["generator"] = chance.pick(
            (
                {"magic": {}},
                {"faker": {"method": "blood_pressure"}},
                {"llm": {"prompt": "a name"}},
                {"distribution": {"type": "cauchy", "params": {"x": 1}}},
                "random",
            )
        )

    return _some(good, chance, lambda each: "generator" in each and "name" in each, change)


@fault("asked")
def unknown_references(good: Good, chance: Chance) -> str | None:
    """A lookup or a key names a table or a column that is not there."""

    def change(each: Object) -> None:
        table, _, column = each["from"].partition(".")
        each["from"] = chance.pick((f"{table}.{column}x9", f"zzz.{column}", f"{table}.", column, f"{table}.{table}.{column}"))

    return _some(good, chance, lambda each: "." in str(each.get("from", "")), change)
