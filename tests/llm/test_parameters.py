"""Servers that do not know a parameter: it is dropped or renamed once, and remembered."""

from __future__ import annotations

import pytest

from datagen_chat.llm.base import Message, Noted
from tests.fakes.answers import Answer, Fails, Refuses, Says
from tests.fakes.server import Server
from tests.llm.asking import hear, live

UNSUPPORTED = "Unsupported parameter: '{}' is not supported with this model. Use 'max_tokens' instead."


@pytest.mark.parametrize("status", [400, 422])
def test_a_parameter_that_is_refused_is_dropped_and_stays_dropped(status: int) -> None:
    with Server([Refuses("stream_options", status=status), Says("next", usage=False)]) as server:
        provider = live(server, "openai")
        heard = hear(provider)
        assert (heard.text, [noted.problem.code for noted in heard.of(Noted)]) == ("Hello.", ["parameter-refused"])
        again = hear(provider)
        assert (again.text, again.of(Noted)) == ("next", [])
    assert ["stream_options" in request.json for request in server.requests] == [True, False, False]


@pytest.mark.parametrize(
    ("refused", "message", "taken"),
    [
        ("max_completion_tokens", "Unrecognized request argument supplied: {}", "max_tokens"),
        ("max_completion_tokens", "1 validation error: {}: Extra inputs are not permitted", "max_tokens"),
    ],
)
def test_the_limit_of_a_reply_goes_by_the_name_that_a_server_knows(refused: str, message: str, taken: str) -> None:
    with Server([Refuses(refused, message=message), Says("next")]) as server:
        provider = live(server, "openai", limit=500)
        assert [hear(provider).text, hear(provider).text] == ["Hello.", "next"]
    assert [request.json.get(taken) for request in server.requests] == [None, 500, 500]


def test_a_server_that_takes_no_limit_under_any_name_gets_none() -> None:
    with Server([Refuses("max_completion_tokens", then=Refuses("max_tokens").refusal), Says("ok")]) as server:
        assert hear(live(server, "openai", limit=500)).text == "ok"
    sent = [[name for name in ("max_completion_tokens", "max_tokens") if name in request.json] for request in server.requests]
    assert sent == [["max_completion_tokens"], ["max_tokens"], []]


def test_a_refusal_that_names_both_names_means_the_one_that_was_sent() -> None:
    with Server([Refuses("max_completion_tokens", message=UNSUPPORTED), Says("next")]) as server:
        assert hear(live(server, "openai", limit=500)).text == "Hello."
    assert server.requests[1].json["max_tokens"] == 500


def test_several_parameters_are_dropped_one_after_the_other() -> None:
    with Server([Refuses("stream_options", then=Fails(400, "Unknown: max_completion_tokens")), Says("ok")]) as server:
        heard = hear(live(server, "openai", limit=500))
    assert (heard.text, len(heard.of(Noted))) == ("ok", 2)


def test_a_server_without_system_messages_gets_the_prompt_before_the_first_request() -> None:
    with Server([Fails(400, "System role not supported"), Says("ok"), Says("again")]) as server:
        provider = live(server, "openai")
        assert hear(provider).text == "ok"
        assert hear(provider, [Message("user", "no prompt at all")]).text == "again"
    assert server.requests[1].json["messages"] == [{"role": "user", "content": "You design datasets.\n\nA shop, please."}]


@pytest.mark.parametrize(
    ("words", "limit"),
    [("max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens for claude-x", 8192)],
)
def test_a_limit_that_is_too_high_is_lowered_to_what_a_model_allows(words: str, limit: int) -> None:
    with Server([Fails(400, words), Says("ok")]) as server:
        assert hear(live(server, "anthropic")).text == "ok"
    assert [request.json["max_tokens"] for request in server.requests] == [32_000, limit]


def test_a_server_that_keeps_no_cache_is_not_asked_to() -> None:
    with Server([Refuses("cache_control", message="system.0.{}: Extra inputs are not permitted"), Says("next")]) as server:
        provider = live(server, "anthropic")
        assert [hear(provider).text, hear(provider).text] == ["Hello.", "next"]
    assert server.requests[2].json["system"] == [{"type": "text", "text": "You design datasets."}]


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_a_server_that_refuses_for_ever_is_asked_a_few_times_only(protocol: str) -> None:
    words = "stream_options max_tokens: 32000 > 5 max_completion_tokens cache_control system role is not supported"
    forever: Answer = Fails(400, words)
    with Server(otherwise=forever) as server:
        failure = hear(live(server, "openai" if protocol == "openai" else "anthropic", limit=9000)).failure
    assert failure.kind == "refused"
    assert len(server.requests) <= 5
