"""The order in which the parts of the package may know each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = "datagen_chat"

# Read from top to bottom, import only upwards. Parts of one line do not know each other.
LAYERS = """
frozen
problems  instants  draws  rounding  elementary  calendar  sql
words  values  llm  permutation  ladder  chance
selection  spelling
conversion
laws  ticks  patterns  templates  faking  sinks  expressions
fanouts  tables  window_weights  branches  outlines
bounds  scores  popularity  windows  matching
generators.base
order  subsets
urns
distinct_ticks
generators
modifiers  unfoldings
behaviours
schema
engine
preview  verify  shipped  arbitrary
advice  asked
conversation
evaluation
terminal
report
commands
arguments
cli
__main__
"""

# What the order alone would allow, and the design does not.
FORBIDDEN = {
    "conversation": ("sinks", "verify"),
    "verify": ("engine",),
    "schema": ("llm", "sinks"),
    "engine": ("llm",),
    "report": ("engine", "llm"),
}

RANKS = {part: rank for rank, line in enumerate(LAYERS.split("\n")) for part in line.split()}
PRINTING = ("cli", "terminal", "__main__")


class Import(NamedTuple):
    path: Path
    line: int
    module: str
    target: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.module} imports {self.target}"


def modules() -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / PACKAGE).rglob("*.py")):
        names = path.relative_to(ROOT / PACKAGE).with_suffix("").parts
        if names != ("__init__",):
            yield path, ".".join(names).removesuffix(".__init__")


def imports() -> Iterator[Import]:
    for path, module in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for target in named(node):
                if target != PACKAGE and target.split(".")[0] == PACKAGE:
                    yield Import(path, node.lineno, module, target.removeprefix(f"{PACKAGE}."))


def named(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are written in full"
        if node.module == PACKAGE:
            yield from (f"{PACKAGE}.{alias.name}" for alias in node.names if not alias.name.startswith("_"))
        else:
            yield node.module or ""


def part_of(module: str) -> str:
    """Return the longest part of LAYERS that the module belongs to, or nothing."""
    names = module.split(".")
    parts = [".".join(names[:length]) for length in range(len(names), 0, -1)]
    return next((part for part in parts if part in RANKS), "")


IMPORTS = list(imports())


def test_every_module_has_its_place() -> None:
    assert [module for _, module in modules() if not part_of(module)] == []


def test_a_module_imports_only_what_stands_above_it() -> None:
    between = [(found, part_of(found.module), part_of(found.target)) for found in IMPORTS]
    downwards = [str(found) for found, part, target in between if part != target and RANKS.get(target, 0) >= RANKS.get(part, 0)]
    assert downwards == []


@pytest.mark.parametrize("part", FORBIDDEN)
def test_a_part_does_not_know_what_it_need_not(part: str) -> None:
    known = [str(found) for found in IMPORTS if part_of(found.module) == part and part_of(found.target) in FORBIDDEN[part]]
    assert known == []


def test_only_the_edge_prints_or_reads_keys() -> None:
    calls = ("print", "input", "breakpoint")
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.func.id}()"
        for path, module in modules()
        if module.split(".")[0] not in PRINTING
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in calls
    ]
    assert found == []


def test_a_provider_is_imported_only_when_it_is_used() -> None:
    """The vendors' packages take seconds to import: inside functions only."""
    slow = ("openai", "anthropic", "httpx2", "pandas")
    found = []
    for path, _ in modules():
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
                found += [f"{path.relative_to(ROOT)}:{node.lineno}: {name}" for name in names if name.split(".")[0] in slow]
    assert found == []
