"""Calls that the chat recorded find the turn of the case that they belong to."""

from __future__ import annotations

from datagen_chat.evaluation.recorded import TURN, placed
from datagen_chat.llm.base import Finished, Message
from datagen_chat.llm.recording import Asked, Call


def call(*said: str) -> Call:
    roles = ("user", "assistant")
    messages = tuple(Message(roles[place % 2], text) for place, text in enumerate(said))
    return Call(Asked("shop", 0, "m", (Message("system", "the prompt"), *messages), {}), ("",), Finished("end"))


def test_a_turn_begins_with_the_persons_words_and_holds_every_question_after_them() -> None:
    calls = [
        call("a shop"),
        call("a shop", "How many?", "A remark.\n\n50 customers"),
        call("a shop", "How many?", "50 customers", "{}", "The schema has 1 problem."),
        call("50 customers", "{}", "cheaper"),
    ]
    found = placed(calls, ["a shop", "50 customers", "cheaper"])
    assert [one.asked.parameters[TURN] for one in found] == [1, 2, 2, 3]
    assert {one.asked.parameters["max_repairs"] for one in found} == {2}
    assert {one.asked.messages[0].text[:7] for one in found} == {"sha256:"}
