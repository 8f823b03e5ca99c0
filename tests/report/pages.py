"""Reports as trees of elements, by the parser of the standard library."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from tests.cli.running import datagen

VOID = {"meta", "input", "br", "hr", "img", "link"}


@dataclass
class Element:
    """An element: its name, attributes, and what stands in it."""

    name: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.inside)

    @property
    def words(self) -> str:
        return " ".join(self.text.split())

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    def walk(self) -> Iterator[Element]:
        for part in self.inside:
            if isinstance(part, Element):
                yield part
                yield from part.walk()

    def all(self, *names: str, where: Callable[[Element], bool] = lambda _: True) -> list[Element]:
        return [each for each in self.walk() if each.name in names and where(each)]

    def only(self, *names: str, where: Callable[[Element], bool] = lambda _: True) -> Element:
        [found] = self.all(*names, where=where)
        return found

    def by_id(self, name: str) -> Element:
        return next(each for each in self.walk() if each.attributes.get("id") == name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> ends <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def parsed(page: str) -> Element:
    """Return a page as a tree; every element that is opened must be closed."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == [reader.root]
    return reader.root


def reported(draft: Any, folder: Path, format_: str = "parquet", seed: int = 42) -> Element:
    """Generate a schema in a folder, write its report there, and return the page as a tree."""
    (folder / "schema.json").write_text(json.dumps(draft), encoding="utf-8")
    made = datagen("generate", "schema.json", "-o", "data", "--format", format_, "--seed", seed, cwd=folder)
    assert made.returncode == 0, made.stderr
    told = datagen("report", "schema.json", "--data", "data", cwd=folder)
    assert told.returncode == 0, told.stderr
    return parsed((folder / "report.html").read_text("utf-8"))


def card(page: Element, table: str, column: str) -> Element:
    """Return what a page shows of a column."""
    return page.by_id(f"table-{table}.{column}")


def bars_of(card: Element) -> int:
    """Return how many bars the chart of a column has."""
    chart = card.only("svg", where=lambda each: "chart" in each.classes)
    marks = chart.only("g", where=lambda each: "layer_0_marks" in each.classes)
    return len(marks.all("path"))


def figures_of(card: Element) -> list[list[str]]:
    """Return the lines of the table of bars below the chart of a column."""
    figure = card.only("figure")
    return [[cell.words for cell in row.all("th", "td")] for row in figure.only("tbody").all("tr")]
