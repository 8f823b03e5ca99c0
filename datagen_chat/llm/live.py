"""A model at an address: its dialect with everything around it that can go wrong."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from functools import partial

from datagen_chat.llm.address import Address
from datagen_chat.llm.base import (
    Finished,
    Message,
    Noted,
    ProviderError,
    ReasoningDelta,
    Streamed,
    TextDelta,
    Usage,
    cancelled,
)
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.llm.clock import Clock, WallClock
from datagen_chat.llm.dialect import Dialect
from datagen_chat.llm.estimate import tokens_in
from datagen_chat.llm.failures import RefusedError, answered, broken_off, refused, unreached
from datagen_chat.llm.listing import Served, served
from datagen_chat.llm.redaction import Secret
from datagen_chat.llm.retry import persistently
from datagen_chat.llm.wire import connected
from datagen_chat.problems import Problem, note

PATIENCE_SECONDS = 120.0
LOCAL_PATIENCE_SECONDS = 600.0  # a laptop reads a long prompt for minutes before it says anything

_CUT_SHARE = 0.6  # no vocabulary makes so many fewer tokens of a text than the estimate
_CUT_LEAST = 1000  # below it nobody cuts


class Live:
    """A provider that asks the model at an address.

    What the server turns out not to take is remembered as long as this lives.
    """

    def __init__(
        self,
        address: Address,
        dialect: Dialect,
        key: Secret | None = None,
        *,
        clock: Clock | None = None,
        patience: float | None = None,
        limit: int | None = None,
        notes: Sequence[Problem] = (),
    ) -> None:
        self.name = address.name
        self.address = address
        self.notes = tuple(notes)
        self._dialect = dialect
        self._key = key
        self._clock = clock or WallClock()
        self._patience = patience or (LOCAL_PATIENCE_SECONDS if address.is_local else PATIENCE_SECONDS)
        self._habits = dialect.habits(limit)
        self.parameters = {} if self._habits.limit is None else {"max_tokens": self._habits.limit}

    def prepare(self) -> None:
        """Do what takes seconds before the first request: while a person types, for instance, in another thread."""
        with connected(self.address, None, self._patience, Cancellation()) as http:
            self._dialect.prepare(http, self.address)

    def stream(self, messages: Sequence[Message], cancellation: Cancellation | None = None) -> Iterator[Streamed]:
        """Yield the reply to these messages.

        Raises:
            ProviderError: there is none, or it broke off.
        """
        cancellation = cancellation or Cancellation()
        while True:
            try:
                yield from persistently(partial(self._attempt, messages, cancellation), self._clock, cancellation)
            except RefusedError as error:
                changed = self._learn(error)
                if changed is None:
                    raise
                yield Noted(changed)
            else:
                return

    def served(self) -> tuple[Served, ...]:
        """Return the models that the address serves.

        Raises:
            ProviderError: it does not say.
        """
        import httpx2

        failure = None
        try:
            with connected(self.address, self._key, self._patience, Cancellation()) as http:
                return served(http, self.address, self._key, self._clock.now())
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, UnicodeError) as error:
            failure = self._told(error)
        raise failure

    def _learn(self, error: RefusedError) -> Problem | None:
        learned = self._dialect.learned(self._habits, error.words)
        if learned is None:
            return None
        self._habits, what = learned
        return note("", "parameter-refused", f"{self.address.url} refused a part of the request. {what}")

    def _attempt(self, messages: Sequence[Message], cancellation: Cancellation) -> Generator[Streamed, None, None]:
        """Yield the reply of one call."""
        begun, failure = False, None
        try:
            with (
                connected(self.address, self._key, self._patience, cancellation) as http,
                closing(self._dialect.events(http, self.address, self._habits, messages)) as events,
            ):
                for event in events:
                    if cancellation.is_cancelled:
                        break  # what is cut ends like a reply without a reason
                    begun = begun or isinstance(event, TextDelta | ReasoningDelta)
                    if isinstance(event, Finished):
                        yield from self._shortfall(messages, event.usage)
                    yield event
                    if isinstance(event, Finished):
                        return
        except ProviderError as error:
            failure = error
        except self._dialect.errors() as error:
            failure = self._told(error)
        # Raised here, outside of the handlers, so that the library's error with its headers is not its context.
        raise self._ended(failure, begun, cancellation)

    def _ended(self, failure: ProviderError | None, begun: bool, cancellation: Cancellation) -> ProviderError:
        if failure is None or cancellation.is_cancelled:
            stopped = cancelled()
            stopped.usage = None if begun else Usage()
            return stopped
        return broken_off(failure, None) if begun else failure

    def _told(self, error: Exception) -> ProviderError:
        secrets = () if self._key is None else (self._key.reveal(),)
        answer = answered(error)
        if answer is None:
            return unreached(error, self.address, secrets)
        return refused(answer, self.address, secrets, self._clock.now())

    def _shortfall(self, messages: Sequence[Message], usage: Usage | None) -> Iterator[Streamed]:
        """Yield a note when the server counted far fewer tokens than it was sent: local ones drop the beginning in silence."""
        sent = tokens_in(messages)
        if usage is None or not usage.prompt or sent < _CUT_LEAST or usage.prompt >= _CUT_SHARE * sent:
            return
        message = (
            f"The server read {usage.prompt:,} tokens of about {sent:,}: it seems to drop the beginning of the conversation."
        )
        hint = "Give the model a larger context"
        hint += (
            ": OLLAMA_CONTEXT_LENGTH=32768 ollama serve."
            if self.address.vendor == "ollama"
            else " where its server is started."
        )
        yield Noted(note("", "prompt-cut", message, hint))
