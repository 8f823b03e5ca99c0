"""Asking again: how often, how long apart, and when not."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest

from datagen_chat.llm.base import Finished, ProviderError, Streamed, TextDelta, Waiting
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.llm.clock import SkippingClock, WallClock
from datagen_chat.llm.failures import wait_of
from datagen_chat.llm.retry import persistently
from tests.fakes.answers import Fails, Protocol, Says
from tests.fakes.server import Server
from tests.llm.asking import PROTOCOLS, hear, live

PASSING = ProviderError("busy", "overloaded", is_passing=True)


def failing(*errors: ProviderError, said: str = "") -> Callable[[], Generator[Streamed, None, None]]:
    """Return an attempt that fails with each of these in turn, and then succeeds."""
    left = list(errors)

    def attempt() -> Generator[Streamed, None, None]:
        if left:
            if said:
                yield TextDelta(said)
            raise left.pop(0)
        yield Finished("end")

    return attempt


def events(attempt: Callable[[], Generator[Streamed, None, None]], clock: SkippingClock) -> list[Streamed]:
    return list(persistently(attempt, clock, Cancellation()))


def test_it_asks_four_times_and_waits_twice_as_long_each_time() -> None:
    clock = SkippingClock()
    with pytest.raises(ProviderError, match="busy"):
        events(failing(*[PASSING] * 4), clock)
    assert sum(clock.waited) == 1 + 2 + 4
    assert events(failing(*[PASSING] * 3), SkippingClock())[-1] == Finished("end")


def test_waits_are_scattered_by_a_quarter_at_most() -> None:
    clock = SkippingClock(scatter=0.999)
    events(failing(*[PASSING] * 3), clock)
    assert 7 * 1.24 < sum(clock.waited) < 7 * 1.25
    assert len({WallClock().jitter() for _ in range(20)}) == 20
    assert all(0 <= WallClock().jitter() < 1 for _ in range(100))


def test_a_wait_is_counted_down_second_by_second() -> None:
    shown = events(failing(ProviderError("busy", "rate", is_passing=True, wait=3.5)), SkippingClock())
    assert [event.seconds for event in shown if isinstance(event, Waiting)] == [3.5, 2.5, 1.5, 0.5]
    assert shown[0] == Waiting(3.5, 1, 4, "busy")


@pytest.mark.parametrize(("wait", "asked"), [(0.0, 2), (59.9, 2), (60.0, 2), (60.1, 1), (86400.0, 1)])
def test_a_server_is_waited_for_a_minute_at_most(wait: float, asked: int) -> None:
    clock = SkippingClock()
    attempt = failing(ProviderError("busy", "rate", is_passing=True, wait=wait))
    if asked == 2:
        assert events(attempt, clock)[-1] == Finished("end")
        assert sum(clock.waited) == pytest.approx(wait)
    else:
        with pytest.raises(ProviderError):
            events(attempt, clock)
        assert clock.waited == []


def test_nothing_is_asked_again_once_a_reply_has_begun() -> None:
    clock = SkippingClock()
    with pytest.raises(ProviderError):
        events(failing(PASSING, said="word"), clock)
    assert clock.waited == []


def test_what_does_not_pass_is_not_asked_again() -> None:
    with pytest.raises(ProviderError):
        events(failing(ProviderError("no", "key")), SkippingClock())


def test_a_wait_ends_when_it_is_cancelled() -> None:
    cancellation = Cancellation()
    stream = persistently(failing(ProviderError("busy", "rate", is_passing=True, wait=60)), WallClock(), cancellation)
    assert isinstance(next(iter(stream)), Waiting)
    cancellation.cancel()
    with pytest.raises(ProviderError) as caught:
        next(iter(stream))
    assert caught.value.kind == "cancelled"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}, 37.0),  # the date of RFC 9110; now is 37 seconds before it
        ({"retry-after": "Sat, 05 Nov 1994 08:49:37 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "9" * 400}, None),
        ({}, None),
    ],
)
def test_a_server_says_when_to_come_back_in_seconds_or_as_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert wait_of(headers, now=784111777.0 - 37) == seconds


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_wait_that_a_server_asks_for_is_kept(protocol: Protocol) -> None:
    busy = Fails(429, "Slow down.", "rate_limit_error", headers={"Retry-After": "5"})
    with Server([busy, Says("ok")]) as server:
        clock = SkippingClock()
        heard = hear(live(server, protocol, clock=clock))
    assert (heard.text, sum(clock.waited)) == ("ok", 5.0)
    assert heard.of(Waiting)[0].reason.startswith(f"http://127.0.0.1:{server.port}")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_wait_that_is_too_long_is_told(protocol: Protocol) -> None:
    with Server([Fails(429, "Slow down.", "rate_limit_error", headers={"Retry-After": "600"})]) as server:
        failure = hear(live(server, protocol)).failure
    assert (failure.kind, failure.hint, len(server.requests)) == ("rate", "Try again in 10 minutes.", 1)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("asked", ["94608000", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_of_years_is_not_proposed(protocol: Protocol, asked: str) -> None:
    with Server([Fails(429, "Slow down.", "rate_limit_error", headers={"Retry-After": asked})]) as server:
        failure = hear(live(server, protocol)).failure
    days = "1,095" if asked == "94608000" else "2,932,897"
    hint = f"It asks for a wait of {days} days; choose another model with --model."
    assert (failure.kind, failure.hint, len(server.requests)) == ("rate", hint, 1)
