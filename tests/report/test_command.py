"""`datagen report` as its users run it: what it refuses, what it warns of, and what it never destroys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from datagen_chat.commands import report
from datagen_chat.problems import ProblemsError
from tests.cli.running import datagen
from tests.report.drafts import BIKES
from tests.report.pages import parsed


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a schema, its data as CSV, and their report."""
    folder = tmp_path_factory.mktemp("written")
    (folder / "schema.json").write_text(json.dumps(BIKES), encoding="utf-8")
    assert datagen("generate", "schema.json", "-o", "data", "--format", "csv", cwd=folder).returncode == 0
    assert datagen("report", "schema.json", "--data", "data", cwd=folder).returncode == 0
    return folder


def test_without_data_it_says_so_and_writes_nothing(written: Path, tmp_path: Path) -> None:
    done = datagen("report", written / "schema.json", "--data", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "no-data" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_standard_output_is_refused_and_no_file_is_called_after_it(written: Path, tmp_path: Path) -> None:
    done = datagen("report", written / "schema.json", "--data", written / "data", "-o", "-", cwd=tmp_path)
    assert done.returncode == 2
    assert "not a stream" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_data_of_another_schema_is_refused_and_the_page_before_stays(written: Path, tmp_path: Path) -> None:
    page, before = tmp_path / "report.html", (written / "report.html").read_bytes()
    page.write_bytes(before)
    other = json.loads(json.dumps(BIKES))
    other["nodes"][0]["columns"].append({"name": "more", "type": "int", "generator": {"constant": {"value": 1}}})
    (tmp_path / "other.json").write_text(json.dumps(other), encoding="utf-8")
    done = datagen("report", tmp_path / "other.json", "--data", written / "data", "-o", page, cwd=tmp_path)
    assert done.returncode == 2
    assert "bike.more is not there" in " ".join(done.stderr.split())
    assert page.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.json", "report.html"]


def test_a_report_is_replaced_and_any_other_file_is_not(written: Path, tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text("<!doctype html><title>mine</title>", encoding="utf-8")
    refused = datagen("report", written / "schema.json", "--data", written / "data", "-o", page)
    assert refused.returncode == 2
    assert "in-the-way" in refused.stderr
    assert "mine" in page.read_text("utf-8")
    before = (written / "report.html").read_bytes()
    page.write_bytes(before.replace(b"Bikes and who rented them.", b"An older report."))
    assert datagen("report", written / "schema.json", "--data", written / "data", "-o", page).returncode == 0
    assert page.read_bytes() == before  # the same data and schema give the same page


def test_data_that_breaks_its_schema_is_shown_with_the_rows_and_the_sql(written: Path, tmp_path: Path) -> None:
    for name in ("bike", "rental"):
        (tmp_path / f"{name}.csv").write_bytes((written / "data" / f"{name}.csv").read_bytes())
    lines = (tmp_path / "rental.csv").read_text("utf-8").splitlines()
    lines[3] = lines[2]  # the third rental is the second one again
    (tmp_path / "rental.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = datagen("report", written / "schema.json", "--data", tmp_path, "-o", tmp_path / "page.html")
    assert done.returncode == 0
    assert "not hold on the data" in done.stdout
    page = parsed((tmp_path / "page.html").read_text("utf-8"))
    assert "No manifest of Datagen goes with this data" in page.only("header").words
    [broken] = page.all("details", where=lambda each: "fails" in each.classes and "has no value twice" in each.text)
    assert "open" in broken.attributes
    assert [cell.text for cell in broken.only("tbody").all("td")] == [lines[2].split(",")[0], "2"]
    assert "GROUP BY" in broken.only("pre").text


def test_data_of_an_earlier_version_of_the_schema_is_shown_with_a_warning(written: Path, tmp_path: Path) -> None:
    changed = json.loads(json.dumps(BIKES))
    changed["nodes"][0]["columns"][1]["generator"]["choice"]["weights"] = [0.5, 0.2, 0.3]
    (tmp_path / "changed.json").write_text(json.dumps(changed), encoding="utf-8")
    page = tmp_path / "page.html"
    assert datagen("report", tmp_path / "changed.json", "--data", written / "data", "-o", page).returncode == 0
    assert "The data was made from another schema" in parsed(page.read_text("utf-8")).only("header").words


def test_what_is_missing_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_NEEDED", ("jinja2", "no_such_package"))
    with pytest.raises(ProblemsError) as caught:
        report.check_installed()
    [problem] = caught.value.problems
    assert problem.message.endswith("not installed: no_such_package.")
    assert "pip install '.[report]'" in problem.hint


def test_tables_without_rows_and_columns_without_values_have_a_page(tmp_path: Path) -> None:
    empty = json.loads(json.dumps(BIKES))
    empty["nodes"][0]["rows"] = 0
    empty["nodes"][1]["columns"] = [column for column in empty["nodes"][1]["columns"] if column["name"] != "total"]
    (tmp_path / "empty.json").write_text(json.dumps(empty), encoding="utf-8")
    assert datagen("generate", "empty.json", "-o", "data", cwd=tmp_path).returncode == 0
    done = datagen("report", "empty.json", "--data", "data", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert parsed((tmp_path / "report.html").read_text("utf-8")).all("svg", where=lambda each: "chart" in each.classes) == []
