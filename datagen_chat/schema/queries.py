"""Names of tables and columns in the SQL of checks, written anew where they stand; texts and all else stay as they are."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from datagen_chat.frozen import dataclass
from datagen_chat.sql import KEYWORDS, quoted

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|/\*.*?\*/|\w+|\s+|.""", re.DOTALL)
_BEFORE_TABLES = ("from", "join")
_NO_ALIAS = {
    "as", "on", "using", "where", "group", "order", "having", "limit", "join", "left", "right", "inner", "full", "outer",
    "cross", "natural", "union", "except", "intersect", "window", "qualify", "anti", "semi", "asof", "positional", "select",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Word:
    """An identifier or a keyword: where it stands among the tokens, its name in small letters, and whether it can be a name."""

    at: int
    name: str
    is_name: bool


def rename_table(sql: str, old: str, new: str, columns: Collection[str]) -> str:
    """Return a query with a table's new name; `columns` are the names that may as well be columns.

    >>> rename_table("SELECT item.id FROM item WHERE kind = 'item'", "item", "line", ())
    "SELECT line.id FROM line WHERE kind = 'item'"
    """
    tokens, words = _read(sql)
    is_column_too = old.lower() in {name.lower() for name in columns}
    for k, word in enumerate(words):
        if not word.is_name or word.name != old.lower() or _sign(tokens, word.at, -1) == ".":
            continue
        before = words[k - 1].name if k else ""
        if not is_column_too or before in _BEFORE_TABLES or _sign(tokens, word.at, 1) == ".":
            tokens[word.at] = _like(tokens[word.at], new)
    return "".join(tokens)


def rename_column(sql: str, table: str, old: str, new: str, tables: Mapping[str, Collection[str]]) -> str:
    """Return a query with a column's new name; `tables` are the columns of each table.

    Where another table of the query has a column of that name, only what stands behind its own table or alias is renamed.

    >>> rename_column("SELECT max(a.x), x FROM a JOIN b ON true", "a", "x", "y", {"a": ["x"], "b": ["x"]})
    'SELECT max(a.y), x FROM a JOIN b ON true'
    """
    tokens, words = _read(sql)
    named = {word.name for word in words if word.is_name}
    if table.lower() not in named:
        return sql
    others = (columns for name, columns in tables.items() if name != table and name.lower() in named)
    is_shared = any(old in columns for columns in others)
    own = {table.lower(), *_aliases(tokens, words, table.lower())}
    for k, word in enumerate(words):
        if not word.is_name or word.name != old.lower() or _sign(tokens, word.at, 1) in ("(", "."):
            continue
        is_qualified = _sign(tokens, word.at, -1) == "."
        if words[k - 1].name in own if is_qualified else not is_shared:
            tokens[word.at] = _like(tokens[word.at], new)
    return "".join(tokens)


def _read(sql: str) -> tuple[list[str], list[_Word]]:
    tokens = _TOKEN.findall(sql)
    found = ((k, token) for k, token in enumerate(tokens) if re.fullmatch(r'\w+|".*"', token, re.DOTALL))
    return tokens, [
        _Word(k, token.strip('"').lower(), token.lower() not in KEYWORDS or _sign(tokens, k, -1) == ".") for k, token in found
    ]


def _sign(tokens: list[str], at: int, step: int) -> str:
    """Return the next token before or after one that is no space."""
    at += step
    while 0 <= at < len(tokens) and tokens[at].isspace():
        at += step
    return tokens[at] if 0 <= at < len(tokens) else ""


def _aliases(tokens: list[str], words: list[_Word], table: str) -> set[str]:
    """Return the other names that a query gives to a table."""
    found = set()
    for k, word in enumerate(words[1:-1], 1):
        if word.name == table and (words[k - 1].name in _BEFORE_TABLES or _sign(tokens, word.at, -1) == ","):
            after = words[k + 2 if words[k + 1].name == "as" and k + 2 < len(words) else k + 1].name
            found |= {after} - _NO_ALIAS
    return found


def _like(token: str, new: str) -> str:
    return quoted(new) if token.startswith('"') or new.lower() in KEYWORDS else new
