"""Recorded and scripted replies come as a live model's would, and never from another turn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.llm.base import Finished, Message, MissingReplyError, Provider, Reply, TextDelta, Usage, read
from datagen_chat.llm.replay import Exchange, Replay
from datagen_chat.llm.script import Script


def asked(provider: Provider, *texts: str) -> str:
    return read(provider.stream([Message("system", "prompt"), *(Message("user", text) for text in texts)])).text


def recording() -> Replay:
    return Replay([Exchange("a shop", (Reply("bad"), Reply("good"))), Exchange("more rows", (Reply("big"),))], "shop.md")


def test_replies_come_in_the_order_of_the_recording() -> None:
    replay = recording()
    assert [asked(replay, "a shop"), asked(replay, "a shop", "mend it"), asked(replay, "a shop", "more rows")] == [
        "bad",
        "good",
        "big",
    ]


def test_a_reply_that_is_no_longer_asked_for_is_passed_over() -> None:
    replay = recording()
    assert [asked(replay, "a shop"), asked(replay, "more rows")] == ["bad", "big"]


def test_a_reply_that_was_not_recorded_is_an_error_that_names_the_turn() -> None:
    replay = recording()
    asked(replay, "more rows")
    with pytest.raises(MissingReplyError, match=r'no reply 2 in turn 2 \("more rows"\) of the recording shop.md; it holds 1'):
        asked(replay, "more rows", "mend it")


def test_a_request_that_was_not_recorded_is_an_error() -> None:
    with pytest.raises(MissingReplyError, match='no turn that asks "an army"'):
        asked(recording(), "an army")


def test_a_recorded_stop_and_usage_are_replayed() -> None:
    reply = Reply("cut off", "length", Usage(10, 0, 5, 2), "m")
    assert read(Replay([Exchange("a", (reply,))]).stream([Message("user", "a")])) == reply


@given(st.text())
def test_the_pieces_of_a_reply_make_up_the_reply(text: str) -> None:
    *pieces, end = Reply(text).events()
    assert "".join(piece.text for piece in pieces if isinstance(piece, TextDelta)) == text
    assert end == Finished("end")


def test_a_stream_that_ends_without_a_reason_was_cut() -> None:
    reply = read([TextDelta('{"rows": 15')])
    assert (reply.text, reply.stop, reply.is_finished) == ('{"rows": 15', "cut", False)


def test_usage_adds_up() -> None:
    assert Usage(1, 2, 3, 4) + Usage(10, 20, 30, 40) == Usage(11, 22, 33, 44)


def test_a_script_is_a_provider() -> None:
    assert asked(Script(lambda messages: f"{len(messages)} messages"), "a") == "2 messages"
    assert read(Script(lambda _: Reply("x", "refusal")).stream([])).stop == "refusal"
