"""Recorded replies are given in their places, and never any others."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from datagen_chat.evaluation.recorded import TURN, Recorded, abridged, prompt_hash
from datagen_chat.llm.base import Finished, Message, MissingReplyError, ProviderError, read
from datagen_chat.llm.recording import Asked, Call

SYSTEM = Message("system", "You design datasets.")


def user(*texts: str) -> tuple[Message, ...]:
    return (SYSTEM, *(Message("user", text) for text in texts))


def call(turn: int, text: str, *said: str) -> Call:
    return Call(Asked("shop", 0, "m", abridged(user(*said)), {TURN: turn}), (text,), Finished("end"))


CALLS = (
    call(1, "One.", "a shop"),
    call(1, "Two.", "a shop", "One.", "Mend it."),
    call(2, "Three.", "a shop", "Two.", "200 orders"),
)


def play(turn: int, *asked: Sequence[Message], error: str = "", said: str = "") -> tuple[list[str], list[str]]:
    drifts = list[str]()
    words = said or (asked[0][-1].text if asked else "")
    provider = Recorded(CALLS, turn, words, drifts.append, error=error)
    return [read(provider.stream(messages)).text for messages in asked], drifts


def test_replies_come_in_the_order_of_their_turn() -> None:
    assert play(1, user("a shop"), user("a shop", "One.", "Mend it.")) == (["One.", "Two."], [])
    assert play(2, user("a shop", "Two.", "200 orders")) == (["Three."], [])


def test_what_the_person_says_must_be_what_was_recorded() -> None:
    with pytest.raises(MissingReplyError, match=r'turn 2 is not what was recorded.*"300 orders", recorded "200 orders"'):
        play(2, user("a shop", "Two.", "300 orders"))


def test_a_reply_that_is_not_there_is_an_error_and_never_another_one() -> None:
    with pytest.raises(MissingReplyError, match="no reply 2 of turn 2"):
        play(2, user("a shop", "Two.", "200 orders"), user("a shop", "Two.", "200 orders", "Mend that."))
    with pytest.raises(MissingReplyError, match="no reply 1 of turn 3"):
        play(3, user("a shop"))


def test_other_words_of_the_program_are_drift_and_told() -> None:
    replies, drifts = play(1, user("a shop"), user("a shop", "One.", "Correct it, please."))
    assert replies == ["One.", "Two."]
    assert len(drifts) == 1
    assert "turn 1, reply 2" in drifts[0]
    assert "Correct it" in drifts[0]


def test_what_the_program_tells_before_the_words_of_the_person_may_change() -> None:
    replies, drifts = play(2, user("a shop", "Two.", "A reviewer says: hm.\n\n200 orders"), said="200 orders")
    assert (replies, len(drifts)) == (["Three."], 1)


def test_another_prompt_is_drift_too() -> None:
    other = (Message("system", "You are somebody else."), Message("user", "a shop"))
    assert len(play(1, other)[1]) == 1


def test_a_conversation_that_broke_off_breaks_off_there_again() -> None:
    with pytest.raises(ProviderError, match="The server is gone"):
        play(3, user("a shop"), error="The server is gone.")


def test_the_hash_of_a_prompt_stands_for_it() -> None:
    assert prompt_hash(prompt_hash("You design datasets.")) == prompt_hash("You design datasets.")
    assert prompt_hash("a") != prompt_hash("b")
