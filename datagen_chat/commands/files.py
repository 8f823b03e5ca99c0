"""The files that commands read, and how it is said when that fails."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

from datagen_chat.conversation.document import BYTES_LIMIT, Document, read_document
from datagen_chat.problems import Problem, ProblemsError, SchemaError, did_you_mean
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.screen import Screen

_MENDS_SHOWN = 20


class FileError(ProblemsError):
    """A file cannot be read."""


class DocumentError(SchemaError):
    """A schema file holds no valid schema; `draft` is what its problems point into, `name` what the file is called."""

    def __init__(self, name: str, document: Document) -> None:
        super().__init__(document.problems)
        self.name, self.draft = shown_name(name), document.draft


def shown_name(name: str) -> str:
    """Return what a file is called on the screen."""
    return "standard input" if name == "-" else one_line(name)


def read_bytes(name: str, limit: int = BYTES_LIMIT) -> bytes:
    """Return the bytes of a file, or of standard input for "-"; at most one more than the limit.

    Raises:
        FileError: there is no such file, or it cannot be read.
    """
    if name == "-":
        return sys.stdin.buffer.read(limit + 1)
    try:
        with Path(name).open("rb") as file:
            return file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise FileError([_refused(name, error)]) from None


def _refused(name: str, error: OSError | ValueError) -> Problem:
    if isinstance(error, FileNotFoundError):
        return Problem("", "no-such-file", f"There is no file {name}.", _similar(Path(name)))
    if isinstance(error, IsADirectoryError):
        return Problem("", "is-a-folder", f"{name} is a folder, not a file.", "Name a file in it.")
    if isinstance(error, PermissionError):
        return Problem(
            "", "no-permission", f"{name} cannot be read: permission is denied.", "Ask for access, or copy the file."
        )
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return Problem("", "no-such-file", "The file name is too long.", "Name a file.")
    reason = error.strerror if isinstance(error, OSError) and error.strerror else "the name is not one of a file"
    return Problem("", "cannot-read", f"{name} cannot be read: {reason}.", "Name a file.")


def _similar(path: Path) -> str:
    try:
        names = [other.name for other in path.parent.iterdir()][:1000]
    except OSError:
        return "Check the path."
    return did_you_mean(path.name, names) or "Check the path."


def read_schema(name: str, screen: Screen, *, strict: bool) -> Document:
    """Return a valid schema file; what was mended in it is said on the screen.

    Raises:
        FileError: the file cannot be read.
        DocumentError: it holds no valid schema.
    """
    document = read_document(read_bytes(name), strict=strict)
    tell_mends(document, screen)
    if document.dataset is None:
        raise DocumentError(name, document)
    return document


def tell_mends(document: Document, screen: Screen) -> None:
    """Say what it took to read a document: liberties with its JSON, and edits."""
    lines = [f"read: {one.what} at line {one.line}, column {one.column}." for one in document.liberties]
    lines += [f"mended: {one_line(mend.place)}: {one_line(mend.text)}" for mend in document.mends]
    for line in lines[:_MENDS_SHOWN]:
        screen.say((line, "dim"), hang=2)
    if len(lines) > _MENDS_SHOWN:
        screen.say((f"… and {len(lines) - _MENDS_SHOWN:,} more.", "dim"))
