"""Arbitrary schemas of the whole language: two to five tables, small enough to be made many times."""

from __future__ import annotations

from collections.abc import Sequence

from datagen_chat.arbitrary.arguments import Json
from datagen_chat.arbitrary.columns import END, START
from datagen_chat.arbitrary.formulas import Source
from datagen_chat.arbitrary.tables import Known, column, fact, root
from datagen_chat.chance import Chance


def schema(chance: Chance) -> Json:
    """Return a schema; it is valid, but for what only the whole of it decides."""
    known = [root(chance, 0)]
    for number in range(1, chance.between(2, 5)):
        known.append(root(chance, number) if chance.one_in(4) else fact(chance, number, known))
    constraints: Json = {"foreign_keys": [key for table in known for key in table.keys]}
    constraints |= _promised(chance, known)
    for table in known:
        _aggregates(chance, table, known)
    return {
        "version": "1.0",
        "metadata": {"name": "any"},
        "timeframe": {"start": START, "end": END, "freq": "H"},
        "constraints": {key: value for key, value in constraints.items() if value},
        "nodes": [table.node for table in known],
        "checks": _checks(chance, known),
    }


def _checks(chance: Chance, known: Sequence[Known]) -> list[Json]:
    """Return checks that hold whatever the rows are."""
    asked: tuple[tuple[str, Json], ...] = (
        ("SELECT count(*) FROM {}", {"min": 0}),
        ("SELECT id FROM {} GROUP BY id HAVING count(*) > 1", {"empty": True}),
        ("SELECT count(DISTINCT id) = count(*) FROM {}", {"equals": True}),
    )
    table = chance.pick(known).name
    holding = [{"requirement": "it is so", "sql": sql.format(table)} | wanted for sql, wanted in asked]
    return [{"name": f"check_{number}"} | check for number, check in enumerate(chance.some(holding, 0, 2))]


def _aggregates(chance: Chance, table: Known, known: Sequence[Known]) -> None:
    """Add totals of the rows below, sometimes."""
    below = [each for each in known if any(above.name == table.name for above in each.line)]
    for number in range(chance.between(0, 2) if below else 0):
        source_table: Known = chance.pick(below)
        source: Source = chance.pick(source_table.sources)
        numbers = ("sum", "mean") if source.type in ("int", "float") else ()
        ordered = () if source.type in ("string", "bool") else ("min", "max")
        op = chance.pick((*numbers, "count", *ordered, "first", "last"))
        kind = "int" if op == "count" else "float" if op == "mean" else source.type
        arguments = {"of": f"{source_table.name}.{source.name}", "op": op}
        if chance.one_in(4):
            arguments["where"] = f"{source_table.sources[0].name} > 3"
        made = column(f"a{number}", kind, ({"aggregate": arguments}, op not in ("sum", "count"), ()))
        if kind == "float":
            made["decimals"] = chance.between(2, 6)
        table.node["columns"].append(made)


def _promised(chance: Chance, known: Sequence[Known]) -> Json:
    """Return constraints that draws can keep, or that are only checked."""
    table: Known = chance.pick(known)
    times = [
        (f"{each.name}.{source.name}", source)
        for each in (table, *table.line)
        for source in each.sources
        if source.type == "datetime"
    ]
    promised: Json = {}
    if len(times) > 1 and chance.one_in(2):
        left, right = chance.some(times, 2, 2)
        promised["inequalities"] = [{"left": left[0], "op": chance.pick(("<", "<=", ">=", ">")), "right": right[0]}]
    keys = [key["from"] for key in table.keys]
    if len(keys) > 1 and chance.one_in(3):
        promised["unique"] = [keys[:2]]
    return promised
