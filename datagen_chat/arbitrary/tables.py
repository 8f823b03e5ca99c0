"""Tables by chance: their keys, how many rows they have, and columns that read what is there before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace

from datagen_chat.arbitrary.arguments import Json
from datagen_chat.arbitrary.columns import Part, column_of, modifiers_of
from datagen_chat.arbitrary.formulas import Source
from datagen_chat.arbitrary.rows import behaviours, rows_of
from datagen_chat.chance import Chance
from datagen_chat.frozen import dataclass
from datagen_chat.words import COLUMN_TYPES

KEY: Json = {"name": "id", "type": "int", "generator": {"sequence": {}}}


@dataclass(frozen=True, slots=True)
class Known:
    """A table that is there already, for what comes after it; `line` are its primary parents, nearest first."""

    node: Json
    sources: tuple[Source, ...]
    line: tuple[Known, ...] = field(default=())
    keys: tuple[Json, ...] = ()

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.node["id"])


def root(chance: Chance, number: int) -> Known:
    """Return a table without parents."""
    kind = chance.pick(("entity", "entity", "vocab"))
    node: Json = {"id": f"t{number}", "kind": kind, "pk": "id", "columns": [dict(KEY)]}
    sources = [Source("id", "int")]
    if kind == "vocab":
        words = ["starter", "pro", "max", "free"][: chance.between(2, 4)]
        node["columns"].append({"name": "word", "type": "string", "generator": {"enum_list": {"values": words}}})
        sources.append(Source("word", "string", outcomes=tuple(words)))
    else:
        node["rows"] = chance.between(1, 30)
    sources = _columns(chance, node, sources, [], chance.between(1, 5))
    behaviours(chance, node, sources)
    return Known(node, tuple(sources))


def fact(chance: Chance, number: int, known: Sequence[Known]) -> Known:
    """Return a table whose rows belong to rows of those that are known."""
    parent: Known = chance.pick(known)
    line = (parent, *parent.line)
    others = [table for table in known if table not in line]
    also = chance.some(others, 0, 2)
    name = f"t{number}"
    node: Json = {"id": name, "kind": "fact", "pk": "id", "parents": [table.name for table in (parent, *also)], "columns": []}
    node["columns"].append(chance.pick((KEY, KEY | {"generator": {"sequence": {"start": 100, "step": 5}}})))
    sources, keys, above = [Source("id", "int")], list[Json](), _readable(line)
    for table in (parent, *also):
        lookup: Json = {"from": f"{table.name}.id"}
        if table is not parent:
            lookup |= chance.pick(({}, {"weights_kind": "zipf@1.2"}, {"where": "id > 1"}, {"distinct": True}))
            above += _readable((table,))
        node["columns"].append({"name": f"{table.name}_id", "type": "int", "generator": {"lookup": lookup}})
        sources.append(Source(f"{table.name}_id", "int"))
        keys.append({"from": f"{name}.{table.name}_id", "to": f"{table.name}.id"})
        if table is not parent:
            sources += _read_on(chance, node, table)
    sources += rows_of(chance, node, parent.sources, _readable(line))
    if chance.one_in(4):
        node["columns"].append({"name": "place", "type": "int", "generator": {"position": {"start": chance.between(0, 2)}}})
        sources.append(Source("place", "int"))
    sources = _columns(chance, node, sources, above, chance.between(1, 5))
    if chance.one_in(2):
        behaviours(chance, node, sources)
    return Known(node, tuple(sources), line, tuple(keys))


def _readable(tables: Sequence[Known]) -> list[Source]:
    return [replace(source, name=f"{table.name}.{source.name}", is_drawn=False) for table in tables for source in table.sources]


def _read_on(chance: Chance, node: Json, table: Known) -> list[Source]:
    """Add a column of the row that a key points at, sometimes."""
    source = chance.pick(table.sources)
    if source.name.endswith("id") or chance.one_in(2):
        return []
    made = replace(source, name=f"on_{table.name}", is_drawn=False)
    lookup = {"from": f"{table.name}.{source.name}", "on": f"{table.name}_id"}
    node["columns"].append(column(made.name, made.type, ({"lookup": lookup}, source.nullable, ())))
    return [made]


def _columns(chance: Chance, node: Json, own: list[Source], above: Sequence[Source], count: int) -> list[Source]:
    """Add columns to a table, each of what is there before it; return the columns that can be read of it."""
    for number in range(count):
        kind = chance.pick(COLUMN_TYPES)
        part = column_of(chance, kind, [*own, *above])
        made = column(f"c{number}", kind, part)
        if chance.one_in(6):
            made["null_rate"] = chance.pick((0.3, 1.0))
        if kind == "float" and chance.one_in(2):
            made["decimals"] = chance.between(0, 6)
        is_formula = kind == "datetime" and not {"expression", "case"}.isdisjoint(part[0])  # what it makes may be a date
        if chance.one_in(5) and not is_formula and (modifiers := modifiers_of(chance, kind, part[2], [*own, *above])):
            made["modifiers"] = modifiers
        node["columns"].append(made)
        is_changed = "modifiers" in made or made.get("null_rate") == 1.0 or made.get("decimals", 2) < 2
        outcomes = () if is_changed else part[2]
        is_drawn = "distribution" in part[0] and not is_changed and "null_rate" not in made
        own = [*own, Source(made["name"], kind, "nullable" in made or "null_rate" in made, outcomes, is_drawn)]
    return own


def column(name: str, kind: str, part: Part) -> Json:
    """Return a column with a generator."""
    return {"name": name, "type": kind, "generator": part[0]} | ({"nullable": True} if part[1] else {})
