"""What a question may hold: DuckDB's own tree of it is read, and only tables of the dataset and plain functions pass."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

_ROWS = ("range", "generate_series", "unnest")
"""The only functions that rows may come from."""

_PLAIN = re.compile(r"[^\W\d]\w{0,100}")
"""Names that cannot be those of files."""

_TOLD = re.compile(
    r"pg_\w*|duckdb_\w*|pragma_\w*|read_\w*|write_\w*|json_execute\w*|current_(?!date$|timestamp$|localtime)\w*|session_user|user"
    r"|getenv|getvariable|query\w*|version|nextval|currval|setseed|txid_\w*|has_\w*|in_search_path|get_block_size|glob\w*|sleep\w*"
    r"|parse_duckdb\w*|add_parquet_key|checkpoint|force_checkpoint|enable_\w*|disable_\w*|error"
)
"""Functions that tell of the database, the process or the machine, wait, or do something."""


def why_refused(tree: dict[str, Any], tables: Collection[str], reserved: Collection[str]) -> str:
    """Return why a statement is not asked, given its tree as `json_serialize_sql` writes it; empty where it may be.

    `reserved` are the views of DuckDB itself. A WITH can give their names to no table: beyond it the name would mean the view.
    """
    if tree.get("error"):
        return str(tree.get("error_message") or "It is not one SELECT.")
    nodes = list(_nodes(tree))
    own = {name for node in nodes for name in _named(node) if _PLAIN.fullmatch(name)}
    known = {name.lower() for name in tables} | own - {name.lower() for name in reserved}
    return next((reason for node in nodes if (reason := _refused(node, known))), "")


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield every object of a tree."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _named(node: dict[str, Any]) -> Iterator[str]:
    """Yield the names that a WITH gives to its own tables."""
    named = node.get("cte_map")
    for entry in named.get("map", ()) if isinstance(named, dict) else ():
        yield str(entry.get("key")).lower()
    if isinstance(node.get("ctename"), str):
        yield node["ctename"].lower()
    if isinstance(node.get("cte_name"), str):
        yield node["cte_name"].lower()


def _refused(node: dict[str, Any], known: Collection[str]) -> str:
    kind = node.get("type")
    if kind == "BASE_TABLE":
        name = str(node.get("table_name"))
        if node.get("catalog_name") or node.get("schema_name") not in ("", "main", None) or name.lower() not in known:
            return f"There is no table {name[:80]}."
    if kind == "TABLE_FUNCTION":
        maker = str(node.get("function", {}).get("function_name")).lower()
        if maker not in _ROWS:
            return f"Rows cannot come from {maker[:80]}."
    if kind in ("SHOW_REF", "COLUMN_DATA", "DELIM_GET"):
        return "It is not one SELECT."
    function = str(node.get("function_name") or "").lower()
    return f"The function {function[:80]} cannot be used here." if _TOLD.fullmatch(function) else ""
