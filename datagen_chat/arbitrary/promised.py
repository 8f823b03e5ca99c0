"""What schemas promise of their data, by chance: keys that do not repeat, orders, bounds, lists, and checks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from datagen_chat.arbitrary.arguments import Json
from datagen_chat.arbitrary.tables import Known
from datagen_chat.chance import Chance


def promised(chance: Chance, known: Sequence[Known]) -> Json:
    """Return constraints that draws can keep."""
    rules = {"ranges": list(_ranges(known)), "enum": list(_lists(known)), "pattern": list(_patterns(known))}
    found: Json = {name: chance.some(each, 0, 2) for name, each in rules.items()}
    table = chance.pick(known)
    if order := _order(chance, table):
        found["inequalities"] = [order]
    keys = [key["from"] for key in table.keys]
    if len(keys) > 1 and chance.one_in(3):
        found["unique"] = [keys[:2]]
    if texts := [rule["attr"] for rule in rules["pattern"] if "4}" in rule["regex"]]:
        found["unique"] = [*found.get("unique", ()), *([chance.pick(texts)] if chance.one_in(3) else ())]
    return found


def _order(chance: Chance, table: Known) -> Json | None:
    lineage = [(each.name, source) for each in (table, *table.line) for source in each.sources]
    times = [f"{name}.{source.name}" for name, source in lineage if source.type == "datetime"]
    if len(times) < 2 or chance.one_in(2):
        return None
    left, right = chance.some(times, 2, 2)
    return {"left": left, "op": chance.pick(("<", "<=", ">=", ">")), "right": right}


def _made(known: Sequence[Known], word: str) -> Iterator[tuple[str, Json, Json]]:
    """Yield the columns that a generator makes and nothing changes: name, column, and the generator's arguments."""
    for table in known:
        for column in table.node["columns"]:
            if word in column["generator"] and "modifiers" not in column:
                yield f"{table.name}.{column['name']}", column, column["generator"][word]


def _ranges(known: Sequence[Known]) -> Iterator[Json]:
    for attr, _, law in _made(known, "distribution"):
        if "clamp" in law:
            yield {"attr": attr, "min": law["clamp"][0] - 1, "max": law["clamp"][1] + 1}
    for attr, column, series in _made(known, "datetime_series"):
        if series["within"] == "timeframe" and column["type"] == "datetime":
            yield {"attr": attr, "max": "2024-06-30T00:00:00Z"}


def _lists(known: Sequence[Known]) -> Iterator[Json]:
    for attr, column, choice in _made(known, "choice"):
        values: list[Any] = [value for value in choice["choices"] if value is not None]
        if column["type"] in ("string", "int"):
            yield {"attr": attr, "values": values}


def _patterns(known: Sequence[Known]) -> Iterator[Json]:
    for attr, _, pattern in _made(known, "pattern"):
        yield {"attr": attr, "regex": pattern["regex"]}


def checks(chance: Chance, known: Sequence[Known]) -> list[Json]:
    """Return checks that hold whatever the rows are."""
    asked: tuple[tuple[str, Json], ...] = (
        ("SELECT count(*) FROM {}", {"min": 0}),
        ("SELECT id FROM {} GROUP BY id HAVING count(*) > 1", {"empty": True}),
        ("SELECT count(DISTINCT id) = count(*) FROM {}", {"equals": True}),
    )
    table = chance.pick(known).name
    holding = [{"requirement": "it is so", "sql": sql.format(table)} | wanted for sql, wanted in asked]
    return [{"name": f"check_{number}"} | check for number, check in enumerate(chance.some(holding, 0, 2))]


def targets(chance: Chance, known: Sequence[Known]) -> Json:
    """Return targets that hold whatever the rows are, of columns that have values."""
    found: dict[str, list[Json]] = {}
    for table in known:
        for source in table.sources if not table.line else ():
            if source.nullable:
                continue
            place = {"table": table.name}
            if source.is_drawn and chance.one_in(6):
                found.setdefault("mean_in_range", []).append(place | {"column": source.name, "min": -1e9, "max": 1e9})
            if source.type in ("datetime", "date") and chance.one_in(8):
                found.setdefault("weekend_share", []).append(place | {"timestamp": source.name, "min": 0, "max": 1})
    return found
