"""Ctrl-C within a part of a conversation ends that part, whatever runs in it."""

from __future__ import annotations

import signal

import pytest

from datagen_chat.commands.stopping import interruptible, stopping
from datagen_chat.llm.cancellation import Cancellation


def interrupted_within_a_library(cancellation: Cancellation | None = None) -> None:
    """Be interrupted in the middle of a query, for the second time if there is a cancellation; be told of it as DuckDB does."""
    if cancellation is not None:
        cancellation.cancel()
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        raise RuntimeError("Query interrupted") from None


def interrupted_twice(done: list[str]) -> None:
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.raise_signal(signal.SIGINT)
        done.append("put back")


def test_what_a_library_makes_of_an_interrupt_is_one() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt), interruptible():
        interrupted_within_a_library()
    with pytest.raises(KeyboardInterrupt), stopping() as cancellation:
        interrupted_within_a_library(cancellation)
    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_that_no_interrupt_came_before_stays_what_it_is() -> None:
    with pytest.raises(ValueError, match="no number"), interruptible():
        raise ValueError("no number")


def test_what_an_interrupt_ends_is_not_interrupted_while_it_puts_things_back() -> None:
    done: list[str] = []
    with pytest.raises(KeyboardInterrupt), interruptible():
        interrupted_twice(done)
    assert done == ["put back"]
