"""What can be wrong, as values: the one problem type, and the errors that carry problems to the edge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Literal

from datagen_chat.frozen import dataclass

Severity = Literal["error", "note"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, or worth knowing, at one place of a document.

    `at` is a JSON Pointer (RFC 6901), `code` a stable kebab-case name, `message` says what is wrong in the
    language's own terms, `hint` says what to write instead. A note is no error: the document still holds.
    """

    at: str
    code: str
    message: str
    hint: str = ""
    severity: Severity = "error"

    @property
    def is_error(self) -> bool:
        """True unless this is only a note."""
        return self.severity == "error"

    def under(self, pointer: str) -> Problem:
        """Return this problem with its pointer moved below `pointer`."""
        return replace(self, at=pointer + self.at)


def note(at: str, code: str, message: str, hint: str = "") -> Problem:
    """Return a problem that is only worth knowing."""
    return Problem(at, code, message, hint, "note")


class DatagenError(Exception):
    """The root of everything this package raises on purpose; its text is fit for a person."""


class ProblemsError(DatagenError):
    """A document, an option or a place on disk is wrong in ways that its user can mend."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{p.at or '/'}: {p.message}" for p in self.problems))

    def __reduce__(self) -> tuple[type[ProblemsError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class SchemaError(ProblemsError):
    """A schema is not valid."""


class LimitError(ProblemsError):
    """What was asked for is larger than the limits allow."""


class OutputError(ProblemsError):
    """The output cannot be written where it was asked for."""


def pointer(*parts: str | int) -> str:
    """Return the JSON Pointer of these keys and indices.

    >>> pointer("nodes", 0, "a/b")
    '/nodes/0/a~1b'
    """
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def parts_of(at: str) -> list[str]:
    """Return the keys and indices of a JSON Pointer, as text.

    >>> parts_of("/nodes/0/a~1b")
    ['nodes', '0', 'a/b']
    """
    return [part.replace("~1", "/").replace("~0", "~") for part in at.split("/")[1:]]


def value_at(document: Any, at: str) -> Any:
    """Return what stands at a JSON Pointer.

    Raises:
        KeyError, IndexError, ValueError: nothing stands there.
    """
    for part in parts_of(at):
        document = document[int(part)] if isinstance(document, list) else document[part]
    return document


def shown(value: Any, width: int = 80) -> str:
    """Return `value` as it may stand in a message: short, on one line, quoted when it is text.

    >>> shown("a" * 100, 10)
    '"aaaaaa…"'
    """
    if isinstance(value, str):
        text, room = value.replace("\n", "\\n"), width - 3
        return '"' + (text if len(text) <= room else text[: room - 1] + "…") + '"'
    text = (
        {True: "true", False: "false", None: "null"}.get(value, "")
        if value is None or value is True or value is False
        else str(value)
    )
    return text if len(text) <= width else text[: width - 1] + "…"


def nearest(word: str, known: Iterable[str], count: int = 1) -> Sequence[str]:
    """Return the known words that look most like `word`, whatever their case, best first; none when nothing comes near.

    >>> nearest("colums", ["columns", "constraints"]), nearest("BIKE", ["bike", "rental"])
    (['columns'], ['bike'])
    """
    import difflib  # most schemas hold no mistake

    spelled = dict[str, list[str]]()
    for name in known:
        spelled.setdefault(name.casefold(), []).append(name)
    found = difflib.get_close_matches(word[:100].casefold(), list(spelled), n=count, cutoff=0.6)
    return [name for folded in found for name in spelled[folded]][:count]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a sentence that names the nearest known word, or nothing.

    >>> did_you_mean("colums", ["columns"])
    'Did you mean "columns"?'
    """
    found = nearest(word, known)
    return f'Did you mean "{found[0]}"?' if found else ""
