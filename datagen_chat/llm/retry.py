"""Asking again: a few times, further and further apart, and never once a reply has begun."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from datagen_chat.llm.base import ProviderError, ReasoningDelta, Streamed, TextDelta, Waiting, cancelled
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.llm.clock import Clock

ATTEMPTS = 4
LONGEST_SECONDS = 60.0

_FIRST_SECONDS = 1.0
_SCATTER = 0.25  # of the wait at most, added


def persistently(
    attempt: Callable[[], Generator[Streamed, None, None]], clock: Clock, cancellation: Cancellation
) -> Iterator[Streamed]:
    """Yield the events of the first attempt that gets as far as a reply, and the waits before it.

    Raises:
        ProviderError: none did, a reply broke off, or the failure is none that passes.
    """
    number = 1
    while True:
        begun, failure = False, None
        try:
            with closing(attempt()) as events:
                for event in events:
                    begun = begun or isinstance(event, TextDelta | ReasoningDelta)
                    yield event
        except ProviderError as error:
            failure = error
        if failure is None:
            return
        if begun or number == ATTEMPTS or not _passes(failure):
            raise failure
        yield from _countdown(failure, number, clock, cancellation)
        number += 1


def _passes(failure: ProviderError) -> bool:
    return failure.is_passing and (failure.wait or 0.0) <= LONGEST_SECONDS


def _countdown(failure: ProviderError, number: int, clock: Clock, cancellation: Cancellation) -> Iterator[Streamed]:
    """Yield the time that is left, once a second."""
    left = failure.wait
    if left is None:
        left = _FIRST_SECONDS * 2 ** (number - 1) * (1 + _SCATTER * clock.jitter())
    while left > 0:
        yield Waiting(left, number, ATTEMPTS, str(failure))
        clock.wait(min(left, 1.0), cancellation)
        if cancellation.is_cancelled:
            raise cancelled()
        left -= 1.0
