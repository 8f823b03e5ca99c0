"""Data held against its schema: for `datagen validate --data` and `datagen generate --verify`."""

from __future__ import annotations

from pathlib import Path

from datagen_chat.conversation.document import Document
from datagen_chat.problems import ProblemsError
from datagen_chat.schema.canonical import schema_hash
from datagen_chat.terminal.clean import one_line
from datagen_chat.terminal.screen import Screen
from datagen_chat.terminal.verification import draw_verification
from datagen_chat.verify.claims import Verification
from datagen_chat.verify.report import REPORT, write_report
from datagen_chat.verify.run import verify

KEPT, BROKEN = 0, 1


def verified(document: Document, folder: Path, screen: Screen, format_: str | None = None) -> Verification:
    """Return what the data in a folder, in a format if one is named, says to a valid schema.

    It may take seconds, which the screen tells.
    """
    screen.passing("Asking the data what the schema claims …")
    try:
        return verify(document.valid(), folder, schema_hash(document.draft), format_)
    finally:
        screen.passing()


def report_path(folder: Path, named: str | None) -> Path:
    """Return where the report goes: where it is wanted, else beside the data."""
    if named is not None:
        return Path(named)
    return (folder.parent if folder.is_file() else folder) / REPORT


def tell(verification: Verification, path: Path, *, is_named: bool, out: Screen, screen: Screen) -> int:
    """Draw a verification, write its report, and return the exit code.

    Raises:
        OutputError: the report cannot be written where it was asked for.
    """
    draw_verification(out, verification)
    for note in verification.notes:
        screen.say((f"note: {one_line(note)}", "dim"), hang=2)
    try:
        write_report(verification, path)
    except ProblemsError as error:
        if is_named:
            raise
        why = "; ".join(problem.message for problem in error.problems)
        screen.say((f"note: No report was written: {one_line(why)}", "dim"), hang=2)
    else:
        out.say(f"{one_line(str(path))} has each claim with its SQL.", hang=2)
    return KEPT if verification.holds else BROKEN
