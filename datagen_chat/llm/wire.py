"""The connection to a model: one host, few headers, no more bytes than anybody would read, and an end when it is cancelled."""

from __future__ import annotations

import codecs
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, Any

from datagen_chat.llm.address import Address
from datagen_chat.llm.base import ProviderError, cancelled
from datagen_chat.llm.cancellation import Cancellation
from datagen_chat.llm.redaction import Secret

if TYPE_CHECKING:
    import httpx2

MOST_BYTES = 64 << 20
CONNECT_SECONDS = 10.0

# What a request needs. The vendors' libraries add more: the system they run on, and from the environment organisations,
# projects, keys and whole headers, which are nobody's business at another vendor's address.
_NEEDED = frozenset(
    {
        "accept",
        "anthropic-version",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    }
)
_OPENAI = frozenset({"openai-organization", "openai-project"})
PLACEHOLDER = "kept-by-datagen"
"""The key that the vendors' libraries are given: they need one, and the right one is set where it is sure to go to its host."""

_CONNECTED = ("connect_tcp.complete", "start_tls.complete")


class Line:
    """The socket of one request, to be cut from another thread."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._is_cut = False

    def traced(self, event: str, info: dict[str, Any]) -> None:
        """Take the socket when it is connected, and again when it is encrypted."""
        if event.endswith(_CONNECTED):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._is_cut:
                self.cut()

    def cut(self) -> None:
        """End what reads from the socket; closing it would not wake it."""
        self._is_cut = True
        if self._socket is not None:
            with suppress(OSError):
                # Not the method of an encrypted socket: it would drop the encryption under the reader's feet.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


@contextmanager
def connected(address: Address, key: Secret | None, patience: float, cancellation: Cancellation) -> Iterator[httpx2.Client]:
    """Yield a client for one request, which leaves no connection behind.

    The key is set on requests to this address alone, and libraries above are told nothing of it.

    Raises:
        ProviderError: it was cancelled.
    """
    import httpx2

    line = Line()
    kept = _NEEDED if address.is_elsewhere or address.vendor != "openai" else _NEEDED | _OPENAI

    def sent(request: httpx2.Request) -> None:
        if cancellation.is_cancelled:
            raise cancelled()
        _check_place(address, request)
        for name in set(request.headers) - kept:
            del request.headers[name]
        request.headers["accept-encoding"] = "identity"  # packed, a few bytes could be gigabytes
        if key is not None:
            request.headers["authorization"] = f"Bearer {key.reveal()}"
        request.extensions = {**request.extensions, "trace": line.traced}

    def received(response: httpx2.Response) -> None:
        _check_redirect(address, response)
        if response.headers.get("content-encoding", "identity") != "identity":
            raise ProviderError(f"{address.url} packs what it sends, although it was asked not to.", "garbage")
        response.stream = _bounded(response.stream)

    client = httpx2.Client(
        timeout=httpx2.Timeout(patience, connect=CONNECT_SECONDS),
        limits=httpx2.Limits(max_keepalive_connections=0),
        trust_env=not address.is_local,  # a proxy does not reach this machine's own servers
        verify=_trust(address.url.startswith("https:") or not address.is_local),
        event_hooks={"request": [sent], "response": [received]},
    )
    with cancellation.cutting(line.cut), client:
        yield client


@cache
def _trust(is_needed: bool) -> ssl.SSLContext:
    """Return the system's certificates, which take a tenth of a second to read, or none."""
    import httpx2

    return httpx2.create_ssl_context() if is_needed else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _check_place(address: Address, request: httpx2.Request) -> None:
    import httpx2

    meant, asked = httpx2.URL(address.url), request.url
    if (asked.scheme, asked.host, asked.port) != (meant.scheme, meant.host, meant.port):
        raise ProviderError(f"A request for {address.url} was about to go to {asked.host}.", "address")


def _check_redirect(address: Address, response: httpx2.Response) -> None:
    """Refuse to be sent elsewhere: the key and the conversation are meant for one place."""
    if response.has_redirect_location:
        there = response.headers.get("location", "")[:200]
        message = f"{address.url} sends its callers on to {there}."
        raise ProviderError(message, "address", "Name the address itself if you trust it.")


def _bounded(stream: Any) -> Any:
    """Return a stream of bytes that ends in an error when it goes on and on."""
    import httpx2

    class Bounded(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            left = MOST_BYTES
            for chunk in _without_mark(stream):
                left -= len(chunk)
                if left < 0:
                    raise ProviderError(f"The reply is longer than {MOST_BYTES >> 20} MiB; the rest was not read.", "garbage")
                yield chunk

        def close(self) -> None:
            stream.close()

    return Bounded()


def _without_mark(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield bytes without the byte order mark that may lead them: an event that begins with one is passed over by libraries."""
    lead: bytes | None = b""
    for chunk in chunks:
        if lead is None:
            yield chunk
            continue
        lead += chunk
        if len(lead) >= len(codecs.BOM_UTF8) or not codecs.BOM_UTF8.startswith(lead):
            yield lead.removeprefix(codecs.BOM_UTF8)
            lead = None
    if lead:
        yield lead
