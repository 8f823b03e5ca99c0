"""Moving finished files into place, so that whenever the process dies, the next one knows what is left to do.

A run writes below a staging folder. Its journal says which files go and which come; from the moment that it stands, the
run counts as done, and anyone who finds it can repeat the moves until they are.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

from datagen_chat.frozen import dataclass
from datagen_chat.problems import OutputError, Problem
from datagen_chat.sinks.manifest import MANIFEST, FilePath

STAGING = ".datagen-staging"
_LOCK = ".datagen-lock"
_MARK, _JOURNAL = "ABOUT.txt", "journal.json"
_ABOUT = "Files of a Datagen run that has not finished. The next run into this folder takes care of them.\n"


@dataclass(frozen=True, slots=True)
class _Moves:
    """The journal: files that go, and files that come, the manifest not among them."""

    remove: tuple[FilePath, ...]
    place: tuple[FilePath, ...]


def staged(folder: Path) -> Path:
    """Return where a run writes the files that will come to lie in `folder`."""
    return folder / STAGING / "new"


def stage(folder: Path) -> None:
    """Make an empty staging folder."""
    staging = folder / STAGING
    staging.mkdir()
    (staging / _MARK).write_text(_ABOUT, encoding="utf-8")
    staged(folder).mkdir()


def is_swapping(folder: Path) -> bool:
    """Return whether files of a finished run still wait to be moved into place."""
    return (folder / STAGING / _JOURNAL).exists()


def discard(folder: Path) -> None:
    """Remove a staging folder with all that is in it."""
    shutil.rmtree(folder / STAGING, ignore_errors=True)


def swap(folder: Path, old: Sequence[str], new: Sequence[str]) -> None:
    """Replace the old files by the new ones, which are staged with their manifest, and remove the staging folder."""
    moves = _Moves(tuple(file for file in old if file not in new), tuple(new))
    draft = folder / STAGING / "journal.draft"
    draft.write_text(json.dumps(asdict(moves)), encoding="utf-8")
    draft.replace(draft.with_name(_JOURNAL))
    _finish_whatever_comes(folder, moves)


def recover(folder: Path) -> None:
    """Finish what a dead run left: move its files into place if it had got that far, else remove them.

    Raises:
        OutputError: the staging folder is not one that Datagen made.
    """
    staging = folder / STAGING
    if staging.is_symlink() or (staging.exists() and not _is_ours(staging)):
        message = f"{staging} is in the way, and no Datagen run made it."
        raise OutputError([Problem("", "in-the-way", message, "Move it away, or choose another folder.")])
    if is_swapping(folder):
        _finish_whatever_comes(folder, _read_journal(folder))
    elif staging.exists():
        shutil.rmtree(staging)


def _is_ours(staging: Path) -> bool:
    return staging.is_dir() and ((staging / _MARK).is_file() or not any(staging.iterdir()))


def _read_journal(folder: Path) -> _Moves:
    from pydantic import TypeAdapter  # only after a run that died

    return TypeAdapter(_Moves).validate_json((folder / STAGING / _JOURNAL).read_bytes())


def _finish_whatever_comes(folder: Path, moves: _Moves) -> None:
    """Move the files into place; an interruption or a termination is raised again only when that is done."""
    stopped: BaseException | None = None
    while True:
        try:
            _finish(folder, moves)
            break
        except (KeyboardInterrupt, SystemExit) as signal:
            stopped = signal
    if stopped is not None:
        raise stopped


def _finish(folder: Path, moves: _Moves) -> None:
    journal, new = folder / STAGING / _JOURNAL, staged(folder)
    if journal.exists():
        # The new manifest moves last, so while it is staged, what lies in the folder belongs to nobody's manifest.
        if (new / MANIFEST).exists():
            (folder / MANIFEST).unlink(missing_ok=True)
            # Once a file has moved, all removals are done; repeating one could hit a new file whose name differs by case.
            if all((new / file).exists() for file in moves.place):
                _remove(folder, moves.remove)
            _place(new, folder, moves.place)
            (new / MANIFEST).replace(folder / MANIFEST)
        journal.unlink()
    if (folder / STAGING).exists():
        shutil.rmtree(folder / STAGING)


def _remove(folder: Path, files: Sequence[str]) -> None:
    for file in files:
        (folder / file).unlink(missing_ok=True)
    for parent in {(folder / file).parent for file in files} - {folder}:
        # Not empty: somebody else keeps files there.
        with suppress(OSError):
            parent.rmdir()


def _place(new: Path, folder: Path, files: Sequence[str]) -> None:
    for file in files:
        if (new / file).exists():
            (folder / file).parent.mkdir(exist_ok=True)
            (new / file).replace(folder / file)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder alone; the lock ends with the process, however that ends.

    Raises:
        OutputError: another run holds it.
    """
    path = folder / _LOCK
    handle = _acquire(path)
    try:
        yield
    finally:
        # Only ours is empty.
        with suppress(OSError):
            if os.fstat(handle).st_size == 0:
                path.unlink()
        os.close(handle)


def _acquire(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
        try:
            _lock(handle, path.parent)
            if _is_at(path, handle):
                return handle
        except BaseException:
            os.close(handle)
            raise
        # Its holder removed the file between our opening and locking it.
        os.close(handle)


def _is_at(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _lock(handle: int, folder: Path) -> None:
    if sys.platform == "win32":
        return  # an open file cannot be removed there, and two runs at once are not found out
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        message = f"Another run is writing into {folder}."
        raise OutputError(
            [Problem("", "output-busy", message, "Wait until it has finished, or choose another folder.")]
        ) from None
