"""A way to stop a stream from another thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Cancellation:
    """A request to stop a stream, which another thread makes while the stream waits for its next piece.

    It is made once and for good: a stream that is given a cancellation which was used before does not start.
    """

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._cut: Callable[[], None] | None = None

    @property
    def is_cancelled(self) -> bool:
        """True once somebody cancelled."""
        return self._stopped.is_set()

    def cancel(self) -> None:
        """Stop the stream: what it waits for is cut at once."""
        self._stopped.set()
        cut = self._cut
        if cut is not None:
            cut()

    def wait(self, seconds: float) -> None:
        """Wait for so long, or until somebody cancels."""
        self._stopped.wait(seconds)

    @contextmanager
    def cutting(self, cut: Callable[[], None]) -> Iterator[None]:
        """Call `cut` when somebody cancels within this block, or has cancelled before it."""
        self._cut = cut
        try:
            if self.is_cancelled:  # after `_cut` was set: whoever cancels now or earlier is heard on one way or the other
                cut()
            yield
        finally:
            self._cut = None
