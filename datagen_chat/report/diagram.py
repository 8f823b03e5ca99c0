"""The tables of a dataset as boxes in layers, parents before children, with lines for keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from datagen_chat.frozen import dataclass
from datagen_chat.schema.index import Index, Place
from datagen_chat.schema.model import Table
from datagen_chat.terminal.cells import average

WIDTH, HEAD, LINE = 208, 40, 18
_GAP_X, _GAP_Y, _MARGIN = 76, 26, 8
_KEYS_SHOWN, _LONGEST = 5, 25
_BEND = 0.2
"""The room that a line past a layer takes, in boxes."""
_PAGE, _SMALLEST = 980, 0.65

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Link:
    """A foreign key: its column and the key that it holds, and the rows of each parent where the child hangs off it."""

    child: Place
    parent: Place
    is_primary: bool
    each: float | None


@dataclass(frozen=True, slots=True)
class Box:
    """A table: where it stands, how high it is, its rows, and its keys as lines."""

    table: str
    kind: str
    rows: int
    lines: tuple[str, ...]
    x: float = 0.0
    y: float = 0.0

    @property
    def height(self) -> int:
        """The height of the box."""
        return HEAD + LINE * len(self.lines) + 6


@dataclass(frozen=True, slots=True)
class Line:
    """A link as it is drawn: the path of an SVG element, and where its label stands."""

    link: Link
    path: str
    label: str
    at: Point


@dataclass(frozen=True, slots=True)
class Diagram:
    """All boxes and lines, and the size of the whole."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float

    @property
    def scale(self) -> float:
        """How much smaller it is drawn, so that it fits the page as long as it can still be read."""
        return min(max(_PAGE / self.width, _SMALLEST), 1.0)


def links(index: Index, counts: Mapping[str, int]) -> tuple[Link, ...]:
    """Return every foreign key of a dataset."""
    return tuple(_link(index, child, parent, counts) for child, parent in index.foreign_keys())


def _link(index: Index, child: Place, parent: Place, counts: Mapping[str, int]) -> Link:
    parents = index.tables[child[0]].parents
    is_primary = bool(parents) and parents[0] == parent[0] and index.follows(child, parent[0])
    above = counts[parent[0]]
    return Link(child, parent, is_primary, counts[child[0]] / above if is_primary and above else None)


def diagram(tables: Sequence[Table], found: Sequence[Link], counts: Mapping[str, int]) -> Diagram:
    """Return the tables laid out from left to right, so that lines lead from each table to those that hold its keys."""
    boxes = {table.id: _box(table, found, counts[table.id]) for table in tables}
    names = list(boxes)
    number = {name: k for k, name in enumerate(names)}
    pairs = dict.fromkeys((link.parent[0], link.child[0]) for link in found if link.parent[0] != link.child[0])
    spots, routes = _laid_out([(number[one], number[other]) for one, other in pairs], len(names))
    rows = max(box.height for box in boxes.values()) + _GAP_Y
    placed = {name: _placed(boxes[name], spots[k], rows) for name, k in number.items()}
    via = {
        (names[one], names[other]): [
            (_MARGIN + layer * (WIDTH + _GAP_X), _MARGIN + row * rows + rows / 2) for layer, row in spots
        ]
        for (one, other), spots in routes.items()
    }
    lines = tuple(_line(link, key, placed, via) for link, key in _keyed(found) if link.parent[0] != link.child[0])
    right = max(box.x for box in placed.values()) + WIDTH + _MARGIN
    bottom = max(box.y + box.height for box in placed.values()) + _MARGIN
    return Diagram(tuple(placed.values()), lines, right, bottom)


def _box(table: Table, found: Sequence[Link], rows: int) -> Box:
    keys = [f"{table.pk} (key)", *(f"{link.child[1]} → {link.parent[0]}" for link in found if link.child[0] == table.id)]
    if len(keys) > _KEYS_SHOWN:
        keys = [*keys[: _KEYS_SHOWN - 1], f"and {len(keys) - _KEYS_SHOWN + 1} more keys"]
    return Box(table.id, table.kind, rows, tuple(shortened(key) for key in keys))


def shortened(text: str, longest: int = _LONGEST) -> str:
    """Return a text that fits into a box."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _placed(box: Box, spot: Point, rows: float) -> Box:
    layer, row = spot
    x, y = _MARGIN + layer * (WIDTH + _GAP_X), _MARGIN + row * rows
    return Box(box.table, box.kind, box.rows, box.lines, x, y + (rows - _GAP_Y - box.height) / 2)


Routes = dict[tuple[int, int], list[Point]]


def _laid_out(pairs: Sequence[tuple[int, int]], count: int) -> tuple[dict[int, Point], Routes]:
    """Return the layer and the place in it of each node, and of the bends of lines that cross layers.

    Nodes without lines stand below all others.
    """
    from fast_sugiyama import from_edges

    joined = sorted({node for pair in pairs for node in pair})
    dense = {node: k for k, node in enumerate(joined)}  # bends are numbered from the last node on
    drawn = [(dense[one], dense[other]) for one, other in pairs]
    layouts = from_edges(drawn, vertex_spacing=1, minimum_length=1, dummy_vertices=True, dummy_size=_BEND) if drawn else []
    spots: dict[int, Point] = {}
    routes: Routes = {}
    top = 0.0
    for positions, _, _, edges in layouts:
        found = {int(node): (-y, x) for node, (x, y) in positions}
        left, first = (min(spot[axis] for spot in found.values()) for axis in (0, 1))
        found = {node: (layer - left, row - first + top) for node, (layer, row) in found.items()}
        top = max(row for _, row in found.values()) + 1
        spots |= {joined[node]: spot for node, spot in found.items() if node < len(joined)}
        bends = _bends(list(edges or ()), found, len(joined))
        routes |= {(joined[one], joined[other]): passed for (one, other), passed in bends.items()}
    alone = [node for node in range(count) if node not in spots]
    across = max((int(layer) for layer, _ in spots.values()), default=3) + 1
    spots |= {node: (float(k % across), top + k // across) for k, node in enumerate(alone)}
    return spots, routes


def _bends(edges: Sequence[tuple[int | str, int | str]], spots: Mapping[int, Point], count: int) -> Routes:
    """Return the places that each line that crosses a layer leads by."""
    onward: dict[int, list[int]] = {}
    for one, other in edges:
        onward.setdefault(int(one), []).append(int(other))
    found: Routes = {}
    for start in [node for node in onward if node < count]:
        for first in onward[start]:
            passed, node = [], first
            while node >= count:
                passed.append(spots[node])
                node = onward[node][0]
            found[start, node] = passed
    return found


def _keyed(found: Sequence[Link]) -> Iterator[tuple[Link, int]]:
    """Yield the links with the line of their key in the child's box, whose first line is its own key."""
    last: dict[str, int] = {}
    for link in found:
        last[link.child[0]] = last.get(link.child[0], 0) + 1
        yield link, last[link.child[0]]


def _line(link: Link, key: int, boxes: Mapping[str, Box], via: Mapping[tuple[str, str], Sequence[Point]]) -> Line:
    one, other = boxes[link.parent[0]], boxes[link.child[0]]
    at = min(key, len(other.lines) - 1)
    start, end = (one.x + WIDTH, one.y + HEAD / 2), (other.x - 7, other.y + HEAD + LINE * at + LINE / 2)
    if end[0] < start[0]:  # a line that leads back, in a circle of keys
        start = (one.x, start[1])
        points = [start, end]
    else:
        points = [start, *(point for spot in via.get((one.table, other.table), ()) for point in _across(spot)), end]
    label = f"{average(link.each)} each" if link.each is not None else ""
    return Line(link, "".join(_curves(points)), label, (end[0] - 4, end[1] - 5))


def _across(spot: Point) -> Iterator[Point]:
    """Yield the two ends of the way past the boxes of a layer."""
    yield spot
    yield spot[0] + WIDTH, spot[1]


def _curves(points: Sequence[Point]) -> Iterator[str]:
    yield f"M{points[0][0]:.0f},{points[0][1]:.0f}"
    for (x, y), (to_x, to_y) in pairwise(points):
        if y == to_y:
            yield f"L{to_x:.0f},{to_y:.0f}"
        else:
            half = max((to_x - x) / 2, 24)
            yield f"C{x + half:.0f},{y:.0f} {to_x - half:.0f},{to_y:.0f} {to_x:.0f},{to_y:.0f}"
