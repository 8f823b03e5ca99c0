"""Where the data of a schema lies: the files of each table in a folder, with a manifest or without."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, ProblemsError
from datagen_chat.sinks.manifest import Manifest, find_manifest

FORMATS = ("parquet", "csv", "jsonl", "duckdb")
_FILES = FORMATS[:3]
_SPOKEN = {"parquet": "Parquet", "csv": "CSV", "jsonl": "JSON Lines", "duckdb": "a DuckDB database"}
_LISTED = 5


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
    """The files of the tables that were found, all in one format, and what else lies there that could be a table.

    `left_out` are names of files that could be meant too, in other formats.
    """

    folder: Path
    format: str
    files: Mapping[str, tuple[Path, ...]]
    extra: tuple[str, ...] = ()
    manifest: Manifest | None = None
    left_out: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of how the data was found, and of files that are others than those that were written."""
        read_as, changed = f"The data is read as {_SPOKEN[self.format]}, so that", _changed(self.folder, self.manifest)
        left_out = f"{read_as} other files are left out: {_listing(self.left_out)}." if self.left_out else ""
        told = f"Files have other sizes than when they were written: {_listing(changed)}." if changed else ""
        return tuple(filter(None, (left_out, told)))


def _changed(folder: Path, manifest: Manifest | None) -> list[str]:
    """Return the files of a manifest that are there and have another size."""
    sizes = {file.path: file.bytes for table in manifest.tables for file in table.files} if manifest is not None else {}
    return [path for path, size in sizes.items() if (folder / path).is_file() and (folder / path).stat().st_size != size]


def find_data(folder: Path, tables: Sequence[str], format_: str | None = None) -> Data:
    """Return the data in a folder, or in a DuckDB database; in the format that is named, if one is.

    Raises:
        DataError: there is no such folder, it cannot be read, nothing in it is a table, or more than one thing is the same one.
        OutputError: its manifest is not one that Datagen wrote.
    """
    try:
        return _found(folder.absolute(), tables, format_)
    except OSError as error:
        raise DataError([refused(Path(error.filename or folder), error)]) from None


def _found(folder: Path, tables: Sequence[str], wanted: str | None) -> Data:
    if folder.is_file() and folder.suffix in (".duckdb", ".db"):
        if wanted not in (None, "duckdb"):
            message = f"{folder} is a DuckDB database, and not {_SPOKEN[wanted or 'duckdb']}."
            raise DataError([Problem("", "not-together", message, "Leave out --format, or name a folder.")])
        return Data(folder, "duckdb", dict.fromkeys(tables, (folder,)))
    if folder.exists() and not folder.is_dir():
        message = f"{folder} is neither a folder nor a DuckDB database, which ends in .duckdb or .db."
        raise DataError([Problem("", "no-data", message, "Name the folder that holds the data.")])
    if not folder.is_dir():
        raise DataError([Problem("", "no-data", f"There is no folder {folder}.", "Name the folder that holds the data.")])
    manifest = find_manifest(folder)
    if manifest is not None and wanted in (None, manifest.format):
        return _listed(folder, tables, manifest)
    return _looked_up(folder, tables, wanted)


def _listed(folder: Path, tables: Sequence[str], manifest: Manifest) -> Data:
    """Return the files that a manifest lists."""
    entries = {entry.name: entry for entry in manifest.tables}
    files = {name: tuple(folder / file.path for file in entries[name].files) for name in tables if name in entries}
    return Data(folder, manifest.format, files, tuple(name for name in entries if name not in tables), manifest)


def _looked_up(folder: Path, tables: Sequence[str], wanted: str | None) -> Data:
    """Return the files that are called as the tables are, in the format that is wanted, else in that of most of them."""
    found = {format_: _named(folder, format_) for format_ in _FILES}
    databases = sorted(path for path in folder.iterdir() if path.suffix == ".duckdb")
    counts = {format_: sum(name in tables for name in found[format_]) for format_ in _FILES}
    format_ = wanted or max(_FILES, key=lambda each: counts[each])
    if not counts.get(format_):
        if databases and wanted in (None, "duckdb"):
            return _database(databases, tables, _files(found, tables))
        raise DataError([_nothing(folder, tables, wanted)])
    if wanted is None:
        _check_single(folder, tables, found)
    files = {name: found[format_][name] for name in tables if name in found[format_]}
    for name, several in files.items():
        if len({file.parent for file in several}) > 1:
            message = f"{folder} holds {name} twice: as {name}.{format_}, and as parts in the folder {name}."
            raise DataError([Problem("", "several-files", message, "Move away what is not meant.")])
    others = _files({each: found[each] for each in _FILES if each != format_}, tables)
    extra = tuple(name for name in found[format_] if name not in tables)
    return Data(folder, format_, files, extra, left_out=(*others, *(path.name for path in databases)))


def _check_single(folder: Path, tables: Sequence[str], found: Mapping[str, Mapping[str, tuple[Path, ...]]]) -> None:
    """Refuse to choose between files of several formats that are the same table."""
    several = {name: there for name in tables if len(there := [each for each in _FILES if name in found[each]]) > 1}
    for name, formats in list(several.items())[:1]:
        more = f", and so {_many(len(several) - 1)}" if len(several) > 1 else ""
        message = f"{folder} holds {name} as {' and as '.join(_SPOKEN[each] for each in formats)}{more}."
        hint = f"Say which is meant: {' or '.join(f'--format {each}' for each in formats)}."
        raise DataError([Problem("", "several-formats", message, hint)])


def _many(others: int) -> str:
    return "is 1 other table" if others == 1 else f"are {others:,} other tables"


def _database(databases: Sequence[Path], tables: Sequence[str], left_out: tuple[str, ...]) -> Data:
    if len(databases) > 1:
        message = f"{databases[0].parent} holds several DuckDB databases: {_listing([path.name for path in databases])}."
        raise DataError([Problem("", "several-files", message, "Name the one that is meant, with its folder.")])
    return Data(databases[0].parent, "duckdb", dict.fromkeys(tables, (databases[0],)), left_out=left_out)


def _nothing(folder: Path, tables: Sequence[str], wanted: str | None) -> Problem:
    if wanted is None:
        hint = f"Name a folder with {tables[0]}.parquet, {tables[0]}.csv or {tables[0]}.jsonl, or with one DuckDB database."
        return Problem("", "no-data", f"{folder} holds no data of this schema.", hint)
    hint = f"Name a folder with {'one DuckDB database' if wanted == 'duckdb' else f'{tables[0]}.{wanted}'}."
    return Problem("", "no-data", f"{folder} holds no data of this schema as {_SPOKEN[wanted]}.", hint)


def _files(found: Mapping[str, Mapping[str, tuple[Path, ...]]], tables: Sequence[str]) -> tuple[str, ...]:
    """Return the names of files, or of folders with parts, that are tables of a schema."""
    names = (
        _shown(name, format_, files) for format_, there in found.items() for name, files in there.items() if name in tables
    )
    return tuple(names)


def _shown(name: str, format_: str, files: Sequence[Path]) -> str:
    return files[0].name if files[0].stem == name else f"{name}/part-*.{format_}"


def _listing(names: Sequence[str]) -> str:
    return ", ".join(names[:_LISTED]) + (f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else "")


def _named(folder: Path, format_: str) -> dict[str, tuple[Path, ...]]:
    """Return the files of one format by the names of the tables that they are: whole ones, and parts in folders."""
    whole, parts = dict(_whole(folder, format_)), dict(_parts(folder, format_))
    return {
        name: (*whole.get(name, ()), *parts.get(name, ())) for name in (*whole, *(each for each in parts if each not in whole))
    }


def _whole(folder: Path, format_: str) -> Iterator[tuple[str, tuple[Path, ...]]]:
    for path in sorted(folder.glob(f"*.{format_}")):
        yield path.stem, (path,)


def _parts(folder: Path, format_: str) -> Iterator[tuple[str, tuple[Path, ...]]]:
    for inner in sorted(path for path in folder.iterdir() if path.is_dir()):
        if files := tuple(sorted(inner.glob(f"part-*.{format_}"))):
            yield inner.name, files
