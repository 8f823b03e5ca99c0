"""A schema that stands in a file: its bytes read as text, as JSON, and as a dataset."""

from __future__ import annotations

import codecs
from contextlib import suppress
from typing import TYPE_CHECKING

from datagen_chat.conversation.strict import MAX_DEPTH, NotPlainError, read_plain
from datagen_chat.frozen import dataclass
from datagen_chat.problems import Problem, SchemaError
from datagen_chat.schema.model import Dataset
from datagen_chat.schema.read import Json, read

if TYPE_CHECKING:
    from datagen_chat.conversation.tokens import Liberty
    from datagen_chat.schema.repair import Mend

BYTES_LIMIT = 16 << 20
SCHEMA, CONVERSATION, MESSAGE = "a schema", "a conversation", "a message"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Document:
    """A schema file as far as it could be read; `dataset` is None when there are errors among the problems."""

    draft: Json = None
    dataset: Dataset | None = None
    liberties: tuple[Liberty, ...] = ()
    mends: tuple[Mend, ...] = ()
    problems: tuple[Problem, ...] = ()

    def valid(self) -> Dataset:
        """Return the dataset.

        Raises:
            SchemaError: there are errors.
        """
        if self.dataset is None:
            raise SchemaError([problem for problem in self.problems if problem.is_error])
        return self.dataset


def read_document(data: bytes, *, strict: bool = False) -> Document:
    """Return what the bytes of a file come to; `strict` takes no liberty with the JSON and mends nothing."""
    try:
        draft, liberties = _parsed(decoded(data), strict)
    except SchemaError as error:
        return Document(problems=error.problems)
    reading = read(draft)
    if strict or reading.dataset is not None:
        return Document(draft, reading.dataset, liberties, problems=reading.problems)
    from datagen_chat.schema.repair import repair  # most files need none of it

    repaired = repair(draft)
    reading = repaired.reading
    return Document(repaired.draft, reading.dataset, liberties, repaired.mends, reading.problems)


def decoded(data: bytes, limit: int = BYTES_LIMIT, *, meant: str = SCHEMA) -> str:
    """Return the text of a file; `meant` is what the file is to hold, with its article.

    Raises:
        SchemaError: it is too large, empty, no text, or not UTF-8.
    """
    if len(data) > limit:
        is_schema = meant == SCHEMA
        hint = "Describe long lists with generators instead of writing them out." if is_schema else "Leave some of it out."
        raise SchemaError([Problem("", "too-large", f"The file has more than {limit >> 20} MiB.", hint)])
    if data.startswith(_UTF16):
        raise SchemaError([Problem("", "not-utf8", "The file is UTF-16, not UTF-8.", "Save it as UTF-8.")])
    if b"\0" in data:
        raise SchemaError([Problem("", "not-text", "The file is binary, not text.", f"Name a file that holds {meant}.")])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The file is not UTF-8: byte {error.start + 1:,} is {data[error.start]:#04x}."
        raise SchemaError([Problem("", "not-utf8", message, "Save it as UTF-8.")]) from None
    if not text.strip():
        raise SchemaError([Problem("", "empty", "The file is empty.", f"Put {meant} in it, or name another file.")])
    return text


def _parsed(text: str, strict: bool) -> tuple[Json, tuple[Liberty, ...]]:
    """Return the JSON value of a text, and the liberties that reading it took."""
    with suppress(NotPlainError):
        return read_plain(text, MAX_DEPTH), ()
    _check_is_no_chat(text)
    from datagen_chat.conversation.parse import parse  # plain JSON needs none of it

    is_plain = "{" not in text and "[" not in text  # a value without brackets, such as a number, lacks none at its end
    parsed = parse(text, finished=is_plain, limit=BYTES_LIMIT)
    if strict and parsed.liberties:
        places = (f"line {liberty.line}, column {liberty.column}: {liberty.what}." for liberty in parsed.liberties)
        raise SchemaError(
            Problem("", "not-strict-json", place, "Write strict JSON, or leave --strict out.") for place in places
        )
    return parsed.value, parsed.liberties


def _check_is_no_chat(text: str) -> None:
    """Refuse a conversation, or a reply with prose around its schema, by its right name."""
    if text.lstrip()[:1] in "{[/" or text.lstrip()[:1] == '"':
        return
    from datagen_chat.conversation.extract import extract
    from datagen_chat.conversation.transcript import parse

    found = extract(text)
    if found is not None and found.kind == "full":
        message = f"This is text with a schema inside it, at line {found.line}, not a schema."
        hint = "Save what stands in its fence as a file of its own."
        if any(conversation.turns for conversation in parse(text).conversations):
            hint = "Save the schema by itself, or replay the text: datagen chat --from-transcript FILE --save FOLDER"
        raise SchemaError([Problem("", "not-json", message, hint)])
