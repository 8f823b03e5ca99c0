"""The files of recorded calls: one for each model in the folder of a case, a line for each call."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

from datagen_chat.commands.files import read_bytes
from datagen_chat.commands.places import PRIVATE, refused
from datagen_chat.llm.live import Live
from datagen_chat.llm.recording import Call, Recorder, read_calls
from datagen_chat.llm.redaction import secrets_in
from datagen_chat.problems import Problem, note

_MOST_BYTES = 256 << 20


def recorder(provider: Live, folder: Path, environment: Mapping[str, str]) -> Recorder:
    """Return a provider whose calls are added to a file in `folder`, which is named after the case, as its next epoch.

    Raises:
        OutputError: the file cannot be written.
        ProblemsError: it holds something else.
    """
    path = folder / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', provider.name).strip('-.')}.jsonl"
    case = folder.resolve().name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE))
    except OSError as error:
        raise refused(error, path) from None
    epochs = [call.asked.epoch for call in calls_in(path) if call.asked.case == case]
    return Recorder(
        provider,
        lambda call: _add(path, call),
        _now,
        case=case,
        epoch=max(epochs, default=-1) + 1,
        parameters=provider.parameters,
        secrets=secrets_in(environment),
    )


def calls_in(path: Path) -> tuple[Call, ...]:
    """Return the calls of a file.

    Raises:
        ProblemsError: it cannot be read, or a line of it is no call.
    """
    return read_calls(read_bytes(str(path), _MOST_BYTES).decode("utf-8", "replace"), str(path))


def _add(path: Path, call: Call) -> Problem | None:
    """Add a line to a file in one step; return what hindered it."""
    try:
        with path.open("ab", buffering=0) as file:
            file.write(f"{call.line()}\n".encode())
    except OSError as error:
        message = f"This call was not recorded: {refused(error, path).problems[0].message}"
        return note("", "not-recorded", message, "Make room, and ask again with /retry.")
    return None


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
