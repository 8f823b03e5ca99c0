"""The folder that a dataset is written into: all of its files come to stand there, or none do."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

from datagen_chat.problems import OutputError, Problem
from datagen_chat.sinks.manifest import MANIFEST, Manifest, find_manifest, write_manifest
from datagen_chat.sinks.swap import discard, is_swapping, locked, recover, stage, staged, swap

_ELSEWHERE = "Choose another folder."
_REASONS = {
    errno.ENOSPC: ("disk-full", "the disk is full", "Make room, or choose a folder on another disk."),
    errno.EDQUOT: ("disk-full", "the disk quota is used up", "Make room, or choose a folder on another disk."),
    errno.EFBIG: ("file-too-large", "a file would be larger than the system allows", "Write fewer rows, or lift the limit."),
    errno.EACCES: ("no-permission", "permission is denied", "Choose a folder that you may write to."),
    errno.EPERM: ("no-permission", "permission is denied", "Choose a folder that you may write to."),
    errno.EROFS: ("read-only", "the file system is read-only", _ELSEWHERE),
    errno.ENAMETOOLONG: ("name-too-long", "the name is too long", "Choose a folder with a shorter path."),
    errno.ENOTDIR: ("not-a-folder", "a part of the path is a file", _ELSEWHERE),
    errno.EEXIST: ("not-a-folder", "a file is in the way", _ELSEWHERE),
    errno.EISDIR: ("in-the-way", "a folder is in the way", _ELSEWHERE),
}


def problem_of(error: OSError, path: Path) -> Problem:
    """Return what the operating system refused, in plain words."""
    reason = (error.strerror or str(error)).splitlines()[0]
    if error.errno == errno.EEXIST and path.is_symlink():
        message = f"{path} cannot be written: it is a link that leads nowhere."
        return Problem("", "not-a-folder", message, "Make the folder that it leads to, or choose another one.")
    code, words, hint = _REASONS.get(error.errno or 0, ("cannot-write", reason, _ELSEWHERE))
    return Problem("", code, f"{path} cannot be written: {words}.", hint)


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError([problem_of(error, path)]) from error


class Output:
    """A folder about to get the files of a dataset.

    Inside the `with` block a sink writes below `staging`, and `commit` puts everything in place of the output of an earlier
    run. Without `commit`, whatever ends the block, the folder is as it was. One run at a time may hold a folder.

    This guards against the death of the process, not of the machine: files are not forced out of the page cache.
    """

    def __init__(self, folder: Path, tables: Iterable[str], format_: str) -> None:
        self._folder, self._tables, self._format = folder, tuple(tables), format_
        self._stack = ExitStack()
        self._old: tuple[str, ...] = ()

    @property
    def staging(self) -> Path:
        """The folder that the sink writes to."""
        return staged(self._folder)

    def __enter__(self) -> Output:
        _check_names(self._tables)
        with _telling(self._folder), ExitStack() as stack:
            if not self._folder.is_dir():
                self._folder.mkdir(parents=True, exist_ok=True)
                stack.callback(_remove_if_empty, self._folder)
            stack.enter_context(locked(self._folder))
            recover(self._folder)
            earlier = find_manifest(self._folder)
            self.replaced = None if earlier is None else earlier.dataset
            self._old = () if earlier is None else earlier.files
            check_way(self._folder, [f"{table}.{self._format}" for table in self._tables], self._old)
            stack.callback(self._discard)
            stage(self._folder)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with _telling(self._folder):
            self._stack.close()
            if isinstance(error, OSError):
                raise error

    def _discard(self) -> None:
        if not is_swapping(self._folder):
            discard(self._folder)

    def commit(self, manifest: Manifest) -> None:
        """Put the staged files in place of the earlier ones, the manifest last.

        Raises:
            OutputError: a file that no manifest lists is in the way, or the system refuses.
        """
        with _telling(self._folder):
            check_way(self._folder, manifest.files, self._old)
            write_manifest(manifest, self.staging / MANIFEST)
            swap(self._folder, self._old, manifest.files)


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a folder of output.

    Raises:
        OutputError: there is none, or it is not one of ours.
    """
    with _telling(folder):
        found = find_manifest(folder)
        if found is not None:
            return found
        if is_swapping(folder):
            message = f"A run was stopped while it moved its files to {folder}."
            raise OutputError([Problem("", "half-moved", message, "Generate into this folder again, or call recover_output.")])
    message = f"{folder} holds no {MANIFEST}."
    raise OutputError([Problem("", "no-manifest", message, "Name a folder that `datagen generate` has written.")])


def recover_output(folder: Path) -> None:
    """Finish or undo what a run that died in this folder left behind; `Output` does so by itself.

    Raises:
        OutputError: another run is at work in the folder, or the system refuses.
    """
    with _telling(folder), locked(folder):
        recover(folder)


def check_way(folder: Path, files: Sequence[str], ours: Sequence[str]) -> None:
    """Make sure that nothing lies where `files` are to come except files of `ours`.

    Raises:
        OutputError: something does.
    """
    in_the_way = dict.fromkeys(path for file in files for path in _strangers(folder, file, set(ours)))
    if in_the_way:
        hint = "Move it away, or choose another folder: Datagen replaces only files that an earlier manifest lists."
        raise OutputError(Problem("", "in-the-way", f"{path} is in the way.", hint) for path in in_the_way)


def _strangers(folder: Path, file: str, ours: set[str]) -> Iterator[Path]:
    path, parent = folder / file, (folder / file).parent
    if parent != folder and (parent.is_symlink() or (parent.exists() and not parent.is_dir())):
        yield parent
    elif path.is_dir() or (file not in ours and (path.exists() or path.is_symlink())):
        yield path
    elif parent != folder and parent.is_dir():
        # A part that is not ours would be read as one more part of the table.
        yield from sorted(other for other in parent.glob("part-*") if f"{parent.name}/{other.name}" not in ours)


def _check_names(tables: Sequence[str]) -> None:
    seen: dict[str, str] = {}
    for table in tables:
        other = seen.setdefault(table.lower(), table)
        if other != table:
            message = f"Tables {other} and {table} differ only by case, and would be one file on some systems."
            raise OutputError([Problem("", "names-differ-by-case", message, "Rename one of them.")])


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
