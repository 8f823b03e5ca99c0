"""Where the data of a schema lies: the files of each table in a folder, with a manifest or without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, ProblemsError
from datagen_chat.sinks.manifest import Manifest, find_manifest

FORMATS = ("parquet", "csv", "jsonl", "duckdb")
_FILES = FORMATS[:3]


class DataError(ProblemsError):
    """There is no data where it was said to be, or it cannot be read."""


def refused(path: Path, error: OSError) -> Problem:
    """Return what the operating system refused of data, in plain words."""
    if isinstance(error, PermissionError):
        return Problem(
            "", "no-permission", f"{path} cannot be read: permission is denied.", "Ask for access, or copy the data."
        )
    reason = (error.strerror or str(error)).splitlines()[0]
    return Problem("", "unreadable-data", f"{path} cannot be read: {reason}.", "Check the path, and the disk.")


@dataclass(frozen=True, slots=True)
class Data:
    """The files of the tables that were found, all in one format, and what else lies there that could be a table."""

    folder: Path
    format: str
    files: Mapping[str, tuple[Path, ...]]
    extra: tuple[str, ...] = ()
    manifest: Manifest | None = None


def find_data(folder: Path, tables: Sequence[str]) -> Data:
    """Return the data in a folder, or in a DuckDB database.

    Raises:
        DataError: there is no such folder, it cannot be read, or nothing in it is a table.
        OutputError: its manifest is not one that Datagen wrote.
    """
    try:
        return _found(folder.absolute(), tables)
    except OSError as error:
        raise DataError([refused(Path(error.filename or folder), error)]) from None


def _found(folder: Path, tables: Sequence[str]) -> Data:
    if folder.is_file() and folder.suffix in (".duckdb", ".db"):
        return Data(folder, "duckdb", dict.fromkeys(tables, (folder,)))
    if not folder.is_dir():
        raise DataError([Problem("", "no-data", f"There is no folder {folder}.", "Name the folder that holds the data.")])
    manifest = find_manifest(folder)
    return _listed(folder, tables, manifest) if manifest is not None else _looked_up(folder, tables)


def _listed(folder: Path, tables: Sequence[str], manifest: Manifest) -> Data:
    """Return the files that a manifest lists."""
    entries = {entry.name: entry for entry in manifest.tables}
    files = {name: tuple(folder / file.path for file in entries[name].files) for name in tables if name in entries}
    return Data(folder, manifest.format, files, tuple(name for name in entries if name not in tables), manifest)


def _looked_up(folder: Path, tables: Sequence[str]) -> Data:
    """Return the files that are called as the tables are, in the format of most of them; Parquet comes before CSV."""
    found = {format_: _named(folder, format_) for format_ in _FILES}
    format_ = max(_FILES, key=lambda each: sum(name in tables for name in found[each]))
    if any(name in tables for name in found[format_]):
        files = {name: found[format_][name] for name in tables if name in found[format_]}
        return Data(folder, format_, files, tuple(name for name in found[format_] if name not in tables))
    databases = sorted(path for path in folder.iterdir() if path.suffix == ".duckdb")
    if len(databases) == 1:
        return Data(folder, "duckdb", dict.fromkeys(tables, (databases[0],)))
    message = f"{folder} holds no data of this schema."
    hint = f"Name a folder with {tables[0]}.parquet, {tables[0]}.csv or {tables[0]}.jsonl, or with one DuckDB database."
    raise DataError([Problem("", "no-data", message, hint)])


def _named(folder: Path, format_: str) -> dict[str, tuple[Path, ...]]:
    """Return the files of one format by the names of the tables that they are: whole ones, and folders of parts."""
    return dict(_whole(folder, format_)) | dict(_parts(folder, format_))


def _whole(folder: Path, format_: str) -> Iterator[tuple[str, tuple[Path, ...]]]:
    for path in sorted(folder.glob(f"*.{format_}")):
        yield path.stem, (path,)


def _parts(folder: Path, format_: str) -> Iterator[tuple[str, tuple[Path, ...]]]:
    for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
        if files := tuple(sorted(inner.glob(f"part-*.{format_}"))):
            yield inner.name, files
