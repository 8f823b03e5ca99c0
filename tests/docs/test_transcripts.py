"""The shipped transcripts: every schema in them is strict, valid without a note and full of rows, and each word is shown."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from datagen_chat.conversation.extract import candidates
from datagen_chat.conversation.results import differences, found_in, recorded_in
from datagen_chat.conversation.session import Session, Settings
from datagen_chat.conversation.transcript import parse
from datagen_chat.conversation.turns import Conversation
from datagen_chat.fanouts import SPREADS
from datagen_chat.generators import GENERATORS
from datagen_chat.laws import LAWS
from datagen_chat.modifiers import MODIFIERS
from datagen_chat.preview import preview
from datagen_chat.schema.change import difference
from datagen_chat.schema.read import read
from datagen_chat.shipped import folder
from datagen_chat.unfoldings import UNFOLDINGS

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


def within(generator: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the word and the arguments of a generator, and of those that stand in it."""
    [(word, arguments)] = generator.items()
    yield word, arguments
    if word == "case":
        for branch in (*arguments["when"].values(), *([arguments["else"]] if "else" in arguments else [])):
            yield from within(branch)


def spreads(fanout: dict[str, Any]) -> Iterator[str]:
    """Yield the distributions of a fanout, and of those that stand in it."""
    if "case" not in fanout:
        yield fanout["distribution"]
        return
    case = fanout["case"]
    for branch in (*case["when"].values(), *([case["else"]] if "else" in case else [])):
        yield from spreads(branch)


def test_together_they_show_every_word_of_the_language() -> None:
    tables = [table for draft in ALL for table in draft["nodes"]]
    columns = [column for table in tables for column in table["columns"]]
    generators = [found for column in columns for found in within(column["generator"])]
    modifiers = [change["transform"] for place in (*tables, *columns) for change in place.get("modifiers", ())]
    assert {word for word, _ in generators} == set(GENERATORS)
    assert {arguments["type"] for word, arguments in generators if word == "distribution"} == set(LAWS)
    assert {spread for table in tables if "fanout" in table for spread in spreads(table["fanout"])} == set(SPREADS)
    assert set(modifiers) == set(MODIFIERS)
    assert {key for table in tables for key in table} >= {*UNFOLDINGS, "segment_behavior", "vintage_behavior"}


def test_a_file_can_be_read_at_one_sitting() -> None:
    lengths = {path.stem: len(path.read_text("utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > 350} == {}


@EVERY
def test_its_replies_come_to_what_is_recorded(conversation: Conversation) -> None:
    """`datagen chat --from-transcript FILE --update` records it again; the acceptance tests see to what the checks measure."""
    recorded, found = recorded_in(conversation), found_in(Session(Settings(seed=42)), conversation, None)
    schemas = {number: tuple(turn for turn in results if "schema" in turn.meta) for number, results in recorded.items()}
    assert list(differences(schemas, found)) == []
    assert all(len(recorded[number]) > len(results) for number, results in found.items() if results)
