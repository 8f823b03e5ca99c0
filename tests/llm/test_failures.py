"""Each way in which a call fails: it ends as one error that people understand, and the next call works."""

from __future__ import annotations

import gc
import gzip
import logging
import socket
import ssl
import traceback
from dataclasses import replace

import httpx2
import pytest

from datagen_chat.llm.address import parse
from datagen_chat.llm.base import Message, ProviderError, Usage, Waiting
from datagen_chat.llm.clock import SkippingClock
from datagen_chat.llm.connect import connect
from datagen_chat.llm.failures import unreached
from tests.fakes.answers import Answer, Fails, Hangs, Protocol, Says
from tests.fakes.server import Server
from tests.llm.asking import CANARY, PROTOCOLS, hear, live

# What the server answers instead of a reply; the kind of the error; how often it is asked.
STATUSES: dict[str, tuple[Fails, str, int]] = {
    "400": (Fails(400, "messages: at least one message is required"), "refused", 1),
    "401": (Fails(401, f"Incorrect API key provided: {CANARY}. Also sk-proj-abcdefghijkl.", "authentication_error"), "key", 1),
    "402": (Fails(402, "Payment is required.", "billing_error"), "payment", 1),
    "403": (Fails(403, "Not allowed.", "permission_error"), "key", 1),
    "404": (Fails(404, "The model `tiny` does not exist.", "not_found_error", "model_not_found"), "model", 1),
    "404, no API": (Fails(404, body="<html>nginx</html>", content_type="text/html"), "address", 1),
    "405": (Fails(405, "Method not allowed."), "address", 1),
    "413": (Fails(413, "Request too large.", "request_too_large"), "context", 1),
    "422": (Fails(422, body='{"detail": [{"loc": ["body", "messages"], "msg": "field required"}]}'), "refused", 1),
    "429": (Fails(429, "Too many requests.", "rate_limit_error"), "rate", 4),
    "429, nothing left": (Fails(429, "You exceeded your current quota.", code="insufficient_quota"), "payment", 1),
    "400, nothing left": (Fails(400, "Your credit balance is too low to access the API."), "payment", 1),
    "500": (Fails(500, "Internal error.", "api_error"), "server", 4),
    "502, a page": (Fails(502, body="<!DOCTYPE html><html>Bad gateway</html>", content_type="text/html"), "server", 4),
    "503": (Fails(503, "Loading model.", "unavailable_error"), "overloaded", 4),
    "529": (Fails(529, "Overloaded.", "overloaded_error"), "overloaded", 4),
    "500, do not retry": (Fails(500, "Broken.", "api_error", headers={"x-should-retry": "false"}), "server", 1),
    "too long": (Fails(400, "prompt is too long: 1300000 tokens > 1000000 maximum"), "context", 1),
    "too long, by code": (Fails(400, "Too much.", code="context_length_exceeded"), "context", 1),
    "too long, llama.cpp": (Fails(400, "the request exceeds the available context size (8192 tokens)"), "context", 1),
    "an empty error": (Fails(500, body=""), "server", 4),
    "an error that is a list": (Fails(500, body="[1, 2]"), "server", 4),
    "a redirect": (Fails(307, headers={"Location": "http://198.51.100.7/v1/x"}), "address", 1),
}

pytestmark = pytest.mark.parametrize("protocol", PROTOCOLS)


@pytest.mark.parametrize("case", STATUSES)
def test_an_answer_that_is_no_reply_is_told_in_words(protocol: Protocol, case: str) -> None:
    fails, kind, asked = STATUSES[case]
    if case == "too long, by code" and protocol == "anthropic":  # which has no codes
        fails = replace(fails, message="Too much: maximum context.")
    with Server([fails] * asked + [Says("next")]) as server:
        provider = live(server, protocol)
        failure = hear(provider).failure
        assert (failure.kind, len(server.requests)) == (kind, asked)
        assert hear(provider).text == "next"
    assert CANARY not in f"{failure} {failure.hint}"
    assert "sk-proj" not in str(failure)
    assert "<" not in str(failure)
    assert str(failure).endswith((".", "…", ")", "]", "}"))
    assert failure.usage == Usage()


# How a stream ends after some text, and the kind of the error.
BROKEN: dict[str, tuple[Answer, str]] = {
    "cut": (Says("partial", pieces=7, ending="cut"), "cut"),
    "reset": (Says("partial", pieces=7, ending="reset"), "cut"),
    "an error event": (Says("partial", pieces=7, ending="error"), "overloaded"),
    "an error event without a type": (Says("partial", pieces=7, ending="error", error={"message": "Boom"}), "server"),
    "garbage": (Says("partial", pieces=7, ending="garbage"), "garbage"),
    "stall": (Says("partial", pieces=7, ending="stall"), "timeout"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_reply_that_breaks_off_keeps_what_there_is_and_is_not_asked_for_again(protocol: Protocol, case: str) -> None:
    answer, kind = BROKEN[case]
    with Server([answer, Says("next")]) as server:
        provider = live(server, protocol, patience=1.0 if case == "stall" else 20.0)
        heard = hear(provider)
        assert (heard.text, heard.failure.kind, len(server.requests)) == ("partial", kind, 1)
        assert heard.failure.usage is None  # it was paid for, and nobody said how much
        assert hear(provider).text == "next"
    assert "broke off" in str(heard.failure) or kind == "garbage"


# What goes wrong before the first piece of text: it is tried again, and may well go right.
EARLY: dict[str, Answer] = {
    "cut": Says("partial", after=0, ending="cut"),
    "reset": Says("partial", after=0, ending="reset"),
    "an error event": Says("partial", after=0, ending="error"),
    "a closed connection": Hangs(closes=True),
}


@pytest.mark.parametrize("case", EARLY)
def test_what_breaks_before_the_first_word_is_tried_again(protocol: Protocol, case: str) -> None:
    with Server([EARLY[case], Says("second")]) as server:
        heard = hear(live(server, protocol))
    assert (heard.text, heard.end.stop, len(server.requests)) == ("second", "end", 2)
    assert heard.of(Waiting)[0].attempt == 1


@pytest.mark.parametrize("answer", [Hangs(), Says("partial", after=0, ending="stall")])
def test_a_server_on_this_machine_that_takes_too_long_is_not_made_to_do_it_again(protocol: Protocol, answer: Answer) -> None:
    with Server([answer, Says("next")]) as server:
        provider = live(server, protocol, patience=1.0)
        failure = hear(provider).failure
        assert (failure.kind, len(server.requests)) == ("timeout", 1)
        assert hear(provider).text == "next"


NO_MODEL: dict[str, Fails] = {
    "a page": Fails(200, body="<html><body>It works!</body></html>", content_type="text/html"),
    "JSON that is no stream": Fails(200, body='{"hello": "world"}'),
    "nothing": Fails(200, body="", content_type="text/event-stream"),
    "events of another protocol": Fails(200, body='event: tick\ndata: [1, "a", null]\n\n', content_type="text/event-stream"),
    "events that are no JSON": Fails(200, body="event: message\ndata: hello\n\n", content_type="text/event-stream"),
    "JSON too deep to read": Fails(200, body=f"event: x\ndata: {'[' * 200_000}\n\n", content_type="text/event-stream"),
}


@pytest.mark.parametrize("case", NO_MODEL)
def test_what_does_not_speak_the_protocol_is_no_reply(protocol: Protocol, case: str) -> None:
    with Server([NO_MODEL[case], Says("next")]) as server:
        provider = live(server, protocol)
        heard = hear(provider)
        assert heard.text == ""
        assert heard.failure.kind == "garbage" if heard.error else heard.end.stop == "cut"
        assert hear(provider).text == "next"


ODD = [
    '{"choices": "none"}',
    '{"choices": [null]}',
    '{"choices": [{"delta": null, "finish_reason": 7}]}',
    '{"choices": [{"delta": {"content": {"text": "x"}}}], "usage": {"prompt_tokens": "many"}}',
    '{"choices": [{"delta": {"content": 5, "reasoning_content": []}}], "model": null}',
    '{"type": "message_start", "message": null}',
    '{"type": "message_start", "message": {"usage": {"input_tokens": -5}, "model": 3}}',
    '{"type": "content_block_delta", "delta": {"type": "text_delta", "text": null}}',
    '{"type": "content_block_delta", "index": 99, "delta": {"type": "unheard_of"}}',
    '{"type": "message_delta", "delta": null, "usage": null}',
    '{"type": "message_delta", "delta": {"stop_reason": ["x"]}, "usage": {"output_tokens": 1e99}}',
]


@pytest.mark.parametrize("event", ODD)
def test_events_of_odd_shapes_do_no_harm(protocol: Protocol, event: str) -> None:
    kind = event.split('"')[3] if '"type"' in event else "message"
    body = f"event: {kind}\ndata: {event}\n\n"
    with Server([Fails(200, body=body, content_type="text/event-stream")]) as server:
        heard = hear(live(server, protocol))
    assert heard.text == ""
    assert heard.failure.kind == "garbage" if heard.error else heard.end.stop in ("cut", "other")


def test_an_endless_answer_ends(protocol: Protocol, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datagen_chat.llm.wire.MOST_BYTES", 1 << 20)
    with Server([Says("x" * 1000, pieces=1000, repeat=3000), Fails(500, body="y" * (2 << 20)), Says("next")]) as server:
        provider = live(server, protocol)
        heard = hear(provider)
        assert heard.failure.kind == "garbage"
        assert 500_000 < len(heard.text) <= 1 << 20
        assert hear(provider).failure.kind == "garbage"
        assert hear(provider).text == "next"


def test_where_nothing_listens_on_this_machine_nobody_waits(protocol: Protocol) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused, and nobody else can take it
        name = f"{protocol}@http://127.0.0.1:{taken.getsockname()[1]}:m"
        clock = SkippingClock()
        failure = hear(connect(parse(name), {}, clock=clock)).failure
    assert (failure.kind, clock.waited) == ("network", [])
    assert "Nothing answers at" in str(failure)
    assert "Start the server" in failure.hint


def test_a_host_that_does_not_exist_is_named(protocol: Protocol) -> None:
    failure = hear(connect(parse(f"{protocol}@http://no-such-host.invalid:m"), {}, clock=SkippingClock())).failure
    assert (failure.kind, "no-such-host.invalid" in str(failure)) == ("network", True)


@pytest.mark.parametrize("host", ["a" * 70, "a..b", "xn--a", "xn--bcher-kva.invalid", "bücher.invalid", "256.256.256.256", "-"])
def test_a_host_that_cannot_be_one_is_an_error_like_others(protocol: Protocol, host: str) -> None:
    provider = connect(parse(f"{protocol}@http://{host}:m"), {}, clock=SkippingClock())
    assert hear(provider).failure.kind == "network"
    with pytest.raises(ProviderError) as caught:
        provider.served()
    assert caught.value.kind == "network"


def test_packed_bytes_are_not_unpacked(protocol: Protocol) -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    packed = Fails(200, body=bomb.decode("latin-1"), headers={"Content-Encoding": "gzip"})
    with Server([packed]) as server:
        assert hear(live(server, protocol)).failure.kind == "garbage"
        assert server.requests[0].headers["accept-encoding"] == "identity"


def test_a_server_on_this_machine_is_reached_past_any_proxy(protocol: Protocol, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Server([Says("ok")]) as server:
        assert hear(live(server, protocol)).text == "ok"


def test_bytes_that_were_no_characters_do_not_stop_a_request(protocol: Protocol) -> None:
    with Server([Says("ok")]) as server:
        assert hear(live(server, protocol), [Message("system", "\udcff"), Message("user", "caf\udce9")]).text == "ok"
        assert "caf?" in str(server.requests[0].json)


def test_nothing_of_a_librarys_error_is_kept(protocol: Protocol, caplog: pytest.LogCaptureFixture) -> None:
    """Their errors hold the request with its headers; ours holds text only, and what is logged holds no key either."""
    caplog.set_level(logging.DEBUG)
    cases: list[Answer] = [STATUSES["401"][0], BROKEN["cut"][0], BROKEN["an error event"][0], NO_MODEL["a page"], Says("fine")]
    with Server(cases) as server:
        provider = live(server, protocol)
        heard = [hear(provider) for _ in cases]
        assert server.requests[0].headers["authorization"] == f"Bearer {CANARY}"
    failures = [one.failure for one in heard[:-1]]
    shown = [f"{one!r} {one.__dict__} {''.join(traceback.format_exception(one))}" for one in failures]
    assert CANARY not in " ".join([*shown, repr(heard[-1]), repr(provider), str(vars(provider)), caplog.text])
    assert len(caplog.records) > 0
    for failure in failures:
        assert _chain(failure) == [failure]


def _chain(error: BaseException | None) -> list[BaseException]:
    found = []
    while error is not None:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def test_a_failure_leaves_no_connection(protocol: Protocol, recwarn: pytest.WarningsRecorder) -> None:
    with Server([BROKEN["cut"][0], STATUSES["401"][0], BROKEN["an error event"][0]]) as server:
        provider = live(server, protocol)
        assert [isinstance(hear(provider).error, ProviderError) for _ in range(3)] == [True] * 3
        gc.collect()  # an open socket would warn here
    assert [str(warning.message) for warning in recwarn] == []


def test_an_untrusted_certificate_and_a_slow_network_are_told_apart(protocol: Protocol) -> None:
    address = parse(f"{protocol}@https://models.example:m")
    untrusted = unreached(_caused(ssl.SSLCertVerificationError("self-signed")), address, ())
    slow = unreached(_caused(httpx2.ReadTimeout("slow")), address, ())
    lost = unreached(_caused(ConnectionResetError(104, f"reset {CANARY}")), address, (CANARY,))
    assert [(error.kind, error.is_passing) for error in (untrusted, slow, lost)] == [
        ("network", False),
        ("timeout", True),
        ("network", True),
    ]
    assert CANARY not in str(lost)


def _caused(cause: Exception) -> Exception:
    error = httpx2.ConnectError("it failed")
    error.__cause__ = cause
    return error
