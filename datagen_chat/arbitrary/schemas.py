"""Arbitrary schemas of the whole language: two to six tables, small enough to be made many times."""

from __future__ import annotations

from collections.abc import Sequence

from datagen_chat.arbitrary.arguments import Json
from datagen_chat.arbitrary.columns import END, START
from datagen_chat.arbitrary.effects import effect_table
from datagen_chat.arbitrary.promised import checks, promised, targets
from datagen_chat.arbitrary.tables import Known, column, fact, root
from datagen_chat.chance import Chance


def schema(chance: Chance) -> Json:
    """Return a schema; it is valid, but for what only the whole of it decides."""
    known = [root(chance, 0)]
    for number in range(1, chance.between(2, 5)):
        known.append(root(chance, number) if chance.one_in(4) else fact(chance, number, known))
    keys = [key for table in known for key in table.keys]
    effects = effect_table(chance, known)
    rules = {"foreign_keys": keys} | promised(chance, known)
    for table in known:
        _aggregates(chance, table, known)
        if not _below(table, known):
            for behaviour in ("segment_behavior", "vintage_behavior"):
                table.node.pop(behaviour, None)
    written: Json = {
        "version": "1.0",
        "metadata": {"name": "any"},
        "timeframe": {"start": START, "end": END, "freq": "H"},
        "constraints": {name: rule for name, rule in rules.items() if rule},
        "nodes": [table.node for table in known] + ([effects] if effects else []),
    }
    more = {"targets": targets(chance, known), "checks": checks(chance, known)}
    return written | {name: part for name, part in more.items() if part}


def _below(table: Known, known: Sequence[Known]) -> list[Known]:
    """Return the tables that hang off a table, at any distance."""
    return [each for each in known if any(above.name == table.name for above in each.line)]


def _aggregates(chance: Chance, table: Known, known: Sequence[Known]) -> None:
    """Add totals of the rows below, sometimes."""
    below = _below(table, known)
    for number in range(chance.between(0, 2) if below else 0):
        source_table = chance.pick(below)
        source = chance.pick(source_table.sources)
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
