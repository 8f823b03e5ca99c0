"""A table of effects by chance, and a number that it changes."""

from __future__ import annotations

from collections.abc import Sequence

from datagen_chat.arbitrary.arguments import Json
from datagen_chat.arbitrary.columns import START
from datagen_chat.arbitrary.tables import KEY, Known
from datagen_chat.chance import Chance

_NAME = "boost"


def effect_table(chance: Chance, known: Sequence[Known]) -> Json | None:
    """Return a table whose rows hold for some time, and let it change a number of another table; None where it changes none."""
    fitting = [table for table in known if any(source.type == "datetime" for source in table.sources)]
    numbers = [column for table in fitting for column in table.node["columns"] if "distribution" in column["generator"]]
    if not numbers or not chance.one_in(3):
        return None
    number = chance.pick(numbers)
    applied = {"field": "factor", "op": chance.pick(("mul", "add"))} | ({"default": 1} if chance.one_in(3) else {})
    window = {"start_col": "starts_at", "end_col": "ends_at"}
    effect = {"transform": "effect", "args": {"effect_table": _NAME, "window": window, "map": applied}}
    number["modifiers"] = [*number.get("modifiers", ()), effect]
    series = {"within": {"start": START, "end": "2024-03-01T00:00:00Z"}, "freq": chance.pick(("D", "h"))}
    law = {"type": "uniform", "params": {"low": 0.5, "high": 2}}
    columns = [
        KEY,
        {"name": "starts_at", "type": "datetime", "generator": {"datetime_series": series}},
        {"name": "ends_at", "type": "datetime", "generator": {"expression": {"code": "starts_at + days(9)"}}},
        {"name": "factor", "type": "float", "generator": {"distribution": law}},
    ]
    return {"id": _NAME, "kind": "entity", "pk": "id", "rows": chance.between(1, 6), "columns": columns}
