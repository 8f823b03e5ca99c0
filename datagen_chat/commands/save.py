"""Schemas written to files of their own: named after their datasets, but never where a name alone could lead."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from datagen_chat.conversation.session import Version
from datagen_chat.problems import OutputError, Problem
from datagen_chat.schema.canonical import dump
from datagen_chat.sinks.output import problem_of

_LONGEST = 60
_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")  # devices, whatever their suffix, on Windows


def save(versions: Sequence[Version], folder: Path) -> list[Path]:
    """Write each schema to a file in `folder`, and return the files.

    Raises:
        OutputError: the folder cannot be written, or a file that is no schema is in the way.
    """
    paths = [folder / f"{name}.json" for name in slugs(version.dataset.metadata.name for version in versions)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            check_is_free(path)
        for version, path in zip(versions, paths, strict=True):
            _replace(path, dump(version.draft) + "\n")
    except OSError as error:
        raise OutputError([problem_of(error, folder)]) from None
    return paths


def save_as(version: Version, path: Path) -> None:
    """Write a schema to a file that a person named.

    Raises:
        OutputError: it cannot be written, or a file that is no schema is in the way.
    """
    try:
        check_is_free(path)
        _replace(path, dump(version.draft) + "\n")
    except OSError as error:
        raise OutputError([problem_of(error, path)]) from None


def check_is_free(path: Path) -> None:
    """Refuse to replace anything but a schema: a dataset called "package" must not become package.json.

    Raises:
        OutputError: something else is there.
    """
    if not path.exists() and not path.is_symlink():
        return
    if path.is_symlink() or not path.is_file() or not _is_schema(path):
        hint = "Move it away, or choose another folder."
        raise OutputError([Problem("", "in-the-way", f"{path} is in the way, and is no schema.", hint)])


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


def _is_schema(path: Path) -> bool:
    with suppress(ValueError, RecursionError):
        found = json.loads(path.read_bytes())
        return isinstance(found, dict) and "nodes" in found and "version" in found
    return False


def _replace(path: Path, text: str) -> None:
    """Put a file in place in one step."""
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        staged.write_text(text, encoding="utf-8")
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)
