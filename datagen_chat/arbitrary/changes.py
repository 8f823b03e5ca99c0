"""Changes to a schema by chance, as named merge patches."""

from __future__ import annotations

import json
from collections.abc import Callable

from datagen_chat.arbitrary.arguments import Json
from datagen_chat.arbitrary.columns import column_of
from datagen_chat.chance import Chance
from datagen_chat.words import COLUMN_TYPES


def change(draft: Json, chance: Chance, name: str) -> Json:
    """Return a patch of a draft: what it adds or renames is called by `name`, which nothing there may have."""
    made: Json = chance.pick(_MAKERS)(draft, chance, name)
    return made


def _in_table(draft: Json, chance: Chance) -> tuple[Json, Json]:
    """Return a table, and one of its columns of which nothing is promised."""
    table = chance.pick(draft["nodes"])
    promised = json.dumps(draft.get("constraints", {}))
    names = {column["name"]: f'"{table["id"]}.{column["name"]}"' for column in table["columns"]}
    columns = [column for column in table["columns"] if names[column["name"]] not in promised and column["name"] != "id"]
    return table, chance.pick(columns or table["columns"])


def _added(draft: Json, chance: Chance, name: str) -> Json:
    table, _ = _in_table(draft, chance)
    kind = chance.pick(COLUMN_TYPES)
    generator, is_nullable, _ = column_of(chance, kind, ())
    column = {"name": name, "type": kind, "generator": generator} | ({"nullable": True} if is_nullable else {})
    return {"nodes": [{"id": table["id"], "columns": [column]}]}


def _removed(draft: Json, chance: Chance, _name: str) -> Json:
    table, column = _in_table(draft, chance)
    return {"nodes": [{"id": table["id"], "columns": [{"name": column["name"], "$delete": True}]}]}


def _renamed(draft: Json, chance: Chance, name: str) -> Json:
    table, column = _in_table(draft, chance)
    if chance.one_in(2):
        return {"nodes": [{"id": table["id"], "$rename": name}]}
    return {"nodes": [{"id": table["id"], "columns": [{"name": column["name"], "$rename": name}]}]}


def _emptied(draft: Json, chance: Chance, _name: str) -> Json:
    table, column = _in_table(draft, chance)
    return {"nodes": [{"id": table["id"], "columns": [{"name": column["name"], "null_rate": 0.5}]}]}


def _counted(draft: Json, chance: Chance, _name: str) -> Json:
    tables = [table for table in draft["nodes"] if "rows" in table] or draft["nodes"]
    return {"nodes": {chance.pick(tables)["id"]: {"rows": chance.between(1, 40)}}}


def _remade(draft: Json, chance: Chance, _name: str) -> Json:
    table, column = _in_table(draft, chance)
    generator, is_nullable, _ = column_of(chance, column["type"], ())
    more = {"nullable": True} if is_nullable else {}
    return {"nodes": [{"id": table["id"], "columns": [{"name": column["name"], "generator": generator} | more]}]}


_MAKERS: tuple[Callable[[Json, Chance, str], Json], ...] = (_added, _removed, _renamed, _emptied, _counted, _remade)
