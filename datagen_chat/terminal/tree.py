"""How the tables of a schema hang together, as lines: each below its first parent, with arrows to those it refers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len

from datagen_chat.engine.estimate import Count
from datagen_chat.frozen import dataclass
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Dataset, Table
from datagen_chat.terminal.cells import average, count
from datagen_chat.terminal.clean import joined, spans
from datagen_chat.terminal.screen import Screen, Span

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class _Line:
    """A table with what stands before its name, and before what does not fit beside it."""

    table: Table
    lead: str
    below: str


def draw_tree(screen: Screen, dataset: Dataset, counts: Mapping[str, Count], indent: int = 2) -> None:
    """Draw the tables as a tree; one table alone hangs off nothing, and is not drawn."""
    if len(dataset.nodes) < 2:
        return
    arrows = _arrows(dataset)
    lines = list(_lines(dataset))
    for line in lines[:_SHOWN]:
        parts = [_size(line.table, counts), *arrows.get(line.table.id, ())]
        _draw(screen, line, parts, indent)
    if len(lines) > _SHOWN:
        screen.say((f"… and {len(lines) - _SHOWN:,} more tables.", "dim"), indent=indent)


def _draw(screen: Screen, line: _Line, parts: Sequence[str], indent: int) -> None:
    """Draw a table in as many lines as its parts need; a part that is wider than the screen is cut."""
    lead, below = (_shortened(part, (screen.width - indent) // 2) for part in (line.lead, line.below))
    start: list[Span] = [(lead, "dim"), (line.table.id, "bold cyan")]
    used = cell_len(lead) + cell_len(line.table.id)
    for number, part in enumerate(parts):
        if used + 2 + cell_len(part) > screen.width - indent:
            _put(screen, start, indent)
            start, used = [(f"{below}  ", "dim")], cell_len(below) + 2
        elif number or part:
            start, used = [*start, "  "], used + 2
        start, used = [*start, (part, "dim") if number else part], used + cell_len(part)
    _put(screen, start, indent)


def _shortened(lead: str, most: int) -> str:
    """Return the last of the lines that lead down to a table, as many as leave room for its name."""
    return lead if len(lead) <= most else f"…{lead[len(lead) - most + 1 :]}"


def _put(screen: Screen, parts: Sequence[Span], indent: int) -> None:
    drawn = joined(spans(" " * indent), spans(*parts))
    drawn.truncate(screen.width, overflow="ellipsis")
    drawn.rstrip()
    screen.line(drawn)


def _size(table: Table, counts: Mapping[str, Count]) -> str:
    """Return the rows of a table, and how many each row of its first parent has."""
    own = counts[table.id]
    told = "1 row" if own == Count(1) else f"{count(own.rows, is_exact=own.is_exact)} rows"
    above = counts[table.parents[0]] if table.parents else None
    return told if above is None or not above.rows else f"{told}, {average(own.rows / above.rows)} each"


def _arrows(dataset: Dataset) -> dict[str, list[str]]:
    """Return the keys of each table that do not lead to its first parent, or do so a second time."""
    index = Index(dataset)
    found: dict[str, list[str]] = {}
    for (table, column), (target, _) in index.foreign_keys():
        parents = index.tables[table].parents
        if not (parents and target == parents[0] and index.follows((table, column), target)):
            found.setdefault(table, []).append(f"{column} → {target}")
    return found


def _lines(dataset: Dataset) -> Iterator[_Line]:
    """Yield every table below its first parent, in the order of the schema."""
    below: dict[str, list[Table]] = {}
    for table in dataset.nodes:
        below.setdefault(table.parents[0] if table.parents else "", []).append(table)
    waiting = [_Line(table, "", "") for table in reversed(below.get("", ()))]
    while waiting:
        line = waiting.pop()
        children = below.get(line.table.id, [])
        yield _Line(line.table, line.lead, line.below + ("│" if children else " "))
        for k, child in reversed(list(enumerate(children))):
            is_last = k == len(children) - 1
            lead = line.below + ("└─ " if is_last else "├─ ")
            waiting.append(_Line(child, lead, line.below + ("   " if is_last else "│  ")))
