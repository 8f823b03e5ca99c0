"""Where sessions are kept: one transcript for each, in the user's own folder, readable by nobody else."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.transcript import render
from datagen_chat.conversation.turns import Turn
from datagen_chat.llm.redaction import redact, secrets_in
from datagen_chat.problems import OutputError
from datagen_chat.sinks.output import problem_of

HOME = "DATAGEN_HOME"


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
        raise OutputError([problem_of(error, path)]) from None
    return path


def new_session(folder: Path) -> Path:
    """Return where the next session is kept; later ones sort after earlier ones."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    return folder / "sessions" / f"{stamp}-{os.getpid()}.md"


def last_session(folder: Path) -> Path | None:
    """Return the session that was written to last, None if there is none."""
    found = [path for path in (folder / "sessions").glob("*.md") if path.is_file()]
    return max(found, key=lambda path: (path.stat().st_mtime_ns, path.name), default=None)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Writes the transcript of a session after every turn, in one step, without the keys of the environment."""

    path: Path
    secrets: tuple[str, ...] = ()

    def keep(self, journal: Journal) -> None:
        """Write a journal in place of what was written before.

        Raises:
            OutputError: it cannot be written.
        """
        cleaned = replace(journal, title=redact(journal.title, self.secrets), turns=tuple(map(self._redacted, journal.turns)))
        try:
            private_folder(self.path.parent)
            _write(self.path, render(cleaned.transcript))
        except OSError as error:
            raise OutputError([problem_of(error, self.path)]) from None

    def _redacted(self, turn: Turn) -> Turn:
        """Return a turn without keys; a schema that makes values which look like some stays whole."""
        if turn.role in ("assistant", "command"):
            text = turn.text
            for secret in self.secrets:
                text = text.replace(secret, "[key]")
            return replace(turn, text=text)
        return replace(turn, text=redact(turn.text, self.secrets))


def keeper(path: Path, environment: Mapping[str, str]) -> Keeper:
    """Return what keeps a session in a file."""
    return Keeper(path, secrets_in(environment))


def redactor(environment: Mapping[str, str]) -> Callable[[str], str]:
    """Return what takes keys out of a text."""
    secrets = secrets_in(environment)
    return lambda text: redact(text, secrets)


def _write(path: Path, text: str) -> None:
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(
            os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline="\n"
        ) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        staged.replace(path)
    finally:
        with suppress(OSError):
            staged.unlink(missing_ok=True)
