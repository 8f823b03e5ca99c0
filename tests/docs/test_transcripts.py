"""The shipped transcripts: every schema in them is strict, valid without a note and full of rows, and each word is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from datagen_chat.conversation.extract import candidates
from datagen_chat.conversation.transcript import parse
from datagen_chat.conversation.turns import Conversation
from datagen_chat.fanouts import SPREADS
from datagen_chat.generators import GENERATORS
from datagen_chat.laws import LAWS
from datagen_chat.preview import preview
from datagen_chat.schema.change import difference
from datagen_chat.schema.read import read
from datagen_chat.shipped import folder

FILES = sorted(folder("transcripts").glob("*.md"))


def conversations() -> Iterator[Any]:
    for path in FILES:
        for number, conversation in enumerate(parse(path.read_text("utf-8")).conversations, 1):
            yield pytest.param(conversation, id=f"{path.stem}-{number}")


def drafts(conversation: Conversation) -> list[Any]:
    replies = [turn.text for turn in conversation.turns if turn.role == "assistant"]
    return [json.loads(block.text) for reply in replies for block in candidates(reply)]


PARAMS = list(conversations())
ALL = [draft for param in PARAMS for draft in drafts(param.values[0])]
EVERY = pytest.mark.parametrize("conversation", PARAMS)


@EVERY
def test_a_conversation_has_a_title_and_ends_with_a_schema(conversation: Conversation) -> None:
    assert conversation.title
    assert conversation.turns[-1].role == "assistant"
    assert candidates(conversation.turns[-1].text)


@EVERY
def test_its_schemas_are_valid_without_a_note(conversation: Conversation) -> None:
    assert [problem for draft in drafts(conversation) for problem in read(draft).problems] == []


@EVERY
def test_every_table_has_rows(conversation: Conversation) -> None:
    for draft in drafts(conversation):
        assert all(sample.rows for sample in preview(read(draft).valid(), seed=42, rows=1).samples)


@EVERY
def test_every_later_schema_differs_from_the_one_before(conversation: Conversation) -> None:
    found = [read(draft).valid() for draft in drafts(conversation)]
    assert all(difference(old, new) for old, new in pairwise(found))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_says_how_to_replay_it_and_who_wrote_it(path: Path) -> None:
    text = " ".join(path.read_text("utf-8").split())
    assert f"datagen chat --from-transcript transcripts/{path.name}" in text
    assert "that this project wrote" in text


def test_together_they_show_every_word_of_the_language() -> None:
    columns = [column for draft in ALL for table in draft["nodes"] for column in table["columns"]]
    generators = [next(iter(column["generator"].items())) for column in columns]
    assert {word for word, _ in generators} == set(GENERATORS)
    assert {arguments["type"] for word, arguments in generators if word == "distribution"} == set(LAWS)
    assert {table["fanout"]["distribution"] for draft in ALL for table in draft["nodes"] if "fanout" in table} == set(SPREADS)
