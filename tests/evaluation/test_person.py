"""The simulated person says the turns of a case, answers what they know, and does not talk forever."""

from __future__ import annotations

from typing import Any

from datagen_chat.conversation.events import Outcome
from datagen_chat.evaluation.cases import Case
from datagen_chat.evaluation.person import AT_WILL, Person

SHOP: dict[str, Any] = {
    "id": "shop",
    "tags": ["shop"],
    "turns": [{"say": "a shop"}, {"say": "200 orders", "answers": True}, {"say": "add a status"}],
    "facts": [{"about": ["how many", "customers"], "say": "50 customers."}, {"about": ["period"], "say": "All of 2024."}],
}


def said(*heard: tuple[Outcome, str], case: dict[str, Any] = SHOP) -> list[str | None]:
    person = Person(Case.model_validate(case)).begin()
    lines = [person.request]
    for outcome, words in heard:
        person = person.hear(outcome, words)
        lines.append(person.request)
    return lines


def test_turns_follow_each_other_once_there_are_schemas() -> None:
    assert said(("accepted", ""), ("accepted", ""), ("rejected", "")) == ["a shop", "200 orders", "add a status", None]


def test_a_turn_that_answers_is_said_when_the_model_asks() -> None:
    assert said(("prose", "How many?"), ("accepted", "")) == ["a shop", "200 orders", "add a status"]


def test_other_questions_are_answered_from_what_the_person_knows() -> None:
    lines = said(("prose", "Hm?"), ("prose", "How many customers, and which period?"), ("accepted", ""))
    assert lines[2:] == ["50 customers. All of 2024.", "add a status"]


def test_what_the_person_does_not_know_is_left_to_the_model() -> None:
    assert said(("prose", "Hm?"), ("prose", "Which currency?"))[-1] == AT_WILL


def test_facts_are_known_by_whole_words() -> None:
    assert said(("prose", "Hm?"), ("prose", "Periodic reports?"))[-1] == AT_WILL


def test_a_person_who_is_asked_too_often_leaves() -> None:
    assert said(("prose", "?"), ("prose", "?"), ("prose", "?"))[-1] is None


def test_a_case_that_is_to_end_with_a_question_ends_with_it() -> None:
    case = {"id": "word", "tags": ["misc"], "turns": [{"say": "data"}], "ends": "question"}
    assert said(("prose", "Which data?"), case=case) == ["data", None]
