"""Values that a generator cannot make are found, each by the one claim that it breaks."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.verify.mutations import changed, dataset_of, failing, verified, write

Json = dict[str, Any]


def law(word: str, **params: float) -> Json:
    return {"distribution": {"type": word, "params": params}}


def column(name: str, type_: str, generator: Json, **more: Any) -> Json:
    return {"name": name, "type": type_, "generator": generator, **more}


CASE = {"on": "kind", "when": {"a": law("uniform", low=0, high=1), "b": law("uniform", low=5, high=6)}}
LABELS = [f"label {number}" for number in range(300)]
TABLE: Json = {
    "version": "1.0",
    "metadata": {"name": "values"},
    "nodes": [
        {
            "id": "t",
            "kind": "entity",
            "pk": "id",
            "rows": 300,
            "columns": [
                column("id", "int", {"sequence": {"start": 10, "step": 5}}),
                column("place", "int", {"sequence": {"start": -1, "step": -2}}),
                column("label", "string", {"enum_list": {"values": LABELS}}),
                column("currency", "string", {"constant": {"value": "EUR"}}),
                column("token", "string", {"uuid": {}}),
                column("share", "float", law("beta", alpha=2, beta=3), decimals=2),
                column("hits", "int", law("binomial", n=9, p=0.4)),
                column("wait", "float", law("exponential", scale=3)),
                column("wealth", "float", law("pareto", alpha=2, minimum=7)),
                column("flag", "int", {"bernoulli": {"p": 0.3}}),
                column("kind", "string", {"choice": {"choices": ["a", "b", ""]}}, nullable=True),
                column("size", "float", {"case": CASE | {"else": law("uniform", low=20, high=30)}}),
                column(
                    "pulled", "float", {"distribution": {**law("uniform", low=0, high=9)["distribution"], "clamp": [2, 40]}}
                ),
            ],
        }
    ],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("values")
    write(dataset_of(TABLE), folder)
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def test_what_generators_make_lies_within_their_bounds(data: Path) -> None:
    assert failing(verified(TABLE, data)) == set()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("id", "11", {("sequence", "t.id"), ("sequence", "t.place"), ("list", "t.label")}),
        ("id", "1510", {("sequence", "t.id"), ("sequence", "t.place"), ("list", "t.label")}),
        ("place", "-2", {("sequence", "t.place")}),
        ("label", "'label 299'", {("list", "t.label")}),
        ("label", "'no label'", {("list", "t.label"), ("enum", "t.label")}),
        ("currency", "'USD'", {("enum", "t.currency")}),
        ("token", "upper(token)", {("pattern", "t.token")}),
        ("token", "'x' || token", {("pattern", "t.token")}),
        ("share", "1.01::DOUBLE", {("bounds", "t.share")}),
        ("share", "-0.01::DOUBLE", {("bounds", "t.share")}),
        ("share", "0.505::DOUBLE", {("decimals", "t.share")}),
        ("wait", "'nan'::DOUBLE", {("decimals", "t.wait"), ("mean", "t.wait")}),
        ("wealth", "'inf'::DOUBLE", {("decimals", "t.wealth")}),
        ("flag", "2::BIGINT", {("enum", "t.flag")}),
        ("hits", "10::BIGINT", {("bounds", "t.hits")}),
        ("wait", "-0.01::DOUBLE", {("bounds", "t.wait")}),
        ("wealth", "6.98::DOUBLE", {("bounds", "t.wealth")}),
        ("size", "CASE kind WHEN 'a' THEN 5.5 WHEN 'b' THEN 0.5 ELSE 40 END::DOUBLE", {("bounds", "t.size")}),
        ("pulled", "9.02::DOUBLE", {("bounds", "t.pulled")}),
        ("pulled", "1.98::DOUBLE", {("clamp", "t.pulled")}),
    ],
)
def test_exactly_the_right_claim_fails_when_one_value_is(
    name: str, value: str, expected: set[tuple[str, str]], data: Path
) -> None:
    changed(data, "t", f"SELECT * REPLACE (CASE WHEN id = 30 THEN {value} ELSE {name} END AS {name}) FROM t")
    assert failing(verified(TABLE, data)) == expected


def test_bounds_are_not_claimed_of_values_that_a_modifier_changes(tmp_path: Path) -> None:
    draft = copy.deepcopy(TABLE)
    draft["nodes"][0]["columns"][5]["modifiers"] = [{"transform": "add", "args": {"value": 5}}]
    write(dataset_of(draft), tmp_path)
    assert failing(verified(draft, tmp_path)) == set()


def test_a_clamp_is_held_as_a_later_clamp_leaves_it(tmp_path: Path) -> None:
    draft = copy.deepcopy(TABLE)
    pulled = draft["nodes"][0]["columns"][-1]
    pulled["generator"] = {"case": {"on": "kind", "when": {"a": pulled["generator"]}}}  # with a clamp from 2 to 40
    pulled |= {"nullable": True, "modifiers": [{"transform": "clamp", "args": {"min": 0, "max": 1.5}}]}
    write(dataset_of(draft), tmp_path)
    assert failing(verified(draft, tmp_path)) == set()
    changed(tmp_path, "t", "SELECT * REPLACE (CASE WHEN pulled > 0 THEN 1.4 END AS pulled) FROM t")
    assert failing(verified(draft, tmp_path)) == {("clamp", "t.pulled")}


def test_the_sql_of_every_claim_runs_as_it_is_written(data: Path) -> None:
    """The empty text is among the choices, and no column can be called so."""
    found = verified(TABLE, data)
    with duckdb.connect() as connection:
        for statement in found.preamble:
            connection.execute(statement)
        for finding in found.findings:
            if finding.claim.sql:
                connection.execute(finding.claim.sql)


STATES = {
    "new": {"dwell": {"distribution": "constant", "value": 2, "unit": "day"}, "next": {"open": 1.0}},
    "open": {"dwell": {"distribution": "constant", "value": 3, "unit": "day"}, "next": {"shut": 1.0}},
    "shut": {"terminal": True},
}
WINDOW = {"start": "2025-01-01T00:00:00Z", "end": "2025-12-31T00:00:00Z"}
WORKDAYS = {"dimension": "dow", "weights": [1, 1, 1, 1, 1, 0, 0]}
FAMILIES: Json = {
    "version": "1.0",
    "metadata": {"name": "families"},
    "timeframe": WINDOW,
    "constraints": {"foreign_keys": [{"from": "step.id", "to": "t.id"}, {"from": "visit.id", "to": "t.id"}]},
    "nodes": [
        {
            "id": "t",
            "kind": "entity",
            "pk": "id",
            "rows": 40,
            "columns": [column("id", "int", {"sequence": {}})],
        },
        {
            "id": "step",
            "kind": "fact",
            "pk": "step_id",
            "parents": ["t"],
            "state_transition_model": {"initial": {"new": 1.0}, "states": STATES},
            "columns": [
                column("step_id", "int", {"sequence": {}}),
                column("id", "int", {"lookup": {"from": "t.id"}}),
                column("name", "string", {"state": {"field": "name"}}),
                column("place", "int", {"state": {"field": "index"}}),
                column("begun", "datetime", {"state": {"field": "entered_at"}}),
            ],
        },
        {
            "id": "visit",
            "kind": "fact",
            "pk": "visit_id",
            "parents": ["t"],
            "fanout": {"distribution": "constant", "value": 3},
            "columns": [
                column("visit_id", "int", {"sequence": {}}),
                column("id", "int", {"lookup": {"from": "t.id"}}),
                column(
                    "day",
                    "datetime",
                    {"datetime_series": {"within": "timeframe", "freq": "D", "distinct": True, "pattern": WORKDAYS}},
                ),
            ],
        },
    ],
}


@pytest.fixture(scope="module")
def families_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("families")
    write(dataset_of(FAMILIES), folder)
    return folder


@pytest.fixture
def families(families_made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(families_made, tmp_path / "data"))


def test_rows_of_one_parent_keep_what_is_said_of_them(families: Path) -> None:
    assert failing(verified(FAMILIES, families)) == set()


@pytest.mark.parametrize(
    ("table", "name", "value", "expected"),
    [
        ("step", "name", "'lost'", {("enum", "step.name"), ("states", "step.name")}),
        ("step", "name", "'shut'", {("states", "step.name")}),
        ("step", "place", "7", {("states", "step.place")}),
        ("step", "begun", "begun - INTERVAL 500 DAY", {("states", "step.begun")}),
        ("visit", "day", "day + INTERVAL 1 HOUR", {("grid", "visit.day")}),
        ("visit", "day", "day + to_days(CAST(6 - isodow(day) AS INTEGER))", {("grid", "visit.day")}),
        ("visit", "day", "lag(day) OVER (ORDER BY visit_id)", {("distinct", "visit.day")}),
    ],
)
def test_exactly_the_right_claim_fails_when_the_second_row_of_a_parent_is_changed(
    table: str, name: str, value: str, expected: set[tuple[str, str]], families: Path
) -> None:
    changed(families, table, f"SELECT * REPLACE (CASE {table}_id WHEN 2 THEN {value} ELSE {name} END AS {name}) FROM {table}")
    assert failing(verified(FAMILIES, families)) == expected


@pytest.mark.parametrize("code", ["null = null", "null != null", "n = null", "null <> n", "not (n = null)", "n = n"])
def test_formulas_with_a_null_that_is_written_out_are_held_as_they_are_made(code: str, tmp_path: Path) -> None:
    draft = copy.deepcopy(TABLE)
    draft["nodes"][0]["columns"] += [
        column("n", "int", {"choice": {"choices": [1, None]}}, nullable=True),
        column("asked", "bool", {"expression": {"code": code}}, nullable=True),
    ]
    write(dataset_of(draft), tmp_path)
    found = verified(draft, tmp_path)
    assert failing(found) == set()
    assert ("expression", "t.asked") in {(one.claim.kind, one.claim.place) for one in found.of("holds")}


def _one(column: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    key = {"name": "id", "type": "int", "generator": {"sequence": {}}}
    table = {"id": "t", "kind": "entity", "pk": "id", "rows": 50, "columns": [key, *others, column]}
    return {"version": "1.0", "metadata": {"name": "t"}, "nodes": [table]}


@pytest.mark.parametrize("format_", ["parquet", "csv", "jsonl", "duckdb"])
def test_texts_with_a_null_character_are_held_as_they_are(tmp_path: Path, format_: str) -> None:
    draft = _one({"name": "x", "type": "string", "generator": {"choice": {"choices": ["a\0b", "c"]}}})
    write(dataset_of(draft), tmp_path, format_)
    assert failing(verified(draft, tmp_path)) == set()


@pytest.mark.parametrize("code", ["not n", "not not n", "(not n) + 1", "if(not n, 1, 0)"])
def test_formulas_that_deny_a_number_are_not_held_against_the_number(tmp_path: Path, code: str) -> None:
    number = {"name": "n", "type": "int", "generator": {"choice": {"choices": [0, 1, 5]}}}
    draft = _one({"name": "x", "type": "int", "generator": {"expression": {"code": code}}}, number)
    write(dataset_of(draft), tmp_path)
    assert failing(verified(draft, tmp_path)) == set()


@pytest.mark.parametrize("zone", ["Z", "+00:00", "-05:00", "+0530", "+02"])
def test_instants_of_any_clock_are_the_instants_that_they_say(tmp_path: Path, zone: str) -> None:
    window = {"start": "2025-06-01T12:00:00Z", "end": "2025-06-01T12:00:00Z"}
    draft = _one({"name": "at", "type": "datetime", "generator": {"datetime_series": {"within": window, "freq": "H"}}})
    draft["nodes"][0]["rows"] = 1
    hours = {"-05:00": "07:00:00", "+0530": "17:30:00", "+02": "14:00:00"}.get(zone, "12:00:00")
    (tmp_path / "t.csv").write_text(f"id,at\n1,2025-06-01 {hours}{zone}\n", "utf-8")
    assert failing(verified(draft, tmp_path)) == set()
    (tmp_path / "t.csv").write_text(f"id,at\n1,2025-06-01 03:00:00{zone}\n", "utf-8")
    assert failing(verified(draft, tmp_path)) != set()
