"""Servers on this machine that speak OpenAI's protocol: looked for on their usual ports, all at once and not for long."""

from __future__ import annotations

import io
import json
import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any, cast

SECONDS = 0.3

_MOST_BYTES = 1 << 20
_MOST_MODELS = 100


@dataclass(frozen=True, slots=True)
class Place:
    """A port on which a program usually serves models."""

    port: int
    program: str

    @property
    def url(self) -> str:
        """The address below which the protocol's paths begin."""
        return f"http://localhost:{self.port}/v1"


@dataclass(frozen=True, slots=True)
class Found:
    """A server that answered, and the names of its models."""

    place: Place
    models: tuple[str, ...]


PLACES = (Place(11434, "Ollama"), Place(1234, "LM Studio"), Place(8080, "llama.cpp"))


@dataclass(slots=True)
class _Asked:
    """A connection on which the models were asked for, or will be as soon as it stands."""

    place: Place
    link: socket.socket
    is_sent: bool = False
    received: bytearray = field(default_factory=bytearray)


def found(places: Sequence[Place] = PLACES, seconds: float = SECONDS) -> tuple[Found, ...]:
    """Return the servers that list their models within so many seconds altogether, in the order of the places."""
    answers: dict[int, bytes] = {}
    with selectors.DefaultSelector() as selector:
        asked = [_begun(place, selector) for place in places]
        try:
            _listen(selector, answers, time.monotonic() + seconds)
        finally:
            for one in asked:
                one.link.close()
    return tuple(Found(place, models) for place in places if (models := tuple(_models(answers.get(place.port, b"")))))


def _begun(place: Place, selector: selectors.BaseSelector) -> _Asked:
    link = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    link.setblocking(False)
    link.connect_ex(("127.0.0.1", place.port))
    asked = _Asked(place, link)
    selector.register(link, selectors.EVENT_WRITE, asked)
    return asked


def _listen(selector: selectors.BaseSelector, answers: dict[int, bytes], end: float) -> None:
    while selector.get_map() and (left := end - time.monotonic()) > 0:
        for key, _ in selector.select(left):
            asked: _Asked = key.data
            if not _goes_on(asked):
                selector.unregister(asked.link)
                answers[asked.place.port] = bytes(asked.received)
            elif asked.is_sent:
                selector.modify(asked.link, selectors.EVENT_READ, asked)


def _goes_on(asked: _Asked) -> bool:
    """Do what a connection is ready for, and return whether there is more to come."""
    try:
        if not asked.is_sent:
            host = f"localhost:{asked.place.port}"
            asked.link.send(f"GET /v1/models HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            asked.is_sent = True
            return True
        chunk = asked.link.recv(1 << 16)
    except OSError:
        return False
    asked.received += chunk
    return bool(chunk) and len(asked.received) <= _MOST_BYTES


class _Received:
    """As much of a socket as reading a response takes."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(self._data)


def _models(answer: bytes) -> Iterator[str]:
    """Yield the names in a list of models; anything else is no list."""
    with suppress(HTTPException, OSError, ValueError, RecursionError):
        response = HTTPResponse(cast("socket.socket", _Received(answer)))
        response.begin()
        if response.status == 200:
            yield from _names(json.loads(response.read()))


def _names(document: Any) -> Iterator[str]:
    models = document.get("data") if isinstance(document, dict) else None
    for model in models[:_MOST_MODELS] if isinstance(models, list) else ():
        if isinstance(model, dict) and isinstance(model.get("id"), str) and "embed" not in model["id"].lower():
            yield model["id"]
