"""The page as a document: whole, sound for readers of every kind, and made of nothing but itself."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path
from shutil import rmtree

import pytest

from datagen_chat.report.bars import Bar, Bars
from datagen_chat.report.charts import draw
from datagen_chat.report.data import opened
from datagen_chat.report.declared import Declared
from datagen_chat.schema.model import Dataset
from tests.cli.running import datagen
from tests.report.drafts import BIKES, HOSTILE, hostile
from tests.report.pages import Element, bars_of, card, figures_of, parsed, reported

NEAR = {"low": 1e15, "high": 1e15 + 0.25}
JITTER = [{"transform": "jitter", "args": {"std": 1e300}}]


@pytest.fixture(scope="module")
def bikes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Element, Path]:
    """Return the page of the bikes, whose data is CSV, and its folder."""
    folder = tmp_path_factory.mktemp("bikes")
    return reported(BIKES, folder, "csv"), folder


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    """Return the rows of a table as Python's own reader of CSV finds them."""
    with (folder / "data" / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_page_needs_nothing_but_itself(bikes: tuple[Element, Path]) -> None:
    page, folder = bikes
    links = [
        value for each in page.walk() for name, value in each.attributes.items() if name in ("src", "href", "data", "action")
    ]
    assert links
    assert [link for link in links if not link.startswith("#")] == []
    text = (folder / "report.html").read_text("utf-8")
    assert "@import" not in text
    assert re.findall(r"url\((?!#)", text) == []


def test_the_policy_allows_only_the_one_style_and_the_one_script_of_the_page(bikes: tuple[Element, Path]) -> None:
    page, _ = bikes
    policy = page.only("meta", where=lambda each: "http-equiv" in each.attributes).attributes["content"]
    digests = {
        name: f"'sha256-{base64.b64encode(hashlib.sha256(page.only(name).text.encode()).digest()).decode()}'"
        for name in ("style", "script")
    }
    assert policy.split("; ")[:3] == ["default-src 'none'", f"style-src {digests['style']}", f"script-src {digests['script']}"]
    assert [each for each in page.walk() if any(name == "style" or name.startswith("on") for name in each.attributes)] == []


def test_the_page_says_nothing_of_the_machine_that_it_was_made_on(bikes: tuple[Element, Path]) -> None:
    page, folder = bikes
    assert str(folder) not in (folder / "report.html").read_text("utf-8")
    assert "read_csv(['bike.csv']" in page.by_id("checks").text


def test_a_screen_reader_finds_its_way(bikes: tuple[Element, Path]) -> None:
    page, _ = bikes
    assert page.only("html").attributes["lang"] == "en"
    for landmark in ("header", "nav", "main", "h1"):
        page.only(landmark)
    levels = [int(each.name[1]) for each in page.all("h1", "h2", "h3", "h4")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(each.all("caption") for each in page.all("table"))
    assert all(each.attributes.get("scope") for each in page.all("th"))
    charts = page.all("svg", where=lambda each: "chart" in each.classes)
    assert charts
    assert all(chart.attributes["role"] == "img" and chart.attributes["aria-label"] for chart in charts)
    assert [part for chart in charts for part in chart.walk() if "role" in part.attributes] == []  # the picture is one
    assert all(each.only("figcaption").words for each in page.all("figure"))
    assert all(each.attributes.get("aria-label") for each in page.walk() if each.attributes.get("tabindex") == "0")
    assert all(any(each.walk()) or each.text.strip() for each in page.all("a", "summary", "label"))


def test_every_link_leads_somewhere_and_no_id_stands_twice(bikes: tuple[Element, Path]) -> None:
    page, _ = bikes
    ids = Counter(each.attributes["id"] for each in page.walk() if "id" in each.attributes)
    assert set(ids.values()) == {1}
    assert {each.attributes["href"][1:] for each in page.all("a")} <= set(ids)
    named = [value for each in page.walk() for name, value in each.attributes.items() if name in ("aria-labelledby", "for")]
    assert set(named) <= set(ids)


def test_every_table_and_column_has_its_place(bikes: tuple[Element, Path]) -> None:
    page, _ = bikes
    for table in BIKES["nodes"]:
        section = page.by_id(f"table-{table['id']}")
        shown = [each.attributes["id"].partition(".")[2] for each in section.all("article")]
        assert shown == [column["name"] for column in table["columns"]]
    assert "What is rented." in page.by_id("table-bike").words
    assert "How it is built." in card(page, "bike", "model").words
    assert "Bikes and who rented them." in page.only("header").words


def test_sample_rows_are_the_first_rows_of_the_data(bikes: tuple[Element, Path]) -> None:
    page, folder = bikes
    table = page.by_id("table-rental").only("table", where=lambda each: "sample" in each.classes)
    shown = [[cell.text for cell in row.all("td")] for row in table.only("tbody").all("tr")]
    first = rows(folder, "rental")[:5]
    assert [row[0] for row in shown] == [row["rental_id"] for row in first]
    assert [float(row[4]) for row in shown] == [float(row["price"]) for row in first]
    assert [row[2] for row in shown] == [row["started_at"][:16].replace("T", " ") for row in first]


def test_bars_of_categories_are_the_counts_of_the_data(bikes: tuple[Element, Path]) -> None:
    page, folder = bikes
    counts = Counter(row["model"] for row in rows(folder, "bike"))
    shown = card(page, "bike", "model")
    assert bars_of(shown) == 3
    assert {name: int(count) for name, count, *_ in figures_of(shown)} == counts
    assert [line[3] for line in figures_of(shown)] == ["60.0 %", "30.0 %", "10.0 %"]


def test_few_numbers_have_a_bar_each_in_their_order(bikes: tuple[Element, Path]) -> None:
    page, folder = bikes
    counts = Counter(row["gears"] for row in rows(folder, "bike"))
    assert [(name, int(count)) for name, count, *_ in figures_of(card(page, "bike", "gears"))] == [
        ("3", counts["3"]),
        ("7", counts["7"]),
        ("21", counts["21"]),
    ]
    hours = Counter(row["hours"] for row in rows(folder, "rental"))
    assert bars_of(card(page, "rental", "hours")) == 6
    assert {name: int(count) for name, count, *_ in figures_of(card(page, "rental", "hours"))} == hours


def test_bars_of_times_are_the_days_of_the_data(bikes: tuple[Element, Path]) -> None:
    page, folder = bikes
    days = Counter(row["started_at"][:10] for row in rows(folder, "rental"))
    shown = card(page, "rental", "started_at")
    assert bars_of(shown) == 28
    assert {name: int(count) for name, count, *_ in figures_of(shown) if count != "0"} == days
    assert {line[3] for line in figures_of(shown)} == {"3.6 %"}  # each of 28 days is as likely


def test_bars_of_numbers_hold_every_row_once(bikes: tuple[Element, Path]) -> None:
    page, folder = bikes
    prices = [float(row["price"]) for row in rows(folder, "rental")]
    lines = figures_of(card(page, "rental", "price"))
    assert bars_of(card(page, "rental", "price")) == len(lines) <= 26
    for name, count, *_ in lines:
        low, high = map(float, name.split(" to "))
        assert int(count) == sum(low <= price <= high for price in prices)
    assert sum(int(line[1]) for line in lines) == len(prices)


def test_nulls_are_counted_beside_the_declared_rate(bikes: tuple[Element, Path]) -> None:
    page, folder = bikes
    seen = sum(row["is_new"] == "" for row in rows(folder, "bike")) / 120
    figures = {each.all("dt")[0].words: each.all("dd")[0].words for each in card(page, "bike", "is_new").only("dl").all("div")}
    assert figures["null"] == f"{seen * 100:.1f} % (declared 25.0 %)"


def test_the_rows_of_each_parent_are_counted_beside_the_fanout(bikes: tuple[Element, Path]) -> None:
    page, folder = bikes
    children = Counter(Counter(row["bike_id"] for row in rows(folder, "rental")).values())
    figure = page.by_id("table-rental").all("figure")[0]
    lines = [[cell.words for cell in row.all("th", "td")] for row in figure.only("tbody").all("tr")]
    assert {int(name): int(count) for name, count, *_ in lines} == children
    assert {line[3] for line in lines} == {"25.0 %"}


def test_what_has_no_declared_shape_says_why(bikes: tuple[Element, Path]) -> None:
    page, _ = bikes
    assert "The values are computed from others, so no declared shape is drawn." in card(page, "rental", "total").words
    assert card(page, "bike", "frame").all("svg") == []


def test_the_diagram_has_a_box_for_each_table_and_a_line_for_each_key(bikes: tuple[Element, Path]) -> None:
    page, folder = bikes
    drawn = page.only("svg", where=lambda each: "diagram" in each.classes)
    assert [box.attributes["href"] for box in drawn.all("a")] == ["#table-bike", "#table-rental"]
    assert len(drawn.all("path", where=lambda each: "link" in each.classes)) == 1
    [key] = page.by_id("diagram").only("tbody").all("tr")
    children = len(rows(folder, "rental")) / 120
    assert [cell.words for cell in key.all("th", "td")] == [
        "rental.bike_id",
        "bike.bike_id",
        f"hangs off it, {children:.3g} rows each",
    ]


def test_the_page_says_how_to_make_the_same_data(bikes: tuple[Element, Path]) -> None:
    page, folder = bikes
    again = page.by_id("again")
    assert again.all("pre")[0].text == "datagen generate schema.json --seed 42 --format csv"
    made = {row.only("th").words: row.only("td").words for row in again.only("tbody").all("tr")}
    manifest = json.loads((folder / "data" / "manifest.json").read_text("utf-8"))
    assert (made["schema hash"], made["seed"]) == (manifest["schema_hash"], "42")
    copied = folder / "copied.json"
    copied.write_text(page.by_id("again").all("pre")[-1].text, encoding="utf-8")
    assert datagen("validate", copied).returncode == 0


@pytest.mark.parametrize("format_", ["parquet", "jsonl", "duckdb"])
def test_every_format_gives_the_same_page(bikes: tuple[Element, Path], tmp_path: Path, format_: str) -> None:
    reported(BIKES, tmp_path, format_)
    pages = [(folder / "report.html").read_text("utf-8") for folder in (tmp_path, bikes[1])]
    tables = [text[text.index('<section id="table-') : text.index('<section id="again"')] for text in pages]  # the SQL differs
    assert tables[0] == tables[1]


def test_hostile_texts_and_values_stay_text(tmp_path: Path) -> None:
    page = reported(hostile(), tmp_path)
    assert len(page.all("script")) == 1
    assert page.all("img", "b", "iframe", "object", "form") == []
    assert [each for each in page.walk() if any(name.startswith("on") for name in each.attributes)] == []
    assert "onerror=alert(2)" in page.only("h1").text
    assert "{{7*7}}" in page.only("h1").text
    assert "</script><script>alert(1)</script><img" in card(page, "t", "x").text
    assert HOSTILE[:30] in page.by_id("table-t").only("tbody", where=lambda each: len(each.all("tr")) == 5).text
    assert "\x1b" not in (tmp_path / "report.html").read_text("utf-8")
    assert "\u202e" not in (tmp_path / "report.html").read_text("utf-8")


def test_numbers_and_times_at_the_ends_of_what_there_is_are_not_drawn_and_say_so(tmp_path: Path) -> None:
    age = {"datetime_series": {"within": {"start": "0001-01-01T00:00:00Z", "end": "9999-12-31T23:59:59Z"}, "freq": "D"}}
    columns = [
        {"name": "id", "type": "int", "generator": {"sequence": {}}},
        {"name": "x", "type": "float", "generator": {"choice": {"choices": [-1.7e308, 1.7e308]}}, "modifiers": JITTER},
        {"name": "y", "type": "float", "generator": {"distribution": {"type": "uniform", "params": {"low": 0, "high": 1e280}}}},
        {"name": "t", "type": "datetime", "generator": age},
    ]
    node = {"id": "a", "kind": "entity", "pk": "id", "rows": 100, "columns": columns}
    page = reported({"version": "1.0", "metadata": {"name": "far"}, "nodes": [node]}, tmp_path)
    for name in ("x", "t"):
        assert "The values lie too far apart to draw." in card(page, "a", name).words
    assert bars_of(card(page, "a", "y")) > 1


def test_whole_numbers_that_no_float_tells_apart_have_a_bar_each(tmp_path: Path) -> None:
    large = [2**53, 2**53 + 1]
    columns = [
        {"name": "id", "type": "int", "generator": {"sequence": {}}},
        {"name": "x", "type": "int", "generator": {"choice": {"choices": large}}},
    ]
    node = {"id": "a", "kind": "entity", "pk": "id", "rows": 100, "columns": columns}
    found = figures_of(card(reported({"version": "1.0", "metadata": {"name": "large"}, "nodes": [node]}, tmp_path), "a", "x"))
    assert [row[0] for row in found] == [str(value) for value in large]
    assert sum(int(row[1]) for row in found) == 100


def test_floats_that_have_no_room_for_their_decimals_have_bars_and_few_digits(tmp_path: Path) -> None:
    columns = [
        {"name": "id", "type": "int", "generator": {"sequence": {}}},
        {"name": "near", "type": "float", "generator": {"distribution": {"type": "uniform", "params": NEAR}}},
        {"name": "far", "type": "float", "generator": {"choice": {"choices": [1e300, 2e300]}}, "decimals": 2},
    ]
    node = {"id": "a", "kind": "entity", "pk": "id", "rows": 100, "columns": columns}
    page = reported({"version": "1.0", "metadata": {"name": "large"}, "nodes": [node]}, tmp_path)
    assert sum(int(row[1]) for row in figures_of(card(page, "a", "near"))) == 100
    assert "1e+300" in card(page, "a", "far").words
    assert "000000" not in card(page, "a", "far").words


def test_what_is_no_page_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        parsed("<p><b>x</p></b>")


def test_a_small_table_is_read_once_and_a_large_one_with_each_question_to_the_same_end(tmp_path: Path) -> None:
    dataset = Dataset.model_validate(BIKES)
    reported(BIKES, tmp_path)
    questions = ('SELECT * FROM "bike"', 'SELECT count(*), max("hours") FROM "rental"')
    with opened(tmp_path / "data", dataset, read_once=0) as large:
        expected = [large.ask(question) for question in questions]
    with opened(tmp_path / "data", dataset) as small:
        rmtree(tmp_path / "data")
        assert [small.ask(question) for question in questions] == expected


def test_pictures_of_the_same_form_show_their_own_numbers() -> None:
    pictures = [draw(Bars("category", (Bar(count, key="a"), Bar(9, key="b"))), Declared(), "Bars") for count in (3, 6)]
    marks = [parsed(picture).only("g", where=lambda each: "layer_0_marks" in each.classes) for picture in pictures]
    widths = [[float(path.attributes["d"].split("h")[1].split("v")[0]) for path in mark.all("path")] for mark in marks]
    assert [(round(first / second, 2)) for first, second in widths] == [0.33, 0.67]
