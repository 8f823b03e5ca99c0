"""Stopping: from another thread or by closing the stream, at once, with nothing left behind."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from datagen_chat.llm.base import Finished, Message, ProviderError, Reply, Streamed, TextDelta
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.llm.script import Script
from tests.fakes.answers import Answer, Hangs, Protocol, Says
from tests.fakes.server import Server
from tests.llm.asking import PROTOCOLS, QUESTION, hear, live

SOON = 10.0  # a bound for machines under load; the patience of the stream is longer, so that only the cut can end it
PATIENT = 300.0

WAITS: dict[str, Answer] = {
    "for the first byte": Hangs(),
    "for the first word": Says("never", after=0, ending="stall"),
    "for the next word": Says("one two", pieces=4, after=1, ending="stall"),
    "while it is drawn out": Says("word " * 2000, pieces=5, delay=0.02),
}


@contextmanager
def running(provider_stream: Iterator[Streamed]) -> Iterator[tuple[threading.Thread, list[object]]]:
    """Read a stream in a thread of its own; what it yields and raises is in the list."""
    heard: list[object] = []

    def read() -> None:
        try:
            heard.extend(_kept(provider_stream, heard))
        except ProviderError as error:
            heard.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    yield thread, heard
    thread.join(SOON)
    assert not thread.is_alive()


def _kept(events: Iterator[Streamed], heard: list[object]) -> list[object]:
    for event in events:
        heard.append(event)  # noqa: PERF402 - what came before an error must be kept
    return []


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("case", WAITS)
def test_another_thread_stops_a_stream_whatever_it_waits_for(protocol: Protocol, case: str) -> None:
    with Server([WAITS[case], Says("next")]) as server:
        provider = live(server, protocol, patience=PATIENT)
        cancellation = Cancellation()
        with running(provider.stream(QUESTION, cancellation)) as (_, heard):
            _wait_until(lambda: bool(server.requests) and (case[:9] == "for the f" or bool(heard)))
            cancellation.cancel()
        assert isinstance(heard[-1], ProviderError)
        assert heard[-1].kind == "cancelled"
        assert server.requests[0].gone.wait(SOON), "the connection stayed open"
        assert hear(provider).text == "next"
    assert not any(isinstance(event, Finished) for event in heard)
    if case == "for the next word":
        assert heard[0] == TextDelta("one ")


def _wait_until(is_so: object) -> None:
    assert callable(is_so)
    for _ in range(1000):
        if is_so():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come to that")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_closing_a_stream_closes_its_connection(protocol: Protocol) -> None:
    threads = threading.active_count()
    with Server([Says("one two", pieces=4, after=1, ending="stall"), Says("next")]) as server:
        provider = live(server, protocol, patience=PATIENT)
        stream = provider.stream(QUESTION)
        assert next(stream) == TextDelta("one ")
        stream.close()  # type: ignore[attr-defined] - a generator
        assert server.requests[0].gone.wait(SOON)
        assert hear(provider).text == "next"
    assert threading.active_count() == threads


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_what_was_cancelled_before_is_not_asked(protocol: Protocol) -> None:
    cancellation = Cancellation()
    cancellation.cancel()
    with Server([Says("never")]) as server:
        with pytest.raises(ProviderError) as caught:
            list(live(server, protocol).stream(QUESTION, cancellation))
        assert caught.value.kind == "cancelled"
        assert server.requests == []


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="this system sends no signals to threads")
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_interrupt_from_the_keyboard_ends_the_wait_and_the_connection(protocol: Protocol) -> None:
    with Server([Says("one two", pieces=4, after=1, ending="stall"), Says("next")]) as server:
        provider = live(server, protocol, patience=PATIENT)
        stream = provider.stream(QUESTION)
        assert next(stream) == TextDelta("one ")
        with pytest.raises(KeyboardInterrupt):
            _next_until_interrupted(stream)
        assert server.requests[0].gone.wait(SOON)
        assert hear(provider).text == "next"


def _next_until_interrupted(stream: Iterator[Streamed]) -> None:
    threading.Timer(0.3, signal.pthread_kill, (threading.get_ident(), signal.SIGINT)).start()
    next(stream)


def test_the_stand_ins_stop_as_well() -> None:
    cancellation = Cancellation()
    stream = Script(lambda _: Reply("one\ntwo\n")).stream([Message("user", "?")], cancellation)
    assert next(stream) == TextDelta("one\n")
    cancellation.cancel()
    with pytest.raises(ProviderError) as caught:
        next(stream)
    assert caught.value.kind == "cancelled"
