"""The interface of a language model, and the values that pass through it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, Protocol, get_args

from datagen_chat.frozen import dataclass
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.problems import DatagenError, Problem

Stop = Literal["end", "length", "context", "refusal", "filter", "tool", "other", "cut", "unknown"]
"""Why a reply stopped: the model was done, ran into the limit of a reply or of its context window, declined, was silenced by a
filter, wanted a tool, or gave a reason of its own; the stream ended without a reason; or nobody wrote it down, as in a
conversation that was pasted."""

STOPS: tuple[Stop, ...] = get_args(Stop)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the history that a model is given."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of a call: input that no cache held, input read from a cache and written to it, and output.

    `reasoning` is the part of the output that was thought and not said, where the vendor tells it.
    """

    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0
    reasoning: int = 0

    @property
    def prompt(self) -> int:
        """All tokens that were sent, whatever a cache made of them."""
        return self.input + self.cache_read + self.cache_write

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
            self.output + other.output,
            self.reasoning + other.reasoning,
        )

    def __sub__(self, other: Usage) -> Usage:
        return self + Usage(-other.input, -other.cache_read, -other.cache_write, -other.output, -other.reasoning)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of a reply."""

    text: str


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """The next piece of what a model thinks before it replies; it is no part of the reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The model is asked again in so many seconds; comes once a second, so that it can be shown as a countdown."""

    seconds: float
    attempt: int  # the one that failed, from 1
    attempts: int
    reason: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something about the call that its user should know; the reply goes on."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a reply: why it stopped, what it cost (None if nobody said), and the model that answered."""

    stop: Stop
    usage: Usage | None = None
    model: str = ""


Streamed = TextDelta | ReasoningDelta | Waiting | Noted | Finished
"""What a stream is made of. A reply is its text deltas; `Finished` is the last event, and everything else is for show."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply."""

    text: str
    stop: Stop = "end"
    usage: Usage | None = None
    model: str = ""

    @property
    def is_finished(self) -> bool:
        """True unless the model is known to have been stopped, so that some of the text is missing."""
        return self.stop in ("end", "unknown")

    def events(self) -> Iterator[TextDelta | Finished]:
        """Yield this reply as a provider streams it, line by line."""
        for line in re.findall(r"[^\n]*\n|[^\n]+", self.text):
            yield TextDelta(line)
        yield Finished(self.stop, self.usage, self.model)


class Provider(Protocol):
    """A language model."""

    @property
    def name(self) -> str:
        """The name by which a person picks this model, as in `anthropic:MODEL`."""

    def stream(self, messages: Sequence[Message], cancellation: Cancellation | None = None) -> Iterator[Streamed]:
        """Yield the pieces of the reply to these messages, then how it finished.

        A stream that ends without `Finished` was cut. It stops when it is closed, or at once when another thread cancels it.

        Raises:
            ProviderError: there is no reply, or it broke off; what was yielded before stands.
        """


Kind = Literal[
    "address",
    "budget",
    "cancelled",
    "context",
    "cut",
    "garbage",
    "key",
    "model",
    "network",
    "overloaded",
    "payment",
    "rate",
    "recording",
    "refused",
    "server",
    "timeout",
    "unconnected",
]
"""What kind of failure it was; `refused` is a request that the server found wrong."""


_NO_USAGE = Usage()


class ProviderError(DatagenError):
    """A language model gave no reply, or broke off in the middle of one.

    Its text is fit for people and holds no key. `hint` says what to do, `usage` what the call cost, None if a reply had begun
    and nobody counted; `is_passing` whether the same request may well succeed later, and `wait` after how many seconds the
    server said so; `window` how many tokens the model can read and write, where the server said it.
    """

    def __init__(
        self,
        message: str,
        kind: Kind = "server",
        hint: str = "",
        *,
        is_passing: bool = False,
        wait: float | None = None,
        usage: Usage | None = _NO_USAGE,
        window: int | None = None,
    ) -> None:
        super().__init__(message)
        self.kind: Kind = kind
        self.hint = hint
        self.is_passing = is_passing
        self.wait = wait
        self.usage = usage
        self.window = window


class MissingReplyError(ProviderError):
    """A recording does not hold the reply that was asked for."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "recording")


def cancelled() -> ProviderError:
    """Return the error with which a stream ends that its user stopped."""
    return ProviderError("The reply was stopped.", "cancelled")


def heeding(events: Iterable[Streamed], cancellation: Cancellation | None) -> Iterator[Streamed]:
    """Yield events until their stream is cancelled.

    Raises:
        ProviderError: it was.
    """
    for event in events:
        if cancellation is not None and cancellation.is_cancelled:
            raise cancelled()
        yield event


def read(events: Iterable[Streamed]) -> Reply:
    """Return the whole reply that a stream makes up; one that ends without a reason is `cut`."""
    pieces: list[str] = []
    end = Finished("cut")
    for event in events:
        if isinstance(event, TextDelta):
            pieces.append(event.text)
        elif isinstance(event, Finished):
            end = event
    return Reply("".join(pieces), end.stop, end.usage, end.model)
