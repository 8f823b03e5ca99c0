"""Schema files: what their bytes come to, and what is said of bytes that are no schema."""

from __future__ import annotations

import json

import pytest

from datagen_chat.conversation.document import read_document
from datagen_chat.problems import SchemaError
from tests.conversation.replies import SHOP, reply, shop

TEXT = json.dumps(SHOP)


@pytest.mark.parametrize("data", [TEXT.encode(), b"\xef\xbb\xbf" + TEXT.encode(), TEXT.replace(",", ",\r\n").encode()])
def test_a_schema_is_read_as_it_stands(data: bytes) -> None:
    document = read_document(data)
    assert document.valid().metadata.name == "Shop"
    assert document.mends == ()


def test_comments_and_trailing_commas_are_read_and_told() -> None:
    document = read_document(("// my shop\n" + TEXT[:-1] + ",}").encode())
    assert document.dataset is not None
    assert [liberty.what for liberty in document.liberties] == ["a comment", "a trailing comma"]


def test_a_dialect_is_mended_and_told() -> None:
    draft = shop()
    draft["tables"] = draft.pop("nodes")
    document = read_document(json.dumps(draft).encode())
    assert document.dataset is not None
    assert len(document.mends) == 1


@pytest.mark.parametrize("text", ["// my shop\n" + TEXT, TEXT.replace('"nodes"', '"tables"')])
def test_strict_takes_no_liberty_and_mends_nothing(text: str) -> None:
    assert read_document(text.encode()).dataset is not None
    assert read_document(text.encode(), strict=True).dataset is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n\t ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\xff\xfe{\x00}\x00", "not-utf8"),
        (b'{"name": "caf\xe9"}', "not-utf8"),
        (b"PK\x03\x04\x00\x00", "not-text"),
        (b"id,name\n1,a\n", "bare-word"),
        (b"[" * 100_000, "too-deep"),
        (b"{" + b" " * (16 << 20) + b"}", "too-large"),
        (b'"' + b"a" * 1_000_000 + b'"', "too-long"),
        (b"[]", "not-a-schema"),
        (b"null", "not-a-schema"),
        (b"42", "not-a-schema"),
        (b"42\n", "not-a-schema"),
        (b'{"openapi": "3.1.0"}', "not-a-schema"),
        (reply(SHOP).encode(), "not-json"),
        (b"**User:** a shop\n\n**LLM:** " + reply(SHOP).encode(), "not-json"),
    ],
)
def test_bytes_that_are_no_schema_are_called_by_their_name(data: bytes, code: str) -> None:
    document = read_document(data)
    assert [problem.code for problem in document.problems] == [code]
    assert all(problem.hint for problem in document.problems)
    with pytest.raises(SchemaError):
        document.valid()
