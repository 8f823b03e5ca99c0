"""What the server on loopback answers: values that say how a reply, or a failure, goes over the wire."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Protocol = Literal["openai", "anthropic"]
Ending = Literal["whole", "cut", "reset", "clean", "stall", "error", "garbage"]
Json = dict[str, Any]

_STOPS = {"end": ("stop", "end_turn"), "length": ("length", "max_tokens"), "refusal": ("content_filter", "refusal")}


@dataclass(frozen=True)
class Says:
    """A streamed reply.

    `pieces` is how many characters a delta has, `slices` how many bytes are written at once (0: an event at a time). After
    `after` deltas (None: all of them) the stream takes its `ending`:
    `whole` as the protocol wants; `cut` closes the connection; `reset` resets it; `clean` ends the stream politely, without a
    reason; `stall` sends nothing more; `error` sends `error` as an event; `garbage` sends bytes that are no protocol.
    """

    text: str = "Hello."
    reasoning: str = ""
    stop: str = "end"  # or whatever the server is to call it
    pieces: int = 7
    slices: int = 0
    after: int | None = None
    ending: Ending = "whole"
    error: Json = field(default_factory=lambda: {"type": "overloaded_error", "message": "Overloaded"})
    prompt_tokens: int | None = None
    cached: int = 0
    written: int = 0
    output_tokens: int = 9
    reasoning_tokens: int = 0
    usage: bool = True
    crlf: bool = False
    comments: bool = False
    refusal: str = ""
    model: str = "tiny-2026-11-01"
    delay: float = 0.0
    names_for_reasoning: str = "reasoning_content"
    repeat: int = 1  # how often the text is sent: megabytes without building them


@dataclass(frozen=True)
class Fails:
    """An answer with a status, and a message in the protocol's own shape, or a body as it is."""

    status: int
    message: str = "It failed."
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    content_type: str = "application/json"

    def written(self, protocol: Protocol) -> bytes:
        """Return the body."""
        if self.body is not None:
            return self.body.encode("utf-8" if "Content-Encoding" not in self.headers else "latin-1")
        error: Json = {"type": self.type, "message": self.message}
        if protocol == "anthropic":
            return json.dumps({"type": "error", "error": error}).encode()
        return json.dumps({"error": {**error, "code": self.code, "param": self.param}}).encode()


@dataclass(frozen=True)
class Refuses:
    """A server that does not know a parameter: requests with it fail, others are answered by `then`."""

    parameter: str
    then: Answer = field(default_factory=Says)
    status: int = 400
    message: str = "Unrecognized request argument supplied: {}"

    def refuses(self, body: str) -> bool:
        """Return whether a request with this body holds the parameter."""
        return f'"{self.parameter}"' in body

    @property
    def refusal(self) -> Fails:
        """What such a request gets."""
        return Fails(self.status, self.message.format(self.parameter), param=self.parameter, code="unknown_parameter")


@dataclass(frozen=True)
class Lists:
    """The models that are served."""

    models: Sequence[Json] = ({"id": "tiny"}, {"id": "large", "max_model_len": 8192})


@dataclass(frozen=True)
class Hangs:
    """No answer at all: the connection is taken, or closed when `closes`."""

    closes: bool = False


Answer = Says | Fails | Refuses | Lists | Hangs


def events(says: Says, protocol: Protocol, prompt_tokens: int) -> Iterator[bytes]:
    """Yield the events of a reply up to its ending."""
    counted = says.prompt_tokens if says.prompt_tokens is not None else prompt_tokens
    spoken = _openai(says, counted) if protocol == "openai" else _anthropic(says, counted)
    for event in spoken:
        if says.comments:
            yield b": keep-alive\n\n"
        yield event.replace(b"\n", b"\r\n") if says.crlf else event


def _cut(text: str, size: int) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


def _deltas(says: Says) -> Iterator[str]:
    count = 0
    for _ in range(says.repeat):
        for piece in _cut(says.text, says.pieces):
            if says.after is not None and count >= says.after:
                return
            count += 1
            yield piece


def _openai(says: Says, prompt_tokens: int) -> Iterator[bytes]:
    def chunk(choices: list[Json], **more: Any) -> bytes:
        document = {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": says.model,
            "choices": choices,
            **more,
        }
        return b"data: " + json.dumps(document, ensure_ascii=False).encode() + b"\n\n"

    def delta(content: Json, reason: str | None = None) -> bytes:
        return chunk([{"index": 0, "delta": content, "finish_reason": reason}])

    yield delta({"role": "assistant", "content": ""})
    for piece in _cut(says.reasoning, says.pieces):
        yield delta({says.names_for_reasoning: piece})
    for piece in _deltas(says):
        yield delta({"content": piece})
    if says.refusal:
        yield delta({"refusal": says.refusal})
    if says.ending == "error":
        yield b"data: " + json.dumps({"error": says.error}).encode() + b"\n\n"
    if says.ending == "garbage":
        yield b'data: {"choices": [{"delta": \xff\xfe\n\n'
    if says.ending != "whole":
        return
    yield delta({}, _STOPS.get(says.stop, (says.stop,))[0])
    if says.usage:
        yield chunk([], usage=_openai_usage(says, prompt_tokens))
    yield b"data: [DONE]\n\n"


def _openai_usage(says: Says, prompt_tokens: int) -> Json:
    return {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": says.output_tokens,
        "total_tokens": prompt_tokens + says.output_tokens,
        "prompt_tokens_details": {"cached_tokens": says.cached, "cache_write_tokens": says.written},
        "completion_tokens_details": {"reasoning_tokens": says.reasoning_tokens},
    }


def _anthropic(says: Says, prompt_tokens: int) -> Iterator[bytes]:
    def event(kind: str, **more: Any) -> bytes:
        document = json.dumps({"type": kind, **more}, ensure_ascii=False)
        return f"event: {kind}\ndata: {document}\n\n".encode()

    yield event("message_start", message=_anthropic_message(says, prompt_tokens))
    yield event("ping")
    index = 0
    if says.reasoning:
        yield event("content_block_start", index=index, content_block={"type": "thinking", "thinking": "", "signature": ""})
        for piece in _cut(says.reasoning, says.pieces):
            yield event("content_block_delta", index=index, delta={"type": "thinking_delta", "thinking": piece})
        yield event("content_block_stop", index=index)
        index += 1
    yield event("content_block_start", index=index, content_block={"type": "text", "text": ""})
    for piece in _deltas(says):
        yield event("content_block_delta", index=index, delta={"type": "text_delta", "text": piece})
    if says.ending == "error":
        yield event("error", error=says.error)
    if says.ending == "garbage":
        yield b'event: content_block_delta\ndata: {"delta": \xff\xfe\n\n'
    if says.ending != "whole":
        return
    yield event("content_block_stop", index=index)
    usage = {"output_tokens": says.output_tokens, "output_tokens_details": {"thinking_tokens": says.reasoning_tokens}}
    reason = _STOPS.get(says.stop, (says.stop, says.stop))[1]
    yield event("message_delta", delta={"stop_reason": reason, "stop_sequence": None}, usage=usage)
    yield event("message_stop")


def _anthropic_message(says: Says, prompt_tokens: int) -> Json:
    usage = {
        "input_tokens": prompt_tokens - says.cached - says.written,
        "cache_read_input_tokens": says.cached,
        "cache_creation_input_tokens": says.written,
        "output_tokens": 1,
    }
    known = usage if says.usage else {"input_tokens": 0, "output_tokens": 0}
    return {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": says.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": known,
    }
