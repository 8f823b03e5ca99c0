"""Schemas written to files of their own: named after their datasets, but never where a name alone could lead."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from datagen_chat.commands.places import SHARED, put
from datagen_chat.conversation.session import Version
from datagen_chat.frozen import dataclass
from datagen_chat.problems import OutputError, Problem, shown
from datagen_chat.schema.canonical import dump
from datagen_chat.sinks.output import problem_of

_LONGEST = 60
_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")  # devices, whatever their suffix, on Windows


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that a schema was written to, and whether an earlier schema of the same dataset was there."""

    path: Path
    is_replaced: bool

    @property
    def verb(self) -> str:
        """What was done, in one word."""
        return "Replaced" if self.is_replaced else "Saved"


def save(versions: Sequence[Version], folder: Path) -> list[Saved]:
    """Write each schema to a file in `folder`, and return the files.

    Raises:
        OutputError: the folder cannot be written, or a file that is no schema of the same dataset is in the way.
    """
    paths = [folder / f"{name}.json" for name in slugs(version.dataset.metadata.name for version in versions)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for version, path in zip(versions, paths, strict=True):
            check_is_free(path, version.draft, "Move it away, or choose another folder.")
        return [_put(version, path) for version, path in zip(versions, paths, strict=True)]
    except OSError as error:
        raise OutputError([problem_of(error, folder)]) from None


def save_as(version: Version, path: Path) -> Saved:
    """Write a schema to a file that a person named.

    Raises:
        OutputError: it cannot be written, or a file that is no schema of the same dataset is in the way.
    """
    try:
        check_is_free(path, version.draft, "Choose another name, or move it away.")
        return _put(version, path)
    except OSError as error:
        raise OutputError([problem_of(error, path)]) from None


def check_is_free(path: Path, draft: Any, hint: str) -> None:
    """Refuse to replace anything but an earlier schema of the same dataset; one called "package" must not become package.json.

    Raises:
        OutputError: something else is there.
    """
    if not path.exists() and not path.is_symlink():
        return
    there = None if path.is_symlink() or not path.is_file() else _schema_in(path)
    if there is None:
        raise OutputError([Problem("", "in-the-way", f"{path} is in the way, and is no schema.", hint)])
    if (name := _name(there)) != _name(draft):
        message = f"{path} holds the schema of another dataset{f', {shown(name)}' if name else ''}."
        raise OutputError([Problem("", "in-the-way", message, hint)])


def slugs(names: Iterable[str]) -> list[str]:
    """Return a file name for each dataset name, all different; nothing but small letters, digits and dashes.

    >>> slugs(["E-commerce Platform", "../etc/passwd", "../etc/passwd", "数据", "CON"])
    ['e-commerce-platform', 'etc-passwd', 'etc-passwd-2', 'schema', 'schema-con']
    """
    found: dict[str, None] = {}
    for name in names:
        base = "-".join(re.findall("[a-z0-9]+", name[:1000].lower()))[:_LONGEST].strip("-") or "schema"
        base = f"schema-{base}" if _RESERVED.fullmatch(base) else base
        number = 1
        while (slug := base if number == 1 else f"{base}-{number}") in found:
            number += 1
        found[slug] = None
    return list(found)


def _schema_in(path: Path) -> dict[str, Any] | None:
    """Return what a file holds where that looks like a schema."""
    with suppress(ValueError, RecursionError):
        found = json.loads(path.read_bytes())
        return found if isinstance(found, dict) and "nodes" in found and "version" in found else None
    return None


def _name(draft: Any) -> str:
    """Return the name of the dataset that a schema describes."""
    metadata = draft.get("metadata")
    return str(metadata.get("name", "")) if isinstance(metadata, dict) else ""


def _put(version: Version, path: Path) -> Saved:
    saved = Saved(path, path.exists())
    put(path, dump(version.draft) + "\n", SHARED)
    return saved
