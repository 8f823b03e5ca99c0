"""Tables of cells, laid out for a width: in one piece, in groups of columns, or row by row where there is no room."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from datagen_chat.frozen import dataclass
from datagen_chat.outlines import BARS
from datagen_chat.terminal.cells import Cell, Ladder, bars
from datagen_chat.terminal.clean import joined, one_line, text
from datagen_chat.terminal.screen import Screen

_GAP = 2
_LEAST_TEXT = 14
_USUAL_TEXT = 28
_MOST_TEXT = 60


@dataclass(frozen=True, slots=True)
class _Placed:
    """A column of cells and the width that it is drawn in."""

    ladder: Ladder
    width: int


def draw_rows(screen: Screen, ladders: Sequence[Ladder], *, key: str = "", indent: int = 2) -> None:
    """Draw neighbouring rows; where they need several tables, each begins with the column `key`."""
    if screen.is_narrow and _least(ladders) > screen.width - indent:
        _draw_records(screen, ladders, indent)
        return
    for number, group in enumerate(_groups(ladders, key, screen.width - indent)):
        if number:
            screen.blank()
        draw_grid(screen, group, indent=indent)


def has_bars(screen: Screen, ladders: Sequence[Ladder], indent: int = 2) -> bool:
    """Return whether rows are drawn with bars below the names."""
    is_grid = not (screen.is_narrow and _least(ladders) > screen.width - indent)
    return is_grid and any(bars(ladder.outline, min(_natural(ladder), BARS)) for ladder in ladders)


def draw_grid(screen: Screen, ladders: Sequence[Ladder], *, indent: int = 2) -> None:
    """Draw columns beside each other, the texts among them cut to what there is room for."""
    columns = _fitted(ladders, screen.width - indent)
    margin, gap = text(" " * indent), text(" " * _GAP)
    head = tuple(Cell(column.ladder.head, "bold") for column in columns)
    rule = tuple(Cell("─" * column.width, "dim") for column in columns)
    outlines = tuple(Cell(bars(column.ladder.outline, min(column.width, BARS)), "cyan") for column in columns)
    drawn = (head, rule, outlines) if any(cell.text for cell in outlines) else (head, rule)
    for row in (*drawn, *zip(*(column.ladder.cells for column in columns), strict=True)):
        line = gap.join(_cell(cell, column) for cell, column in zip(row, columns, strict=True))
        line.rstrip()
        screen.line(joined(margin, line))


def _cell(cell: Cell, column: _Placed) -> Text:
    drawn = text(one_line(cell.text), cell.style)
    drawn.truncate(column.width, overflow="ellipsis")
    space = text(" " * (column.width - drawn.cell_len))
    return joined(space, drawn) if column.ladder.is_right else joined(drawn, space)


def _natural(ladder: Ladder) -> int:
    cells = max((cell_len(cell.text) for cell in ladder.cells), default=0)
    return max(cells if ladder.is_firm else min(cells, _MOST_TEXT), cell_len(ladder.head), 1)


def _width(ladder: Ladder, text_width: int) -> int:
    """Return the width of a column when texts get `text_width`; other values are never cut."""
    natural = _natural(ladder)
    return natural if ladder.is_firm else min(natural, max(text_width, min(cell_len(ladder.head), _USUAL_TEXT)))


def _sum(ladders: Sequence[Ladder], text_width: int) -> int:
    return sum(_width(ladder, text_width) + _GAP for ladder in ladders) - _GAP


def _least(ladders: Sequence[Ladder]) -> int:
    return _sum(ladders, _LEAST_TEXT)


def _groups(ladders: Sequence[Ladder], key: str, room: int) -> list[list[Ladder]]:
    """Return the columns in groups that fit; the first try is one group with its texts cut short."""
    if _least(ladders) <= room:
        return [list(ladders)]
    lead = [ladder for ladder in ladders if ladder.head == key]
    groups: list[list[Ladder]] = [[]]
    for ladder in ladders:
        if groups[-1] and _sum([*groups[-1], ladder], _USUAL_TEXT) > room:
            groups.append(list(lead))
        groups[-1].append(ladder)
    return groups


def _fitted(ladders: Sequence[Ladder], room: int) -> list[_Placed]:
    """Return the columns with the widest limit on texts that fits; a single column may be as wide as the room."""
    limit = next((limit for limit in range(_MOST_TEXT, _LEAST_TEXT, -1) if _sum(ladders, limit) <= room), _LEAST_TEXT)
    return [_Placed(ladder, min(_width(ladder, limit), room)) for ladder in ladders]


def _draw_records(screen: Screen, ladders: Sequence[Ladder], indent: int) -> None:
    """Draw each row as lines of a name and a value."""
    names = min(max(cell_len(ladder.head) for ladder in ladders), max(screen.width // 2 - indent, 6))
    for number in range(len(ladders[0].cells)):
        if number:
            screen.blank()
        for ladder in ladders:
            head = _cell(Cell(ladder.head, "bold"), _Placed(Ladder(ladder.head, ()), names))
            value = text(one_line(ladder.cells[number].text), ladder.cells[number].style)
            value.truncate(max(screen.width - indent - names - _GAP, 4), overflow="ellipsis")
            screen.line(joined(text(" " * indent), head, text(" " * _GAP), value))
