"""A database that answers one question at a time, and can do nothing else.

The questions come from a model. DuckDB's own parser says what they are, and all but one SELECT over the dataset's tables is
refused. It is asked in a process of its own, with little memory, no keys in its environment and no way to write: files,
networks and extensions are shut, no setting can be changed, and a process that takes too long, or too much, is ended.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

SECONDS = 10.0
LONGEST = 20_000
_GRACE = 2.0
_START = 60.0
"""So many seconds are left to a machine that is busy until the process has begun."""

_KEPT = ("PATH", "PYTHONPATH", "PYTHONHOME", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV", "LANG")
"""What of this process's environment the other one gets: what Python needs to start, and no keys."""


_BEGIN = """\
import sys
if sys.argv[1] not in sys.path:
    sys.path.insert(0, sys.argv[1])
from datagen_chat.verify.answering import main
main()
"""
"""What the other process begins with: the same package as here, wherever that was found."""


class RefusedError(Exception):
    """A question was not answered; its text says why."""


class Locked:
    """The tables of a dataset, to be asked."""

    def __init__(self, statements: Sequence[str], files: Sequence[Path], seconds: float = SECONDS) -> None:
        self._setting = {"statements": list(statements), "files": [str(file) for file in files], "seconds": seconds}
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ready = False

    def ask(self, sql: str, *, is_single: bool = False) -> tuple[Any, ...] | None:
        """Return the first value of the first row that a SELECT gives, None if it gives no row.

        Raises:
            RefusedError: it is not one SELECT over the tables, is wrong, takes too long or too much, or gives more than the
                single value that is wanted.
        """
        if len(sql) > LONGEST:
            raise RefusedError(f"The statement has more than {LONGEST:,} characters.")
        answer = self._answer(sql)
        if "refused" in answer:
            raise RefusedError(str(answer["refused"]))
        if is_single and answer["more"]:
            raise RefusedError(f"It gives several {answer['more']}, but one value is wanted.")
        row = answer["row"]
        return None if row is None else tuple(_received(value) for value in row)

    def prepare(self, sql: str) -> None:
        """Make sure that a statement could be asked: it is one SELECT over the tables, with their columns. No row is read.

        Where the database does not open, nothing is known of the statement.

        Raises:
            RefusedError: it could not.
        """
        if len(sql) > LONGEST:
            raise RefusedError(f"The statement has more than {LONGEST:,} characters.")
        answer = self._answer({"prepare": sql})
        if "refused" in answer and "unopened" not in answer:
            raise RefusedError(str(answer["refused"]))

    def start(self) -> None:
        """Start the process that answers, if it is not there; it opens the tables while this one goes on."""
        if self._process is None:
            command = [sys.executable, "-P", "-c", _BEGIN, str(Path(__file__).parents[2])]
            kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=kept)  # noqa: S603 - our own module
            self._is_ready = False
            self._send(self._setting)

    @property
    def process_id(self) -> int | None:
        """The number of the process that answers, if it is there."""
        return None if self._process is None else self._process.pid

    def end(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
            process.wait()

    def _answer(self, question: str | Mapping[str, str]) -> dict[str, Any]:
        self.start()
        if not self._is_ready:
            if not self._line(_START):
                self.end()
                return {"refused": "The database could not be opened.", "unopened": True}
            self._is_ready = True
        self._send(question)
        line = self._line(self._seconds + _GRACE)
        if not line:
            self.end()
            late = f"It took longer than {self._seconds:g} seconds."
            return {"refused": late if line is None else "It needs too much memory, or ended the database."}
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _send(self, message: Any) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()

    def _line(self, seconds: float) -> bytes | None:
        """Return what the process answers, nothing where it has ended, None where it takes too long."""
        assert self._process is not None
        assert self._process.stdout is not None
        stream, lines = self._process.stdout, list[bytes]()
        # A thread, because Windows waits for no pipe; it ends with the process.
        reader = threading.Thread(target=lambda: lines.append(_next_line(stream)), daemon=True)
        reader.start()
        reader.join(seconds)
        return lines[0] if lines else None


def _next_line(stream: IO[bytes]) -> bytes:
    """Return the next whole line of a stream, nothing where there is none."""
    try:
        line = stream.readline()
    except (OSError, ValueError):  # it was closed meanwhile
        return b""
    return line if line.endswith(b"\n") else b""


def _received(value: Mapping[str, Any]) -> Any:
    [(kind, sent)] = value.items()
    return _READ[kind](sent) if kind in _READ else sent


_READ: Mapping[str, Callable[[str], Any]] = {
    "decimal": Decimal,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
}


@contextmanager
def locked(statements: Sequence[str], files: Sequence[Path], seconds: float = SECONDS) -> Iterator[Locked]:
    """Yield a database of the tables that some statements of ours make, which read these files and no others."""
    database = Locked(statements, files, seconds)
    try:
        yield database
    finally:
        database.end()
