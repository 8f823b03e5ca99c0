"""A case is held as the chat would hold it."""

from __future__ import annotations

from collections.abc import Sequence

from datagen_chat.conversation.session import Session, Settings
from datagen_chat.evaluation.holding import hold
from datagen_chat.llm.base import Message
from datagen_chat.llm.script import Script
from tests.conversation.replies import SHOP, reply
from tests.evaluation.held import case


def test_a_conversation_that_fills_the_window_goes_on_with_the_schema_and_the_requests() -> None:
    heard: list[Sequence[Message]] = []

    def answer(messages: Sequence[Message]) -> str:
        heard.append(messages)
        return reply(SHOP)

    asked = case("a shop", "add a status", "remove it again")
    hold(
        asked, Session(Settings(), "You design."), lambda _turn, _said: Script(answer), fills=lambda messages: len(messages) > 4
    )
    assert [len(messages) for messages in heard] == [2, 4, 2]
    last = heard[-1][-1].text
    assert "a shop" in last
    assert "add a status" in last
    assert '"amount"' in last
    assert last.endswith("remove it again")


def test_each_turn_is_answered_under_its_number_and_its_words() -> None:
    told: list[tuple[int, str]] = []

    def answers(turn: int, said: str) -> Script:
        told.append((turn, said))
        return Script(lambda _messages: reply(SHOP))

    held = hold(case("a shop", "add a status"), Session(), answers)
    assert told == [(1, "a shop"), (2, "add a status")]
    assert [one.outcome for one in held.rounds] == ["accepted", "accepted"]
    assert held.version is not None
