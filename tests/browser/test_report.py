"""The page of a report as people meet it: in a browser, by mouse and by keyboard, on paper, in the dark, and large."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.chromium import launched, needs_chromium, opened
from tests.cli.running import datagen
from tests.report.drafts import BIKES, hostile

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = needs_chromium

PHONE, DESKTOP = {"width": 360, "height": 740}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as found:
        yield found


def reported(draft: Any, folder: Path) -> str:
    """Generate a schema, write its report, and return where it is."""
    (folder / "schema.json").write_text(json.dumps(draft), encoding="utf-8")
    assert datagen("generate", "schema.json", "-o", "data", cwd=folder).returncode == 0
    assert datagen("report", "schema.json", "--data", "data", cwd=folder).returncode == 0
    return (folder / "report.html").as_uri()


@pytest.fixture(scope="module")
def bikes(tmp_path_factory: pytest.TempPathFactory) -> str:
    return reported(BIKES, tmp_path_factory.mktemp("bikes"))


def large() -> dict[str, Any]:
    """Return a schema of 40 tables and 500 columns, each table below the one before it."""
    makes: list[tuple[str, dict[str, Any]]] = [
        ("float", {"distribution": {"type": "lognormal", "params": {"mu": 3, "sigma": 0.5}}}),
        ("string", {"choice": {"choices": ["new", "paid", "sent"], "weights": [0.2, 0.5, 0.3]}}),
        ("datetime", {"datetime_series": {"within": "timeframe", "freq": "h"}}),
        ("int", {"distribution": {"type": "poisson", "params": {"lambda": 4}}}),
    ]
    nodes: list[dict[str, Any]] = []
    for number in range(40):
        key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
        kinds = [makes[k % 4] for k in range(12 if number < 20 else 11)]
        columns = [key, *({"name": f"c{k}", "type": type_, "generator": made} for k, (type_, made) in enumerate(kinds))]
        node: dict[str, Any] = {"id": f"table_{number}", "kind": "entity", "pk": "id", "rows": 60, "columns": columns}
        if number % 8:
            above = f"table_{number - 1}"
            lookup = {"name": "above", "type": "int", "generator": {"lookup": {"from": f"{above}.id"}}}
            node = {**node, "kind": "fact", "parents": [above], "columns": [*columns[:-1], lookup]}
            del node["rows"]
        nodes.append(node)
    assert sum(len(node["columns"]) for node in nodes) == 500
    window = {"start": "2025-01-01T00:00:00Z", "end": "2025-12-31T00:00:00Z"}
    return {"version": "1.0", "metadata": {"name": "large"}, "timeframe": window, "nodes": nodes}


def bars(page: Page, column: str) -> int:
    """Return how many bars of a column can be seen."""
    marks = page.locator(f"[id='{column}'] svg.chart .layer_0_marks path")
    return sum(box is not None and box["width"] > 0 for box in (mark.bounding_box() for mark in marks.all()))


def overflow(page: Page) -> int:
    """Return by how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def lightness(page: Page, selector: str, property_: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2), 0 for black and 1 for white."""
    found = page.locator(selector).first.evaluate(f"each => getComputedStyle(each).{property_}")
    parts = [float(part) / 255 for part in found[found.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def test_charts_have_their_bars_and_marks(browser: Browser, bikes: str) -> None:
    with opened(browser, bikes, viewport=DESKTOP) as page:
        assert bars(page, "table-bike.model") == 3
        assert bars(page, "table-rental.hours") == 6
        assert bars(page, "table-rental.started_at") == 28
        assert page.locator("[id='table-rental.hours'] .layer_1_marks line").count() == 6
        assert page.locator("[id='table-bike.frame'] svg").count() == 0


def test_the_search_keeps_what_is_called_so_and_says_how_much(browser: Browser, bikes: str) -> None:
    with opened(browser, bikes, viewport=DESKTOP) as page:
        page.keyboard.press("/")
        page.keyboard.type("pri")
        assert page.locator("article:visible h3 a").all_text_contents() == ["price", "total"]  # total is computed of the price
        assert page.locator("#hits").inner_text() == "2 columns in 1 table"
        assert page.locator("nav li[data-of]:visible").count() == 1
        page.keyboard.press("Escape")
        assert page.locator("article:visible").count() == 11
        page.keyboard.type("<b>")
        assert page.locator("#hits").inner_text() == "Nothing is called so."


def test_links_lead_to_tables_and_to_columns_that_a_search_has_hidden(browser: Browser, bikes: str) -> None:
    with opened(browser, bikes, viewport=DESKTOP) as page:
        page.locator("nav a", has_text="rental").click()
        page.wait_for_function("Math.abs(document.getElementById('table-rental').getBoundingClientRect().top) < 100")
        page.locator("#sought").fill("model")
        page.locator("svg.diagram a[href='#table-rental']").click()
        page.wait_for_function("Math.abs(document.getElementById('table-rental').getBoundingClientRect().top) < 100")
        assert page.locator("#table-rental").is_visible()


def test_the_keyboard_reaches_the_content_and_every_picture_of_a_table(browser: Browser, bikes: str) -> None:
    with opened(browser, bikes, viewport=DESKTOP) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Diagram of the tables"
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "#table-bike"
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_and_bars_stand_out_in_light_and_in_the_dark(browser: Browser, bikes: str, scheme: Any) -> None:
    with opened(browser, bikes, viewport=DESKTOP, color_scheme=scheme) as page:
        back, card = lightness(page, "body", "backgroundColor"), lightness(page, "article", "backgroundColor")
        assert (back > 0.5) == (scheme == "light")
        for selector in ("h1", "dt", ".badge", "caption", "nav a", ".count"):
            assert contrast(lightness(page, selector, "color"), back) >= 4.5, selector
        for selector in ("article p", "figcaption", "article dt", "summary"):
            assert contrast(lightness(page, selector, "color"), card) >= 4.5, selector
        for selector in (".chart text", ".chart .label"):
            assert contrast(lightness(page, selector, "fill"), card) >= 4.5, selector
        assert contrast(lightness(page, ".chart .layer_0_marks path", "fill"), card) >= 3
        assert contrast(lightness(page, "[id='table-rental.hours'] .layer_1_marks line", "stroke"), card) >= 3


def test_a_phone_shows_the_page_without_scrolling_sideways(browser: Browser, bikes: str) -> None:
    with opened(browser, bikes, viewport=PHONE) as page:
        assert overflow(page) == 0
        chart = page.locator("[id='table-rental.price'] svg.chart").bounding_box()
        assert chart is not None
        assert 0 <= chart["x"] <= PHONE["width"] - chart["width"]


def test_paper_has_the_tables_and_neither_search_nor_links_to_click(browser: Browser, bikes: str) -> None:
    with opened(browser, bikes, viewport=DESKTOP, color_scheme="dark") as page:
        page.emulate_media(media="print")
        assert not page.locator("nav").is_visible()
        assert page.locator("#table-rental").is_visible()
        assert lightness(page, "body", "backgroundColor") == 1
        assert page.pdf(format="A4").startswith(b"%PDF-")


def test_without_scripts_everything_is_there_but_the_search(browser: Browser, bikes: str) -> None:
    with opened(browser, bikes, viewport=DESKTOP, java_script_enabled=False) as page:
        assert not page.locator("#search").is_visible()
        assert page.locator("article").count() == 11
        assert bars(page, "table-bike.model") == 3


def test_hostile_texts_run_nothing_and_end_nothing(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, reported(hostile(), tmp_path), viewport=PHONE) as page:
        assert page.locator("script, img, iframe, object, embed").count() == 1
        assert "<img src=x onerror=alert(2)>" in page.locator("h1").inner_text()
        assert bars(page, "table-t.x") == 2
        assert overflow(page) == 0


def test_forty_tables_of_five_hundred_columns_stay_usable(browser: Browser, tmp_path: Path) -> None:
    url = reported(large(), tmp_path)
    assert (tmp_path / "report.html").stat().st_size < 8_000_000
    with opened(browser, url, viewport=DESKTOP) as page:
        assert page.locator("article").count() == 500
        assert page.locator("svg.diagram a").count() == 40
        page.locator("#sought").fill("table_39 poisson")
        assert page.locator("article:visible h3 a").all_text_contents() == ["c3", "c7"]
        page.locator("#sought").fill("")
        page.locator("nav a", has_text="table_39").click()
        page.wait_for_function("Math.abs(document.getElementById('table-table_39').getBoundingClientRect().top) < 100")
        assert bars(page, "table-table_39.c1") == 3
        assert overflow(page) == 0
