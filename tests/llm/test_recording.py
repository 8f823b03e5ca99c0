"""Recorded calls are played as they came, to exactly what they answered, and hold no key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen_chat.llm.base import STOPS, Finished, Message, MissingReplyError, ProviderError, Reply, TextDelta, Usage, read
from datagen_chat.llm.recording import Asked, Call, Recorder, Recording, read_calls
from datagen_chat.llm.script import Script
from datagen_chat.problems import ProblemsError
from tests.fakes.answers import Fails, Says
from tests.fakes.server import Server
from tests.llm.asking import CANARY, PROTOCOLS, QUESTION, Protocol, hear, live

TEXTS = st.text(st.characters(codec=None), max_size=40)
MESSAGES = st.builds(Message, st.sampled_from(["system", "user", "assistant"]), TEXTS)
CALLS = st.builds(
    Call,
    st.builds(
        Asked,
        TEXTS,
        st.integers(0, 9),
        TEXTS,
        st.lists(MESSAGES, max_size=4).map(tuple),
        st.dictionaries(TEXTS, st.integers() | TEXTS, max_size=2),
    ),
    st.lists(TEXTS, max_size=4).map(tuple),
    st.builds(Finished, st.sampled_from(STOPS), st.none() | st.builds(Usage, st.integers(0, 99)), TEXTS),
    TEXTS,
)
NOW = "2026-11-26T10:00:00Z"


def recorder(provider: Any, calls: list[Call], **more: Any) -> Recorder:
    return Recorder(provider, calls.append, lambda: NOW, case="shop", **more)


def said(*texts: str) -> list[Message]:
    return [Message("system", "You design datasets."), *(Message("user", text) for text in texts)]


@given(st.lists(CALLS, max_size=3))
def test_what_was_written_reads_back_exactly(calls: list[Call]) -> None:
    text = "".join(call.line() + "\n" for call in calls)
    assert text.isascii()
    assert read_calls(text) == tuple(calls)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_call_is_recorded_with_its_pieces_stop_usage_and_model(protocol: Protocol) -> None:
    calls: list[Call] = []
    with Server([Says("Twenty-one chars, äöü.", pieces=7, prompt_tokens=50, cached=10)]) as server:
        provider = recorder(live(server, protocol), calls, parameters={"max_tokens": 7})
        played = read(provider.stream(QUESTION))
    [call] = calls
    assert call.deltas == ("Twenty-", "one cha", "rs, äöü", ".")
    assert call.end == Finished("end", Usage(40, 10, 0, 9), "tiny-2026-11-01")
    assert call.asked == Asked("shop", 0, server.name(protocol), QUESTION, {"max_tokens": 7})
    again = Recording([call], "shop", 0, server.name(protocol), {"max_tokens": 7})
    assert read(again.stream(QUESTION)) == played
    assert json.loads(call.line())["date"] == NOW


def test_a_call_without_a_reply_is_not_recorded() -> None:
    calls: list[Call] = []
    with Server([Fails(401, "Wrong key."), Says("Half", ending="cut")]) as server:
        for _ in range(2):
            assert hear(recorder(live(server, "openai"), calls)).error is not None
    assert calls == []


def test_a_reply_that_ended_too_early_is_recorded_as_such() -> None:
    calls: list[Call] = []
    with Server([Says("Half", ending="clean")]) as server:
        read(recorder(live(server, "openai"), calls).stream(QUESTION))
    assert calls[0].end.stop == "cut"


def test_no_key_is_recorded_though_it_comes_in_pieces() -> None:
    calls: list[Call] = []
    with Server([Says(f"Your key is {CANARY}.", pieces=3)]) as server:
        asked = [*said(f"my key is {CANARY}, the other sk-abcdefghijkl"), Message("assistant", f"{CANARY}; a pattern sk-[a-z]")]
        read(recorder(live(server, "openai"), calls, secrets=(CANARY,)).stream(asked))
    line = calls[0].line()
    assert CANARY not in line
    assert "sk-abcdefghijkl" not in line
    assert calls[0].deltas == ("Your key is [key].",)
    assert calls[0].asked.messages[2].text == "[key]; a pattern sk-[a-z]"


def test_the_same_question_is_answered_as_often_as_it_was_recorded() -> None:
    calls: list[Call] = []
    replies = ["one", "two"]
    provider = recorder(Script(lambda _: replies.pop(0)), calls)
    for _ in range(2):
        read(provider.stream(said("again")))
    again = Recording(calls, "shop", 0, "script")
    assert [read(again.stream(said("again"))).text for _ in range(2)] == ["one", "two"]
    with pytest.raises(MissingReplyError, match=r'no further call of case "shop", epoch 0, script'):
        read(again.stream(said("again")))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ({"messages": said("a shop with\n5 rows")}, r'message 2 \(user\) differs at its line 2: "5 rows", recorded "4 rows"'),
        ({"messages": said()}, "it has 1 messages, and the recorded one 2"),
        ({"model": "other"}, "the recorded one is of script"),
        ({"parameters": {"max_tokens": 5}}, r"its parameters are \{'max_tokens': 5\}, and the recorded ones \{\}"),
        ({"epoch": 1}, "no further call"),
        ({"case": "bank"}, 'no further call of case "bank"'),
    ],
)
def test_what_was_not_recorded_is_an_error_that_says_what_differs(question: dict[str, Any], told: str) -> None:
    calls: list[Call] = []
    read(recorder(Script(lambda _: "Fine."), calls).stream(said("a shop with\n4 rows")))
    asked = {
        "case": "shop",
        "epoch": 0,
        "model": "script",
        "parameters": {},
        "messages": said("a shop with\n4 rows"),
        **question,
    }
    messages = asked.pop("messages")
    with pytest.raises(MissingReplyError, match=told):
        read(Recording(calls, **asked).stream(messages))


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line[:-1],
        lambda line: line.replace('"stop": "end"', '"stop": "over"'),
        lambda line: line.replace('"role": "user"', '"role": "tool"'),
        lambda line: line.replace('"deltas": [', '"deltas": [5, '),
        lambda line: "[" * 100_000,
        lambda line: "{}",
    ],
)
def test_a_damaged_line_is_named(change: Any) -> None:
    line = Call(Asked("shop", 0, "script", tuple(said("hi"))), ("Hello.",), Finished("end")).line()
    with pytest.raises(ProblemsError, match=r"shop\.jsonl, line 2 is no recorded call"):
        read_calls(f"{line}\n{change(line)}\n", "shop.jsonl")


def test_a_question_that_was_changed_by_hand_is_refused() -> None:
    line = Call(Asked("shop", 0, "script", tuple(said("hi"))), ("Hello.",), Finished("end")).line()
    with pytest.raises(ProblemsError, match="was changed"):
        read_calls(line.replace('"hi"', '"ho"'))


def test_a_recorder_raises_what_its_provider_raises() -> None:
    def fails(_messages: Any) -> Reply:
        raise ProviderError("no")

    with pytest.raises(ProviderError, match="no"):
        list(recorder(Script(fails), []).stream(said("hi")))


def test_a_recorder_yields_the_pieces_as_they_come() -> None:
    events = list(recorder(Script(lambda _: "a\nb"), []).stream(said("hi")))
    assert events == [TextDelta("a\n"), TextDelta("b"), Finished("end", None, "")]
