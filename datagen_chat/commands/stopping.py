"""Ctrl-C in a conversation: it stops what runs, and never the program in the middle of something that would be lost."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from datagen_chat.llm.cancellation import Cancellation

_CALM_SECONDS = 0.3
"""So long after an interrupt the next one is not heard, so that what was interrupted can put things back."""
_MOMENT_SECONDS = 0.02

Handler = Callable[[int, FrameType | None], None]


def is_importing(frame: FrameType | None) -> bool:
    """Return whether a module is being imported; libraries in C++, as DuckDB is, abort the process when that is interrupted."""
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back
    return False


def raise_later(number: int) -> None:
    """Raise a signal once more in a moment."""
    later = threading.Timer(_MOMENT_SECONDS, signal.raise_signal, (number,))
    later.daemon = True
    later.start()


class _Interrupt:
    """What raises KeyboardInterrupt, and remembers that it did: DuckDB tells of it as an error of its own."""

    def __init__(self) -> None:
        self._raised_at: float | None = None

    @property
    def has_come(self) -> bool:
        """True once it has raised."""
        return self._raised_at is not None

    def __call__(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self._raised_at is not None and now < self._raised_at + _CALM_SECONDS:
            return
        if is_importing(frame):
            raise_later(number)
            return
        self._raised_at = now
        raise KeyboardInterrupt


@contextmanager
def _handled(handler: Handler, interrupt: _Interrupt | None = None) -> Iterator[None]:
    """Let Ctrl-C call a handler within this block; what comes of an interrupt is KeyboardInterrupt, whoever caught it first."""
    before = signal.signal(signal.SIGINT, handler)
    try:
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
    except Exception as error:
        if interrupt is None or not interrupt.has_come:
            raise
        raise KeyboardInterrupt from error
    finally:
        signal.signal(signal.SIGINT, before)  # the interrupt may have come just before it was put back above


@contextmanager
def stopping() -> Iterator[Cancellation]:
    """Yield what Ctrl-C cancels within this block; a second one raises KeyboardInterrupt."""
    cancellation, interrupt = Cancellation(), _Interrupt()

    def interrupted(number: int, frame: FrameType | None) -> None:
        if cancellation.is_cancelled:
            interrupt(number, frame)
            return
        # In a thread of its own: this may have interrupted the very code that holds the cancellation's lock.
        threading.Thread(target=cancellation.cancel, daemon=True).start()

    with _handled(interrupted, interrupt):
        yield cancellation


@contextmanager
def unstopped() -> Iterator[None]:
    """Let Ctrl-C do nothing within this block; programs that are started in it still hear it."""
    with _handled(lambda _signal, _frame: None):
        yield


@contextmanager
def interruptible() -> Iterator[None]:
    """Let Ctrl-C raise KeyboardInterrupt within this block."""
    interrupt = _Interrupt()
    with _handled(interrupt, interrupt):
        yield
