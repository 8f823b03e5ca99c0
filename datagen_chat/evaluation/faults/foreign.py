"""Other languages in the place of a schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from datagen_chat.chance import Chance
from datagen_chat.evaluation.faults.good import FENCE, Good
from datagen_chat.evaluation.faults.registry import fault


def _fenced(text: str, info: str, good: Good) -> str:
    return f"{good.lead}\n\n{FENCE}{info}\n{text}\n{FENCE}\n\n{good.tail}"


def _yaml(value: Any, depth: int = 0) -> Iterator[str]:
    pad = "  " * depth
    for key, part in value.items() if isinstance(value, dict) else [("-", part) for part in value]:
        sign = key if key == "-" else f"{key}:"
        if isinstance(part, dict | list) and part:
            yield f"{pad}{sign}"
            yield from _yaml(part, depth + 1)
        else:
            yield f"{pad}{sign} {part if isinstance(part, str) else json.dumps(part)}"


@fault("prose", "asked")
def yaml(good: Good, chance: Chance) -> str:
    """The schema is YAML."""
    return _fenced("\n".join(_yaml(good.draft)), chance.pick(("yaml", "yml", "json", "")), good)


@fault("prose", "asked")
def sql(good: Good, chance: Chance) -> str:
    """The schema is DDL."""
    tables = []
    for node in good.draft["nodes"]:
        columns = ",\n".join(f"  {column.get('name')} {str(column.get('type', 'int')).upper()}" for column in node["columns"])
        tables.append(f"CREATE TABLE {node['id']} (\n{columns}\n);")
    return _fenced("\n\n".join(tables), chance.pick(("sql", "json", "")), good)


@fault("prose", "asked")
def json_patch(good: Good, chance: Chance) -> str:
    """Changes come as RFC 6902 operations on indices."""
    operations = [{"op": "replace", "path": "/nodes/0/rows", "value": 10}, {"op": "remove", "path": "/nodes/0/columns/1"},
                  {"op": "add", "path": "/nodes/-", "value": good.draft["nodes"][0]}]  # fmt: skip
    some = chance.some(operations, 1, 3)
    return good.around(json.dumps(chance.pick((some, {"patch": some}, some[0], {"operations": some})), indent=2))


@fault("prose", "asked")
def json_schema(good: Good, chance: Chance) -> str:
    """The schema is a JSON Schema."""
    tables = {node["id"]: {"type": "object", "properties": {column["name"]: {"type": "string"} for column in node["columns"]}}
              for node in good.draft["nodes"]}  # fmt: skip
    head = chance.pick(({"$schema": "https://json-schema.org/draft/2020-12/schema"}, {"title": "Shop"}, {}))
    return good.around(json.dumps(head | {"type": "object", "properties": tables}, indent=2))


@fault("prose", "asked")
def plain_rows(good: Good, chance: Chance) -> str:
    """The reply holds the data instead of a schema."""
    rows = {node["id"]: [{column["name"]: 1 for column in node["columns"]}] * 2 for node in good.draft["nodes"]}
    return good.around(json.dumps(chance.pick((rows, {"data": rows}, next(iter(rows.values())))), indent=2))


@fault("prose", "asked")
def translated_keys(good: Good, chance: Chance) -> str:
    """The keys are translated."""
    names = chance.pick(({"nodes": "tabellen", "columns": "spalten", "rows": "zeilen", "generator": "erzeuger"},
                         {"nodes": "tablas", "columns": "columnas", "rows": "filas", "generator": "generador"}))  # fmt: skip
    text = good.json
    for old, new in names.items():
        text = text.replace(f'"{old}":', f'"{new}":')
    return good.around(text)


@fault("prose", "asked")
def other_formats(good: Good, chance: Chance) -> str:
    """The schema is TOML, XML, CSV or code."""
    nodes = good.draft["nodes"]
    texts = {
        "toml": "\n".join(f'[[nodes]]\nid = "{node["id"]}"' for node in nodes),
        "xml": "<schema>" + "".join(f'<table id="{node["id"]}"/>' for node in nodes) + "</schema>",
        "csv": "table,column\n" + "\n".join(f"{node['id']},{column['name']}" for node in nodes for column in node["columns"]),
        "python": "\n\n".join(f"class {node['id'].title()}(Base):\n    config = {{'a': 1}}" for node in nodes),
        "graphql": "\n".join(f"type {node['id']} {{\n  id: ID!\n}}" for node in nodes),
    }
    info = chance.pick(tuple(texts))
    return _fenced(texts[info], chance.pick((info, "json")), good)


@fault("prose", "asked")
def changes_to_nothing(good: Good, chance: Chance) -> str | None:
    """Changes come where there is no schema to change."""
    if good.before is not None:
        return None
    node = good.draft["nodes"][0]
    column = node["columns"][-1]["name"]
    changes: tuple[Any, ...] = (
        {"nodes": [{"id": node["id"], "rows": 10}]},
        {"nodes": [{"id": node["id"], "columns": [{"name": column, "nullable": True}]}]},
        {"timeframe": {"freq": "D"}},
        {"nodes": [{"id": node["id"], "$rename": "other"}]},
        {"checks": []},
    )
    return good.around(json.dumps(chance.pick(changes), indent=2))
