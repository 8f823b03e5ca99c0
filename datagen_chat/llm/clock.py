"""Time, as far as asking again needs it: a seam, and the stand-in that lets no time pass."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import Protocol

from datagen_chat.llm.cancellation import Cancellation


class Clock(Protocol):
    """What tells the time, waits, and scatters programs that would otherwise all ask again in the same moment."""

    def now(self) -> float:
        """Return the seconds since the epoch."""

    def wait(self, seconds: float, cancellation: Cancellation) -> None:
        """Wait for so long, or until somebody cancels."""

    def jitter(self) -> float:
        """Return a number from 0 up to but not including 1, another one each time."""


class WallClock:
    """The clock on the wall."""

    def now(self) -> float:
        """Return the seconds since the epoch."""
        return time.time()

    def wait(self, seconds: float, cancellation: Cancellation) -> None:
        """Wait for so long, or until somebody cancels."""
        cancellation.wait(seconds)

    def jitter(self) -> float:
        """Return a number from 0 up to but not including 1, another one each time."""
        return int.from_bytes(os.urandom(4), "little") / 2**32


@dataclass(slots=True)
class SkippingClock:
    """A clock whose waits are over at once; it remembers them."""

    at: float = 0.0
    scatter: float = 0.0
    waited: list[float] = field(default_factory=list)

    def now(self) -> float:
        """Return the time at which the waits so far would have ended."""
        return self.at

    def wait(self, seconds: float, cancellation: Cancellation) -> None:  # noqa: ARG002 - there is nothing to cut short
        """Move on by so many seconds."""
        self.waited.append(seconds)
        self.at += seconds

    def jitter(self) -> float:
        """Return the same number each time."""
        return self.scatter
