"""Arbitrary schemas are accepted, made and verified, and every change to them too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from datagen_chat.arbitrary.model import valid_change, valid_schema
from datagen_chat.arbitrary.schemas import schema
from datagen_chat.chance import chance
from datagen_chat.cli import main
from datagen_chat.conversation.events import SchemaAccepted, SchemaMended
from datagen_chat.conversation.loop import converse
from datagen_chat.conversation.models import provider
from datagen_chat.conversation.session import Session
from datagen_chat.fanouts import SPREADS
from datagen_chat.generators import GENERATORS
from datagen_chat.laws import LAWS
from datagen_chat.llm.address import parse
from datagen_chat.llm.script import Script
from datagen_chat.modifiers import MODIFIERS
from datagen_chat.schema.patch import apply_patch
from datagen_chat.unfoldings import UNFOLDINGS
from tests.conversation.replies import SHOP, reply


@pytest.mark.parametrize("seed", range(6))
def test_an_arbitrary_schema_is_made_and_verified(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "schema.json"
    file.write_text(json.dumps(valid_schema(seed)), "utf-8")
    assert main(["generate", str(file), "--verify", "-o", str(tmp_path / "data")]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("seed", range(4))
def test_a_conversation_with_it_accepts_its_schema_and_every_change_as_they_stand(seed: int) -> None:
    session, model = Session(), provider(parse(f"random:{seed}"), {})
    for turn in range(1, 5):
        events = list(converse(session, "Surprise me.", model))
        session = events[-1].session  # type: ignore[union-attr]  # a turn ends with it
        accepted = [event for event in events if isinstance(event, SchemaAccepted)]
        assert len(accepted) == 1
        assert not any(isinstance(event, SchemaMended) for event in events)
        assert turn == 1 or accepted[0].changes


def test_it_changes_the_schema_that_a_conversation_with_another_model_has() -> None:
    session = list(converse(Session(), "A shop.", Script(lambda _: reply(SHOP))))[-1].session  # type: ignore[union-attr]
    events = list(converse(session, "More.", provider(parse("random:7"), {})))
    [accepted] = [event for event in events if isinstance(event, SchemaAccepted)]
    assert (accepted.number, len(accepted.changes)) == (2, 1)
    assert accepted.version.dataset.metadata.name == "Shop"


def test_the_same_seed_gives_the_same_schema_and_another_seed_another() -> None:
    assert valid_schema(7) == valid_schema(7) != valid_schema(8)
    assert valid_change(valid_schema(7), 7, 2) == valid_change(valid_schema(7), 7, 2)


def test_a_change_leaves_the_schema_that_it_is_made_for_as_it_was() -> None:
    draft = valid_schema(3)
    kept = json.dumps(draft)
    apply_patch(draft, valid_change(draft, 3, 2))
    assert json.dumps(draft) == kept


def words(value: Any) -> set[str]:
    """Return all keys and all texts of a JSON value."""
    if isinstance(value, dict):
        return set(value).union(*(words(part) for part in value.values()))
    if isinstance(value, list):
        return set[str]().union(*(words(part) for part in value))
    return {value} if isinstance(value, str) else set()


def test_every_word_of_the_language_comes_up() -> None:
    said = set[str]().union(*(words(schema(chance(seed))) for seed in range(150)))
    known = {*GENERATORS, *LAWS, *SPREADS, *MODIFIERS, *UNFOLDINGS}
    assert known - said == set()
