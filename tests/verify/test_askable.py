"""Checks that no data could be asked are found before there is any."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from datagen_chat.schema.read import read
from datagen_chat.verify.askable import unaskable
from tests.advice.schemas import known
from tests.verify.mutations import dataset_of
from tests.verify.test_mutations import SHOP


def shop(*statements: str) -> dict[str, Any]:
    draft = copy.deepcopy(SHOP)
    draft["checks"] = [{"name": f"c{number}", "sql": sql, "min": 0} for number, sql in enumerate(statements)]
    return draft


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("DROP TABLE customer", "It is not one SELECT."),
        ('SELECT nope FROM "order"', 'Referenced column "nope" not found'),
        ("SELECT count(*) FROM nowhere", "There is no table nowhere."),
        ("SELECT count(*) FROM", "syntax error"),
        ("SELECT 1; SELECT 2", "It is not one SELECT."),
        ('SELECT sum(ordered_at) FROM "order"', "No function matches"),
        ("SELECT count(*) FROM read_csv('/etc/passwd')", "Rows cannot come from read_csv."),
        ("SELECT " + "1 + " * 2000 + "1", "expression depth"),
    ],
)
def test_sql_that_cannot_be_asked_is_a_problem_at_its_place(sql: str, reason: str) -> None:
    [problem] = unaskable(dataset_of(shop('SELECT count(*) FROM "order"', sql)))
    assert (problem.at, problem.code, problem.is_error) == ("/checks/1/sql", "check-unusable", True)
    assert reason in problem.message
    assert "\n" not in problem.message
    assert problem.hint


def test_what_can_be_asked_is_no_problem_and_is_not_run() -> None:
    slow = "SELECT count(*) FROM range(1000000000000)"
    assert list(unaskable(dataset_of(shop("SELECT 1 -- one", "FROM customer SELECT count(*);", slow)))) == []


def test_no_check_that_is_known_to_hold_is_refused() -> None:
    drafts = {name: draft for name, draft in known().items() if draft.get("checks")}
    found = {name: [problem.message for problem in unaskable(read(draft).valid())] for name, draft in drafts.items()}
    assert {name: messages for name, messages in found.items() if messages} == {}
    assert len(found) > 20
