"""Words by other names: column types, kinds, laws, the version."""

from __future__ import annotations

import re
from typing import Any

from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, called, columns_of, holder_of, schema_at, tables_of
from datagen_chat.schema.repairs.registry import repairs

_TYPES = {
    "int": "integer bigint smallint tinyint mediumint long int8 int16 int32 int64 uint uint32 uint64 serial bigserial id",
    "float": "double real decimal float32 float64 money currency doubleprecision",
    "string": "str text varchar char character nvarchar charactervarying tinytext mediumtext longtext "
    "uuid guid enum category categorical object email url",
    "bool": "boolean logical",
    "datetime": "timestamp timestamptz datetime64 datetime2 timestampwithtimezone timestampwithouttimezone datetimetz instant",
}
_TYPE_OF = {name: own for own, names in _TYPES.items() for name in names.split()}
_NUMBERS = ("number", "numeric", "num")
_SIZED = re.compile(r"([a-z0-9_ \-]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?")


@repairs("not-one-of")
def name_type(draft: Json, problem: Problem) -> str | None:
    """Give a column type that has another name its own."""
    column, key = holder_of(draft, problem.at)
    if key != "type" or "/columns/" not in problem.at or "/generator/" in problem.at:
        return None
    written = column[key]
    found = _SIZED.fullmatch(written.strip().lower())
    if found is None:
        return None
    bare = re.sub(r"[ _\-]", "", found[1])
    own = _number_type(draft, column) if bare in _NUMBERS else _TYPE_OF.get(bare)
    if own is None:
        return None
    column[key] = own
    if own == "float" and found[3] and int(found[3]) <= 15:
        column.setdefault("decimals", int(found[3]))
    return f'Renamed the type "{written}" to "{own}".'


def _number_type(draft: Json, column: dict[str, Any]) -> str | None:
    """Return what a "number" is: whole where it counts up, what it looks up, else a float."""
    generator = column.get("generator")
    generator = generator if isinstance(generator, dict) else {}
    if "sequence" in generator:
        return "int"
    if "lookup" not in generator:
        return "float"
    lookup = generator["lookup"]
    source = lookup.get("from") if isinstance(lookup, dict) else None
    for table in tables_of(draft):
        for other in columns_of(table):
            if f"{table.get('id')}.{other.get('name')}" == source and other.get("type") in ("int", "float"):
                return str(other["type"])
    return None


@repairs("not-one-of", "wrong-type")
def name_version(draft: Json, problem: Problem) -> str | None:
    """Write the version as the language does."""
    if problem.at != "/version" or str(draft["version"]).strip().lower() not in ("1", "1.0", "1.0.0", "v1", "v1.0"):
        return None
    draft["version"] = "1.0"
    return 'Wrote the version as "1.0".'


_KINDS = {"fact": "transaction transactional event events child facts", "entity": "dimension dim master parent entities"}
_KIND_OF = {name: own for own, names in _KINDS.items() for name in names.split()}


@repairs("not-one-of")
def name_kind(draft: Json, problem: Problem) -> str | None:
    """Give a kind of table that has another name its own, where the parents agree."""
    table, key = holder_of(draft, problem.at)
    if key != "kind":
        return None
    written = table[key]
    own = "fact" if table.get("parents") else "entity"
    if written.lower() != "table" and _KIND_OF.get(written.lower()) != own:
        return None
    table[key] = own
    return f'Renamed the kind "{written}" to "{own}".'


_PARTS = {"hour_of_day": "hour", "hourly": "hour", "hours": "hour", "day_of_week": "dow", "weekday": "dow", "dayofweek": "dow"}
_PARTS |= {"day": "dow", "month_of_year": "month", "monthly": "month", "months": "month"}


@repairs("not-one-of")
def name_by_synonym(draft: Json, problem: Problem) -> str | None:
    """Give a word that has another name, or other letters' case, its own."""
    holder, key = holder_of(draft, problem.at)
    node, written = schema_at(draft, problem.at), holder[key]
    words: dict[str, dict[str, list[str]]] = {word: {"also": []} for word in node.get("enum", ()) if isinstance(word, str)}
    for other, word in node.get("synonyms", {}).items():
        words[word]["also"].append(other)
    own = called({"properties": words}, written) or (_PARTS.get(written) if key == "dimension" else None)
    if own is None:
        return None
    holder[key] = own
    return f'Renamed "{written}" to "{own}".'
