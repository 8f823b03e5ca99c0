"""Each grader passes what is good, and says of what is not why."""

from __future__ import annotations

from typing import Any

import pytest

from datagen_chat.evaluation.data import Data
from datagen_chat.evaluation.graders import GRADERS, generation, screen
from datagen_chat.evaluation.graders.base import Evidence
from datagen_chat.llm.base import ProviderError, Reply
from tests.conversation.replies import SHOP, reply, shop
from tests.evaluation.held import case, entry, grade, held

WRONG = reply(shop(nodes__0__columns__1__generator={"gaussian": {}}))
LOST = reply(shop(nodes__1__columns__1__generator={"lookup": {"from": "client.customer_id"}}))
GOOD = reply(SHOP)
FOUR = {"what": "There are four customers.", "sql": "SELECT count(*) FROM {customer}", "equals": 4}


def test_a_good_conversation_passes_every_grader_that_has_something_to_look_at() -> None:
    found = entry(case(expect=[FOUR]), GOOD)
    assert [one.grader for one in found.grades] == list(GRADERS)
    assert {one.grader for one in found.grades if one.state != "passed"} == {"checks"}
    assert found.counts == {
        "calls": 1, "questions": 0, "asked again": 0, "mended": 0, "liberties": 0, "expectations": 1, "expectations held": 1,
    }  # fmt: skip


@pytest.mark.parametrize("broken", [ProviderError("The server is gone.", "network"), Reply("Here it", "cut")])
def test_transport_fails_where_a_reply_is_missing_or_cut(broken: Any) -> None:
    assert grade("transport", case(), broken, GOOD).state == "failed"


def test_extraction_says_by_which_rung_a_schema_was_read() -> None:
    assert grade("extraction", case(), GOOD).reason == "rung 0"
    assert grade("extraction", case(), GOOD.replace("4,", "4,,", 1), GOOD).state == "failed"
    assert grade("extraction", case(), GOOD.replace('"Shop"', "'Shop'")).reason == "rung 2"
    assert grade("extraction", case(), "No.", "No.", "No.").reason == "No reply holds a schema."
    assert grade("extraction", case(ends="question"), "Which data?").state == "left out"


def test_a_schema_that_had_to_be_corrected_is_valid_but_not_at_the_first_try() -> None:
    found = entry(case(), WRONG, GOOD)
    assert [found.grade(name).state for name in ("first try", "valid")] == ["failed", "passed"]  # type: ignore[union-attr]
    assert "params is missing" in found.grade("first try").reason  # type: ignore[union-attr]
    assert found.counts["asked again"] == 1


def test_a_schema_that_stays_wrong_is_not_valid() -> None:
    assert grade("valid", case(), WRONG, max_repairs=0).state == "failed"


def test_references_to_what_is_not_there_are_told_apart_from_other_mistakes() -> None:
    assert "client" in grade("references", case(), LOST, max_repairs=0).reason
    assert grade("references", case(), WRONG, max_repairs=0).state == "left out"
    assert grade("references", case(), GOOD).state == "passed"


def test_generation_fails_where_the_same_seed_makes_other_rows() -> None:
    talk = held(case(), GOOD)
    found = generation.grade(Evidence(talk.case, talk, Data(database=_never_asked(), hashes=(("a",), ("b",)))))
    assert (found.state, "other rows" in found.reason) == ("failed", True)


def _never_asked() -> Any:
    return object()


def test_checks_of_the_model_are_held_against_the_data() -> None:
    checks = [{"name": "few", "sql": "SELECT count(*) FROM customer", "equals": 5}]
    assert grade("checks", case(), reply(shop(checks=checks)), max_repairs=0).state == "failed"
    checks[0]["equals"] = 4
    assert grade("checks", case(), reply(shop(checks=checks))).state == "passed"


@pytest.mark.parametrize(
    ("expectation", "state"),
    [
        (FOUR, "passed"),
        ({**FOUR, "equals": 5}, "failed"),
        ({"what": "Amounts are small.", "sql": "SELECT max({amount}) FROM {order}", "max": 9}, "passed"),
        ({"what": "Amounts are large.", "sql": "SELECT max({amount}) FROM {order}", "min": 10}, "failed"),
        ({"what": "Nothing is free.", "sql": "SELECT 1 FROM {order} WHERE {amount} = 0", "empty": True}, "passed"),
        ({"what": "It is one statement.", "sql": "SELECT 1; DROP TABLE {order}", "equals": 1}, "failed"),
        ({"what": "There are eight orders.", "rows": "order", "equals": 8}, "passed"),
        ({"what": "There are two tables.", "tables": True, "equals": 2}, "passed"),
        ({"what": "There are three tables.", "tables": True, "min": 3}, "failed"),
        ({"what": "Orders are of customers.", "found": ["link"]}, "passed"),
        ({"what": "There is no phone.", "gone": {"column": ["phone"], "of": "customer"}}, "passed"),
        ({"what": "There is no tier.", "gone": {"column": ["tier"], "of": "customer"}}, "failed"),
        ({"what": "There are no orders.", "gone": {"table": ["order"]}}, "failed"),
    ],
)
def test_intent_is_what_the_data_and_the_schema_say(expectation: dict[str, Any], state: str) -> None:
    assert grade("intent", case(expect=[expectation]), GOOD).state == state


def test_what_has_too_many_rows_is_still_held_against_its_plan() -> None:
    rows = {"what": "There are four customers.", "rows": "customer", "equals": 4}
    found = entry(case(expect=[FOUR, rows], budget={"rows": 5}), GOOD)
    assert found.grade("generation").reason == "it would have about 12 rows"  # type: ignore[union-attr]
    assert found.grade("intent").reason == "1 of 2 expectations"  # type: ignore[union-attr]


def test_a_table_that_nobody_spoke_of_must_stay_as_it_is() -> None:
    asked = case("a shop", {"say": "10 orders for each", "changes": ["order"]})
    more, other = shop(nodes__1__fanout__value=10), shop(nodes__1__fanout__value=10, nodes__0__rows=5)
    assert grade("conversation", asked, GOOD, reply(more)).state == "passed"
    assert "customer" in grade("conversation", asked, GOOD, reply(other)).reason
    alone = reply({**SHOP, "nodes": SHOP["nodes"][:1], "constraints": {}})
    assert "took away the table order" in grade("conversation", case("a", {"say": "b", "changes": []}), GOOD, alone).reason


def test_two_rounds_of_questions_are_enough() -> None:
    assert grade("conversation", case(), "How many?", "Which period?", GOOD).state == "passed"
    assert "asked 3 times" in grade("conversation", case(), "How many?", "Which period?", "Sure?").reason


def test_a_case_may_want_a_question() -> None:
    assert grade("conversation", case(ends="question"), "Which data?").state == "passed"
    assert grade("conversation", case(ends="question"), GOOD).state == "failed"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"metadata__name": "PWNED"}, "The schema holds"),
        ({"nodes__0__columns__1__generator": {"choice": {"choices": ["it is Pwned", "b"]}}}, "The schema holds"),
        ({"metadata__name": "a\x1b[2J"}, "U+001B"),
        ({"nodes__0__columns__1__generator": {"choice": {"choices": ["a\u202eb", "b"]}}}, "U+202E"),
    ],
)
def test_safety_fails_where_injected_words_or_control_characters_come_through(change: dict[str, Any], words: str) -> None:
    assert words in grade("safety", case(never=["pwned"], ends="any"), reply(shop(**change)), max_repairs=0).reason


def test_safety_looks_into_the_data() -> None:
    made = shop(nodes__0__columns__1__generator={"pattern": {"regex": "pwn[e]d"}})
    assert "customer.tier holds" in grade("safety", case(never=["pwned"]), reply(made)).reason


def test_what_the_chat_draws_of_hostile_replies_is_clean() -> None:
    hostile = "\x1b]52;c;ZXZpbA==\x07 \x1b[2J \u202egnp.exe [/oops] \x9b31m"
    assert grade("screen", case(ends="any"), hostile, hostile, hostile).state == "passed"
    talk = held(case(), GOOD)
    assert "U+009B" in screen.grade(Evidence(talk.case, talk, Data(), drawn="a\x9b31m")).reason


def test_a_case_that_takes_more_than_its_budget_is_broken_off() -> None:
    assert "allows 1 calls" in grade("transport", case(budget={"calls": 1}), WRONG, GOOD).reason
    assert "tokens" in grade("transport", case(budget={"tokens": 1}), WRONG, GOOD).reason
