"""Replies, as both vendors' packages read them from a real socket."""

from __future__ import annotations

import json
import sys

import pytest

from datagen_chat.llm.base import Finished, Message, Noted, ReasoningDelta, TextDelta, Usage
from tests.fakes.answers import Fails, Lists, Protocol, Says
from tests.fakes.server import Server
from tests.llm.asking import PROTOCOLS, QUESTION, hear, live

SCHEMA = 'Grüße 🙂 — «ok»:\n\n```json datagen\n{"version": "1.0", "nodes": [{"id": "café", "rows": 1500}]}\n```\n漢字\u2028end'

STOPS = {
    # in the vendor's words, as their references list them, and one that nobody knows
    "openai": {
        "stop": "end",
        "length": "length",
        "content_filter": "filter",
        "tool_calls": "tool",
        "function_call": "tool",
        "because": "other",
    },
    "anthropic": {
        "end_turn": "end",
        "stop_sequence": "end",
        "max_tokens": "length",
        "model_context_window_exceeded": "context",
        "refusal": "refusal",
        "tool_use": "tool",
        "pause_turn": "other",
        "because": "other",
    },
}

pytestmark = pytest.mark.parametrize("protocol", PROTOCOLS)


@pytest.mark.parametrize("slices", [0, 1, 2, 3, 5, 64])
@pytest.mark.parametrize("pieces", [1, 9])
def test_a_reply_arrives_whole_however_its_bytes_are_cut(protocol: Protocol, slices: int, pieces: int) -> None:
    with Server([Says(SCHEMA, slices=slices, pieces=pieces, crlf=slices == 2, comments=slices == 3)]) as server:
        heard = hear(live(server, protocol))
    assert (heard.text, heard.end.stop) == (SCHEMA, "end")


def test_pieces_are_given_on_as_they_come(protocol: Protocol) -> None:
    with Server([Says("one two", pieces=4, ending="stall")]) as server:
        stream = live(server, protocol).stream(QUESTION)
        assert [next(stream), next(stream)] == [TextDelta("one "), TextDelta("two")]
        stream.close()  # type: ignore[attr-defined] - a generator


def test_what_is_thought_is_kept_apart_from_what_is_said(protocol: Protocol) -> None:
    with Server([Says("Said.", reasoning="Thought 🙂.", slices=1)]) as server:
        heard = hear(live(server, protocol))
    assert (heard.thought, heard.text) == ("Thought 🙂.", "Said.")
    kinds = [type(event) for event in heard.events]
    assert kinds == sorted(kinds, key=[ReasoningDelta, TextDelta, Finished].index)


def test_usage_counts_every_token_once(protocol: Protocol) -> None:
    """OpenAI's prompt tokens include those of the cache; the fake sends both vendors' counts of the same call."""
    says = Says(prompt_tokens=1000, cached=600, written=300, output_tokens=50, reasoning_tokens=20)
    with Server([says]) as server:
        end = hear(live(server, protocol)).end
    assert end.usage == Usage(input=100, cache_read=600, cache_write=300, output=50, reasoning=20)
    assert end.usage.prompt == 1000
    assert end.model == "tiny-2026-11-01"


def test_a_call_whose_tokens_nobody_counted_has_no_usage_that_looks_like_nought(protocol: Protocol) -> None:
    with Server([Says("ok", usage=False, output_tokens=0)]) as server:
        usage = hear(live(server, protocol)).end.usage
    assert usage is None or usage.prompt == 0


def test_a_reason_to_stop_has_one_name(protocol: Protocol) -> None:
    with Server([Says("Well.", stop=said) for said in STOPS[protocol]]) as server:
        provider = live(server, protocol)
        assert {said: hear(provider).end.stop for said in STOPS[protocol]} == STOPS[protocol]


def test_a_refusal_is_said_and_named(protocol: Protocol) -> None:
    says = Says("", refusal="I cannot.") if protocol == "openai" else Says("I cannot.", stop="refusal")
    with Server([says]) as server:
        heard = hear(live(server, protocol))
    assert (heard.text, heard.end.stop) == ("I cannot.", "refusal")


def test_an_end_without_a_reason_is_a_reply_that_was_cut(protocol: Protocol) -> None:
    with Server([Says('{"rows": 1500}', pieces=10, after=1, ending="clean"), Says("next")]) as server:
        provider = live(server, protocol)
        heard = hear(provider)
        assert (heard.text, heard.end.stop) == ('{"rows": 1', "cut")
        assert hear(provider).text == "next"


def test_megabytes_are_read_whole(protocol: Protocol) -> None:
    text = "All work and no play. " * 40
    with Server([Says(text, pieces=len(text), repeat=2400)]) as server:
        heard = hear(live(server, protocol))
    assert len(heard.text) == len(text) * 2400 > 2_000_000


def test_consecutive_requests_share_their_beginning_to_the_byte(protocol: Protocol) -> None:
    more = (*QUESTION, Message("assistant", "How many?"), Message("user", "500 — bitte"))
    with Server([Says(), Says()]) as server:
        provider = live(server, protocol)
        hear(provider)
        hear(provider, more)
        first, second = (request.body for request in server.requests)
    end = b'A shop, please."}'
    shared = first[: first.index(end) + len(end)]
    assert second.startswith(shared)
    assert json.loads(first)["messages"] == json.loads(second)["messages"][: len(json.loads(first)["messages"])]
    assert json.loads(first).get("system") == json.loads(second).get("system")


def test_the_prompt_goes_where_the_vendor_keeps_it_in_a_cache(protocol: Protocol) -> None:
    with Server([Says()]) as server:
        hear(live(server, protocol))
        body = server.requests[0].json
    if protocol == "anthropic":
        assert body["system"] == [{"type": "text", "text": "You design datasets.", "cache_control": {"type": "ephemeral"}}]
        assert [message["role"] for message in body["messages"]] == ["user"]
    else:
        assert body["messages"][0] == {"role": "system", "content": "You design datasets."}


def test_a_history_that_begins_with_the_model_is_sent_in_the_order_that_the_vendor_takes(protocol: Protocol) -> None:
    history = (Message("assistant", "Hello!"), Message("user", "A shop."), Message("user", "Small."), Message("assistant", ""))
    with Server([Says()]) as server:
        assert hear(live(server, protocol), history).text == "Hello."
        sent = server.requests[0].json["messages"]
    roles = [message["role"] for message in sent]
    assert roles == (["user", "assistant", "user"] if protocol == "anthropic" else ["assistant", "user", "user"])


@pytest.mark.parametrize(("counted", "is_noted"), [(1900, True), (3000, False)])
def test_a_server_that_drops_the_beginning_is_noticed(protocol: Protocol, counted: int, is_noted: bool) -> None:
    """The text is 4 000 words, and so at least 4 000 tokens in every vocabulary; the estimate is the same."""
    long = (Message("user", "word " * 4000),)
    with Server([Says(prompt_tokens=counted)]) as server:
        noted = hear(live(server, protocol), long).of(Noted)
    assert [event.problem.code for event in noted] == (["prompt-cut"] if is_noted else [])


def test_an_address_lists_what_it_serves(protocol: Protocol) -> None:
    with Server([Lists([{"id": "a", "max_model_len": 8192, "max_input_tokens": 8192}, {"id": "b"}])]) as server:
        served = live(server, protocol).served()
    assert [(model.name, model.window) for model in served] == [("a", 8192), ("b", None)]


def test_preparing_sends_nothing_and_imports_what_the_first_request_needs(protocol: Protocol) -> None:
    with Server([Says("ok")]) as server:
        provider = live(server, protocol)
        provider.prepare()
        assert server.requests == []
        assert f"{protocol}.resources" in sys.modules
        assert hear(provider).text == "ok"


def events(protocol: Protocol, *pieces: str) -> list[str]:
    """Return a reply as events, each piece in one of its own."""
    if protocol == "openai":
        said = [json.dumps({"choices": [{"index": 0, "delta": {"content": piece}}]}) for piece in pieces]
        return [*said, '{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}', "[DONE]"]
    said = [
        json.dumps({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}})
        for piece in pieces
    ]
    return [*said, '{"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}']


def raw(*told: str, lead: str = "") -> Fails:
    """Return an answer of these events as they are."""
    kinds = [json.loads(one).get("type", "message") if one.startswith("{") else "message_delta" for one in told]
    body = "".join(f"event: {kind}\ndata: {one}\n\n" for kind, one in zip(kinds, told, strict=True))
    return Fails(200, body=lead + body, content_type="text/event-stream")


def test_a_byte_order_mark_takes_nothing_of_the_reply_with_it(protocol: Protocol) -> None:
    with Server([raw(*events(protocol, "one ", "two"), lead="\ufeff")]) as server:
        heard = hear(live(server, protocol))
    assert (heard.text, heard.end.stop) == ("one two", "end")


def test_an_event_that_says_nothing_does_not_end_the_reply(protocol: Protocol) -> None:
    first, *rest = events(protocol, "one ", "two")
    with Server([raw("null", first, "null", *rest)]) as server:
        heard = hear(live(server, protocol))
    assert (heard.text, heard.end.stop) == ("one two", "end")


def test_a_character_that_was_cut_in_two_is_whole_again(protocol: Protocol) -> None:
    """As programs that count in UTF-16 cut texts; a half that stands alone stays as it came."""
    with Server([raw(*events(protocol, "a \ud83d", "\ude42 b \ud83d", "c", "\ud83d"))]) as server:
        heard = hear(live(server, protocol))
    assert (heard.text, heard.end.stop) == ("a 🙂 b \ud83dc\ud83d", "end")


def test_text_in_another_place_of_an_event_is_not_lost(protocol: Protocol) -> None:
    first, *rest = events(protocol, "one ", "two")
    if protocol == "openai":
        parts = [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "one "}]
        first = json.dumps({"choices": [{"index": 0, "delta": {"content": parts}}]})
    else:
        block = {"type": "text", "text": "one "}
        first = json.dumps({"type": "content_block_start", "index": 0, "content_block": block})
    with Server([raw(first, *rest)]) as server:
        heard = hear(live(server, protocol))
    assert (heard.text, heard.end.stop) == ("one two", "end")


@pytest.mark.parametrize("piece", [15, 0, True, {"text": "15"}])
def test_a_piece_that_is_no_text_is_not_passed_over(protocol: Protocol, piece: object) -> None:
    """As of programs that write texts of digits as numbers: without it, "rows": 1500 would be another number."""
    first, second, *rest = events(protocol, '"rows": ', "00")
    odd = second.replace('"00"', json.dumps(piece))
    with Server([raw(first, odd, second, *rest)]) as server:
        heard = hear(live(server, protocol))
    assert (heard.text, heard.failure.kind) == ('"rows": ', "garbage")
    assert "is no text" in str(heard.failure)


def test_a_second_reply_in_the_stream_is_not_mixed_into_the_first(protocol: Protocol) -> None:
    first, *rest = events(protocol, "one ", "two")
    other = json.dumps({"choices": [{"index": 1, "delta": {"content": "three"}, "finish_reason": "length"}]})
    with Server([raw(first, other, *rest)]) as server:
        heard = hear(live(server, protocol))
    assert (heard.text, heard.end.stop) == ("one two", "end")


def test_a_reply_that_was_cut_is_not_finished_by_a_word_that_says_so(protocol: Protocol) -> None:
    said, end, *rest = events(protocol, "one")
    cut = end.replace('"stop"', '"length"').replace('"end_turn"', '"max_tokens"')
    with Server([raw(said, cut, end, *rest)]) as server:
        assert hear(live(server, protocol)).end.stop == "length"


def test_a_count_that_no_call_can_have_is_none(protocol: Protocol) -> None:
    counts = {"prompt_tokens": 10**400, "completion_tokens": 10**400, "input_tokens": 10**400, "output_tokens": 10**400}
    *said, end = [one for one in events(protocol, "one") if one != "[DONE]"]
    with Server([raw(*said, json.dumps({**json.loads(end), "usage": counts}))]) as server:
        usage = hear(live(server, protocol)).end.usage
    assert usage in (None, Usage())
