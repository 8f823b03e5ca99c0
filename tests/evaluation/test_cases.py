"""The cases that come with Datagen: what they cover, and that each of their expectations can be asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from datagen_chat.evaluation.cases import Case, Find, read_case, read_cases
from datagen_chat.evaluation.finding import Finder
from datagen_chat.problems import ProblemsError
from datagen_chat.shipped import folder
from datagen_chat.verify.allowed import why_refused
from tests.evaluation.stubs import opened, stub

CASES = {case.id: case for case in read_cases(folder("evals") / "cases")}
KINDS_OF_TALK = {
    "precise", "vague", "one-word", "changing-minds", "refinement", "contradiction", "language", "large", "tiny", "ddl", "csv",
    "hostile", "injection", "secrets", "paths", "control",
}  # fmt: skip
PLAIN: dict[str, Any] = {"id": "shop", "tags": ["shop"], "turns": [{"say": "a shop"}]}


def test_they_cover_many_domains_and_every_kind_of_talk() -> None:
    assert len(CASES) >= 40
    assert len({case.tags[0] for case in CASES.values()}) >= 15
    assert {tag for case in CASES.values() for tag in case.tags} >= KINDS_OF_TALK


def test_the_refinements_that_everybody_asks_for_are_among_them() -> None:
    said = "\n".join(turn.say for case in CASES.values() for turn in case.turns)
    for words in (
        "can you add a status field to orders?",
        "make the price range $10-$500",
        "the datetime needs to be UTC with Z suffix",
    ):
        assert words in said


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_expectation_can_be_asked_of_tables_that_have_what_it_speaks_of(case: Case) -> None:
    dataset = stub(case)
    finder = Finder(dataset, case.find)
    with opened(dataset) as database:
        for expectation in case.expect:
            expectation.check("SELECT 1")
            if expectation.sql is not None:
                sql = finder.sql(expectation.sql)
                database.execute(sql).fetchone()
                [tree] = database.execute("SELECT json_serialize_sql($1)", [sql]).fetchone() or ("",)
                assert why_refused(json.loads(tree), [table.id for table in dataset.nodes], ()) == ""


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"turns": []}, "/turns", "bad-case"),
    ({"tags": ["Not A Slug"]}, "/tags/0", "bad-case"),
    ({"hints": 1}, "/hints", "bad-case"),
    ({"id": "other"}, "/id", "bad-case"),
    ({"expect": [{"what": "Nothing is asked."}]}, "/expect/0", "bad-case"),
    ({"expect": [{"what": "Two things.", "sql": "SELECT 1", "rows": "order"}]}, "/expect/0", "bad-case"),
    ({"expect": [{"what": "A number of nothing.", "tables": True}]}, "/expect/0", "bad-case"),
    ({"expect": [{"what": "Not known.", "sql": "SELECT count(*) FROM {order}"}]}, "/expect/0", "unknown-name"),
    ({"find": {"total": {"column": ["total"], "of": "order"}}}, "/find/total", "unknown-name"),
    ({"find": {"a": {"table": ["a"]}, "b": {"link": "a"}}}, "/find/b", "bad-case"),
    ({"find": {"a": {"table": ["a"], "kind": "number"}}}, "/find/a", "bad-case"),
    ({"find": {"a": {"column": ["a"]}, "k": {"key": "a"}}}, "/find/k", "unknown-name"),
    ({"turns": [{"say": "a", "changes": ["order"]}]}, "/turns/0/changes", "unknown-name"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "at", "code"), MISTAKES)
def test_a_mistake_in_a_case_is_a_problem_where_it_stands(change: dict[str, Any], at: str, code: str) -> None:
    with pytest.raises(ProblemsError) as raised:
        read_case(json.dumps({**PLAIN, **change}), "shop.json")
    assert (at, code) in [(problem.at, problem.code) for problem in raised.value.problems]
    assert all("shop.json" in problem.message and problem.hint for problem in raised.value.problems)


@pytest.mark.parametrize("text", ["", "[", '{"id": "a", "id": "b"}', "[" * 100_000])
def test_a_file_that_is_no_case_is_a_problem(text: str) -> None:
    with pytest.raises(ProblemsError):
        read_case(text, "shop.json")


def test_a_way_to_find_something_is_one_way() -> None:
    assert Find(table=("order", "purchase")).needs == ()
    assert Find(link="item", to="order").needs == ("item", "order")


def test_a_folder_that_cannot_be_has_no_cases(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError, match="There are no cases"):
        read_cases(tmp_path / ("n" * 300))
