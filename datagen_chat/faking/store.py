"""Where grammars come from: shipped with the program, kept in the user's cache, or traced now.

The cache only saves time. Whatever is wrong with it, the grammar is traced again and is the same.
"""

from __future__ import annotations

import contextlib
import functools
import gzip
import hashlib
import json
import lzma
import os
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from datagen_chat.faking.catalog import DATA, DEFAULT_LOCALE
from datagen_chat.faking.grammar import Grammar, from_json, to_json
from datagen_chat.frozen import dataclass

FORMAT = 1
"""Counts the changes of what a trace finds or how it is written; old cache files are not read."""
PATIENCE = 30_000
"""Calls for one trace: some seconds at most."""
_announcing: ContextVar[Callable[[str, str], None]] = ContextVar("announcing", default=lambda _method, _locale: None)
_UNREADABLE = (OSError, ValueError, KeyError, IndexError, TypeError, EOFError, RuntimeError, zlib.error)


def grammar_for(method: str, locale: str, args: Mapping[str, Any]) -> Grammar | None:
    """Return the grammar of a method; None when it has none and real calls must do."""
    shipped = _shipped(locale)
    if method in _shipped(DEFAULT_LOCALE).hopeless or method in shipped.hopeless:
        return None
    if not args and method in shipped.methods:
        return shipped.grammar(method)
    return _cached(method, locale, json.dumps(args, sort_keys=True, default=str), args)


def is_shipped(method: str, locale: str) -> bool:
    """Return whether the grammar of a method without arguments is shipped; none is of a method that is computed."""
    return method in _shipped(locale).methods


def ships(locale: str) -> bool:
    """Return whether grammars of a locale are shipped."""
    return shipped_path(locale).exists()


@contextlib.contextmanager
def announced(told: Callable[[str, str], None]) -> Iterator[None]:
    """Tell of each trace that begins within this block, in this thread: the method, and the locale."""
    before = _announcing.set(told)
    try:
        yield
    finally:
        _announcing.reset(before)


def shipped_path(locale: str) -> Path:
    """Return where the shipped grammars of a locale are."""
    return DATA / f"grammars.{locale}.json.xz"


@dataclass(frozen=True, slots=True)
class Shipped:
    """The grammars of a locale as lines of JSON, read one by one: first an index, then lists of words, then grammars."""

    hopeless: frozenset[str]
    methods: Mapping[str, int]
    lines: Sequence[bytes]

    def __getitem__(self, number: int) -> Any:
        """Return what a line says."""
        return json.loads(self.lines[number])

    def grammar(self, method: str) -> Grammar:
        """Return the grammar of a method."""
        return from_json(self[self.methods[method]], self)


def shipped_lines(grammars: Mapping[str, Grammar], hopeless: Sequence[str]) -> Iterator[Any]:
    """Yield the lines that grammars are shipped as, as JSON values."""
    words: dict[tuple[str, ...], int] = {(): 0}
    written = [to_json(grammar, words) for grammar in grammars.values()]
    yield {"hopeless": hopeless, "methods": {name: len(words) + number for number, name in enumerate(grammars)}}
    yield from list(words)[1:]
    yield from written


@functools.cache
def _shipped(locale: str) -> Shipped:
    """Return the shipped grammars of a locale; methods that have none in en_US have none anywhere."""
    path = shipped_path(locale)
    if not path.exists():
        return Shipped(frozenset(), {}, ())
    lines = lzma.decompress(path.read_bytes()).splitlines()
    index = json.loads(lines[0])
    return Shipped(frozenset(index["hopeless"]), index["methods"], lines)


def _grammar(document: Any, words: Any) -> Grammar | None:
    return None if document is None else from_json(document, words)


def _cached(method: str, locale: str, spelled: str, args: Mapping[str, Any]) -> Grammar | None:
    path = _path(method, locale, spelled)
    try:
        return _read(path)
    except _UNREADABLE:
        _announcing.get()(method, locale)
        found = traced(method, locale, args)
        _write(path, found)
        return found


def traced(method: str, locale: str, args: Mapping[str, Any], patience: int = PATIENCE) -> Grammar | None:
    """Return the grammar that a trace of real Faker finds and that agrees with it; None when there is none."""
    from datagen_chat.faking.guard import agrees
    from datagen_chat.faking.oracle import Untraceable
    from datagen_chat.faking.real import FAILURES, caller
    from datagen_chat.faking.trace import trace

    call = caller(method, locale, args)
    try:
        found = trace(call, patience)
        return found if agrees(found, call) else None
    except (Untraceable, *FAILURES):
        return None


def cache_folder() -> Path:
    """Return the folder of the user's cache, whether or not it is there."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    if Path(given).is_absolute():
        base = Path(given)
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", "~\\AppData\\Local"))
    else:
        base = Path("~/Library/Caches" if sys.platform == "darwin" else "~/.cache")
    return base / "datagen-chat" / "faker"


def _path(method: str, locale: str, spelled: str) -> Path:
    from importlib.metadata import version

    name = method if spelled == "{}" else f"{method}-{hashlib.blake2b(spelled.encode(), digest_size=12).hexdigest()}"
    return _folder(version("faker"), locale) / f"{name}.json.gz"


def _folder(version: str, locale: str) -> Path:
    return cache_folder() / f"{version}-{FORMAT}" / locale


def _read(path: Path) -> Grammar | None:
    checksum, _, body = gzip.decompress(path.expanduser().read_bytes()).partition(b"\n")
    if checksum != _checksum(body):
        raise ValueError("not what was written")
    document = json.loads(body)
    return _grammar(document["grammar"], document["words"])


def _write(path: Path, grammar: Grammar | None) -> None:
    words: dict[tuple[str, ...], int] = {}
    document = None if grammar is None else to_json(grammar, words)
    body = json.dumps({"grammar": document, "words": list(words)}, ensure_ascii=False, separators=(",", ":")).encode()
    with contextlib.suppress(OSError, RuntimeError):
        path = path.expanduser()
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(gzip.compress(_checksum(body) + b"\n" + body, 6, mtime=0))
        Path(file.name).replace(path)


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).hexdigest().encode()
