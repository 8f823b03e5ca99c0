"""Asking the server on loopback through the vendors' packages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datagen_chat.llm.address import parse
from datagen_chat.llm.base import Finished, Message, ProviderError, ReasoningDelta, Streamed, TextDelta
from datagen_chat.llm.clock import SkippingClock
from datagen_chat.llm.connect import connect
from datagen_chat.llm.live import Live
from tests.fakes.answers import Protocol
from tests.fakes.server import Server

PROTOCOLS: tuple[Protocol, ...] = ("openai", "anthropic")
CANARY = "canary-key-7f3a9c51e2"
QUESTION = (Message("system", "You design datasets."), Message("user", "A shop, please."))


@dataclass(frozen=True)
class Heard:
    """What a stream came to."""

    events: tuple[Streamed, ...]
    error: ProviderError | None

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def thought(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ReasoningDelta))

    @property
    def end(self) -> Finished:
        assert self.error is None, self.error
        assert isinstance(self.events[-1], Finished)
        return self.events[-1]

    @property
    def failure(self) -> ProviderError:
        assert self.error is not None, self.events[-1:]
        return self.error

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def live(server: Server, protocol: Protocol, environment: Mapping[str, str] | None = None, **options: Any) -> Live:
    """Return a provider for the server, for which time does not pass."""
    options = {"clock": SkippingClock(), "patience": 20.0, **options}
    return connect(parse(server.name(protocol)), {"DATAGEN_API_KEY": CANARY} if environment is None else environment, **options)


def hear(provider: Live, messages: Sequence[Message] = QUESTION) -> Heard:
    """Return everything that a provider streams, and the error that it ends with."""
    events: list[Streamed] = []
    try:
        events.extend(iter_into(events, provider, messages))
    except ProviderError as error:
        return Heard(tuple(events), error)
    return Heard(tuple(events), None)


def iter_into(events: list[Streamed], provider: Live, messages: Sequence[Message]) -> Sequence[Streamed]:
    for event in provider.stream(messages):
        events.append(event)  # noqa: PERF402 - what came before an error must be kept
    return ()
