"""What the page shows of each table and each column."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from markupsafe import Markup

from datagen_chat.frozen import dataclass
from datagen_chat.report.bars import Bar, Bars, bars, share
from datagen_chat.report.charts import draw
from datagen_chat.report.data import Data
from datagen_chat.report.declared import Declared, declared, shares_of
from datagen_chat.report.diagram import Link
from datagen_chat.report.families import families
from datagen_chat.report.figures import Figures, figures
from datagen_chat.report.phrases import bar_name, caption, percent, rows
from datagen_chat.report.phrases import figures as told_figures
from datagen_chat.report.sentences import sentence
from datagen_chat.schema.change import in_words
from datagen_chat.schema.index import Index
from datagen_chat.schema.model import Column, Table
from datagen_chat.sql import quoted
from datagen_chat.terminal.cells import Cell, Ladder, average, ladder

SAMPLED = 5


@dataclass(frozen=True, slots=True)
class BarView:
    """A bar as a line of a table."""

    name: str
    count: str
    share: str
    declared: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with what it shows in words and in figures."""

    chart: Markup
    caption: str
    of: str
    head: str
    bars: Sequence[BarView]
    is_declared: bool


@dataclass(frozen=True, slots=True)
class FamiliesView:
    """How many rows each row of the parent has."""

    of: str
    made: str
    picture: Picture


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column; `words` are what it is found by."""

    name: str
    type: str
    anchor: str
    words: str
    badges: Sequence[str]
    description: str
    made: str
    draft: str
    figures: Sequence[tuple[str, str]]
    picture: Picture | None
    no_picture: str


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column of sample rows."""

    name: str
    is_right: bool


@dataclass(frozen=True, slots=True)
class SampleView:
    """The first rows of a table."""

    caption: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class TableView:
    """A table."""

    name: str
    anchor: str
    kind: str
    rows: str
    about: str
    description: str
    sample: SampleView | None
    families: FamiliesView | None
    columns: Sequence[ColumnView]


@dataclass(frozen=True)
class Material:
    """What the views are made of; `draft` is the schema as JSON, `remarks` what it says in prose of (table, column)."""

    data: Data
    index: Index
    links: Sequence[Link]
    draft: Mapping[str, Any]
    remarks: Mapping[tuple[str, str], str]

    @cached_property
    def drafts(self) -> Mapping[tuple[str, str], Mapping[str, Any]]:
        """The tables and columns as JSON; a table stands under no column."""
        found = {(node["id"], ""): node for node in self.draft["nodes"]}
        return found | {(node["id"], column["name"]): column for node in self.draft["nodes"] for column in node["columns"]}


def anchor(table: str, column: str = "") -> str:
    """Return the id of a table or a column on the page; names are letters, digits and underscores."""
    return f"table-{table}" + (f".{column}" if column else "")


def table_view(material: Material, table: Table) -> TableView:
    """Return what the page shows of a table."""
    found = figures(material.data, table)
    count = next(iter(found.values())).rows
    return TableView(
        table.id,
        anchor(table.id),
        table.kind,
        rows(count),
        _about(table, material.links, count),
        material.remarks.get((table.id, ""), ""),
        _sample(material.data, table, count) if count else None,
        _families(material, table) if count else None,
        [_column(material, table, column, found[column.name]) for column in table.columns],
    )


def _about(table: Table, links: Sequence[Link], count: int) -> str:
    columns = "1 column" if len(table.columns) == 1 else f"{len(table.columns)} columns"
    told = f"{rows(count)}, {columns}."
    above = next(((link.parent[0], link.each) for link in links if link.child[0] == table.id and link.each is not None), None)
    if above is not None:
        told += f" Each row belongs to one of {above[0]}, which have {average(above[1])} of them on average."
    elif table.parents:
        told += f" Its rows hang off those of {table.parents[0]}."
    below = sorted({link.child[0] for link in links if link.parent[0] == table.id and link.child[0] != table.id})
    return f"{told} Its keys stand in {', '.join(below)}." if below else told


def _sample(data: Data, table: Table, count: int) -> SampleView:
    shown = data.ask(f"SELECT * FROM {quoted(table.id)} LIMIT {SAMPLED}")  # noqa: S608 - quoted
    columns = zip(table.columns, zip(*shown, strict=True), strict=True)
    ladders = [ladder(column.name, values, column.places) for column, values in columns]
    heads = [Head(one.head, one.is_right) for one in ladders]
    lines = [
        [_styled(ladders[k], cell) for k, cell in enumerate(row)] for row in zip(*(one.cells for one in ladders), strict=True)
    ]
    which = f"All {rows(count)}" if len(shown) == count > 1 else f"The first {len(shown)} of {rows(count)}"
    return SampleView(which, heads, lines)


def _styled(column: Ladder, cell: Cell) -> Cell:
    return Cell(cell.text, " ".join(filter(None, ("number" if column.is_right else "", cell.style))))


def _families(material: Material, table: Table) -> FamiliesView | None:
    found = families(material.data, material.index, table)
    if found is None:
        return None
    fanout = material.drafts[table.id, ""].get("fanout")
    declares = f"Declared: {in_words(fanout)}." if fanout else "The schema declares no fanout."
    what = f"rows of {found.parent} by their number of {table.id}"
    return FamiliesView(found.parent, declares, _picture(found.bars, found.declared, what, 0, table.id))


def _column(material: Material, table: Table, column: Column, found: Figures) -> ColumnView:
    place = (table.id, column.name)
    links = [f"→ {link.parent[0]}" for link in material.links if link.child == place]
    is_key = column.name == table.pk or bool(links)
    badges = [*(["key"] if column.name == table.pk else []), *links]
    badges += ["unique"] if column.unique and column.name != table.pk else []
    draft = material.drafts[place]
    made = sentence(column, draft, material.index.ancestors(table.id))
    picture, why = (None, "") if is_key else _column_picture(material, place, column, found)
    words = " ".join((table.id, column.name, column.type, column.generator.word, made, *badges)).lower()
    return ColumnView(
        column.name,
        column.type,
        anchor(*place),
        words,
        badges,
        material.remarks.get(place, ""),
        made,
        json.dumps(draft, ensure_ascii=False),
        told_figures(found, column, is_key=is_key),
        picture,
        why,
    )


def _column_picture(material: Material, place: tuple[str, str], column: Column, found: Figures) -> tuple[Picture | None, str]:
    """Return the chart of a column, or why it has none."""
    if not found.rows:
        return None, "The table has no rows."
    if found.nulls == found.rows:
        return None, "Every value is null."
    if found.distinct == 1 and found.is_exact:
        return None, "Every value is the same."
    drawn = bars(material.data, place[0], column, found, shares_of(material.index, place))
    if drawn is None:
        if column.type not in ("string", "bool"):
            return None, "The values lie too far apart to draw."
        return None, "" if found.all_differ else "Too many different values to draw."
    places = 0 if column.type == "int" else column.places
    return _picture(drawn, declared(material.index, place, drawn), f"rows by {column.name}", places, column.name), ""


def _picture(drawn: Bars, wanted: Declared, what: str, places: int | None, head: str) -> Picture:
    said = caption(drawn, wanted, what, places)
    shares = wanted.shares or (None,) * len(drawn.bars)
    listed = [_bar(bar, drawn, each, places) for bar, each in zip(drawn.bars, shares, strict=True)]
    return Picture(draw(drawn, wanted, f"Bar chart of {what}"), said, what, head, listed, bool(wanted.shares))


def _bar(bar: Bar, of: Bars, wanted: float | None, places: int | None) -> BarView:
    told = "" if wanted is None else percent(wanted)
    return BarView(bar_name(bar, of, places), f"{bar.count:,}", percent(share(bar, of)), told)
