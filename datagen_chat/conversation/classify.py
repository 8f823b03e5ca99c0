"""What a block of JSON-like text is, told from its keys alone: a full schema, a patch of one, or something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["full", "patch", "other"]
RANKS: dict[Kind, int] = {"other": 0, "patch": 1, "full": 2}

TABLES = {"nodes", "tables", "entities"}
TOP = {"version", "metadata", "timeframe", "constraints", "checks", "targets", "dag", *TABLES}
_NODE = {"id", "kind", "pk", "rows", "parents", "fanout", "columns", "modifiers", "state_transition_model", "stage_config"}
_ANYWHERE = {"comment", "description", "$schema"}

_WRAPPED = 3
"""How many brackets open before a schema begins, its own included, where it stands in something else."""

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
    """The keys of an object that begins after `depth` brackets, those with brackets, and the keys of its tables."""

    depth: int = 0
    above: str = ""
    top: set[str] = field(default_factory=set)
    brackets: set[str] = field(default_factory=set)
    in_tables: set[str] = field(default_factory=set)
    renames: bool = False

    @property
    def is_full(self) -> bool:
        """Whether this is a schema, and not a patch of one."""
        has_columns = bool(self.top & TABLES & self.brackets) and bool(self.in_tables & {"columns", "fields"})
        return has_columns and bool(self.top & {"version", "metadata"}) and not self.renames

    def open(self, depth: int, key: str) -> None:
        if key and depth == self.depth + 2:
            self.brackets.add(key)

    def add(self, depth: int, key: str) -> None:
        self.renames |= key == "$rename"
        if depth == self.depth + 1:
            self.top.add(key)
            self.above = key
        elif depth == self.depth + 3 and self.above in TABLES:
            self.in_tables.add(key)


def kind_of(text: str) -> Kind:
    """Return what a text is, whether or not it can be parsed; the time is linear in it.

    A full schema has tables with columns and says its version or its metadata; it may be the only one that stands within
    another object or a list. A patch has keys of a schema, or
    those of one table. The keys of a text that is cut off count as far as they go.

    >>> kind_of('{"version": "1.0", "nodes": [{"id": "a", "columns": ['), kind_of('{"timeframe": {}}'), kind_of('{"a": 1}')
    ('full', 'patch', 'other')
    """
    outline, *within = _outlines(text)
    if outline.is_full:
        return "full"
    if _is_patch(outline.top):
        return "patch"
    return "full" if len(within) == 1 else "other"


def _is_patch(keys: set[str]) -> bool:
    known, node = keys & TOP, keys & _NODE
    if known and known != {"version"} and keys <= TOP | _ANYWHERE:
        return True
    if len(known) > 1 and 2 * len(known) >= len(keys):
        return True
    return len(node) > 2 or ("columns" in node and bool(keys & {"id", "name", "kind", "pk"}))


def _outlines(text: str) -> list[_Outline]:
    """Return the outline of what a text is, and those of the schemas that begin at most two brackets within."""
    found = [_Outline()]
    within, depth = [found[0]], 0  # the open ones, outermost first
    for key, mark in _marks(text):
        if mark in "{[":
            for outline in within:
                outline.open(depth + 1, key)
            if mark == "{" and 0 < depth < _WRAPPED:
                within.append(_Outline(depth))
            depth += 1
        elif mark in "}]":
            depth -= 1
            if within[-1].depth == depth > 0:
                found += [closed for closed in (within.pop(),) if closed.is_full]
            if depth < 1:
                break
        elif mark == ":":
            for outline in within:
                outline.add(depth, key)
    return found + [cut for cut in within[1:] if cut.is_full]


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
