"""Tables and columns renamed, with every reference to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from datagen_chat.frozen import dataclass
from datagen_chat.instants import INSTANT_PATTERN
from datagen_chat.schema import queries
from datagen_chat.schema.json_schema import Node, annotated_schema
from datagen_chat.schema.places import columns_of, rename_key, step, tables_of, whole
from datagen_chat.unfoldings import UNFOLDINGS
from datagen_chat.words import COLUMN_PATTERN, NAME_PATTERN, REFERENCE_PATTERN


@dataclass(frozen=True, slots=True)
class _Mention:
    """A text of a draft that names a table, a column, or a column of a table; the key itself, or what stands under it."""

    holder: Any
    key: Any
    table: str | None
    column: str | None
    is_qualified: bool = True
    is_key: bool = False

    def write(self, table: str | None, column: str | None) -> None:
        """Write other names in its place."""
        parts = (table, column) if self.is_qualified else (table if self.column is None else column,)
        written = ".".join(str(part) for part in parts if part is not None)
        if self.is_key:
            rename_key(self.holder, self.key, written)
        else:
            self.holder[self.key] = written


@dataclass(frozen=True, slots=True)
class _Formula:
    """A formula or a template of a draft; a name in it that stands alone is a column of `own`."""

    holder: Any
    key: Any
    own: str | None
    language: str

    def write(self, change: Callable[[str | None, str], tuple[str | None, str]]) -> None:
        """Write other names into it."""
        from datagen_chat.expressions import renaming
        from datagen_chat.templates import parser

        rename = parser.rename if self.language == "template" else renaming.rename
        self.holder[self.key] = rename(self.holder[self.key], change)


@dataclass(frozen=True, slots=True)
class _Below:
    """A text of a behaviour of `own` that names the columns of this name in all tables that hang off it."""

    holder: Any
    key: Any
    own: str | None

    def write(self, old: str, new: str, *, is_kept: bool) -> None:
        """Write the new name in its place, or beside it where other tables still have the old one."""
        if not is_kept:
            self.holder[self.key] = new
        elif isinstance(self.holder, list):
            self.holder.append(new)  # at the end, for all else is known by its place
        else:
            self.holder[self.key] = [old, new]


_Place = _Mention | _Formula | _Below


def rename_table(draft: dict[str, Any], old: str, new: str) -> None:
    """Give a table another name, in place, wherever it is named."""
    for mention in list(_mentions(draft)):
        if isinstance(mention, _Formula):
            mention.write(lambda table, column: (new if table == old else table, column))
        elif isinstance(mention, _Mention) and mention.table == old and (mention.is_qualified or mention.column is None):
            mention.write(new, mention.column)
    _rewrite_checks(draft, lambda sql, tables: queries.rename_table(sql, old, new, set().union(*tables.values())))
    for table in tables_of(draft):
        if table.get("id") == old:
            table["id"] = new


def rename_column(draft: dict[str, Any], table: str, old: str, new: str) -> None:
    """Give a column another name, in place, wherever it is named."""
    for mention in list(_mentions(draft)):
        if isinstance(mention, _Formula):
            mention.write(_renaming(table, old, new, mention.own))
        elif isinstance(mention, _Below):
            below = [node for node in tables_of(draft) if mention.own in set(_above(draft, node))]
            others = (column.get("name") for node in below if node.get("id") != table for column in columns_of(node))
            if mention.holder[mention.key] == old and any(node.get("id") == table for node in below):
                mention.write(old, new, is_kept=old in others)
        elif mention.table == table and mention.column == old:
            mention.write(table, new)
    _rewrite_checks(draft, lambda sql, tables: queries.rename_column(sql, table, old, new, tables))
    for node in tables_of(draft):
        for column in columns_of(node) if node.get("id") == table else ():
            if column.get("name") == old:
                _bind(node, column)
                column["name"] = new


def _bind(table: dict[str, Any], column: dict[str, Any]) -> None:
    """Let a column that holds a field of a journey for its name's sake, and loses that name, say so itself."""
    called = {name: field for word in UNFOLDINGS if word in table for name, field in UNFOLDINGS[word].called.items()}
    field = called.get(str(column.get("name")))
    state = {"state": {"field": field}}
    generators = [each.get("generator") for each in columns_of(table)]
    if field is not None and state not in generators and "state" not in (column.get("generator") or ()):
        column["generator"] = state


def _above(draft: dict[str, Any], table: dict[str, Any]) -> Iterator[str]:
    """Yield the first parent of a table, its first parent, and so on; a circle is walked once."""
    firsts = {str(node.get("id")): parents[0] for node in tables_of(draft) if (parents := _parents(node))}
    name, seen = str(table.get("id")), set[str]()
    while name in firsts and name not in seen:
        seen.add(name)
        name = firsts[name]
        yield name


def _parents(table: dict[str, Any]) -> list[str]:
    written = table.get("parents")
    return [name for name in written if isinstance(name, str)] if isinstance(written, list) else []


def _rewrite_checks(draft: dict[str, Any], rewrite: Callable[[str, dict[str, list[str]]], str]) -> None:
    """Write the queries of the checks anew, given the columns of each table."""
    tables = {str(table.get("id")): [str(column.get("name")) for column in columns_of(table)] for table in tables_of(draft)}
    checks = draft.get("checks")
    for check in checks if isinstance(checks, list) else ():
        if isinstance(check, dict) and isinstance(check.get("sql"), str):
            check["sql"] = rewrite(check["sql"], tables)


def _renaming(table: str, old: str, new: str, own: str | None) -> Callable[[str | None, str], tuple[str | None, str]]:
    """Return how the names of a formula change when a column does; `own` is the table of names that stand alone."""
    owners = (table, None) if own == table else (table,)
    return lambda owner, name: (owner, new if name == old and owner in owners else name)


def _mentions(draft: dict[str, Any]) -> Iterator[_Place]:
    """Yield every text that names a table or column, found by what the JSON Schema says of its place."""
    root = annotated_schema()
    yield from _under(root["properties"], draft, dict.fromkeys(("constraints", "targets", "dag")))
    for table in tables_of(draft):
        yield from _in_table(root["$defs"], table)


_OF_PARENTS = ("fanout", "modifiers", "state_transition_model", "stage_config")
"""What makes the rows of a table reads the columns of its first parent."""


def _in_table(parts: Node, table: dict[str, Any]) -> Iterator[_Place]:
    own, written = table.get("id"), table.get("parents", [])
    if isinstance(table.get("pk"), str):
        yield _Mention(table, "pk", own, table["pk"], is_qualified=False)
    parents = [(k, name) for k, name in enumerate(written if isinstance(written, list) else ()) if isinstance(name, str)]
    yield from (_Mention(written, k, name, None, is_qualified=False) for k, name in parents)
    first = parents[0][1] if parents else None
    keys = {**dict.fromkeys(_OF_PARENTS, first), **dict.fromkeys(("segment_behavior", "vintage_behavior"), own)}
    yield from _under(parts["Table"]["properties"], table, keys)
    for column in columns_of(table):
        yield from _under(parts["Column"]["properties"], column, dict.fromkeys(("generator", "modifiers", "constraints"), own))


def _under(properties: Node, holder: dict[str, Any], keys: dict[str, str | None]) -> Iterator[_Place]:
    """Yield the names under some keys of an object, each with the table whose columns stand there without its name."""
    for key, own in keys.items():
        if key in holder:
            yield from _in_value(properties[key], holder, key, own)


def _in_value(node: Node, holder: Any, key: Any, own: str | None) -> Iterator[_Place]:
    """Yield the names in one value, governed by `node`, of the table `own`."""
    value = holder.get(key) if isinstance(holder, dict) else holder[key]
    node = whole(node, value)
    if isinstance(value, str) and (format_ := _format(node, value)):
        source = holder.get(node.get("rows_of")) if isinstance(holder, dict) else None
        yield _Formula(holder, key, source.partition(".")[0] if isinstance(source, str) else own, format_)
    elif isinstance(value, str) and node.get("names") == "below":
        yield _Below(holder, key, own)
    elif isinstance(value, str) and node.get("names") == "table":
        yield _Mention(holder, key, value, None, is_qualified=False)
    elif isinstance(value, str):
        pattern = REFERENCE_PATTERN if node.get("names") == "column" else node.get("pattern")
        yield from _in_text(pattern, value, holder, key, own)
    elif isinstance(value, dict):
        is_join = _is_join(node)
        for name in list(value):
            theirs = _owner(node, value, name) or own
            yield from _in_value(step(node, value, name)[0], value, name, _theirs(holder) if is_join else theirs)
            if is_join:
                table, dot, column = name.rpartition(".")
                yield _Mention(value, name, table or own, column, is_qualified=bool(dot), is_key=True)
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from _in_value(step(node, value, str(index))[0], value, index, own)


def _in_text(pattern: str | None, value: str, holder: Any, key: Any, own: str | None) -> Iterator[_Mention]:
    if pattern in (REFERENCE_PATTERN, COLUMN_PATTERN) and re.fullmatch(REFERENCE_PATTERN, value):
        table, _, column = value.partition(".")
        yield _Mention(holder, key, table, column)
    elif pattern in (NAME_PATTERN, COLUMN_PATTERN):
        yield _Mention(holder, key, own, value, is_qualified=False)


def _format(node: Node, value: str) -> str | None:
    """Return what a text that holds names is: an expression, as the end of a window may be, or a template; else None."""
    found: str | None = node.get("format")
    if found == "moment" and not re.fullmatch(INSTANT_PATTERN, value):
        return "expression"
    return found if found in ("expression", "template") else None


def _owner(node: Node, value: dict[str, Any], name: str) -> str | None:
    """Return the table that an object names itself and whose columns stand under one of its keys."""
    if name in ("window", "map"):
        found = value.get("effect_table")
    else:
        is_named = node.get("properties", {}).get("table", {}).get("names") == "table"
        found = value.get("table") if is_named else None
    return found if isinstance(found, str) else None


def _is_join(node: Node) -> bool:
    """Return whether an object's keys are columns of the row, and its values columns of another: `on` and `match`."""
    rest = node.get("additionalProperties")
    return node.get("maxProperties", 99) <= 10 and isinstance(rest, dict) and rest.get("pattern") == NAME_PATTERN


def _theirs(lookup: Any) -> str | None:
    """Return the table that a lookup or an effect reads."""
    source = lookup.get("effect_table", lookup.get("from"))
    return source.partition(".")[0] if isinstance(source, str) else None
