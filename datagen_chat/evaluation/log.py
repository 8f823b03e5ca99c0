"""The log of a run: a line that says how it was made, then a line for each entry, written as soon as there is one."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any, get_args

from datagen_chat import __version__
from datagen_chat.conversation.prompt import system_prompt
from datagen_chat.evaluation.entry import Entry, Grade, State
from datagen_chat.evaluation.recorded import prompt_hash
from datagen_chat.frozen import dataclass
from datagen_chat.llm.base import Usage
from datagen_chat.llm.recording import read_calls
from datagen_chat.problems import OutputError, Problem, ProblemsError

_PACKAGES = ("anthropic", "duckdb", "faker", "numpy", "openai", "pyarrow", "pydantic")


@dataclass(frozen=True, slots=True)
class Header:
    """How a run was made: the options that decide its jobs, the hash of its cases, when it began, and with what."""

    options: Mapping[str, Any]
    cases: str
    started: str
    datagen: str
    versions: Mapping[str, str]
    prompts: Mapping[str, str]


def header(options: Mapping[str, Any], cases: str, started: str) -> Header:
    """Return the header of a run that begins now."""
    versions = {"python": platform.python_version(), "platform": f"{sys.platform} {platform.machine()}"}
    versions |= {name: version(name) for name in _PACKAGES}
    prompts = {"full": prompt_hash(system_prompt()), "compact": prompt_hash(system_prompt(compact=True))}
    return Header(options, cases, started, __version__, versions, prompts)


@dataclass(frozen=True, slots=True)
class Log:
    """A log that was read."""

    header: Header
    entries: tuple[Entry, ...]


class Writer:
    """Writes a log. Each line is written at once and forced to the disk, so that an interrupted run loses no more than one."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def begin(self, head: Header) -> None:
        """Begin a log.

        Raises:
            OutputError: there is one already, or it cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            hint = f"Take it up with --resume {self.path}, or choose another name."
            raise OutputError([Problem("", "log-exists", f"There is a file {self.path} already.", hint)]) from None
        except OSError as error:
            raise self._refused(error) from None
        self._append(json.dumps(asdict(head)))

    def take_up(self) -> None:
        """Go on with a log: the rest of a line that was not finished is taken away.

        Raises:
            OutputError: it cannot be written.
        """
        try:
            content = self.path.read_bytes()
            os.truncate(self.path, content.rfind(b"\n") + 1)
        except OSError as error:
            raise self._refused(error) from None

    def add(self, entry: Entry) -> None:
        """Add an entry.

        Raises:
            OutputError: it cannot be written.
        """
        self._append(json.dumps(_document(entry)))

    def _append(self, line: str) -> None:
        try:
            file = os.open(self.path, os.O_WRONLY | os.O_APPEND)
            try:
                left = memoryview(line.encode() + b"\n")
                while left:
                    left = left[os.write(file, left) :]
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as error:
            raise self._refused(error) from None

    def _refused(self, error: OSError) -> OutputError:
        message = f"The log {self.path} cannot be written: {error.strerror}."
        return OutputError([Problem("", "cannot-write", message, "Choose another place with --log.")])


def _document(entry: Entry) -> dict[str, Any]:
    plain = {name: getattr(entry, name) for name in Entry.__slots__ if name not in ("grades", "calls", "usage")}
    grades = [asdict(grade) for grade in entry.grades]
    usage = None if entry.usage is None else asdict(entry.usage)
    return {**plain, "grades": grades, "usage": usage, "calls": [json.loads(call.line()) for call in entry.calls]}


def read_log(path: Path) -> Log:
    """Return a log; a last line that was not finished is no part of it.

    Raises:
        ProblemsError: the file cannot be read, or is no log.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise ProblemsError(
            [Problem("", "no-such-file", f"The log {path} cannot be read: {reason}.", "Check the path.")]
        ) from None
    lines = text.split("\n")[:-1]
    if not lines:
        raise _no_log(path, 1)
    return Log(_header(lines[0], path), tuple(_entry(line, path, number) for number, line in enumerate(lines[1:], 2)))


def _header(line: str, path: Path) -> Header:
    try:
        return Header(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        raise _no_log(path, 1) from None


def _entry(line: str, path: Path, number: int) -> Entry:
    try:
        document = json.loads(line)
        calls = read_calls("\n".join(map(json.dumps, document["calls"])), f"{path}, line {number}")
        usage = None if document["usage"] is None else Usage(**document["usage"])
        known = {**document, "calls": calls, "usage": usage, "grades": tuple(map(_grade, document["grades"]))}
        return Entry(**{**known, "tags": tuple(document["tags"]), "drifts": tuple(document["drifts"])})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _no_log(path, number) from None


def _grade(document: Mapping[str, Any]) -> Grade:
    if document["state"] not in get_args(State):
        raise ValueError(document["state"])
    return Grade(**document)


def _no_log(path: Path, number: int) -> ProblemsError:
    hint = "A log is written by datagen eval --log FILE."
    return ProblemsError([Problem("", "bad-log", f"{path}, line {number} is not of a log.", hint)])
