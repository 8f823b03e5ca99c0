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


def test_the_sql_of_every_claim_runs_as_it_is_written(data: Path) -> None:
    """The empty text is among the choices, and no column can be called so."""
    found = verified(TABLE, data)
    with duckdb.connect() as connection:
        for statement in found.preamble:
            connection.execute(statement)
        for finding in found.findings:
            if finding.claim.sql:
                connection.execute(finding.claim.sql)
