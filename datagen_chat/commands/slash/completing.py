"""What may stand where the cursor is, in the arguments of commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from datagen_chat.commands.slash.registry import Desk
from datagen_chat.conversation.session import Version
from datagen_chat.llm.address import URLS
from datagen_chat.sinks import FORMATS

_MOST = 200


def tables(desk: Desk, before: Sequence[str], _last: str) -> Iterable[str]:
    """Return the tables of the schema, once."""
    version = desk.talk.session.versions.current
    return [table.id for table in version.dataset.nodes] if version and not before else ()


def values(desk: Desk, before: Sequence[str], last: str) -> Iterator[str]:
    """Yield the paths to values of the schema, one name further than what is typed."""
    version = desk.talk.session.versions.current
    if version is None or before:
        return
    *above, _ = last.split(".")
    holder = held(version, above)
    known = holder if isinstance(holder, dict) else {}
    names = [*known, *(_columns(version, above[0]) if len(above) == 1 else ())]
    if not above:
        names = [table.id for table in version.dataset.nodes] + [name for name in names if name != "nodes"]
    yield from (".".join([*above, name]) for name in names if name != "columns")


def _columns(version: Version, table: str) -> list[str]:
    return [column.name for node in version.dataset.nodes if node.id == table for column in node.columns]


def held(version: Version, above: Sequence[str]) -> Any:
    """Return what stands at a path: table and column by their names, then JSON."""
    found: Any = version.draft
    for name in above:
        if not isinstance(found, dict):
            return None
        known = {**_by("id", found.get("nodes")), **_by("name", found.get("columns"))}
        found = known[name] if name in known else found.get(name)
    return found


def _by(key: str, held: Any) -> dict[str, Any]:
    parts = held if isinstance(held, list) else []
    return {part[key]: part for part in parts if isinstance(part, dict) and isinstance(part.get(key), str)}


def versions(desk: Desk, before: Sequence[str], _last: str) -> Iterable[str]:
    """Return the numbers of the schemas so far, for up to two of them."""
    known = desk.talk.session.versions
    return map(str, range(1, len(known.past) + len(known.undone) + 1)) if len(before) < 2 else ()


def files(_desk: Desk, before: Sequence[str], last: str) -> Iterator[str]:
    """Yield the files and folders that begin as what is typed does."""
    folder, slash, begun = last.rpartition("/")
    with suppress(OSError):
        found = sorted(Path(folder + slash or ".").expanduser().iterdir()) if not before else []
        for path in [path for path in found if path.name.startswith(begun)][:_MOST]:
            if begun or not path.name.startswith("."):
                yield f"{folder}{slash}{path.name}{'/' if path.is_dir() else ''}"


def output(desk: Desk, before: Sequence[str], last: str) -> Iterable[str]:
    """Return what `/generate` takes: a folder, and a format."""
    if before[-1:] == ["--format"]:
        return FORMATS
    folders = [] if set(before) - {"--format", *FORMATS} else files(desk, (), last)
    return [*(name for name in folders if name.endswith("/")), *([] if "--format" in before else ["--format"])]


def models(_desk: Desk, before: Sequence[str], _last: str) -> Iterable[str]:
    """Return how the names of models begin."""
    return () if before else [f"{vendor}:" for vendor in (*URLS, "replay")]
