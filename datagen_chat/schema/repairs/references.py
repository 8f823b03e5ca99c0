"""References in other notations: arrows, objects, tables without their column, another case."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from datagen_chat.expressions import Expression, parse, rename
from datagen_chat.expressions.nodes import Comparison, Name, Node
from datagen_chat.problems import Problem
from datagen_chat.schema.places import Json, columns_of, holder_of, replace_by, tables_of
from datagen_chat.schema.repairs.registry import repairs
from datagen_chat.words import REFERENCE_PATTERN

_ARROW = re.compile(r"\s*([\w.]+)\s*(?:->|=>|→|references|>|=)\s*([\w.]+)\s*")
_CALL = re.compile(r"(\w+)\s*(?:\(\s*(\w+)\s*\)|(?:->|::|/|:)\s*(\w+))")
_PK_NAMES = ("pk", "primary_key", "primaryKey")


@repairs("wrong-type")
def parse_arrow(draft: Json, problem: Problem) -> str | None:
    """Turn "order.customer_id -> customer.customer_id" into from and to."""
    holder, key = holder_of(draft, problem.at)
    found = _ARROW.fullmatch(holder[key]) if isinstance(holder[key], str) and "/foreign_keys/" in problem.at else None
    if found is None or not isinstance(holder, list):
        return None
    holder[key] = {"from": found[1], "to": found[2]}
    return f'Wrote the foreign key "{found[0].strip()}" as from and to.'


@repairs("unknown-key", "missing-key")
def parts_of_key(draft: Json, problem: Problem) -> str | None:
    """Turn {"table", "column", "references"} into from and to."""
    at = problem.at.rpartition("/")[0]
    if not at.rpartition("/")[0].endswith("/foreign_keys"):
        return None
    key = holder_of(draft, at)[0][int(at.rpartition("/")[2])]
    own = _joined(key, ("table", "child_table", "from_table", "node"), ("column", "child_column", "from_column", "field"))
    theirs = _joined(
        key,
        ("references_table", "ref_table", "parent_table", "to_table", "referenced_table"),
        ("references_column", "ref_column", "parent_column", "to_column", "referenced_column"),
    ) or _target(key)
    if own is None or theirs is None:
        return None
    rest = {name: key[name] for name in ("comment", "description") if name in key}
    key.clear()
    key.update({"from": own, "to": theirs} | rest)
    return f"Wrote the foreign key {own} → {theirs} as from and to."


def _joined(key: dict[str, Any], tables: Iterable[str], columns: Iterable[str]) -> str | None:
    table = next((key[name] for name in tables if name in key), None)
    column = next((key[name] for name in columns if name in key), None)
    return f"{table}.{column}" if isinstance(table, str) and isinstance(column, str) and "." not in table + column else None


def _target(key: dict[str, Any]) -> str | None:
    value = next((key[name] for name in ("references", "ref", "to", "target") if name in key), None)
    if isinstance(value, dict):
        return _joined(value, ("table", "node"), ("column", "field"))
    found = _CALL.fullmatch(value) if isinstance(value, str) else None
    return f"{found[1]}.{found[2] or found[3]}" if found else value if isinstance(value, str) and "." in value else None


@repairs("wrong-type")
def join_object(draft: Json, problem: Problem) -> str | None:
    """Turn {"table": "customer", "column": "customer_id"} into "customer.customer_id"."""
    holder, key = holder_of(draft, problem.at)
    value = holder[key]
    if not isinstance(value, dict) or key not in ("from", "to"):
        return None
    joined = _joined(value, ("table", "node", "id"), ("column", "field", "name"))
    if joined is None or len(value) != 2:
        return None
    holder[key] = joined
    return f'Wrote "{joined}" as one text.'


@repairs("bad-reference")
def write_reference(draft: Json, problem: Problem) -> str | None:
    """Turn "customer(customer_id)", or "customer" alone, into "table.column"."""
    holder, key = holder_of(draft, problem.at)
    text = holder[key].strip()
    found = _CALL.fullmatch(text)
    written = f"{found[1]}.{found[2] or found[3]}" if found else text
    text = text.removesuffix(".*")
    if found is None and "." not in text:
        pk = next((table.get("pk") for table in tables_of(draft) if table.get("id") == text), None)
        written = f"{text}.{pk}"
    if written == holder[key] or not re.fullmatch(REFERENCE_PATTERN, written):
        return None
    holder[key], text = written, holder[key]
    return f'Wrote "{text}" as "{written}".'


@repairs("missing-key")
def name_table_of_unique(draft: Json, problem: Problem) -> str | None:
    """Turn {"columns": ["follow.a", "follow.b"]} into the table and its columns."""
    entry, key = holder_of(draft, problem.at)
    columns = entry.get("columns")
    if key != "table" or "/constraints/unique/" not in problem.at or not isinstance(columns, list) or len(entry) != 1:
        return None
    parts = [column.partition(".") for column in columns if isinstance(column, str) and column.count(".") == 1]
    tables = {table for table, _, _ in parts}
    if len(parts) != len(columns) or len(tables) != 1:
        return None
    replace_by(entry, {"table": tables.pop(), "columns": [column for _, _, column in parts]})
    return f"Wrote the table of the columns, {entry['table']}, beside them."


@repairs("bad-name")
def shorten_key(draft: Json, problem: Problem) -> str | None:
    """Turn a primary key such as "order.id" into the name of its column."""
    table, key = holder_of(draft, problem.at)
    if key != "pk" or not isinstance(table[key], str) or not re.fullmatch(REFERENCE_PATTERN, table[key]):
        return None
    owner, _, column = table[key].partition(".")
    if owner != table.get("id") or column not in [each.get("name") for each in columns_of(table)]:
        return None
    table[key] = column
    return f'Wrote the primary key "{owner}.{column}" as "{column}".'


@repairs("wrong-type")
def name_parent(draft: Json, problem: Problem) -> str | None:
    """Turn a parent such as {"table": "customer"} into its name."""
    holder, key = holder_of(draft, problem.at)
    value = holder[key]
    if not isinstance(holder, list) or not isinstance(value, dict) or not problem.at.rpartition("/")[0].endswith("/parents"):
        return None
    names = [value[name] for name in ("table", "id", "name", "node", "parent") if isinstance(value.get(name), str)]
    if len(value) != 1 or len(names) != 1:
        return None
    holder[key] = names[0]
    return f'Wrote the parent as "{names[0]}".'


@repairs("unknown-reference", "unknown-table", "unknown-pk", "unknown-column")
def match_case(draft: Json, problem: Problem) -> str | None:
    """Write a name as it stands where it is given, where only the case differs, or "pk" where it means the primary key."""
    holder, key = holder_of(draft, problem.at)
    text = holder[key]
    if not isinstance(text, str):
        return None
    known = _known(draft, problem, text)
    meant = {name for name in known if name.lower() == text.lower()}
    table, _, column = text.partition(".")
    if not meant and column in _PK_NAMES:
        meant = {
            f"{table}.{node['pk']}" for node in tables_of(draft) if node.get("id") == table and isinstance(node.get("pk"), str)
        }
    if len(meant) != 1 or text in meant:
        return None
    holder[key] = meant.pop()
    return f'Wrote "{text}" as "{holder[key]}".'


def _known(draft: Json, problem: Problem, text: str) -> list[str]:
    """Return the names that could stand where the problem is."""
    if problem.code == "unknown-table":
        return [str(table.get("id")) for table in tables_of(draft)]
    if "." in text:
        return [f"{table.get('id')}.{column.get('name')}" for table in tables_of(draft) for column in columns_of(table)]
    if not problem.at.startswith("/nodes/"):
        return []
    index = problem.at.split("/")[2]
    return [str(column.get("name")) for column in columns_of(holder_of(draft, f"/nodes/{index}/columns")[0])]


@repairs("not-a-key", "key-not-looked-up", "key-types")
def turn_round(draft: Json, problem: Problem) -> str | None:
    """Turn a foreign key round whose parent looks up its child."""
    at = "/".join(problem.at.split("/")[:4])
    if not at.startswith("/constraints/foreign_keys/"):
        return None
    keys, index = holder_of(draft, at)
    key = keys[index]
    for table in tables_of(draft):
        for column in columns_of(table):
            if f"{table.get('id')}.{column.get('name')}" == key["to"] and _looks_up(column, key["from"]):
                key["from"], key["to"] = key["to"], key["from"]
                return f"Turned the foreign key round: {key['from']} refers to {key['to']}."
    return None


def _looks_up(column: dict[str, Any], source: str) -> bool:
    lookup = column["generator"].get("lookup")
    return isinstance(lookup, dict) and lookup.get("from") == source and "on" not in lookup


_FORMULAS = ("code", "start", "end", "scale")


@repairs("unknown-column")
def name_table_above(draft: Json, problem: Problem) -> str | None:
    """Write the table before a column that the own table does not have, and exactly one of those that it hangs off does."""
    if not problem.at.startswith("/nodes/"):
        return None
    holder, key = holder_of(draft, problem.at)
    tables = {str(table.get("id")): table for table in tables_of(draft)}
    own = draft["nodes"][int(problem.at.split("/")[2])]
    above = {name: {column.get("name") for column in columns_of(tables[name])} for name in _above(own, tables)}
    mine = {column.get("name") for column in columns_of(own)}

    def change(table: str | None, column: str) -> tuple[str | None, str]:
        found = [name for name, names in above.items() if column in names] if table is None and column not in mine else []
        return (found[0] if len(found) == 1 else table), column

    text = holder[key]
    if not isinstance(text, str) or key not in (*_FORMULAS, "on", "time_reference"):
        return None
    holder[key] = rename(text, change)
    return None if holder[key] == text else f'Wrote "{text}" as "{holder[key]}".'


def _above(table: dict[str, Any], tables: dict[str, dict[str, Any]]) -> list[str]:
    """Return the tables that a table hangs off by first parents."""
    found: list[str] = []
    while (parents := table.get("parents")) and parents[0] in tables and parents[0] not in found:
        found.append(parents[0])
        table = tables[parents[0]]
    return found


@repairs("unknown-reference", "condition-elsewhere")
def keep_apart(draft: Json, problem: Problem) -> str | None:
    """Turn the condition that a key differs from another key of the row into an inequality of the two."""
    lookup, key = holder_of(draft, problem.at)
    if key != "where" or not problem.at.startswith("/nodes/"):
        return None
    place = problem.at.split("/")
    own = draft["nodes"][int(place[2])]
    target, _, column = str(lookup.get("from")).partition(".")
    found = parse(lookup[key])
    other = _other_key(found.root, target, column, str(own.get("id"))) if isinstance(found, Expression) else None
    twin = next((each for each in columns_of(own) if each.get("name") == other), None)
    constraints = draft.setdefault("constraints", {})
    if twin is None or not _looks_up(twin, lookup["from"]) or not isinstance(constraints, dict):
        return None
    names = (str(own.get("id")), str(own["columns"][int(place[4])].get("name")))
    rule = {"left": ".".join(names), "op": "!=", "right": f"{own.get('id')}.{other}"}
    constraints.setdefault("inequalities", []).append(rule)
    text = lookup.pop(key)
    return f'Wrote "{text}" as an inequality of the two columns.'


@repairs("unknown-reference", "condition-elsewhere", "condition-on-itself")
def match_rows(draft: Json, problem: Problem) -> str | None:
    """Turn the condition that a column equals one of the row that chooses, or of a row above it, into a match."""
    lookup, key = holder_of(draft, problem.at)
    if key != "where" or not problem.at.startswith("/nodes/") or "match" in lookup:
        return None
    own = draft["nodes"][int(problem.at.split("/")[2])]
    found = parse(lookup[key])
    pair = _equal(found.root, str(lookup.get("from")).partition(".")[0]) if isinstance(found, Expression) else None
    if pair is None:
        return None
    mine, theirs = pair
    if mine.table not in (None, own.get("id"), *_above(own, {str(table.get("id")): table for table in tables_of(draft)})):
        return None
    local = mine.column if mine.table in (None, own.get("id")) else f"{mine.table}.{mine.column}"
    text = lookup.pop(key)
    lookup["match"] = {local: theirs.column}
    return f'Wrote "{text}" as a match.'


def _equal(root: Node, target: str) -> tuple[Name, Name] | None:
    """Return the two columns that a condition wants to be equal: one of another row, and one of the table that is read."""
    match root:
        case Comparison(signs=("==",), operands=(Name() as one, Name() as other)):
            for mine, theirs in ((one, other), (other, one)):
                is_theirs = theirs.table in (None, target) and mine.table != target
                if is_theirs and (mine.table or theirs.table or mine.column == theirs.column):
                    return mine, theirs
    return None


def _other_key(root: Node, target: str, column: str, own: str) -> str | None:
    """Return the column of the own row that a condition keeps apart from the one that is read."""
    if not isinstance(root, Comparison) or root.signs != ("!=",):
        return None
    one, other = root.operands
    if not (isinstance(one, Name) and isinstance(other, Name)):
        return None
    for theirs, mine in ((one, other), (other, one)):
        if theirs.column == column and theirs.table in (None, target) and mine.table in (None, own) and mine.column != column:
            return mine.column
    return None
