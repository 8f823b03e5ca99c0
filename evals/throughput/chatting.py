"""What a person waits for in a conversation: the prompt after starting it, and the first words of a reply after they arrived.

The program runs on a pseudo-terminal; the model is a server on loopback that says when it sent its first words.
"""

from __future__ import annotations

import json
import os
import pty
import select
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from statistics import median
from subprocess import Popen
from tempfile import TemporaryDirectory

from .registry import Place
from .startup import Startup

PROMPT = "datagen chat, to its prompt"
FIRST_WORDS = "from the first words of a reply to the screen"
_WORDS = "Gladly."
_SECONDS = 60.0


class _Model(BaseHTTPRequestHandler):
    """Says one sentence, slowly after its first words, and notes when it sent those."""

    sent: float = 0.0

    def do_POST(self) -> None:
        """Answer a request."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        _Model.sent = time.perf_counter()
        self._say({"content": _WORDS})
        time.sleep(0.2)
        with suppress(OSError):  # whoever saw the first words may have left
            self._say({"content": " How many?\n"})
            self._say({}, "stop")
            self.wfile.write(b"data: [DONE]\n\n")

    def _say(self, delta: dict[str, str], reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        document = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
        self.wfile.write(f"data: {json.dumps(document)}\n\n".encode())
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Write nothing."""


def measure_chat(place: Place, runs: int) -> list[Startup]:
    """Return the median time to the prompt, and from the first words that a model sends to the screen."""
    if place.datagen is None:
        return []
    prompts, words = [], []
    with _model() as port, TemporaryDirectory(prefix="datagen-bench-") as home:
        for number in range(runs + 1):  # the first run only warms up
            times = _held([*place.datagen, "chat", "--model", f"openai@http://127.0.0.1:{port}/v1:m"], home)
            if times is None:
                return [Startup(PROMPT, None, "it showed no prompt"), Startup(FIRST_WORDS, None, "it showed no reply")]
            if number:
                prompts.append(times[0])
                words.append(times[1])
    return [Startup(PROMPT, median(prompts)), Startup(FIRST_WORDS, median(words))]


@contextmanager
def _model() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Model)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()


def _held(command: list[str], home: str) -> tuple[float, float] | None:
    """Return how long one conversation took to its prompt, and its first words to the screen; None if they never came."""
    ours, theirs = pty.openpty()
    known = {**os.environ, "TERM": "xterm", "DATAGEN_HOME": home, "PROMPT_TOOLKIT_NO_CPR": "1"}
    begin = time.perf_counter()
    process = Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=known, start_new_session=True)
    os.close(theirs)
    try:
        prompted = _seen(ours, b"You   ")
        if prompted is None:
            return None
        time.sleep(2.0)  # nobody types faster, and what a turn needs is imported meanwhile
        os.write(ours, b"a shop\r")
        shown = _seen(ours, _WORDS.encode())
        return None if shown is None else (prompted - begin, shown - _Model.sent)
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _seen(terminal: int, wanted: bytes) -> float | None:
    """Return when something was written on a terminal, None if it does not come in time."""
    written, end = b"", time.perf_counter() + _SECONDS
    while wanted not in written:
        if not select.select([terminal], [], [], max(end - time.perf_counter(), 0))[0]:
            return None
        try:
            piece = os.read(terminal, 65536)
        except OSError:
            return None
        if not piece:
            return None
        written += piece
    return time.perf_counter()
