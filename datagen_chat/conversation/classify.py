"""What a block of JSON-like text is, told from its keys alone: a full schema, a patch of one, or something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["full", "patch", "other"]
RANKS: dict[Kind, int] = {"other": 0, "patch": 1, "full": 2}

_TABLES = {"nodes", "tables", "entities"}
_TOP = {"version", "metadata", "timeframe", "constraints", "checks", "targets", "dag", *_TABLES}
_NODE = {"id", "kind", "pk", "rows", "parents", "fanout", "columns", "modifiers", "state_transition_model", "stage_config"}
_ANYWHERE = {"comment", "description", "$schema"}

_WRAPPING = re.compile(r"""\s*+(?:\[|\{\s*+["'][^"'\n]{1,80}["']\s*+:)\s*+(?=\{)""")
_TOKEN = re.compile(
    r'"(?P<double>(?:[^"\\]|\\.)*+)"'
    r"|'(?P<single>[^'\n]*+)'"
    r"|[“„](?P<typographic>[^“”\n]*+)[“”]"
    r"|(?P<comment>//[^\n]*|\#[^\n]*|/\*.*?(?:\*/|\Z))"
    r"|(?P<entity>&\w{2,8};|\\.)"
    r"|(?P<word>[A-Za-z_$][\w$]*+)"
    r"|(?P<mark>[{}\[\]:,])",
    re.DOTALL,
)


@dataclass(slots=True)
class _Outline:
    """The keys of an object, the values among them that are brackets, and the keys of its tables."""

    top: set[str] = field(default_factory=set)
    brackets: set[str] = field(default_factory=set)
    in_tables: set[str] = field(default_factory=set)
    renames: bool = False

    @property
    def is_full(self) -> bool:
        """Whether this is a schema, and not a patch of one."""
        has_columns = bool(self.top & _TABLES & self.brackets) and bool(self.in_tables & {"columns", "fields"})
        return has_columns and bool(self.top & {"version", "metadata"}) and not self.renames

    def add(self, depth: int, key: str, above: str) -> None:
        self.renames |= key == "$rename"
        if depth == 1:
            self.top.add(key)
        elif depth == 3 and above in _TABLES:
            self.in_tables.add(key)


def kind_of(text: str) -> Kind:
    """Return what a text is, whether or not it can be parsed; the time is linear in it.

    A full schema has tables with columns and says its version or its metadata; an object or a list may hold it that holds
    nothing else. A patch has keys of a schema, or
    those of one table. The keys of a text that is cut off count as far as they go.

    >>> kind_of('{"version": "1.0", "nodes": [{"id": "a", "columns": ['), kind_of('{"timeframe": {}}'), kind_of('{"a": 1}')
    ('full', 'patch', 'other')
    """
    outline = _outline(text)
    if outline.is_full:
        return "full"
    if _is_patch(outline.top):
        return "patch"
    wrapping = _WRAPPING.match(text) if len(outline.top) < 2 else None
    return "full" if wrapping and _outline(text[wrapping.end() :]).is_full else "other"


def _is_patch(keys: set[str]) -> bool:
    known, node = keys & _TOP, keys & _NODE
    if known and known != {"version"} and keys <= _TOP | _ANYWHERE:
        return True
    if len(known) > 1 and 2 * len(known) >= len(keys):
        return True
    return len(node) > 2 or ("columns" in node and bool(keys & {"id", "name", "kind", "pk"}))


def _outline(text: str) -> _Outline:
    outline, depth, above = _Outline(), 0, ""
    for key, mark in _marks(text):
        if mark in "{[":
            depth += 1
            if mark == "[" and depth == 1:
                break
            if key and depth == 2:
                outline.brackets.add(key)
        elif mark in "}]":
            depth -= 1
            if depth < 1:
                break
        elif mark == ":":
            above = key if depth == 1 else above
            outline.add(depth, key, above)
    return outline


def _marks(text: str) -> Iterator[tuple[str, str]]:
    """Yield the brackets, colons and commas, each with the key that it closes or whose value it opens."""
    last, before = "", ""
    for found in _TOKEN.finditer(text):
        name = found.lastgroup or ""
        if name == "mark":
            key = last if found[name] == ":" else before
            yield key, found[name]
            last, before = "", last if found[name] == ":" else ""
        elif name not in {"comment", "entity"}:
            last, before = found[name], ""
