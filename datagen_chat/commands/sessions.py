"""How sessions are kept: one transcript for each, which nothing that was written by others is lost to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from datagen_chat.commands.places import new_session, private_folder, put
from datagen_chat.conversation.journal import Journal
from datagen_chat.conversation.transcript import render
from datagen_chat.conversation.turns import Turn
from datagen_chat.llm.redaction import HIDDEN, redact, secrets_in

Stamp = tuple[int, int, int] | None


class Keeper:
    """Writes the transcript of a session after every turn, in one step, without the keys of the environment.

    Where another program has written to the file meanwhile, the session goes on in a file of its own, which `path` then names.
    """

    def __init__(self, path: Path, environment: Mapping[str, str], spare: Path) -> None:
        self.path = (
            Path(os.path.realpath(path)) if path.is_symlink() else path
        )  # what a link leads to is written, and the link stays
        self._secrets = secrets_in(environment)
        self._spare = spare
        self._known = _stamp(path)

    def hide(self, secret: str) -> None:
        """Keep one more key out of what is written."""
        self._secrets = (*self._secrets, secret)

    def text(self, journal: Journal) -> str:
        """Return a journal as it is written down, without keys."""
        turns = tuple(map(self._redacted, journal.turns))
        return render(replace(journal, title=redact(journal.title, self._secrets), turns=turns).transcript)

    def keep(self, journal: Journal) -> Path | None:
        """Write a journal in place of what was written before; return the file where it is another one than before.

        Raises:
            OutputError: it cannot be written.
        """
        is_taken = self._known is not None and _stamp(self.path) not in (self._known, None)
        path = new_session(self._spare) if is_taken else self.path
        private_folder(path.parent)
        put(path, self.text(journal))
        self.path, self._known = path, _stamp(path)
        return path if is_taken else None

    def _redacted(self, turn: Turn) -> Turn:
        """Return a turn without keys; a schema that makes values which look like some stays whole."""
        if turn.role in ("assistant", "command"):
            text = turn.text
            for secret in self._secrets:
                text = text.replace(secret, HIDDEN)
            return replace(turn, text=text)
        return replace(turn, text=redact(turn.text, self._secrets))


def _stamp(path: Path) -> Stamp:
    """Return what tells a file from one that was written since, None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
