"""Ctrl-C in a conversation: it stops what runs, and never the program in the middle of something that would be lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from datagen_chat.llm.cancellation import Cancellation


@contextmanager
def stopping() -> Iterator[Cancellation]:
    """Yield what Ctrl-C cancels within this block; a second one raises KeyboardInterrupt."""
    cancellation = Cancellation()

    def interrupted(_signal: int, _frame: object) -> None:
        if cancellation.is_cancelled:
            raise KeyboardInterrupt
        # In a thread of its own: this may have interrupted the very code that holds the cancellation's lock.
        threading.Thread(target=cancellation.cancel, daemon=True).start()

    before = signal.signal(signal.SIGINT, interrupted)
    try:
        yield cancellation
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def unstopped() -> Iterator[None]:
    """Let Ctrl-C do nothing within this block; programs that are started in it still hear it."""
    before = signal.signal(signal.SIGINT, lambda _signal, _frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt within this block."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
