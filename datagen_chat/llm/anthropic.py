"""Messages through the `anthropic` package: Anthropic, and servers that speak its protocol."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from datagen_chat.llm.address import Address
from datagen_chat.llm.base import Finished, Message, ReasoningDelta, Stop, Streamed, TextDelta, Usage
from datagen_chat.llm.dialect import Habits, count_of, decoded, piece_of, sendable, text_of, whole_characters
from datagen_chat.llm.wire import PLACEHOLDER

if TYPE_CHECKING:
    import anthropic
    import httpx2

_LIMIT = 32_000  # thinking counts as output; every current model takes this much
_STOPS: dict[str, Stop] = {
    "end_turn": "end",
    "stop_sequence": "end",
    "max_tokens": "length",
    "model_context_window_exceeded": "context",
    "refusal": "refusal",
    "tool_use": "tool",
}
_TOO_HIGH = re.compile(r"max_tokens.{0,20}?\d+.{0,10}?>\s*(\d+)")


class Messages:
    """Anthropic's protocol."""

    def habits(self, limit: int | None) -> Habits:
        """Return what servers are first asked for; a limit must be named."""
        return Habits(limit or _LIMIT, "max_tokens")

    def events(
        self, http: httpx2.Client, address: Address, habits: Habits, messages: Sequence[Message]
    ) -> Generator[Streamed, None, None]:
        """Yield the reply to these messages; an end without a reason is `cut`."""
        client = _client(http, address)
        # Not `.stream()`, which copies the whole text for every piece of it.
        with client.messages.create(
            model=address.model,
            max_tokens=habits.limit or _LIMIT,
            messages=_sent(messages),
            stream=True,
            **_system(messages, habits),
        ) as stream:
            yield from whole_characters(_read(decoded(stream, address), address))

    def learned(self, habits: Habits, words: str) -> tuple[Habits, str] | None:
        """Return what a server takes after it refused a request in these words, and what changed; None if nothing does."""
        found = _TOO_HIGH.search(words)
        if found and 0 < int(found[1][:9]) < (habits.limit or 0):
            return replace(habits, limit=int(found[1])), f"A reply may have {int(found[1]):,} tokens at most."
        if "cache_control" in words and "cache_control" not in habits.refuses:
            return replace(habits, refuses=habits.refuses | {"cache_control"}), "It does not keep the prompt in a cache."
        return None

    def prepare(self, http: httpx2.Client, address: Address) -> None:
        """Import what the first request needs; the package imports the most of it when it is first used."""
        getattr(_client(http, address).messages, "create")  # noqa: B009 - for what it imports
        self.errors()

    def errors(self) -> tuple[type[Exception], ...]:
        """Return what the library raises when a call fails; within a stream, that is what the layer below it raises."""
        import anthropic
        import httpx2

        return (anthropic.AnthropicError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, UnicodeError)


def _client(http: httpx2.Client, address: Address) -> anthropic.Anthropic:
    import anthropic

    return anthropic.Anthropic(
        api_key=PLACEHOLDER,
        webhook_key="",
        base_url=address.url,
        http_client=http,
        max_retries=0,
        open_telemetry=False,  # the environment could send whole conversations elsewhere
    )


def _system(messages: Sequence[Message], habits: Habits) -> dict[str, Any]:
    text = "\n\n".join(message.text for message in messages if message.role == "system" and message.text)
    if not text:
        return {}
    kept = {} if "cache_control" in habits.refuses else {"cache_control": {"type": "ephemeral"}}
    return {"system": [{"type": "text", "text": sendable(text), **kept}]}


def _sent(messages: Sequence[Message]) -> Any:
    """Return messages as they are sent; consecutive requests share their beginning to the byte, so that caches hold."""
    spoken = [message for message in messages if message.role != "system" and message.text]
    if spoken and spoken[0].role == "assistant":
        spoken = [Message("user", "(The conversation begins.)"), *spoken]  # the protocol wants a person to begin
    turns = groupby(spoken, key=lambda message: message.role)
    return [{"role": role, "content": sendable("\n\n".join(message.text for message in said))} for role, said in turns]


def _read(events: Generator[Any, None, None], address: Address) -> Iterator[Streamed]:
    stop: Stop = "cut"
    usage, model = None, ""
    with closing(events):
        for event in events:
            kind = text_of(event, "type")
            if kind == "message_start":
                message = getattr(event, "message", None)
                model, usage = text_of(message, "model"), _usage(getattr(message, "usage", None), None)
            elif kind in ("content_block_start", "content_block_delta"):
                yield from _pieces(getattr(event, "delta", None) or getattr(event, "content_block", None), address)
            elif kind == "message_delta":
                reason = text_of(getattr(event, "delta", None), "stop_reason")
                if reason and stop in ("cut", "end"):  # that it was finished takes no other reason back
                    stop = _STOPS.get(reason, "other")
                usage = _usage(getattr(event, "usage", None), usage)
    yield Finished(stop, usage, model)


def _pieces(delta: Any, address: Address) -> Iterator[Streamed]:
    if text := piece_of(getattr(delta, "text", None), address):
        yield TextDelta(text)
    elif thought := text_of(delta, "thinking"):
        yield ReasoningDelta(thought)


def _usage(told: Any, before: Usage | None) -> Usage | None:
    """Return the usage of a call; later counts are totals, and those that are left out stay as they were."""
    if told is None:
        return before
    known = before or Usage()
    details = getattr(told, "output_tokens_details", None)
    return Usage(
        count_of(told, "input_tokens") or known.input,
        count_of(told, "cache_read_input_tokens") or known.cache_read,
        count_of(told, "cache_creation_input_tokens") or known.cache_write,
        count_of(told, "output_tokens") or known.output,
        count_of(details, "thinking_tokens") or known.reasoning,
    )
