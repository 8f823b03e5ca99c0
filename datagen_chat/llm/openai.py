"""Chat Completions through the `openai` package: OpenAI, Ollama, and every server that is compatible with them."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from datagen_chat.llm.address import Address
from datagen_chat.llm.base import Finished, Message, ReasoningDelta, Stop, Streamed, TextDelta, Usage
from datagen_chat.llm.dialect import Habits, count_of, decoded, piece_of, sendable, text_of, whole_characters
from datagen_chat.llm.wire import PLACEHOLDER

if TYPE_CHECKING:
    import httpx2
    import openai

_STOPS: dict[str, Stop] = {
    "stop": "end",
    "end_turn": "end",
    "eos": "end",
    "eos_token": "end",
    "stop_sequence": "end",
    "length": "length",
    "max_tokens": "length",
    "content_filter": "filter",
    "tool_calls": "tool",
    "function_call": "tool",
}
_LIMITS = ("max_completion_tokens", "max_tokens")
_NO_SYSTEM = re.compile(
    r"system.{0,30}(role|message|prompt).{0,30}(not|n't|un)\s*(be )?(supported|allowed)|only user and assistant roles", re.I
)


class ChatCompletions:
    """OpenAI's older protocol, the one that everybody speaks."""

    def habits(self, limit: int | None) -> Habits:
        """Return what servers are first asked for."""
        return Habits(limit)

    def events(
        self, http: httpx2.Client, address: Address, habits: Habits, messages: Sequence[Message]
    ) -> Generator[Streamed, None, None]:
        """Yield the reply to these messages; an end without a reason is `cut`."""
        client = _client(http, address)
        # Not `.stream()`, which raises when a reply runs into its limit.
        with client.chat.completions.create(
            model=address.model, messages=_sent(messages, habits), stream=True, **_options(habits)
        ) as stream:
            yield from whole_characters(_read(decoded(stream, address), address))

    def learned(self, habits: Habits, words: str) -> tuple[Habits, str] | None:
        """Return what a server takes after it refused a request in these words, and what changed; None if nothing does."""
        if "stream_options" in words and "stream_options" not in habits.refuses:
            return _without(habits, "stream_options"), "It does not take stream_options, so that tokens are estimated."
        if habits.limit is not None and habits.limit_name in words:
            other = _LIMITS[1 - _LIMITS.index(habits.limit_name)]
            if other in habits.refuses:
                return replace(habits, limit=None), "It takes no limit for a reply."
            renamed = replace(_without(habits, habits.limit_name), limit_name=other)
            return renamed, f"It takes {other} for {habits.limit_name}."
        if _NO_SYSTEM.search(words) and "system" not in habits.refuses:
            return _without(habits, "system"), "It takes no system message; the prompt stands before the first request."
        return None

    def prepare(self, http: httpx2.Client, address: Address) -> None:
        """Import what the first request needs; the package imports the most of it when it is first used."""
        getattr(_client(http, address).chat.completions, "create")  # noqa: B009 - for what it imports
        self.errors()

    def errors(self) -> tuple[type[Exception], ...]:
        """Return what the library raises when a call fails."""
        import httpx2
        import openai

        return (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, OSError, UnicodeError)


def _client(http: httpx2.Client, address: Address) -> openai.OpenAI:
    import openai

    own = (
        None if not address.is_elsewhere and address.vendor == "openai" else ""
    )  # "" keeps the environment's from other servers
    return openai.OpenAI(
        api_key=PLACEHOLDER,
        admin_api_key="",
        organization=own,
        project=own,
        webhook_secret="",
        base_url=address.url,
        http_client=http,
        max_retries=0,
    )


def _options(habits: Habits) -> dict[str, Any]:
    limit = {} if habits.limit is None else {habits.limit_name: habits.limit}
    return limit if "stream_options" in habits.refuses else {**limit, "stream_options": {"include_usage": True}}


def _without(habits: Habits, name: str) -> Habits:
    return replace(habits, refuses=habits.refuses | {name})


def _sent(messages: Sequence[Message], habits: Habits) -> Any:
    """Return messages as they are sent; consecutive requests share their beginning to the byte, so that caches hold."""
    spoken = [{"role": message.role, "content": sendable(message.text)} for message in messages if message.text]
    if "system" in habits.refuses and len(spoken) > 1 and spoken[0]["role"] == "system":
        first = {"role": "user", "content": f"{spoken[0]['content']}\n\n{spoken[1]['content']}"}
        return [first, *spoken[2:]]
    return spoken


def _read(chunks: Generator[Any, None, None], address: Address) -> Iterator[Streamed]:
    stop: Stop = "cut"
    usage, model, is_declined, meant = None, "", False, None
    with closing(chunks):
        for chunk in chunks:
            model = text_of(chunk, "model") or model
            usage = _usage(getattr(chunk, "usage", None)) or usage
            found = getattr(chunk, "choices", None)
            choices = {_number(choice): choice for choice in found} if isinstance(found, list) else {}
            meant = next(iter(choices), None) if meant is None else meant
            if meant not in choices:
                continue  # the last one holds the usage alone; one reply was asked for, and another is none of its pieces
            delta = getattr(choices[meant], "delta", None)
            declined = text_of(delta, "refusal")
            is_declined = is_declined or bool(declined)
            yield from _pieces(delta, declined, address)
            reason = text_of(choices[meant], "finish_reason")
            if reason and stop in ("cut", "end"):  # that it was finished takes no other reason back
                stop = _STOPS.get(reason, "other")
    yield Finished("refusal" if is_declined and stop == "end" else stop, usage, model)


def _number(choice: Any) -> int:
    """Return which of several replies a choice belongs to; a server that has only one may leave the number out."""
    found = getattr(choice, "index", None)
    return found if type(found) is int else 0


def _pieces(delta: Any, declined: str, address: Address) -> Iterator[Streamed]:
    extra = getattr(delta, "model_extra", None) or {}
    thought = next((extra[name] for name in ("reasoning_content", "reasoning") if isinstance(extra.get(name), str)), "")
    if thought:
        yield ReasoningDelta(thought)
    text = piece_of(getattr(delta, "content", None), address) or declined
    if text:
        yield TextDelta(text)


def _usage(told: Any) -> Usage | None:
    """Return the usage of a call; what OpenAI counts as prompt includes what a cache held or took."""
    prompt, output = count_of(told, "prompt_tokens"), count_of(told, "completion_tokens")
    if not prompt and not output:
        return None
    details = getattr(told, "prompt_tokens_details", None)
    read, written = count_of(details, "cached_tokens"), count_of(details, "cache_write_tokens")
    thought = count_of(getattr(told, "completion_tokens_details", None), "reasoning_tokens")
    return Usage(max(prompt - read - written, 0), read, written, output, thought)
