"""Where a user's own files are, readable by nobody else, and how one is put in its place in one step."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path

from datagen_chat.problems import OutputError

HOME = "DATAGEN_HOME"
PRIVATE, SHARED = 0o600, 0o666  # less what the user's mask takes away
_HOUR_SECONDS = 3600.0  # no file takes so long to be put in its place


def data_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of a user's data, as the system has it; DATAGEN_HOME names another."""
    if own := environment.get(HOME):
        return Path(own)
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "datagen"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "datagen"
    return Path(environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "datagen"


def private_folder(path: Path) -> Path:
    """Return a folder that only its owner can enter; it is made if it is not there.

    Raises:
        OutputError: it cannot be made.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise refused(error, path) from None
    return path


def check_writable(folder: Path) -> None:
    """Refuse a folder that nothing can be written to.

    Raises:
        OutputError: nothing can be.
    """
    if not os.access(folder, os.W_OK | os.X_OK):
        raise refused(PermissionError(errno.EACCES, os.strerror(errno.EACCES)), folder)


def new_session(folder: Path) -> Path:
    """Return where the next session is kept; later ones sort after earlier ones. What killed programs left there is removed."""
    for left in (folder / "sessions").glob(".*.md.*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > _HOUR_SECONDS:
                left.unlink()
    stamp = f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    numbers = (f"-{number}" if number else "" for number in count())
    return next(path for end in numbers if not (path := folder / "sessions" / f"{stamp}{end}.md").exists())


def sessions(folder: Path) -> list[Path]:
    """Return the sessions that are kept, the one that was written to last first."""
    found = [(path.stat().st_mtime_ns, path.name, path) for path in (folder / "sessions").glob("*.md") if path.is_file()]
    return [path for *_, path in sorted(found, reverse=True)]


def put(path: Path, text: str, mode: int = PRIVATE) -> None:
    """Write a file in place of what was there, in one step.

    Raises:
        OutputError: it cannot be written; what was there is as it was.
    """
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
    except OSError as error:
        raise refused(error, path) from None
    finally:
        with suppress(OSError):
            staged.unlink(missing_ok=True)


def refused(error: OSError, path: Path) -> OutputError:
    """Return the error that tells why a place cannot be written."""
    from datagen_chat.sinks.output import problem_of  # it imports more than a prompt should wait for

    return OutputError([problem_of(error, path)])
