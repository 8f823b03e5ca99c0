"""A server on loopback that speaks both wire protocols as it is told: what the providers are tested against.

Started by hand, it answers like a tiny model, so that the chat can be tried without a key:

    python -m tests.fakes.server --port 8090
    datagen chat --model openai@http://127.0.0.1:8090/v1:tiny        (or anthropic@http://127.0.0.1:8090:tiny)
"""

from __future__ import annotations

import argparse
import json
import socket
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.fakes.answers import Answer, Fails, Hangs, Lists, Protocol, Refuses, Says, events
from tests.fakes.tiny import reply

_PATHS: dict[str, Protocol] = {"/v1/chat/completions": "openai", "/v1/messages": "anthropic"}


@dataclass
class Request:
    """What the server was sent; `gone` is set when the client closed the connection before the end of the answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    gone: threading.Event = field(default_factory=threading.Event)

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)

    @property
    def protocol(self) -> Protocol:
        """Which protocol the path belongs to; the lists of models differ by a header."""
        return _PATHS.get(self.path, "anthropic" if "anthropic-version" in self.headers else "openai")


class Server:
    """The server; answers are taken from `script` in order, then from `otherwise`."""

    def __init__(
        self, script: Iterable[Answer] = (), otherwise: Callable[[Request], Answer] | Answer | None = None, port: int = 0
    ) -> None:
        self.script: deque[Answer] = deque(script)
        self.requests: list[Request] = []
        self.otherwise = otherwise or (lambda request: reply(request.json if request.body else {}))
        self.closing = threading.Event()
        self._http = _Http(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._http.server_address[1])

    @property
    def root(self) -> str:
        """Its address without a path."""
        return f"http://127.0.0.1:{self.port}"

    def name(self, protocol: Protocol, model: str = "tiny") -> str:
        """Return the name by which a provider finds it."""
        return f"{protocol}@{self.root}{'/v1' if protocol == 'openai' else ''}:{model}"

    def answer(self, request: Request) -> Answer:
        """Return what a request gets."""
        if request.method == "GET" and not (self.script and isinstance(self.script[0], Lists | Fails | Hangs)):
            return Lists()
        if not self.script:
            return self.otherwise(request) if callable(self.otherwise) else self.otherwise
        next_ = self.script[0]
        if isinstance(next_, Refuses) and next_.refuses(request.body.decode()):
            return next_.refusal  # it stays, until it is asked without the parameter
        self.script.popleft()
        return next_.then if isinstance(next_, Refuses) else next_

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = False  # `server_close` waits for them, so that a test leaves none behind
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], server: Server) -> None:
        super().__init__(address, _Handler)
        self.told = server

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that went away; anything else is an error of the server itself."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    server: _Http

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("content-length", 0))))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the method overridden
        """Write nothing."""

    def _answer(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request(self.command, self.path.partition("?")[0], headers, body)
        told = self.server.told
        told.requests.append(request)
        answer = told.answer(request)
        if isinstance(answer, Says):
            self._stream(request, answer)
        elif isinstance(answer, Fails):
            self._whole(answer.status, answer.written(request.protocol), answer.content_type, answer.headers)
        elif isinstance(answer, Lists):
            models = [
                {"object": "model", "type": "model", "display_name": "", "created_at": "2026-01-01T00:00:00Z"} | model
                for model in answer.models
            ]
            self._whole(200, json.dumps({"object": "list", "data": models, "has_more": False}).encode(), "application/json", {})
        elif isinstance(answer, Hangs) and not answer.closes:
            self._stall(request)
        self.close_connection = self.close_connection or isinstance(answer, Hangs)

    def _whole(self, status: int, body: bytes, content_type: str, headers: Any) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, request: Request, says: Says) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            for chunk in _sliced(events(says, request.protocol, max(len(request.body) // 4, 1)), says.slices):
                self._write(chunk)
                if says.delay:
                    self.server.told.closing.wait(says.delay)
            self._end(request, says)
        except OSError:
            request.gone.set()
            self.close_connection = True

    def _write(self, chunk: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))

    def _end(self, request: Request, says: Says) -> None:
        if says.ending == "stall":
            self._stall(request)
        if says.ending in ("cut", "reset", "stall"):
            self.close_connection = True
        else:
            self.wfile.write(b"0\r\n\r\n")
        if says.ending == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _stall(self, request: Request) -> None:
        """Send nothing until the client goes away, or the server ends."""
        self.connection.settimeout(0.02)
        while not self.server.told.closing.is_set():
            try:
                if not self.connection.recv(1):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            return
        request.gone.set()


def _sliced(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Yield the same bytes, so many at a time, wherever characters and events begin and end."""
    for chunk in chunks:
        if not size:
            yield chunk
        else:
            yield from (chunk[start : start + size] for start in range(0, len(chunk), size))


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8090)
    with Server(port=parser.parse_args().port) as server:
        print(f"Answering at {server.root}. Ctrl-C ends it. In the chat:")
        for protocol in _PATHS.values():
            print(f"  datagen chat --model {server.name(protocol)}")
        print("A request that holds fault:NAME gets that fault; fault:help lists them.")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
