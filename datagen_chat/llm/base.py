"""The interface of a language model, and the values that pass through it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from datagen_chat.problems import DatagenError

Stop = Literal["end", "length", "refusal", "cut", "unknown"]
"""Why a reply stopped: the model was done, ran into the token limit, declined, the stream ended without a reason, or nobody
wrote it down, as in a conversation that was pasted."""

STOPS: tuple[Stop, ...] = get_args(Stop)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the history that a model is given."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens of a call: input that no cache held, input read from a cache and written to it, and output."""

    input: int = 0
    cache_read: int = 0
    cache_write: int = 0
    output: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input + other.input,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
            self.output + other.output,
        )


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of a reply."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a reply: why it stopped, what it cost (None if nobody said), and the model that answered."""

    stop: Stop
    usage: Usage | None = None
    model: str = ""


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

    def stream(self, messages: Sequence[Message]) -> Iterator[TextDelta | Finished]:
        """Yield the pieces of the reply to these messages, then how it finished.

        A stream that ends without `Finished` was cut.

        Raises:
            ProviderError: there is no reply, or it broke off; what was yielded before stands.
        """


class ProviderError(DatagenError):
    """A language model gave no reply, or broke off in the middle of one."""


class MissingReplyError(ProviderError):
    """A recording does not hold the reply that was asked for."""


def read(events: Iterable[TextDelta | Finished]) -> Reply:
    """Return the whole reply that a stream makes up; one that ends without a reason is `cut`."""
    pieces: list[str] = []
    end = Finished("cut")
    for event in events:
        if isinstance(event, TextDelta):
            pieces.append(event.text)
        else:
            end = event
    return Reply("".join(pieces), end.stop, end.usage, end.model)
